"""ExtremaFinder: the turning points of signals, at several sizes at a time."""

from __future__ import annotations

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
        A turning point counts when the signal has come back from it by this much.
    rows : int
        Number of signals.
    """

    def __init__(self, thresholds: FloatArray, rows: int) -> None:
        self._thresholds = thresholds[:, np.newaxis]
        shape = (len(thresholds), rows)
        self._sign = np.zeros(shape)  # which way each signal goes; 0 before its first turning point
        self._farthest = np.zeros(shape)  # how far it has gone that way, times the sign
        self._index = np.zeros(shape, dtype=np.int64)
        self._from = np.zeros(shape)  # value of the last turning point
        self._range: tuple[FloatArray, FloatArray] | None = None  # lowest and highest before the first
        self._range_index = np.zeros((2, rows), dtype=np.int64)
        self._n = 0
        self._last = np.zeros(rows)

    def update(self, signals: FloatArray) -> list[Extremum]:
        """Take the next sample of each signal, return the turning points that it makes certain.

        Parameters
        ----------
        signals : (rows,) array
        """
        found: list[Extremum] = []
        now = self._n
        self._n += 1
        self._last = signals
        if self._range is None:
            self._range = signals.copy(), signals.copy()
            return found
        if not self._sign.all():
            found += self._begin(signals, now)
        along = self._sign * signals
        farther = along > self._farthest
        np.copyto(self._farthest, along, where=farther)
        self._index[farther] = now
        turned = self._farthest - along >= self._thresholds
        if turned.any():
            for level, row in np.argwhere(turned).tolist():
                sign = self._sign[level, row]
                value = float(sign * self._farthest[level, row])
                found.append(Extremum(level, row, int(self._index[level, row]), value, now))
                self._turn(level, row, value)
        return found

    def _turn(self, level: int, row: int, value: float) -> None:
        sign = self._sign[level, row]
        self._from[level, row] = value
        self._sign[level, row] = -sign
        self._farthest[level, row] = -sign * self._last[row]
        self._index[level, row] = self._n - 1

    def _begin(self, signals: FloatArray, now: int) -> list[Extremum]:
        """Take the start of a signal for a turning point, so that the first swing is one."""
        assert self._range is not None
        lowest, highest = self._range
        for bound, which, at in ((lowest, signals < lowest, 0), (highest, signals > highest, 1)):
            np.copyto(bound, signals, where=which)
            self._range_index[at, which] = now
        begun = (highest - lowest >= self._thresholds) & (self._sign == 0.0)
        found = []
        for level, row in np.argwhere(begun).tolist():
            rises = self._range_index[1, row] == now
            value, index = (lowest, 0) if rises else (highest, 1)
            found.append(Extremum(level, row, int(self._range_index[index, row]), float(value[row]), now))
            self._from[level, row] = value[row]
            self._sign[level, row] = 1.0 if rises else -1.0
            self._farthest[level, row] = self._sign[level, row] * signals[row]
            self._index[level, row] = now
        return found

    def settle(self, level: int, row: int) -> list[Extremum]:
        """Take a signal that has come to rest after a swing, if it has, for one that has turned round."""
        extremum = self._farthest_of(level, row)
        if abs(extremum.value - self._from[level, row]) < self._thresholds[level, 0]:
            return []
        self._turn(level, row, extremum.value)
        return [extremum]

    def finish(self) -> list[Extremum]:
        """Take the end of each signal for the end of its last swing."""
        return [self._farthest_of(level, row) for level, row in np.argwhere(self._sign != 0.0).tolist()]

    def _farthest_of(self, level: int, row: int) -> Extremum:
        value = float(self._sign[level, row] * self._farthest[level, row])
        return Extremum(level, row, int(self._index[level, row]), value, self._n - 1)
