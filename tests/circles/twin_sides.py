"""What lies beside high points, in numpy: for the twins of what the core does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from imucount.samples import FloatArray

IndexArray = NDArray[np.int64]

BLOCK = 64
"""Elements summed at a time: few enough for little to be added to a row, many enough to be quick."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What lies on one side of each of r high points, from the point outward."""

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


def slopes(*sides: Sides) -> FloatArray:
    """Least-squares slopes of the yaw over the tilt, (r,), on all these sides; 0 where the tilt does not vary."""
    n, total, power, product = np.zeros((4, len(sides[0].length)))
    for side in sides:
        n += side.length
        total += row_sums(np.where(side.within(), side.tilt, 0.0))
    mean = total / n
    for side in sides:
        centred = np.where(side.within(), side.tilt - mean[:, np.newaxis], 0.0)
        power += row_sums(centred * centred)
        product += row_sums(centred * side.yaw)
    varies = power > 0.0
    return np.where(varies, product / np.where(varies, power, 1.0), 0.0)


def row_sums(x: FloatArray) -> FloatArray:
    """Sum of each row, block by block from the first on, so that zeros behind them do not change the bits."""
    n_blocks = -(-x.shape[1] // BLOCK)
    whole = np.zeros((len(x), n_blocks * BLOCK))
    whole[:, : x.shape[1]] = x
    blocks = np.add.reduce(whole.reshape(len(x), n_blocks, BLOCK), axis=2)
    return np.asarray(np.cumsum(blocks, axis=1)[:, -1]) if n_blocks else np.zeros(len(x))


def windows(x: FloatArray, start: IndexArray, width: int) -> FloatArray:
    """Cut r stretches out of each channel."""
    first, end = int(start.min()), int(start.max()) + width
    within = x[:, max(first, 0) : end]
    covered = np.zeros((len(x), end - first))
    covered[:, max(-first, 0) : max(-first, 0) + within.shape[1]] = within
    return np.ascontiguousarray(sliding_window_view(covered, width, axis=1)[:, start - first])


def outward(x: FloatArray, top: IndexArray, direction: int, width: int) -> FloatArray:
    """Cut a stretch from each high point on, backward where `direction` is -1: otherwise as `windows`."""
    if direction > 0:
        return windows(x, top, width)
    return np.ascontiguousarray(windows(x, top - width + 1, width)[:, :, ::-1])
