"""What a counter saw: it changes no count, does not depend on how a stream is cut, and agrees with the reps."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imucount import RepCounter, Samples, Session, count, teach_reps
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

STAND = Movement("standing", 6.0)
MIXED = (
    *(STAND, Circles(4, "forward", 2.5), STAND, Movement("shrugs", 8.0), STAND),
    *(Circles(3, "backward", 3.0), Movement("walking", 8.0), STAND),
)


@cache
def recording(*script, seed=3, **clip):
    return simulate(script or MIXED, clip=Clip(**({"sampling_rate_hz": 40.0} | clip)), seed=seed).samples


@cache
def seen(exercise="shoulder-circles", **clip):
    return count(recording(**clip), "right", exercise=exercise, keep_signals=True)


def arrays(signals):
    """All numbers of signals, in order."""
    parts = [signals.t_s, signals.phase]
    if hasattr(signals, "loops"):
        parts += [signals.elevation_deg, signals.protraction_deg, signals.up]
        for loop in (*signals.loops, *signals.rejected):
            parts += [loop.t_s, loop.phase, loop.elevation_deg, loop.protraction_deg, [*loop.numbers.values()]]
    else:
        parts += [signals.acc, signals.gyr]
        for each in (*signals.sets, *signals.rejected):
            parts += [each.template, each.edges_s, each.likeness, [*each.numbers.values()]]
    return np.concatenate([np.ravel(part) for part in parts])


@pytest.mark.parametrize("exercise", ["shoulder-circles", "cyclic"])
def test_the_count_is_the_same_and_nothing_is_kept_that_was_not_asked_for(exercise):
    session = count(recording(), "right", exercise=exercise)
    assert session.signals is None
    assert seen(exercise).signals is not None
    assert seen(exercise) == session
    assert seen(exercise).to_json() == session.to_json()
    assert Session.from_json(seen(exercise).to_json()).signals is None


@pytest.mark.parametrize("exercise", ["shoulder-circles", "cyclic"])
@settings(max_examples=6)
@given(cuts=st.lists(st.integers(0, len(recording())), max_size=8))
def test_what_is_seen_does_not_depend_on_how_the_stream_is_cut(exercise, cuts):
    samples = recording()
    counter = RepCounter("right", exercise=exercise, keep_signals=True)
    edges = [0, *sorted(cuts), len(samples)]
    for start, end in pairwise(edges):
        counter.update(samples[start:end])
    signals, whole = counter.finish().signals, seen(exercise).signals
    np.testing.assert_array_equal(arrays(signals), arrays(whole))
    assert [each.verdict for each in signals.rejected] == [each.verdict for each in whole.rejected]


def test_the_loop_of_a_rep_has_its_times_and_its_range():
    session = seen()
    assert len(session.reps) == 7
    for rep, loop in zip(session.reps, session.signals.loops, strict=True):
        assert (loop.start_s, loop.end_s) == (rep.start_s, rep.end_s)
        assert loop.verdict in ("counted", "beside")
        assert np.ptp(loop.elevation_deg) == pytest.approx(rep.elevation_deg, rel=0.1)
        assert np.ptp(loop.protraction_deg) == pytest.approx(rep.protraction_deg, rel=0.15)
        assert loop.numbers["duration_s"] == rep.duration_s


def test_a_circle_goes_up_and_first_back_or_forward_as_its_direction_says():
    for rep, loop in zip(seen().reps, seen().signals.loops, strict=True):
        top = loop.phase[np.argmax(loop.elevation_deg)]
        back, front = loop.phase[np.argmin(loop.protraction_deg)], loop.phase[np.argmax(loop.protraction_deg)]
        assert top == pytest.approx(0.5, abs=0.05)
        assert (back < top < front) if rep.direction == "forward" else (front < top < back)


def test_on_the_left_shoulder_protraction_is_forward_too():
    samples = simulate([STAND, Circles(4, "forward"), STAND], wearer=Wearer(side="left"), seed=1).samples
    session = count(samples, "left", keep_signals=True)
    assert session.total("forward") == 4
    for loop in session.signals.loops:
        assert loop.phase[np.argmin(loop.protraction_deg)] < 0.5 < loop.phase[np.argmax(loop.protraction_deg)]


def test_the_signals_are_on_one_even_grid_with_a_phase_in_circles_alone():
    session = seen()
    signals = session.signals
    assert np.diff(signals.t_s) == pytest.approx(0.04)
    assert signals.t_s[0] == pytest.approx(session.start_s, abs=0.2)
    assert signals.t_s[-1] == pytest.approx(session.end_s, abs=0.3)
    assert np.linalg.norm(signals.up, axis=1) == pytest.approx(1.0)
    is_in_rep = np.zeros(len(signals.t_s), dtype=bool)
    for rep in session.reps:
        is_in_rep |= (signals.t_s >= rep.start_s) & (signals.t_s < rep.end_s)
    assert (np.isfinite(signals.phase) == is_in_rep).all()
    assert np.nanmin(signals.phase) >= 0.0
    assert np.nanmax(signals.phase) <= 1.0


def test_elevation_is_high_where_the_circles_are_up():
    signals = seen().signals
    up, down = np.abs(signals.phase - 0.5) < 0.1, np.abs(signals.phase - 0.5) > 0.45
    assert signals.elevation_deg[up].min() > signals.elevation_deg[down].max()


def test_loops_that_were_not_counted_lie_beside_those_that_were_and_tell_why():
    signals = seen().signals
    assert signals.rejected
    every = sorted((*signals.loops, *signals.rejected), key=lambda loop: loop.start_s)
    for one, other in pairwise(every):
        shared_s = one.end_s - other.start_s
        assert shared_s <= 0.35 * max(one.numbers["duration_s"], other.numbers["duration_s"])
    for loop in signals.rejected:
        assert loop.verdict not in ("counted", "beside")
        if loop.verdict == "unlike":
            assert loop.numbers["score"] < loop.numbers["score_needed"]


def verdicts(samples, start_s, end_s, **settings):
    signals = count(samples, "right", keep_signals=True, **settings).signals
    return {loop.verdict for loop in signals.rejected if start_s < loop.end_s and loop.start_s < end_s}


def test_shrugs_are_flat_or_unlike_and_few_circles_are_few():
    assert verdicts(recording(), 24.0, 30.0) <= {"flat", "narrow", "unlike"}
    three = recording(STAND, Circles(3, "forward", 2.5), STAND)
    assert verdicts(three, 5.0, 14.0) <= {"unlike"}
    assert "few" in verdicts(three, 5.0, 14.0, min_reps=4)


def test_time_jumps_at_a_gap():
    session = seen(outages=((10.0, 4.0),))
    (gap,) = session.gaps
    steps = np.diff(session.signals.t_s)
    assert (steps > 1.0).sum() == 1
    assert steps.max() == pytest.approx(gap.duration_s, abs=0.5)


def test_without_a_gyroscope_there_is_no_protraction():
    session = seen(gyroscope=False)
    assert np.isnan(session.signals.protraction_deg).all()
    assert all(np.isnan(loop.protraction_deg).all() for loop in session.signals.loops)
    assert len(session.signals.loops) == len(session.reps) > 0
    assert np.isnan(seen("cyclic", gyroscope=False).signals.gyr).all()


def test_a_gyroscope_that_contradicts_is_in_no_signal():
    samples = simulate([STAND, Circles(8, "forward"), STAND], seed=2).samples
    swapped = Samples(samples.t, samples.acc, samples.gyr[:, [1, 0, 2]])
    session = count(swapped, "right", keep_signals=True)
    assert session.total("unknown") == len(session.reps) == len(session.signals.loops) >= 7
    assert np.isnan(session.signals.protraction_deg).all()


@pytest.mark.parametrize("n", [0, 1, 30])
@pytest.mark.parametrize("exercise", ["shoulder-circles", "cyclic"])
def test_so_few_samples_that_nothing_can_be_seen(exercise, n):
    session = count(recording()[:n], "right", exercise=exercise, keep_signals=True)
    assert session.reps == session.signals.rejected == ()
    assert len(session.signals.t_s) <= n


def test_cycles_are_those_of_the_reps():
    session = seen("cyclic")
    edges_s = np.concatenate([each.edges_s for each in session.signals.sets])
    assert edges_s[:, 0] == pytest.approx([rep.start_s for rep in session.reps])
    assert edges_s[:, 1] == pytest.approx([rep.end_s for rep in session.reps])
    for each in session.signals.sets:
        assert each.verdict == "counted"
        assert each.likeness.mean() == pytest.approx(each.numbers["likeness"])
        assert each.template.shape == (6, 12)
    is_in_rep = np.isfinite(session.signals.phase)
    assert is_in_rep.sum() == pytest.approx(25.0 * sum(rep.duration_s for rep in session.reps), rel=0.05)


def test_what_was_compared_is_the_recording():
    signals, samples = seen("cyclic").signals, recording()
    inside = (signals.t_s > samples.t[0]) & (signals.t_s < samples.t[-1])
    twin = np.stack([np.interp(signals.t_s[inside], samples.t, axis) for axis in samples.acc.T], axis=1)
    assert np.sqrt(np.mean((twin - signals.acc[inside]) ** 2)) < 0.2


def test_cycles_that_are_too_few_or_of_another_exercise_are_told():
    circles = recording(STAND, Circles(5, "forward", 2.5), STAND)
    few = count(circles, exercise="cyclic", min_reps=9, keep_signals=True).signals
    assert [(each.verdict, each.numbers["cycles"]) for each in few.rejected] == [("few", 5)]
    walk = recording(STAND, Movement("walking", 12.0), STAND)
    taught = teach_reps(circles, reps=5)
    other = count(walk, exercise="cyclic", profile=taught, keep_signals=True)
    assert other.reps == ()
    assert "another" in {each.verdict for each in other.signals.rejected}
