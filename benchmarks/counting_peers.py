"""Counters to stand beside imucount on real recordings, such as the literature and the usual libraries suggest.

Each takes whole recordings, which imucount does not need, and gives sets as `PlainSet`. Those that find single
peaks make a set of peaks that follow each other closely.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.peers import LONGEST_BREAK, PERIODS_S, PlainSet, count_by_autocorrelation, count_by_peaks
from imucount.samples import FloatArray, Samples

__all__ = ["PEERS", "Count"]

Count = Callable[[Samples], list[PlainSet]]

SMOOTH_HZ = 2.0
WINDOW_S = 8.0  # RecoFit estimates the period locally, on windows of a few seconds
LEAST_SHARE = 0.25  # of the typical height, for a peak to count


def count_like_recofit(samples: Samples) -> list[PlainSet]:
    """First principal component, smoothed; peaks no nearer than the local autocorrelation period, and not small.

    After Morris et al., "RecoFit", CHI 2014, section "Counting", without its trained segmentation.
    """
    signal, rate_hz = _first_component(samples)
    shortest, longest = round(PERIODS_S[0] * rate_hz), round(PERIODS_S[1] * rate_hz)
    candidates, _ = find_peaks(signal, distance=shortest)
    candidates = candidates[signal[candidates] > 0.0]
    kept: list[int] = []
    half = round(WINDOW_S * rate_hz / 2)
    for peak in candidates[np.argsort(-signal[candidates])]:
        period = _period(signal[max(0, peak - half) : peak + half], shortest, longest)
        if all(abs(peak - other) >= 0.75 * period for other in kept):
            kept.append(int(peak))
    if not kept:
        return []
    peaks = np.array(sorted(kept))
    typical = float(np.percentile(signal[peaks], 40))
    return _grouped(samples.t[peaks[signal[peaks] >= 0.5 * typical]])


def count_with_neurokit(samples: Samples) -> list[PlainSet]:
    """Count the peaks that neurokit2 finds in the first principal component."""
    import neurokit2  # type: ignore[import-untyped, import-not-found, unused-ignore]

    signal, _ = _first_component(samples)
    found = neurokit2.signal_findpeaks(signal, relative_height_min=LEAST_SHARE)
    return _grouped(samples.t[np.asarray(found["Peaks"], dtype=np.int64)])


def count_with_stumpy(samples: Samples) -> list[PlainSet]:
    """Count the matches of the best motif of one period in the first principal component, as stumpy finds them."""
    import stumpy  # type: ignore[import-untyped, import-not-found, unused-ignore]

    signal, rate_hz = _first_component(samples)
    step = max(1, round(rate_hz / 10.0))  # the matrix profile takes time that goes with the square of the length
    signal, rate_hz = np.ascontiguousarray(signal[::step]), rate_hz / step
    length = max(_period(signal, round(PERIODS_S[0] * rate_hz), round(PERIODS_S[1] * rate_hz)), 4)
    if len(signal) < 3 * length:
        return []
    profile = stumpy.stump(signal, length)[:, 0].astype(np.float64)
    best = int(np.argmin(profile))
    matches = stumpy.match(signal[best : best + length], signal, max_distance=0.5 * np.sqrt(2.0 * length))
    starts = np.sort(matches[:, 1].astype(np.int64))
    return _grouped(samples.t[::step][starts])


def _first_component(samples: Samples) -> tuple[FloatArray, float]:
    rate_hz = (len(samples) - 1) / samples.duration_s
    sos = butter(2, (0.1, min(SMOOTH_HZ, 0.45 * rate_hz)), btype="bandpass", fs=rate_hz, output="sos")
    x = np.asarray(sosfiltfilt(sos, samples.acc, axis=0), dtype=np.float64)
    _, _, axes = np.linalg.svd(x, full_matrices=False)
    return np.ascontiguousarray(x @ axes[0]), rate_hz


def _period(x: FloatArray, shortest: int, longest: int) -> int:
    x = x - x.mean()
    n = 2 * len(x)
    spectrum = np.fft.rfft(x, n)
    correlation = np.fft.irfft(spectrum * np.conj(spectrum), n)[: min(longest + 1, len(x))]
    peaks, _ = find_peaks(correlation[shortest:])
    if not len(peaks):
        return shortest
    return int(peaks[np.argmax(correlation[shortest:][peaks])]) + shortest


def _grouped(times_s: FloatArray) -> list[PlainSet]:
    if len(times_s) < 2:
        return []
    steps_s = np.diff(times_s)
    breaks = np.flatnonzero(steps_s > LONGEST_BREAK * np.median(steps_s)) + 1
    return [
        PlainSet(float(group[0]), float(group[-1]), len(group))
        for group in np.split(times_s, breaks)
        if len(group) > 1
    ]


PEERS: dict[str, Count] = {
    "find_peaks": count_by_peaks,
    "autocorrelation": count_by_autocorrelation,
    "RecoFit-style": count_like_recofit,
}
if find_spec("neurokit2"):
    PEERS["neurokit2"] = count_with_neurokit
if find_spec("stumpy"):
    PEERS["stumpy"] = count_with_stumpy
