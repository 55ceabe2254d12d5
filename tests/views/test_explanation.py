"""What is told of a moment is what was counted there, or was not."""

from dataclasses import replace
from functools import cache
from typing import get_args

import pytest

from imucount import CountingError, count, teach_reps
from imucount.signals import SetVerdict, Verdict
from imucount.simulate import Circles, Clip, Movement, simulate
from imucount.views.explanation import WHY, WHY_SET, moment_lines

STAND = Movement("standing", 6.0)
SCRIPT = (STAND, Circles(3, "forward", 2.5), STAND, Movement("walking", 8.0), STAND, Circles(3, "backward"), STAND)


@cache
def session(exercise="shoulder-circles", side="right", **clip):
    samples = simulate(SCRIPT, clip=Clip(sampling_rate_hz=50.0, **clip), seed=3).samples
    return count(samples, side, exercise=exercise, keep_signals=True)


def told(at_s, **settings):
    return "\n".join(moment_lines(session(**settings), at_s))


@pytest.mark.parametrize("exercise", ["shoulder-circles", "cyclic"])
def test_each_rep_is_told_as_what_it_is(exercise):
    told_of = session(exercise)
    noun = "Rep" if exercise == "cyclic" else "Circle"
    for number, rep_set in enumerate(told_of.sets, 1):
        for place, rep in enumerate(rep_set.reps, 1):
            lines = moment_lines(told_of, rep.start_s + 0.3 * rep.duration_s - told_of.start_s)
            assert lines[0].startswith(f"{noun} {place} of {len(rep_set.reps)} in set {number}")
            assert ("(steps)" in lines[0]) == (rep.kind == "steps")
            assert rep.direction == "unknown" or f"It is {rep.direction} since" in lines[-1]


def test_everything_that_was_seen_and_not_counted_is_told_with_its_numbers():
    seen = session()
    assert seen.signals.rejected
    for loop in seen.signals.rejected:
        middle_s = 0.5 * (loop.start_s + loop.end_s)
        if any(rep.start_s <= middle_s < rep.end_s for rep in seen.reps):
            continue
        lines = moment_lines(seen, middle_s - seen.start_s)
        assert "was not counted" in lines[0] or "No loop" in lines[0]
        if "unlike" in lines[0]:
            assert (
                f"a score of {loop.numbers['score']:.1f}, and {loop.numbers['score_needed']:.1f} is needed"
                in lines[-1]
            )


@pytest.mark.parametrize("verdict", sorted({*get_args(Verdict)} - {"counted", "beside"}))
def test_each_verdict_is_told_in_words(verdict):
    seen = session()
    loop = seen.signals.rejected[0]
    loop = replace(
        loop, verdict=verdict, numbers={**loop.numbers, "far_from_rest": 1.3, "elevation_needed_deg": 5.0}
    )
    only = replace(seen, reps=(), sets=(), signals=replace(seen.signals, rejected=(loop,)))
    lines = moment_lines(only, 0.5 * (loop.start_s + loop.end_s) - seen.start_s)
    assert lines[0].endswith(f"It was not counted: {WHY[verdict]}.")
    assert any("is low 130 % of its height away" in line for line in lines)
    assert any("needs 5.0° of elevation" in line for line in lines)


def test_each_verdict_on_cycles_has_words():
    assert WHY_SET.keys() == {*get_args(SetVerdict)} - {"counted"}


def test_rest_is_told_as_that():
    assert told(2.0).startswith(("No loop was seen", "A loop from"))
    assert told(17.0, exercise="cyclic").startswith("Nothing that repeats itself was seen there.")


def test_why_a_direction_is_unknown():
    at_s = session().reps[1].start_s + 1.0
    assert "not told which shoulder" in told(at_s, side=None)
    assert "protraction is not seen" in told(at_s, gyroscope=False)


def test_a_gap_has_nothing():
    (gap,) = session(outages=((9.0, 5.0),)).gaps
    assert told(gap.start_s + 1.0, outages=((9.0, 5.0),)).startswith("There are no samples from 0:0")


def test_what_was_bridged_is_told_with_what_was_seen():
    outages = ((9.0, 0.5),)
    (gap,) = session(outages=outages).gaps
    bridged, *seen = told(gap.start_s + 0.2, outages=outages).splitlines()
    assert bridged.startswith("There are no samples from 0:0")
    assert bridged.endswith("it is bridged.")
    assert seen


@pytest.mark.parametrize("at_s", [-1.0, 1000.0])
def test_a_moment_outside_of_the_recording_is_refused(at_s):
    with pytest.raises(CountingError, match="a time within the recording, 0:00 to "):
        told(at_s)


def test_a_session_without_signals_is_refused():
    with pytest.raises(CountingError, match="keep_signals=True"):
        moment_lines(count(simulate([STAND]).samples), 1.0)


def test_why_cycles_were_not_counted():
    circles = simulate([STAND, Circles(5, "forward", 2.5), STAND], seed=1).samples
    few = count(circles, exercise="cyclic", min_reps=9, keep_signals=True)
    lines = moment_lines(few, 12.0)
    assert lines[0].startswith("5 cycles from ")
    assert lines[0].endswith("fewer in a row than were asked for.")
    walk = simulate([STAND, Movement("walking", 12.0), STAND], seed=1).samples
    other = count(walk, exercise="cyclic", profile=teach_reps(circles, reps=5), keep_signals=True)
    assert "not the exercise that was taught" in moment_lines(other, 12.0)[0]
