"""What is beside a circle that counts, and is shaped like it: the first of a set, or one that was drawn badly.

A circle at the beginning of a set starts from rest, after whatever the wearer did before, and one within a set may
be small or cut in two by sway. Alone neither would count. But it ends where the next one starts, and it has the
shape of that one, which nothing else has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import degrees, floor

import numpy as np

from imucount.circles.loops import Loop
from imucount.circles.plane import Channel, Level
from imucount.samples import FloatArray

__all__ = ["LONGEST", "SHORTEST", "Neighbour", "find_neighbour", "loop_beside"]

SHORTEST, LONGEST = 0.55, 1.8
"""Its length, as a share of that of the circle beside it."""

LEAST_LIKENESS = 0.88
"""Correlation of each angle with that of the circle beside it. Nine in ten simulated circles that nothing else had
found have more than 0.93."""

LEAST_ASIDE_LIKENESS = 0.75
"""Correlation of the yaw that does not go along with the elevation: half a circle has less."""

UNLIKENESS_OF_PATHS = 0.5
"""Where time is left out, four separate moves that differ in their holds are alike; but more fits, so no more than
this share of what either lacks of 1 may be lacking."""

LEAST_SIZE, LEAST_NARROWEST = 0.33, 0.2
"""Share of the size of the circle beside it: the geometric mean of both angles', and the smaller. What is there
before a set but sway has less than 0.25 where it is as like as that."""

MOST_WIDEST = 2.5
"""The larger of both angles' shares: two standard deviations up over as many down, of the published 22 %. A clip
that is taken off turns farther."""

STILL = 0.15
"""Range of elevation, as a share of the circle's beside it, below which nothing is looked for: it is well under
`LEAST_NARROWEST`."""

LENGTH_COST = 0.15
"""So much likeness is worth a length that differs by a factor of e: a rest before a circle is none of it."""

POINTS = 24
"""A window is compared at so many points: the tenth harmonic of a circle is there still."""

_RAMP = np.linspace(0.0, 1.0, POINTS)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A circle beside another one.

    Attributes
    ----------
    start, end : float
        Indices, with a fraction.
    likeness : float
        The smaller of the correlations of both angles with the other circle's.
    elevation, yaw : float
        Peak to peak, in the unit of the angles.
    first_side, top, second_side : float
        Indices at which the yaw, the elevation and again the yaw is farthest.
    """

    start: float
    end: float
    likeness: float
    elevation: float
    yaw: float
    first_side: float
    top: float
    second_side: float


def find_neighbour(
    elevation: FloatArray, yaw: FloatArray | None, start: float, end: float, edge: float, limit: float
) -> Neighbour | None:
    """Find the circle that begins or ends at an edge and is shaped like another one.

    Parameters
    ----------
    elevation : (n,) array
        The angle, which may drift.
    yaw : (n,) array or None
        The other angle; None where it is not seen.
    start, end : float
        Where the other circle is, as indices with a fraction.
    edge, limit : float
        The index at which the one sought begins or ends, and the one that it does not go beyond on its other side.
    """
    length = end - start
    lengths = np.arange(SHORTEST * length, min(LONGEST * length, abs(edge - limit)), 1.0)
    if len(lengths) == 0 or _is_still(elevation, start, end, edge, edge + np.sign(limit - edge) * lengths[-1]):
        return None
    starts = edge - lengths if limit < edge else np.full(len(lengths), edge)
    every_start, every_length = np.append(starts, start), np.append(lengths, length)
    by_time = every_start[:, np.newaxis] + every_length[:, np.newaxis] * _RAMP
    if yaw is None:  # without time every way up and down is like every other
        return _most_alike([elevation], by_time)
    found = _most_alike([elevation, yaw], by_time)
    if found is None:
        by_path = _even_on_the_path(elevation, yaw, every_start, every_length)
        found = _most_alike([elevation, yaw], by_path, UNLIKENESS_OF_PATHS)
    return found


def _is_still(elevation: FloatArray, start: float, end: float, edge: float, farthest: float) -> bool:
    """Whether there is too little movement for a circle, which spares the search in nearly every rest."""
    low, high = sorted((edge, farthest))
    there = elevation[int(low) : int(high) + 2]
    return float(np.ptp(there)) < STILL * float(np.ptp(elevation[int(start) : int(end) + 2]))


def _even_on_the_path(
    elevation: FloatArray, yaw: FloatArray, starts: FloatArray, lengths: FloatArray
) -> FloatArray:
    """Find the indices at equal steps of the way that the angles go, so that holds take no time."""
    wide = float(np.ptp(elevation)) / max(float(np.ptp(yaw)), 1e-9)
    index = np.arange(len(elevation), dtype=np.float64)
    steps = np.hypot(np.diff(elevation, prepend=elevation[0]), wide * np.diff(yaw, prepend=yaw[0]))
    path = np.cumsum(steps + 1e-9)  # it never stands still altogether
    first, last = np.interp(starts, index, path), np.interp(starts + lengths, index, path)
    return np.interp(first[:, np.newaxis] + (last - first)[:, np.newaxis] * _RAMP, path, index)


def _most_alike(angles: Sequence[FloatArray], at: FloatArray, lenience: float = 1.0) -> Neighbour | None:
    """Find the window most like the last one, each given by the indices of its points, shape (windows, POINTS).

    Likeness may lack `lenience` times of what `LEAST_LIKENESS` and `LEAST_ASIDE_LIKENESS` lack of 1.
    """
    least, least_aside = (1.0 - lenience * (1.0 - each) for each in (LEAST_LIKENESS, LEAST_ASIDE_LIKENESS))
    every = [_windows(angle, at) for angle in angles]
    own = [windows[-1] for windows in every]
    own_power = [float((each * each).sum()) for each in own]
    if min(own_power) <= 0.0:
        return None
    lengths = at[:, -1] - at[:, 0]
    common = [(windows[:-1] * each).sum(axis=1) for windows, each in zip(every, own)]
    powers = [(windows[:-1] ** 2).sum(axis=1) + 1e-12 * p for windows, p in zip(every, own_power)]
    likeness = np.minimum.reduce([c / np.sqrt(p * q) for c, p, q in zip(common, powers, own_power)])
    if len(every) > 1:
        likeness[_asides_alike(every) < least_aside] = -1.0
    best = int(np.argmax(likeness - LENGTH_COST * np.abs(np.log(lengths[:-1] / lengths[-1]))))
    sizes = [float(c[best]) / p for c, p in zip(common, own_power)]
    if likeness[best] < least or min(sizes) < LEAST_NARROWEST or sizes[0] * sizes[-1] < LEAST_SIZE**2:
        return None
    if max(sizes) > MOST_WIDEST:
        return None
    rise, aside, points = every[0][best], every[-1][best], at[best].tolist()
    top = min(max(int(np.argmax(rise * np.sign(own[0][POINTS // 2]))), 1), POINTS - 2)
    reach = np.abs(aside - 0.5 * (aside.max() + aside.min()))
    return Neighbour(
        start=points[0],
        end=points[-1],
        likeness=float(likeness[best]),
        elevation=float(np.ptp(rise)),
        yaw=float(np.ptp(aside)) if len(angles) > 1 else 0.0,
        first_side=points[int(np.argmax(reach[: top + 1]))],
        top=points[top],
        second_side=points[top + int(np.argmax(reach[top:]))],
    )


def _asides_alike(every: Sequence[FloatArray]) -> FloatArray:
    """How like the yaw of each window but the last is to that of the last, without what goes along with elevation.

    Half a circle brings that back as it came, and so may seem like a whole one.
    """
    elevation, yaw = every
    power = float((elevation[-1] * elevation[-1]).sum())
    aside = yaw - float((elevation[-1] * yaw[-1]).sum()) / power * elevation
    size = np.sqrt((aside * aside).sum(axis=1)) + 1e-12
    return np.asarray((aside[:-1] * aside[-1]).sum(axis=1) / (size[:-1] * size[-1]))


def loop_beside(
    loop: Loop,
    edge_s: float,
    limit_s: float,
    history: FloatArray,
    earliest: int,
    first: int,
    level: Level,
    has_gyroscope: bool,
    rate_hz: float,
    origin_s: float,
) -> Loop | None:
    """Find the loop that begins or ends at a time and is shaped like another one.

    Parameters
    ----------
    loop : Loop
        The other one; its lever is taken for the found one's, too.
    edge_s, limit_s : float
        The time at which the one sought begins or ends, and the one that it does not go beyond on its other
        side, s.
    history : (8, n) array
        Rows by `Channel`.
    earliest, first : int
        Index of the earliest sample to be looked at, and of the first of `history`.
    level : Level
        The level frame of `history`.
    has_gyroscope : bool
    rate_hz : float
    origin_s : float
        Time of the sample with index 0, s.
    """
    start, end, edge = (((time_s - origin_s) * rate_hz) for time_s in (loop.start_s, loop.end_s, edge_s))
    last = first + history.shape[1] - 1
    limit = min(max((limit_s - origin_s) * rate_hz, earliest), last)
    begin, stop = floor(min(start, edge, limit)), floor(max(end, edge, limit)) + 2
    if begin < earliest or stop > last + 1:
        return None
    x = history[:, begin - first : stop - first]
    one, two = (sum(a * b for a, b in zip(loop.up_axis, axis.tolist())) for axis in (level.first, level.second))
    if has_gyroscope:
        elevation = one * x[Channel.TURN_1] + two * x[Channel.TURN_2]
    else:
        elevation = one * x[Channel.TILT_1] + two * x[Channel.TILT_2]
    yaw = x[Channel.YAW] if has_gyroscope else None
    found = find_neighbour(elevation, yaw, start - begin, end - begin, edge - begin, limit - begin)
    if found is None:
        return None

    def time_s(index: float) -> float:
        return origin_s + float(begin + index) / rate_hz

    return replace(
        loop,
        start_s=time_s(found.start),
        end_s=time_s(found.end),
        quarter_s=(time_s(found.first_side), time_s(found.top), time_s(found.second_side)),
        elevation_deg=degrees(found.elevation),
        yaw_deg=degrees(found.yaw),
    )


def _windows(angle: FloatArray, at: FloatArray) -> FloatArray:
    """Cut windows out of an angle, each closed by a straight line and about its mean."""
    index = np.clip(at.astype(np.int64), 0, len(angle) - 2)
    share = at - index
    windows = angle[index] * (1.0 - share) + angle[index + 1] * share
    windows = windows - windows[:, :1] - (windows[:, -1:] - windows[:, :1]) * _RAMP
    return np.asarray(windows - windows.mean(axis=1, keepdims=True))
