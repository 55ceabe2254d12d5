"""Extension: the reps before the first of a run, and after its last, that the turning points did not show.

A run ends where a swing is missed or one too many is seen. What a rep looks like is known by then, so the next one
can be looked for as a whole, whatever turns round in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import median

import numpy as np

from imucount.cyclic.anchors import STILL, tempo_likeness
from imucount.cyclic.cycles import LOOK_BACK_S
from imucount.cyclic.history import History, Timing
from imucount.cyclic.set_edges import Cycle, without_drift
from imucount.samples import FloatArray

__all__ = ["LOOKED_AT", "Extension"]

PARTS = 16
"""Parts of a cycle of which the means are compared, as of its two halves when runs are found."""

FEWEST = 3
"""Cycles in a run of which each is known by its neighbours: the usual one of two is no better than either."""

DIFFERENT = 0.7
"""A cycle whose difference from the usual one has less than this share of its energy is another one. Standing
still differs by the whole of it, and the best of many tries at that by some 0.8."""

CORRELATED = 0.7
"""Least correlation of its movement with the usual one's: a small movement in the right posture is not far from
the usual one, either. In real recordings 33 of 35 that were reps had as much, and 4 of 11 that were none."""

SHIFTS: FloatArray = np.arange(-2, 5) / 8.0
"""Usual cycles between the end of one and the start of the next that are tried: a quarter that both share, up to
a pause of a half."""

HESITATION = 0.2
"""What a pause of a whole cycle adds to the difference: of two places that fit the nearer one is meant."""

STRETCHES: FloatArray = np.geomspace(2.0 / 3.0, 1.5, 11)
"""Lengths that are tried, in usual cycles: first reps are often hasty, last ones slow."""

OVERLAP = 0.1
"""Of a usual cycle. Where a cycle begins is known no better."""

LOOKED_AT = float(SHIFTS.max() + STRETCHES.max())
"""Usual cycles from the end of one on in which the next one is looked for."""


class Extension:
    """Looks for more cycles like those of a run, next to them.

    Parameters
    ----------
    cycles : sequence of Cycle
        Of the run.
    history : History
        Channels on the grid, as far back as the first cycle, and `LOOK_BACK_S` in all.
    timing : Timing
        Of the grid.
    now : int
        Index of its last sample.

    Attributes
    ----------
    length_s : float
        Of the usual cycle.
    """

    def __init__(self, cycles: Sequence[Cycle], history: History, timing: Timing, now: int) -> None:
        self._history, self._timing = history, timing
        self.length_s = median(cycle.end - cycle.start for cycle in cycles)
        ends = np.array([(cycle.start, cycle.end) for cycle in cycles])
        self._usual = np.median(self._shapes(self._indices(ends).clip(0.0, now)), axis=0)
        self._movement = _about_mean(self._usual)
        self._energy = max(float(np.vdot(self._movement, self._movement)), STILL)

    def after(self, cycle_end_s: float, until_s: float, now: int) -> Cycle | None:
        """Find the cycle that follows where one ended, if there is one before `until_s` in what is known."""
        start_s = cycle_end_s + self.length_s * SHIFTS[:, np.newaxis] + np.zeros(len(STRETCHES))
        return self._best(start_s, start_s + self.length_s * STRETCHES, now, (-np.inf, until_s))

    def before(self, cycle_start_s: float, since_s: float, now: int) -> Cycle | None:
        """Find the cycle that came before one, if there is one since `since_s`."""
        end_s = cycle_start_s - self.length_s * SHIFTS[:, np.newaxis] + np.zeros(len(STRETCHES))
        return self._best(end_s - self.length_s * STRETCHES, end_s, now, (since_s, np.inf))

    def _best(
        self, start_s: FloatArray, end_s: FloatArray, now: int, bounds_s: tuple[float, float]
    ) -> Cycle | None:
        """Choose among places, shape (shifts, stretches), the one that is most like the usual cycle."""
        ends = np.stack([start_s.ravel(), end_s.ravel()], axis=1)
        hesitation = HESITATION * np.maximum(SHIFTS, 0.0).repeat(len(STRETCHES))
        hesitation = hesitation + np.tile(1.0 - tempo_likeness(STRETCHES), len(SHIFTS))
        indices = self._indices(ends)
        oldest = max(0.0, now - LOOK_BACK_S * self._timing.sampling_rate_hz)
        is_known = (indices[:, 0] >= oldest) & (indices[:, 1] <= now)
        if not is_known.any():
            return None
        ends, hesitation = ends[is_known], hesitation[is_known]
        shapes = self._shapes(indices[is_known])
        off = without_drift(shapes - self._usual) / self._energy + hesitation
        best = int(np.argmin(off))
        (start, end), difference = ends[best].tolist(), float(off[best])
        slack = OVERLAP * self.length_s
        if difference >= DIFFERENT or self._correlation(shapes[best]) < CORRELATED:
            return None
        if start < bounds_s[0] - slack or end > bounds_s[1] + slack:
            return None
        return Cycle(start, end, difference=difference, similarity=1.0 - difference, is_edge=True)

    def _correlation(self, shape: FloatArray) -> float:
        movement = _about_mean(shape)
        energy = max(float(np.vdot(movement, movement)), STILL)
        return float(np.vdot(movement, self._movement)) / sqrt(energy * self._energy)

    def _indices(self, times_s: FloatArray) -> FloatArray:
        return (times_s - self._timing.first_s) * self._timing.sampling_rate_hz

    def _shapes(self, ends: FloatArray) -> FloatArray:
        """Means of the channels in the parts of cycles, (n, channels, PARTS), at their ends, indices (n, 2)."""
        edges = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * (np.arange(PARTS + 1) / PARTS)
        return np.ascontiguousarray(self._history.means(edges).swapaxes(0, 1))


def _about_mean(shape: FloatArray) -> FloatArray:
    movement: FloatArray = shape - shape.mean(axis=1, keepdims=True)
    return movement
