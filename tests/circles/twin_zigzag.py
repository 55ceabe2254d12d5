"""Zigzags in Python: what those of the core are compared to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imucount.samples import FloatArray

Indices = NDArray[np.int64]

Reversal = tuple[int, int, float, int, int, int]
"""A high or low point that is confirmed: level, at, value, sign, before, until."""

Vertex = tuple[int, float, int]
"""Where a signal turns: its index, its value, and the index of the vertex before."""


class Zigzag:
    """Finds the points that a reversal of each of several thresholds confirms."""

    def __init__(self, thresholds: Sequence[float]) -> None:
        self._levels = [_Level(number, threshold) for number, threshold in enumerate(thresholds)]
        self._last = 0

    def update(self, indices: Sequence[int], values: Sequence[float]) -> list[Reversal]:
        """Take the signal's next vertices, return the reversals, of each threshold in order of time."""
        if not indices:
            return []
        vertices = list(zip(indices, values, [self._last, *indices[:-1]]))
        self._last = indices[-1]
        reversals: list[Reversal] = []
        for level in self._levels:
            vertices = level.update(vertices, reversals)
        return reversals

    def best(self, level: int) -> tuple[int, float]:
        """Index and value of the furthest sample since the last point: the next one, once it is confirmed."""
        return self._levels[level].best


class _Level:
    """A zigzag of one threshold."""

    def __init__(self, number: int, threshold: float) -> None:
        self._number = number
        self._threshold = threshold
        self._low: tuple[int, float] | None = None
        self._sign = 0  # 1 while it looks for a high point, -1 for a low one, 0 before the first reversal
        self.best: tuple[int, float] = (0, 0.0)

    def update(self, vertices: list[Vertex], reversals: list[Reversal]) -> list[Vertex]:
        """Add the reversals, return the vertices that a larger threshold is to be shown."""
        further: list[Vertex] = []
        begin = 0
        while self._sign == 0 and begin < len(vertices):
            index, value, before = vertices[begin]
            self._look_both_ways(index, value)
            if self._sign == 0:
                begin += 1
            else:
                further.append((*self.best, before))
        sign, (best, best_value), threshold = self._sign, self.best, self._threshold
        for vertex in vertices[begin:]:
            index, value, before = vertex
            back = sign * (best_value - value)
            if back > 0.0:
                if back < threshold:
                    continue
                reversals.append((self._number, best, best_value, sign, max(before, best), index))
                sign = -sign
            best, best_value = index, value
            further.append(vertex)
        self._sign, self.best = sign, (best, best_value)
        return further

    def _look_both_ways(self, index: int, value: float) -> None:
        if self._low is None:
            self._low = self.best = (index, value)
        if value <= self._low[1]:
            self._low = (index, value)
        if value >= self.best[1]:
            self.best = (index, value)
        if value - self._low[1] >= self._threshold:
            self.best, self._sign = self._low, -1
        elif self.best[1] - value >= self._threshold:
            self._sign = 1


def turning_points(x: FloatArray, seen: int) -> list[Indices]:
    """Find where each channel turns: a zigzag needs to look at nothing else."""
    begin = max(seen - 2, 0)
    rising = np.sign(np.diff(x[:, begin:], axis=1))
    turns = np.ones((len(x), x.shape[1] - begin), dtype=np.bool_)
    turns[:, 0] = seen == 0
    turns[:, 1:-1] = rising[:, 1:] != rising[:, :-1]
    return [begin + np.flatnonzero(each) for each in turns]


def moments_of_reversal(
    x: FloatArray,
    channel: Indices,
    value: FloatArray,
    sign: Indices,
    before: Indices,
    until: Indices,
    size: FloatArray,
) -> Indices:
    """Find the samples by which the way back from each of m points has come to its size, by bisection."""
    while (until - before > 1).any():
        middle = (before + until) // 2
        reached = sign * (value - x[channel, middle]) >= size
        before, until = np.where(reached, before, middle), np.where(reached, middle, until)
    return until
