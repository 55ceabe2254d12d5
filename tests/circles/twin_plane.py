"""The shoulder plane in numpy and scipy: what the core is compared to."""

import numpy as np
from scipy_filters import Lowpass, MovingMean, OnePole, running_sum

from imucount.circles.plane import (
    AGREE_COS,
    BIAS_TAU_S,
    CUTOFF_HZ,
    DRIFT_REVIEW_S,
    DRIFT_TAU_S,
    DRIFTED_COS,
    MOVE_REVIEW_S,
    MOVED_COS,
    MOVED_TAU_S,
    QUIET_RAD_S,
    QUIET_S,
    SETTLED_COS,
    SETTLED_M_S2,
    START_S,
    STILL_M_S2,
    TILT_TAU_S,
    Level,
    PlaneChunk,
)
from imucount.samples import STANDARD_GRAVITY, FloatArray

SEARCH_LENGTH = 1 << 14


class ShoulderPlane:
    """As the one of the core."""

    def __init__(self, sampling_rate_hz: float, has_gyroscope: bool) -> None:
        self._rate_hz = sampling_rate_hz
        self._has_gyroscope = has_gyroscope
        self._lowpass = Lowpass(CUTOFF_HZ, sampling_rate_hz)
        self.delay_s = self._lowpass.delay_s
        self._waiting: FloatArray | None = np.empty((6, 0))
        self._turn = np.zeros(3)
        self._level = Level.of(np.array([0.0, 0.0, STANDARD_GRAVITY]))
        self._past = np.empty((12, 0))
        self._review: FloatArray | None = self._past
        self._has_moved = False
        self._hold = 0

    def update(self, bins: FloatArray) -> list[PlaneChunk]:
        if bins.shape[1] == 0:
            return []
        if self._waiting is not None:
            bins = np.concatenate([self._waiting, bins], axis=1)
            if bins.shape[1] < START_S * self._rate_hz:
                self._waiting = bins
                return []
            self._waiting = None
            self._start(np.ascontiguousarray(bins[:, : int(START_S * self._rate_hz)]))
        smooth = self._lowpass.update(bins)
        acc = smooth[:3]
        gyr = smooth[3:] - self._gyroscope_bias(smooth[3:])
        quick = self._quick.update(acc)
        moved = self._moved.update(quick)
        slow = self._slow.update(acc)
        turn = running_sum(gyr / self._rate_hz, self._turn)
        self._turn = turn[:, -1]

        chunks = []
        start, n = 0, acc.shape[1]
        while start < n:
            end = min(start + SEARCH_LENGTH, n)
            held = min(start + self._hold, end)
            self._hold -= held - start
            change = self._first_change(quick[:, held:end], moved[:, held:end], slow[:, held:end])
            stop = end if change is None else held + change
            if stop > start:
                piece = slice(start, stop)
                motion = np.concatenate([acc[:, piece], self._tilt(acc[:, piece], gyr[:, piece]), turn[:, piece]])
                self._past = np.concatenate([self._past, motion], axis=1)[
                    :, -int(DRIFT_REVIEW_S * self._rate_hz) :
                ]
                if self._review is not None:
                    motion = np.concatenate([self._review, motion], axis=1)
                review = None if self._review is None else self._review.shape[1]
                chunks.append(PlaneChunk(motion, self._level, review, self._has_moved))
                self._review, self._has_moved = None, False
            if change is not None:
                self._change_level(moved[:, stop])
            start = stop
        return chunks

    def _change_level(self, force: FloatArray) -> None:
        self._hold = int(2 * MOVED_TAU_S * self._rate_hz)  # until the means have come to where the level is
        if float(_dot(force, self._level.up)) < SETTLED_COS * float(np.sqrt(_dot(force, force))):
            # The way to the new attitude was too long for filters made for small angles: they begin anew.
            # The means still remember that way, the last half second does not.
            last = self._past[:, -int(MOVE_REVIEW_S * self._rate_hz) :]
            # Contiguous, as in `update`: the order of a sum, and so its last bit, follows the memory.
            recent = np.ascontiguousarray(last[:3, -int(MOVED_TAU_S * self._rate_hz) :])
            force = recent.mean(axis=1) if recent.shape[1] else force
            self._start_tilt(force)
            gyr = np.diff(last[9:], axis=1, prepend=last[9:, :1]) * self._rate_hz
            self._past = np.concatenate([last[:3], self._tilt(last[:3], gyr), last[9:]])
            self._has_moved = True
        self._review = self._past
        self._level = Level.of(force)

    def _tilt(self, acc: FloatArray, gyr: FloatArray) -> FloatArray:
        """Low-pass the force and high-pass the rotation, (6, n): together they tell tilt."""
        low = self._acc_low.update(acc) if self._has_gyroscope else acc
        return np.concatenate([low, TILT_TAU_S * self._gyr_low.update(gyr)])

    def _start_tilt(self, force: FloatArray) -> None:
        self._acc_low = OnePole(TILT_TAU_S, self._rate_hz, force)
        self._gyr_low = OnePole(TILT_TAU_S, self._rate_hz, np.zeros(3))

    def _start(self, bins: FloatArray) -> None:
        mean = bins.mean(axis=1)
        acc, gyr = mean[:3], mean[3:]
        quiet = bool((bins[3:].std(axis=1) < QUIET_RAD_S).all())
        weight = (1.0 if quiet else 1e-3) * START_S / BIAS_TAU_S
        bias = gyr if quiet else np.zeros(3)
        recent = np.concatenate([gyr, gyr**2 + bins[3:].var(axis=1)])
        self._recent = MovingMean(int(QUIET_S * self._rate_hz), recent)
        self._bias_sum = OnePole(BIAS_TAU_S, self._rate_hz, np.concatenate([weight * bias, [weight]]))
        self._quick = OnePole(MOVED_TAU_S, self._rate_hz, acc)
        self._moved = OnePole(MOVED_TAU_S, self._rate_hz, acc)
        self._slow = OnePole(DRIFT_TAU_S, self._rate_hz, acc)
        self._start_tilt(acc)
        self._level = Level.of(acc)

    def _gyroscope_bias(self, gyr: FloatArray) -> FloatArray:
        """Mean of the angular rate over the last half minute, in which quiet moments count most."""
        recent = self._recent.update(np.concatenate([gyr, gyr**2]))
        variance = recent[3:] - recent[:3] ** 2
        unrest = (variance[0] + variance[1] + variance[2]) / QUIET_RAD_S**2
        weight = 1.0 / (1.0 + unrest * unrest)
        sums = self._bias_sum.update(np.concatenate([weight * gyr, weight[np.newaxis]]))
        return np.asarray(sums[:3] / sums[3])

    def _first_change(self, quick: FloatArray, moved: FloatArray, slow: FloatArray) -> int | None:
        """Index of the first sample at which `up` no longer serves as the level."""
        up = self._level.up
        cos_moved = _dot(moved, up) / np.sqrt(_dot(moved, moved))
        away = quick - moved
        unrest = _dot(away, away)
        jumped = (cos_moved < MOVED_COS) & (unrest < SETTLED_M_S2**2)
        jumped |= (cos_moved < SETTLED_COS) & (unrest < STILL_M_S2**2)
        norm_slow = np.sqrt(_dot(slow, slow))
        cos_slow = _dot(slow, up) / norm_slow
        agree = _dot(slow, moved) / (norm_slow * np.sqrt(_dot(moved, moved))) > AGREE_COS
        change = jumped | ((cos_slow < DRIFTED_COS) & (cos_moved < DRIFTED_COS) & agree)
        return int(np.argmax(change)) if change.any() else None


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Dot product over three components, in a fixed order so that its bits do not depend on the length."""
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
