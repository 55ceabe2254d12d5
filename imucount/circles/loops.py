"""Loop: what a swing draws in the plane of elevation and protraction, measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import degrees
from typing import Any

import numpy as np

from imucount.circles.plane import Level
from imucount.circles.swings import LINGER_S, LONGEST_SIDE_S, Swing
from imucount.core.library import address, core
from imucount.samples import FloatArray

__all__ = ["Loop", "measure_loops"]

ACC_BIAS_M_S2 = 0.35
"""Bias of an accelerometer: data sheets give 20 mg for one sigma, and 50 mg on the board for cheap ones. It
makes the force vary with the tilt."""

MISALIGNMENT_M_S2 = 0.1
"""Gravity times the misalignment of gyroscope and accelerometer (0.01 rad)."""

_SWING = np.dtype(
    [
        *((name, np.int64) for name in ("start", "top", "end", "known", "rested_before", "has_gyroscope")),
        *(("longest_side", np.int64), ("linger", np.int64), ("axis", np.float64, 2), ("rate_hz", np.float64)),
    ]
)
_LOOP = np.dtype(
    [
        *((name, np.float64) for name in ("before", "after", "n_before", "first_side", "second_side")),
        *(("axis", np.float64, 2), ("area", np.float64, 3)),
        *((name, np.float64) for name in ("sense", "elevation", "yaw", "rise_yaw", "fall_yaw", "roundness")),
        *((name, np.float64) for name in ("closure", "yaw_closure", "fullest_quarter")),
        *((name, np.float64) for name in ("lever", "lever_share", "forward_lever", "forward_lever_share")),
        *((name, np.float64) for name in ("force_rms", "unexplained_rms")),
    ]
)
"""As `imucount_swing` and `imucount_loop` in the core: what it is given of a swing, and tells of its loop."""


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """One loop from a low point over a high point to the next low point.

    Elevation here is rotation about the level axis `up_axis`, taken as if the loop's high point were high;
    whether it is, `lever_m` and `forward_lever_m` tell.

    Attributes
    ----------
    start_s, end_s : float
        s, on the recording's clock.
    known_s : float
        Time of the sample that made it certain.
    quarter_s : tuple of float
        Times of the first side, the top and the second side, s.
    up_axis : tuple of float
        Unit rotation vector of elevation, x, y, z, sensor frame.
    up : tuple of float
        Unit vector up in the level frame that it was measured in, x, y, z, sensor frame.
    area : tuple of float
        Area vector, x, y, z, rad²: normal to the loop, by the right-hand rule, sensor frame.
    sense : int
        Sign of the area of yaw over elevation: 1 where the yaw falls while the elevation is high.
    elevation_deg, yaw_deg : float
        Peak to peak.
    rise_yaw_deg, fall_yaw_deg : float
        Yaw against both ends, half-way up and half-way down: circles pass one side going up, and the other one
        coming down.
    roundness : float
        Area over that of an ellipse of the same spread: 1 for an ellipse, 0.64 for a rhombus with holds at
        its corners, 0 for a line.
    closure : float
        Distance between both ends along the tilt, as a share of the elevation's range.
    yaw_closure : float
        The same of the yaw.
    rise_share : float
        Time to the top, as a share of the whole.
    fullest_quarter : float
        Share of the time that the quadrant takes in which most is spent.
    lever_m, lever_sd_m : float
        Length that, times the angular acceleration of the elevation, explains the force, and by how much
        the accelerometer's bias may shift it, m. Positive where the high point is high.
    forward_lever_m, forward_lever_sd_m : float
        The same for the yaw and the level force along `up_axis`.
    force_rms, unexplained_rms : float
        Variation of the force, and what the lever leaves of it, m/s².
    """

    start_s: float
    end_s: float
    known_s: float
    quarter_s: tuple[float, float, float]
    up_axis: tuple[float, float, float]
    up: tuple[float, float, float]
    area: tuple[float, float, float]
    sense: int
    elevation_deg: float
    yaw_deg: float
    rise_yaw_deg: float
    fall_yaw_deg: float
    roundness: float
    closure: float
    yaw_closure: float
    rise_share: float
    fullest_quarter: float
    lever_m: float
    lever_sd_m: float
    forward_lever_m: float
    forward_lever_sd_m: float
    force_rms: float
    unexplained_rms: float

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return self.end_s - self.start_s


def measure_loops(
    swings: Sequence[Swing],
    history: FloatArray,
    first: int,
    level: Level,
    has_gyroscope: bool,
    rate_hz: float,
    origin_s: float,
) -> list[Loop | None]:
    """Measure the loops of swings; None for one that is no loop at all.

    What is said of a swing does not depend on the others.

    Parameters
    ----------
    swings : sequence of Swing
    history : (8, n) array
        Rows by `Channel`.
    first : int
        Index of the first sample of `history`.
    level : Level
        The level frame of `history`.
    has_gyroscope : bool
    rate_hz : float
    origin_s : float
        Time of the sample with index 0, s.
    """
    if not swings:
        return []
    given, told = np.zeros(1, _SWING), np.zeros(1, _LOOP)
    given["has_gyroscope"], given["rate_hz"] = has_gyroscope, rate_hz
    given["longest_side"], given["linger"] = int(LONGEST_SIDE_S * rate_hz), int(LINGER_S * rate_hz)
    at = (address(given), address(history), history.strides[0] // history.itemsize, address(told))
    loops: list[Loop | None] = []
    for swing in swings:
        given["start"], given["top"], given["end"] = swing.start - first, swing.top - first, swing.end - first
        given["known"], given["rested_before"] = swing.known - first, swing.rested_before
        given["axis"] = swing.axis
        is_loop = core().imucount_measure(*at)
        loops.append(_loop(swing, told[0].tolist(), level, rate_hz, origin_s) if is_loop else None)
    return loops


def _loop(swing: Swing, told: tuple[Any, ...], level: Level, rate_hz: float, origin_s: float) -> Loop:
    """Make a loop of what the core tells of it, in the order of `_LOOP`."""
    before, after, n_before, first_side, second_side, axis, area, sense, *angles_and_more = told
    elevation, yaw, rise_yaw, fall_yaw, roundness, closure, yaw_closure, fullest, *forces = angles_and_more
    lever, lever_share, forward_lever, forward_lever_share, force_rms, unexplained_rms = forces

    def time_s(index: float) -> float:
        return origin_s + index / rate_hz

    start = swing.top - n_before
    x, y, z = level.up.tolist()
    return Loop(
        start_s=time_s(swing.top - before),
        end_s=time_s(swing.top + after),
        known_s=time_s(swing.known),
        quarter_s=(time_s(start + first_side), time_s(swing.top), time_s(start + second_side)),
        up_axis=level.to_sensor(axis[0], axis[1], 0.0),
        up=(x, y, z),
        area=level.to_sensor(area[0], area[1], area[2]),
        sense=int(sense),
        elevation_deg=degrees(elevation),
        yaw_deg=degrees(yaw),
        rise_yaw_deg=degrees(rise_yaw),
        fall_yaw_deg=degrees(fall_yaw),
        roundness=roundness,
        closure=closure,
        yaw_closure=yaw_closure,
        rise_share=before / (before + after),
        fullest_quarter=fullest,
        lever_m=lever,
        lever_sd_m=ACC_BIAS_M_S2 * lever_share,
        forward_lever_m=forward_lever,
        forward_lever_sd_m=MISALIGNMENT_M_S2 * forward_lever_share,
        force_rms=force_rms,
        unexplained_rms=unexplained_rms,
    )
