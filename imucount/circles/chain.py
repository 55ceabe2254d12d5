"""CircleChain: the chain of shoulder circles, from the shoulder plane over swings and loops to circles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import floor

import numpy as np

from imucount.circles.loops import Loop, measure_loops
from imucount.circles.misses import misses_warning
from imucount.circles.neighbours import SHORTEST, loop_beside
from imucount.circles.plane import MOVED_COS, Channel, Level, ShoulderPlane
from imucount.circles.profile import Profile
from imucount.circles.selector import Circle, CircleSelector
from imucount.circles.stillness import attitude_at_rest, last_rest, rested
from imucount.circles.swings import HISTORY_S, Swing, SwingFinder
from imucount.circles.watch import CircleWatch
from imucount.filters import EvenGrid
from imucount.reps import POSITIONS, Phase, Position, Rep
from imucount.samples import FloatArray
from imucount.sets import Side
from imucount.signals import CircleSignals

__all__ = ["CircleChain"]

GRID_HZ = 25.0
"""Circles take 1 s or longer: 25 samples of the fastest. Faster sensors are averaged, slower interpolated."""

MOST_WITHOUT = 3.0
"""So many lengths of a circle may go by without one in a set: a stop and half a circle, and what is done is other
movement."""

REST_BEFORE, LEAST_REST_S = 1.3, 2.0
"""The rest before a set is looked for within so many lengths of a circle before a loop; who stops for
less dwells."""

RESTED_WITHIN_S, SMALL_DEG = 15.0, 9.0
"""So long before a set the shoulder is looked for at rest. How far from there it is low is compared to 9 deg at
least: posture may shift by 0.4 of that as a set begins."""

NEARLY_ROUND, STARTED_AGAIN, WAS_UP = 0.94, 0.25, 0.5
"""The present circle has come round when it was so far up, as a share of the last one, and is within the last
0.06 of its way, or already in the first quarter of the next one."""

LONGEST_AWAY = 1.5
"""After so many lengths of the last circle without another, there is no present circle."""


class CircleChain:
    """Counts shoulder circles.

    Parameters
    ----------
    side : {"left", "right"} or None
        The shoulder that wears the clip.
    has_gyroscope : bool
    min_reps : int
        So many circles must resemble each other before they count.
    profile : Profile or None
        Tells the direction in place of the side, as long as the clip sits as it did when the profile was taught.
    keep_signals : bool
        Whether to keep what is seen, for `signals`.
    """

    def __init__(
        self,
        side: Side | None,
        has_gyroscope: bool,
        min_reps: int,
        profile: Profile | None = None,
        keep_signals: bool = False,
    ) -> None:
        self._watch = CircleWatch(side, has_gyroscope) if keep_signals else None
        self._profile = profile
        self._n_otherwise = 0
        self._n_askew = 0
        self._side: Side | None = side
        self._has_gyroscope = has_gyroscope
        self._selector = CircleSelector(
            *(side, has_gyroscope, min_reps, self._look_beside, self._has_rested, self._rest_height),
            far_from_rest=self._far_from_rest,
            watch=self._watch,
        )
        self._moves_s: list[float] = []
        self._last_circle: Circle | None = None
        self._joined: set[float] = set()
        self._level: Level | None = None

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples."""
        self._grid = EvenGrid(GRID_HZ)
        self._plane = ShoulderPlane(GRID_HZ, self._has_gyroscope)
        self._finder = SwingFinder(GRID_HZ)
        self._up_before = None if self._level is None else self._level.up
        self._level = None
        # A bin's mean is of its middle, an angle summed up to it of its end: 0.9 of a bin serves both.
        self._origin_s = first_s + 0.9 / GRID_HZ - self._plane.delay_s
        if self._watch is not None:
            self._watch.begin(self._origin_s, GRID_HZ)

    def update(self, t: FloatArray, x: FloatArray) -> list[Rep]:
        """Take the next samples, return the reps that became certain."""
        circles: list[Circle] = []
        for chunk in self._plane.update(self._grid.update(t, x)):
            if self._watch is not None:
                self._watch.see(chunk)
            if chunk.moved or (self._level is None and self._sits_otherwise(chunk.level)):
                self._moves_s.append(self._time_s(self._finder.end))
                self._selector.forget_mount()
            circles += self._select(self._finder.update(chunk), chunk.level)
            circles += self._selector.close(self._time_s(self._finder.end - 1))
            self._level = chunk.level
        return self._reps(circles)

    def end(self) -> list[Rep]:
        """Decide on what a stretch of samples leaves open."""
        if self._level is None:
            return []
        circles = self._select(self._finder.finish(), self._level)
        return self._reps([*circles, *self._selector.finish()])  # while what was before the gap can be looked at

    def finish(self) -> list[Rep]:
        """Decide on everything that was held back."""
        return self._reps(self._selector.finish())

    @property
    def joined(self) -> frozenset[float]:
        """Starts of the circles that follow the one before without a rest, though not at once, s."""
        return frozenset(self._joined)

    @property
    def pending(self) -> int:
        """Circles held back until the next one, or a rest, makes them certain."""
        return self._selector.pending

    @property
    def provisional(self) -> int:
        """Circles that have come round, the present one once it is nearly down too; some may be taken back."""
        return self.pending + self._has_come_round()

    def _has_come_round(self) -> bool:
        """Whether the present circle of a set has been up and is down again, which is not certain yet."""
        circle, phase = self._last_circle, self.phase
        if circle is None or phase is None or not (phase >= NEARLY_ROUND or phase < STARTED_AGAIN):
            return False
        loop = circle.loop
        end = round((circle.end_s - self._origin_s) * GRID_HZ) - self._finder.first
        if self._time_s(self._finder.end) - circle.end_s < SHORTEST * loop.duration_s:
            return False
        x = self._finder.history[:, end:]
        one, two = (
            sum(a * b for a, b in zip(loop.up_axis, axis.tolist()))
            for axis in (self._finder.level.first, self._finder.level.second)
        )
        rise = one * x[Channel.TURN_1] + two * x[Channel.TURN_2]
        return bool(rise.max() - rise[0] >= WAS_UP * np.radians(loop.elevation_deg))

    @property
    def phase(self) -> float | None:
        """Position in the present circle, from the lowest point on; None outside of a set."""
        circle = self._last_circle
        if circle is None or circle.loop.sense == 0 or not self._finder.end:
            return None
        loop = circle.loop
        end = round((circle.end_s - self._origin_s) * GRID_HZ) - self._finder.first
        since_s = self._time_s(self._finder.end) - circle.end_s
        if not 0 <= end < self._finder.history.shape[1] or since_s > LONGEST_AWAY * loop.duration_s:
            return None
        elevation, yaw = self._finder.turned(end, loop.up_axis)
        rise = elevation / np.radians(loop.elevation_deg)
        aside = loop.sense * yaw / np.radians(loop.yaw_deg)
        return float(np.arctan2(2.0 * aside, 1.0 - 2.0 * rise) / (2.0 * np.pi) % 1.0)

    def warnings(self, reps: Sequence[Rep]) -> list[str]:
        """Say what the directions lack, and when the clip moved."""
        warnings = []
        unsure = sum(rep.direction == "unknown" for rep in reps)
        if reps and self._has_gyroscope and self._side is None and self._profile is None:
            warnings.append(
                "The side is not known, so the direction of the circles is unknown; "
                'say which shoulder wears the clip, side="left" or "right", on the command line --side.'
            )
        elif unsure and self._has_gyroscope:  # without one the counter says why there is none
            slow = unsure - self._n_askew - (self._n_otherwise if self._side is None else 0)
            if slow:
                warnings.append(
                    f"The direction of {slow} of {len(reps)} circles is unknown: they were too slow or too few "
                    "for the force to tell up from down."
                )
        if self._n_askew:
            warnings.append(
                f"The direction of {self._n_askew} of {len(reps)} circles is unknown: they lie askew to those "
                "that taught the profile."
            )
        if self._n_otherwise:
            instead = "is unknown" if self._side is None else "was told by the side"
            warnings.append(
                f"In {self._n_otherwise} of {len(reps)} circles the clip sits otherwise than when the profile was "
                f"taught, so their direction {instead}; teach another profile for how it sits now."
            )
        if (missed := misses_warning(self._selector.misses)) is not None:
            warnings.append(missed)
        if self._moves_s:
            times = ", ".join(f"{time_s:.0f}" for time_s in self._moves_s)
            warnings.append(f"The clip, or the trunk with it, came into another attitude, at {times} s.")
        return warnings

    def signals(self, reps: Sequence[Rep]) -> CircleSignals | None:
        """Give what was seen, where it was kept."""
        return None if self._watch is None else self._watch.signals(reps)

    def _sits_otherwise(self, level: Level) -> bool:
        """Whether the clip has another attitude than before a gap."""
        return self._up_before is not None and float(level.up @ self._up_before) < MOVED_COS

    def _select(self, swings: list[Swing], level: Level) -> list[Circle]:
        finder = self._finder
        loops = measure_loops(
            swings, finder.history, finder.first, level, self._has_gyroscope, GRID_HZ, self._origin_s
        )
        up_axes = {axis: level.to_sensor(*axis, 0.0) for axis in {swing.axis for swing in swings}}
        circles: list[Circle] = []
        for swing, loop in zip(swings, loops):
            circles += self._selector.close(self._time_s(swing.known))
            if loop is not None and self._selector.expects(self._time_s(swing.top), up_axes[swing.axis]):
                circles += self._selector.add(loop)
        return circles

    def _look_beside(self, loop: Loop, edge_s: float, limit_s: float, now_s: float) -> Loop | None:
        finder = self._finder
        if finder.end == 0:  # the loop is of the stretch before a gap, with nothing after it yet
            return None
        return loop_beside(
            *(loop, edge_s, limit_s, finder.history, self._earliest(now_s), finder.first, finder.level),
            has_gyroscope=self._has_gyroscope,
            rate_hz=GRID_HZ,
            origin_s=self._origin_s,
        )

    def _time_s(self, index: int) -> float:
        return self._origin_s + index / GRID_HZ

    def _reps(self, circles: list[Circle]) -> list[Rep]:
        circles = [self._by_profile(circle) for circle in circles]
        for circle in circles:
            if self._last_circle is not None and not self._rested(self._last_circle, circle):
                self._joined.add(circle.start_s)
            self._last_circle = circle
            if self._watch is not None:
                self._watch.count(circle.loop)
        return [_rep(circle, self._has_gyroscope) for circle in circles]

    def _rested(self, before: Circle, after: Circle) -> bool:
        """Whether the wearer stood still between two circles, or did something else for long."""
        gap_s = after.start_s - before.end_s
        if gap_s > MOST_WITHOUT * max(before.loop.duration_s, after.loop.duration_s):
            return True
        return self._has_rested(after.loop, before.end_s, after.start_s, after.told_s)

    def _has_rested(self, loop: Loop, start_s: float, end_s: float, now_s: float) -> bool:
        around = self._around(loop, start_s, end_s, now_s)
        return around is None or rested(*around, loop.elevation_deg, loop.yaw_deg, GRID_HZ)

    def _rest_height(self, loop: Loop, now_s: float) -> float | None:
        start_s = loop.start_s - REST_BEFORE * loop.duration_s - LEAST_REST_S
        around = self._around(loop, max(start_s, self._time_s(self._finder.first)), loop.end_s, now_s)
        if around is None:
            return None
        elevation, yaw = around
        n = round((loop.end_s - loop.start_s) * GRID_HZ)
        if not 2 < n < len(elevation):
            return None
        rest = last_rest(elevation[:-n], yaw[:-n], loop.elevation_deg, loop.yaw_deg, LEAST_REST_S, GRID_HZ)
        low, high = 0.5 * (elevation[-n] + elevation[-1]), elevation[-n:].max()
        return None if rest is None or high <= low else float((rest - low) / (high - low))

    def _far_from_rest(self, first: Loop, last: Loop, now_s: float) -> float | None:
        """How far from where the shoulder rested before one loop another is low: 1 is as far as it is high."""
        start_s = max(first.start_s - RESTED_WITHIN_S, self._time_s(self._finder.first))
        tilt = self._tilt(last, start_s, last.end_s, now_s)
        if tilt is None or float(np.ptp(tilt[:2], axis=1).max()) > np.arccos(MOVED_COS):
            return None  # the clip has been put on anew since
        begin, n = (round((last.end_s - each.start_s) * GRID_HZ) for each in (first, last))
        rest = attitude_at_rest(tilt[:, : max(tilt.shape[1] - begin, 0)], last.elevation_deg, GRID_HZ)
        if rest is None:
            return None
        low, across, _ = rest
        size = float(np.radians(max(last.elevation_deg, SMALL_DEG)))
        off_low = min(abs(low - tilt[0, -n]), abs(low - tilt[0, -1]))
        return float(np.hypot(off_low, across - tilt[1, -n:].mean())) / size

    def _around(
        self, loop: Loop, start_s: float, end_s: float, now_s: float
    ) -> tuple[FloatArray, FloatArray] | None:
        """Elevation and yaw between two times, as long as they can be looked at."""
        tilt = self._tilt(loop, start_s, end_s, now_s)
        return None if tilt is None else (tilt[0], tilt[2])

    def _tilt(self, loop: Loop, start_s: float, end_s: float, now_s: float) -> FloatArray | None:
        """Elevation, tilt across it, and yaw between two times, (3, n), as long as they can be looked at."""
        finder = self._finder
        start, end = (round((time_s - self._origin_s) * GRID_HZ) for time_s in (start_s, end_s))
        if finder.end == 0 or start < self._earliest(now_s):
            return None
        x = finder.history[:, start - finder.first : max(end, start) + 1 - finder.first]
        one, two = (
            sum(a * b for a, b in zip(loop.up_axis, axis.tolist()))
            for axis in (finder.level.first, finder.level.second)
        )
        first, second = x[Channel.TILT_1], x[Channel.TILT_2]
        return np.stack([one * first + two * second, one * second - two * first, x[Channel.YAW]])

    def _earliest(self, now_s: float) -> int:
        """Index of the first sample that can be looked at, however the stream was cut."""
        return max(self._finder.first, floor((now_s - self._origin_s) * GRID_HZ) - int(HISTORY_S * GRID_HZ))

    def _by_profile(self, circle: Circle) -> Circle:
        """Tell the direction of a circle by the profile, where there is one for how the clip sits."""
        if self._profile is None or not self._has_gyroscope:
            return circle
        if not self._profile.sits_alike(circle.loop.up):
            self._n_otherwise += 1
            return circle
        direction = self._profile.direction_of_area(circle.loop.area, circle.loop.up)
        self._n_askew += direction == "unknown"
        return replace(circle, direction=direction)


def _rep(circle: Circle, has_gyroscope: bool) -> Rep:
    loop = circle.loop
    first_s, top_s, second_s = loop.quarter_s
    positions: tuple[Position, ...] = ("up", "down")
    edges_s = [circle.start_s, top_s, circle.end_s]
    if has_gyroscope:
        positions = POSITIONS[circle.direction]
        edges_s = [circle.start_s, first_s, top_s, second_s, circle.end_s]
    edges_s = [min(max(edge_s, circle.start_s), circle.end_s) for edge_s in edges_s]
    phases = tuple(Phase(position, *pair) for position, pair in zip(positions, pairwise(edges_s)))
    return Rep(
        start_s=circle.start_s,
        end_s=circle.end_s,
        direction=circle.direction,
        phases=phases,
        elevation_deg=loop.elevation_deg,
        protraction_deg=loop.yaw_deg if has_gyroscope else None,
        confidence=circle.confidence,
    )
