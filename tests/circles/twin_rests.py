"""Where falls come to rest, in numpy: what the core is compared to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from circles.twin_sides import IndexArray, Sides, slopes, steps_down_to
from numpy.typing import NDArray

from imucount.samples import FloatArray

LINGER_SHARE, STILL_SHARE = 0.35, 0.08
"""A fall has come to rest when the last 0.35 of its time, and 0.4 s at least, brought less than 0.08 of it."""

LEAST_FALL = 0.75
"""A fall that comes to rest earlier has not arrived: four separate moves rest half-way, too."""

LONG_SHARE = 0.7
"""A rest of this share of the time since the top is longer than any hold between two moves."""

NEAR_LOWEST = 0.25
"""At rest the tilt is still within this share of the fall from its lowest: else it has turned round."""

START_OF_RISE = 0.1
"""A rise begins when this share of it is done: before, it may have been at rest for long."""

CAME_BACK = 0.4
"""The yaw has come back when it is less than this share of its reach on the side where it went."""


def steps_to_rest(
    fall: Sides, rises: Callable[[IndexArray], Sides], least_fall: FloatArray, linger: int
) -> IndexArray:
    """When a fall of the tilt has come to rest and the yaw has come back from its side."""
    found = np.full(len(fall.length), -1)
    n = fall.tilt.shape[1]
    if n <= linger + 1:
        return found
    earlier, much_earlier = _earlier_steps(linger, n)
    lowest_ever = np.minimum.accumulate(fall.tilt, axis=1)
    lowest = lowest_ever[:, linger:]
    fallen = fall.tilt[:, :1] - lowest
    rests = lowest_ever[:, earlier] - lowest <= STILL_SHARE * fallen
    rests &= fallen >= least_fall[:, np.newaxis]
    rests &= fall.tilt[:, linger:] <= lowest + NEAR_LOWEST * fallen
    rests &= np.arange(linger, n) < fall.length[:, np.newaxis]
    rows = np.flatnonzero(rests.any(axis=1))
    if len(rows) == 0:
        return found
    rests, lowest_ever, fall, rise = rests[rows], lowest_ever[rows], fall[rows], rises(rows)
    until = linger + 1 + rests.argmax(axis=1)
    begin = _start_of_rise(rise)
    aside, reach = _aside(fall.until(until), rise.until(begin + 1))
    out = np.where(np.arange(n) < until[:, np.newaxis], np.abs(aside), 0.0)
    # Where both extremes are on this side of the top they are equally far: the first is where it went.
    furthest = (out >= (1.0 - 1e-9) * out.max(axis=1, keepdims=True)).argmax(axis=1)
    outward = np.sign(np.take_along_axis(aside, furthest[:, np.newaxis], axis=1))
    rested_long = lowest_ever[:, much_earlier] - lowest[rows] <= STILL_SHARE * fallen[rows]
    rests &= rested_long | (outward * aside[:, linger:] <= CAME_BACK * reach[:, np.newaxis] + 1e-9)
    found[rows] = np.where(rests.any(axis=1), linger + rests.argmax(axis=1), -1)
    return found


def has_stayed_low(fall: FloatArray, least_fall: FloatArray) -> NDArray[np.bool_]:
    """Whether falls, (r, n), watched for as long as any takes, have brought little in their second half."""
    lowest = fall.min(axis=1)
    fallen = fall[:, 0] - lowest
    of_first_half = fall[:, : fall.shape[1] // 2].min(axis=1) - lowest
    return np.asarray((fallen >= least_fall) & (of_first_half <= 2.0 * STILL_SHARE * fallen))


def _start_of_rise(rise: Sides) -> IndexArray:
    """Index, counted back from the top, of the sample with which the rise begins."""
    top = rise.tilt[:, 0]
    lowest = np.where(rise.within(), rise.tilt, np.inf).min(axis=1)
    return steps_down_to(rise, lowest + START_OF_RISE * (top - lowest)).astype(np.int64)


def _aside(fall: Sides, rise: Sides) -> tuple[FloatArray, FloatArray]:
    """Resolve the yaw of a fall from the middle to either side, (r, n), and its reach, (r,)."""
    sides = (fall, Sides(rise.tilt[:, 1:], rise.yaw[:, 1:], rise.length - 1))
    tied = slopes(*sides)[:, np.newaxis]
    asides = [side.yaw - tied * side.tilt for side in sides]
    highest, lowest = np.full(len(tied), -np.inf), np.full(len(tied), np.inf)
    for side, aside in zip(sides, asides):
        highest = np.maximum(highest, np.where(side.within(), aside, -np.inf).max(axis=1, initial=-np.inf))
        lowest = np.minimum(lowest, np.where(side.within(), aside, np.inf).min(axis=1, initial=np.inf))
    return asides[0] - 0.5 * (highest + lowest)[:, np.newaxis], 0.5 * (highest - lowest)


@cache
def _all_earlier_steps(linger: int, n: int) -> tuple[IndexArray, IndexArray]:
    steps = np.arange(linger, n)
    earlier = np.minimum(((1.0 - LINGER_SHARE) * steps).astype(np.int64), steps - linger)
    return earlier, ((1.0 - LONG_SHARE) * steps).astype(np.int64)


def _earlier_steps(linger: int, n: int) -> tuple[IndexArray, IndexArray]:
    """For each of the steps from `linger` to n: the step since when nothing may have changed."""
    earlier, much_earlier = _all_earlier_steps(linger, 1 << n.bit_length())
    return earlier[: n - linger], much_earlier[: n - linger]
