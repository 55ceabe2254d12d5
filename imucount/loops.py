"""Loop: what a swing draws in the plane of elevation and protraction, measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, pi, sin, sqrt

import numpy as np

from imucount.plane import Channel, Level
from imucount.samples import FloatArray
from imucount.swings import LEAST_FALL, LINGER_S, LONGEST_SIDE_S, Swing, rest_after_fall, slope, steps_down_to

__all__ = ["Loop", "measure_loop"]

SHORTEST_S, LONGEST_S = 0.7, 14.0
"""Circles take 1 to 8 s; a beginner's with holds, or one cut short, may take this."""

LEAST_ALIGNED = 0.5
"""The axis of the swing is within 60 deg of the loop's: 35 deg for the choice of axes, and the rest where the
clip turns obliquely."""

LONGEST_TO_OTHER = 1.6
"""A first circle that begins gently rises for so many times its fall; a last one falls for so many its rise."""

ACC_BIAS_M_S2 = 0.2
"""Typical bias of an accelerometer (20 mg): it makes the force vary with the tilt."""

MISALIGNMENT_M_S2 = 0.1
"""Gravity times the misalignment of gyroscope and accelerometer (0.01 rad)."""


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
    area : tuple of float
        Area vector, x, y, z, rad²: normal to the loop, by the right-hand rule, sensor frame.
    sense : int
        Sign of the area of yaw over elevation: 1 where the yaw falls while the elevation is high.
    elevation_deg, yaw_deg : float
        Peak to peak.
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
    area: tuple[float, float, float]
    sense: int
    elevation_deg: float
    yaw_deg: float
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


def measure_loop(
    swing: Swing,
    history: FloatArray,
    first: int,
    level: Level,
    has_gyroscope: bool,
    rate_hz: float,
    origin_s: float,
) -> Loop | None:
    """Measure the loop of a swing; None if it is no loop at all.

    Parameters
    ----------
    swing : Swing
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
    longest_side = int(LONGEST_SIDE_S * rate_hz)
    begin = max(swing.start, swing.top - longest_side, first)
    until = min(swing.known, swing.top + longest_side) + 1
    x = history[:, begin - first : until - first]
    top = swing.top - begin
    edges = _edges(x, top, swing, has_gyroscope, int(LINGER_S * rate_hz))
    if edges is None:
        return None
    a, b = edges
    if not SHORTEST_S <= (b - a) / rate_hz <= LONGEST_S:
        return None
    start = max(round(a), 0)
    x = x[:, start : min(round(b), x.shape[1] - 1) + 1]
    top -= start
    n = x.shape[1]
    if not 2 <= top <= n - 3:
        return None
    begin += start

    rotation = x[_TURN if has_gyroscope else _TILT]
    rotation = rotation - rotation[:, :1]
    rotation -= rotation[:, -1:] * np.linspace(0.0, 1.0, n)
    rotation -= rotation.mean(axis=1, keepdims=True)
    steps = rotation[:, 1:] - rotation[:, :-1]
    bends = steps[:, 1:] - steps[:, :-1]
    force = x[Channel.FORCE :] - x[Channel.FORCE :].mean(axis=1, keepdims=True)
    products = (rotation[:, 1:] @ steps.T).tolist()
    spread = (rotation @ rotation.T).tolist()
    speed = (steps @ steps.T).tolist()
    bend = (bends @ bends.T).tolist()
    pull = (force @ rotation.T).tolist()
    push = (bends @ force[0, 1:-1]).tolist()
    force_power = float(force[0] @ force[0])

    area = (
        0.5 * (products[1][2] - products[2][1]),
        0.5 * (products[2][0] - products[0][2]),
        0.5 * (products[0][1] - products[1][0]),
    )
    axis = swing.axis
    sense = 0
    swept = hypot(area[0], area[1])
    if has_gyroscope and swept > 0.0:
        aligned = axis[0] * area[1] - axis[1] * area[0]
        if abs(aligned) < LEAST_ALIGNED * swept:
            return None
        sense = 1 if aligned > 0.0 else -1
        axis = (sense * area[1] / swept, -sense * area[0] / swept)
    elif not has_gyroscope:
        axis = _main_axis(spread, axis)

    step_s = 1.0 / rate_hz
    elevation_power = _along(spread, axis)
    yaw_power = spread[2][2]
    lever_weight = step_s**2 / (_along(speed, axis) + _TINY)
    lever = -(axis[0] * pull[0][0] + axis[1] * pull[0][1]) * lever_weight
    # Force that the lever leaves: force - lever * d²elevation/dt², whose power follows from the products.
    pushed = axis[0] * push[0] + axis[1] * push[1]
    rest_power = force_power - 2.0 * lever * pushed / step_s**2 + lever**2 * _along(bend, axis) / step_s**4
    # Level force is gravity seen along the level axes, and on top of it what moves the clip.
    gravity = float(x[Channel.FORCE].mean())
    moving_1 = pull[1][2] + gravity * spread[1][2]
    moving_2 = pull[2][2] - gravity * spread[0][2]
    yaw_weight = step_s**2 / (speed[2][2] + _TINY)

    elevation = axis[0] * rotation[0] + axis[1] * rotation[1]
    yaw = rotation[2]
    tied = (axis[0] * spread[0][2] + axis[1] * spread[1][2]) / (elevation_power + _TINY)
    aside = yaw - tied * elevation
    highest, lowest = float(elevation.max()), float(elevation.min())
    high = elevation > 0.5 * (highest + lowest)
    ahead = aside > 0.5 * float(aside.max() + aside.min())
    n_high, n_ahead, n_both = (int(np.count_nonzero(each)) for each in (high, ahead, high & ahead))
    quarters = (n_both, n_high - n_both, n_ahead - n_both, n - n_high - n_ahead + n_both)
    elevation_range = highest - lowest
    yaw_range = float(yaw.max() - yaw.min())
    reach = np.abs(aside)
    first_side, second_side = int(reach[: top + 1].argmax()), top + int(reach[top:].argmax())
    ends = x[: Channel.YAW + 1, -1] - x[: Channel.YAW + 1, 0]

    def time_s(index: float) -> float:
        return origin_s + (begin + index) * step_s

    return Loop(
        start_s=time_s(a - start),
        end_s=time_s(b - start),
        known_s=origin_s + swing.known * step_s,
        quarter_s=(time_s(first_side), time_s(top), time_s(second_side)),
        up_axis=level.to_sensor(axis[0], axis[1], 0.0),
        area=level.to_sensor(*area),
        sense=sense,
        elevation_deg=degrees(elevation_range),
        yaw_deg=degrees(yaw_range),
        roundness=swept / (2.0 * pi * sqrt(elevation_power * yaw_power) / n + _TINY),
        closure=hypot(float(ends[0]), float(ends[1])) / (elevation_range + _TINY),
        yaw_closure=abs(float(ends[2])) / (yaw_range + _TINY),
        rise_share=(top + start - a) / (b - a),
        fullest_quarter=max(quarters) / n,
        lever_m=lever,
        lever_sd_m=ACC_BIAS_M_S2 * elevation_power * lever_weight,
        forward_lever_m=(axis[0] * moving_1 + axis[1] * moving_2) * yaw_weight,
        forward_lever_sd_m=MISALIGNMENT_M_S2 * yaw_power * yaw_weight,
        force_rms=sqrt(force_power / n),
        unexplained_rms=sqrt(max(rest_power, 0.0) / n),
    )


_TURN = [Channel.TURN_1, Channel.TURN_2, Channel.YAW]
_TILT = [Channel.TILT_1, Channel.TILT_2, Channel.YAW]
_TINY = 1e-12


def _along(products: list[list[float]], axis: tuple[float, float]) -> float:
    """Resolve a matrix of products along a level axis."""
    one, two = axis
    return one * one * products[0][0] + 2.0 * one * two * products[0][1] + two * two * products[1][1]


def _main_axis(products: list[list[float]], towards: tuple[float, float]) -> tuple[float, float]:
    """Find the level axis along which a matrix of products is largest."""
    angle = 0.5 * atan2(2.0 * products[0][1], products[0][0] - products[1][1])
    one, two = cos(angle), sin(angle)
    sign = 1.0 if one * towards[0] + two * towards[1] > 0.0 else -1.0
    return (sign * one, sign * two)


def _edges(x: FloatArray, top: int, swing: Swing, has_gyroscope: bool, linger: int) -> tuple[float, float] | None:
    """Find where the loop starts and ends, in samples of x with a fraction; None if it lies askew."""
    one, two, yaw = x[Channel.TILT_1], x[Channel.TILT_2], x[Channel.YAW]
    axis = swing.axis
    fall = min(swing.end - swing.top, x.shape[1] - 1 - top)
    if has_gyroscope:
        left, right = max(top - 2 * fall, 0), top + fall
        rotation = x[_TILT, left : right + 1]
        drift = (rotation[2, -1] - rotation[2, 0]) / (right - left)
        steps = rotation[:2, 1:] - rotation[:2, :-1]
        level_yaw = rotation[2, 1:] - drift * np.arange(1, right - left + 1)
        level_yaw -= level_yaw.mean()
        swept_1, swept_2 = (steps @ level_yaw).tolist()
        swept = hypot(swept_1, swept_2)
        aligned = swept_1 * axis[0] + swept_2 * axis[1]
        if abs(aligned) < LEAST_ALIGNED * swept:
            return None
        if swept > 0.0:
            sign = 1.0 if aligned > 0 else -1.0
            axis = (sign * swept_1 / swept, sign * swept_2 / swept)
    tilt = axis[0] * one + axis[1] * two
    before, after = tilt[top::-1], tilt[top:]
    yaw_before, yaw_after = yaw[top::-1], yaw[top:]
    if swing.rested_before or top > 1.2 * fall:
        steps_back = rest_after_fall(
            tilt[::-1], yaw[::-1], len(tilt) - 1 - top, LEAST_FALL * float(before[0] - before.min()), linger
        )
        # A drift of the posture or of the yaw may hide the rest: one side is not that much longer than the other.
        longest = LONGEST_TO_OTHER * fall if steps_back is None else steps_back
        before, yaw_before = before[: int(longest) + 1], yaw_before[: int(longest) + 1]
    longest = LONGEST_TO_OTHER * len(before)
    after, yaw_after = after[: int(longest) + 1], yaw_after[: int(longest) + 1]
    return top - _side_end(before, yaw_before), top + _side_end(after, yaw_after)


def _side_end(fall: FloatArray, yaw: FloatArray) -> float:
    """Count the samples from the top to the end of the loop on that side.

    Where the tilt turns at the bottom it is half-way between two crossings of one low level; where the
    movement comes to rest there, the moment at which tilt and yaw have both arrived.
    """
    bottom = int(fall.argmin())
    highest, lowest = float(fall[0]), float(fall[bottom])
    depth = highest - lowest
    if depth <= 0.0:
        return float(len(fall) - 1)
    rise = float(fall[bottom:].max()) - lowest
    if rise > 0.04 * depth:
        level = lowest + min(0.2 * depth, 0.9 * rise)
        down = steps_down_to(fall, level)
        above = bottom + int((fall[bottom:] > level).argmax())
        again = above - (float(fall[above]) - level) / float(fall[above] - fall[above - 1])
        if again - down <= 0.6 * bottom:
            return 0.5 * (down + again)
    aside = yaw - slope(fall, yaw) * fall
    aside = np.abs(aside - aside[0])
    side = int(aside.argmax())
    back = side + int((aside[side:] <= aside[-1] + 0.1 * (aside[side] - aside[-1])).argmax())
    return max(steps_down_to(fall, lowest + 0.03 * depth), float(back))
