"""RunSelector: which of the runs that overlap in time is the exercise."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from imucount.cycles import CycleFinder, Run

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

    def decide(self, going_on: Sequence[CycleFinder]) -> list[Run]:
        """Return the runs that can be chosen now, in order of time.

        Parameters
        ----------
        going_on : sequence of CycleFinder
            Those with a run that has not ended.
        """
        chosen: list[Run] = []
        if not self._runs:
            return chosen
        self._runs.sort(key=lambda run: (run.start, run.source))
        while self._runs:
            count, end = 1, self._runs[0].end
            while count < len(self._runs) and self._runs[count].start < end - SHARED_S:
                end = max(end, self._runs[count].end)
                count += 1
            group = sorted(self._runs[:count], key=_rank, reverse=True)
            if any(_is_rival(finder, end, RIVAL * group[0].score) for finder in going_on):
                break
            del self._runs[:count]
            chosen += sorted((run for run in group if self._take(run)), key=lambda run: run.start)
        return chosen

    def _take(self, run: Run) -> bool:
        free = all(run.start >= end - SHARED_S or run.end <= start + SHARED_S for start, end in self._chosen)
        if free:
            self._chosen.append((run.start, run.end))
        return free


def _rank(run: Run) -> tuple[float, float, int]:
    return run.score, -run.start, -run.source


def _is_rival(finder: CycleFinder, end: float, score: float) -> bool:
    return finder.start is not None and finder.start < end - SHARED_S and finder.score >= score
