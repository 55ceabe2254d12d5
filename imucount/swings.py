"""SwingFinder: tilt in, rises and falls between low points out, whatever their size and axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import hypot

import numpy as np
from numpy.typing import NDArray

from imucount.plane import Channel, PlaneChunk
from imucount.samples import FloatArray

__all__ = [
    "HISTORY_S",
    "LEAST_FALL",
    "LINGER_S",
    "LONGEST_SIDE_S",
    "Swing",
    "SwingFinder",
    "rest_after_fall",
    "slope",
    "steps_down_to",
]

AXES = 3
"""Fixed level axes, 60 deg apart: one lies within 30 deg of any axis of elevation."""

THRESHOLDS_RAD = tuple(np.radians((1.2, 2.4, 4.8, 9.6)))
"""A reversal of less than this is not an end. Each serves swings of 2 to 8 times its size."""

LEAST_SHARE, MOST_SHARE = 0.13, 0.5
"""A threshold serves swings of which it is this share: smaller lets wobble in, larger loses small ends."""

LEAST_ALONG = 0.82
"""Cosine of 35 deg: the nearest axis serves a swing, and the next if it is about as near."""

LEAST_REST_SHARE, MOST_REST_SHARE = 0.15, 0.39
"""Rest is looked for with fewer thresholds, since it takes longer: with one, or two if both fit as well."""

SAME = 3
"""Swings on two axes that differ by no more samples than this are one."""

HISTORY_S = 40.0
"""What is kept: two of the slowest circles, and the rest before them."""

LONGEST_SIDE_S = 9.0
"""A rise or fall is looked for within this: a circle of 14 s with uneven halves."""

LINGER_S, LINGER_SHARE, STILL_SHARE = 0.4, 0.35, 0.08
"""A fall has come to rest when the last 0.35 of its time, and 0.4 s at least, brought less than 0.08 of it.

Half of a cosine lingers so long only after it has turned round.
"""

LEAST_FALL = 0.75
"""A fall that comes to rest earlier has not arrived: four separate moves rest half-way, too."""

LONG_SHARE = 0.7
"""A rest of this share of the time since the top is longer than any hold between two moves."""


@dataclass(frozen=True, slots=True, eq=False)
class Swing:
    """A rise from a low point to a high point and the fall to the next low point, along one level axis.

    Attributes
    ----------
    known : int
        Index of the sample that made it certain.
    start, top, end : int
        Indices of its low, high and low point.
    axis : tuple of float
        Direction along the two level axes in which the tilt rises.
    rested_before, rested_after : bool
        Whether the movement came to rest at the low point, rather than to turn round there.
    """

    known: int
    start: int
    top: int
    end: int
    axis: tuple[float, float]
    rested_before: bool
    rested_after: bool


class SwingFinder:
    """Finds swings along fixed axes and at several sizes, so that no axis or size has to be known.

    Parameters
    ----------
    sampling_rate_hz : float
        Of the even grid.

    Attributes
    ----------
    history : (8, n) array
        The last samples, rows by `Channel`.
    first, end : int
        Index of the first sample of `history`, and of the one after the last.
    level : Level
        The level frame of `history`.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self._rate_hz = sampling_rate_hz
        self.end = 0
        self._start_over()

    def _start_over(self) -> None:
        self.first = self.end
        self.history = np.empty((8, 0))
        self._tilt = np.empty((AXES, 0))
        self._recent: list[Swing] = []
        angles = np.pi * np.arange(AXES) / AXES
        self._axes = [(float(np.cos(angle)), float(np.sin(angle))) for angle in angles]
        self._zigzags = [
            [_Zigzag(threshold, axis, self._rate_hz) for threshold in THRESHOLDS_RAD] for axis in self._axes
        ]

    def update(self, chunk: PlaneChunk) -> list[Swing]:
        """Take the next samples, return the swings that became certain, in that order.

        On a new level the zigzags begin anew, with the samples that are to be looked at once more.
        """
        now = self.end
        if chunk.review is not None:
            self.end -= chunk.review
            self._start_over()
        self._forget()
        begin = self.end
        self.end += chunk.motion.shape[1]
        self.level = chunk.level
        x = chunk.level.resolve(chunk.motion)
        self.history = np.concatenate([self.history, x], axis=1)
        tilt = np.stack([c * x[Channel.TILT_1] + s * x[Channel.TILT_2] for c, s in self._axes])
        self._tilt = np.concatenate([self._tilt, tilt], axis=1)
        swings: list[Swing] = []
        for tilt, zigzags in zip(self._tilt, self._zigzags):
            vertices = _vertices(tilt, max(begin - 2, self.first) - self.first, self.first)
            for zigzag in zigzags:
                swings += zigzag.update(vertices, tilt, self.history, self.first)
        swings = [replace(swing, known=now) if swing.known < now else swing for swing in swings]
        swings.sort(key=lambda swing: swing.known)
        return [swing for swing in swings if self._is_new(swing)]

    def finish(self) -> list[Swing]:
        """Return the swings whose fall the end of the stream cuts short, once they are nearly down."""
        swings = [
            swing
            for tilt, zigzags in zip(self._tilt, self._zigzags)
            for zigzag in zigzags
            for swing in zigzag.finish(self.end - 1, tilt, self.first)
        ]
        return [swing for swing in swings if self._is_new(swing)]

    def _is_new(self, swing: Swing) -> bool:
        for other in self._recent:
            if (
                abs(other.end - swing.end) <= SAME
                and abs(other.top - swing.top) <= SAME
                and abs(other.start - swing.start) <= SAME
                and other.axis[0] * swing.axis[0] + other.axis[1] * swing.axis[1] > 0.0
            ):
                return False
        self._recent = [*self._recent[-7:], swing]
        return True

    def turned(self, begin: int, axis: tuple[float, float, float]) -> tuple[float, float]:
        """Rotation since a sample of `history` about an axis in the sensor frame, and about up, rad."""
        x = self.history[:, -1] - self.history[:, begin]
        tilt = self.level.to_sensor(float(x[Channel.TILT_1]), float(x[Channel.TILT_2]), 0.0)
        return sum(a * b for a, b in zip(axis, tilt)), float(x[Channel.YAW])

    def _forget(self) -> None:
        keep = int(HISTORY_S * self._rate_hz)
        surplus = self.end - self.first - keep
        if surplus > keep:
            self.history = self.history[:, surplus:].copy()
            self._tilt = self._tilt[:, surplus:].copy()
            self.first += surplus


def _vertices(tilt: FloatArray, begin: int, first: int) -> list[tuple[int, float]]:
    """Local extrema from `begin` on, and the last sample: a zigzag needs to look at nothing else."""
    rising = np.sign(np.diff(tilt[begin:]))
    at = begin + 1 + np.flatnonzero(rising[1:] != rising[:-1])
    at = np.append(at, len(tilt) - 1)
    if begin == 0:
        at = np.insert(at, 0, 0)  # wherever the stream is cut, its first sample is one
    return list(zip((at + first).tolist(), tilt[at].tolist()))


class _Zigzag:
    """Extrema of one signal that a reversal of `threshold` confirms, and the swings between them."""

    def __init__(self, threshold: float, axis: tuple[float, float], rate_hz: float) -> None:
        self._threshold = threshold
        self._axis = axis
        self._longest_side = int(LONGEST_SIDE_S * rate_hz)
        self._linger = int(LINGER_S * rate_hz)
        self._sign = 0  # 1 while it looks for a maximum, -1 for a minimum, 0 before the first reversal
        self._low: tuple[int, float] | None = None
        self._best: tuple[int, float] = (0, 0.0)
        self._previous = 0
        self._points: list[tuple[int, float]] = []
        self._rested: list[bool] = []  # whether the movement came to rest at each of the points
        self._rests = False  # whether it has come to rest since the last of them
        self._searched = True

    def update(
        self, vertices: list[tuple[int, float]], tilt: FloatArray, history: FloatArray, first: int
    ) -> list[Swing]:
        swings: list[Swing] = []
        threshold = self._threshold
        for index, value in vertices:
            if self._sign == 0:
                self._look_both_ways(index, value)
            if self._sign != 0:
                back = self._sign * (self._best[1] - value)
                if back <= 0:
                    self._best = (index, value)
                elif back >= threshold:
                    swings += self._reverse(index, value, tilt, history, first)
            self._previous = index
        swings += self._rest(vertices[-1][0] + 1, tilt, history, first)
        return swings

    def _look_both_ways(self, index: int, value: float) -> None:
        if self._low is None:
            self._low = self._best = (index, value)
        if value <= self._low[1]:
            self._low = (index, value)
        if value >= self._best[1]:
            self._best = (index, value)
        if value - self._low[1] >= self._threshold:
            self._best, self._sign = self._low, -1
        elif self._best[1] - value >= self._threshold:
            self._sign = 1

    def _reverse(
        self, index: int, value: float, tilt: FloatArray, history: FloatArray, first: int
    ) -> Iterator[Swing]:
        """Confirm the extremum, and find the swing that ends with it."""
        best = self._best
        yield from self._rest(index, tilt, history, first, reversing=True)
        points = self._points = [*self._points[-2:], best]
        self._rested = [*self._rested[-2:], self._rests]
        if len(points) == 3 and not self._rests:
            start, top, end = points
            smaller = min(abs(top[1] - start[1]), abs(top[1] - end[1]))
            serves = LEAST_SHARE * smaller <= self._threshold <= MOST_SHARE * smaller
            if serves and self._lies_along(start[0], top[0], end[0], history, first):
                known = self._known(index, tilt, first)
                if known - top[0] <= 2 * self._longest_side:
                    yield self._swing(start[0], top[0], end[0], known, self._rested[-3], False)
        self._rests = False
        self._searched = not self._may_rest(index, tilt, history, first)
        self._best, self._sign = (index, value), -self._sign

    def _known(self, index: int, tilt: FloatArray, first: int) -> int:
        """Find the sample by which the signal had reversed by the threshold."""
        begin = max(self._previous, self._best[0])
        run = self._sign * (self._best[1] - tilt[begin - first : index + 1 - first])
        return begin + int((run >= self._threshold).argmax())

    def _may_rest(self, index: int, tilt: FloatArray, history: FloatArray, first: int) -> bool:
        """Whether this zigzag is one to see the movement come to rest after the point just confirmed."""
        if len(self._points) < 2:
            return False
        start, top = self._points[-2:]
        rise = abs(top[1] - start[1])
        if not LEAST_REST_SHARE * rise <= self._threshold < MOST_REST_SHARE * rise:
            return False
        if not self._lies_along(start[0], top[0], start[0], history, first):
            return False
        return self._known(index, tilt, first) - top[0] <= self._longest_side

    def _rest(
        self, stop: int, tilt: FloatArray, history: FloatArray, first: int, reversing: bool = False
    ) -> Iterator[Swing]:
        """Find the swing that ends because the movement came to rest, not because it turned round."""
        if self._searched:
            return
        start, top = self._points[-2:]
        least = LEAST_FALL * abs(top[1] - start[1])
        latest = top[0] + self._longest_side
        if reversing and stop > latest:
            stop = self._known(stop, tilt, first)
        self._searched = stop > latest
        if abs(top[1] - self._best[1]) < least:
            return
        if reversing and not self._searched:
            stop = self._known(stop, tilt, first)
        stop = min(stop, latest)
        begin = max(start[0], top[0] - self._longest_side, first)
        side = -self._sign * tilt[begin - first : stop - first]
        yaw = history[Channel.YAW, begin - first : stop - first]
        steps = rest_after_fall(side, yaw, top[0] - begin, least, self._linger)
        if steps is None and self._searched and has_stayed_low(side[top[0] - begin :], least):
            steps = stop - top[0] - 1
        if steps is not None:
            self._rests = self._searched = True
            end = top[0] + int(side[top[0] - begin :][: steps + 1].argmin())
            yield self._swing(start[0], top[0], end, top[0] + steps, self._rested[-2], True)

    def finish(self, last: int, tilt: FloatArray, first: int) -> Iterator[Swing]:
        """Take the end of the stream for the rest that it does not show."""
        if self._searched or last > self._points[-1][0] + self._longest_side:
            return
        start, top = self._points[-2:]
        if abs(top[1] - self._best[1]) >= LEAST_FALL * abs(top[1] - start[1]):
            yield self._swing(start[0], top[0], self._best[0], last, self._rested[-2], True)

    def _lies_along(self, start: int, top: int, end: int, history: FloatArray, first: int) -> bool:
        """Whether the axis is near enough to that in which the tilt rises most to the high point."""
        if top - self._longest_side < first and start < first:
            return False  # longer ago than any swing takes
        at = top - first
        low = max(start, top - self._longest_side) - first
        other = min(max(end, top - self._longest_side), top + self._longest_side) - first
        one, two = history[Channel.TILT_1], history[Channel.TILT_2]
        rise_1 = float(one[at]) - 0.5 * float(one[low] + one[other])
        rise_2 = float(two[at]) - 0.5 * float(two[low] + two[other])
        return abs(self._axis[0] * rise_1 + self._axis[1] * rise_2) >= LEAST_ALONG * hypot(rise_1, rise_2)

    def _swing(self, start: int, top: int, end: int, known: int, before: bool, after: bool) -> Swing:
        axis = (-self._sign * self._axis[0], -self._sign * self._axis[1])
        return Swing(known, start, top, end, axis, before, after)


def rest_after_fall(tilt: FloatArray, yaw: FloatArray, top: int, least_fall: float, linger: int) -> int | None:
    """When a fall of the tilt has come to rest and the yaw has come back from its side.

    A shoulder that makes four separate moves rests at the front or the back as well, almost as low as at
    the bottom; what tells them apart is the yaw, once the share that goes along with the tilt is taken off.
    A rest that is longer than any hold needs no yaw, which may have drifted.

    Parameters
    ----------
    tilt, yaw : (n,) array, rad
        Up to the present, with the tilt rising towards the top.
    top : int
        Index of the high point.
    least_fall : float
        rad; a smaller fall has not arrived.
    linger : int
        Least number of samples to call it rest.

    Returns
    -------
    int or None
        Steps from the top to the first sample at which this was certain.
    """
    fall = tilt[top:]
    n = len(fall)
    if n <= linger + 1:
        return None
    earlier, much_earlier = _earlier_steps(linger, n)
    lowest_ever = np.minimum.accumulate(fall)
    lowest = lowest_ever[linger:]
    fallen = fall[0] - lowest
    slack = STILL_SHARE * fallen
    rests = (lowest_ever[earlier] - lowest <= slack) & (fallen >= least_fall)
    if not rests.any():
        return None
    rests &= fall[linger:] <= lowest + 0.25 * fallen
    if not rests.any():
        return None
    until = top + linger + int(np.argmax(rests)) + 1
    rise = tilt[top::-1]
    lowest_before = float(rise.min())
    begin = top - int(steps_down_to(rise, lowest_before + 0.1 * (float(rise[0]) - lowest_before)))
    aside = yaw - slope(tilt[begin:until], yaw[begin:until]) * tilt
    middle = 0.5 * (aside[begin:until].max() + aside[begin:until].min())
    reach = 0.5 * (aside[begin:until].max() - aside[begin:until].min())
    aside = aside - middle
    side = aside[top:until]
    outward = np.sign(side[int(np.argmax(np.abs(side)))])
    came_back = outward * aside[top + linger :] <= 0.4 * reach + 1e-9
    rests &= came_back | (lowest_ever[much_earlier] - lowest <= slack)
    return linger + int(np.argmax(rests)) if rests.any() else None


def has_stayed_low(fall: FloatArray, least_fall: float) -> bool:
    """Whether a fall that was watched for as long as any takes has brought little in its second half."""
    lowest = float(fall.min())
    fallen = float(fall[0]) - lowest
    return fallen >= least_fall and float(fall[: len(fall) // 2].min()) - lowest <= 2.0 * STILL_SHARE * fallen


@cache
def _all_earlier_steps(linger: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    steps = np.arange(linger, n)
    earlier = np.minimum(((1.0 - LINGER_SHARE) * steps).astype(np.int64), steps - linger)
    return earlier, ((1.0 - LONG_SHARE) * steps).astype(np.int64)


def _earlier_steps(linger: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of the steps from `linger` to n: the step since when nothing may have changed."""
    earlier, much_earlier = _all_earlier_steps(linger, 1 << n.bit_length())
    return earlier[: n - linger], much_earlier[: n - linger]


def slope(x: FloatArray, y: FloatArray) -> float:
    """Least-squares slope of y over x; 0 where x does not vary."""
    centred = x - x.mean()
    power = float(centred @ centred)
    return float(centred @ y) / power if power > 0.0 else 0.0


def steps_down_to(fall: FloatArray, level: float) -> float:
    """Count the samples, with a fraction, until a fall is down at a level."""
    index = int((fall <= level).argmax())
    if index == 0:
        return 0.0
    return index - (level - float(fall[index])) / float(fall[index - 1] - fall[index])
