"""Columns: axes that are dead or stuck, and columns that hold something else than they say."""

from __future__ import annotations

import numpy as np

from imucount.intake.gravity import magnitude
from imucount.samples import STANDARD_GRAVITY, FloatArray, Samples
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["DeadColumns", "gravity_in_gyroscope", "two_sensors"]

NAMES = ("ax", "ay", "az", "gx", "gy", "gz")

LEAST_RANGE = np.array([0.5] * 3 + [0.1] * 3)
"""m/s² and rad/s: what an axis must have changed by for the others to be moving. Circles make 2 and 0.3."""

DEAD_S = 8.0
"""So long, s, an axis may be the same while others move: usual circles are half as long, and three axes that see
nothing of one are noise, which changes the last digit."""

STUCK_S = 20.0
"""An axis that is the same for so long up to the end, s, while others change, has got stuck."""

ALONG = 0.99
"""Cosine between force and rate: gravity in the gyroscope's columns is along the force, either way."""

STEADY = 0.05
"""Standard deviation of its length, as a share of the mean."""

APART_M_S2 = 1.0
"""Two sensors are turned otherwise: by 6 deg and more."""

ALIKE = 0.15
"""Spread of what each of them shows, rms, as a share of how far the two are apart."""

LEAST_SHARE = 0.25
LEAST_TURNS = 10
"""Of the samples each has at least this share, and they take turns so often: nobody jumps to and fro."""

BLOCK = 1 << 10
"""So many samples are looked at in one go for the first change."""

LAST = 16
"""So many are looked at first for the last change, then so many times as many."""


class DeadColumns:
    """Watches whether each axis changes."""

    def __init__(self) -> None:
        self._first: FloatArray | None = None
        self._first_s = 0.0
        self._low = self._high = np.empty(0)
        self._last = np.empty(0)
        self._end_s = 0.0
        self._moves_s: list[float | None] = [None, None]  # since when acc and gyr move
        self._changed_s = np.empty(0)  # when each first changed, infinite before
        self._same_since_s = np.empty(0)

    def update(self, samples: Samples) -> None:
        """Take the next samples of the stream."""
        if not len(samples):
            return
        if self._first is None:
            self._begin(samples)
        start = 0
        while start < len(samples) and self._looks_for_first_changes:
            self._look_for_first_changes(samples[start : start + BLOCK])
            start += BLOCK
        self._look_for_last_changes(samples)

    @property
    def _looks_for_first_changes(self) -> bool:
        return None in self._moves_s[: len(self._changed_s) // 3] or bool(np.isinf(self._changed_s).any())

    def _begin(self, samples: Samples) -> None:
        self._first, self._first_s = _channels(samples[:1])[0].copy(), float(samples.t[0])
        self._low = self._high = self._last = self._first
        self._changed_s = np.full(len(self._first), np.inf)
        self._same_since_s = np.full(len(self._first), self._first_s)

    @property
    def acc_is_constant(self) -> bool:
        """Whether there were samples, and the same acceleration in all of them."""
        return self._first is not None and bool(np.isinf(self._changed_s[:3]).all())

    @property
    def gyr_is_constant(self) -> bool:
        """Whether there is angular rate, the same in all samples so far."""
        return self._first is not None and len(self._first) == 6 and bool(np.isinf(self._changed_s[3:]).all())

    @property
    def has_moved(self) -> bool:
        """Whether an axis of either sensor has changed by as much as a movement makes of it."""
        return any(moves_s is not None for moves_s in self._moves_s)

    def dead(self, until_s: float = np.inf) -> str | None:
        """Say which axes are dead while others of their sensor move, None if none is.

        Parameters
        ----------
        until_s : float
            Up to where it is judged, s: by default up to the end, where nothing more is to come.
        """
        if self._first is None or self._all_changed_soon(until_s):
            return None
        named: list[str] = []
        since = None
        for sensor in range(len(self._first) // 3):
            axes = slice(3 * sensor, 3 * sensor + 3)
            moves_s = self._moves_s[sensor]
            if moves_s is None and np.isinf(self._changed_s[axes]).all():
                moves_s = self._moves_s[0]  # a gyroscope that is dead altogether
            if moves_s is None:
                continue
            surely_s = max(moves_s, self._first_s + DEAD_S)
            dead = np.minimum(self._changed_s[axes], until_s) > surely_s
            stuck = self._end_s - self._same_since_s[axes] > STUCK_S
            if until_s == np.inf and not dead.any() and stuck.any() and not stuck.all():
                dead, since = stuck, float(self._same_since_s[axes][stuck].min())
            named += [NAMES[3 * sensor + axis] for axis in np.flatnonzero(dead).tolist()]
        if not named:
            return None
        when = "in every sample" if since is None else f"since {since:.0f} s"
        return f"{' and '.join(named)} {'is' if len(named) == 1 else 'are'} the same {when} while other axes move"

    def _all_changed_soon(self, until_s: float) -> bool:
        """Whether no axis can be dead up to a time, as none is of most sensors."""
        return until_s < np.inf and float(self._changed_s.max()) <= self._first_s + DEAD_S

    def _look_for_first_changes(self, samples: Samples) -> None:
        assert self._first is not None
        t, x = samples.t, np.ascontiguousarray(_channels(samples).T)
        still_same = np.isinf(self._changed_s)
        if still_same.any():
            differs = x != self._first[:, np.newaxis]
            changed = still_same & differs.any(axis=1)
            self._changed_s = np.where(changed, t[np.argmax(differs, axis=1)], self._changed_s)
        low, high = np.minimum(self._low, x.min(axis=1)), np.maximum(self._high, x.max(axis=1))
        far = LEAST_RANGE[: len(x)]
        is_wide = high - low > far
        for sensor in range(len(x) // 3):
            axes = slice(3 * sensor, 3 * sensor + 3)
            if self._moves_s[sensor] is None and is_wide[axes].any():
                lows = np.minimum.accumulate(np.minimum(x[axes], self._low[axes, np.newaxis]), axis=1)
                highs = np.maximum.accumulate(np.maximum(x[axes], self._high[axes, np.newaxis]), axis=1)
                moves = (highs - lows > far[axes, np.newaxis]).any(axis=0)
                self._moves_s[sensor] = float(t[int(np.argmax(moves))])
        self._low, self._high = low, high

    def _look_for_last_changes(self, samples: Samples) -> None:
        """See since when each axis is the same: mostly the last few samples tell."""
        size = LAST
        while True:
            begin = max(len(samples) - size, 0)
            x = _channels(samples[begin:])
            before = _channels(samples[begin - 1 : begin]) if begin else self._last[np.newaxis]
            changes = x != np.concatenate([before, x[:-1]])
            has_changed = changes.any(axis=0)
            if begin == 0 or has_changed.all():
                break
            size *= LAST
        last = len(samples) - 1 - np.argmax(changes[::-1], axis=0)
        self._same_since_s = np.where(has_changed, samples.t[last], self._same_since_s)
        self._last, self._end_s = x[-1].copy(), float(samples.t[-1])


def _channels(samples: Samples) -> FloatArray:
    return samples.acc if samples.gyr is None else np.concatenate([samples.acc, samples.gyr], axis=1)


def gravity_in_gyroscope(acc: FloatArray, gyr: FloatArray, unit: str | None = None) -> str | None:
    """Why the angular rate is gravity rather, or None.

    Parameters
    ----------
    acc : (n, 3) array, m/s²
    gyr : (n, 3) array, rad/s
    unit : str, optional
        The unit of the angular rate in the table that it is from, where it is from one.
    """
    length = magnitude(gyr) / TO_SI["gyr"][unit or PLAIN_UNITS["gyr"]]
    mean = float(np.mean(length))
    is_gravity = min(abs(mean - 1.0), abs(mean / STANDARD_GRAVITY - 1.0)) < 0.1
    if not is_gravity or float(np.std(length)) > STEADY * mean:
        return None
    along = np.einsum("ij,ij->i", acc, gyr) / np.maximum(magnitude(acc) * magnitude(gyr), 1e-12)
    if abs(float(np.median(along))) < ALONG:
        return None
    return (
        f"expected the angular rate in gx, gy, gz, got vectors of length {mean:.3g} along the acceleration, which "
        "is gravity; is the angular rate in other columns? If so, name those gx,gy,gz"
    )


def two_sensors(acc: FloatArray) -> str | None:
    """Why the samples are those of two sensors mixed together, or None.

    Parameters
    ----------
    acc : (n, 3) array, m/s²
        Of a few seconds.
    """
    middle = 0.5 * (acc.min(axis=0) + acc.max(axis=0))
    widest = int(np.argmax(acc.max(axis=0) - acc.min(axis=0)))
    is_high = acc[:, widest] > middle[widest]
    if not LEAST_SHARE < float(np.mean(is_high)) < 1.0 - LEAST_SHARE:
        return None
    turns = int(np.count_nonzero(is_high[1:] != is_high[:-1]))
    if turns < LEAST_TURNS:
        return None
    high, low = acc[is_high], acc[~is_high]
    apart = high.mean(axis=0) - low.mean(axis=0)
    distance = float(np.sqrt(apart @ apart))
    spread = max(float(np.sqrt(each.var(axis=0).sum())) for each in (high, low))
    if distance < APART_M_S2 or spread > ALIKE * distance:
        return None
    return (
        f"expected the samples of one sensor, got an acceleration that jumps {turns} times between two attitudes "
        f"{distance:.2g} m/s^2 apart; are those of two sensors mixed? Give each a counter of its own, or its own "
        "file, or say in a column 'device' whose row it is, to pick one by --device"
    )
