"""Where loops start and end, in numpy: what the core is compared to."""

from __future__ import annotations

import numpy as np
from circles.twin_rests import LEAST_FALL, steps_to_rest
from circles.twin_sides import IndexArray, Sides, outward, row_sums, slopes, steps_down_to, windows
from numpy.typing import NDArray

from imucount.samples import FloatArray

LEAST_ALIGNED = 0.5
"""The axis of the swing is within 60 deg of the loop's: 35 deg for the choice of axes, and the rest where the
clip turns obliquely."""

LONG_RISE = 1.2
"""A rise of more than so many times its fall may have begun at rest."""

LONGEST_TO_OTHER = 1.6
"""A first circle that begins gently rises for so many times its fall; a last one falls for so many its rise."""

TURNED_SHARE = 0.04
"""Where the tilt rises again by more than this share of the fall it has turned round."""

CROSSED_SHARE, CROSSED_RISE_SHARE = 0.2, 0.9
"""The bottom is in the middle of what lies below this share of the fall, or of the rise if that is small."""

LONGEST_BOTTOM = 0.6
"""What lies so low for more than this share of the fall's time is no bottom, but a rest."""

ARRIVED_SHARE, YAW_ARRIVED_SHARE = 0.03, 0.1
"""The tilt and the yaw have arrived when this share of their way to rest is left. As the sensor sees them, amid
sway and breath, this is mostly within 0.1 s of where `imucount.Rep` has a last circle end, a first one start."""


def edges(
    angles: FloatArray,
    top: IndexArray,
    n_before: IndexArray,
    n_after: IndexArray,
    n_fall: IndexArray,
    axis: FloatArray,
    rested_before: NDArray[np.bool_],
    has_gyroscope: bool,
    linger: int,
) -> tuple[FloatArray, FloatArray]:
    """Find where the loops of r swings start and end."""
    is_askew = np.zeros(len(top), dtype=np.bool_)
    if has_gyroscope:
        axis, is_askew = _axis_of_area(angles, top, np.minimum(2 * n_fall, n_before - 1), n_fall, axis)
    before, after = _sides(angles, top, -1, axis, n_before), _sides(angles, top, 1, axis, n_after)

    long = np.flatnonzero(rested_before | (n_before - 1 > LONG_RISE * n_fall))
    if len(long):
        rise = before[long]
        least_fall = LEAST_FALL * (rise.tilt[:, 0] - np.where(rise.within(), rise.tilt, np.inf).min(axis=1))
        steps = steps_to_rest(rise, lambda rows: after[long[rows]], least_fall, linger)
        # A drift of the posture or of the yaw may hide the rest: one side is not that much longer than the other.
        longest = np.where(steps < 0, LONGEST_TO_OTHER * n_fall[long], steps)
        n_before = n_before.copy()
        n_before[long] = np.minimum(n_before[long], longest.astype(np.int64) + 1)
    n_after = np.minimum(n_after, (LONGEST_TO_OTHER * n_before).astype(np.int64) + 1)
    before_top = np.where(is_askew, np.nan, _steps_to_end(before.until(n_before)))
    return before_top, _steps_to_end(after.until(n_after))


def _sides(angles: FloatArray, top: IndexArray, direction: int, axis: FloatArray, length: IndexArray) -> Sides:
    one, two, yaw = outward(angles, top, direction, int(length.max()))
    return Sides(axis[0][:, np.newaxis] * one + axis[1][:, np.newaxis] * two, yaw, length)


def _axis_of_area(
    angles: FloatArray, top: IndexArray, n_before: IndexArray, n_after: IndexArray, axis: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Find the axis about which the area over the yaw is largest, (2, r), and whether it is far from this one."""
    n = n_before + n_after
    one, two, yaw = windows(angles, top - n_before, int(n.max()) + 1)
    steps = np.arange(1, yaw.shape[1])
    counts = steps <= n[:, np.newaxis]
    drift = (yaw[np.arange(len(n)), n] - yaw[:, 0]) / n
    level_yaw = np.where(counts, yaw[:, 1:] - drift[:, np.newaxis] * steps, 0.0)
    level_yaw = np.where(counts, level_yaw - (row_sums(level_yaw) / n)[:, np.newaxis], 0.0)
    swept = np.stack([row_sums(np.diff(tilt, axis=1) * level_yaw) for tilt in (one, two)])
    size = np.sqrt(swept[0] ** 2 + swept[1] ** 2)
    aligned = swept[0] * axis[0] + swept[1] * axis[1]
    found = np.where(size > 0.0, np.where(aligned > 0.0, swept, -swept) / np.where(size > 0.0, size, 1.0), axis)
    return found, np.abs(aligned) < LEAST_ALIGNED * size


def _steps_to_end(side: Sides) -> FloatArray:
    """Count the samples from the top to the end of the loop on that side, with a fraction."""
    tilt, within, steps = side.tilt, side.within(), np.arange(side.tilt.shape[1])
    bottom = side.lowest()
    rows = np.arange(len(bottom))
    lowest = tilt[rows, bottom]
    depth = tilt[:, 0] - lowest
    after_bottom = within & (steps >= bottom[:, np.newaxis])
    rise = np.where(after_bottom, tilt, -np.inf).max(axis=1) - lowest
    low = lowest + np.minimum(CROSSED_SHARE * depth, CROSSED_RISE_SHARE * rise)
    down = steps_down_to(side, low)
    above = np.maximum((after_bottom & (tilt > low[:, np.newaxis])).argmax(axis=1), 1)
    climbed = tilt[rows, above] - tilt[rows, above - 1]
    turned = (rise > TURNED_SHARE * depth) & (depth > 0.0)
    again = above - (tilt[rows, above] - low) / np.where(turned, climbed, 1.0)
    turned &= again - down <= LONGEST_BOTTOM * bottom

    arrived = steps_down_to(side, lowest + ARRIVED_SHARE * depth)
    aside = side.yaw - slopes(side)[:, np.newaxis] * tilt
    aside = np.abs(aside - aside[:, :1])
    furthest = np.where(within, aside, -1.0).argmax(axis=1)
    at_end = aside[rows, side.length - 1]
    left = at_end + YAW_ARRIVED_SHARE * (aside[rows, furthest] - at_end)
    came_back = within & (steps >= furthest[:, np.newaxis]) & (aside <= left[:, np.newaxis])
    at_rest = np.maximum(arrived, came_back.argmax(axis=1))
    return np.where(turned, 0.5 * (down + again), np.where(depth > 0.0, at_rest, side.length - 1.0))
