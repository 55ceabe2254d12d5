"""ExtremaFinder: the turning points of signals, at several sizes at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imucount.samples import FloatArray

__all__ = ["ExtremaFinder", "Extremum"]


@dataclass(frozen=True, slots=True)
class Extremum:
    """A turning point of one signal at one size.

    Attributes
    ----------
    level, row : int
        Which size and which signal.
    index : int
        Of the sample that is highest or lowest.
    value : float
        The signal there.
    known : int
        Index of the sample that made it certain.
    """

    level: int
    row: int
    index: int
    value: float
    known: int


class ExtremaFinder:
    """Finds where signals turn round by more than a threshold, for each of several thresholds.

    Parameters
    ----------
    thresholds : (m,) array
        Increasing. A turning point counts when the signal has come back from it by as much.
    rows : int
        Number of signals.
    """

    def __init__(self, thresholds: FloatArray, rows: int) -> None:
        self._signals = [_Signal(row, thresholds.tolist()) for row in range(rows)]
        self._last: FloatArray | None = None  # the last two samples
        self._n = 0

    def update(self, signals: FloatArray) -> list[Extremum]:
        """Take the next samples of each signal, return the turning points that they make certain, in order.

        Parameters
        ----------
        signals : (rows, n) array
        """
        known = self._n + signals.shape[1] - 1
        first = self._n - (0 if self._last is None else self._last.shape[1])
        x = signals if self._last is None else np.concatenate([self._last, signals], axis=1)
        # A signal turns round only where it is higher or lower than next to it; the newest sample tells how far
        # it has come.
        rises = np.diff(x, axis=1) > 0.0
        looked_at = np.zeros(x.shape, dtype=bool)
        looked_at[:, 1:-1] = rises[:, 1:] != rises[:, :-1]
        looked_at[:, -1] = True
        looked_at[:, 0] |= first == 0
        found: list[Extremum] = []
        rows, columns = np.nonzero(looked_at)
        values = x[rows, columns]
        for row, column, value in zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True):
            self._signals[row].add(first + column, value, known, found)
        self._last = x[:, -2:]
        self._n = known + 1
        return found

    def settle(self, level: int, row: int) -> list[Extremum]:
        """Take a signal that has come to rest after a swing, if it has, for one that has turned round."""
        return self._signals[row].settle(level, self._n - 1)

    def finish(self) -> list[Extremum]:
        """Take the end of each signal for the end of its last swing."""
        return [each for signal in self._signals for each in signal.finish(self._n - 1)]


class _Signal:
    """The turning points of one signal, each of whose lists has a value a threshold."""

    def __init__(self, row: int, thresholds: Sequence[float]) -> None:
        self._row = row
        self._thresholds = thresholds
        self._begun = 0  # as many of the thresholds have been passed
        self._lowest = self._highest = (0, 0.0)  # index and value, while any has not
        self._sign = [0.0] * len(thresholds)  # which way the signal goes
        self._farthest = [0.0] * len(thresholds)  # how far it has gone that way, times the sign
        self._index = [0] * len(thresholds)
        self._from = [0.0] * len(thresholds)  # value of the last turning point
        self._now = (0, 0.0)

    def add(self, index: int, value: float, known: int, found: list[Extremum]) -> None:
        """Look at a sample."""
        self._now = (index, value)
        if self._begun < len(self._thresholds):
            self._begin(index, value, known, found)
        for level in range(self._begun):
            sign = self._sign[level]
            along = sign * value
            farthest = self._farthest[level]
            if along > farthest:
                self._farthest[level] = along
                self._index[level] = index
            elif farthest - along >= self._thresholds[level]:
                found.append(Extremum(level, self._row, self._index[level], sign * farthest, known))
                self._turn(level)

    def _turn(self, level: int) -> None:
        sign = self._sign[level]
        self._from[level] = sign * self._farthest[level]
        self._sign[level] = -sign
        self._index[level], value = self._now
        self._farthest[level] = -sign * value

    def _begin(self, index: int, value: float, known: int, found: list[Extremum]) -> None:
        """Take the start of a signal for a turning point, so that the first swing is one."""
        if index == 0:
            self._lowest = self._highest = (index, value)
        rises = value > self._highest[1]
        if rises:
            self._highest = (index, value)
        elif value < self._lowest[1]:
            self._lowest = (index, value)
        start, sign = (self._lowest, 1.0) if rises else (self._highest, -1.0)
        while self._begun < len(self._thresholds):
            level = self._begun
            if self._highest[1] - self._lowest[1] < self._thresholds[level]:
                break
            found.append(Extremum(level, self._row, *start, known))
            self._from[level], self._sign[level] = start[1], sign
            self._farthest[level], self._index[level] = sign * value, index
            self._begun += 1

    def settle(self, level: int, known: int) -> list[Extremum]:
        extremum = self._farthest_of(level, known)
        if abs(extremum.value - self._from[level]) < self._thresholds[level]:
            return []
        self._turn(level)
        return [extremum]

    def finish(self, known: int) -> list[Extremum]:
        return [self._farthest_of(level, known) for level in range(self._begun)]

    def _farthest_of(self, level: int, known: int) -> Extremum:
        value = self._sign[level] * self._farthest[level]
        return Extremum(level, self._row, self._index[level], value, known)
