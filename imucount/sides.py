"""Sides: the signal on one side of each of many points, as rows of a matrix, and what such rows are asked.

Sums over a row are made so that nothing but the row's own samples decides their last bit: not which other rows
are in the matrix, nor how far it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imucount.samples import FloatArray

__all__ = ["IndexArray", "Sides", "row_sums", "slopes", "steps_down_to"]

IndexArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What lies on one side of each of r high points, from the point outward.

    Attributes
    ----------
    tilt, yaw : (r, n) arrays, rad
        The tilt rises towards the high point.
    length : (r,) array
        How many of the n samples there are to look at; what lies beyond has any finite value.
    """

    tilt: FloatArray
    yaw: FloatArray
    length: IndexArray

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Sides:
        return Sides(self.tilt[rows], self.yaw[rows], self.length[rows])

    def until(self, length: IndexArray) -> Sides:
        """Look at no more than this."""
        return Sides(self.tilt, self.yaw, length)

    def lowest(self) -> IndexArray:
        """Count the steps to the lowest sample, (r,)."""
        return np.asarray(np.where(self.within(), self.tilt, np.inf).argmin(axis=1))

    def within(self) -> NDArray[np.bool_]:
        """Tell which of the samples are there to look at, (r, n)."""
        return np.arange(self.tilt.shape[1]) < self.length[:, np.newaxis]


def steps_down_to(sides: Sides, level: FloatArray) -> FloatArray:
    """Count the samples, with a fraction, until each side is down at a level, (r,); 0 where it never is."""
    index = ((sides.tilt <= level[:, np.newaxis]) & sides.within()).argmax(axis=1)
    rows = np.arange(len(index))
    below, above = sides.tilt[rows, index], sides.tilt[rows, np.maximum(index - 1, 0)]
    return np.where(index > 0, index - (level - below) / np.where(index > 0, above - below, 1.0), 0.0)


def slopes(x: FloatArray, y: FloatArray, counts: NDArray[np.bool_]) -> FloatArray:
    """Least-squares slope of y over x in each row, of the samples that count; 0 where x does not vary."""
    n = np.count_nonzero(counts, axis=1)
    centred = np.where(counts, x - (row_sums(np.where(counts, x, 0.0)) / n)[:, np.newaxis], 0.0)
    power = row_sums(centred * centred)
    varies = power > 0.0
    return np.where(varies, row_sums(centred * y) / np.where(varies, power, 1.0), 0.0)


def row_sums(x: FloatArray) -> FloatArray:
    """Sum of each row from its first element on, so that zeros behind them do not change the bits."""
    return np.asarray(np.cumsum(x, axis=1)[:, -1])
