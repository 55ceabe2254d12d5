import itertools
import math
from dataclasses import replace
from functools import reduce

import pytest
from circles.loops_in_a_row import (
    IDEAL,
    a_rest,
    a_selector,
    at_the_bottom,
    later,
    no_rest,
    nowhere,
    row,
    select,
    take,
)
from hypothesis import given
from hypothesis import strategies as st

from imucount.circles.scores import (
    BEST_DRAWING,
    BEST_SWING,
    Traits,
    chance_of_circle,
    costs_in_chance,
    drawing_costs,
    drawing_score,
    loop_score,
    neighbour_score,
    odd_costs,
    oddness,
    upward_evidence,
)


def turned_over(loop):
    """The loop with its low point taken for the high one."""
    return replace(
        loop,
        up_axis=tuple(-each for each in loop.up_axis),
        sense=-loop.sense,
        lever_m=-loop.lever_m,
        forward_lever_m=-loop.forward_lever_m,
    )


# score of a loop

WORSE = {
    "closure": (0.0, 1.5),
    "yaw_closure": (0.0, 1.5),
    "unexplained_rms": (0.0, 0.6),
    "fullest_quarter": (0.25, 0.65),
    "rise_share": (0.47, 0.87),
    "yaw_deg": (9.8, 60.0),
    "lever_m": (0.21, 1.0),
}
BETTER = {
    "roundness": (0.2, 1.0),
    "elevation_deg": (2.5, 14.0),
    "forward_lever_m": (-0.2, 0.2),
}


@pytest.mark.parametrize(("name", "bounds"), [*WORSE.items(), *BETTER.items()])
@given(data=st.data())
def test_the_more_a_loop_is_like_an_ideal_circle_the_more_it_scores(name, bounds, data):
    one, other = sorted(data.draw(st.lists(st.floats(*bounds), min_size=2, max_size=2)))

    def score(value):
        changes = {name: value} | ({"yaw_deg": 0.7 * value} if name == "elevation_deg" else {})
        return loop_score(replace(IDEAL, **changes), True)

    near, far = (one, other) if name in WORSE else (other, one)
    assert score(near) >= score(far)


@pytest.mark.parametrize(("name", "bounds"), [*WORSE.items(), *BETTER.items()])
def test_each_feature_matters(name, bounds):
    near, far = bounds if name in WORSE else bounds[::-1]
    changes = {"yaw_deg": 0.7 * far} if name == "elevation_deg" else {}
    better = loop_score(replace(IDEAL, **{name: near}), True)
    assert better > loop_score(replace(IDEAL, **({name: far} | changes)), True) + 0.5


def test_circles_that_are_too_slow_or_too_fast_score_less():
    usual = loop_score(IDEAL, True)
    assert loop_score(replace(IDEAL, end_s=24.0), True) < usual
    assert loop_score(replace(IDEAL, end_s=10.7), True) < usual


@pytest.mark.parametrize("name", ["closure", "unexplained_rms", "rise_share", "lever_m"])
def test_a_swing_without_gyroscope_is_judged_alike(name):
    near, far = WORSE[name]
    assert loop_score(replace(IDEAL, **{name: near}), False) > loop_score(replace(IDEAL, **{name: far}), False)


@pytest.mark.parametrize("has_gyroscope", [True, False])
@given(st.floats(2.5, 15.0), st.floats(0.0, 1.5), st.floats(0.2, 1.3), st.floats(-0.5, 0.8), st.integers(1, 12))
def test_a_score_is_the_best_less_what_each_trait_takes_off(
    has_gyroscope, elevation, closure, roundness, lever, n
):
    loop = replace(IDEAL, elevation_deg=elevation, closure=closure, roundness=roundness, lever_m=lever)
    traits = reduce(Traits.and_of, n * [Traits.of(loop)])
    of_drawing, odd = drawing_costs(loop, has_gyroscope), odd_costs(traits, has_gyroscope)
    best = drawing_score(loop, has_gyroscope) + sum(of_drawing.values())
    assert best == pytest.approx(BEST_DRAWING if has_gyroscope else BEST_SWING)
    assert oddness(traits, has_gyroscope) == pytest.approx(sum(odd.values()))


@given(st.floats(-4.0, 10.0), st.floats(0.0, 12.0), st.integers(1, 12))
def test_a_chance_is_less_by_what_each_trait_takes_off(drawing, odd, n):
    def log_odds(drawing, odd):
        chance = chance_of_circle(drawing, drawing, n, odd / n)
        return math.log(chance / (1.0 - chance))

    costs = costs_in_chance({"drawn": 10.0 - drawing}, {"shared": odd}, n)
    assert log_odds(10.0, 0.0) - log_odds(drawing, odd) == pytest.approx(sum(costs.values()), abs=1e-6)


# neighbours


@given(st.floats(0.6, 1.6), st.floats(0.6, 1.6))
def test_neighbours_of_more_equal_length_fit_better(one, other):
    def score(share):
        return neighbour_score(IDEAL, later(IDEAL, 3.0, end_s=13.0 + 3.0 * share), True)

    near, far = sorted((one, other), key=lambda share: max(share, 1.0 / share))
    assert score(near) >= score(far) - 1e-9


@given(st.floats(0.0, 1.5), st.floats(0.0, 1.5))
def test_neighbours_that_follow_sooner_fit_better(one, other):
    near, far = sorted((one, other))
    scores = [neighbour_score(IDEAL, later(IDEAL, 3.0 + pause_s), True) for pause_s in (near, far)]
    assert scores[0] >= scores[1]


@pytest.mark.parametrize("area", [(0.0, 0.03, 0.0), (0.03, 0.0, 0.0), (0.0, -0.02, 0.02)])
def test_neighbours_that_turn_about_another_axis_fit_worse(area):
    assert neighbour_score(IDEAL, later(IDEAL, 3.0, area=area), True) < neighbour_score(
        IDEAL, later(IDEAL, 3.0), True
    )


# which way is up


def test_a_lever_that_lies_as_a_shoulder_does_is_evidence_for_up():
    assert upward_evidence([IDEAL], IDEAL, True) > 0.0
    assert upward_evidence([IDEAL], IDEAL, False) > 0.0


@given(lever_m=st.floats(-0.5, 0.5), forward_lever_m=st.floats(-0.5, 0.5), n=st.integers(1, 6))
def test_up_and_down_have_opposite_evidence(lever_m, forward_lever_m, n):
    loops = row(n, replace(IDEAL, lever_m=lever_m, forward_lever_m=forward_lever_m))
    evidence = upward_evidence(loops, loops[-1], True)
    assert upward_evidence(loops, turned_over(loops[-1]), True) == pytest.approx(-evidence, abs=1e-9)
    over = [turned_over(loop) for loop in loops]
    assert upward_evidence(over, over[-1], True) == pytest.approx(-evidence, abs=1e-9)
    assert upward_evidence(over, loops[-1], True) == pytest.approx(evidence, abs=1e-9)


def test_evidence_grows_with_loops_that_agree():
    evidence = [upward_evidence(row(n), IDEAL, True) for n in range(1, 8)]
    assert evidence == sorted(evidence)
    assert evidence[-1] > evidence[0]


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_larger_lever_is_more_evidence(one, other):
    low, high = (upward_evidence([replace(IDEAL, lever_m=each)], IDEAL, True) for each in sorted((one, other)))
    assert low <= high


@given(st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_an_uncertain_lever_is_less_evidence(one, other):
    sure, unsure = (
        upward_evidence([replace(IDEAL, lever_sd_m=sd, forward_lever_sd_m=0.3 * sd)], IDEAL, True)
        for sd in sorted((one, other))
    )
    assert sure >= unsure > 0.0


def test_an_offset_that_makes_both_levers_is_no_evidence():
    """An offset adds to both levers as much as the square of the period says, and cannot be told from none."""
    slow = replace(IDEAL, lever_sd_m=0.35, forward_lever_sd_m=0.1)  # 6 s a circle: 1 m by 1 m/s²
    told = upward_evidence([slow] * 6, slow, True)
    shifted = [
        upward_evidence([replace(slow, lever_m=0.21 - b, forward_lever_m=0.35 - b)] * 6, slow, True)
        for b in (0.5, 1.0)
    ]
    assert told > 0.0
    assert all(each > -2.2 for each in shifted)


def test_circles_of_several_tempos_tell_an_offset_from_a_lever():
    def loop(period_s, offset_m_s2):
        k = (period_s / 6.28) ** 2
        return replace(
            IDEAL,
            lever_m=0.21 + offset_m_s2 * k,
            forward_lever_m=0.35 + offset_m_s2 * k,
            lever_sd_m=0.35 * k,
            forward_lever_sd_m=0.1 * k,
        )

    of_one_tempo = [loop(7.0, -0.5)] * 8
    of_two = [loop(7.0, -0.5)] * 4 + [loop(2.5, -0.5)] * 4
    assert upward_evidence(of_two, of_two[0], True) > max(
        upward_evidence(of_one_tempo, of_one_tempo[0], True), 3.0
    )


# selection


def test_loops_in_a_row_are_circles():
    circles = select(row(5))
    assert [circle.loop.start_s for circle in circles] == [10.0, 13.0, 16.0, 19.0, 22.0]
    assert {circle.direction for circle in circles} == {"forward"}
    assert all(circle.confidence > 0.9 for circle in circles)


@pytest.mark.parametrize(
    ("side", "sense", "direction"),
    [
        ("right", -1, "forward"),
        ("right", 1, "backward"),
        ("left", 1, "forward"),
        ("left", -1, "backward"),
        (None, -1, "unknown"),
    ],
)
def test_the_direction_follows_from_sense_and_side(side, sense, direction):
    assert {circle.direction for circle in select(row(3, replace(IDEAL, sense=sense)), side=side)} == {direction}


def test_of_a_loop_and_its_reverse_side_only_the_one_that_is_up_counts():
    loops = [loop for each in row(4) for loop in (each, later(turned_over(each), 1.5))]
    assert [circle.loop.up_axis for circle in select(loops)] == [IDEAL.up_axis] * 4


def test_circles_do_not_overlap():
    loops = sorted([*row(6), *row(6, later(IDEAL, 1.5))], key=lambda loop: loop.known_s)
    circles = select(loops)
    assert len(circles) in (6, 7)
    assert all(before.end_s <= after.start_s for before, after in itertools.pairwise(circles))


@pytest.mark.parametrize(("n", "min_reps", "expected"), [(1, 1, 1), (1, 2, 1), (1, 3, 0), (2, 3, 0), (3, 3, 3)])
def test_so_many_must_resemble_each_other(n, min_reps, expected):
    assert len(select(row(n), min_reps=min_reps, rest_height=at_the_bottom)) == expected


def test_a_single_loop_that_no_rest_goes_before_is_no_circle():
    assert len(select([IDEAL], rest_height=at_the_bottom)) == 1
    assert select([IDEAL], rest_height=nowhere) == []
    assert select([IDEAL], rest_height=lambda loop, now_s: 0.7) == []


@pytest.mark.parametrize(
    "changes", [{"elevation_deg": 1.0}, {"yaw_deg": 0.1}, {"roundness": 0.05}, {"closure": 1.5, "roundness": 0.3}]
)
def test_what_is_no_loop_never_counts(changes):
    assert select(row(6, replace(IDEAL, **changes)), min_reps=1) == []


def test_nothing_is_pending_in_the_end():
    selector = a_selector(rest_height=at_the_bottom)
    assert selector.pending == 0
    assert take(selector, IDEAL) == []
    assert selector.pending == 1
    assert len(selector.finish()) == 1
    assert selector.pending == 0


def test_the_first_circle_counts_once_the_second_confirms_it():
    one, two, *_ = row(3)
    selector = a_selector()
    assert take(selector, one) == []
    assert [circle.loop for circle in take(selector, two)] == [one, two]


# what the circles of a set share


SMALL = replace(IDEAL, elevation_deg=3.6, yaw_deg=3.0, area=(0.0, -0.003, 0.0), roundness=0.75)


def test_small_circles_count_where_there_are_enough_that_are_alike():
    assert select(row(2, SMALL)) == []
    assert len(select(row(9, SMALL))) == 9


def test_small_loops_as_quick_as_an_arm_swings_are_none():
    def in_half_the_time(loop):
        quarter_s = tuple(loop.start_s + 0.5 * (each - loop.start_s) for each in loop.quarter_s)
        return replace(loop, quarter_s=quarter_s, end_s=loop.start_s + 1.5, known_s=loop.start_s + 1.8)

    swing = in_half_the_time(replace(IDEAL, elevation_deg=4.5, yaw_deg=4.0))
    assert select(row(20, swing)) == []
    assert len(select(row(20, replace(swing, elevation_deg=6.0, yaw_deg=5.0)))) == 20
    assert len(select(row(20, replace(IDEAL, elevation_deg=4.5, yaw_deg=4.0)))) == 20


def test_what_shows_from_above_never_counts_however_often_it_comes():
    rolled = replace(IDEAL, area=(0.0, -0.01, 0.05), roundness=0.8, closure=0.3, lever_m=0.03)
    assert select(row(20, rolled)) == []


def test_a_lever_that_is_no_shoulders_makes_circles_less_sure():
    usual, short = (
        select(row(8, replace(IDEAL, lever_m=lever_m)), rest_height=at_the_bottom) for lever_m in (0.21, 0.08)
    )
    assert all(circle.confidence < usual[0].confidence for circle in short)


def test_where_the_shoulder_rested_outweighs_a_lever_that_is_little_but_wrong():
    unsure = replace(IDEAL, lever_m=-0.01, forward_lever_m=0.0, lever_sd_m=0.15, forward_lever_sd_m=1.0)
    seen_to_rest, nobody_knows = (
        {circle.direction for circle in select(row(4, unsure), rest_height=height)}
        for height in (at_the_bottom, nowhere)
    )
    assert seen_to_rest == {"forward"}
    assert nobody_knows == {"unknown"}


# a set with something in between


def test_a_circle_given_up_is_seen_by_its_sense():
    loops = row(7)
    back = tuple(-each for each in IDEAL.area)
    loops[4] = replace(loops[4], area=back, sense=1, roundness=0.8)
    circles = select(loops)
    assert len(circles) == 6
    assert {circle.direction for circle in circles} == {"forward"}


def test_two_circles_of_the_other_sense_are_a_change_of_direction():
    back = tuple(-each for each in IDEAL.area)
    loops = [*row(5), *(later(IDEAL, 15.0 + 3.0 * n, area=back, sense=1) for n in range(2))]
    assert [circle.direction for circle in select(loops)] == ["forward"] * 5 + ["backward"] * 2


def test_what_is_unlike_its_set_does_not_join_it_after_a_stop():
    weak = {"closure": 0.8, "roundness": 0.7}
    other = replace(IDEAL, elevation_deg=5.5, yaw_deg=3.5)
    joined, apart = (select([*row(4), later(each, 16.0, **weak)], has_rested=no_rest) for each in (IDEAL, other))
    assert (len(joined), len(apart)) == (5, 4)


def test_a_set_goes_on_after_a_stop_and_not_after_a_rest():
    weak = {"closure": 0.5, "roundness": 0.8}
    loops = [*row(4), later(IDEAL, 16.0, **weak)]
    assert len(select(loops, has_rested=no_rest)) == 5
    assert len(select(loops, has_rested=a_rest)) == 4


def test_a_circle_given_up_half_way_is_none_of_its_set():
    loops = row(7)
    loops[4] = replace(loops[4], roundness=0.2)
    circles = select(loops)
    assert len(circles) == 6
    assert loops[4] not in [circle.loop for circle in circles]


def test_a_circle_that_never_gets_to_the_far_side_was_given_up_even_as_the_second_of_a_set():
    wide = replace(IDEAL, rise_yaw_deg=-4.0, fall_yaw_deg=5.0)
    for at in (1, 4):
        loops = row(7, wide)
        loops[at] = replace(loops[at], rise_yaw_deg=-3.0, fall_yaw_deg=0.3, roundness=0.8)
        circles = select(loops)
        assert [circle.loop for circle in circles] == [loop for loop in loops if loop is not loops[at]]


def test_a_narrow_circle_that_goes_round_is_one():
    wide = replace(IDEAL, rise_yaw_deg=-4.0, fall_yaw_deg=5.0)
    loops = row(7, wide)
    loops[3] = replace(loops[3], rise_yaw_deg=-1.0, fall_yaw_deg=2.0)
    assert len(select(loops)) == 7


def test_loops_of_three_degrees_are_no_set_however_many():
    tiny = {"yaw_deg": 2.4, "area": (0.0, -0.0025, 0.0)}
    assert select(row(40, replace(IDEAL, elevation_deg=3.2, **tiny))) == []


# where a set begins


def test_what_goes_round_far_from_where_the_arms_hang_is_none_however_often():
    assert select(row(12), far_from_rest=lambda first, last, now_s: 1.5) == []
    assert len(select(row(12), far_from_rest=lambda first, last, now_s: 0.3)) == 12


@pytest.mark.parametrize(("near", "counted"), [(5, 30), (20, 0)])
def test_a_set_comes_down_to_where_the_arms_hang_early_and_a_long_row_by_chance(near, counted):
    loops = row(30)
    assert len(select(loops, far_from_rest=lambda first, last, _: 0.3 if last is loops[near] else 0.6)) == counted


def test_until_the_arms_have_rested_what_follows_is_elsewhere_too():
    far = iter([1.5])
    loops = [*row(4), *(later(IDEAL, 22.0 + 3.0 * n, elevation_deg=40.0) for n in range(4))]
    assert select(loops, far_from_rest=lambda first, last, now_s: next(far, None)) == []


def test_circles_of_the_other_direction_need_no_rest_before_them():
    far = iter([0.1])
    back = tuple(-each for each in IDEAL.area)
    loops = [*row(5), *(later(IDEAL, 15.0 + 3.0 * n, area=back, sense=1) for n in range(4))]
    assert len(select(loops, far_from_rest=lambda first, last, now_s: next(far, 1.5))) == 9


def test_a_circle_after_a_hold_on_the_way_of_the_one_before_goes_on():
    loops = [*row(4), later(IDEAL, 19.0)]
    assert len(select(loops, has_rested=no_rest)) == 5


# what was not counted


def misses_of(loops):
    selector = a_selector()
    assert [circle for loop in loops for circle in take(selector, loop)] + selector.finish() == []
    return selector.misses


def test_what_went_round_and_was_not_counted_is_kept():
    tiny = replace(IDEAL, elevation_deg=2.6, yaw_deg=9.0, area=(0.0, -0.003, 0.0))
    (miss,) = misses_of(row(5, tiny))
    assert (miss.start_s, miss.end_s, miss.traits.n) == (10.0, 25.0, 5)


def test_two_poor_loops_are_no_miss_nor_is_what_counts():
    assert misses_of(row(2, replace(SMALL, roundness=0.4))) == []
    selector = a_selector()
    for loop in row(9, SMALL):
        take(selector, loop)
    selector.finish()
    assert selector.misses == []
