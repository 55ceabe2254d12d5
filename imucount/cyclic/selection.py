"""RunSelector: which of the runs that overlap in time is the exercise."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf

import numpy as np
import numpy.typing as npt

from imucount.cyclic.cycles import CycleFinder, Run
from imucount.samples import FloatArray

__all__ = ["RunSelector"]

SHARED_S = 0.2
"""Two runs share no more than the end of one swing."""

RIVAL = 0.5
"""A run that goes on is waited for if it has this share of the score: it may still become the better one."""

REMEMBERED = 20
"""Runs that were chosen last: later ones cannot reach back behind all of these."""


class RunSelector:
    """Chooses among runs that overlap the one with the highest score.

    One movement makes runs along many directions and at many sizes, half and twice its length among them. The
    score, similarity summed up over time, is highest for the run that has all of the movement and its true
    length: halves of a rep resemble each other less than reps do, and pairs of reps leave out a whole pair at
    the start.
    """

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._chosen: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._going_on: set[tuple[CycleFinder, float | None]] = set()
        self._has_more = False

    @property
    def best(self) -> Run | None:
        """The best run that is not decided on."""
        return max(self._runs, key=_rank, default=None)

    @property
    def undecided(self) -> Sequence[Run]:
        """Runs that have ended and wait for a rival to end."""
        return tuple(self._runs)

    def add(self, runs: Sequence[Run]) -> None:
        """Take runs that have ended."""
        self._runs += runs
        self._has_more = self._has_more or bool(runs)

    def decide(self, going_on: Sequence[CycleFinder]) -> list[Run]:
        """Return the runs that can be chosen now, in order of time.

        A run is chosen if all better ones that overlap it have lost against one that is chosen, and nothing that
        goes on may become a better one.

        Parameters
        ----------
        going_on : sequence of CycleFinder
            Those with a run that has not ended.
        """
        before, self._going_on = self._going_on, {(finder, finder.start) for finder in going_on}
        if not self._runs or (not self._has_more and before <= self._going_on):
            return []  # where nothing has ended, nothing more can be decided
        self._has_more = False
        self._runs.sort(key=_rank, reverse=True)
        start, end = np.array([(run.start, run.end) for run in self._runs]).T
        is_awaited = self._is_awaited(end, np.array([run.score for run in self._runs]))
        has_won, is_open = np.zeros(len(end), dtype=bool), np.zeros(len(end), dtype=bool)
        for each in range(len(end)):
            is_beside: npt.NDArray[np.bool_] = (start[:each] < end[each] - SHARED_S) & (
                start[each] < end[:each] - SHARED_S
            )
            if not (is_beside & has_won[:each]).any():
                is_open[each] = is_awaited[each] or (is_beside & is_open[:each]).any()
                has_won[each] = not is_open[each]
        until_s = start[is_open].min(initial=inf)
        told = np.flatnonzero(has_won & (start < until_s))
        is_over = (start[:, np.newaxis] < end[told] - SHARED_S) & (start[told] < end[:, np.newaxis] - SHARED_S)
        is_over[told, np.arange(len(told))] = True
        runs = [self._runs[each] for each in told.tolist()]
        self._runs = [run for run, over in zip(self._runs, is_over.any(axis=1).tolist(), strict=True) if not over]
        runs.sort(key=lambda run: run.start)
        return [left for run in runs if (left := self._left_of(run)) is not None]

    def _is_awaited(self, end: FloatArray, score: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether a run that goes on, and starts before the end of each, has a share of its score."""
        starts = np.array([start for _, start in self._going_on], dtype=np.float64)
        scores = np.array([finder.score for finder, _ in self._going_on], dtype=np.float64)
        rivals = (starts < end[:, np.newaxis] - SHARED_S) & (scores >= RIVAL * score[:, np.newaxis])
        return np.asarray(rivals.any(axis=1))

    def _left_of(self, run: Run) -> Run | None:
        """Take a run, without what an earlier one has that it reaches back into."""
        since = max((end for start, end in self._chosen if start < run.end), default=-inf) - SHARED_S
        first = run.first
        while first < run.last and run.times[first] < since:
            first += 1
        left = run.part(first, run.last)
        if left is not None:
            self._chosen.append((left.start, left.end))
        return left


def _rank(run: Run) -> tuple[float, float, int]:
    return run.score, -run.start, -run.source
