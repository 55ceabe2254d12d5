"""Causal filters with carried state, and the even time grid that they need.

Whatever is filtered whole, or in pieces of any size, comes out the same to the bit: each output sample is
made by the same operations in the same order.
"""

from __future__ import annotations

from functools import cache
from math import pi, sqrt, tan

import numpy as np

from imucount.core.library import core
from imucount.samples import FloatArray

__all__ = ["EvenGrid", "Lowpass", "MovingMean", "OnePole", "running_sum"]


class Lowpass:
    """Causal second-order Butterworth low-pass that continues where the last call ended.

    Parameters
    ----------
    cutoff_hz : float
        -3 dB frequency, between 0 and half of `sampling_rate_hz`.
    sampling_rate_hz : float

    Attributes
    ----------
    delay_s : float
        By how much the output lags behind slow signals: sqrt(2) / (2 pi cutoff_hz) s.

    Notes
    -----
    The output starts settled on the first sample, so a sensor at rest reads 9.81 m/s² at once rather than
    after a ramp from zero.

    Examples
    --------
    >>> lowpass = Lowpass(cutoff_hz=3.0, sampling_rate_hz=25.0)
    >>> lowpass.update(np.full((1, 3), 9.81)).round(2)
    array([[9.81, 9.81, 9.81]])
    """

    def __init__(self, cutoff_hz: float, sampling_rate_hz: float) -> None:
        if not 0.0 < cutoff_hz < sampling_rate_hz / 2:
            raise ValueError(
                f"cutoff_hz must be between 0 and {sampling_rate_hz / 2:g} Hz "
                f"(half of the {sampling_rate_hz:g} Hz sampling rate), got {cutoff_hz:g}"
            )
        self.delay_s = sqrt(2.0) / (2.0 * pi * cutoff_hz)
        self._above, self._below, self._settled = _butterworth(cutoff_hz, sampling_rate_hz)
        self._z: FloatArray | None = None

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels.

        Parameters
        ----------
        x : (k, n) array

        Returns
        -------
        (k, n) array
        """
        if x.shape[1] == 0:
            return x
        if self._z is None:
            self._z = self._settled * x[:, :1]
        return _filtered(self._above, self._below, self._z, x)


class OnePole:
    """Causal first-order low-pass: a running mean that forgets with the time constant `tau_s`.

    Parameters
    ----------
    tau_s : float
        Time constant, s, above 0.
    sampling_rate_hz : float
    start : (k,) array
        The output before the first sample.

    Examples
    --------
    >>> mean = OnePole(tau_s=1.0, sampling_rate_hz=10.0, start=np.zeros(1))
    >>> mean.update(np.ones((1, 10)))[0, -1].round(3)
    np.float64(0.632)
    """

    def __init__(self, tau_s: float, sampling_rate_hz: float, start: FloatArray) -> None:
        decay = float(np.exp(-1.0 / (tau_s * sampling_rate_hz)))
        self._above, self._below = np.array([1.0 - decay, 0.0]), np.array([1.0, -decay])
        self._z = decay * np.asarray(start, dtype=np.float64)[:, np.newaxis]

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels, shape (k, n) in and out."""
        return _filtered(self._above, self._below, self._z, x)


@cache
def _butterworth(cutoff_hz: float, sampling_rate_hz: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Design a second-order low-pass: coefficients above and below the line, and its rest on ones.

    By the bilinear transform of 1 / (s² + sqrt(2) s + 1), with s stretched so that the cutoff stays where it is
    (A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing). `scipy.signal.butter` gives the same, but
    its import takes a second, for which samples would have to wait.
    """
    stretched = tan(pi * cutoff_hz / sampling_rate_hz)
    scale = 1.0 + sqrt(2.0) * stretched + stretched**2
    above = np.array([1.0, 2.0, 1.0]) * stretched**2 / scale
    below = np.array([scale, 2.0 * (stretched**2 - 1.0), scale - 2.0 * sqrt(2.0) * stretched]) / scale
    return above, below, np.array([1.0 - above[0], above[2] - below[2]])


class MovingMean:
    """Mean over the last `length` samples, at first over as many copies of `start`.

    Parameters
    ----------
    length : int
        Samples, 2 or more.
    start : (k,) array

    Examples
    --------
    >>> mean = MovingMean(2, start=np.zeros(1))
    >>> mean.update(np.array([[4.0, 6.0]]))
    array([[2., 5.]])
    """

    def __init__(self, length: int, start: FloatArray) -> None:
        self._above, self._below = np.full(length, 1.0 / length), np.eye(1, length)[0]
        still_to_come = np.arange(length - 1, 0, -1) / length
        self._z = np.asarray(start, dtype=np.float64)[:, np.newaxis] * still_to_come

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels, shape (k, n) in and out."""
        return _filtered(self._above, self._below, self._z, x)


def _filtered(above: FloatArray, below: FloatArray, z: FloatArray, x: FloatArray) -> FloatArray:
    """Filter the next n samples of k channels, (k, n), by coefficients above and below the line.

    What the filter remembers, `z`, is carried on: (k, order).
    """
    x = np.ascontiguousarray(x, dtype=np.float64)
    y = np.empty_like(x)
    order = len(above) - 1
    core().imucount_filter(
        *(above.ctypes.data, below.ctypes.data, order, z.ctypes.data, x.ctypes.data, y.ctypes.data), *x.shape
    )
    return y


def running_sum(x: FloatArray, start: FloatArray) -> FloatArray:
    """Sum of each channel up to and including each sample, continued from `start`.

    Parameters
    ----------
    x : (k, n) array
    start : (k,) array
        The sum before the first sample.

    Returns
    -------
    (k, n) array

    Examples
    --------
    >>> running_sum(np.ones((1, 3)), start=np.array([5.0]))
    array([[6., 7., 8.]])
    """
    sums = np.empty((len(x), 1 + x.shape[1]))
    sums[:, 0], sums[:, 1:] = start, x
    return np.cumsum(sums, axis=1, out=sums)[:, 1:]


class EvenGrid:
    """Puts unevenly spaced samples on an even grid.

    The signal is taken as linear between samples, and each bin of the grid gets its mean. So a rate above
    the grid's is averaged rather than aliased, one below it is interpolated, a lost packet is bridged, and
    an angle integrated from the bins is the angle integrated from the samples.

    Parameters
    ----------
    sampling_rate_hz : float
        Rate of the grid.

    Notes
    -----
    The grid starts at the first sample. A stretch that must not be bridged ends it: make a new one.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self.sampling_rate_hz = sampling_rate_hz
        self._origin_s: float | None = None
        self._n_bins = 0
        self._t = np.empty(0)
        self._x = np.empty((0, 0))
        self._area = np.empty((0, 0))

    def update(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Take the next samples, return the bins that they complete.

        Parameters
        ----------
        t : (n,) array, s
            Increasing, also from call to call.
        x : (k, n) array
            n samples of k channels.

        Returns
        -------
        (k, m) array
            Mean of each channel over each of the next m bins.
        """
        step_s = 1.0 / self.sampling_rate_hz
        if len(t) == 0:
            return np.empty((len(x), 0))
        if self._origin_s is None:
            self._origin_s = float(t[0])
            self._t, self._x, self._area = t[:1], x[:, :1], np.zeros((len(x), 1))
            t, x = t[1:], x[:, 1:]
        t = np.concatenate([self._t, t])
        x = np.concatenate([self._x, x], axis=1)
        n_known = len(self._t)
        area = np.empty((len(x), len(t)))
        area[:, :n_known] = self._area
        trapezoids = area[:, n_known:]
        np.add(x[:, n_known - 1 : -1], x[:, n_known:], out=trapezoids)
        trapezoids *= 0.5 * np.diff(t[n_known - 1 :])
        np.cumsum(area[:, n_known - 1 :], axis=1, out=area[:, n_known - 1 :])

        first = self._n_bins
        while self._edge_s(self._n_bins + 1) < t[-1]:
            guess = int((t[-1] - self._origin_s) * self.sampling_rate_hz)
            self._n_bins = max(self._n_bins + 1, guess - 1)
        edges_s = self._origin_s + np.arange(first, self._n_bins + 1) * step_s
        left = np.clip(np.searchsorted(t, edges_s, side="right") - 1, 0, max(len(t) - 2, 0))
        if self._n_bins == first:
            bins = np.empty((len(x), 0))
        else:
            since_s = edges_s - t[left]
            half_share = 0.5 * since_s / (t[left + 1] - t[left])
            at_left = x[:, left]
            at_edges = area[:, left] + since_s * (at_left + half_share * (x[:, left + 1] - at_left))
            bins = np.diff(at_edges, axis=1) * self.sampling_rate_hz
        keep = int(left[-1])
        self._t, self._x, self._area = t[keep:].copy(), x[:, keep:].copy(), area[:, keep:].copy()
        return bins

    def _edge_s(self, index: int) -> float:
        return (self._origin_s or 0.0) + index * (1.0 / self.sampling_rate_hz)
