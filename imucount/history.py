"""History: the last samples of a signal, and means over parts of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.filters import running_sum
from imucount.samples import FloatArray

__all__ = ["History"]


class History:
    """Keeps the last samples of some channels, addressed by their index since the start.

    Parameters
    ----------
    length : int
        How many samples before the present one can be asked for.

    Attributes
    ----------
    end : int
        Index of the first sample that is still to come.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._first = 0
        self.end = 0
        self._x = np.empty((0, 0))
        self._area = np.empty((0, 0))  # integral up to each sample, by trapezoids

    def append(self, x: FloatArray) -> None:
        """Take the next samples, shape (k, n)."""
        if x.shape[1] == 0:
            return
        if self.end == 0:
            self._x, self._area = x[:, :1], np.zeros((len(x), 1))
            self.end = 1
            self.append(x[:, 1:])
            return
        together = np.concatenate([self._x[:, -1:], x], axis=1)
        area = running_sum(0.5 * (together[:, :-1] + together[:, 1:]), self._area[:, -1])
        drop = max(0, self.end - self._length - self._first)
        self._x = np.concatenate([self._x[:, drop:], x], axis=1)
        self._area = np.concatenate([self._area[:, drop:], area], axis=1)
        self._first += drop
        self.end += x.shape[1]

    def oldest(self, now: int) -> int:
        """Index of the oldest sample that may be asked for at the sample `now`."""
        return max(0, now - self._length + 1)

    def part(self, start: int, stop: int) -> FloatArray:
        """Return the samples from `start` up to and not including `stop`, shape (k, stop - start)."""
        return self._x[:, start - self._first : stop - self._first]

    def means(self, edges: Sequence[float] | FloatArray) -> FloatArray:
        """Mean of each channel between neighbouring edges; the signal is linear between samples.

        Parameters
        ----------
        edges : (m + 1,) array
            Indices, increasing, not necessarily whole.

        Returns
        -------
        (k, m) array

        Examples
        --------
        >>> history = History(100)
        >>> history.append(np.array([[0.0, 1.0, 2.0, 3.0]]))
        >>> history.means([0.0, 1.0, 2.5])
        array([[0.5 , 1.75]])
        """
        at = np.asarray(edges, dtype=np.float64) - self._first
        left = np.minimum(at.astype(np.int64), self._x.shape[1] - 2)
        beyond = at - left
        x = self._x[:, left]
        area = self._area[:, left] + beyond * (x + 0.5 * beyond * (self._x[:, left + 1] - x))
        means: FloatArray = (area[:, 1:] - area[:, :-1]) / (at[1:] - at[:-1])
        return means
