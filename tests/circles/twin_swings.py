"""The finder of swings in numpy: what that of the core is compared to."""

from __future__ import annotations

import numpy as np
from circles.twin_rests import LEAST_FALL, has_stayed_low, steps_to_rest
from circles.twin_sides import IndexArray, Sides, outward
from circles.twin_zigzag import Zigzag, moments_of_reversal, turning_points
from numpy.typing import NDArray

from imucount.circles.plane import Channel, PlaneChunk
from imucount.circles.swings import (
    AXES,
    HISTORY_S,
    LEAST_ALONG,
    LEAST_REST_SHARE,
    LEAST_SHARE,
    LINGER_S,
    LONGEST_SIDE_S,
    MOST_REST_SHARE,
    MOST_SHARE,
    SAME,
    THRESHOLDS_RAD,
    Swing,
)

_POINT = np.dtype(
    [
        ("zigzag", np.int64),  # number of the axis and of the threshold in one
        ("at", np.int64),
        ("value", np.float64),
        ("known", np.int64),
        ("rested_before", np.bool_),  # whether the movement came to rest on the way to it
        ("rests_after", np.bool_),  # and on the way from it
        ("is_settled", np.bool_),  # whether that is certain
    ]
)
"""A high or low point of one of the zigzags."""

_SIZES = np.array(THRESHOLDS_RAD)
_AXES = np.array(AXES)

Points = NDArray[np.void]


class SwingFinder:
    """Finds swings along fixed axes and at several sizes, so that no axis or size has to be known."""

    def __init__(self, sampling_rate_hz: float) -> None:
        self._rate_hz = sampling_rate_hz
        self._longest_side = int(LONGEST_SIDE_S * sampling_rate_hz)
        self._linger = int(LINGER_S * sampling_rate_hz)
        self.end = 0
        self._start_over()

    def _start_over(self) -> None:
        self.first = self.end
        self.history = np.empty((8, 0))
        self._tilt = np.empty((len(AXES), 0))
        self._recent: list[Swing] = []
        self._zigzags = [Zigzag(THRESHOLDS_RAD) for _ in AXES]
        self._points = np.empty(0, _POINT)  # of each zigzag the last two: the next one makes them a swing

    def update(self, chunk: PlaneChunk) -> list[Swing]:
        """Take the next samples, return the swings that became certain, in that order."""
        now = self.end
        if chunk.review is not None:
            self.end -= chunk.review
            self._start_over()
        self._forget()
        seen = self.end - self.first
        self.end += chunk.motion.shape[1]
        self.level = chunk.level
        x = chunk.level.resolve(chunk.motion)
        self.history = np.concatenate([self.history, x], axis=1)
        tilt = np.stack([c * x[Channel.TILT_1] + s * x[Channel.TILT_2] for c, s in AXES])
        self._tilt = np.concatenate([self._tilt, tilt], axis=1)

        new = self._new_points(seen)
        if len(new) == 0:
            return self._swings(self._points, self._falls_to_rest(self._points), now)
        points = np.concatenate([self._points, new])
        points = points[points["zigzag"].argsort(kind="stable")]
        self._settle_where_none_rests(points)
        to_rest = self._falls_to_rest(points)
        follows = points["zigzag"][1:] == points["zigzag"][:-1]
        points["rested_before"][1:] |= follows & points["rests_after"][:-1]
        falls = np.concatenate([to_rest, self._falls_that_turn(points)], axis=1)
        is_last = np.ones(len(points), dtype=np.bool_)
        is_last[:-2] = points["zigzag"][:-2] != points["zigzag"][2:]
        self._points = points[is_last]
        return self._swings(points, falls, now)

    def finish(self) -> list[Swing]:
        """Return the swings whose fall the end of the stream cuts short, once they are nearly down."""
        points, last = self._points, self.end - 1
        tops, ends = [], []
        for top in np.flatnonzero(~points["is_settled"]).tolist():
            axis, level = divmod(int(points["zigzag"][top]), len(THRESHOLDS_RAD))
            end, low = self._zigzags[axis].best(level)
            start_value, value = points["value"][top - 1 : top + 1].tolist()
            if abs(value - low) >= LEAST_FALL * abs(value - start_value):
                tops.append(top)
                ends.append(end)
        return self._swings(points, np.array([tops, ends, [last] * len(tops)], dtype=np.int64), last)

    def turned(self, begin: int, axis: tuple[float, float, float]) -> tuple[float, float]:
        """Rotation since a sample of `history` about an axis in the sensor frame, and about up, rad."""
        x = self.history[:, -1] - self.history[:, begin]
        tilt = self.level.to_sensor(float(x[Channel.TILT_1]), float(x[Channel.TILT_2]), 0.0)
        return sum(a * b for a, b in zip(axis, tilt)), float(x[Channel.YAW])

    def _forget(self) -> None:
        keep = int(HISTORY_S * self._rate_hz)
        surplus = self.end - self.first - keep
        if surplus > keep:
            self.history = self.history[:, surplus:].copy()
            self._tilt = self._tilt[:, surplus:].copy()
            self.first += surplus

    def _new_points(self, seen: int) -> Points:
        """Show the zigzags what comes after the samples they have seen, return the points that they confirm."""
        reversals = []
        for axis, (zigzag, turns) in enumerate(zip(self._zigzags, turning_points(self._tilt, seen))):
            found = zigzag.update((turns + self.first).tolist(), self._tilt[axis, turns].tolist())
            reversals += [(axis, *each) for each in found]
        points = np.zeros(len(reversals), _POINT)
        if reversals:
            axes, levels, at, value, sign, before, until = np.array(reversals).T
            axes, levels = axes.astype(np.int64), levels.astype(np.int64)
            before, until = (before - self.first).astype(np.int64), (until - self.first).astype(np.int64)
            moments = moments_of_reversal(self._tilt, axes, value, sign, before, until, _SIZES[levels])
            points["zigzag"] = axes * len(_SIZES) + levels
            points["at"], points["value"], points["known"] = at, value, moments + self.first
        return points

    def _settle_where_none_rests(self, points: Points) -> None:
        """Note in `points` after which of them this zigzag is not one to see the movement come to rest."""
        zigzag, at, value, known = (points[name] for name in ("zigzag", "at", "value", "known"))
        points["is_settled"][0] = True
        points["is_settled"][1:] |= zigzag[1:] != zigzag[:-1]
        top = np.flatnonzero(~points["is_settled"])
        rise = np.abs(value[top] - value[top - 1])
        size = _SIZES[zigzag[top] % len(_SIZES)]
        may_rest = (LEAST_REST_SHARE * rise <= size) & (size < MOST_REST_SHARE * rise)
        may_rest &= known[top] - at[top] <= self._longest_side
        may_rest &= self._lies_along(zigzag[top], at[top - 1], at[top], at[top - 1])
        points["is_settled"][top[~may_rest]] = True

    def _falls_to_rest(self, points: Points) -> IndexArray:
        """Find the falls that come to rest, and note it in `points`."""
        top = np.flatnonzero(~points["is_settled"])
        if len(top) == 0:
            return np.empty((3, 0), dtype=np.int64)
        zigzag, at, value, known = (points[name] for name in ("zigzag", "at", "value", "known"))
        least_fall = LEAST_FALL * np.abs(value[top] - value[top - 1])
        after = np.minimum(top + 1, len(points) - 1)
        is_followed = (after > top) & (zigzag[after] == zigzag[top])
        stop = np.where(is_followed, known[after], self.end)
        is_late = stop > at[top] + self._longest_side
        fall = self._side(points, top, 1, np.minimum(stop - at[top], self._longest_side))
        begin = np.maximum(at[top - 1], np.maximum(at[top] - self._longest_side, self.first))

        def rises(rows: IndexArray) -> Sides:
            return self._side(points, top[rows], -1, at[top[rows]] - begin[rows] + 1)

        steps = steps_to_rest(fall, rises, least_fall, self._linger)
        late = np.flatnonzero(is_late & (steps < 0))
        if len(late):
            late = late[has_stayed_low(fall.tilt[late], least_fall[late])]
            steps[late] = self._longest_side - 1
        rests = steps >= 0
        points["rests_after"][top] = rests
        points["is_settled"][top] = rests | is_late | is_followed
        top, steps = top[rests], steps[rests]
        ends = at[top] + fall[rests].until(steps + 1).lowest()
        # The core sees that a fall has stayed low one sample later than all that could bring it down has come.
        return np.stack([top, ends, at[top] + steps + np.isin(np.arange(len(rests)), late)[rests]])

    def _falls_that_turn(self, points: Points) -> IndexArray:
        """Find the falls that end with the next rise: as `_falls_to_rest`, of those that have not come to rest."""
        zigzag, at, value, known = (points[name] for name in ("zigzag", "at", "value", "known"))
        top = 1 + np.flatnonzero((zigzag[2:] == zigzag[:-2]) & ~points["rests_after"][1:-1])
        smaller = np.minimum(np.abs(value[top] - value[top - 1]), np.abs(value[top] - value[top + 1]))
        size = _SIZES[zigzag[top] % len(_SIZES)]
        serves = (LEAST_SHARE * smaller <= size) & (size <= MOST_SHARE * smaller)
        serves &= known[top + 1] - at[top] <= 2 * self._longest_side
        top = top[serves]
        top = top[self._lies_along(zigzag[top], at[top - 1], at[top], at[top + 1])]
        return np.stack([top, at[top + 1], known[top + 1]])

    def _side(self, points: Points, top: IndexArray, direction: int, length: IndexArray) -> Sides:
        """Look from high points in one direction, with the tilt along the zigzag's axis rising towards them."""
        axis, at = points["zigzag"][top] // len(_SIZES), points["at"][top] - self.first
        sign = np.sign(points["value"][top] - points["value"][top - 1])[:, np.newaxis]
        width, n = int(length.max()), self._tilt.shape[1]
        (tilt,) = outward(
            self._tilt.reshape(1, -1), axis * n + at, direction, width
        )  # the axes one after the other
        (yaw,) = outward(self.history[Channel.YAW : Channel.YAW + 1], at, direction, width)
        return Sides(sign * tilt, yaw, length)

    def _lies_along(
        self, zigzag: IndexArray, start: IndexArray, top: IndexArray, end: IndexArray
    ) -> NDArray[np.bool_]:
        """Whether the axis is near enough to that in which the tilt rises most to the high point."""
        is_recent = (top - self._longest_side >= self.first) | (start >= self.first)  # as any swing is
        earliest, latest = top - self._longest_side, top + self._longest_side
        tilt = self.history[Channel.TILT_1 : Channel.YAW]
        at, low, other = (
            tilt[:, np.maximum(index - self.first, 0)]
            for index in (top, np.maximum(start, earliest), np.clip(end, earliest, latest))
        )
        rise = at - 0.5 * (low + other)
        axis = _AXES[zigzag // len(_SIZES)].T
        along = np.abs(axis[0] * rise[0] + axis[1] * rise[1])
        return np.asarray(is_recent & (along >= LEAST_ALONG * np.hypot(rise[0], rise[1])))

    def _swings(self, points: Points, falls: IndexArray, now: int) -> list[Swing]:
        """Make swings of falls, in the order in which they were known, without those that nearly equal another."""
        if falls.shape[1] == 0:
            return []
        top, end, known = falls
        known = np.maximum(known, now)
        in_order = np.lexsort((points["zigzag"][top], known))
        top = top[in_order]
        high, low = points[top], points[top - 1]
        upward = np.sign(high["value"] - low["value"])[:, np.newaxis] * _AXES[high["zigzag"] // len(_SIZES)]
        columns = (known[in_order], low["at"], high["at"], end[in_order], upward, low["rested_before"])
        swings = []
        for known_at, start, at, end_at, (one, two), rested_before in zip(*(each.tolist() for each in columns)):
            for other in self._recent:
                if (
                    -SAME <= other.end - end_at <= SAME
                    and -SAME <= other.top - at <= SAME
                    and -SAME <= other.start - start <= SAME
                    and other.axis[0] * one + other.axis[1] * two > 0.0
                ):
                    break
            else:
                swings.append(Swing(known_at, start, at, end_at, (one, two), rested_before))
                self._recent = [*self._recent[-7:], swings[-1]]
        return swings
