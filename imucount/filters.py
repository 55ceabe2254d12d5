"""Causal filters with carried state, and the even time grid that they need.

Whatever is filtered whole, or in pieces of any size, comes out the same to the bit: each output sample is
made by the same operations in the same order.
"""

from __future__ import annotations

from functools import cache
from math import pi, sqrt, tan

import numpy as np

from imucount.core.library import Pinned, address, core
from imucount.samples import FloatArray

__all__ = ["EvenGrid", "Lowpass", "OnePole", "decay"]


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
        self._design = _butterworth(cutoff_hz, sampling_rate_hz)
        self._recursion: _Recursion | None = None

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
        if self._recursion is None:
            above, below, settled = self._design
            self._recursion = _Recursion(above, below, settled * x[:, :1])
        return self._recursion.update(x)


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
        kept = decay(tau_s, sampling_rate_hz)
        z = kept * np.asarray(start, dtype=np.float64)[:, np.newaxis]
        self._recursion = _Recursion(np.array([1.0 - kept, 0.0]), np.array([1.0, -kept]), z)

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels, shape (k, n) in and out."""
        return self._recursion.update(x)


def decay(tau_s: float, sampling_rate_hz: float) -> float:
    """Give the share that a low-pass of one pole keeps from one sample to the next."""
    return float(np.exp(-1.0 / (tau_s * sampling_rate_hz)))


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


class _Recursion:
    """What a filter remembers, for k channels, between its coefficients above and below the line.

    Parameters
    ----------
    above, below : (order + 1,) arrays
    z : (k, order) array
    """

    def __init__(self, above: FloatArray, below: FloatArray, z: FloatArray) -> None:
        self._order = len(above) - 1
        self._above, self._below, self._z = Pinned(above), Pinned(below), Pinned(z)

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples, shape (k, n) in and out."""
        x = np.ascontiguousarray(x, dtype=np.float64)
        y = np.empty_like(x)
        core().imucount_filter(
            *(self._above.at, self._below.at, self._order, self._z.at, address(x), address(y)), *x.shape
        )
        return y


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
        self._clock = Pinned(np.zeros(4))  # rate, time of the first and last sample, bins that are complete
        self._state = Pinned(np.zeros((3, 1)))  # of each channel: last value, area to there, area to the last edge

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
        if len(t) == 0:
            return np.empty((len(x), 0))
        if self._origin_s is None:
            self._origin_s = float(t[0])
            self._clock.array[:] = self.sampling_rate_hz, self._origin_s, self._origin_s, 0.0
            self._state = Pinned(np.stack([x[:, 0], np.zeros(len(x)), np.zeros(len(x))]))
        t, x = np.ascontiguousarray(t, dtype=np.float64), np.ascontiguousarray(x, dtype=np.float64)
        n_before, self._n_bins = self._n_bins, self._bins_before(float(t[-1]), self._origin_s)
        bins = np.empty((len(x), self._n_bins - n_before))
        core().imucount_grid(
            *(self._clock.at, self._state.at, address(t), address(x), *x.shape, address(bins), bins.shape[1])
        )
        return bins

    def _bins_before(self, t_s: float, origin_s: float) -> int:
        """Count the bins that end before a time."""
        step_s = 1.0 / self.sampling_rate_hz
        n = max(int((t_s - origin_s) * self.sampling_rate_hz) - 1, self._n_bins)
        while origin_s + (n + 1) * step_s < t_s:
            n += 1
        return n
