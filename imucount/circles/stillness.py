"""Whether a wearer rested between two circles: seen in the movement, not in the time without circles."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from imucount.samples import FloatArray

__all__ = ["REST_S", "last_rest", "quietest", "rested"]

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


def quietest(angles: FloatArray, rate_hz: float) -> tuple[FloatArray, float] | None:
    """Find the second at which several angles vary least.

    Parameters
    ----------
    angles : (k, n) array, rad
    rate_hz : float

    Returns
    -------
    (k,) array, float
        Their means, and the range of that which varies most, rad. None where there is less than a second.

    Examples
    --------
    >>> means, range_rad = quietest(np.array([[0.3, 0.1, 0.2, 0.2, 0.2]]), rate_hz=2.0)
    >>> means, range_rad
    (array([0.2]), 0.0)
    """
    step = max(round(WINDOW_S * rate_hz / PARTS), 1)
    length = step * max(round(WINDOW_S * rate_hz / step), 1)
    if angles.shape[1] < length:
        return None
    windows = sliding_window_view(angles, length, axis=1)[:, ::step]
    unrest = (windows.max(axis=2) - windows.min(axis=2)).max(axis=0)
    least = int(unrest.argmin())
    return windows[:, least].mean(axis=1), float(unrest[least])


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
