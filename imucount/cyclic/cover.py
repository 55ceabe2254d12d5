"""cover: which cycles, one after the other, explain most of a signal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imucount.core.library import address, core
from imucount.cyclic.templates import Cycle, IntArray
from imucount.samples import FloatArray

__all__ = ["LEAST_LIKE", "START", "cover"]

BoolArray = npt.NDArray[np.bool_]

LEAST_LIKE = 0.55
"""Likeness to a template of cycles that explain something; less of it takes away from what others explain."""

START = 0.8
"""What a set costs, in cycles: three of likeness 0.85 pay for it, and noise does not."""

PAUSE = 3.0
"""Cycles: after a pause as long as this a set is better begun anew."""

NEVER = -1e9


def cover(
    alike: FloatArray,
    is_there: BoolArray,
    lengths: IntArray,
    usual: float,
    *,
    least: float = LEAST_LIKE,
    goes_on: bool = False,
) -> list[tuple[float, list[list[Cycle]]]]:
    """Choose the cycles, in sets, with the largest sum of length times likeness above the least.

    By dynamic programming: the best that ends at a sample is a cycle after the best that ends where that
    begins.

    Parameters
    ----------
    alike : (m, n, k) array
        Likeness to each of m templates of the cycles that end before each sample, of each length.
    is_there : (n, k) bool array
        Whether there is such a cycle.
    lengths : (k,) int array
        Ascending.
    usual : float
        Usual length.
    least : float, default LEAST_LIKE
        The least likeness.
    goes_on : bool, default False
        Whether a set that has begun before goes on where the signal begins.

    Returns
    -------
    list of (float, list of list of Cycle)
        For each template the sum, in usual cycles, and the sets in order of time.

    Examples
    --------
    >>> alike = np.zeros((1, 61, 1))
    >>> alike[0, [10, 20, 30, 40]] = 1.0
    >>> ((value, sets),) = cover(alike, alike[0] >= 0.0, np.array([10]), 10.0)
    >>> round(value, 2), [(cycle.start, cycle.end) for cycle in sets[0]]
    (1.0, [(0, 10), (10, 20), (20, 30), (30, 40)])
    """
    n, longest = alike.shape[1], int(lengths[-1])
    gains = np.where(is_there, (alike - least) * (lengths / usual), NEVER)
    lengths = np.ascontiguousarray(lengths)
    covered = []
    for likeness, gain in zip(alike, gains, strict=True):
        in_set, idle = np.full(longest + n, NEVER), np.zeros(longest + n)
        if goes_on:
            in_set[longest - 1] = 0.0  # what it costs was paid
        best = np.maximum(in_set, idle - START)  # for a cycle that begins here
        core().imucount_cover(
            *(address(gain), n, address(lengths), len(lengths), START, START / (PAUSE * usual)),
            *(address(in_set), address(idle), address(best)),
        )
        covered.append((float(idle[-1]), _Covered(likeness, gain, lengths, in_set, idle, best).sets()))
    return covered


@dataclass(frozen=True, slots=True)
class _Covered:
    """What each sample is worth: in a set, out of one, and for a cycle that begins there."""

    alike: FloatArray
    gains: FloatArray
    lengths: IntArray
    in_set: FloatArray
    idle: FloatArray
    best: FloatArray

    def sets(self) -> list[list[Cycle]]:
        """Go back from the end by what was worth most."""
        longest = int(self.lengths[-1])
        found: list[list[Cycle]] = []
        end = len(self.alike)
        while self.idle[longest + end - 1] > 0.0:
            reached = self.idle[longest : longest + end]
            at = int(np.searchsorted(reached, reached[-1]))
            cycles: list[Cycle] = []
            while True:
                while at >= 0 and self.in_set[longest + at] < self.in_set[longest + at - 1]:
                    at -= 1  # a pause
                if at < 0:
                    break  # it began before
                row = int((self.best[longest + at - self.lengths] + self.gains[at]).argmax())
                start = at - int(self.lengths[row])
                cycles.append(Cycle(start, at, float(self.alike[at, row])))
                at = start
                if self.idle[longest + at] - START >= self.in_set[longest + at]:
                    break
            found.append(cycles[::-1])
            end = at + 1
        return found[::-1]
