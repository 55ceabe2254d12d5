"""The benchmarks: what is asked of a condition is in it, and the score of a session is what it should be."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.circles import Outcome, compare, percent, report
from benchmarks.conditions import CONDITIONS, OTHER_MOVEMENT, SITTING, steady
from benchmarks.peers import count_by_autocorrelation, count_by_peaks
from imucount import Rep, RepSet, Session
from imucount.simulate import Circles, Clip, Movement, simulate

SEED = 3  # the benchmarks themselves begin at 10 000


def perfect(simulation, direction=None, late_s=0.0):
    """Session of a counter that knows the truth."""
    sets = tuple(
        RepSet(
            tuple(
                Rep(
                    start_s=rep.start_s,
                    end_s=rep.end_s + late_s,
                    direction=direction or rep.direction,
                    phases=(),
                    elevation_deg=rep.elevation_deg,
                    protraction_deg=rep.protraction_deg,
                    confidence=1.0,
                )
                for rep in true_set.reps
            ),
            None,
        )
        for true_set in simulation.sets
    )
    return session_of(sets)


def session_of(sets):
    return Session(0.0, 1.0, "right", 100.0, tuple(rep for each in sets for rep in each.reps), sets, (), ())


@pytest.fixture(scope="module")
def programme():
    condition = CONDITIONS[0]
    return condition, condition.simulate(SEED)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.title)
def test_the_truth_is_exact_in_every_condition(condition):
    simulation = condition.simulate(SEED)
    direction = None if condition.has_direction else "unknown"
    outcome = compare(condition, simulation, perfect(simulation, direction, late_s=0.02))
    assert outcome.sets_exact == outcome.sets == len(simulation.sets) > 0
    assert outcome.sessions_right == 1
    assert outcome.directions_right == outcome.reps == len(simulation.reps)
    assert outcome.failures == []
    assert np.allclose(outcome.end_errors_s, 0.02)


def test_a_missing_circle_and_a_wrong_direction_spoil_their_set(programme):
    condition, simulation = programme
    sets = list(perfect(simulation).sets)
    sets[0] = replace(sets[0], reps=sets[0].reps[1:])
    sets[1] = replace(sets[1], reps=tuple(replace(rep, direction="backward") for rep in sets[1].reps))
    outcome = compare(condition, simulation, session_of(tuple(sets)))
    assert outcome.sets_exact == len(sets) - 2
    assert outcome.failures == ["set 1: 10 forward, got 9 forward", "set 2: 10 forward, got 10 backward"]
    assert outcome.reps - outcome.directions_right == 10
    assert outcome.sessions_right == 1


def test_a_split_set_is_not_exact_nor_is_the_number_of_sets(programme):
    condition, simulation = programme
    first, *others = perfect(simulation).sets
    halves = (replace(first, reps=first.reps[:5]), replace(first, reps=first.reps[5:]))
    outcome = compare(condition, simulation, session_of((*halves, *others)))
    assert outcome.sets_exact == len(others)
    assert outcome.sessions_right == 0


def test_a_session_of_nothing_finds_nothing(programme):
    condition, simulation = programme
    outcome = compare(condition, simulation, session_of(()))
    assert (outcome.sets_exact, outcome.reps, outcome.sessions_right) == (0, 0, 0)


@pytest.mark.parametrize("draw", [OTHER_MOVEMENT, SITTING])
def test_ten_minutes_without_circles(draw):
    take = draw(np.random.default_rng(SEED))
    assert all(isinstance(part, Movement) for part in take.script)
    assert sum(part.duration_s for part in take.script) == pytest.approx(600.0, abs=0.2)


def test_the_live_measure_is_at_three_seconds():
    periods_s = [part.period_s for part in steady(np.random.default_rng(SEED)).script if isinstance(part, Circles)]
    assert len(periods_s) == 6
    assert np.mean(periods_s) == pytest.approx(3.0, rel=0.1)


def test_a_table_without_figures_says_so():
    table = report([Outcome() for _ in CONDITIONS], [(0, 1.0)], [(3, 0.5)], [])
    assert "none found" in table
    assert "6.00" in table
    assert all(condition.title in table for condition in CONDITIONS)


def test_a_share_is_not_rounded_up():
    assert percent(1999, 2000) == "99.9 %"
    assert percent(2000, 2000) == "100 %"


@pytest.mark.parametrize("count", [count_by_peaks, count_by_autocorrelation])
def test_the_plain_counters_find_a_plain_set(count):
    script = [Movement("standing", 10.0), Circles(12, "forward"), Movement("standing", 10.0)]
    simulation = simulate(script, clip=Clip(sampling_rate_hz=50.0), seed=SEED)
    (found,) = count(simulation.samples)
    assert abs(found.reps - 12) <= 1
    assert found.start_s < simulation.sets[0].end_s
    assert found.end_s > simulation.sets[0].start_s
    assert count(simulate(script[:1], seed=SEED).samples) == []
