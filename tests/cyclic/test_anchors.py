"""Anchors and likenesses of all signals and sizes, against those of one swing after the other."""

from itertools import pairwise
from math import exp, log

import numpy as np
import pytest

from imucount.cyclic.anchors import (
    BINS,
    LONGER,
    LONGEST_S,
    SHARE,
    SHORTEST_S,
    SPREAD,
    TOLERATED,
    AnchorTable,
    similarity,
)
from imucount.cyclic.extrema import ExtremaFinder
from imucount.cyclic.history import History, Window
from imucount.cyclic.projections import DIRECTIONS, project

RATE_HZ = 25.0
THRESHOLDS = 0.18 * 2.0 ** (0.5 * np.arange(8))


def movement(seed):
    """Forty seconds of something that repeats itself more or less, acceleration and angular rate."""
    rng = np.random.default_rng(seed)
    phase = np.cumsum(2.0 * np.pi / rng.uniform(1.0, 4.0, 1000) / RATE_HZ)
    harmonics = np.sin(np.outer([1.0, 2.0, 3.0], phase) + rng.uniform(0.0, 6.0, (3, 1)))
    noise = rng.normal(0.0, 0.1, (6, 1000))
    return rng.normal(0.0, [2.0, 1.0, 0.5], (6, 3)) @ harmonics + noise


def followed(x):
    """Turning points and anchors of each source, and likeness of each anchor."""
    rows = 2 * len(DIRECTIONS)
    history, signals = History(2000, 6), Window(2000, rows)
    finder, table = ExtremaFinder(THRESHOLDS, rows), AnchorTable(THRESHOLDS, signals, history, rows, RATE_HZ)
    points = [[] for _ in range(len(THRESHOLDS) * rows)]
    anchors, told = [[] for _ in points], [[] for _ in points]
    for end in range(10, x.shape[1] + 1, 10):
        block = x[:, end - 10 : end]
        both = np.concatenate([project(block[:3]), project(block[3:])])
        history.append(block)
        signals.append(both)
        extrema = finder.update(both)
        for source, *point in zip(extrema.source, extrema.index, extrema.value, strict=True):
            points[source].append(tuple(point))
        sources, likenesses = table.add(extrema, end - 1)
        for source, likeness in zip(sources, likenesses, strict=True):
            told[source].append(likeness)
        counts = np.bincount(sources, minlength=len(points))
        (new,) = counts.nonzero()
        for source, each in zip(new, table.last(new, counts[new]) if new.size else [], strict=True):
            assert each.first == len(anchors[source])
            assert each.indices == [index for index, _ in points[source][each.first : -1]]
            assert each.likenesses == told[source][each.first :]
            anchors[source] += each.times
    return points, anchors, told, history


def obvious_anchor(signal, row, before, after):
    if row >= len(DIRECTIONS):
        return after[0]
    middle = 0.5 * (before[1] + after[1])
    for index in range(before[0], after[0]):
        here, there = signal[index], signal[index + 1]
        if min(here, there) <= middle <= max(here, there):
            return index + (middle - here) / (there - here)
    raise AssertionError


def obvious_likeness(points, times, threshold, history):
    """Of the last of five anchors, between six turning points."""
    usual = np.median(np.abs(np.diff([value for _, value in points])))
    before, after = times[2] - times[0], times[4] - times[2]
    if not SHARE[0] * usual <= threshold <= SHARE[1] * usual:
        return 0.0
    if min(before, after) < SHORTEST_S * RATE_HZ or max(before, after) > LONGEST_S * RATE_HZ:
        return 0.0
    if max(before, after) > LONGER * min(before, after):
        return 0.0
    edges = [np.linspace(start, end, BINS + 1) for start, end in pairwise(times)]
    halves = [history.means(each) for each in edges]
    one, other = np.hstack(halves[:2]), np.hstack(halves[2:])
    one, other = (each - each.mean(axis=1, keepdims=True) for each in (one, other))
    off = max(abs(log(after / before)) - TOLERATED, 0.0) / SPREAD
    return 2.0 * np.sum(one * other) / (np.sum(one**2) + np.sum(other**2)) * exp(-0.5 * off**2)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 2, 3))])
def test_anchors_and_likenesses_are_those_of_one_swing_after_the_other(seed):
    x = movement(seed)
    signals = np.concatenate([project(x[:3]), project(x[3:])])
    points, anchors, told, history = followed(x)
    compared = 0
    for source, (found, times, likenesses) in enumerate(zip(points, anchors, told, strict=True)):
        level, row = divmod(source, len(signals))
        assert times == pytest.approx(
            [obvious_anchor(signals[row], row, before, after) for before, after in pairwise(found)]
        )
        assert likenesses[:4] == [0.0] * min(len(times), 4)
        for last in range(4, len(times)):
            expected = obvious_likeness(
                found[last - 4 : last + 2], times[last - 4 : last + 1], THRESHOLDS[level], history
            )
            assert likenesses[last] == pytest.approx(expected, abs=1e-9)
            compared += expected != 0.0
    assert compared > 100


def test_what_does_not_move_resembles_nothing():
    still = np.full((6, 1, 2, 16), 9.81)
    assert similarity(still, np.array([2.0]), np.array([2.0])) == pytest.approx(0.0, abs=1e-6)
