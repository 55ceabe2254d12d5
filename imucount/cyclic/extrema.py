"""ExtremaFinder: the turning points of signals, at several sizes at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imucount.samples import FloatArray

__all__ = ["Extrema", "ExtremaFinder", "IntArray"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Extrema:
    """Turning points of signals at several sizes.

    Attributes
    ----------
    source : (n,) int array
        Which size of which signal, level * rows + row; ascending, and in order of time where it is the same.
    index : (n,) int array
        Of the sample that is highest or lowest.
    value : (n,) array
        The signal there.
    """

    source: IntArray
    index: IntArray
    value: FloatArray


class ExtremaFinder:
    """Finds where signals turn round by more than a threshold, for each of several thresholds.

    Parameters
    ----------
    thresholds : (m,) array
        A turning point counts when the signal has come back from it by as much.
    rows : int
        Number of signals.

    Notes
    -----
    The sizes of a signal know nothing of each other: all of them, of all signals, are followed at a time, from
    one sample to be looked at to the next.
    """

    def __init__(self, thresholds: FloatArray, rows: int) -> None:
        shape = (len(thresholds), rows)
        self._threshold = thresholds[:, np.newaxis]
        self._sign = np.zeros(shape)  # which way the signal goes; 0 until it has gone anywhere
        self._farthest = np.zeros(shape)  # how far it has gone that way, times the sign
        self._index = np.zeros(shape, dtype=np.intp)  # of the sample there
        self._from = np.zeros(shape)  # value of the last turning point
        self._ends: tuple[_End, _End] | None = None  # lowest and highest sample of each signal so far
        self._last = np.empty((rows, 0))  # the last two samples
        self._n = 0

    def update(self, signals: FloatArray) -> Extrema:
        """Take the next samples of each signal, return the turning points that they make certain.

        Parameters
        ----------
        signals : (rows, n) array
        """
        first = self._n - self._last.shape[1]
        x = np.concatenate([self._last, signals], axis=1)
        self._n += signals.shape[1]
        self._last = x[:, -2:]
        found: list[Extrema] = []
        indices, values = _looked_at(x, first, self._ends is None)
        if self._ends is None:
            self._ends = _End(indices[0].copy(), values[0].copy()), _End(indices[0].copy(), values[0].copy())
        goes_further = (values < self._ends[0].value).any() or (values > self._ends[1].value).any()
        for index, value in zip(indices, values, strict=True):
            if goes_further:
                self._begin(index, value, found)
            along = self._sign * value
            (turned,) = (self._farthest - along >= self._threshold).ravel().nonzero()
            np.copyto(self._index, index, where=along > self._farthest)
            np.maximum(self._farthest, along, out=self._farthest)
            if turned.size:
                found.append(self._turn(turned, index, value))
        return _in_order(found)

    def settle(self, sources: IntArray) -> Extrema:
        """Take signals that have come to rest after a swing, if they have, for some that have turned round."""
        value = self._sign.take(sources) * self._farthest.take(sources)
        swing = np.abs(value - self._from.take(sources))
        has_swung = swing >= self._threshold[sources // self._sign.shape[1], 0]
        now = np.full(self._sign.shape[1], self._n - 1)
        return self._turn(sources[has_swung], now, self._last[:, -1])

    def finish(self) -> Extrema:
        """Take the end of each signal for the end of its last swing."""
        return self._farthest_of(np.flatnonzero(self._sign))

    def _begin(self, index: IntArray, value: FloatArray, found: list[Extrema]) -> None:
        """Take the start of a signal for a turning point, so that the first swing is one."""
        assert self._ends is not None
        lowest, highest = self._ends
        falls, rises = value < lowest.value, value > highest.value
        lowest.move(falls, index, value)
        highest.move(rises, index, value)
        has_gone = highest.value - lowest.value >= self._threshold
        begun = np.flatnonzero(has_gone & (self._sign == 0.0))
        if begun.size == 0:
            return
        row = begun % len(value)
        rises = rises[row]
        start = np.where(rises, lowest.value[row], highest.value[row])
        found.append(Extrema(begun, np.where(rises, lowest.index[row], highest.index[row]), start))
        self._go(begun, np.where(rises, 1.0, -1.0), start, index[row], value[row])

    def _turn(self, sources: IntArray, index: IntArray, value: FloatArray) -> Extrema:
        """Let signals go the other way, from a sample of each row on."""
        turned = self._farthest_of(sources)
        row = sources % len(value)
        self._go(sources, -self._sign.take(sources), turned.value, index[row], value[row])
        return turned

    def _go(
        self, sources: IntArray, sign: FloatArray, start: FloatArray, index: IntArray, value: FloatArray
    ) -> None:
        self._sign.put(sources, sign)
        self._from.put(sources, start)
        self._farthest.put(sources, sign * value)
        self._index.put(sources, index)

    def _farthest_of(self, sources: IntArray) -> Extrema:
        value = self._sign.take(sources) * self._farthest.take(sources)
        return Extrema(sources, self._index.take(sources), value)


@dataclass(slots=True, eq=False)
class _End:
    """The lowest or highest sample of each signal."""

    index: IntArray
    value: FloatArray

    def move(self, where: npt.NDArray[np.bool_], index: IntArray, value: FloatArray) -> None:
        np.copyto(self.index, index, where=where)
        np.copyto(self.value, value, where=where)


def _looked_at(x: FloatArray, first: int, is_start: bool) -> tuple[IntArray, FloatArray]:
    """Index and value of the samples that are to be looked at, shape (n, rows), in order of time.

    A signal turns round only where it is higher or lower than next to it; the newest sample tells how far it has
    come. Signals with fewer such samples than others have the newest several times, which changes nothing.
    """
    rises = x[:, 1:] > x[:, :-1]
    looked_at = np.zeros(x.shape, dtype=bool)
    looked_at[:, 1:-1] = rises[:, 1:] != rises[:, :-1]
    looked_at[:, -1] = True
    looked_at[:, 0] |= is_start
    counts = looked_at.cumsum(axis=1)
    rows, columns = np.nonzero(looked_at)
    column = np.full((counts[:, -1].max(), len(x)), x.shape[1] - 1)
    column[counts[rows, columns] - 1, rows] = columns
    return first + column, x[np.arange(len(x)), column]


def _in_order(found: list[Extrema]) -> Extrema:
    if not found:
        return Extrema(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0))
    source = np.concatenate([each.source for each in found])
    order = np.argsort(source, kind="stable")
    return Extrema(
        source[order],
        np.concatenate([each.index for each in found])[order],
        np.concatenate([each.value for each in found])[order],
    )
