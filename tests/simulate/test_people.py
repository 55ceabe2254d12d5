"""A shoulder blade on the ribs, soft tissue, cloth, strokes: each does what it is there for."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.simulate import Circles, Clip, Manner, Movement, MovementKind, Wear, Wearer, simulate
from imucount.simulate.blade import blade_turn_rad
from imucount.simulate.repertoire import MOVEMENTS
from imucount.simulate.skin import cloth, spring
from imucount.simulate.strokes import draw_strokes

STEP_S = 0.0025


def blade_deg(elevation=0.0, protraction=0.0, arm=0.0):
    return np.degrees(blade_turn_rad(*(np.array([each]) for each in (elevation, protraction, arm))))[:, 0]


def test_the_relaxed_blade_is_not_turned():
    assert np.allclose(blade_deg(), 0.0)


def test_a_shrug_turns_the_blade_up_as_in_cadavers():
    assert np.linalg.norm(blade_deg(elevation=25.0)) == pytest.approx(26.0, abs=4.0)  # 26 +- 4 deg


@pytest.mark.parametrize(("protraction", "inwards", "spread"), [(10.0, 7.0, 2.0), (-9.0, -6.0, 5.0)])
def test_protraction_turns_the_blade_inwards_as_in_cadavers(protraction, inwards, spread):
    assert blade_deg(protraction=protraction)[2] == pytest.approx(inwards, abs=spread)


def test_a_lifted_arm_turns_the_blade_up_as_in_vivo():
    assert np.linalg.norm(blade_deg(arm=120.0)) == pytest.approx(39.0, abs=5.0)
    assert np.linalg.norm(blade_deg(arm=20.0)) < 4.0


def test_a_spring_swings_over_and_settles():
    step = np.zeros((1, 4000))
    step[:, 400:] = 1.0
    (out,) = spring(step, STEP_S, natural_hz=3.0, damping=0.3)
    assert np.all(out[:400] == 0.0)
    assert 1.2 < out.max() < 1.5  # exp(-pi d / sqrt(1 - d^2)) = 0.37 over
    assert out[-1] == pytest.approx(1.0, abs=1e-3)


def test_cloth_gives_within_its_play_and_is_dragged_beyond():
    t = np.arange(4000) * STEP_S
    swing = np.sin(2.0 * np.pi * t / 5.0)[np.newaxis]
    within, beyond = (cloth(scale * swing, STEP_S, play=1.0, lag_s=0.1)[0] for scale in (0.45, 3.0))
    assert np.ptp(within) < 1e-6
    assert np.ptp(beyond[2000:]) == pytest.approx(6.0 - 1.0, abs=0.3)


def test_cloth_is_late():
    ramp = np.arange(4000)[np.newaxis] * STEP_S
    assert (ramp - cloth(ramp, STEP_S, play=0.0, lag_s=0.2))[0, -1] > 0.1


MANNERS = st.builds(
    Manner,
    strokes=st.floats(3.0, 6.0),
    overlap=st.floats(0.0, 1.0),
    dwell_share=st.floats(0.0, 0.4),
    hesitations=st.integers(0, 3),
    aborted=st.integers(0, 2),
    held=st.integers(0, 2),
    raised=st.integers(0, 2),
    shrinking=st.floats(0.0, 0.5),
)


@given(manner=MANNERS, reps=st.integers(1, 10), seed=st.integers(0, 2**32 - 1))
def test_strokes_leave_from_rest_and_come_back_to_it(manner, reps, seed):
    part = Circles(reps, "forward", manner=manner)
    strokes = draw_strokes(np.random.default_rng(seed), part, manner, Wearer())
    elevation, protraction = strokes.path(np.array([0.0, strokes.duration_s]))
    assert np.allclose([elevation, protraction], 0.0, atol=1e-9)
    starts, ends = np.array(strokes.spans_s).T
    assert len(starts) == reps
    assert np.all(ends > starts)
    assert np.all(starts[1:] >= ends[:-1] - 1e-9)
    assert ends[-1] == pytest.approx(strokes.duration_s)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_strokes_go_round_in_their_direction(direction):
    manner = Manner(wander=0.2)
    strokes = draw_strokes(np.random.default_rng(3), Circles(6, direction, manner=manner), manner, Wearer())
    for start_s, end_s in strokes.spans_s:
        elevation, protraction = strokes.path(np.linspace(start_s, end_s, 300))
        area = 0.5 * np.sum(elevation[:-1] * np.diff(protraction) - protraction[:-1] * np.diff(elevation))
        assert (area > 0) == (direction == "forward")


def test_a_set_of_strokes_is_one_set_whatever_goes_wrong_in_it():
    manner = Manner(hesitations=1, aborted=1, held=1, raised=1)
    simulation = simulate([Circles(7, "backward", manner=manner)], clip=Clip(sampling_rate_hz=50.0), seed=2)
    (only,) = simulation.sets
    assert (len(only.reps), only.direction) == (7, "backward")


def test_circles_are_not_separate_and_in_a_manner_at_once():
    with pytest.raises(ValueError, match="both"):
        Circles(3, "forward", separate=True, manner=Manner())


def test_every_kind_of_movement_can_be_made():
    assert set(MOVEMENTS) == set(get_args(MovementKind))


def test_a_trunk_that_turns_against_shows_less_yaw():
    def yaw_deg(turn_deg):
        script = [Circles(5, "forward", manner=Manner(turn_deg=turn_deg, wander=0.0))]
        simulation = simulate(script, clip=Clip(sampling_rate_hz=50.0, mount=np.eye(3).tolist()), seed=4)
        return np.degrees(np.abs(simulation.samples.gyr[:, 2]).mean())

    assert yaw_deg(-4.0) < yaw_deg(0.0) < yaw_deg(6.0)


@pytest.mark.parametrize("place", ["acromion", "blade", "neck"])
def test_the_left_shoulder_is_the_mirror_image_of_the_right_wherever_the_clip_is(place):
    script = [Circles(2, "forward", manner=Manner()), Movement("raises", 6.0)]
    clip = Clip(sampling_rate_hz=25.0, wear=Wear(place), wobble_deg=0.0)
    quiet = {"sway_deg": 0.0, "breathing_deg": 0.0, "posture_drift_deg": 0.0}
    right, left = (
        simulate(script, wearer=Wearer(side=side, **quiet), clip=clip, seed=5) for side in ("right", "left")
    )
    assert np.allclose(right.position_m * (1.0, -1.0, 1.0), left.position_m, atol=1e-6)
