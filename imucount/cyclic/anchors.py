"""AnchorTable: the anchors of swings, and how much the cycles that end at them resemble the ones before.

A swing is the way from one turning point of a signal to the next, its anchor the moment within it of fastest
movement: where acceleration, which tells tilt, is half way, or where the angular rate is largest. So holds between
moves do not matter. Two anchors, one on the way out and one on the way back, make a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.cyclic.extrema import Extrema, IntArray
from imucount.cyclic.history import History, Window
from imucount.cyclic.projections import DIRECTIONS
from imucount.samples import FloatArray

__all__ = [
    "BINS",
    "LONGER",
    "LONGEST_S",
    "REACH_S",
    "AnchorTable",
    "Anchors",
    "oldest_compared",
    "similarity",
    "tempo_likeness",
]

BINS = 8
"""Parts of a half cycle of which the means are compared: enough for the shape, few enough to smooth jolts."""

EDGES = np.arange(BINS + 1) / BINS
"""Of these parts, as shares of the half."""

SHARE = (0.15, 0.45)
"""The threshold of the turning points over the usual swing: below, noise turns round; above, weak swings are
missed. The thresholds are a factor of sqrt(2) apart, so three of them serve a movement of any size."""

SHORTEST_S, LONGEST_S = 0.4, 20.0
"""Length of a cycle. Hardly any exercise is faster than 0.5 s; 20 s is twice the slowest controlled one."""

LONGER = 2.2
"""A cycle this many times as long as its neighbour is another movement, or has a rest in it."""

TOLERATED, SPREAD = 0.2, 0.35
"""Log ratio of lengths that is no sign of anything (tempo varies by up to 11 % from rep to rep, and both cycles
do), and the scale on which more of it lowers the similarity."""

STILL = 1e-300
"""Energy of signals that do not move: they resemble nothing."""

MOST_KNOWN = 5000
"""Similarities kept: those of the last minute or so. Sizes next to each other see mostly the same swings, and
see them one after the other."""

REACH_S = 60.0
"""Three of the slowest cycles: two are compared, and one may have been left out in between."""

KEPT = 32
"""Anchors kept of each source: as many as half a second of samples can make, and as many as are asked for before
them."""


def oldest_compared(now: int, sampling_rate_hz: float) -> int:
    """Index of the oldest sample that is looked at, at the sample `now`, when cycles are compared."""
    return max(0, now - int(REACH_S * sampling_rate_hz) + 1)


def similarity(cycles: FloatArray, length_before: FloatArray, length_after: FloatArray) -> FloatArray:
    """How much cycles resemble each other: 1 if they are the same, 0 if they have nothing in common.

    Parameters
    ----------
    cycles : (k, n, 2, m) array
        Channels at m moments of each one before and each one after.
    length_before, length_after : (n,) array
        In any one unit.

    Returns
    -------
    (n,) array

    Examples
    --------
    >>> wave = np.sin(np.linspace(0.0, 6.0, 16))
    >>> pairs = np.array([[[wave, wave], [wave, 0.5 * wave]]])
    >>> similarity(pairs, np.array([2.0, 2.0]), np.array([2.1, 2.0])).round(3)
    array([1. , 0.8])
    """
    cycles = cycles - cycles.sum(axis=3, keepdims=True) / cycles.shape[3]
    pairs = cycles.transpose(1, 2, 0, 3).reshape(cycles.shape[1], 2, -1)
    energy = np.square(pairs).sum(axis=2).sum(axis=1)
    common = 2.0 * (pairs[:, 0] * pairs[:, 1]).sum(axis=1) / np.maximum(energy, STILL)
    alike: FloatArray = common * tempo_likeness(length_after / length_before)
    return alike


def tempo_likeness(ratio: FloatArray) -> FloatArray:
    """How much cycles resemble each other of which one lasts `ratio` times as long as the other: 1 up to 1.2."""
    off = np.maximum(np.abs(np.log(ratio)) - TOLERATED, 0.0) / SPREAD
    likeness: FloatArray = np.exp(-0.5 * off * off)
    return likeness


@dataclass(frozen=True, slots=True)
class Anchors:
    """Anchors in a row, of one signal at one size.

    Attributes
    ----------
    first : int
        Number of the first one among all of them.
    indices : list of int
        Of the turning point before each.
    times : list of float
        As index on the grid.
    likenesses : list of float
        Of the cycle that ends there to the one before; 0 where they cannot be of one movement of that size.
    """

    first: int
    indices: list[int]
    times: list[float]
    likenesses: list[float]


class AnchorTable:
    """The last anchors of every source, which is a signal at one size.

    Parameters
    ----------
    thresholds : (m,) array
        Of turning points.
    signals : Window
        Projections of acceleration, then of angular rate.
    history : History
        Channels on the grid: acceleration, then angular rate if there is one.
    rows : int
        Number of signals.
    sampling_rate_hz : float
        Of the grid.
    """

    def __init__(
        self, thresholds: FloatArray, signals: Window, history: History, rows: int, sampling_rate_hz: float
    ) -> None:
        self._signals, self._history, self._rate_hz = signals, history, sampling_rate_hz
        self._threshold = np.repeat(thresholds, rows)
        self._row = np.arange(len(self._threshold)) % rows
        # Turning point n of a source, and the anchor n between it and turning point n + 1, are n % KEPT places
        # from source * KEPT on.
        size = len(self._threshold) * KEPT
        self._index, self._value = np.zeros(size, dtype=np.intp), np.zeros(size)
        self._time, self._likeness = np.zeros(size), np.zeros(size)
        self._count = np.zeros(len(self._threshold), dtype=np.intp)  # of turning points
        self._known: dict[tuple[float, ...], float] = {}

    def add(self, extrema: Extrema, now: int) -> tuple[IntArray, FloatArray]:
        """Take turning points that became certain at the sample `now`.

        Returns
        -------
        source : (n,) int array
            Of the anchors that they complete; ascending, and in order of time where it is the same.
        likeness : (n,) array
            Of the cycle that ends at each to the one before.
        """
        source = extrema.source
        number = self._count.take(source) + _rank(source)
        self._count[source] = number + 1
        place = source * KEPT + number % KEPT
        self._index[place], self._value[place] = extrema.index, extrema.value
        has_one_before = number > 0
        source, number = source[has_one_before], number[has_one_before] - 1
        # Of the anchors that make the two cycles, and of the turning point after them
        places = (source * KEPT)[:, np.newaxis] + (number[:, np.newaxis] + np.arange(-4, 2)) % KEPT
        self._time[places[:, 4]] = self._times(source, places[:, 4], places[:, 5], now)
        likeness = self._likenesses(source, places, now)
        likeness[number < 4] = 0.0  # the first cycles have none before
        self._likeness[places[:, 4]] = likeness
        return source, likeness

    def last(self, source: IntArray, count: IntArray) -> list[Anchors]:
        """Return of each source as many of its last anchors, if there are."""
        end = self._count.take(source) - 1
        first = np.maximum(end - count, 0)
        count = end - first
        stop = count.cumsum()
        start = stop - count
        number = np.arange(stop[-1]) + (first - start).repeat(count)
        places = source.repeat(count) * KEPT + number % KEPT
        index, time = self._index.take(places).tolist(), self._time.take(places).tolist()
        likeness = self._likeness.take(places).tolist()
        return [
            Anchors(number, index[part], time[part], likeness[part])
            for number, part in zip(first.tolist(), map(slice, start.tolist(), stop.tolist()), strict=True)
        ]

    def _times(self, source: IntArray, before: IntArray, after: IntArray, now: int) -> FloatArray:
        """Moment of fastest movement of the swings between two turning points."""
        end = self._index.take(after)
        time = end.astype(np.float64)  # the angular rate is largest where it turns round
        start = np.maximum(self._index.take(before), oldest_compared(now, self._rate_hz))
        row = self._row.take(source)
        # A swing may have turned so long ago that nothing can be of one cycle with it.
        tilts = ((row < len(DIRECTIONS)) & (end >= start)).nonzero()[0]
        if tilts.size:
            from_value, to_value = self._value.take(before[tilts]), self._value.take(after[tilts])
            middle, sign = 0.5 * (from_value + to_value), np.sign(to_value - from_value)
            time[tilts] = self._crossings(row[tilts], start[tilts], end[tilts], middle, sign)
        return time

    def _crossings(
        self, row: IntArray, start: IntArray, end: IntArray, middle: FloatArray, sign: FloatArray
    ) -> FloatArray:
        """When signals first come to a value between two samples, on their way up or down."""
        length = end - start + 1
        ends = length.cumsum()
        begins = ends - length
        swing = np.arange(len(length)).repeat(length)
        signal = self._signals.of(row.take(swing), np.arange(ends[-1]) + (start - begins).take(swing))
        is_there = (sign.take(swing) * (signal - middle.take(swing)) >= 0.0).nonzero()[0]
        first = is_there.take(is_there.searchsorted(begins))
        before = np.maximum(first - 1, begins)
        value = signal.take(before)
        share = np.zeros(len(value))
        np.divide(middle - value, signal.take(first) - value, out=share, where=first > begins)
        times: FloatArray = start + (before - begins) + share
        return times

    def _likenesses(self, source: IntArray, places: IntArray, now: int) -> FloatArray:
        """Likeness of the cycles between anchors 0, 2 and 4, of each of which and turning point 5 is the place."""
        likeness = np.zeros(len(places))
        values, threshold = self._value.take(places), self._threshold.take(source)
        sizes = np.abs(values[:, 1:] - values[:, :-1])
        sizes.sort(axis=1)
        usual = sizes[:, 2]
        fits = (SHARE[0] * usual <= threshold) & (threshold <= SHARE[1] * usual)
        fits &= self._index.take(places[:, 0]) >= oldest_compared(now, self._rate_hz)
        judged = fits.nonzero()[0]
        times = self._time.take(places[judged, :5])
        before, after = times[:, 2] - times[:, 0], times[:, 4] - times[:, 2]
        shorter, longer = np.minimum(before, after), np.maximum(before, after)
        fits = (shorter >= SHORTEST_S * self._rate_hz) & (longer <= LONGEST_S * self._rate_hz)
        fits &= (longer <= LONGER * shorter) & (times[:, 1:] > times[:, :-1]).all(axis=1)
        likeness[judged[fits]] = self._similarities(list(map(tuple, times[fits].tolist())))
        return likeness

    def _similarities(self, cycles: list[tuple[float, ...]]) -> list[float]:
        """Similarity of two cycles each, of which five anchors are given."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        unknown = list(dict.fromkeys(each for each in cycles if each not in self._known))
        if unknown:
            self._known.update(zip(unknown, self._compared(np.array(unknown)).tolist(), strict=True))
        return [self._known[each] for each in cycles]

    def _compared(self, times: FloatArray) -> FloatArray:
        start, length = times[:, :4, np.newaxis], (times[:, 1:] - times[:, :-1])[..., np.newaxis]
        shapes = self._history.means(start + length * EDGES)
        before, after = times[:, 2] - times[:, 0], times[:, 4] - times[:, 2]
        return similarity(shapes.reshape(-1, len(times), 2, 2 * BINS), before, after)


def _rank(source: IntArray) -> IntArray:
    """Each one's place among those of the same source, which are next to each other."""
    place = np.arange(len(source))
    first = place.copy()
    first[1:][source[1:] == source[:-1]] = 0
    rank: IntArray = place - np.maximum.accumulate(first)
    return rank
