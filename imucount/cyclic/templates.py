"""Cycles as a few means each, and how like they are to each other.

Whatever its length, a cycle is described by the means of its six channels over some parts of equal length. So
cycles of another tempo can be compared, and jolts hardly matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imucount.core.library import address, core
from imucount.cyclic.similarity import DRIFT, NEAR_LENGTH
from imucount.samples import FloatArray

__all__ = ["PARTS", "Cycle", "Shapes", "cycle_lengths", "likeness", "shape_of", "tempo_likeness"]

IntArray = npt.NDArray[np.intp]

PARTS = 12
"""Of a cycle: enough for two moves with a jerk in each, few enough to smooth what differs from rep to rep."""

LENGTHS = 12
"""Lengths that a cycle is tried at, 9 % apart."""

SHORTEST, LONGEST = 0.6, 1.65
"""Of the usual length, of cycles that may belong to a set."""

SAMPLES = 20
"""A cycle has fewer samples than this at the octave at which it is followed."""

AFTER = 8
"""Sums that are there once more after the last: the core looks at as many cycles at once."""

SPREAD = 0.35
"""Log ratio of lengths, beyond those of one tempo, on the scale of which it lowers the likeness."""


def tempo_likeness(ratio: FloatArray) -> FloatArray:
    """How much cycles are like each other of which one lasts `ratio` times as long as the other: 1 up to 1.2."""
    off = np.maximum(np.abs(np.log(ratio)) - NEAR_LENGTH, 0.0) / SPREAD
    alike: FloatArray = np.exp(-0.5 * off * off)
    return alike


def cycle_lengths(length: float) -> IntArray:
    """Lengths to try, whole samples, where one is usual."""
    tried = length * np.geomspace(SHORTEST, LONGEST, LENGTHS)
    return np.unique(np.maximum(np.round(tried), 3.0).astype(np.intp))


def likeness(shapes: FloatArray, templates: FloatArray) -> FloatArray:
    """How like cycles are to templates: 1 if they are the same, 0 if they have nothing in common.

    Of a cycle that is the template but half as large it is 0.8, and less where the posture is another one.

    Parameters
    ----------
    shapes : (6, ..., p) array
        Cycles in p parts.
    templates : (k, 6, p) array

    Returns
    -------
    (k, ...) array

    Examples
    --------
    >>> wave = np.tile(np.sin(np.linspace(0.0, 6.0, 12)), (6, 1))
    >>> likeness(np.stack([wave, 0.5 * wave, -wave], axis=1), wave[np.newaxis]).round(2)
    array([[ 1. ,  0.8, -1. ]])
    """
    parts = shapes.shape[-1]
    flat = shapes.reshape(len(shapes), -1, parts)
    posture = flat.mean(axis=-1)
    moved = flat - posture[..., np.newaxis]
    usual_posture = templates.mean(axis=-1)
    usual = templates - usual_posture[..., np.newaxis]
    energy = np.square(moved).sum(axis=-1).sum(axis=0) + np.square(usual).sum(axis=(1, 2))[:, np.newaxis]
    common = usual.reshape(len(usual), -1) @ moved.transpose(0, 2, 1).reshape(len(flat) * parts, -1)
    off = np.square(posture[np.newaxis, :3] - usual_posture[:, :3, np.newaxis]).sum(axis=1)
    off = parts * np.maximum(off - DRIFT**2, 0.0)
    alike: FloatArray = (2.0 * common - off) / np.maximum(energy, 1e-9)
    return alike.reshape(len(templates), *shapes.shape[1:-1])


def shape_of(x: FloatArray, start: float, end: float) -> FloatArray:
    """Shape (6, PARTS) of a cycle between two samples, which need not be whole ones."""
    sums = np.pad(np.cumsum(x, axis=1), ((0, 0), (1, 0)))
    edges = np.linspace(max(start, 0.0), min(end, x.shape[1]), PARTS + 1)
    at = np.stack([np.interp(edges, np.arange(x.shape[1] + 1), channel) for channel in sums])
    shape: FloatArray = np.diff(at, axis=1) / np.diff(edges)
    return shape


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle between two samples, and how like it is to its set; `is_whole` unless the signal cuts it."""

    start: int
    end: int
    alike: float
    is_whole: bool = True


class Shapes:
    """The shapes of all cycles that end in a signal.

    Parameters
    ----------
    y : (6, n) array
    lengths : (k,) int array
        Samples.

    Attributes
    ----------
    is_there : (n + 1, k) bool array
        Whether the cycle of each length that ends before each sample begins in the signal.
    """

    def __init__(self, y: FloatArray, lengths: IntArray) -> None:
        self.lengths, self.n = np.ascontiguousarray(lengths), y.shape[1]
        before = int(lengths[-1])
        self._padded = np.zeros((len(y), before + self.n + 1 + AFTER))
        self._sums = self._padded[:, before:]
        np.cumsum(y, axis=1, out=self._sums[:, 1 : self.n + 1])
        self._sums[:, self.n + 1 :] = self._sums[:, self.n, np.newaxis]
        self.is_there = np.arange(self.n + 1)[:, np.newaxis] >= lengths

    def likeness(self, templates: FloatArray) -> FloatArray:
        """How like all cycles are to templates (m, 6, PARTS), as of `likeness`: (m, n + 1, k)."""
        posture = np.ascontiguousarray(templates.mean(axis=-1))
        moved = np.ascontiguousarray(templates - posture[..., np.newaxis])
        energy = np.square(moved).sum(axis=(1, 2))
        alike = np.empty((len(templates), self.n + 1, len(self.lengths)))
        core().imucount_cycles(
            *(address(self._sums), self._padded.shape[1], self.n + 1),
            *(address(self.lengths), len(self.lengths)),
            *(address(moved), address(posture), address(energy), len(templates)),
            *(DRIFT, address(alike)),
        )
        return alike

    def shapes(self, ends: IntArray, rows: IntArray) -> FloatArray:
        """Shapes of some cycles, (6, len(ends), PARTS)."""
        lengths = self.lengths[rows]
        edges = np.asarray(ends)[:, np.newaxis] - lengths[:, np.newaxis] * (1.0 - np.arange(PARTS + 1) / PARTS)
        shapes: FloatArray = np.diff(self._sum_to(np.maximum(edges, 0.0)), axis=-1)
        shapes *= (PARTS / lengths)[:, np.newaxis]
        return shapes

    def _sum_to(self, edges: FloatArray) -> FloatArray:
        before = edges.astype(np.intp)
        sums: FloatArray = self._sums[:, before]
        sums += (edges - before) * (self._sums[:, before + 1] - sums)
        return sums

    def of(self, cycles: Sequence[Cycle]) -> FloatArray:
        """Shapes of whole cycles, (6, n, PARTS)."""
        return self.shapes(np.array([cycle.end for cycle in cycles]), self.rows(cycles))

    def rows(self, cycles: Sequence[Cycle]) -> IntArray:
        """Which of the lengths each cycle has."""
        return np.searchsorted(self.lengths, [cycle.end - cycle.start for cycle in cycles])

    def part(self, start: int, length: int) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Shape (6, PARTS) of a cycle of which some is cut off, and which parts of it are there."""
        edges = np.clip(start + np.arange(PARTS + 1) / PARTS * length, 0.0, self.n)
        widths = np.diff(edges)
        is_there = widths > 0.5 * length / PARTS
        return np.diff(self._sum_to(edges), axis=-1) / np.maximum(widths, 1e-9), is_there
