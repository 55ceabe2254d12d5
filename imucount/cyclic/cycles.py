"""CycleFinder: runs of swings along one direction that repeat themselves.

Cycles in a row that resemble each other in all channels make a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from statistics import median

import numpy as np

from imucount.cyclic.anchors import BINS, LONGER, LONGEST_S, Anchors, oldest_compared
from imucount.cyclic.history import History, Timing
from imucount.samples import FloatArray

__all__ = ["BINS", "CONTEXT", "FEWEST", "LOOK_BACK_S", "MARGIN", "REPEATS", "CycleFinder", "Run"]

REPEATS = 0.5
"""Similarity above which a cycle speaks for a run, below which against it: half of the energy is in common."""

RESTS = 1.2
"""After so many cycles without a swing the movement rests where it came to: a swing into the rest never turns
back."""

PATIENCE = 1.5
"""A run ends when as many usual cycles in a row resemble nothing: one bad rep is bridged, a rest is not.
Measured on real sets: 2.5 bridges the rests between short sets, too."""

LONGEST_RUN_S = 120.0
"""A run is cut after this time, so that what is held back, and the memory for it, stays bounded."""

LOOK_BACK_S = 3 * LONGEST_RUN_S
"""When a run ends, nothing of it is longer ago: it lasts up to its best anchor as long as a run may, and a cycle
more; it ends when it has not become better for as long again; and four halves may be before it."""

LEAST_SCORE = 1.0
"""s. Less is what a second cycle of 2 s makes if it is the same to the bit; two reps of an exercise make more."""

FEWEST = 3
"""Halves of two reps: out, back, out and back have as many between them."""

MARGIN = 4
"""Anchors before a run's first and after its last that may belong to it, too, and of those within that may not."""

CONTEXT = 4 + MARGIN
"""Anchors before one that may begin a run: the two cycles that resemble each other, and the margin."""


@dataclass(slots=True, eq=False)
class Run:
    """Swings in a row of which each cycle resembles the one before.

    Attributes
    ----------
    source : int
        Number of the signal and size at which it was found.
    score : float
        Sum over time of what similarity is above `REPEATS`, s, times the weight of where it was found.
    first, last : int
        The run's own first and last anchor among `times`.
    times : list of float
        Anchors, s since the stretch of samples began; up to `MARGIN` more at either end.
    shapes : list of (k, BINS) arrays or None
        Of the halves between neighbouring anchors; None where one is too long to belong.
    similarities : list of float
        Of the cycle that ends at each anchor to the one before; 0 where none can be told.
    before, after : dict of int to (k, BINS / 2) array
        What is just beyond an anchor that may be the first or last. Missing where the stretch is cut there.
    stretch_end : float
        End of the stretch, s, if it ended the run; else infinite.
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
        """First anchor, s."""
        return self.times[self.first]

    @property
    def end(self) -> float:
        """Last anchor, s."""
        return self.times[self.last]

    def part(self, first: int, last: int) -> Run | None:
        """Return what is between two of its anchors, and its share of the score; None if less than two reps."""
        if last - first < FEWEST:
            return None
        return replace(
            self,
            score=self.score * (last - first) / (self.last - self.first),
            first=first,
            last=last,
            continues=self.continues and first == self.first,
            is_cut=self.is_cut and last == self.last,
        )


@dataclass(slots=True)
class _Open:
    """A run that goes on: numbers of its anchors, and index of the sample at which it was found."""

    first: int
    found: int
    total: float
    best: float
    best_at: int
    least: float  # the total below which it is over

    def is_over(self, total: float) -> bool:
        return total <= 0.0 or total < self.least


class CycleFinder:
    """Finds the runs among the anchors of one signal at one size.

    Parameters
    ----------
    source : int
        Number of that signal and size; kept as an attribute.
    history : History
        Channels on the grid.
    timing : Timing
        Of the grid.
    weight : float
        Of the scores.

    Notes
    -----
    While no run goes on, only a cycle that resembles the one before makes a difference. So a finder is given
    anchors only from some before such a one until the run is over.
    """

    def __init__(self, source: int, history: History, timing: Timing, weight: float) -> None:
        self.source, self._history, self._timing, self._weight = source, history, timing, weight
        self._rate_hz = timing.sampling_rate_hz
        self._base = 0  # number of the first anchor in these lists
        self._indices: list[int] = []  # of the turning point before each anchor
        self._times: list[float] = []
        self._likenesses: list[float] = []
        self._taken: list[int] = []  # the sample at which each was taken
        self._told: dict[int, float] = {}  # likeness of the anchors that were looked at in a run
        self._open: _Open | None = None
        self._next = 4  # the anchor to be judged next; the first cycles have none before
        self._cut_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether a run goes on."""
        return self._open is not None

    @property
    def start(self) -> float | None:
        """First anchor of the run that goes on, s; None without one."""
        return None if self._open is None else self._timing.time_s(self._time(self._open.first))

    @property
    def score(self) -> float:
        """Score of the run that goes on."""
        return 0.0 if self._open is None else self._weight * self._open.best

    @property
    def anchors(self) -> int:
        """Anchors in the run that goes on."""
        return 0 if self._open is None else self._open.best_at - self._open.first + 1

    def add(self, anchors: Anchors, now: int) -> None:
        """Take the next anchors; where no run goes on, `CONTEXT` more than are new."""
        if self._open is None:
            self._base = anchors.first
            self._next = max(self._next, self._base + 4)
        self._indices += anchors.indices
        self._times += anchors.times
        self._likenesses += anchors.likenesses
        self._taken += [now] * len(anchors.times)

    def scan(self, now: int) -> list[Run]:
        """Judge the cycles that end at the anchors that are new, return the runs that end."""
        runs = []
        oldest = self._oldest(now)
        while self._next < self._base + len(self._times):
            self._next += 1
            runs += self._advance(self._next - 1, now, oldest)
        if self._open is None:
            for each in (self._indices, self._times, self._likenesses, self._taken):
                each.clear()
        return runs

    def is_idle(self, now: int) -> bool:
        """Whether no swing of the run that goes on has been completed for longer than a cycle takes."""
        last = self._times[-1]
        return now - last > RESTS * (last - self._times[-3]) or self._is_stale(now)

    def wait(self, now: int) -> list[Run]:
        """End the run that nothing has continued for too long, at the sample `now`."""
        run = self._open
        if run is None:
            return []
        idle = now - self._times[-1]
        if not self._is_stale(now):
            if idle <= LONGER * (self._times[-1] - self._times[-3]):
                return []
            if not run.is_over(run.total - REPEATS * idle / self._rate_hz):
                return []
        return [*self._end(now), *self.scan(now)]

    def finish(self, now: int) -> list[Run]:
        """End the run that goes on: the stretch of samples is over."""
        runs = []
        while self._open is not None:
            runs += [*self._end(now, stretch_end=float(now)), *self.scan(now)]
        return runs

    def _advance(self, last: int, now: int, oldest: int) -> list[Run]:
        at = last - self._base
        alike = self._likenesses[at]
        if self._indices[at - 4] < oldest:
            alike = 0.0
        run = self._open
        if run is None and alike <= REPEATS:
            return []
        self._told[last] = alike
        lasted_s = (self._times[at] - self._times[at - 1]) / self._rate_hz
        gain = (alike - REPEATS) * min(lasted_s, LONGEST_S)
        if run is None:
            self._begin(last, gain, now)
            return []
        run.total += gain
        if run.total > run.best:
            self._is_best(run, last)
        if run.is_over(run.total):
            return self._end(now)
        if self._time(run.best_at) - self._time(run.first) > LONGEST_RUN_S * self._rate_hz:
            return self._end(now, is_cut=True)
        return []

    def _is_best(self, run: _Open, last: int) -> None:
        usual_s = (self._time(last) - self._time(run.first)) / self._rate_hz / (0.5 * (last - run.first))
        run.best, run.best_at = run.total, last
        run.least = run.best - PATIENCE * REPEATS * usual_s

    def _is_stale(self, now: int) -> bool:
        """Whether a run goes on, but has not become better for as long as one may be."""
        run = self._open
        return run is not None and now - self._time(run.best_at) > LONGEST_RUN_S * self._rate_hz

    def _begin(self, last: int, gain: float, now: int) -> None:
        run = self._open = _Open(last - 4, now, gain, gain, last, 0.0)
        self._is_best(run, last)
        low = max(run.first - MARGIN, self._base)
        self._told = {anchor: alike for anchor, alike in self._told.items() if anchor >= low}

    def _end(self, now: int, stretch_end: float = inf, is_cut: bool = False) -> list[Run]:
        run = self._open
        assert run is not None
        ended = []
        if self._weight * run.best >= LEAST_SCORE:
            ended.append(self._run(run, now, stretch_end, is_cut))
        self._open = None
        self._cut_at = run.best_at if is_cut else None
        self._next = run.best_at + 4  # what came after the best anchor may be the beginning of another run
        return ended

    def _run(self, run: _Open, now: int, stretch_end: float, is_cut: bool) -> Run:
        low = max(run.first - MARGIN, self._base)
        high = min(run.best_at + MARGIN, self._base + len(self._times) - 1)
        times = self._times[low - self._base : high + 1 - self._base]
        taken = self._taken[low - self._base : high + 1 - self._base]
        halves = [
            (half, start, end, taken[half + 1])
            for half, (start, end) in enumerate(pairwise(times))
            if 0.0 < end - start <= LONGEST_S * self._rate_hz
        ]
        usual = self._usual_halves(run.first, run.first + 4)
        before = [
            (anchor - low, self._time(anchor) - 0.5 * usual[(anchor - 1) % 2], self._time(anchor), run.found)
            for anchor in range(low, run.first + MARGIN + 1)
        ]
        usual = self._usual_halves(run.first, run.best_at)
        after = [
            (anchor - low, self._time(anchor), self._time(anchor) + 0.5 * usual[anchor % 2], now)
            for anchor in range(max(run.best_at - MARGIN, run.first), high + 1)
        ]
        shapes = self._shapes(halves, BINS)
        return Run(
            source=self.source,
            score=self._weight * run.best,
            first=run.first - low,
            last=run.best_at - low,
            times=[self._timing.time_s(time) for time in times],
            shapes=[shapes.get(half) for half in range(high - low)],
            similarities=[self._told.get(anchor, 0.0) for anchor in range(low, high + 1)],
            before=self._shapes(before, BINS // 2),
            after=self._shapes(after, BINS // 2),
            stretch_end=self._timing.time_s(stretch_end),
            continues=run.first == self._cut_at,
            is_cut=is_cut,
        )

    def _shapes(self, parts: Iterable[tuple[int, float, float, int]], bins: int) -> dict[int, FloatArray]:
        """Means of the channels, shape (channels, bins), by key.

        Parameters
        ----------
        parts : iterable of (key, start, end, now)
            What lies between start and end is left out if all of it could not be looked at at the sample `now`.
        bins : int
            Of one length each.
        """
        seen = [part for part in parts if part[1] >= self._oldest(part[3]) and part[2] <= part[3]]
        if not seen:
            return {}
        start, end = np.array([part[1:3] for part in seen]).T[..., np.newaxis]
        means = self._history.means(start + (end - start) * (np.arange(bins + 1) / bins))
        each = np.ascontiguousarray(means.swapaxes(0, 1))
        return {part[0]: shape for part, shape in zip(seen, each, strict=True)}

    def _oldest(self, now: int) -> int:
        return oldest_compared(now, self._rate_hz)

    def _usual_halves(self, first: int, last: int) -> tuple[float, float]:
        """Median length of the halves between two anchors: of those of even number, and of odd."""
        times = self._times[first - self._base : last + 1 - self._base]
        lengths = [end - start for start, end in pairwise(times)]
        of_first, of_second = median(lengths[::2]), median(lengths[1::2])
        return (of_second, of_first) if first % 2 else (of_first, of_second)

    def _time(self, anchor: int) -> float:
        """Moment of fastest movement of a swing, as index on the grid."""
        return self._times[anchor - self._base]
