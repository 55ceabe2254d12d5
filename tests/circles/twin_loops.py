"""Loops measured in numpy: what those of the core are compared to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from circles.twin_edges import LEAST_ALIGNED, edges
from circles.twin_sides import IndexArray, windows
from numpy.typing import NDArray

from imucount.circles.loops import ACC_BIAS_M_S2, MISALIGNMENT_M_S2, Loop
from imucount.circles.plane import Channel, Level
from imucount.circles.swings import LINGER_S, LONGEST_SIDE_S, Swing
from imucount.samples import FloatArray

SHORTEST_S, LONGEST_S = 0.7, 14.0
"""Circles take 1 to 8 s; a beginner's with holds, or one cut short, may take this."""

LEAST_WIDTH = 64
"""Loops are measured together with others of about the same length: as rows of a matrix, filled up with zeros to a
power of two. The last bit of a sum may depend on how many those are, so that follows from the swing alone."""


def measure_loops(
    swings: Sequence[Swing],
    history: FloatArray,
    first: int,
    level: Level,
    has_gyroscope: bool,
    rate_hz: float,
    origin_s: float,
) -> list[Loop | None]:
    """Measure the loops of swings; None for one that is no loop at all."""
    loops: list[Loop | None] = [None] * len(swings)
    longest_side = int(LONGEST_SIDE_S * rate_hz)
    of_width: dict[int, list[int]] = {}
    for row, swing in enumerate(swings):
        length = min(swing.known - swing.top, longest_side) + min(swing.top - swing.start, longest_side) + 1
        of_width.setdefault(max(1 << (length - 1).bit_length(), LEAST_WIDTH), []).append(row)
    for width, rows in of_width.items():
        group = [swings[row] for row in rows]
        for row, loop in zip(rows, _loops(group, width, history, first, level, has_gyroscope, rate_hz, origin_s)):
            loops[row] = loop
    return loops


def _loops(
    swings: Sequence[Swing],
    width: int,
    history: FloatArray,
    first: int,
    level: Level,
    has_gyroscope: bool,
    rate_hz: float,
    origin_s: float,
) -> list[Loop | None]:
    """Measure loops of swings of about the same length, as rows of matrices that are so wide."""
    loops: list[Loop | None] = [None] * len(swings)
    start, top, end, known = np.array([(each.start, each.top, each.end, each.known) for each in swings]).T
    axis = np.array([each.axis for each in swings]).T
    longest_side = int(LONGEST_SIDE_S * rate_hz)
    n_after = np.minimum(known - top, longest_side) + 1
    before, after = edges(
        history[: Channel.YAW + 1],
        top - first,
        top - np.maximum(np.maximum(start, top - longest_side), first) + 1,
        n_after,
        np.minimum(end - top, n_after - 1),
        axis,
        np.array([each.rested_before for each in swings]),
        has_gyroscope,
        int(LINGER_S * rate_hz),
    )
    duration_s = (before + after) / rate_hz
    may_be = (duration_s >= SHORTEST_S) & (duration_s <= LONGEST_S)
    rows = np.flatnonzero(may_be & (np.rint(before) >= 2) & (np.rint(after) >= 2))
    if len(rows) == 0:
        return loops
    before, after, top, known, axis = before[rows], after[rows], top[rows], known[rows], axis[:, rows]
    n_before, n_after = np.rint(before).astype(np.int64), np.rint(after).astype(np.int64)
    start = top - n_before
    is_loop, columns = _measure(
        windows(history, start - first, width),
        n_before + n_after + 1,
        n_before,
        axis,
        level,
        has_gyroscope,
        1.0 / rate_hz,
    )
    columns["start_s"] = origin_s + (top - before) / rate_hz
    columns["end_s"] = origin_s + (top + after) / rate_hz
    columns["known_s"] = origin_s + known / rate_hz
    columns["quarter_s"] = origin_s + (start[:, np.newaxis] + columns["quarter_s"]) / rate_hz
    columns["rise_share"] = before / (before + after)
    listed = zip(*(_as_list(column[is_loop]) for column in columns.values()))
    for row, values in zip(rows[is_loop].tolist(), listed):
        loops[row] = Loop(**dict(zip(columns, values)))
    return loops


def _measure(
    x: FloatArray,
    n: IndexArray,
    top: IndexArray,
    axis: FloatArray,
    level: Level,
    has_gyroscope: bool,
    step_s: float,
) -> tuple[NDArray[np.bool_], dict[str, FloatArray]]:
    """Measure r loops."""
    rotation, gravity, products = _signals(x, n, has_gyroscope)
    spread, pull, speed, bend = products[:3, :3], products[3:6, :3], products[6:9, 6:9], products[9:, 9:]

    area = 0.5 * np.stack([products[i, 6 + j] - products[j, 6 + i] for i, j in ((1, 2), (2, 0), (0, 1))])
    swept = np.sqrt(area[0] ** 2 + area[1] ** 2)
    is_loop = np.ones(len(n), dtype=np.bool_)
    sense = np.zeros(len(n), dtype=np.int64)
    if has_gyroscope:
        aligned = axis[0] * area[1] - axis[1] * area[0]
        is_loop = np.abs(aligned) >= LEAST_ALIGNED * swept
        sense = np.where(swept > 0.0, np.where(aligned > 0.0, 1, -1), 0)
        across = np.stack([area[1], -area[0]]) / np.where(swept > 0.0, swept, 1.0)
        axis = np.where(swept > 0.0, sense * across, axis)
    else:
        axis = _main_axis(spread, axis)

    elevation_power, yaw_power = _along(spread, axis), spread[2, 2]
    lever_weight = step_s**2 / (_along(speed, axis) + _TINY)
    lever = -(axis[0] * pull[0, 0] + axis[1] * pull[0, 1]) * lever_weight
    # Force that the lever leaves: force - lever * d²elevation/dt², whose power follows from the products.
    pushed = axis[0] * products[9, 3] + axis[1] * products[10, 3]
    force_power = products[3, 3]
    rest_power = force_power - 2.0 * lever * pushed / step_s**2
    rest_power += lever**2 * _along(bend, axis) / step_s**4
    # Level force is gravity seen along the level axes, and on top of it what moves the clip.
    moving = axis[0] * (pull[1, 2] + gravity * spread[1, 2]) + axis[1] * (pull[2, 2] - gravity * spread[0, 2])
    yaw_weight = step_s**2 / (speed[2, 2] + _TINY)

    elevation = axis[0][:, np.newaxis] * rotation[0] + axis[1][:, np.newaxis] * rotation[1]
    yaw = rotation[2]
    tied = (axis[0] * spread[0, 2] + axis[1] * spread[1, 2]) / (elevation_power + _TINY)
    aside = yaw - tied[:, np.newaxis] * elevation
    rows, steps = np.arange(len(n)), np.arange(x.shape[2])
    within = steps < n[:, np.newaxis]
    # What fills up a row is 0, the mean of each signal, and so within its range.
    highest, lowest = elevation.max(axis=1), elevation.min(axis=1)
    high = within & (elevation > 0.5 * (highest + lowest)[:, np.newaxis])
    ahead = within & (aside > 0.5 * (aside.max(axis=1) + aside.min(axis=1))[:, np.newaxis])
    n_high, n_ahead, n_both = (np.count_nonzero(each, axis=1) for each in (high, ahead, high & ahead))
    quarters = np.stack([n_both, n_high - n_both, n_ahead - n_both, n - n_high - n_ahead + n_both])
    elevation_range, yaw_range = highest - lowest, yaw.max(axis=1) - yaw.min(axis=1)
    reach, until_top = np.where(within, np.abs(aside), -1.0), steps <= top[:, np.newaxis]
    from_top = steps >= top[:, np.newaxis]
    first_side, second_side = (np.where(each, reach, -1.0).argmax(axis=1) for each in (until_top, from_top))
    first_high, last_high = high.argmax(axis=1), high.shape[1] - 1 - high[:, ::-1].argmax(axis=1)
    apart = x[: Channel.YAW + 1, rows, n - 1] - x[: Channel.YAW + 1, :, 0]

    return is_loop, {
        "quarter_s": np.stack([first_side, top, second_side], axis=1),
        "up_axis": np.outer(axis[0], level.first) + np.outer(axis[1], level.second),
        "up": np.tile(level.up, (len(n), 1)),
        "area": np.outer(area[0], level.first) + np.outer(area[1], level.second) + np.outer(area[2], level.up),
        "sense": sense,
        "elevation_deg": np.degrees(elevation_range),
        "yaw_deg": np.degrees(yaw_range),
        "rise_yaw_deg": np.degrees(yaw[rows, first_high] - yaw[:, 0]),
        "fall_yaw_deg": np.degrees(yaw[rows, last_high] - yaw[:, 0]),
        "roundness": swept / (2.0 * np.pi * np.sqrt(elevation_power * yaw_power) / n + _TINY),
        "closure": np.sqrt(apart[0] ** 2 + apart[1] ** 2) / (elevation_range + _TINY),
        "yaw_closure": np.abs(apart[2]) / (yaw_range + _TINY),
        "fullest_quarter": quarters.max(axis=0) / n,
        "lever_m": lever,
        "lever_sd_m": ACC_BIAS_M_S2 * elevation_power * lever_weight,
        "forward_lever_m": moving * yaw_weight,
        "forward_lever_sd_m": MISALIGNMENT_M_S2 * yaw_power * yaw_weight,
        "force_rms": np.sqrt(force_power / n),
        "unexplained_rms": np.sqrt(np.maximum(rest_power, 0.0) / n),
    }


def _signals(x: FloatArray, n: IndexArray, has_gyroscope: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Make the signals of which a loop's measures consist, 0 on average and beyond its end."""
    within = (np.arange(x.shape[2]) < n[:, np.newaxis])[:, np.newaxis]
    share = np.arange(x.shape[2]) / (n - 1)[:, np.newaxis]
    every = np.zeros((len(n), 11, x.shape[2]))
    given, rotation, speed, bend = every[:, :6], every[:, :3], every[:, 6:9], every[:, 9:]
    given[:] = x[[*(_TURN if has_gyroscope else _TILT), *_FORCES]].transpose(1, 0, 2)
    rotation -= rotation[:, :, :1].copy()
    rotation -= rotation[np.arange(len(n)), :, n - 1][..., np.newaxis] * share[:, np.newaxis]
    given *= within
    means = np.add.reduce(given, axis=2) / n[:, np.newaxis]
    given -= means[..., np.newaxis]
    given *= within
    np.subtract(rotation[:, :, 1:], rotation[:, :, :-1], out=speed[:, :, 1:])
    speed *= within
    np.subtract(speed[:, :2, 2:], speed[:, :2, 1:-1], out=bend[:, :, 1:-1])
    bend[:, :, :-1] *= within[:, :, 1:]
    products = (every @ every.transpose(0, 2, 1)).transpose(1, 2, 0)
    return rotation.transpose(1, 0, 2), means[:, 3], products


_TURN = [Channel.TURN_1, Channel.TURN_2, Channel.YAW]
_TILT = [Channel.TILT_1, Channel.TILT_2, Channel.YAW]
_FORCES = [Channel.FORCE, Channel.LEVEL_1, Channel.LEVEL_2]
_TINY = 1e-12


def _along(products: FloatArray, axis: FloatArray) -> FloatArray:
    """Resolve matrices of products, (2, 2, r) or larger, along level axes, (2, r)."""
    one, two = axis
    return np.asarray(one * one * products[0, 0] + 2.0 * one * two * products[0, 1] + two * two * products[1, 1])


def _main_axis(products: FloatArray, towards: FloatArray) -> FloatArray:
    """Find the level axis along which each matrix of products is largest."""
    difference, both = products[0, 0] - products[1, 1], 2.0 * products[0, 1]
    size = np.sqrt(difference**2 + both**2)
    cos = np.clip(difference / np.where(size > 0.0, size, 1.0), -1.0, 1.0)  # of twice the angle
    axis = np.sqrt(0.5 * np.stack([1.0 + cos, 1.0 - cos]))
    axis[1] = np.copysign(axis[1], both)
    return np.where(axis[0] * towards[0] + axis[1] * towards[1] > 0.0, axis, -axis)


def _as_list(column: FloatArray) -> list[object]:
    return [tuple(each) for each in column.tolist()] if column.ndim > 1 else list(column.tolist())
