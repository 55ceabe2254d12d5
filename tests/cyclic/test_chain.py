"""Counting whatever repeats itself, on movements made here, of which everything is known."""

import io
import itertools
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from cyclic.limb import G, limb, swinging
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy.signal import butter, sosfilt
from short_run import one_in

from imucount import CountingError, RecordingWriter, RepCounter, SampleError, Samples, Session, count
from imucount.cli import main
from imucount.cyclic.chain import BLOCK
from imucount.cyclic.confidence import confidence
from imucount.cyclic.following import Movement, MovementSet
from imucount.cyclic.scene import sets_in
from imucount.cyclic.similarity import RATE_HZ, RATE_WEIGHT
from imucount.cyclic.templates import Cycle
from imucount.simulate import Movement as Still
from imucount.simulate import simulate
from imucount.views.session_table import session_table


def sizes(session):
    return [len(rep_set.reps) for rep_set in session.sets]


@pytest.mark.parametrize(
    "movement",
    [
        {},
        {"reps": (8, 12, 5)},
        {"period_s": 1.2, "reps": (20,)},
        {"period_s": 7.0, "reps": (6,)},
        {"angle_deg": 8.0},
        {"angle_deg": 130.0},
        {"dwell": 2.0},
        {"rate_hz": 10.0},
        {"rate_hz": 25.0},
        {"rate_hz": 400.0, "reps": (6,)},
        {"mount": 1},
        {"mount": 2, "reps": (10, 10)},
        {"reps": (3, 4)},
    ],
    ids=str,
)
@pytest.mark.parametrize("has_gyroscope", one_in(2, [True, False]))
def test_sets_of_any_size_tempo_range_rate_and_mount(movement, has_gyroscope):
    samples = swinging(**movement)
    if not has_gyroscope:
        samples = Samples(samples.t, samples.acc)
    session = count(samples, exercise="cyclic")
    assert sizes(session) == list(movement.get("reps", (10,)))
    period_s = movement.get("period_s", 3.0) + movement.get("dwell", 0.0)
    assert session.tempo.period_s == pytest.approx(period_s, rel=0.1)
    start_s = 15.0
    for rep_set in session.sets:
        assert rep_set.start_s == pytest.approx(start_s, abs=0.3 * period_s + 0.1)
        start_s += len(rep_set.reps) * period_s
        assert rep_set.end_s == pytest.approx(start_s, abs=0.3 * period_s + 0.1)
        start_s += 15.0


def test_nothing_that_repeats_is_nothing():
    rng = np.random.default_rng(3)
    t = np.arange(0.0, 120.0, 0.02)
    still = Samples(
        t, np.array([0.0, 0.0, G]) + rng.normal(0.0, 0.1, (len(t), 3)), rng.normal(0.0, 0.02, (len(t), 3))
    )
    assert count(still, exercise="cyclic").reps == ()


def test_a_single_movement_is_no_repetition():
    assert count(swinging(reps=(1,)), exercise="cyclic").reps == ()


def between_rests(angle, fine_hz):
    """Hang still for 15 s before and after."""
    still = np.zeros(round(15.0 * fine_hz))
    return limb(np.concatenate([still, np.radians(angle), still]), fine_hz)


@pytest.mark.parametrize("seed", [2, 3, 4, 6, 7])
def test_a_trembling_limb_does_not_hide_slow_reps(seed):
    fine_hz, reps, rep_s = 400.0, 8, 5.0
    t = np.arange(round(reps * rep_s * fine_hz)) / fine_hz
    tremor = sosfilt(
        butter(2, [1.2, 2.2], btype="band", fs=fine_hz, output="sos"),
        np.random.default_rng(seed).normal(size=len(t)),
    )
    angle = 5.0 * (1.0 - np.cos(2.0 * np.pi * t / rep_s)) + 0.5 * tremor / tremor.std()
    assert sizes(count(between_rests(angle, fine_hz), exercise="cyclic")) == [reps]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_reps_of_many_movements_each_a_little_different_count_once(seed):
    fine_hz, reps, rep_s = 400.0, 7, 5.0
    rng = np.random.default_rng(seed)
    phase = np.arange(round(rep_s * fine_hz)) / (rep_s * fine_hz)
    angles = []
    for _ in range(reps):
        angle = 30.0 * (1.0 - np.cos(2.0 * np.pi * phase))
        for times, size in ((3, 22.0), (4, 18.0), (6, 9.0)):
            size *= rng.uniform(0.7, 1.3)
            angle += size * np.sin(2.0 * np.pi * times * phase + rng.normal(0.0, 0.3)) * np.sin(np.pi * phase)
        angles.append(angle)
    assert sizes(count(between_rests(np.concatenate(angles), fine_hz), exercise="cyclic")) == [reps]


@pytest.mark.parametrize("at_end", [True, False])
def test_reps_that_falter_belong_to_their_set(at_end):
    fine_hz, rep_s = 400.0, 3.0
    phase = np.arange(round(rep_s * fine_hz)) / (rep_s * fine_hz)
    usual = 25.0 * (1.0 - np.cos(2.0 * np.pi * phase))
    faltering = []
    for seed in (2, 12):
        rng = np.random.default_rng(seed)
        shakes = [
            rng.uniform(3.0, 6.0) * np.sin(2.0 * np.pi * times * phase + rng.normal()) for times in (3, 4, 5)
        ]
        faltering.append(usual + sum(shakes) * np.sin(np.pi * phase))
    angles = [usual] * 8 + faltering if at_end else faltering + [usual] * 8
    assert sizes(count(between_rests(np.concatenate(angles), fine_hz), exercise="cyclic")) == [10]


def test_a_set_that_follows_at_once_is_left_its_first_rep():
    up = swinging(reps=(6,), period_s=3.0, rest_s=2.0)
    down = swinging(reps=(9,), period_s=1.5, angle_deg=80.0, rest_s=2.0)
    assert sum(sizes(count(joined(up, down), exercise="cyclic"))) == 15
    assert sum(sizes(count(joined(down, up), exercise="cyclic"))) == 15


def joined(*parts):
    """One after the other; each begins and ends with the limb hanging."""
    later, start_s = [], 0.0
    for part in parts:
        later.append(Samples(part.t + start_s, part.acc, part.gyr))
        start_s = later[-1].t[-1] + 0.02
    return Samples.concatenate(later)


@pytest.mark.parametrize("left", [1, 2, 3])
def test_the_last_reps_of_a_set_that_was_decided_on_in_parts_are_not_lost(left):
    samples = swinging(reps=(8,), period_s=5.0, rate_hz=RATE_HZ)
    x = np.concatenate([samples.acc, RATE_WEIGHT * samples.gyr], axis=1).T
    (whole,) = sets_in(x, (True, True))
    (rest,) = sets_in(x[:, whole.cycles[-left].start :], (False, True), whole.movement)
    assert len(rest.cycles) == left


def test_a_short_rest_before_a_set_of_another_tempo_is_a_rest():
    slow = swinging(reps=(6,), period_s=8.0, rest_s=4.5)
    fast = swinging(reps=(10,), period_s=2.0, rest_s=4.5)
    assert sizes(count(joined(slow, fast), exercise="cyclic")) == [6, 10]
    assert sizes(count(joined(fast, slow), exercise="cyclic")) == [10, 6]


def test_a_tremor_right_before_a_set_is_no_set():
    tremor = swinging(reps=(9,), period_s=0.5, angle_deg=1.5, rest_s=1.0)
    lifting = swinging(reps=(8,), rest_s=1.0)
    assert len(count(tremor, exercise="cyclic").reps) >= 6  # for want of anything larger
    assert sizes(count(joined(tremor, lifting), exercise="cyclic")) == [8]


def test_a_recording_started_in_the_middle_of_a_rep_has_that_rep():
    samples = swinging(reps=(10,), rest_s=0.01)
    late = samples.t > 1.2  # the limb is nearly up
    assert sizes(count(Samples(samples.t[late], samples.acc[late], samples.gyr[late]), exercise="cyclic")) == [10]
    early = samples.t < 30.0 - 1.2
    assert sizes(count(Samples(samples.t[early], samples.acc[early], samples.gyr[early]), exercise="cyclic")) == [
        10
    ]


def test_a_set_of_fewer_reps_than_asked_for_does_not_count():
    assert sizes(_fed(swinging(reps=(4, 6)), 5)) == [6]


def _fed(samples, min_reps):
    counter = RepCounter(exercise="cyclic", min_reps=min_reps)
    counter.update(samples)
    return counter.finish()


@pytest.mark.parametrize("dropped_s", one_in(2, [10.0, 32.0, 34.0]))
def test_a_bout_does_not_vanish_because_of_an_earlier_one(dropped_s):
    """Dropping everything before a rest of 10 s changes nothing after it."""
    samples = swinging(reps=(8, 9, 5), rest_s=12.0)
    kept = samples.t >= dropped_s
    later = count(Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept]), exercise="cyclic")
    whole = count(samples, exercise="cyclic")
    assert sizes(whole) == [8, 9, 5]
    assert sizes(later)[-2:] == [9, 5]
    assert [rep.end_s for rep in later.reps[-14:]] == pytest.approx(
        [rep.end_s for rep in whole.reps[-14:]], abs=0.5
    )


def test_what_was_before_a_rest_of_10_s_changes_nothing_after_it():
    samples = swinging(reps=(8, 9, 5), rest_s=12.0, rate_hz=RATE_HZ)
    later = samples[29 * BLOCK :]  # cut as the engine looks at it, 37.12 s
    counted, whole = count(later, exercise="cyclic"), count(samples, exercise="cyclic")
    assert sizes(counted) == [9, 5]
    for rep, same in zip(counted.reps, whole.reps[-14:], strict=True):
        assert (rep.start_s, rep.end_s) == pytest.approx((same.start_s, same.end_s), abs=1e-9)
        assert rep.confidence == pytest.approx(same.confidence, abs=1e-9)


@pytest.mark.parametrize("period_s", [0.25, 0.33])
def test_fast_movement_counts(period_s):
    samples = swinging(reps=(30,), period_s=period_s, angle_deg=15.0, rate_hz=100.0)
    assert sizes(count(samples, exercise="cyclic")) == [30]


@pytest.mark.parametrize("rest_s", [3.5, 5.0])
def test_a_pause_parts_sets(rest_s):
    parts = [swinging(reps=(6,), period_s=2.0, rest_s=rest_s / 2, seed=seed) for seed in range(3)]
    assert sizes(count(joined(*parts), exercise="cyclic")) == [6, 6, 6]


def test_a_walk_is_named():
    walking = simulate([Still("standing", 5.0), Still("walking", 40.0), Still("standing", 5.0)], seed=1).samples
    session = count(walking, exercise="cyclic")
    assert [rep_set.kind for rep_set in session.sets] == ["steps"]
    assert session.reps[0].duration_s == pytest.approx(1.2, abs=0.3)
    assert session.without("steps").reps == ()
    assert Session.from_json(session.to_json()) == session
    assert {rep_set.kind for rep_set in session_of_ten().sets} == {"exercise"}
    with pytest.raises(CountingError, match="expected the kind"):
        session.without("jumps")


def test_steps_are_left_out_where_that_is_asked_for(tmp_path):
    walk = [Still("standing", 5.0), Still("walking", 30.0), Still("standing", 5.0)]
    path = tmp_path / "walk.csv"
    with RecordingWriter(path, has_gyroscope=True) as writer:
        writer.append(simulate(walk, seed=1).samples)
    command = ["count", str(path), "--exercise", "cyclic", "--json"]
    told = [CliRunner().invoke(main, [*command, *more]) for more in ([], ["--without", "steps"])]
    assert [run.exit_code for run in told] == [0, 0]
    with_steps, without = (Session.from_json(run.output) for run in told)
    assert with_steps.reps
    assert without == with_steps.without("steps")


# What its reps do not have


@cache
def session_of_ten():
    return count(swinging(), exercise="cyclic")


def test_what_cannot_be_known_of_a_rep_is_not_there():
    session = session_of_ten()
    assert {(rep.direction, rep.phases, rep.elevation_deg, rep.protraction_deg) for rep in session.reps} == {
        ("unknown", (), None, None)
    }
    assert session.exercise == "cyclic"
    assert session.warnings == ()
    frame = session.to_frame()
    assert frame[["back_s", "up_s", "elevation_deg", "protraction_deg"]].isna().all().all()
    assert frame["confidence"].between(0.0, 1.0).all()


def test_a_session_survives_json():
    session = session_of_ten()
    assert Session.from_json(session.to_json()) == session
    assert json.loads(session.to_json())["exercise"] == "cyclic"


def test_the_table_speaks_of_reps():
    console = Console(width=120, file=io.StringIO())
    console.print(session_table(session_of_ten()))
    text = console.file.getvalue()
    assert "10 reps in 1 set" in text
    assert "circle" not in text
    assert "°" not in text


def test_a_session_is_sure_of_no_more_than_it_counted():
    session = session_of_ten()
    assert 0 <= session.sure_reps <= len(session.reps)
    assert session.sure_reps >= 8


def test_likeness_makes_sure():
    def of(own, others, index=2, in_a_row=10):
        cycles = [Cycle(25 * number, 25 * number + 25, others) for number in range(5)]
        cycles[index] = Cycle(25 * index, 25 * index + 25, own)
        return confidence(MovementSet(Movement(np.zeros((6, 12)), 25.0), tuple(cycles)), index, in_a_row)

    assert of(0.95, 0.95) > of(0.7, 0.95) > of(0.7, 0.75)
    assert of(0.95, 0.95) > of(0.95, 0.95, index=4)
    assert of(0.95, 0.95) > of(0.95, 0.95, in_a_row=3)


# Live


def gaps():
    samples = swinging(reps=(8, 8))
    kept = ~((samples.t > 24.0) & (samples.t < 27.5)) & ~((samples.t > 60.0) & (samples.t < 60.5))
    return Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept])


def irregular():
    samples = swinging(reps=(6,), rate_hz=40.0)
    rng = np.random.default_rng(0)
    kept = np.sort(rng.choice(len(samples), int(0.8 * len(samples)), replace=False))
    return Samples(
        samples.t[kept] + rng.uniform(-0.4, 0.4, len(kept)) / 40.0, samples.acc[kept], samples.gyr[kept]
    )


RECORDINGS = {
    "two sets": lambda: swinging(reps=(5, 4), rest_s=8.0, rate_hz=25.0),
    "gaps": gaps,
    "accelerometer only": lambda: Samples(swinging(reps=(5,)).t, swinging(reps=(5,)).acc),
    "irregular": irregular,
    "no rest": lambda: swinging(reps=(7,), rest_s=0.01, rate_hz=20.0),
    "longer than a run may be": lambda: swinging(reps=(75,), period_s=2.0, rate_hz=20.0),
}


NAMES = [
    pytest.param(name, marks=pytest.mark.long) if name == "longer than a run may be" else name
    for name in RECORDINGS
]


@cache
def recording(name):
    return RECORDINGS[name]()


def fed(samples, cuts):
    counter = RepCounter(exercise="cyclic")
    reps = []
    for start, end in itertools.pairwise([0, *sorted(cuts), len(samples)]):
        reps += counter.update(samples[start:end])
    return reps, counter.progress, counter.finish()


@cache
def whole(name):
    return fed(recording(name), [])


def test_the_recordings_have_what_is_to_be_cut():
    assert {name: sizes(whole(name)[2]) for name in ("two sets", "irregular", "accelerometer only")} == {
        "two sets": [5, 4],
        "irregular": [6],
        "accelerometer only": [5],
    }
    assert [gap.is_bridged for gap in whole("gaps")[2].gaps] == [False, True]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=settings.default.max_examples // 6)
@given(data=st.data())
def test_the_session_does_not_depend_on_how_the_stream_is_cut(name, data):
    samples = recording(name)
    index = st.integers(0, len(samples))
    runs = st.lists(st.tuples(index, st.lists(st.integers(0, 3), max_size=4)), max_size=8)
    cuts = [min(at + step, len(samples)) for at, steps in data.draw(runs) for step in [0, *steps]]
    assert fed(samples, cuts) == whole(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("length", [pytest.param(1, marks=pytest.mark.long), 64])
def test_pieces_of_one_length_make_the_same_session(name, length):
    assert fed(recording(name), range(0, len(recording(name)), length)) == whole(name)


def test_a_set_of_any_length_is_counted_whole():
    reps, _, session = whole("longer than a run may be")
    assert sizes(session) == [75]
    assert len(reps) >= 50  # most of them before the stream ended


def test_a_set_is_told_soon_after_it_ends():
    samples = swinging(reps=(6,), rest_s=20.0)
    end_s = 20.0 + 6 * 3.0
    counter = RepCounter(exercise="cyclic")
    middle = int(np.searchsorted(samples.t, 32.0))
    assert counter.update(samples[:middle]) == []
    assert counter.progress.pending >= 3
    after = int(np.searchsorted(samples.t, end_s + 3.0 * 3.0))
    assert len(counter.update(samples[middle:after])) == 6
    assert counter.progress.pending == 0


def test_times_do_not_depend_on_the_origin_of_the_clock():
    samples = recording("two sets")
    later = Samples(samples.t + 1.7e9, samples.acc, samples.gyr)
    there, here = count(later, exercise="cyclic"), whole("two sets")[2]
    assert [rep.start_s - 1.7e9 for rep in there.reps] == pytest.approx(
        [rep.start_s for rep in here.reps], abs=1e-3
    )


# The door


def test_an_exercise_that_does_not_exist_is_refused():
    with pytest.raises(CountingError, match="expected exercise 'shoulder-circles' or 'cyclic', got 'rowing'"):
        RepCounter(exercise="rowing")
    with pytest.raises(CountingError, match="rowing"):
        count(swinging(reps=(2,)), exercise="rowing")


def test_only_cyclic_counting_takes_ten_samples_a_second(tmp_path):
    samples = swinging(rate_hz=10.0)
    path = tmp_path / "slow.csv"
    rows = np.column_stack([samples.t, samples.acc, samples.gyr])
    np.savetxt(path, rows, delimiter=",", header="t,ax,ay,az,gx,gy,gz", comments="", fmt="%.5f")
    assert sizes(count(path, exercise="cyclic")) == [10]
    with pytest.raises(SampleError, match="20 to 8000"):
        count(samples)
    with pytest.raises(SampleError, match="10 to 8000"):
        count(samples[::2], exercise="cyclic")
    for command in ("count", "replay"):
        options = ["--speed", "0"] if command == "replay" else []
        result = CliRunner().invoke(main, [command, str(path), "--exercise", "cyclic", *options])
        assert result.exit_code == 0, result.output
        assert "10 reps in 1 set" in result.output
    inspected = CliRunner().invoke(main, ["inspect", str(path)]).output
    assert "cannot be counted: expected 20 to 8000" in inspected
    assert (
        "Verdict: can be counted"
        in CliRunner().invoke(main, ["inspect", str(path), "--exercise", "cyclic"]).output
    )


# Axes that disagree


def test_axes_that_agree_and_axes_that_do_not():
    samples = swinging(reps=(10,), mount=5)
    assert count(samples, exercise="cyclic").warnings == ()
    swapped = Samples(samples.t, samples.acc, samples.gyr[:, [1, 2, 0]])
    (warning,) = count(swapped, exercise="cyclic").warnings
    assert "axes" in warning
    assert sizes(count(swapped, exercise="cyclic")) == [10]


def test_a_swing_that_ends_long_after_it_began():
    """Minutes of drifting posture between two sets is longer than what is remembered."""
    set_of = swinging(reps=(5,), rate_hz=20.0)
    rest = Samples(
        set_of.t[-1] + 0.05 + np.arange(0.0, 400.0, 0.05),
        set_of.acc[-1] + np.outer(np.sin(np.linspace(0.0, 9.0, 8000)), [0.0, 3.0, 0.0]),
        np.zeros((8000, 3)),
    )
    again = Samples(set_of.t + rest.t[-1] + 0.05, set_of.acc, set_of.gyr)
    session = count(Samples.concatenate([set_of, rest, again]), exercise="cyclic")
    assert sizes(session) == [5, 5]


@pytest.mark.parametrize(
    "name", one_in(3, ["programme_left", "programme_right", "accelerometer_only", "fast", "separate_moves"])
)
def test_resting_beside_a_set_is_none_of_its_reps(name):
    session = count(Path(__file__).parents[2] / "recordings" / f"{name}.csv", exercise="cyclic")
    assert set(sizes(session)) == {10}


@pytest.mark.long
def test_a_quarter_of_an_hour_without_a_rest_is_counted_as_it_goes_on():
    t = np.arange(0.0, 900.0, 0.08)
    rng = np.random.default_rng(6)
    phase = 2.0 * np.pi * np.cumsum(1.0 + 0.1 * np.sin(0.05 * t)) * 0.08
    swing = np.stack([np.sin(phase), np.cos(phase) + 0.3 * np.sin(2.0 * phase), 0.5 * np.sin(phase + 1.0)], axis=1)
    walking = Samples(
        t,
        np.array([0.0, 0.0, G]) + 2.0 * swing + rng.normal(0.0, 0.3, (len(t), 3)),
        swing[:, ::-1] + rng.normal(0.0, 0.1, (len(t), 3)),
    )
    counter = RepCounter(exercise="cyclic")
    reps = [rep for start in range(0, len(t), 625) for rep in counter.update(walking[start : start + 625])]
    assert reps[-1].end_s > t[-1] - 300.0  # a run may last 120 s, and is waited for by those that began in it
    assert np.sum([rep.duration_s for rep in reps]) > 0.9 * (reps[-1].end_s - reps[0].start_s)


@pytest.mark.long
@pytest.mark.parametrize(
    ("period_s", "gap_s"),
    [
        (3.0, 40.0),
        (8.0, 46.9),
        (16.0, 40.0),
        *(
            pytest.param(period_s, gap_s, marks=pytest.mark.long)
            for period_s in (3.0, 8.0, 16.0)
            for gap_s in (43.3, 51.2, 58.0)
        ),
    ],
)
def test_reps_around_a_gap_follow_each_other_and_stay_in_what_was_measured(period_s, gap_s):
    samples = swinging(reps=(6,), period_s=period_s)
    kept = (samples.t < gap_s) | (samples.t > gap_s + 2.5)
    session = count(Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept]), exercise="cyclic")
    times = [time for rep in session.reps for time in (rep.start_s, rep.end_s)]
    assert times == sorted(times)
    assert times[0] >= samples.t[0]
    assert times[-1] <= samples.t[-1]
    assert not any(gap_s < time < gap_s + 2.4 for time in times)
