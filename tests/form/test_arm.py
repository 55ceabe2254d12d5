from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pytest
from short_run import one_in

import imucount
from imucount.form import arm_ranges_deg, tilt_range_deg
from imucount.simulate import Circles, Clip, Movement, simulate, simulate_arm

REAL = Path("/work/shared/real_recordings")
STILL = Movement("standing", 3.0)


@pytest.fixture(scope="module")
def shoulder():
    return simulate([STILL, Circles(6, "forward"), STILL], seed=2)


def test_a_loose_arm_moves_less_than_the_shoulder_and_a_swinging_one_more(shoulder):
    rises_deg = median(rep.elevation_deg for rep in shoulder.reps)
    moved = [median(arm_ranges_deg(simulate_arm(shoulder, swing_deg=deg), shoulder.reps)) for deg in (0, 20, 40)]
    assert moved[0] < 0.5 * rises_deg < rises_deg < moved[1] < moved[2]


def test_how_the_clip_sits_on_the_arm_does_not_matter(shoulder):
    moved = [median(arm_ranges_deg(simulate_arm(shoulder, swing_deg=30, seed=s), shoulder.reps)) for s in range(4)]
    assert np.ptp(moved) < 1.0


def test_a_clip_without_gyroscope_tells_it_too(shoulder):
    arm = simulate_arm(shoulder, swing_deg=40, clip=Clip(gyroscope=False))
    assert not arm.has_gyroscope
    with_it = median(arm_ranges_deg(simulate_arm(shoulder, swing_deg=40), shoulder.reps))
    assert median(arm_ranges_deg(arm, shoulder.reps)) == pytest.approx(with_it, rel=0.2)


def test_a_known_turn_is_measured():
    t = np.arange(0.0, 4.0, 0.01)
    angle = np.radians(30.0) * (1.0 - np.cos(2.0 * np.pi * t / 4.0))  # 0 to 60 deg and back
    rate = np.gradient(angle, t)
    acc = 9.81 * np.stack([np.zeros_like(t), np.sin(angle), np.cos(angle)], axis=1)
    gyr = np.stack([rate, np.zeros_like(t), np.full_like(t, 0.01)], axis=1)  # and it reads too much about z
    assert tilt_range_deg(imucount.Samples(t, acc, gyr), 0.0, 3.9) == pytest.approx(60.0, abs=1.5)


def test_where_samples_are_missing_nothing_is_told(shoulder):
    arm = simulate_arm(shoulder)
    cut = imucount.Samples(arm.t[:900], arm.acc[:900])
    ranges = arm_ranges_deg(cut, shoulder.reps)
    assert ranges[0] is not None
    assert ranges[-1] is None


@pytest.mark.parametrize("exercise", one_in(3, ["e6", "e7", "e8"]))
def test_in_real_exercises_of_the_arm_the_arm_moves_more_than_the_shoulder(exercise):
    """Upper arm and top of the right shoulder, worn at once by real people."""
    if not REAL.exists():
        pytest.skip("no real recordings here")
    spans = pd.read_csv(REAL / "segments.csv")
    spans = spans[spans.recording.str.contains(f"_{exercise}_u3_template")].drop_duplicates()
    if spans.empty:
        pytest.skip(f"no spans of exercise {exercise} here")
    shares = []
    for row in spans.itertuples():
        arm = imucount.read_csv(REAL / "uci_physio" / f"{row.recording}.csv").samples
        top = imucount.read_csv(REAL / "uci_physio" / f"{row.recording.replace('_u3_', '_u4_')}.csv").samples
        moved = [tilt_range_deg(each, row.start_s, row.end_s) for each in (arm, top)]
        shares.append(moved[0] / moved[1])
    assert len(shares) >= 3
    assert median(shares) > 1.5
