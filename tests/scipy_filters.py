"""The filters and the even grid in numpy and scipy: what those of the core are compared to."""

from __future__ import annotations

from functools import cache

import numpy as np

from imucount.samples import FloatArray


class Lowpass:
    """Causal second-order Butterworth low-pass that continues where the last call ended."""

    def __init__(self, cutoff_hz: float, sampling_rate_hz: float) -> None:
        if not 0.0 < cutoff_hz < sampling_rate_hz / 2:
            raise ValueError(
                f"cutoff_hz must be between 0 and {sampling_rate_hz / 2:g} Hz "
                f"(half of the {sampling_rate_hz:g} Hz sampling rate), got {cutoff_hz:g}"
            )
        self.delay_s = 2**0.5 / (2 * np.pi * cutoff_hz)
        self._sos, self._settled = _butterworth(cutoff_hz, sampling_rate_hz)
        self._zi: FloatArray | None = None

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels."""
        from scipy.signal import sosfilt

        if x.shape[1] == 0:
            return x
        if self._zi is None:
            self._zi = self._settled[:, np.newaxis, :] * x[np.newaxis, :, :1]
        y, self._zi = sosfilt(self._sos, x, axis=1, zi=self._zi)
        return np.asarray(y)


class OnePole:
    """Causal first-order low-pass: a running mean that forgets with the time constant `tau_s`."""

    def __init__(self, tau_s: float, sampling_rate_hz: float, start: FloatArray) -> None:
        self._decay = float(np.exp(-1.0 / (tau_s * sampling_rate_hz)))
        self._zi = self._decay * np.asarray(start, dtype=np.float64)[:, np.newaxis]

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels, shape (k, n) in and out."""
        from scipy.signal import lfilter

        if x.shape[1] == 0:
            return x
        y, self._zi = lfilter([1.0 - self._decay], [1.0, -self._decay], x, axis=1, zi=self._zi)
        return np.asarray(y)


@cache
def _butterworth(cutoff_hz: float, sampling_rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Design a second-order low-pass, which takes as long as filtering a minute: its sections, and their rest."""
    from scipy.signal import butter, sosfilt_zi  # slow to import

    sos = butter(2, cutoff_hz, fs=sampling_rate_hz, output="sos")
    return sos, sosfilt_zi(sos)


class MovingMean:
    """Mean over the last `length` samples, at first over as many copies of `start`."""

    def __init__(self, length: int, start: FloatArray) -> None:
        # With two coefficients below the line scipy filters sample by sample; with one it convolves blocks,
        # whose sums depend on where they are cut.
        self._above, self._below = np.full(length, 1.0 / length), np.array([1.0, 0.0])
        still_to_come = np.arange(length - 1, 0, -1) / length
        self._zi = np.asarray(start, dtype=np.float64)[:, np.newaxis] * still_to_come

    def update(self, x: FloatArray) -> FloatArray:
        """Filter the next n samples of k channels, shape (k, n) in and out."""
        from scipy.signal import lfilter

        if x.shape[1] == 0:
            return x
        y, self._zi = lfilter(self._above, self._below, x, axis=1, zi=self._zi)
        return np.asarray(y)


def running_sum(x: FloatArray, start: FloatArray) -> FloatArray:
    """Sum of each channel up to and including each sample, continued from `start`."""
    sums = np.empty((len(x), 1 + x.shape[1]))
    sums[:, 0], sums[:, 1:] = start, x
    return np.cumsum(sums, axis=1, out=sums)[:, 1:]


class EvenGrid:
    """Puts unevenly spaced samples on an even grid."""

    def __init__(self, sampling_rate_hz: float) -> None:
        self.sampling_rate_hz = sampling_rate_hz
        self._origin_s: float | None = None
        self._n_bins = 0
        self._t = np.empty(0)
        self._x = np.empty((0, 0))
        self._area = np.empty((0, 0))

    def update(self, t: FloatArray, x: FloatArray) -> FloatArray:
        """Take the next samples, return the bins that they complete."""
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
