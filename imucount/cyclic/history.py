"""History: the last samples of a signal, and means over parts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imucount.filters import running_sum
from imucount.samples import FloatArray

__all__ = ["History", "Timing", "Window"]


@dataclass(frozen=True, slots=True)
class Timing:
    """When the samples of an even grid were.

    Attributes
    ----------
    sampling_rate_hz : float
    first_s : float
        Time of sample 0, s.
    """

    sampling_rate_hz: float
    first_s: float

    def time_s(self, index: float) -> float:
        """Time of a sample, or of a moment between two, s."""
        return self.first_s + index / self.sampling_rate_hz


class Window:
    """Keeps the last samples of some channels, addressed by their index since the start.

    Parameters
    ----------
    length : int
        How many samples before the present one can be asked for.
    channels : int

    Attributes
    ----------
    end : int
        Index of the first sample that is still to come.
    """

    def __init__(self, length: int, channels: int) -> None:
        self._length = length
        self._x = np.empty((channels, 0))
        self._first = 0  # index of the first sample there
        self.end = 0

    def append(self, x: FloatArray) -> None:
        """Take the next samples, shape (channels, n)."""
        start, stop = self.end - self._first, self.end - self._first + x.shape[1]
        if stop > self._x.shape[1]:
            drop = max(0, start - self._length)
            room = np.empty((len(x), self._length + x.shape[1]))
            self._x = np.concatenate([self._x[:, drop:start], room], axis=1)
            self._first += drop
            start, stop = start - drop, stop - drop
        self._x[:, start:stop] = x
        self.end += x.shape[1]

    def at(self, indices: npt.NDArray[np.intp]) -> FloatArray:
        """Return all channels at each of the indices, shape (channels, *indices.shape)."""
        assert indices.size == 0 or self._first <= indices.min() <= indices.max() < self.end, (
            "is not kept, or to come"
        )
        samples: FloatArray = self._x.take(indices - self._first, axis=1)
        return samples

    def of(self, channels: npt.NDArray[np.intp], indices: npt.NDArray[np.intp]) -> FloatArray:
        """Return one channel at each of the indices, shape (n,)."""
        samples: FloatArray = self._x.take(channels * self._x.shape[1] + (indices - self._first))
        return samples


class History:
    """Keeps the last samples of some channels, addressed by their index since the start.

    Parameters
    ----------
    length : int
        How many samples before the present one can be asked for.
    channels : int
    """

    def __init__(self, length: int, channels: int) -> None:
        self._channels = channels
        # Of each sample but the last: the integral up to it, by trapezoids, its value, and the step to the next.
        self._samples = Window(length, 3 * channels)
        self._last: FloatArray | None = None  # integral and value

    def append(self, x: FloatArray) -> None:
        """Take the next samples, shape (channels, n)."""
        if x.shape[1] == 0:
            return
        if self._last is None:
            self._last = np.concatenate([np.zeros((self._channels, 1)), x[:, :1]])
            x = x[:, 1:]
        x = np.concatenate([self._last[self._channels :], x], axis=1)
        step = x[:, 1:] - x[:, :-1]
        area = running_sum(0.5 * (x[:, :-1] + x[:, 1:]), self._last[: self._channels, 0])
        area = np.concatenate([self._last[: self._channels], area], axis=1)
        self._samples.append(np.concatenate([area[:, :-1], x[:, :-1], step]))
        self._last = np.concatenate([area[:, -1:], x[:, -1:]])

    def means(self, edges: Sequence[float] | FloatArray) -> FloatArray:
        """Mean of each channel between neighbouring edges; the signal is linear between samples.

        Parameters
        ----------
        edges : (..., m + 1) array
            Indices, increasing along the last axis, not necessarily whole.

        Returns
        -------
        (channels, ..., m) array

        Examples
        --------
        >>> history = History(100, channels=1)
        >>> history.append(np.array([[0.0, 1.0, 2.0, 3.0]]))
        >>> history.means([0.0, 1.0, 2.5])
        array([[0.5 , 1.75]])
        """
        at = np.asarray(edges, dtype=np.float64)
        # What a sample's own integral is depends on no sample after it, so neither on how many have come already.
        left = np.maximum(np.ceil(at).astype(np.intp) - 1, 0)
        beyond = at - left
        area, value, step = self._samples.at(left).reshape(3, self._channels, *at.shape)
        area = area + beyond * (value + 0.5 * beyond * step)
        means: FloatArray = (area[..., 1:] - area[..., :-1]) / (at[..., 1:] - at[..., :-1])
        return means
