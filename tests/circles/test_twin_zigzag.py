import itertools

import numpy as np
import pytest
from circles.twin_zigzag import Zigzag, moments_of_reversal, turning_points
from hypothesis import given
from hypothesis import strategies as st

THRESHOLDS = (1.0, 2.0, 4.0)


def obvious_points(x, threshold):
    """Each point, its value and the sample by which it was confirmed, looking at every sample."""
    points = []
    low = high = best = 0
    sign = 0
    for index, value in enumerate(x):
        if sign == 0:
            low = index if value <= x[low] else low
            high = index if value >= x[high] else high
            sign = -1 if value - x[low] >= threshold else 1 if x[high] - value >= threshold else 0
            best = low if sign < 0 else high
        if sign == 0:
            continue
        if sign * (x[best] - value) >= threshold:
            points.append((best, x[best], index))
            sign, best = -sign, index
        elif sign * (x[best] - value) <= 0:
            best = index
    return points


def found_points(x, cuts=()):
    """The same for each threshold, by a zigzag that is shown the signal in pieces."""
    zigzag = Zigzag(THRESHOLDS)
    points = [[] for _ in THRESHOLDS]
    for start, end in itertools.pairwise([0, *sorted(set(cuts)), len(x)]):
        seen = x[np.newaxis, :end]
        (turns,) = turning_points(seen, start)
        reversals = zigzag.update(turns.tolist(), seen[0, turns].tolist())
        if reversals:
            level, at, value, sign, before, until = np.array(reversals).T
            sizes = np.array(THRESHOLDS)[level.astype(int)]
            moments = moments_of_reversal(
                seen, np.zeros(len(at), int), value, sign, before.astype(int), until.astype(int), sizes
            )
            for each, point in zip(level.astype(int), zip(at.astype(int), value, moments)):
                points[each].append(point)
    return points


@st.composite
def signals(draw):
    """Walks with steps of many sizes; whole and half steps make ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = rng.normal(size=200) * rng.choice([0.0, 0.1, 1.0], 200)
    return np.cumsum(np.round(2.0 * steps) / 2.0 if draw(st.booleans()) else steps)


@given(signals(), st.lists(st.integers(1, 199), max_size=12))
def test_the_points_are_those_of_looking_at_every_sample_with_each_threshold(x, cuts):
    expected = [obvious_points(x, threshold) for threshold in THRESHOLDS]
    assert found_points(x) == expected
    assert found_points(x, cuts) == expected
    assert found_points(x, range(1, 200)) == expected


def test_the_next_point_is_the_furthest_so_far():
    zigzag = Zigzag([1.0, 4.0])
    zigzag.update(range(5), [0.0, 5.0, 3.0, 6.0, 5.5])
    assert [zigzag.best(level) for level in (0, 1)] == [(3, 6.0), (3, 6.0)]


def test_a_signal_turns_at_its_ends_and_where_it_stops_to_rise_or_fall():
    x = np.array([[0.0, 1.0, 2.0, 1.0, 1.0, 0.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]])
    assert [turns.tolist() for turns in turning_points(x, 0)] == [[0, 2, 3, 4, 5], [0, 5]]
    assert [turns.tolist() for turns in turning_points(x, 4)] == [[3, 4, 5], [5]]


def test_a_reversal_is_dated_by_the_first_sample_that_reaches_the_threshold():
    x = np.array([[5.0, 4.5, 4.0, 3.0, 1.0]])
    one = np.array([0])
    for size, moment in ((0.5, 1), (0.6, 2), (1.0, 2), (2.5, 4)):
        found = moments_of_reversal(x, one, np.array([5.0]), np.array([1]), one, np.array([4]), np.array([size]))
        assert found == pytest.approx(moment)
