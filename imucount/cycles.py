"""CycleFinder: runs of swings along one direction that repeat themselves.

A swing is the way from one turning point of a signal to the next, its anchor the moment within it of fastest
movement: where acceleration, which tells tilt, is half way, or where the angular rate is largest. So holds between
moves do not matter. Two anchors, one on the way out and one on the way back, make a cycle. Cycles in a row that
resemble each other in all channels make a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, inf, log

import numpy as np

from imucount.extrema import Extremum
from imucount.history import History
from imucount.projections import DIRECTIONS
from imucount.samples import FloatArray

__all__ = ["BINS", "CycleFinder", "Known", "Run", "similarity"]

BINS = 8
"""Parts of a half cycle of which the means are compared: enough for the shape, few enough to smooth jolts."""

REPEATS = 0.5
"""Similarity above which a cycle speaks for a run, below which against it: half of the energy is in common."""

SHARE = (0.15, 0.45)
"""The threshold of the turning points over the usual swing: below, noise turns round; above, weak swings are
missed. The thresholds are a factor of sqrt(2) apart, so three of them serve a movement of any size."""

SHORTEST_S, LONGEST_S = 0.4, 20.0
"""Length of a cycle. Hardly any exercise is faster than 0.5 s; 20 s is twice the slowest controlled one."""

LONGER = 2.2
"""A cycle this many times as long as its neighbour is another movement, or has a rest in it."""

RESTS = 1.2
"""After so many cycles without a swing the movement rests where it came to: a swing into the rest never turns
back."""

TOLERATED, SPREAD = 0.2, 0.35
"""Log ratio of lengths that is no sign of anything (tempo varies by up to 11 % from rep to rep, and both cycles
do), and the scale on which more of it lowers the similarity."""

PATIENCE = 1.5
"""A run ends when as many usual cycles in a row resemble nothing: one bad rep is bridged, a rest is not.
Measured on real sets: 2.5 bridges the rests between short sets, too."""

LONGEST_RUN_S = 120.0
"""A run is cut after this time, so that what is held back, and the memory for it, stays bounded."""

MOST_KNOWN = 1000
"""Shapes, and similarities, kept for each projection: those of the last minutes."""

MARGIN = 4
"""Anchors before a run's first and after its last that may belong to it, too, and of those within that may not."""


@dataclass(slots=True, eq=False)
class Run:
    """Swings in a row of which each cycle resembles the one before.

    Attributes
    ----------
    source : int
        Number of the signal and size at which it was found.
    score : float
        Sum over time of what similarity is above `REPEATS`, s.
    first, last : int
        The run's own first and last anchor among `times`.
    times : list of float
        Anchors, as index on the grid; up to `MARGIN` more at either end.
    shapes : list of (k, BINS) arrays or None
        Of the halves between neighbouring anchors; None where one is too long to belong.
    similarities : list of float
        Of the cycle that ends at each anchor to the one before; 0 where none can be told.
    before, after : dict of int to (k, BINS / 2) array
        What is just beyond an anchor that may be the first or last. Missing where the stretch is cut there.
    stretch_end : float
        Index of the last sample of the stretch, if it ended the run; else infinite.
    continues, is_cut : bool
        Whether the movement went on before the first anchor, in a run that was cut there for its length, and
        whether this one was cut after its last.
    """

    source: int
    score: float
    first: int
    last: int
    times: list[float]
    shapes: list[FloatArray | None]
    similarities: list[float]
    before: dict[int, FloatArray]
    after: dict[int, FloatArray]
    stretch_end: float
    continues: bool
    is_cut: bool

    @property
    def start(self) -> float:
        """First anchor, as index on the grid."""
        return self.times[self.first]

    @property
    def end(self) -> float:
        """Last anchor, as index on the grid."""
        return self.times[self.last]


def similarity(before: FloatArray, after: FloatArray, length_before: float, length_after: float) -> float:
    """How much two cycles resemble each other: 1 if they are the same, 0 if they have nothing in common.

    Parameters
    ----------
    before, after : (k, n) array
        Channels at n moments of each.
    length_before, length_after : float
        In any one unit.

    Examples
    --------
    >>> wave = np.sin(np.linspace(0.0, 6.0, 16))[np.newaxis]
    >>> similarity(wave, wave, 2.0, 2.1), round(similarity(wave, 0.5 * wave, 2.0, 2.0), 3)
    (1.0, 0.8)
    """
    before = before - before.mean(axis=1, keepdims=True)
    after = after - after.mean(axis=1, keepdims=True)
    energy = float(np.vdot(before, before)) + float(np.vdot(after, after))
    if energy <= 0.0:
        return 0.0
    off = max(abs(log(length_after / length_before)) - TOLERATED, 0.0) / SPREAD
    return 2.0 * float(np.vdot(before, after)) / energy * exp(-0.5 * off * off)


@dataclass(slots=True)
class Known:
    """What was found along one projection, for sizes next to each other see mostly the same swings.

    Attributes
    ----------
    shapes : dict of (start, end) to (k, BINS) array
        Of halves, by their anchors.
    similarities : dict of tuple of five float to float
        Of a cycle to the one before, by their anchors.
    """

    shapes: dict[tuple[float, float], FloatArray] = field(default_factory=dict)
    similarities: dict[tuple[float, ...], float] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin anew when there is much of it."""
        for each in (self.shapes, self.similarities):
            if len(each) > MOST_KNOWN:
                each.clear()


@dataclass(slots=True)
class _Open:
    """A run that goes on: indices among the finder's anchors."""

    first: int
    began: int
    total: float
    best: float
    best_at: int
    before: dict[int, FloatArray] = field(default_factory=dict)


class CycleFinder:
    """Finds the runs among the turning points of one signal at one size.

    Parameters
    ----------
    source, row : int
        Number of this finder, and which projection it follows.
    threshold : float
        Size of its turning points.
    history : History
        Channels on the grid: acceleration, then angular rate if there is one.
    known : Known
        Shared by the finders of one projection.
    sampling_rate_hz : float
        Of the grid.
    """

    def __init__(
        self,
        source: int,
        row: int,
        threshold: float,
        history: History,
        known: Known,
        sampling_rate_hz: float,
    ) -> None:
        self._source, self._threshold = source, threshold
        self._history, self._known, self._rate_hz = history, known, sampling_rate_hz
        self._direction = DIRECTIONS[row % len(DIRECTIONS)]
        self._vector = row // len(DIRECTIONS)
        self._extrema: list[Extremum] = []
        self._sizes: list[float] = []
        self._times: list[float | None] = []
        self._shapes: list[FloatArray | None] = []
        self._similarities: list[float] = []
        self._open: _Open | None = None
        self._now = 0  # sample up to which the history may be looked at
        self._next = 4  # the anchor to be judged next; the first cycles have none before
        self._cut_at: int | None = None

    # An anchor n lies between the turning points n and n + 1, a half n between the anchors n and n + 1.

    @property
    def is_open(self) -> bool:
        """Whether a run goes on."""
        return self._open is not None

    @property
    def start(self) -> float | None:
        """First anchor of the run that goes on, as index on the grid; None without one."""
        return None if self._open is None else self._time(self._open.first)

    @property
    def score(self) -> float:
        """Score of the run that goes on."""
        return 0.0 if self._open is None else self._open.best

    @property
    def anchors(self) -> int:
        """Anchors in the run that goes on."""
        return 0 if self._open is None else self._open.best_at - self._open.first + 1

    def add(self, extremum: Extremum) -> list[Run]:
        """Take the next turning point, return the runs that it ends."""
        self._extrema.append(extremum)
        self._now = extremum.known
        if len(self._extrema) == 1:
            return []
        self._sizes.append(abs(extremum.value - self._extrema[-2].value))
        self._times.append(None)
        self._shapes.append(None)
        self._similarities.append(0.0)
        runs = self._scan(extremum.known)
        if self._open is None and len(self._times) > 4 + 2 * MARGIN:
            self._forget(len(self._times) - 4 - MARGIN)
        return runs

    def has_come_to_rest(self, now: int) -> bool:
        """Whether a run goes on of which no swing has been completed for longer than a cycle takes."""
        if self._open is None:
            return False
        last = len(self._times) - 1
        return now - self._time(last) > RESTS * (self._time(last) - self._time(last - 2))

    def wait(self, now: int) -> list[Run]:
        """End the run that nothing has continued for too long, at the sample `now`."""
        run = self._open
        self._now = now
        if run is None:
            return []
        last = len(self._times) - 1
        idle = now - self._time(last)
        if idle <= LONGER * (self._time(last) - self._time(last - 2)):
            return []
        if not self._is_over(run, run.total - REPEATS * idle / self._rate_hz):
            return []
        return [self._end(now), *self._scan(now)]

    def finish(self, now: int) -> list[Run]:
        """End the run that goes on: the stretch of samples is over."""
        runs = []
        self._now = now
        while self._open is not None:
            runs += [self._end(now, stretch_end=float(now)), *self._scan(now)]
        return runs

    def _forget(self, count: int) -> None:
        for each in (self._extrema, self._sizes, self._times, self._shapes, self._similarities):
            del each[:count]
        self._next -= count
        self._cut_at = None if self._cut_at is None or self._cut_at < count else self._cut_at - count

    def _scan(self, now: int) -> list[Run]:
        """Judge the cycles that end at the anchors that are new."""
        runs = []
        while self._next < len(self._times):
            self._next += 1
            runs += self._advance(self._next - 1, now)
        return runs

    def _advance(self, last: int, now: int) -> list[Run]:
        alike = self._likeness(last, now)
        run = self._open
        if run is None and alike <= REPEATS:
            return []
        self._similarities[last] = alike
        lasted_s = (self._time(last) - self._time(last - 1)) / self._rate_hz
        gain = (alike - REPEATS) * min(lasted_s, LONGEST_S)
        if run is None:
            self._begin(last, gain, now)
            return []
        run.total += gain
        if run.total > run.best:
            run.best, run.best_at = run.total, last
        self._shape(last - 1, now)
        if self._is_over(run, run.total):
            return [self._end(now)]
        if self._time(run.best_at) - self._time(run.first) > LONGEST_RUN_S * self._rate_hz:
            return [self._end(now, is_cut=True)]
        return []

    def _likeness(self, last: int, now: int) -> float:
        sizes = self._sizes
        usual = sorted((sizes[last - 4], sizes[last - 3], sizes[last - 2], sizes[last - 1], sizes[last]))[2]
        if not SHARE[0] * usual <= self._threshold <= SHARE[1] * usual:
            return 0.0
        if self._extrema[last - 4].index < self._history.oldest(now):
            return 0.0
        before = self._time(last - 2) - self._time(last - 4)
        after = self._time(last) - self._time(last - 2)
        shorter, longer = min(before, after), max(before, after)
        if shorter < SHORTEST_S * self._rate_hz or longer > LONGEST_S * self._rate_hz or longer > LONGER * shorter:
            return 0.0
        halves = [self._shape(half, now) for half in range(last - 4, last)]
        a, b, c, d = halves
        if a is None or b is None or c is None or d is None:
            return 0.0
        key = tuple(self._time(anchor) for anchor in range(last - 4, last + 1))
        alike = self._known.similarities.get(key)
        if alike is None:
            alike = similarity(np.hstack((a, b)), np.hstack((c, d)), before, after)
            self._known.similarities[key] = alike
        return alike

    def _begin(self, last: int, gain: float, now: int) -> None:
        run = self._open = _Open(last - 4, last, gain, gain, last)
        usual = self._usual_halves(last - 4, last)
        for first in range(max(last - 4 - MARGIN, 0), last - 4 + MARGIN + 1):
            half = 0.5 * usual[(first - 1) % 2]
            if self._time(first) - half >= self._history.oldest(now):
                edges = self._time(first) + half * (np.arange(-BINS // 2, 1) / (BINS // 2))
                run.before[first] = self._history.means(edges)
        for half_number in range(max(last - 4 - MARGIN, 0), last - 4):
            self._shape(half_number, now)

    def _is_over(self, run: _Open, total: float) -> bool:
        cycles = 0.5 * (run.best_at - run.first)
        usual_s = (self._time(run.best_at) - self._time(run.first)) / self._rate_hz / cycles
        return total <= 0.0 or total < run.best - PATIENCE * REPEATS * usual_s

    def _end(self, now: int, stretch_end: float = inf, is_cut: bool = False) -> Run:
        run = self._open
        assert run is not None
        low = max(run.first - MARGIN, 0)
        high = min(run.best_at + MARGIN, len(self._times) - 1)
        usual = self._usual_halves(run.first, run.best_at)
        after = {}
        for last in range(max(run.best_at - MARGIN, run.first), high + 1):
            half = 0.5 * usual[last % 2]
            start = self._time(last)
            if start >= self._history.oldest(now) and start + half <= now:
                after[last - low] = self._history.means(start + half * (np.arange(BINS // 2 + 1) / (BINS // 2)))
        closed = Run(
            source=self._source,
            score=run.best,
            first=run.first - low,
            last=run.best_at - low,
            times=[self._time(anchor) for anchor in range(low, high + 1)],
            shapes=[self._shape(half, now) for half in range(low, high)],
            similarities=self._similarities[low : high + 1],
            before={anchor - low: each for anchor, each in run.before.items()},
            after=after,
            stretch_end=stretch_end,
            continues=run.first == self._cut_at,
            is_cut=is_cut,
        )
        self._open = None
        self._cut_at = run.best_at if is_cut else None
        self._next = run.best_at + 4  # what came after the best anchor may be the beginning of another run
        return closed

    def _usual_halves(self, first: int, last: int) -> tuple[float, float]:
        """Median length of the halves of either kind between two anchors."""
        lengths: tuple[list[float], list[float]] = ([], [])
        for half in range(first, last):
            lengths[half % 2].append(self._time(half + 1) - self._time(half))
        return float(np.median(lengths[0])), float(np.median(lengths[1]))

    def _time(self, anchor: int) -> float:
        """Moment of fastest movement of a swing, as index on the grid."""
        time = self._times[anchor]
        if time is None:
            time = self._times[anchor] = self._find_time(self._extrema[anchor], self._extrema[anchor + 1])
        return time

    def _find_time(self, before: Extremum, after: Extremum) -> float:
        if self._vector:
            return float(after.index)  # the angular rate is largest where it turns round
        start = max(before.index, self._history.oldest(self._now))
        if after.index < start:
            return float(after.index)  # it has turned so long ago that nothing can be of one cycle with it
        x, y, z = self._history.part(start, after.index + 1)[:3]
        a, b, c = self._direction
        signal = a * x + b * y + c * z
        middle = 0.5 * (before.value + after.value)
        there = signal >= middle if after.value > before.value else signal <= middle
        at = int(np.argmax(there))
        if at == 0:
            return float(start)
        return start + at - 1 + float((middle - signal[at - 1]) / (signal[at] - signal[at - 1]))

    def _shape(self, half: int, now: int) -> FloatArray | None:
        shape = self._shapes[half]
        if shape is None:
            start, end = self._time(half), self._time(half + 1)
            if start >= self._history.oldest(now) and 0.0 < end - start <= LONGEST_S * self._rate_hz:
                shape = self._known.shapes.get((start, end))
                if shape is None:
                    shape = self._history.means(start + (end - start) * (np.arange(BINS + 1) / BINS))
                    self._known.shapes[start, end] = shape
                self._shapes[half] = shape
        return shape
