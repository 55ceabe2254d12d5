"""How much a signal repeats itself: the likeness of neighbouring cycles, of any length and at any time.

The mean square of what a signal differs by from itself a while before depends neither on how a sensor is
mounted nor on what exercise it is. It is taken at octaves of the signal, each at half the rate of the one
before, so that a cycle of any length has about as many samples: slow movement is seen without its jolts, at
little cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.samples import FloatArray

__all__ = ["LAGS", "NEAR_LENGTH", "RATE_HZ", "RATE_WEIGHT", "STEP", "RepetitionMap", "Run", "octaves"]

RATE_HZ = 25.0
"""Of the grid: five samples of the fastest cycle."""

RATE_WEIGHT = 3.0
"""m/s² that weigh as much as an angular rate of 1 rad/s: a limb swung with it about once a second makes as
much."""

STEP = 8
"""Samples of the grid from one moment that is looked at to the next: cycles of 0.3 s are seen as such."""

FINEST, OCTAVE, OCTAVES = (5, 24), (12, 24), 5
"""Samples of a cycle at the first octave, and at the four others: so many that the nearest length is 4 % off at
most. Cycles from 0.2 s, at 5 Hz, to 15 s are looked for; sets that follow each other are not to be taken for
reps."""

NEAR_LENGTH = 0.2
"""Log ratio of lengths of one tempo: it varies by up to 11 % from rep to rep, and both cycles do."""

DRIFT = 1.5
"""m/s²: posture, the mean of acceleration, that differs by as much from cycle to cycle is none that matters."""

LEAST = 0.4
"""Likeness of cycles that may be of one exercise. What is nothing but noise has 0 +- 0.3."""

LEAST_RMS, LEAST_FAST_RMS = 0.15, 1.0
"""m/s²: size of movement that is none, since a chest breathes with less; and that of fast movement, under half a
second, of which trembling and jolts are made, too."""

LEAST_BEST = 0.68
"""Likeness of the two cycles of a run that are most like each other."""


def _lags() -> tuple[tuple[int, int], ...]:
    lags = [(0, lag) for lag in range(*FINEST)]
    return tuple(lags + [(octave, lag) for octave in range(1, OCTAVES) for lag in range(*OCTAVE)])


LAGS = np.array([lag << octave for octave, lag in _lags()])
"""Lengths of cycles, samples of the grid, ascending."""


def octaves(x: FloatArray, count: int = OCTAVES) -> list[FloatArray]:
    """Give a signal at its own rate, half of it, a quarter ... as means of two."""
    made = [x]
    for _ in range(count - 1):
        pairs = made[-1][:, : made[-1].shape[1] // 2 * 2]
        made.append(0.5 * (pairs[:, ::2] + pairs[:, 1::2]))
    return made


@dataclass(frozen=True, slots=True)
class Run:
    """Cycles in a row that are like each other.

    Attributes
    ----------
    score : float
        Sum over time of what their likeness is above the least.
    row : int
        Of `LAGS`: their length.
    first, last : int
        Moments, half-open, at which the cycles before and after are like each other.
    best : int
        The moment at which they are most.
    """

    score: float
    row: int
    first: int
    last: int
    best: int

    @property
    def lag(self) -> int:
        """Length of its cycles, samples of the grid."""
        return int(LAGS[self.row])


class RepetitionMap:
    """Likeness of the cycle before a moment to the one after it.

    Parameters
    ----------
    x : (6, n) array
        Acceleration, m/s², and angular rate, times `RATE_WEIGHT`, on the grid.

    Attributes
    ----------
    likeness : (k, m) array
        For each of `LAGS`, at every `STEP` samples: 1 where both are the same, 0 where they have nothing in
        common.
    """

    def __init__(self, x: FloatArray) -> None:
        moments = np.arange(0, x.shape[1] + 1, STEP)
        self.likeness = np.full((len(LAGS), len(moments)), -1.0)
        energies = np.zeros_like(self.likeness)
        made = octaves(x)
        sums = [np.pad(np.cumsum(y, axis=1), ((0, 0), (1, 0))) for y in made]
        squares = [np.pad(np.cumsum((y * y).sum(axis=0)), (1, 0)) for y in made]
        for row, (octave, lag) in enumerate(_lags()):
            y, total, square = made[octave], sums[octave], squares[octave]
            at = moments >> octave
            here = slice(int(np.searchsorted(at, lag)), int(np.searchsorted(at, y.shape[1] - lag, side="right")))
            t = at[here]
            if not len(t):
                continue
            product = np.pad(np.cumsum(np.einsum("ij,ij->j", y[:, lag:], y[:, :-lag])), (1, 0))
            before, after = total[:, t] - total[:, t - lag], total[:, t + lag] - total[:, t]
            common = product[t] - product[t - lag] - (before * after).sum(axis=0) / lag
            energy = square[t + lag] - square[t - lag] - ((before**2).sum(axis=0) + (after**2).sum(axis=0)) / lag
            off = ((before[:3] - after[:3]) ** 2).sum(axis=0) / lag**2
            off = lag * np.maximum(off - DRIFT**2, 0.0)
            self.likeness[row, here] = (2.0 * common - off) / np.maximum(energy, 1e-9 * lag)
            energies[row, here] = energy / (2 * lag)
        least = np.where(OCTAVE[0] > LAGS, LEAST_FAST_RMS, LEAST_RMS)[:, np.newaxis]
        self._open = np.where(energies < least**2, 0.0, np.maximum(self.likeness - LEAST, 0.0))
        self._runs: list[list[Run]] = [[] for _ in LAGS]
        self._changed = set(range(len(LAGS)))

    def runs(self) -> list[Run]:
        """Give the runs that nothing has been made of yet, the longest and most alike first."""
        for row in self._changed:
            self._runs[row] = self._runs_of(row)
        self._changed.clear()
        return sorted(
            (run for runs in self._runs for run in runs), key=lambda run: (-run.score, run.row, run.first)
        )

    def _runs_of(self, row: int) -> list[Run]:
        """Give those at one length, and at the next to it: tempo varies."""
        low = max(0, row - 1)
        near = self._open[low : row + 2]
        best = near.max(axis=0)
        at = np.flatnonzero(best)
        if not len(at):
            return []
        length = LAGS[row] / STEP
        breaks = np.flatnonzero(np.diff(at) > max(1.5, length / 2))
        found = []
        for first, last in zip(at[np.append(0, breaks + 1)], at[np.append(breaks, -1)] + 1, strict=True):
            if best[first:last].max() < LEAST_BEST - LEAST:
                continue
            score = float(best[first:last].sum())
            own = low + int(near[:, first:last].sum(axis=1).argmax())
            best_at = int(first) + int(self._open[own, first:last].argmax())
            found.append(Run(score, own, int(first), int(last), best_at))
        return found

    def keep(self, shortest: float, longest: float) -> None:
        """Make nothing of cycles of other lengths, samples of the grid."""
        self._open[(shortest > LAGS) | (longest < LAGS)] = 0.0

    def close_run(self, run: Run) -> None:
        """Make nothing more of a run."""
        self._open[max(0, run.row - 1) : run.row + 2, run.first : run.last] = 0.0
        self._changed.update(range(max(0, run.row - 2), min(run.row + 3, len(LAGS))))

    def close(self, start: int, end: int) -> None:
        """Make nothing more of a stretch, samples of the grid, nor of cycles that lie in it for the most part."""
        for row, lag in enumerate(LAGS):
            half = int(lag) // 2
            self._open[row, max(0, (start - half) // STEP) : (end + half) // STEP + 1] = 0.0
        self._changed.update(range(len(LAGS)))

    def has_shorter(self, length: float, start: int, end: int) -> bool:
        """Whether cycles of less than `length` are as like each other, in a stretch of samples of the grid."""
        here = slice(start // STEP, end // STEP + 1)
        usual = self.likeness[np.abs(np.log(LAGS / length)) < NEAR_LENGTH, here]
        shorter = self.likeness[(SHORTER[1] * length > LAGS) & (SHORTER[0] * length < LAGS), here]
        if not len(usual) or not len(shorter):
            return False
        most = np.maximum(shorter, 0.0).mean(axis=1).max()
        return bool(most >= AS_ALIKE * np.maximum(usual.max(axis=0), 0.0).mean())


SHORTER, AS_ALIKE = (0.22, 0.7), 0.9
"""A cycle of a quarter to two thirds that is as good as as like to its neighbours is the rep, and the longer one a
few of them."""
