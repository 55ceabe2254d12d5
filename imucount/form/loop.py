"""The loop that a circle draws in the shoulder plane, from the rotation that the clip measured meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.samples import FloatArray, Samples, interpolated
from imucount.sets import Side

__all__ = ["Axes", "Rotation", "circularity", "forward_of"]

LEAST_ACC_M_S2 = 1.0
"""A mean force of less tells no vertical."""


def forward_of(side: Side | None) -> float:
    """Sign of protraction in a turn to the left, about up; of a side that is not known as on the right one."""
    return -1.0 if side == "left" else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Rotation:
    """How a clip turned during a circle, on an even grid.

    A circle ends where it began, so the mean rate over it is what the gyroscope reads at rest; a shoulder turns by
    a few degrees, so rotations about different axes add up.

    Attributes
    ----------
    t_s : (n,) array
        s, on the recording's clock.
    rate_rad_s : (n, 3) array
        Angular rate without its mean, sensor frame.
    turn_rad : (n, 3) array
        Rotation since the first sample, sensor frame; 0 at both ends.
    up : (3,) array
        Unit vector up, sensor frame.
    offset_rad_s : (3,) array
        The mean rate.
    """

    t_s: FloatArray
    rate_rad_s: FloatArray
    turn_rad: FloatArray
    up: FloatArray
    offset_rad_s: FloatArray

    @classmethod
    def of(cls, samples: Samples, start_s: float, end_s: float, rate_hz: float) -> Rotation | None:
        """Take it from samples around a circle; None without angular rate, or a vertical."""
        n = round((end_s - start_s) * rate_hz) + 1
        if samples.gyr is None or n < 8:
            return None
        t_s = start_s + np.arange(n) / rate_hz
        rate = interpolated(t_s, samples.t, samples.gyr)
        acc = interpolated(t_s, samples.t, samples.acc).mean(axis=0)
        gravity = float(np.linalg.norm(acc))
        if gravity < LEAST_ACC_M_S2:
            return None
        offset = rate[:-1].mean(axis=0)
        rate -= offset
        turn = np.zeros_like(rate)
        turn[1:] = np.cumsum(0.5 * (rate[1:] + rate[:-1]), axis=0) / rate_hz
        turn -= np.linspace(0.0, 1.0, n)[:, np.newaxis] * turn[-1]
        return cls(t_s, rate, turn, acc / gravity, offset)


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """What elevation and protraction are rotations about, sensor frame.

    Attributes
    ----------
    elevation, protraction : (3,) array
        Unit vectors; a positive rotation is up, or forward.
    """

    elevation: FloatArray
    protraction: FloatArray

    @classmethod
    def of(cls, rotation: Rotation, top_s: float | None, side: Side | None) -> Axes:
        """Find them by a circle, with the time at which it was highest, if that is known.

        The axis of elevation is the level one about which it turns most.
        """
        turn, up = rotation.turn_rad, rotation.up
        level = turn - np.outer(turn @ up, up)
        level -= level.mean(axis=0)
        axis = np.linalg.eigh(level.T @ level)[1][:, -1]
        height = turn @ axis  # 0 at both ends, which are low
        top = height.mean() if top_s is None else np.interp(top_s, rotation.t_s, height)
        if top < 0.0:
            axis = -axis
        return cls(axis, forward_of(side) * up)

    def of_turn(self, turn_rad: FloatArray) -> FloatArray:
        """Give protraction and elevation of rotations, (n, 3), rad: (n, 2), deg."""
        return np.degrees(np.stack([turn_rad @ self.protraction, turn_rad @ self.elevation], axis=1))


def circularity(points: FloatArray) -> float:
    """Tell how round a closed line is: 4 pi times its area over the square of its length, both ranges made alike.

    Parameters
    ----------
    points : (n, 2) array
        In order; the last one is joined to the first.

    Returns
    -------
    float
        1 for an ellipse that lies level or upright, 0.79 for a rectangle or a rhombus, towards 0 for a line.

    Notes
    -----
    The isoperimetric quotient (Cox, J Paleontol 1927;1:179). Ranges are made alike first because a clip follows
    elevation and protraction to different shares, which says nothing of the person.

    Examples
    --------
    >>> turn = np.linspace(0.0, 2.0 * np.pi, 100, endpoint=False)
    >>> round(circularity(np.stack([5.0 * np.cos(turn), 9.0 * np.sin(turn)], axis=1)), 2)
    1.0
    >>> round(circularity(np.stack([np.cos(turn), 2.0 * np.cos(turn)], axis=1)), 2)
    0.0
    """
    ranges = np.ptp(points, axis=0)
    if not ranges.all():
        return 0.0
    x, y = (points / ranges).T
    following_x, following_y = np.roll(x, -1), np.roll(y, -1)
    area = 0.5 * abs(float(np.sum(x * following_y - following_x * y)))
    length = float(np.sum(np.hypot(following_x - x, following_y - y)))
    return 4.0 * np.pi * area / length**2
