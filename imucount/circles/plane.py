"""ShoulderPlane: acceleration and angular rate in, rotation of the shoulder about level axes out.

Axes. `up` is the direction that the slow mean of the specific force has in the sensor frame; `first` and
`second` are level and complete it to a right-handed frame. Where the wearer faces, and how the clip sits,
is not known and not needed: scapular elevation is a rotation about some level axis, protraction and
retraction are rotation about `up`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imucount.circles.tape import Tape
from imucount.core.library import Pinned, address, core
from imucount.filters import Lowpass, decay
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["Channel", "PlaneChunk", "ShoulderPlane"]

CUTOFF_HZ = 3.0
"""Circles take 1 s or longer, so three of their harmonics pass; strap wobble and footfalls fade."""

TILT_TAU_S = 1.3
"""Crossover of the tilt: gyroscope above 0.12 Hz, accelerometer below.

At 1 Hz the acceleration of a shoulder (1.6 m/s²) would read as 9 deg of tilt; at 0.12 Hz it is 0.1 deg.
"""

BIAS_TAU_S = 30.0
"""The gyroscope's bias is its mean over about this long: many circles, whose rotations cancel."""

START_S = 1.0
"""The first level and bias are the means over this long."""

QUIET_RAD_S = 0.03
QUIET_S = 1.0
"""Standing still, the angular rate varies by less than 1.7 deg/s over 1 s: its mean is then the bias. A moment
with n times the variance has 1 / (1 + n²) of the weight, so that half a circle weighs nothing."""

MOVED_COS = float(np.cos(np.radians(40.0)))
"""No circle tilts the clip by 40 deg, so a lasting tilt of more is another attitude."""

SETTLED_COS = float(np.cos(np.radians(36.0)))
"""Nor does a shoulder stay tilted by 36 deg: a girdle that rises by 40 deg takes the clip along by 32."""

DRIFTED_COS = float(np.cos(np.radians(20.0)))
"""Posture that has shifted by 20 deg costs 6 % of yaw: time for a new level."""

MOVED_TAU_S, DRIFT_TAU_S = 0.5, 8.0
"""What has moved is seen after 1 s; what has drifted after many seconds, so that circles do not count."""

STILL_M_S2 = 0.2
"""It stays where it is when the mean moves by less than 1.2 deg in half a second."""

DRIFT_REVIEW_S, MOVE_REVIEW_S = 20.0, 1.2
"""What is looked at once more on a new level: one of the slowest circles and the rest before it, when posture
has drifted; the time that it took to be sure, when the clip has been moved."""

LONGEST_CHUNK = 1 << 14
"""Samples given at a time: what is kept of them is as much at least."""

AGREE_COS = float(np.cos(np.radians(10.0)))
"""Posture has drifted to where it stays when its slow and its quick mean agree within 10 deg."""

SETTLED_M_S2 = 0.6
"""The clip has come to rest in its new attitude when its mean moves by less than 3.5 deg a second."""


_LIMITS = {
    "quiet_rad_s": QUIET_RAD_S,
    "still_m_s2": STILL_M_S2,
    "settled_m_s2": SETTLED_M_S2,
    "moved_cos": MOVED_COS,
    "settled_cos": SETTLED_COS,
    "drifted_cos": DRIFTED_COS,
    "agree_cos": AGREE_COS,
}
_TAUS_S = {
    "bias_decay": BIAS_TAU_S,
    "moved_decay": MOVED_TAU_S,
    "drift_decay": DRIFT_TAU_S,
    "tilt_decay": TILT_TAU_S,
}
_MOST_RECENT = 64
_STATE = np.dtype(
    [
        *((name, np.int64) for name in ("has_gyroscope", "recent_length", "hold")),
        *((name, np.float64) for name in ("rate_hz", "tilt_tau_s", *_TAUS_S, *_LIMITS)),
        *(("up", np.float64, 3), ("recent", np.float64, (6, _MOST_RECENT)), ("bias", np.float64, 4)),
        *((name, np.float64, 3) for name in ("quick", "moved", "slow", "tilt_acc", "tilt_gyr", "turn")),
    ]
)
"""As `imucount_plane` in the core: what it goes by, and what its filters remember."""


class Channel:
    """Rows of what `Level.resolve` returns."""

    TILT_1, TILT_2, YAW, TURN_1, TURN_2, FORCE, LEVEL_1, LEVEL_2 = range(8)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A level frame, right-handed: `first` x `second` = `up`.

    Attributes
    ----------
    up, first, second : (3,) array
        Unit vectors, sensor frame.
    gravity : float
        Length of the specific force at rest as this accelerometer reads it, m/s².
    """

    up: FloatArray
    first: FloatArray
    second: FloatArray
    gravity: float

    @classmethod
    def of(cls, force: FloatArray) -> Level:
        """Take the direction of a specific force, shape (3,), m/s², as up."""
        gravity = float(np.sqrt(_dot(force, force)))
        if gravity < 1.0:  # m/s²: no force to tell up by; what comes will change the level
            force, gravity = np.array([0.0, 0.0, STANDARD_GRAVITY]), STANDARD_GRAVITY
        up = force / gravity
        aside = np.zeros(3)
        aside[int(np.argmin(np.abs(up)))] = 1.0
        first = np.cross(aside, up)
        first = first / np.sqrt(_dot(first, first))
        return cls(up, first, np.cross(up, first), gravity)

    def to_sensor(self, first: float, second: float, up: float) -> tuple[float, float, float]:
        """Turn a vector with these components in the level frame into the sensor frame."""
        x, y, z = (first * self.first + second * self.second + up * self.up).tolist()
        return (x, y, z)

    def resolve(self, motion: FloatArray) -> FloatArray:
        """Resolve motion in the sensor frame along this level.

        Parameters
        ----------
        motion : (12, n) array
            As in `PlaneChunk`.

        Returns
        -------
        (8, n) array
            Rows by `Channel`: TILT about the two level axes, rad, free of drift; YAW about `up` and TURN about
            the level axes, rad, integrated from the gyroscope alone and therefore drifting; FORCE, the length
            of the specific force, m/s²; LEVEL, its components along the level axes, m/s².
        """
        if motion.shape[1] > 0 and motion.strides[1] != motion.itemsize:
            motion = np.ascontiguousarray(motion)
        level = np.concatenate([self.up, self.first, self.second, [self.gravity]])
        channels = np.empty((8, motion.shape[1]))
        core().imucount_resolve(
            address(level), address(motion), motion.strides[0] // 8, motion.shape[1], address(channels)
        )
        return channels


@dataclass(frozen=True, slots=True, eq=False)
class PlaneChunk:
    """Consecutive samples of the sensor's motion, for one level.

    Attributes
    ----------
    motion : (12, n) array
        Sensor frame, three rows each: smoothed specific force, m/s²; the part of it that tells tilt, m/s²;
        the part of the rotation that tells tilt, rad; rotation since the start, rad, which drifts.
    level : Level
    review : int or None
        On a new level: how many of the samples were given before, and are to be looked at once more as they
        look on this one; what came before them says nothing about it. None on the same level as before.
    moved : bool
        Whether the level is new because the clip, or the trunk, came into another attitude.
    """

    motion: FloatArray
    level: Level
    review: int | None
    moved: bool


class ShoulderPlane:
    """Follows the level frame and resolves the sensor's rotation in it.

    The tilt is a complementary filter made of linear filters only: with `up` held constant, tilt is the
    low-passed specific force plus the high-passed integral of the angular rate across `up`.

    Parameters
    ----------
    sampling_rate_hz : float
        Of the even grid.
    has_gyroscope : bool
        Without, tilt is the accelerometer's alone, and YAW and TURN stay 0.
    """

    def __init__(self, sampling_rate_hz: float, has_gyroscope: bool) -> None:
        self._rate_hz = sampling_rate_hz
        self._lowpass = Lowpass(CUTOFF_HZ, sampling_rate_hz)
        self.delay_s = self._lowpass.delay_s
        self._waiting: FloatArray | None = np.empty((6, 0))
        self._level = Level.of(np.array([0.0, 0.0, STANDARD_GRAVITY]))
        self._past = Tape(12, int(DRIFT_REVIEW_S * sampling_rate_hz))
        self._review: FloatArray | None = np.empty((12, 0))
        self._has_moved = False
        self._pinned = Pinned(np.zeros((), _STATE))
        self._state["has_gyroscope"] = has_gyroscope
        self._state["rate_hz"], self._state["tilt_tau_s"] = sampling_rate_hz, TILT_TAU_S
        for name, tau_s in _TAUS_S.items():
            self._state[name] = decay(tau_s, sampling_rate_hz)
        for name, limit in _LIMITS.items():
            self._state[name] = limit

    def update(self, bins: FloatArray) -> list[PlaneChunk]:
        """Take the next bins of the grid.

        Parameters
        ----------
        bins : (6, n) array
            Specific force, m/s², and angular rate, rad/s (zeros without a gyroscope).

        Returns
        -------
        list of PlaneChunk
            Together n samples, but for the first second, which is kept until it is whole.
        """
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
        n = smooth.shape[1]
        means = np.empty((18, n))
        core().imucount_plane_means(self._pinned.at, address(smooth), n, address(means))

        chunks = []
        start = 0
        while start < n:
            motion = self._motion(means, start, min(start + LONGEST_CHUNK, n))
            stop = start + motion.shape[1]
            if stop > start:
                self._past.add(motion.shape[1])[:] = motion
                if self._review is not None:
                    motion = np.concatenate([self._review, motion], axis=1)
                review = None if self._review is None else self._review.shape[1]
                chunks.append(PlaneChunk(motion, self._level, review, self._has_moved))
                self._review, self._has_moved = None, False
            if stop < min(start + LONGEST_CHUNK, n):
                self._change_level(means[12:15, stop])
            start = stop
        return chunks

    @property
    def _state(self) -> NDArray[np.void]:
        return self._pinned.array

    def _motion(self, means: FloatArray, start: int, end: int) -> FloatArray:
        """Make motion of what the means say, up to the first sample at which the level no longer serves."""
        motion = np.empty((12, end - start))
        stop = core().imucount_plane_motion(
            self._pinned.at, address(means), means.shape[1], start, end, address(motion), end - start
        )
        return motion[:, : stop - start]

    def _change_level(self, force: FloatArray) -> None:
        if float(_dot(force, self._level.up)) < SETTLED_COS * float(np.sqrt(_dot(force, force))):
            # The way to the new attitude was too long for filters made for small angles: they begin anew.
            # The means still remember that way, the last half second does not.
            last = self._past.x[:, -int(MOVE_REVIEW_S * self._rate_hz) :]
            # Contiguous: the order of a sum, and so its last bit, follows the memory.
            recent = np.ascontiguousarray(last[:3, -int(MOVED_TAU_S * self._rate_hz) :])
            force = recent.mean(axis=1) if recent.shape[1] else force
            self._start_tilt(force)
            means = np.zeros((18, last.shape[1]))
            means[:3], means[6:9] = last[:3], last[9:]
            means[3:6] = np.diff(last[9:], axis=1, prepend=last[9:, :1]) * self._rate_hz
            self._state["hold"] = means.shape[1]
            review = self._motion(means, 0, means.shape[1])
            self._past = Tape(12, self._past.keep)
            self._past.add(review.shape[1])[:] = review
            self._has_moved = True
        self._state["hold"] = int(2 * MOVED_TAU_S * self._rate_hz)  # until the means have come to the level
        self._review = self._past.x[:, -self._past.keep :].copy()
        self._set_level(Level.of(force))

    def _set_level(self, level: Level) -> None:
        self._level = level
        self._state["up"] = level.up

    def _start_tilt(self, force: FloatArray) -> None:
        self._state["tilt_acc"] = self._state["tilt_decay"] * force
        self._state["tilt_gyr"] = 0.0

    def _start(self, bins: FloatArray) -> None:
        mean = bins.mean(axis=1)
        acc, gyr = mean[:3], mean[3:]
        quiet = bool((bins[3:].std(axis=1) < QUIET_RAD_S).all())
        weight = (1.0 if quiet else 1e-3) * START_S / BIAS_TAU_S
        bias = gyr if quiet else np.zeros(3)
        state = self._state
        # Of each mean, what it remembers: as if it had been there for long.
        recent = np.concatenate([gyr, gyr**2 + bins[3:].var(axis=1)])
        length = int(QUIET_S * self._rate_hz)
        state["recent_length"] = length
        state["recent"][:, : length - 1] = recent[:, np.newaxis] * (np.arange(length - 1, 0, -1) / length)
        state["bias"] = state["bias_decay"] * np.concatenate([weight * bias, [weight]])
        state["quick"] = state["moved"] = state["moved_decay"] * acc
        state["slow"] = state["drift_decay"] * acc
        self._start_tilt(acc)
        self._set_level(Level.of(acc))


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Dot product over three components, in a fixed order so that its bits do not depend on the length."""
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
