"""What is told of a moment is what was counted there, or was not."""

import re
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest

from imucount import CountingError, count, teach_reps
from imucount.signals import SetVerdict, Verdict
from imucount.simulate import Circles, Clip, Movement, simulate
from imucount.views.explanation import AGAINST, WHY, WHY_SET, moment_lines

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
            score = f"a score of {loop.numbers['score']:.1f}, and {loop.numbers['score_needed']:.1f} is needed"
            assert score in lines[2]
            assert lines[3].startswith("Most against it: ")


SO_FAR = {"score": 2.5, "alike": 3.0}
NEEDED = [
    ("small", {"elevation_needed_deg": 2.5}, "The least that may be one has 2.5° of elevation."),
    ("small", SO_FAR | {"elevation_needed_deg": 5.0}, "A set of circles of this length needs 5.0° of elevation."),
    ("narrow", {"protraction_needed_deg": 0.7}, "has 0.7° of protraction."),
    ("flat", {"roundness_needed": 0.2}, "has a roundness of 0.20."),
    (
        "unlike",
        SO_FAR | {"score_needed": 5.0},
        "Together with the 2 ones like it before, it has a score of 2.5, and",
    ),
    ("doubtful", SO_FAR | {"chance": 0.4, "chance_needed": 0.5}, "40 % are circles, and 50 % is needed."),
    ("few", SO_FAR | {"alike_needed": 4.0}, "It is number 3 in a row, and 4 are needed."),
    ("alone", SO_FAR | {"closure_most": 0.42}, "ends at most 42 % of its height from where it began."),
    (
        "alone",
        SO_FAR | {"rest_height": -0.6, "rest_height_most": 0.35},
        "60 % of its height below where it begins",
    ),
    ("alone", SO_FAR, "The shoulder had not rested before it."),
    ("elsewhere", SO_FAR | {"far_from_rest": 1.3, "far_from_rest_most": 0.4}, "is low 130 % of its height away"),
    (
        "upside down",
        SO_FAR | {"upward_evidence": -4.0, "upward_evidence_needed": 2.2},
        "log odds of -4.0, and 2.2",
    ),
    ("given up", SO_FAR | {"roundness_needed": 5.0}, "are rounder: 5.00 is needed beside them."),
    ("given up", SO_FAR | {"roundness_needed": 0.0}, "does not come down on the far side"),
    ("turned back", SO_FAR, "the other way round than the one before"),
]
"""Verdicts as the engine may give them, with their numbers, and what is told of them."""


@pytest.mark.parametrize(("verdict", "numbers", "words"), NEEDED)
def test_each_verdict_is_told_in_words(verdict, numbers, words):
    seen = session()
    loop = seen.signals.rejected[0]
    measured = {name: value for name, value in loop.numbers.items() if name not in ("score", "alike")}
    loop = replace(loop, verdict=verdict, numbers=measured | numbers, against={})
    only = replace(seen, reps=(), sets=(), signals=replace(seen.signals, rejected=(loop,)))
    lines = moment_lines(only, 0.5 * (loop.start_s + loop.end_s) - seen.start_s)
    assert lines[0].endswith(f"It was not counted: {WHY[verdict]}.")
    assert any(words in line for line in lines)


def test_no_verdict_is_left_out():
    assert {verdict for verdict, _, _ in NEEDED} == WHY.keys() == {*get_args(Verdict)} - {"counted", "beside"}


@pytest.mark.parametrize("gyroscope", [True, False])
def test_what_is_told_against_a_loop_would_have_made_it_count(gyroscope):
    unlike = [loop for loop in session(gyroscope=gyroscope).signals.rejected if loop.verdict == "unlike"]
    assert unlike
    for loop in unlike:
        only = replace(
            session(gyroscope=gyroscope), reps=(), sets=(), signals=replace(session().signals, rejected=(loop,))
        )
        line = moment_lines(only, 0.5 * (loop.start_s + loop.end_s) - only.start_s)[3]
        missing = loop.numbers["score_needed"] - loop.numbers["score"]
        costs = [float(cost) for cost in re.findall(r"\(-([0-9.]+)\)", line)]
        assert costs == sorted(costs, reverse=True)
        assert sum(costs[:-1]) < missing + 0.05 * len(costs)
        every = sum(each for each in loop.against.values() if each > 0.0)
        assert sum(costs) >= min(missing, every) - 0.05 * len(costs)


@pytest.mark.parametrize("gyroscope", [True, False])
def test_each_trait_that_takes_off_a_score_has_words(gyroscope):
    for loop in session(gyroscope=gyroscope).signals.rejected:
        assert loop.against.keys() <= AGAINST.keys()
        assert loop.against.keys() <= loop.numbers.keys()


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
