"""The benchmarks: what is asked of a condition is in it, and the score of a session is what it should be."""

from dataclasses import replace

import numpy as np
import pytest
from short_run import one_in

from benchmarks.circles import Outcome, compare, percent, report
from benchmarks.conditions import CONDITIONS, OTHER_MOVEMENT, SITTING, steady
from benchmarks.peers import count_by_autocorrelation, count_by_peaks
from imucount import Rep, RepSet, Session
from imucount.simulate import Circles, Clip, Movement, Reclip, simulate

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


@pytest.mark.parametrize("condition", one_in(4, CONDITIONS), ids=[condition.title for condition in CONDITIONS])
def test_the_truth_is_exact_in_every_condition(condition):
    simulation = condition.simulate(SEED)
    direction = None if condition.has_direction else "unknown"
    outcome = compare(condition, simulation, perfect(simulation, direction, late_s=0.02))
    assert outcome.sets_exact == outcome.sets == len(simulation.sets) > 0
    assert outcome.sessions_right == 1
    assert outcome.directions_right == outcome.reps == len(simulation.reps)
    assert outcome.failures == []
    assert np.allclose(outcome.end_errors_s, 0.02)
    assert np.allclose(outcome.last_end_errors_s, 0.02)
    assert np.allclose(outcome.first_start_errors_s, 0.0)
    assert np.allclose(outcome.rest_errors_s, -0.02)
    assert len(outcome.rest_errors_s) <= len(outcome.first_start_errors_s) <= outcome.sets


def test_where_there_is_no_rest_none_is_measured():
    still = Movement("standing", 3.0)
    script = [still, Circles(2, "forward"), Circles(2, "backward"), still, Circles(2, "backward"), still]
    simulation = simulate(script, seed=SEED)
    outcome = compare(CONDITIONS[0], simulation, perfect(simulation))
    assert outcome.sets_exact == 3
    assert (len(outcome.first_start_errors_s), len(outcome.last_end_errors_s)) == (2, 2)
    assert len(outcome.rest_errors_s) == 1


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


# what a condition draws is what its row says


def takes(index, n=300):
    return [CONDITIONS[index].draw(np.random.default_rng([SEED, number])) for number in range(n)]


def every_circles(some):
    return [part for take in some for part in take.script if isinstance(part, Circles)]


def spans(values, low, high, *, slack=0.1):
    """Whether values lie within a range and come near both of its ends."""
    near = slack * (high - low)
    return low <= min(values) <= low + near and high - near <= max(values) <= high


def test_the_programme_is_three_sets_of_ten_each_way_on_both_sides_at_any_rate():
    some = takes(0)
    for take in some:
        sets = [part for part in take.script if isinstance(part, Circles)]
        assert [part.direction for part in sets] == ["forward"] * 3 + ["backward"] * 3
        assert {part.reps for part in sets} == {10}
        assert not any(part.separate for part in sets)
        assert all(1.7 <= part.period_s <= 4.6 for part in sets)  # 2-4 s, and a set at its own tempo
    assert spans(
        [np.median([part.period_s for part in every_circles([take])]) for take in some], 1.8, 4.4, slack=0.15
    )
    assert {take.wearer.side for take in some} == {"left", "right"}
    assert spans([take.clip.sampling_rate_hz for take in some], 25.0, 200.0)


def test_tempo_is_one_to_eight_seconds():
    assert spans([part.period_s for part in every_circles(takes(1))], 1.0, 8.0)


def test_separate_moves_have_dwells_at_three_to_six_seconds():
    parts = every_circles(takes(2))
    assert all(part.separate for part in parts)
    assert spans([part.period_s for part in parts], 3.0 * 0.85, 6.0 * 1.15, slack=0.15)


def test_small_circles_reach_down_to_ten_and_six_degrees():
    parts = every_circles(takes(3))
    assert min(part.elevation_deg for part in parts) == 10.0
    assert min(part.protraction_deg for part in parts) == 6.0
    assert np.mean([part.elevation_deg == 10.0 for part in parts]) == pytest.approx(0.5, abs=0.1)


def test_a_poor_sensor_is_poor():
    for take in takes(4):
        assert (take.clip.acc_noise_ug, take.clip.gyr_bias_dps, take.clip.packet_loss) == (400.0, 8.0, 0.15)
        assert abs(take.clip.clock_error) == 0.02
        assert [outage[1] for outage in take.clip.outages] == [1.0]


def test_few_and_many_are_all_four_kinds():
    kinds = set()
    for take in takes(5):
        reps = tuple(sorted(part.reps for part in take.script if isinstance(part, Circles)))
        joined = any(
            isinstance(one, Circles) and isinstance(other, Circles)
            for one, other in zip(take.script, take.script[1:])
        )
        kinds.add((reps, joined, isinstance(take.script[0], Circles)))
    assert kinds == {
        ((1, 2, 3), False, False),
        ((10, 10), True, False),
        ((30,), False, False),
        ((10, 10), False, True),
    }


def test_other_movement_goes_between_all_sets():
    kinds = set()
    for take in takes(6):
        at = [index for index, part in enumerate(take.script) if isinstance(part, Circles)]
        for one, other in zip([-1, *at], at):
            between = {part.kind for part in take.script[one + 1 : other]}
            assert between - {"standing"}
            kinds |= between
    assert kinds == {"standing", "walking", "sitting", "fidgeting", "arm_swings", "bows"}


def test_an_oblique_clip_turns_as_obliquely_as_it_says():
    clips = [take.clip for take in takes(7)]
    assert spans([clip.yaw_share for clip in clips], 0.25, 1.0)
    assert spans([clip.pitch_coupling for clip in clips], 0.0, 0.5)
    assert spans([clip.yaw_from_elevation for clip in clips], 0.0, 0.3)


def test_the_clip_is_put_on_anew_between_all_sets():
    for take in takes(8):
        kinds = [type(part) for part in take.script if isinstance(part, (Circles, Reclip))]
        assert kinds == [Circles, Reclip, Circles, Reclip, Circles, Reclip, Circles]


def test_only_the_last_condition_has_no_gyroscope():
    for index in range(len(CONDITIONS)):
        has_gyroscope = {take.clip.gyroscope for take in takes(index, 20)}
        assert has_gyroscope == {index != 9}


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
