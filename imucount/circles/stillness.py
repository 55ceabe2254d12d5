"""Whether a wearer rested between two circles: seen in the movement, not in the time without circles."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from imucount.samples import FloatArray

__all__ = ["REST_S", "attitude_at_rest", "last_rest", "rested"]

REST_S = 3.0
"""Standing still for so long is a rest."""

WINDOW_S = 1.0
"""Stillness is judged over this: half of the fastest circle's rise and fall, a quarter of a usual one."""

MOST_HEIGHT = 0.35
"""Of the range of elevation: rest is at the low point, or a little off where posture has shifted."""

PARTS = 5
"""Windows begin at so many parts of their length."""

STILL_SHARE, LEAST_STILL_DEG = 0.15, 1.2
"""Less movement within a window than this share of a circle is sway, breath and the settling of a shirt. Posture
sways by 0.8 deg, of which a small circle is no large multiple."""

AS_STILL = 2.0
"""A second that varies twice as much as the stillest is as good a rest: sway comes and goes."""


def rested(elevation: FloatArray, yaw: FloatArray, elevation_deg: float, yaw_deg: float, rate_hz: float) -> bool:
    """Whether the shoulder was still for `REST_S` at a stretch, and low: who is still higher up holds a circle.

    Parameters
    ----------
    elevation, yaw : (n,) array, rad
        What lies between two circles, at an even rate; it ends at the low point where the second one starts.
    elevation_deg, yaw_deg : float
        Range of the circles, peak to peak.
    rate_hz : float
    """
    stretches = _still(elevation, yaw, elevation_deg, yaw_deg, REST_S, rate_hz)
    high = MOST_HEIGHT * np.radians(elevation_deg)
    return any(float(elevation[start:end].mean() - elevation[-1]) < high for start, end in stretches)


def last_rest(
    elevation: FloatArray, yaw: FloatArray, elevation_deg: float, yaw_deg: float, least_s: float, rate_hz: float
) -> float | None:
    """Mean elevation, rad, of the last stretch of so long at which the shoulder was still; None without any.

    Parameters are those of `rested`.
    """
    stretches = _still(elevation, yaw, elevation_deg, yaw_deg, least_s, rate_hz)
    return float(elevation[slice(*stretches[-1])].mean()) if stretches else None


def attitude_at_rest(angles: FloatArray, elevation_deg: float, rate_hz: float) -> FloatArray | None:
    """Find what several angles are on average in the last second that is about the stillest, (k,), rad.

    Parameters
    ----------
    angles : (k, n) array, rad
    elevation_deg : float
        Range of the circles.
    rate_hz : float

    Returns
    -------
    array or None
        None where the shoulder was never still.

    Examples
    --------
    >>> attitude_at_rest(np.array([[0.3, 0.1, 0.2, 0.2, 0.2]]), 12.0, rate_hz=2.0)
    array([0.2])
    """
    step = max(round(WINDOW_S * rate_hz / PARTS), 1)
    length = step * max(round(WINDOW_S * rate_hz / step), 1)
    if angles.shape[1] < length:
        return None
    windows = sliding_window_view(angles, length, axis=1)[:, ::step]
    unrest = (windows.max(axis=2) - windows.min(axis=2)).max(axis=0)
    least = float(unrest.min())
    if least >= np.radians(max(STILL_SHARE * elevation_deg, LEAST_STILL_DEG)):
        return None
    last = int(np.flatnonzero(unrest <= AS_STILL * least)[-1])
    return np.asarray(windows[:, last].mean(axis=1))


def _still(
    elevation: FloatArray, yaw: FloatArray, elevation_deg: float, yaw_deg: float, least_s: float, rate_hz: float
) -> list[tuple[int, int]]:
    """Find the still stretches: of each the index of its first sample, and of the one after it."""
    step = max(round(WINDOW_S * rate_hz / PARTS), 1)
    n = len(elevation) // step
    if n < PARTS:
        return []
    still = np.ones(n - PARTS + 1, dtype=np.bool_)
    for angle, range_deg in ((elevation, elevation_deg), (yaw, yaw_deg)):
        parts = angle[: n * step].reshape(n, step)
        highest, lowest = parts.max(axis=1), parts.min(axis=1)
        high, low = highest[: len(still)], lowest[: len(still)]
        for part in range(1, PARTS):
            high = np.maximum(high, highest[part : part + len(still)])
            low = np.minimum(low, lowest[part : part + len(still)])
        still &= high - low < np.radians(max(STILL_SHARE * range_deg, LEAST_STILL_DEG))
    changes = np.diff(np.concatenate([[0], still.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(changes > 0), np.flatnonzero(changes < 0) + PARTS - 1
    long = (ends - starts) * step >= ceil(least_s * rate_hz)
    return list(zip((starts[long] * step).tolist(), (ends[long] * step).tolist()))
