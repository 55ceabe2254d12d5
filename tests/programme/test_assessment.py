import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.programme import PlannedSet, Programme, assess
from imucount.reps import Rep
from imucount.sets import group_reps


def circles(*sets, period_s=3.0, rest_s=30.0):
    """Sets of circles, each a number and a direction, with rests between."""
    reps, at_s = [], 0.0
    for n, direction in sets:
        for _ in range(n):
            reps.append(Rep(at_s, at_s + period_s, direction, (), 20.0, 12.0, 1.0))
            at_s += period_s
        at_s += rest_s
    return group_reps(reps)


def verdicts(programme, sets):
    return [(outcome.count, outcome.verdict) for outcome in assess(programme, sets).outcomes]


FORWARD, BACKWARD = (10, "forward"), (10, "backward")
WHOLE = [FORWARD] * 3 + [BACKWARD] * 3


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (WHOLE, ["done"] * 6),
        ([], ["missing"] * 6),
        ([FORWARD] * 2 + [BACKWARD] * 3, ["done", "done", "missing", "done", "done", "done"]),
        ([FORWARD] * 3 + [(8, "backward"), *[BACKWARD] * 2], ["done"] * 3 + ["partial", "done", "done"]),
        ([FORWARD] * 6, ["done"] * 3 + ["wrong direction"] * 3),
        ([*WHOLE, (4, "backward")], ["done"] * 6 + ["extra"]),
        ([(12, "forward"), *WHOLE[1:]], ["more"] + ["done"] * 5),
        ([(6, "forward"), (4, "forward"), *WHOLE[1:]], ["done"] * 6),
        ([(10, "unknown")] * 6, ["done"] * 6),
    ],
)
def test_sets_are_held_against_the_prescription(done, expected):
    outcomes = assess(Programme.prescribed(), circles(*done)).outcomes
    assert [outcome.verdict for outcome in outcomes] == expected


def test_what_is_unknown_of_a_direction_is_told():
    programme = Programme((PlannedSet(10, "forward"), PlannedSet(10, "any")))
    outcomes = assess(programme, circles((10, "unknown"), (10, "unknown"))).outcomes
    assert [outcome.direction_is_known for outcome in outcomes] == [False, True]


@pytest.mark.parametrize(
    ("period_s", "expected"), [(2.9, "too fast"), (3.1, None), (4.0, None), (4.9, None), (5.1, "too slow")]
)
def test_a_tempo_that_is_off_by_a_quarter_is_told(period_s, expected):
    programme = Programme((PlannedSet(10, "forward", period_s=4.0),))
    (outcome,) = assess(programme, circles(FORWARD, period_s=period_s)).outcomes
    assert outcome.tempo_is_off == expected


def test_a_rest_that_is_too_short_is_told_of_the_set_after_it():
    programme = Programme((PlannedSet(10, "forward", rest_s=30), PlannedSet(10, "backward")))
    short = assess(programme, circles(FORWARD, BACKWARD, rest_s=20.0)).outcomes
    long = assess(programme, circles(FORWARD, BACKWARD, rest_s=25.0)).outcomes
    assert [outcome.rest_is_short for outcome in short] == [False, True]
    assert [outcome.rest_is_short for outcome in long] == [False, False]


directions = st.sampled_from(["forward", "backward", "unknown"])


@given(
    st.lists(st.tuples(st.integers(1, 12), directions), max_size=8),
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(["forward", "backward", "any"])), min_size=1, max_size=5
    ),
)
def test_every_circle_and_every_planned_set_is_in_one_outcome(done, planned):
    sets = circles(*done)
    programme = Programme(tuple(PlannedSet(*each) for each in planned))
    outcomes = assess(programme, sets).outcomes
    assert tuple(each.planned for each in outcomes if each.planned is not None) == programme.sets
    starts = [
        rep.start_s for each in outcomes for rep in sorted([*each.reps, *each.wrong], key=lambda rep: rep.start_s)
    ]
    assert starts == [rep.start_s for each in sets for rep in each.reps]
    assert assess(programme, sets).reps_done <= programme.reps


def test_a_day_of_sets_is_assessed():
    outcomes = assess(Programme.prescribed(), circles(*[FORWARD] * 1200)).outcomes
    assert sum(outcome.verdict == "extra" for outcome in outcomes) == 1200 - 6
