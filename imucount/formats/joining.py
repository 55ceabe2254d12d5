"""Joining: rows that hold only a part of the quantities, brought together by their time."""

from __future__ import annotations

import numpy as np

from imucount.samples import FloatArray

__all__ = ["RowJoiner"]

LONGEST_STEP_S = 0.25
"""Between two angular rates that are further apart, s, none is made up; the rows there are left out."""


AT_ENDS = 10
"""So many rows without a partner are no news where each sensor has rows of its own."""


class RowJoiner:
    """Completes rows in which values are missing, as where each sensor has rows of its own.

    A row with acceleration is a sample. Its angular rate, where the row has none, is interpolated between the rows
    before and after that have one. What cannot be completed is left out. Rows that are whole go through unchanged.

    Attributes
    ----------
    interpolated : int
        Samples of which the angular rate is from the rows around.
    apart : int
        Rows that had the angular rate alone.
    left_out : int
        Rows with acceleration, or nothing, that could not be completed.

    Examples
    --------
    >>> nan = float("nan")
    >>> joiner = RowJoiner()
    >>> joiner.update(np.array([0.0, 0.01]), np.array([[nan, nan, nan, 1, 1, 1], [0, 0, 9.8, nan, nan, nan]]))
    (array([], dtype=float64), array([], shape=(0, 6), dtype=float64))
    >>> joiner.update(np.array([0.02]), np.array([[nan, nan, nan, 3, 3, 3]]))
    (array([0.01]), array([[0. , 0. , 9.8, 2. , 2. , 2. ]]))
    """

    def __init__(self) -> None:
        self.interpolated = 0
        self.apart = 0
        self.left_out = 0
        self._with_acc = 0  # rows
        self._knot: FloatArray | None = None  # time and angular rate of the last row that had one
        self._waiting: FloatArray | None = None  # rows after it

    def update(self, t: FloatArray, x: FloatArray, is_whole: bool = False) -> tuple[FloatArray, FloatArray]:
        """Take rows, and give those that are whole by now.

        Parameters
        ----------
        t : (n,) array, s
        x : (n, 3 or 6) array
            Acceleration and, with a gyroscope, angular rate, in any unit; NaN where a value is missing.
        is_whole : bool, default False
            Whether it is known that none is.
        """
        has_gyroscope = x.shape[1] > 3
        if self._waiting is None and (is_whole or (np.isfinite(t).all() and np.isfinite(x).all())):
            self._with_acc += len(t)
            if len(t) and has_gyroscope:
                self._knot = np.array([t[-1], *x[-1, 3:]])
            return t, x
        has_time = np.isfinite(t)
        has_acc = has_time & np.isfinite(x[:, :3]).all(axis=1)
        self._with_acc += int(np.count_nonzero(has_acc))
        if not has_gyroscope:
            self.left_out += int(np.count_nonzero(~has_acc))
            return t[has_acc], x[has_acc]
        has_gyr = has_time & np.isfinite(x[:, 3:]).all(axis=1)
        self.apart += int(np.count_nonzero(has_gyr & ~has_acc))
        self.left_out += int(np.count_nonzero(~has_gyr & ~has_acc))
        rows = np.column_stack([t, x])
        knots = rows[has_gyr][:, [0, 4, 5, 6]]
        if self._knot is not None:
            knots = np.concatenate([self._knot[np.newaxis], knots])
        samples = rows[has_acc]
        if self._waiting is not None:
            samples = np.concatenate([self._waiting, samples])
        samples = self._completed(samples, knots)
        return samples[:, 0], samples[:, 1:]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, a sentence each."""
        warnings = []
        in_turn = self.apart > 0 and 2 * self.interpolated > self._with_acc
        lost = self.left_out + self.apart
        if in_turn:
            lost = self.left_out if self.left_out > AT_ENDS else 0
            warnings.append(
                "Acceleration and angular rate are in rows of their own; they were joined by their time, "
                f"{self._with_acc} of the one and {self.apart} of the other."
            )
        elif self.interpolated:
            missing = f"The angular rate is missing in {_rows(self.interpolated)}"
            warnings.append(f"{missing}; it was interpolated there.")
        if lost:
            warnings.append(f"Values are missing in {_rows(lost)}, left out as if lost.")
        return tuple(warnings)

    def finish(self) -> None:
        """Close the stream: what still waits for an angular rate is left out."""
        if self._waiting is not None:
            self.left_out += len(self._waiting)
            self._waiting = None

    def _completed(self, samples: FloatArray, knots: FloatArray) -> FloatArray:
        t = samples[:, 0]
        lacks = ~np.isfinite(samples[:, 4:7]).all(axis=1)
        self._waiting = None
        if not len(knots):
            self.left_out += int(np.count_nonzero(lacks))
            return samples[~lacks]
        self._knot = knots[np.argmax(knots[:, 0])]
        knots = knots[np.argsort(knots[:, 0], kind="stable")]
        after = np.searchsorted(knots[:, 0], t)
        at_end = lacks & (after == len(knots))
        waits = at_end & (t - knots[-1, 0] <= LONGEST_STEP_S)
        right = knots[np.minimum(after, len(knots) - 1), 0]
        left = knots[np.maximum(after - 1, 0), 0]
        exact = right == t
        between = lacks & ~at_end & (exact | ((after > 0) & (right - left <= LONGEST_STEP_S)))
        if waits.any():
            self._waiting = samples[waits]
        samples = samples.copy()
        for axis in (1, 2, 3):
            samples[between, 3 + axis] = np.interp(t[between], knots[:, 0], knots[:, axis])
        self.interpolated += int(np.count_nonzero(between))
        self.left_out += int(np.count_nonzero(lacks & ~between & ~waits))
        completed: FloatArray = samples[~lacks | between]
        return completed


def _rows(count: int) -> str:
    return "one row" if count == 1 else f"{count} rows"
