"""Tape: the last samples of a stream, in one piece of memory."""

from __future__ import annotations

import numpy as np

from imucount.samples import FloatArray

__all__ = ["Tape"]


class Tape:
    """Keeps the last samples of k channels, and is added to in place.

    Parameters
    ----------
    k : int
    keep : int
        So many samples at least are kept once there are as many.

    Examples
    --------
    >>> tape = Tape(1, keep=2)
    >>> for value in range(9):
    ...     tape.add(1)[:] = value
    >>> tape.x[:, -2:]
    array([[7., 8.]])
    """

    def __init__(self, k: int, keep: int) -> None:
        self.keep = keep
        self._x = np.empty((k, 2 * keep))
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def x(self) -> FloatArray:
        """The samples that are kept, (k, n)."""
        return self._x[:, : self._n]

    def add(self, n: int) -> FloatArray:
        """Make room for n more samples, (k, n), which are to be written there; may forget the earliest."""
        if self._n + n > self._x.shape[1]:
            kept = self._x[:, max(self._n - self.keep, 0) : self._n].copy()
            if kept.shape[1] + n > self._x.shape[1]:
                self._x = np.empty((len(kept), self.keep + kept.shape[1] + n))
            self._n = kept.shape[1]
            self._x[:, : self._n] = kept
        self._n += n
        return self._x[:, self._n - n : self._n]
