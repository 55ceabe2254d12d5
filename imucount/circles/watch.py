"""CircleWatch: what a chain of shoulder circles sees, kept to look at it afterwards."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from imucount.circles.loops import Loop
from imucount.circles.plane import Level, PlaneChunk
from imucount.filters import OnePole
from imucount.reps import Rep
from imucount.samples import FloatArray
from imucount.sets import Side
from imucount.signals import CircleSignals, SeenLoop, Verdict

__all__ = ["CircleWatch"]

DRIFT_TAU_S = 8.0
"""What turns more slowly than 0.02 Hz is drift, or the wearer who walks about. It is taken off both ways in time,
so that of a circle of 10 s there is 96 % left, and nothing is delayed."""

MOST_OVERLAP = 0.3
"""Of two loops that share more than this of the shorter one, one was seen in place of the other."""


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Why a loop is counted, or is not, as `SeenLoop` has it."""

    verdict: Verdict
    numbers: Mapping[str, float]
    against: Mapping[str, float]


@dataclass(slots=True, eq=False)
class _Stretch:
    """What was seen between two gaps."""

    origin_s: float
    rate_hz: float
    motion: list[FloatArray] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Rotation:
    """How the sensor turned between two gaps, rad.

    Attributes
    ----------
    t_s : (n,) array
    up : (n, 3) array
        The level, sensor frame.
    tilt, turn : (n, 3) array
        Rotation vectors, sensor frame: against the level, free of drift; since the start, which drifts.
    """

    t_s: FloatArray
    up: FloatArray
    tilt: FloatArray
    turn: FloatArray

    @classmethod
    def of(cls, stretch: _Stretch) -> _Rotation:
        motion = np.concatenate([np.empty((9, 0)), *stretch.motion], axis=1)
        n = [each.shape[1] for each in stretch.motion]
        up = np.repeat(np.array([level.up for level in stretch.levels]).reshape(-1, 3), n, axis=0)
        gravity = np.repeat([level.gravity for level in stretch.levels], n)
        slow_acc, slow_turn, turn = (motion[row : row + 3].T for row in (0, 3, 6))
        t_s = stretch.origin_s + np.arange(len(up)) / stretch.rate_hz
        return cls(t_s, up, slow_turn + np.cross(slow_acc, up) / gravity[:, np.newaxis], turn)

    def elevation(self, axes: FloatArray) -> FloatArray:
        """Tilt about axes, (n, 3), as far as they are level."""
        level = axes - _dot(axes, self.up)[:, np.newaxis] * self.up
        return _dot(self.tilt, level) / np.maximum(np.sqrt(_dot(level, level)), 1e-9)

    def yaw(self, circles_s: Sequence[tuple[float, float]]) -> FloatArray:
        """Turn about up, 0 where a circle begins and ends; between circles without its drift.

        Parameters
        ----------
        circles_s : sequence of (float, float)
            Start and end of each circle that is counted, s, in order of time.
        """
        steps = np.diff(self.turn, axis=0, prepend=self.turn[:1])
        yaw = np.cumsum(_dot(steps, self.up))
        before = 0
        for start, end in np.searchsorted(self.t_s, np.array(circles_s).reshape(-1, 2)).tolist():
            yaw[before:start] = self._without_drift(yaw[before:start], before > 0, True)
            yaw[start:end] = _closed(yaw[start:end])
            before = max(before, end)
        yaw[before:] = self._without_drift(yaw[before:], before > 0, False)
        return yaw

    def _without_drift(self, yaw: FloatArray, after_circle: bool, before_circle: bool) -> FloatArray:
        if len(yaw) < 2:
            return np.zeros(len(yaw))
        rate_hz = 1.0 / float(self.t_s[1] - self.t_s[0])
        left = yaw - _smooth(_smooth(yaw, rate_hz)[::-1], rate_hz)[::-1]
        ends = (left[0] if after_circle else 0.0, left[-1] if before_circle else 0.0)
        return left - np.linspace(*ends, len(left))

    def main_axis(self) -> FloatArray:
        """Find the level axis about which it tilts most, (3,)."""
        level = self.tilt - _dot(self.tilt, self.up)[:, np.newaxis] * self.up
        return np.asarray(np.linalg.eigh(np.cov(level.T, bias=True))[1][:, -1])


class CircleWatch:
    """Keeps what a chain sees.

    Parameters
    ----------
    side : {"left", "right"} or None
        The shoulder that wears the clip: protraction is a turn to the left on the right one.
    has_gyroscope : bool
    """

    def __init__(self, side: Side | None, has_gyroscope: bool) -> None:
        self._forward = -1.0 if side == "left" else 1.0
        self._has_gyroscope = has_gyroscope
        self._stretches: list[_Stretch] = []
        self._verdicts: dict[Loop, _Judged] = {}
        self._counted: list[Loop] = []

    def begin(self, origin_s: float, rate_hz: float) -> None:
        """Begin a stretch of samples, the first of which is of this time."""
        self._stretches.append(_Stretch(origin_s, rate_hz))

    def see(self, chunk: PlaneChunk) -> None:
        """Keep the next samples."""
        self._stretches[-1].motion.append(chunk.motion[3:, chunk.review or 0 :].copy())
        self._stretches[-1].levels.append(chunk.level)

    def judge(
        self, loop: Loop, verdict: Verdict, numbers: Mapping[str, float], against: Mapping[str, float]
    ) -> None:
        """Keep why a loop is counted, or is not; what is said of one last holds."""
        self._verdicts[loop] = _Judged(verdict, numbers, against)

    def count(self, loop: Loop) -> None:
        """Keep the loop of the next rep."""
        self._counted.append(loop)

    def signals(self, reps: Sequence[Rep]) -> CircleSignals:
        """Put together what was seen; the reps are those whose loops were counted."""
        rotations = [_Rotation.of(each) for each in self._stretches if each.motion]
        loops = tuple(
            self._seen(loop, rotations, rep.start_s, rep.end_s, [phase.end_s for phase in rep.phases[:-1]])
            for loop, rep in zip(self._counted, reps, strict=True)
        )
        t_s = np.concatenate([np.empty(0), *(rotation.t_s for rotation in rotations)])
        rejected = self._best_rejected(t_s, loops)
        elevation = [rotation.elevation(self._axes(rotation, rejected)) for rotation in rotations]
        yaw = [self._forward * rotation.yaw(_within(rotation.t_s, loops)) for rotation in rotations]
        phase = np.full(len(t_s), np.nan)
        for each in loops:
            start = int(np.searchsorted(t_s, each.start_s))
            phase[start : start + len(each.phase)] = each.phase
        return CircleSignals(
            t_s=t_s,
            elevation_deg=np.degrees(np.concatenate([np.empty(0), *elevation])),
            protraction_deg=np.degrees(np.concatenate([np.empty(0), *yaw]))
            if self._has_gyroscope
            else np.full(len(t_s), np.nan),
            phase=phase,
            up=np.concatenate([np.empty((0, 3)), *(rotation.up for rotation in rotations)]),
            loops=loops,
            rejected=tuple(
                self._seen(loop, rotations, loop.start_s, loop.end_s, self._edges(loop)) for loop in rejected
            ),
        )

    def _axes(self, rotation: _Rotation, rejected: Sequence[Loop]) -> FloatArray:
        """Axis of elevation at each sample, (n, 3): of the circle next to it, or of what was most like one."""
        first_s, last_s = rotation.t_s[0], rotation.t_s[-1]
        loops = [loop for loop in self._counted if first_s <= loop.end_s and loop.start_s <= last_s]
        if not loops:
            others = [loop for loop in rejected if first_s <= loop.end_s and loop.start_s <= last_s]
            loops = sorted(others, key=self._likeness)[-1:]
        if not loops:
            return np.broadcast_to(rotation.main_axis(), rotation.up.shape)
        halfway_s = [0.5 * (one.end_s + other.start_s) for one, other in pairwise(loops)]
        return np.array([loop.up_axis for loop in loops])[np.searchsorted(halfway_s, rotation.t_s)]

    def _likeness(self, loop: Loop) -> tuple[bool, float]:
        """How far a loop came on the way to be counted."""
        numbers = self._verdicts[loop].numbers
        return ("score" in numbers, numbers.get("score", loop.elevation_deg))

    def _best_rejected(self, t_s: FloatArray, counted: Sequence[SeenLoop]) -> list[Loop]:
        """Loops that were not counted, at times at which no other is more like a circle, in order of time.

        One movement is seen along several axes, and with the halves of two together.
        """
        is_taken = np.zeros(len(t_s), dtype=np.bool_)
        for each in counted:
            is_taken[slice(*np.searchsorted(t_s, [each.start_s, each.end_s]))] = True
        found = []
        is_counted = set(self._counted)
        others = [loop for loop in self._verdicts if loop not in is_counted]
        for loop in sorted(others, key=self._likeness, reverse=True):
            within = is_taken[slice(*np.searchsorted(t_s, [loop.start_s, loop.end_s]))]
            if within.size and within.mean() <= MOST_OVERLAP:
                found.append(loop)
                within[:] = True
        return sorted(found, key=lambda loop: loop.start_s)

    def _edges(self, loop: Loop) -> list[float]:
        return list(loop.quarter_s) if self._has_gyroscope else [loop.quarter_s[1]]

    def _seen(
        self,
        loop: Loop,
        rotations: Sequence[_Rotation],
        start_s: float,
        end_s: float,
        edges_s: list[float],
    ) -> SeenLoop:
        judged = self._verdicts.get(loop, _Judged("beside", {}, {}))
        index = bisect_right([rotation.t_s[0] for rotation in rotations], end_s) - 1
        rotation = rotations[max(index, 0)]
        within = slice(*np.searchsorted(rotation.t_s, [start_s, end_s]))
        turned = (rotation.turn if self._has_gyroscope else rotation.tilt)[within]
        t_s = rotation.t_s[within]
        yaw = self._forward * _closed(turned @ np.array(loop.up))
        edges_s = [start_s, *(min(max(each, start_s), end_s) for each in edges_s), end_s]
        measured = {
            "duration_s": end_s - start_s,
            "elevation_deg": loop.elevation_deg,
            "roundness": loop.roundness,
            "closure": loop.closure,
            "fullest_quarter": loop.fullest_quarter,
            "rise_share": loop.rise_share,
            "lever_m": loop.lever_m,
            "force_rms": loop.force_rms,
            "unexplained_rms": loop.unexplained_rms,
        }
        if self._has_gyroscope:
            measured |= {"protraction_deg": loop.yaw_deg, "protraction_closure": loop.yaw_closure}
        return SeenLoop(
            start_s=start_s,
            end_s=end_s,
            verdict=judged.verdict,
            numbers={**measured, **judged.numbers},
            against=judged.against,
            t_s=t_s,
            phase=np.interp(t_s, edges_s, np.linspace(0.0, 1.0, len(edges_s))),
            elevation_deg=np.degrees(_closed(turned @ np.array(loop.up_axis))),
            protraction_deg=np.degrees(yaw) if self._has_gyroscope else np.full(len(t_s), np.nan),
        )


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray((a * b).sum(axis=1))


def _within(t_s: FloatArray, loops: Sequence[SeenLoop]) -> list[tuple[float, float]]:
    return [(each.start_s, each.end_s) for each in loops if t_s[0] <= each.end_s and each.start_s <= t_s[-1]]


def _smooth(x: FloatArray, rate_hz: float) -> FloatArray:
    """Low-pass a signal, (n,), by one pole that starts settled."""
    return np.asarray(OnePole(DRIFT_TAU_S, rate_hz, x[:1]).update(x[np.newaxis])[0])


def _closed(x: FloatArray) -> FloatArray:
    """Take off what lies between the ends of a loop, which is drift, and begin at 0."""
    if len(x) < 2:
        return np.zeros(len(x))
    return np.asarray(x - x[0] - np.linspace(0.0, 1.0, len(x)) * (x[-1] - x[0]))
