"""RunFinder: the runs of swings along all directions and at all sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.cyclic.anchors import REACH_S, AnchorTable
from imucount.cyclic.cycles import CONTEXT, LOOK_BACK_S, REPEATS, CycleFinder, Run
from imucount.cyclic.extrema import Extrema, ExtremaFinder
from imucount.cyclic.history import History, Timing, Window
from imucount.cyclic.projections import DIRECTIONS, project
from imucount.filters import EvenGrid, Lowpass
from imucount.samples import FloatArray

__all__ = ["SAMPLES", "RunFinder"]

SAMPLES = 10.0
"""Samples of the grid in a cycle that is as fast as the cutoff."""

METRES_PER_RADIAN = 3.0
"""1 rad/s weighs as much as 3 m/s²: a limb that swings through +-45 deg in 2 s does so at 2.5 rad/s, and gravity
changes by 7 m/s² along its axes."""

THRESHOLDS: FloatArray = 0.18 * 2.0 ** (0.5 * np.arange(12, dtype=np.float64))
"""m/s² at which signals turn round, 0.18 to 8: swings from 0.4 m/s², which is a tilt of 2 deg and twice what
breathing makes, to 50 m/s², which is a jump."""

BLOCK = 12
"""Samples of the grid that are followed at a time. Blocks make the work less, and what comes out does not depend
on how the samples came in."""

AT_ONCE = 50 * BLOCK
"""Samples that are prepared together: more make it no faster, and take more memory."""


class RunFinder:
    """Finds the runs among the swings of a stretch of samples.

    Parameters
    ----------
    channels : int
        3 or 6: acceleration, then angular rate if there is one.
    cutoff_hz : float
        Movement that is faster is smoothed away.
    weight : float
        Of the runs' scores, where those of several finders are compared.

    Attributes
    ----------
    timing : Timing
        Of the grid that the samples are put on, since the first one.
    history : History
        The smoothed channels on that grid; 1 rad/s as 3 m/s².
    now : int
        Index of the last sample that was followed; -1 before the first.
    """

    def __init__(self, channels: int, cutoff_hz: float, weight: float) -> None:
        rate_hz = SAMPLES * cutoff_hz
        rows = len(DIRECTIONS) * (channels // 3)
        self._grid, self._lowpass = EvenGrid(rate_hz), Lowpass(cutoff_hz, rate_hz)
        # A bin's mean is of its middle.
        self.timing = Timing(rate_hz, 0.5 / rate_hz - self._lowpass.delay_s)
        self.now = -1
        self._waiting = np.empty((channels, 0))  # until a block is full
        self._prepared = np.empty((rows, 0))
        self.history = History(int(LOOK_BACK_S * rate_hz), channels)
        self._signals = Window(int(REACH_S * rate_hz), rows)
        self._extrema = ExtremaFinder(THRESHOLDS, rows)
        self._anchors = AnchorTable(THRESHOLDS, self._signals, self.history, rows, rate_hz)
        self._finders = [
            CycleFinder(source, self.history, self.timing, weight) for source in range(len(THRESHOLDS) * rows)
        ]
        self._is_open = np.zeros(len(self._finders), dtype=bool)

    @property
    def going_on(self) -> Sequence[CycleFinder]:
        """Those with a run that has not ended."""
        return [self._finders[source] for source in self._is_open.nonzero()[0].tolist()]

    @property
    def now_s(self) -> float:
        """Time of the last sample that was followed, s since the first one of the stretch."""
        return self.timing.time_s(self.now)

    @property
    def block_end_s(self) -> float:
        """Time at which the next block is full, s since the first sample of the stretch."""
        return (self.now + 1 + BLOCK) / self.timing.sampling_rate_hz

    @property
    def has_block(self) -> bool:
        """Whether the next block is full."""
        return self._prepared.shape[1] > 0 or self._waiting.shape[1] >= BLOCK

    def feed(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Take the next samples, return the bins of the grid that they complete, in the units they came in.

        Parameters
        ----------
        t : (n,) array, s
        x : (channels, n) array, m/s² and rad/s
        """
        bins = self._grid.update(t, x)
        x = self._lowpass.update(bins)
        x = np.concatenate([x[:3], METRES_PER_RADIAN * x[3:]])
        self._waiting = np.concatenate([self._waiting, x], axis=1)
        return bins

    def follow(self) -> list[Run]:
        """Follow the next block, return the runs that ended."""
        if self._prepared.shape[1] == 0:
            whole = min(self._waiting.shape[1] - self._waiting.shape[1] % BLOCK, AT_ONCE)
            self._prepared = self._prepare(self._waiting[:, :whole])
            self._waiting = self._waiting[:, whole:]
        block, self._prepared = self._prepared[:, :BLOCK], self._prepared[:, BLOCK:]
        runs = self._follow(block)
        idle = [finder for finder in self.going_on if finder.is_idle(self.now)]
        if idle:
            runs += self._add(self._extrema.settle(np.array([finder.source for finder in idle])))
            runs += self._ended(idle, [finder.wait(self.now) for finder in idle])
        return runs

    def finish(self) -> list[Run]:
        """End the stretch of samples, return the runs that go on until there."""
        runs = []
        while self.has_block:
            runs += self.follow()
        if self._waiting.shape[1]:
            runs += self._follow(self._prepare(self._waiting))
        if self.now >= 0:
            runs += self._add(self._extrema.finish())
            finders = self.going_on
            runs += self._ended(finders, [finder.finish(self.now) for finder in finders])
        return runs

    def _prepare(self, x: FloatArray) -> FloatArray:
        """Let samples be looked at, and project them."""
        self.history.append(x)
        signals = np.concatenate([project(vectors) for vectors in np.split(x, len(x) // 3)])
        self._signals.append(signals)
        return signals

    def _follow(self, signals: FloatArray) -> list[Run]:
        self.now += signals.shape[1]
        return self._add(self._extrema.update(signals))

    def _add(self, extrema: Extrema) -> list[Run]:
        if extrema.source.size == 0:
            return []
        source, likeness = self._anchors.add(extrema, self.now)
        new = np.bincount(source)
        matters = np.bincount(source, self._is_open[source] | (likeness > REPEATS)).nonzero()[0]
        if matters.size == 0:
            return []
        finders = [self._finders[each] for each in matters.tolist()]
        context = np.where(self._is_open[matters], 0, CONTEXT)
        for finder, anchors in zip(finders, self._anchors.last(matters, new[matters] + context), strict=True):
            finder.add(anchors, self.now)
        return self._ended(finders, [finder.scan(self.now) for finder in finders])

    def _ended(self, finders: Sequence[CycleFinder], runs: Sequence[list[Run]]) -> list[Run]:
        for finder in finders:
            self._is_open[finder.source] = finder.is_open
        return [run for each in runs for run in each]
