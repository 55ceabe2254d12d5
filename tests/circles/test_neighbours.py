from dataclasses import replace

import numpy as np
import pytest
from circles.loops_in_a_row import IDEAL, later, row, select
from hypothesis import given
from hypothesis import strategies as st
from short_run import one_in

import imucount
from benchmarks.conditions import other_movement_between
from imucount.circles.neighbours import find_neighbour

RATE_HZ = 25.0
PERIOD = 75.0  # samples
REST = 200


def angles(sizes=(1.0, 1.0), senses=(1, 1), yaw_sizes=None, lengths=(1.0, 1.0)):
    """Elevation and yaw, rad, of two circles in a row between rests; the second one is what is known."""
    elevation, yaw = [np.zeros(REST)], [np.zeros(REST)]
    for size, sense, yaw_size, length in zip(sizes, senses, yaw_sizes or sizes, lengths):
        phase = np.arange(0.0, 1.0, 1.0 / (length * PERIOD))
        elevation.append(size * 0.1 * (1.0 - np.cos(2.0 * np.pi * phase)))
        yaw.append(sense * yaw_size * 0.07 * np.sin(2.0 * np.pi * phase))
    return np.concatenate([*elevation, np.zeros(REST)]), np.concatenate([*yaw, np.zeros(REST)])


KNOWN = (REST + PERIOD, REST + 2 * PERIOD)


def before(elevation, yaw, limit=0.0):
    return find_neighbour(elevation, yaw, *KNOWN, edge=KNOWN[0], limit=limit)


@given(size=st.floats(0.4, 2.4), drift=st.floats(-0.002, 0.002), offset=st.floats(-3.0, 3.0))
def test_a_circle_before_is_found_whatever_its_size_and_the_drift(size, drift, offset):
    elevation, yaw = angles(sizes=(size, 1.0))
    found = before(elevation, yaw + drift * np.arange(len(yaw)) + offset)
    assert found.end == KNOWN[0]
    assert found.start == pytest.approx(REST, abs=0.12 * PERIOD)
    assert found.elevation == pytest.approx(0.2 * size, rel=0.1)
    assert found.yaw == pytest.approx(0.14 * size, rel=0.1)
    assert found.start <= found.first_side <= found.top <= found.second_side <= found.end
    assert found.top == pytest.approx(REST + 0.5 * PERIOD, abs=0.12 * PERIOD)


@given(length=st.floats(0.65, 1.7))
def test_a_circle_before_is_found_whatever_its_length(length):
    elevation, yaw = angles(lengths=(length, 1.0))
    start = REST + len(np.arange(0.0, 1.0, 1.0 / (length * PERIOD)))
    found = find_neighbour(elevation, yaw, start, start + PERIOD, edge=start, limit=0.0)
    assert found.end - found.start == pytest.approx(length * PERIOD, rel=0.15)


def test_what_comes_after_is_what_comes_before_in_a_mirror():
    elevation, yaw = angles(sizes=(0.8, 1.0))
    n = len(elevation) - 1
    mirrored = find_neighbour(
        elevation[::-1], -yaw[::-1], n - KNOWN[1], n - KNOWN[0], edge=n - KNOWN[0], limit=float(n)
    )
    found = before(elevation, yaw)
    assert mirrored.start == pytest.approx(n - found.end)
    assert mirrored.end == pytest.approx(n - found.start)
    assert mirrored.elevation == pytest.approx(found.elevation)


def test_a_movement_much_larger_is_none():
    assert before(*angles(sizes=(2.7, 1.0))) is None


def test_a_circle_the_other_way_is_none():
    assert before(*angles(senses=(-1, 1))) is None


def test_a_shrug_is_none():
    assert before(*angles(yaw_sizes=(0.0, 1.0))) is None


def test_a_squeeze_is_none():
    assert before(*angles(sizes=(0.0, 1.0), yaw_sizes=(1.0, 1.0))) is None


@given(seed=st.integers(0, 10_000))
def test_sway_is_none(seed):
    elevation, yaw = angles(sizes=(0.0, 1.0))
    rng = np.random.default_rng(seed)
    sway = np.cumsum(rng.normal(0.0, 0.001, size=(2, len(yaw))), axis=1)  # rad: about 0.5 deg in a circle's time
    assert before(elevation + sway[0], yaw + sway[1]) is None


@given(size=st.floats(0.4, 2.4))
def test_without_yaw_the_elevation_alone_is_compared(size):
    elevation, _ = angles(sizes=(size, 1.0))
    found = before(elevation, None)
    assert found.start == pytest.approx(REST, abs=0.12 * PERIOD)
    assert found.elevation == pytest.approx(0.2 * size, rel=0.1)
    assert found.yaw == 0.0


def test_a_rise_that_stays_and_falls_is_none_without_yaw():
    elevation, _ = angles(sizes=(0.0, 1.0))
    first = REST + int(0.1 * PERIOD)
    elevation[first : REST + int(0.9 * PERIOD)] = 0.2
    assert before(elevation, None) is None


def test_nothing_is_found_beyond_the_limit():
    elevation, yaw = angles()
    assert before(elevation, yaw, limit=REST - 1.0) is not None
    assert before(elevation, yaw, limit=REST + 0.5 * PERIOD) is None


# the circles that it adds


def beside(*loops):
    """Loops that are there to be found, each where it begins or ends."""

    def look(loop, edge_s, limit_s, now_s):
        low_s, high_s = sorted((edge_s, limit_s))
        for each in loops:
            at_edge = abs((each.end_s if limit_s < edge_s else each.start_s) - edge_s) < 0.1
            if at_edge and low_s - 0.1 <= each.start_s and each.end_s <= high_s + 0.1:
                return each
        return None

    return look


@pytest.mark.parametrize("missed", [[0], [0, 1], [3], [3, 4], [5], [4, 5], [0, 3, 5]])
def test_missed_circles_count_in_their_place(missed):
    loops = row(6)
    seen = [loop for index, loop in enumerate(loops) if index not in missed]
    look = beside(*(loops[index] for index in missed))
    circles = select([*seen, later(IDEAL, 60.0, roundness=0.0)], look_beside=look)
    assert [circle.start_s for circle in circles] == [loop.start_s for loop in loops]
    assert [circle.end_s for circle in circles] == [loop.end_s for loop in loops]
    assert {circle.direction for circle in circles} == {"forward"}


def test_nothing_is_added_to_what_does_not_count():
    poor = replace(IDEAL, closure=1.5, roundness=0.3)
    assert select([poor], look_beside=beside(later(poor, -poor.duration_s), later(poor, poor.duration_s))) == []


def test_a_found_circle_is_not_counted_once_more():
    loops = row(4)
    circles = select([*loops[:2], later(loops[3], 0.0)], look_beside=beside(loops[2]))
    assert len(circles) == 4
    assert len(select(loops, look_beside=beside(*loops))) == 4


@pytest.mark.parametrize("seed", one_in(2, [1001, 1005, 1010, 1047]))
def test_the_first_circle_of_a_set_counts_although_walking_or_fidgeting_went_before(seed):
    simulation = other_movement_between(np.random.default_rng([seed, 1])).simulate(seed)
    session = imucount.count(simulation.samples, side=simulation.side)
    assert [len(each.reps) for each in session.sets] == [len(each.reps) for each in simulation.sets]
