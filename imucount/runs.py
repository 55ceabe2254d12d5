"""RunFinder: the runs of swings along all directions and at all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from imucount.anchors import REACH_S, AnchorTable
from imucount.cycles import CONTEXT, LOOK_BACK_S, REPEATS, CycleFinder, Run
from imucount.extrema import Extrema, ExtremaFinder
from imucount.history import History, Window
from imucount.projections import DIRECTIONS, project
from imucount.samples import FloatArray

__all__ = ["RunFinder"]

BLOCK = 12
"""Samples of the grid that are followed at a time, about half a second. Blocks make the work less, and what comes
out does not depend on how the samples came in."""

AT_ONCE = 50 * BLOCK
"""Samples that are prepared together: more make it no faster, and take more memory."""


class RunFinder:
    """Finds the runs among the swings of a stretch of samples.

    Parameters
    ----------
    thresholds : (m,) array
        At which signals turn round.
    channels : int
        3 or 6: acceleration, then angular rate if there is one.
    sampling_rate_hz : float
        Of the grid.

    Attributes
    ----------
    now : int
        Index of the last sample; -1 before the first.
    """

    def __init__(self, thresholds: FloatArray, channels: int, sampling_rate_hz: float) -> None:
        rows = len(DIRECTIONS) * (channels // 3)
        self.now = -1
        self._waiting = np.empty((channels, 0))  # until a block is full
        self._history = History(int(LOOK_BACK_S * sampling_rate_hz), channels)
        self._signals = Window(int(REACH_S * sampling_rate_hz), rows)
        self._extrema = ExtremaFinder(thresholds, rows)
        self._anchors = AnchorTable(thresholds, self._signals, self._history, rows, sampling_rate_hz)
        self._finders = [
            CycleFinder(source, self._history, sampling_rate_hz) for source in range(len(thresholds) * rows)
        ]
        self._is_open = np.zeros(len(self._finders), dtype=bool)

    @property
    def going_on(self) -> Sequence[CycleFinder]:
        """Those with a run that has not ended."""
        return [self._finders[source] for source in self._is_open.nonzero()[0].tolist()]

    def update(self, x: FloatArray) -> Iterator[list[Run]]:
        """Take the next samples of the grid, shape (channels, n), tell block by block which runs ended."""
        x = np.concatenate([self._waiting, x], axis=1)
        whole = x.shape[1] - x.shape[1] % BLOCK
        self._waiting = x[:, whole:]
        for start in range(0, whole, AT_ONCE):
            signals = self._prepare(x[:, start : min(start + AT_ONCE, whole)])
            for block in range(0, signals.shape[1], BLOCK):
                runs = self._follow(signals[:, block : block + BLOCK])
                idle = [finder for finder in self.going_on if finder.is_idle(self.now)]
                if idle:
                    runs += self._add(self._extrema.settle(np.array([finder.source for finder in idle])))
                    runs += self._ended(idle, [finder.wait(self.now) for finder in idle])
                yield runs

    def finish(self) -> list[Run]:
        """End the stretch of samples, return the runs that go on until there."""
        runs = self._follow(self._prepare(self._waiting)) if self._waiting.shape[1] else []
        if self.now >= 0:
            runs += self._add(self._extrema.finish())
            finders = self.going_on
            runs += self._ended(finders, [finder.finish(self.now) for finder in finders])
        return runs

    def _prepare(self, x: FloatArray) -> FloatArray:
        """Let samples be looked at, and project them."""
        self._history.append(x)
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
