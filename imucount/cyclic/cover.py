"""cover: which cycles, one after the other, explain most of a signal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
    alike: FloatArray, is_there: BoolArray, lengths: IntArray, usual: float, *, goes_on: bool = False
) -> list[tuple[float, list[list[Cycle]]]]:
    """Choose the cycles, in sets, with the largest sum of length times likeness above the least.

    By dynamic programming: the best that ends at a sample is a cycle after the best that ends where that
    begins. As no cycle is shorter than the shortest, so many samples can be decided on at once.

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
    m, n = alike.shape[:2]
    gains = np.where(is_there, (alike - LEAST_LIKE) * (lengths / usual), NEVER)
    longest, block = int(lengths[-1]), int(lengths[0])
    pause = START / (PAUSE * usual)
    in_set, idle = np.full((m, n + longest), NEVER), np.zeros((m, n + longest))
    chosen, begins = np.full((m, n), -1), np.zeros((m, n), dtype=bool)
    if goes_on:
        in_set[:, longest - 1] = 0.0  # what it costs was paid
    row = np.arange(m)[:, np.newaxis]
    for start in range(0, n, block):
        stop = min(start + block, n)
        before = start + longest - 1
        where = np.arange(start, stop)[:, np.newaxis] + longest - lengths
        going_on, beginning = in_set[:, where], idle[:, where] - START
        values = np.maximum(going_on, beginning)
        values += gains[:, start:stop]
        best = values.argmax(axis=2)
        each = np.arange(stop - start)
        ramp = pause * np.arange(stop - start + 1)
        value = np.empty((m, stop - start + 1))
        value[:, 0], value[:, 1:] = in_set[:, before], values[row, each, best]
        value = np.maximum.accumulate(value + ramp, axis=1)
        chosen[:, start:stop] = np.where(value[:, 1:] > value[:, :-1], best, -1)
        begins[:, start:stop] = beginning[row, each, best] >= going_on[row, each, best]
        in_set[:, before + 1 : stop + longest] = (value - ramp)[:, 1:]
        idle[:, before + 1 : stop + longest] = np.maximum(
            np.maximum.accumulate(in_set[:, before + 1 : stop + longest], axis=1), idle[:, before : before + 1]
        )
    return [
        (float(idle[each, -1]), _sets(alike[each], lengths, chosen[each], begins[each], idle[each, longest - 1 :]))
        for each in range(m)
    ]


def _sets(
    alike: FloatArray, lengths: IntArray, chosen: IntArray, begins: BoolArray, idle: FloatArray
) -> list[list[Cycle]]:
    """Go back from the end by what was chosen."""
    sets: list[list[Cycle]] = []
    end = len(chosen)
    while idle[end] > 0.0:
        at = int(np.searchsorted(idle[: end + 1], idle[end])) - 1
        cycles: list[Cycle] = []
        while True:
            while at >= 0 and chosen[at] < 0:
                at -= 1
            if at < 0:
                break  # it began before
            length = int(lengths[chosen[at]])
            cycles.append(Cycle(at - length, at, float(alike[at, chosen[at]])))
            is_first = begins[at]
            at -= length
            if is_first:
                break
        sets.append(cycles[::-1])
        end = at + 1
    return sets[::-1]
