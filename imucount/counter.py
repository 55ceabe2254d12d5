"""RepCounter and count: samples in, reps, sets and a session out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from imucount.circles import Circle, CircleSelector
from imucount.csv_reader import open_csv
from imucount.errors import CountingError, RecordingError, SampleError
from imucount.filters import EvenGrid
from imucount.loops import Loop, measure_loops
from imucount.neighbours import loop_beside
from imucount.plane import MOVED_COS, Level, ShoulderPlane
from imucount.plausibility import gravity_problem, rate_problem, turning_problem
from imucount.recording import Recording, recording_of_frame
from imucount.reps import POSITIONS, Phase, Position, Rep
from imucount.samples import FloatArray, Samples
from imucount.sets import Gap, Session, Side, group_reps
from imucount.swings import HISTORY_S, Swing, SwingFinder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Progress", "RepCounter", "count", "other_side_warning"]

GRID_HZ = 25.0
"""Circles take 1 s or longer: 25 samples of the fastest. Faster sensors are averaged, slower interpolated."""

LONGEST_BRIDGE_S = 2.0
"""A gap up to this is bridged: less than half of a usual circle is missing then. At a longer one a new
stretch begins, with nothing known but what was counted."""

PIECE = 1 << 16
"""Samples taken at a time: so many that what each call costs is nothing beside them, in a few MB of memory."""

HEAD_S = 2.0
"""The rate and gravity are judged on the first samples of this length."""

LONGEST_AWAY = 1.5
"""After so many lengths of the last circle without another, there is no present circle."""

NOTABLE_LOSS = 0.02
"""A lost share of samples above this is told."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a counter stands: for a display.

    Attributes
    ----------
    reps : int
        Reps that are certain.
    pending : int
        Circles seen but held back until the next one, or a rest, makes them certain.
    phase : float or None
        Position in the present circle, 0 to 1 from the lowest point on; None outside of a set.
    """

    reps: int
    pending: int
    phase: float | None


class RepCounter:
    """Counts shoulder circles in samples as they come, live or recorded.

    However a stream is cut into pieces, the session is the same to the bit. The counter has no clock: time is
    the samples' time.

    Parameters
    ----------
    side : {"left", "right"} or None
        The shoulder that wears the clip. Without it the direction is "unknown": a forward circle of the right
        shoulder turns a clip just as a backward one of the left.
    min_reps : int, default 2
        So many circles must resemble each other before they count; then the first ones are counted, too. With
        2 a single circle counts all the same if it is unmistakable. With 1 each circle counts as soon as it is
        complete, at the price of more false ones.

    Raises
    ------
    CountingError
        If `side` or `min_reps` is none of these.

    Examples
    --------
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> samples = simulate([still, Circles(3, "backward"), still], seed=1).samples
    >>> counter = RepCounter(side="right")
    >>> for start in range(0, len(samples), 10):
    ...     for rep in counter.update(samples[start : start + 10]):
    ...         print(rep.direction)
    backward
    backward
    backward
    >>> len(counter.finish().reps)
    3
    """

    def __init__(self, side: Side | None = None, *, min_reps: int = 2) -> None:
        if side not in ("left", "right", None):
            raise CountingError(f'expected side "left", "right" or None, got {side!r}')
        if isinstance(min_reps, bool) or not isinstance(min_reps, int) or min_reps < 1:
            raise CountingError(f"expected min_reps to be a whole number of 1 or more, got {min_reps!r}")
        self.side: Side | None = side
        self.min_reps = min_reps
        self._has_gyroscope: bool | None = None
        self._head: Samples | None = None
        self._interval_s: float | None = None
        self._first_s = 0.0
        self._first_gyr: FloatArray | None = None
        self._has_turned = False
        self._last_s = 0.0
        self._n_samples = 0
        self._reps: list[Rep] = []
        self._gaps: list[Gap] = []
        self._moves_s: list[float] = []
        self._last_circle: Circle | None = None
        self._session: Session | None = None
        self._level: Level | None = None

    def update(self, samples: Samples) -> list[Rep]:
        """Take the next samples, return the reps that became certain.

        Parameters
        ----------
        samples : Samples
            Later than all before; of any number, none included.

        Raises
        ------
        SampleError
            If they do not continue the stream, or if its rate or unit cannot be right.
        CountingError
            After `finish`, or if they are not Samples.
        """
        if not isinstance(samples, Samples):
            raise CountingError(
                f"expected Samples, got {type(samples).__name__}; arrays make imucount.Samples(t, acc, gyr)"
            )
        if self._session is not None:
            raise CountingError(
                "expected no samples after finish(), got some; make a new RepCounter for a new session"
            )
        if len(samples) == 0:
            return []
        if self._has_gyroscope is None:
            self._start(samples)
        if samples.has_gyroscope != self._has_gyroscope:
            before, now = ("with", "without") if self._has_gyroscope else ("without", "with")
            raise SampleError(
                f"expected samples {before} angular rate as before, got some {now}; do they come from one sensor?"
            )
        if self._n_samples and samples.t[0] <= self._last_s:
            raise SampleError(
                f"expected samples later than {self._last_s:.6g} s, got {samples.t[0]:.6g} s; "
                "was a packet repeated, or are they another recording's?"
            )
        self._judge(samples)
        if samples.gyr is not None:
            self._has_turned = self._has_turned or bool((samples.gyr != self._first_gyr).any())
        steps_s = np.diff(samples.t, prepend=self._last_s if self._n_samples else samples.t[0])
        self._n_samples += len(samples)
        self._last_s = float(samples.t[-1])

        circles: list[Circle] = []
        start = 0
        for cut in [*np.flatnonzero(steps_s > LONGEST_BRIDGE_S).tolist(), len(samples)]:
            for begin in range(start, cut, PIECE):
                end = min(begin + PIECE, cut)
                gyr = None if samples.gyr is None else samples.gyr[begin:end]
                circles += self._feed(samples.t[begin:end], samples.acc[begin:end], gyr)
            if cut < len(samples):
                circles += self._end_stretch()
                self._gaps.append(Gap(float(samples.t[cut] - steps_s[cut]), float(samples.t[cut])))
                self._begin_stretch(float(samples.t[cut]))
            start = cut
        return self._count(circles)

    def finish(self) -> Session:
        """Close the stream: decide on what was held back, and return the session.

        May be called again; samples may not follow.
        """
        if self._session is None:
            if self._head is not None and len(self._head) > 1:
                self._refuse(self._head)
            if self._has_gyroscope is not None:
                self._count([*self._end_stretch(), *self._selector.finish()])
            bridged_s = self._last_s - self._first_s - sum(gap.duration_s for gap in self._gaps)
            intervals = self._n_samples - 1 - len(self._gaps)
            self._session = Session(
                start_s=self._first_s,
                end_s=self._last_s,
                side=self.side,
                sampling_rate_hz=intervals / bridged_s if intervals > 0 else None,
                reps=tuple(self._reps),
                sets=group_reps(self._reps),
                gaps=tuple(self._gaps),
                warnings=tuple(self._warnings(bridged_s)),
            )
        return self._session

    @property
    def progress(self) -> Progress:
        """Where the counter stands."""
        if self._has_gyroscope is None or self._session is not None:
            return Progress(len(self._reps), 0, None)
        return Progress(len(self._reps), self._selector.pending, self._phase())

    def _start(self, samples: Samples) -> None:
        self._has_gyroscope = samples.has_gyroscope
        self._first_s = float(samples.t[0])
        self._first_gyr = None if samples.gyr is None else samples.gyr[0]
        self._selector = CircleSelector(self.side, samples.has_gyroscope, self.min_reps, self._look_beside)
        self._head = samples[:0]
        self._begin_stretch(self._first_s)

    def _begin_stretch(self, first_s: float) -> None:
        assert self._has_gyroscope is not None
        self._grid = EvenGrid(GRID_HZ)
        self._plane = ShoulderPlane(GRID_HZ, self._has_gyroscope)
        self._finder = SwingFinder(GRID_HZ)
        self._up_before = None if self._level is None else self._level.up
        self._level = None
        # A bin's mean is of its middle, an angle summed up to it of its end: 0.9 of a bin serves both.
        self._origin_s = first_s + 0.9 / GRID_HZ - self._plane.delay_s

    def _judge(self, samples: Samples) -> None:
        """Refuse a stream whose first seconds cannot be in SI units."""
        if self._head is None:
            return
        begin_s = float(self._head.t[0] if len(self._head) else samples.t[0])
        enough = int(np.searchsorted(samples.t, begin_s + HEAD_S)) + 3  # however the sum is rounded
        self._head = Samples.concatenate([self._head, samples[:enough]])
        if self._head.duration_s >= HEAD_S and len(self._head) > 2:
            n = max(int(np.searchsorted(self._head.t, self._head.t[0] + HEAD_S)) + 1, 3)
            self._head = self._head[:n]
            self._refuse(self._head)
            self._interval_s = float(np.median(np.diff(self._head.t)))
            self._head = None

    @staticmethod
    def _refuse(samples: Samples) -> None:
        problem = rate_problem(samples.t) or gravity_problem(samples.t, samples.acc)
        if problem:
            raise SampleError(problem)

    def _feed(self, t: FloatArray, acc: FloatArray, gyr: FloatArray | None) -> list[Circle]:
        x = np.zeros((6, len(t)))
        x[:3] = acc.T
        if gyr is not None:
            x[3:] = gyr.T
        circles: list[Circle] = []
        for chunk in self._plane.update(self._grid.update(t, x)):
            if chunk.moved or (self._level is None and self._sits_otherwise(chunk.level)):
                self._moves_s.append(self._time_s(self._finder.end))
                self._selector.forget_mount()
            circles += self._select(self._finder.update(chunk), chunk.level)
            circles += self._selector.close(self._time_s(self._finder.end - 1))
            self._level = chunk.level
        return circles

    def _sits_otherwise(self, level: Level) -> bool:
        """Whether the clip has another attitude than before a gap."""
        return self._up_before is not None and float(level.up @ self._up_before) < MOVED_COS

    def _end_stretch(self) -> list[Circle]:
        """Decide on what a stretch of samples leaves open."""
        return self._select(self._finder.finish(), self._level) if self._level is not None else []

    def _select(self, swings: list[Swing], level: Level) -> list[Circle]:
        assert self._has_gyroscope is not None
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
        assert self._has_gyroscope is not None
        finder = self._finder
        # How much history is there depends on how the stream was cut; this much always is.
        kept = floor((now_s - self._origin_s) * GRID_HZ) - int(HISTORY_S * GRID_HZ)
        earliest = max(finder.first, kept)
        return loop_beside(
            *(loop, edge_s, limit_s, finder.history, earliest, finder.first, finder.level),
            has_gyroscope=self._has_gyroscope,
            rate_hz=GRID_HZ,
            origin_s=self._origin_s,
        )

    def _time_s(self, index: int) -> float:
        return self._origin_s + index / GRID_HZ

    def _count(self, circles: list[Circle]) -> list[Rep]:
        reps = [_rep(circle, bool(self._has_gyroscope)) for circle in circles]
        self._reps += reps
        if circles:
            self._last_circle = circles[-1]
        return reps

    def _phase(self) -> float | None:
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

    def _warnings(self, bridged_s: float) -> list[str]:
        warnings = []
        if self._has_gyroscope is False:
            warnings.append("The sensor has no gyroscope, so the direction of the circles is unknown.")
        elif self._n_samples > 1 and not self._has_turned:
            warnings.append(
                "The angular rate is the same in every sample, so no circle was seen; was the gyroscope switched "
                "off? Left out, it lets circles be counted, of unknown direction."
            )
        elif self.side is None and self._reps:
            warnings.append(
                "The side is not known, so the direction of the circles is unknown; "
                'say which shoulder wears the clip, "left" or "right".'
            )
        elif self._reps and (unsure := sum(rep.direction == "unknown" for rep in self._reps)):
            warnings.append(
                f"The direction of {unsure} of {len(self._reps)} circles is unknown: "
                "they were too slow or too few for the force to tell up from down."
            )
        if self._gaps:
            lost_s = sum(gap.duration_s for gap in self._gaps)
            warnings.append(
                f"{len(self._gaps)} {'gap' if len(self._gaps) == 1 else 'gaps'} of {lost_s:.1f} s in all: "
                "circles in them are not counted, and a set across one appears as two."
            )
        if self._interval_s is not None and bridged_s > 0.0:
            lost = 1.0 - self._n_samples * self._interval_s / (bridged_s + self._interval_s)
            if lost > NOTABLE_LOSS:
                warnings.append(f"{100 * lost:.0f} % of the samples were lost and have been bridged.")
        if self._moves_s:
            times = ", ".join(f"{time_s:.0f}" for time_s in self._moves_s)
            warnings.append(f"The clip, or the trunk with it, came into another attitude, at {times} s.")
        return warnings


def count(
    source: str | PathLike[str] | Recording | Samples | pd.DataFrame,
    side: Side | None = None,
    *,
    min_reps: int = 2,
    progress: Callable[[float], None] | None = None,
) -> Session:
    """Count the shoulder circles of a recording.

    Parameters
    ----------
    source : path-like, Recording, Samples or DataFrame
        A file is read and counted piece by piece, so it may be longer than memory.
    side : {"left", "right"}, optional
        The shoulder that wears the clip; over what the recording says.
    min_reps : int, default 2
        As of `RepCounter`.
    progress : callable, optional
        Called with the share of the file that has been counted, 0 to 1.

    Raises
    ------
    RecordingError
        If a file cannot be read as a recording.
    SampleError
        If the samples are not one signal in SI units.
    CountingError
        If `side` or `min_reps` is not of the allowed ones.

    Examples
    --------
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> samples = simulate([still, Circles(10, "forward", period_s=2.5), still]).samples
    >>> session = count(samples, side="right")
    >>> [(len(rep_set.reps), rep_set.direction) for rep_set in session.sets]
    [(10, 'forward')]
    """
    if isinstance(source, (str, PathLike)):
        return _count_file(source, side, min_reps, progress)
    if isinstance(source, Samples):
        source = Recording(source)
    elif not isinstance(source, Recording):
        if not hasattr(source, "columns"):
            raise CountingError(
                f"expected a path, Recording, Samples or DataFrame, got {type(source).__name__}; "
                "arrays make imucount.Samples(t, acc, gyr)"
            )
        source = recording_of_frame(source)
    samples = source.samples
    if samples.gyr is not None and len(samples) > 2:
        problem = turning_problem(samples.t, samples.acc, samples.gyr)
        if problem:
            raise SampleError(problem)
    counter = RepCounter(side if side is not None else source.side, min_reps=min_reps)
    counter.update(samples)
    session = counter.finish()
    return replace(session, warnings=(*other_side_warning(side, source.side), *source.warnings, *session.warnings))


def _count_file(
    path: str | PathLike[str],
    side: Side | None,
    min_reps: int,
    progress: Callable[[float], None] | None,
) -> Session:
    with open_csv(path) as reader:
        counter = RepCounter(side if side is not None else reader.header.side, min_reps=min_reps)
        try:
            for samples in reader:
                counter.update(samples)
                if progress is not None and reader.bytes_total:
                    progress(min(reader.bytes_read / reader.bytes_total, 1.0))
            session = counter.finish()
        except SampleError as error:
            raise RecordingError(str(error), path) from error
        warnings = (*other_side_warning(side, reader.header.side), *reader.warnings, *session.warnings)
        return replace(session, warnings=warnings)


def other_side_warning(side: Side | None, recorded: Side | None) -> tuple[str, ...]:
    """Say that a recording was counted as the other shoulder's, where it was."""
    if side is None or recorded is None or side == recorded:
        return ()
    return (f"The recording says the {recorded} shoulder; it was counted as the {side} one, as told.",)


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
