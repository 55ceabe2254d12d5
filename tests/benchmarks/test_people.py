"""The benchmark of circles as people make them: what it says of a perfect session, and of an empty one."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.harsher import HARSHER, WITHOUT_CIRCLES
from benchmarks.people import People, confidence_rows, judge, report_people
from imucount import Rep, Session
from imucount.sets import group_reps
from imucount.simulate import Circles, Clip, Movement, simulate

SEED = 3


@pytest.fixture(scope="module")
def simulation():
    still = Movement("standing", 6.0)
    return simulate([still, Circles(4, "forward"), still], clip=Clip(sampling_rate_hz=25.0), seed=SEED)


def session_of(simulation, **changes):
    reps = tuple(
        replace(Rep(true.start_s, true.end_s, true.direction, (), 9.0, 6.0, 0.995), **changes)
        for true in simulation.reps
    )
    return Session(0.0, 40.0, "right", 25.0, reps, group_reps(reps), (), ())


def test_a_perfect_session_is_perfect(simulation):
    people = judge(simulation, session_of(simulation))
    assert (people.sets_exact, people.sessions_right, people.false, people.with_a_lost_set) == (1, 1, 0, 0)
    assert people.sure_holds == people.with_reps == 1
    assert people.confidences == [(0.995, True)] * 4


def test_a_wrong_direction_is_not_right(simulation):
    people = judge(simulation, session_of(simulation, direction="backward"))
    assert (people.sets_exact, people.directions_wrong, people.sure_holds) == (0, 4, 0)


def test_a_set_that_is_lost_is_seen_and_whether_it_is_told(simulation):
    empty = Session(0.0, 40.0, "right", 25.0, (), (), (), ())
    assert (judge(simulation, empty).with_a_lost_set, judge(simulation, empty).lost_and_told) == (1, 0)
    told = replace(empty, warnings=("At 6 s something went round 4 times and was not counted",))
    assert judge(simulation, told).lost_and_told == 1


def test_circles_beside_the_sets_are_false(simulation):
    assert judge(simulation, session_of(simulation, start_s=0.0, end_s=2.0)).false == 4


@pytest.mark.parametrize("draw", [*(each.draw for each in HARSHER), *WITHOUT_CIRCLES.values()])
def test_every_condition_draws_something(draw):
    assert draw(np.random.default_rng(SEED)).script


def test_a_confidence_of_one_is_in_the_last_row():
    assert confidence_rows([(1.0, True), (0.99, True)])[-1] == "| 0.99 to 1 | 2 | 100.0 % |"


def test_the_table_has_a_row_for_each():
    names = [*(each.title for each in HARSHER), *WITHOUT_CIRCLES]
    table = report_people({name: People() for name in names})
    assert all(f"| {name} |" in table for name in names)
