"""Turning points of many signals at many sizes, against looking at every sample of one at one."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.cyclic.extrema import ExtremaFinder

THRESHOLDS = np.array([0.5, 1.0, 2.0, 4.0])


def obvious_extrema(x, threshold):
    """Index and value of each turning point of a signal, the start of its first swing among them."""
    points, sign, lowest, highest = [], 0, 0, 0
    for index, value in enumerate(x):
        if sign == 0:
            lowest = index if value < x[lowest] else lowest
            highest = index if value > x[highest] else highest
            if x[highest] - x[lowest] >= threshold:
                sign, start, farthest = (1, lowest, index) if highest == index else (-1, highest, index)
                points.append((start, x[start]))
        elif sign * (value - x[farthest]) > 0.0:
            farthest = index
        elif sign * (x[farthest] - value) >= threshold:
            points.append((farthest, x[farthest]))
            sign, farthest = -sign, index
    return points


def found_extrema(x, cuts=()):
    """What is found of each source after each piece."""
    finder = ExtremaFinder(THRESHOLDS, len(x))
    points = [[] for _ in range(len(THRESHOLDS) * len(x))]
    for start, end in itertools.pairwise([0, *sorted(set(cuts)), x.shape[1]]):
        extrema = finder.update(x[:, start:end])
        assert (np.diff(extrema.source) >= 0).all()
        for source, *point in zip(extrema.source, extrema.index, extrema.value, strict=True):
            points[source].append(tuple(point))
        yield end, points


@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(1, 149), max_size=12))
def test_turning_points_are_those_of_looking_at_every_sample_and_come_as_soon_as_they_are_certain(seed, cuts):
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.normal(size=(3, 150)) * rng.choice([0.1, 0.5, 1.0], (3, 1)), axis=1)
    for end, points in found_extrema(x, cuts):
        for source, found in enumerate(points):
            level, row = divmod(source, len(x))
            assert found == obvious_extrema(x[row, :end], THRESHOLDS[level])


def test_a_signal_that_does_not_move_never_turns():
    assert list(found_extrema(np.full((2, 50), 9.81))) == [(50, [[]] * 8)]


def points_of(extrema):
    return list(zip(extrema.source.tolist(), extrema.index.tolist(), extrema.value.tolist(), strict=True))


def test_a_swing_into_a_rest_ends_there_if_it_is_taken_to():
    finder = ExtremaFinder(np.array([1.0]), 2)
    finder.update(np.array([[0.0, 3.0, 3.0, 3.0], [0.0, 0.2, 0.1, 0.2]]))
    assert points_of(finder.settle(np.array([0]))) == [(0, 1, 3.0)]
    assert points_of(finder.settle(np.array([0]))) == []  # nothing has swung since
    assert points_of(finder.update(np.array([[2.5, 4.0, 2.0], [0.1, 0.1, 0.2]]))) == [(0, 4, 2.5), (0, 5, 4.0)]


def test_the_end_of_a_signal_ends_its_last_swing():
    finder = ExtremaFinder(np.array([1.0, 8.0]), 1)
    finder.update(np.array([[0.0, 3.0, 1.0, 2.5]]))
    assert points_of(finder.finish()) == [(0, 3, pytest.approx(2.5))]
