"""How much a signal repeats itself: the likeness of neighbouring cycles, of any length and at any time.

The mean square of what a signal differs by from itself a while before depends neither on how a sensor is
mounted nor on what exercise it is. It is taken at octaves of the signal, each at half the rate of the one
before, so that a cycle of any length has about as many samples: slow movement is seen without its jolts, at
little cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.core.library import address, core
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


LENGTHS = (FINEST, *[OCTAVE] * (OCTAVES - 1))
"""Samples of a cycle at each octave, half-open."""

LAGS = np.array([lag << octave for octave, lags in enumerate(LENGTHS) for lag in range(*lags)])
"""Lengths of cycles, samples of the grid, ascending."""


GAPS = np.maximum(1.5, LAGS / STEP / 2)
"""Moments that a run may be interrupted for, at each length: half a cycle."""


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
        moments = x.shape[1] // STEP + 1
        self.likeness = np.full((len(LAGS), moments), -1.0)
        energies = np.zeros_like(self.likeness)
        work = np.empty(8 * (x.shape[1] + 1))
        row = 0
        for octave, (y, (shortest, longest)) in enumerate(zip(octaves(x), LENGTHS, strict=True)):
            y = np.ascontiguousarray(y)
            core().imucount_repetition(
                *(address(y), y.shape[1], octave, shortest, longest - shortest, STEP, moments, DRIFT),
                *(address(work), address(self.likeness[row]), address(energies[row])),
            )
            row += longest - shortest
        least = np.where(OCTAVE[0] > LAGS, LEAST_FAST_RMS, LEAST_RMS)[:, np.newaxis]
        self._open = np.where(energies < least**2, 0.0, np.maximum(self.likeness - LEAST, 0.0))

    def runs(self) -> list[Run]:
        """Give the runs that nothing has been made of yet, at each length and the next to it, as tempo varies.

        The longest and most alike come first.
        """
        most = self._open.size // 2 + len(self._open)
        found, scores = np.empty((most, 4), dtype=np.intp), np.empty(most)
        count = core().imucount_runs(
            *(address(self._open), *self._open.shape, address(GAPS), LEAST_BEST - LEAST),
            *(address(found), address(scores)),
        )
        runs = [Run(score, *each) for score, each in zip(scores[:count].tolist(), found[:count].tolist())]
        return sorted(runs, key=lambda run: (-run.score, run.row, run.first))

    def keep(self, shortest: float, longest: float) -> None:
        """Make nothing of cycles of other lengths, samples of the grid."""
        self._open[(shortest > LAGS) | (longest < LAGS)] = 0.0

    def close_run(self, run: Run) -> None:
        """Make nothing more of a run."""
        self._open[max(0, run.row - 1) : run.row + 2, run.first : run.last] = 0.0

    def close(self, start: int, end: int) -> None:
        """Make nothing more of a stretch, samples of the grid, nor of cycles that lie in it for the most part."""
        for row, lag in enumerate(LAGS):
            half = int(lag) // 2
            self._open[row, max(0, (start - half) // STEP) : (end + half) // STEP + 1] = 0.0

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
