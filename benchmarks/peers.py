"""Two plain counters, such as one writes in an afternoon, to stand beside imucount.

Both take the whole signal, pick the one axis of the accelerometer that moves most in the band of circles, and know
nothing of direction or gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from imucount.samples import FloatArray, Samples

BAND_HZ = (0.1, 1.5)
LEAST_MPS2 = 0.3  # of a peak above its surroundings, and of movement at all
LONGEST_BREAK = 2.0  # between peaks, as a multiple of the median time between them; more ends a set

WINDOW_S = 12.0
HOP_S = 0.5
REACH_S = 0.5
PERIODS_S = (0.8, 8.0)
LEAST_CORRELATION = 0.5


@dataclass(frozen=True, slots=True)
class PlainSet:
    """Some cycles in a row."""

    start_s: float
    end_s: float
    reps: int


def count_by_peaks(samples: Samples) -> list[PlainSet]:
    """Count the peaks of the band-passed main axis, or its valleys if fewer; a long break starts another set."""
    signal, rate_hz = _main_axis(samples)
    distance = max(1, round(0.7 * rate_hz))
    either_way = [find_peaks(each, prominence=LEAST_MPS2, distance=distance)[0] for each in (signal, -signal)]
    peaks = min(either_way, key=len)
    if len(peaks) < 2:
        return []
    times_s = samples.t[peaks]
    steps_s = np.diff(times_s)
    breaks = np.flatnonzero(steps_s > LONGEST_BREAK * np.median(steps_s)) + 1
    return [
        PlainSet(float(group[0]), float(group[-1]), len(group))
        for group in np.split(times_s, breaks)
        if len(group) > 1
    ]


def count_a_csv_by_peaks(path: str) -> int:
    """Read a recording as one does without imucount, and count it."""
    import pandas as pd

    table = pd.read_csv(path, comment="#").to_numpy()
    return sum(each.reps for each in count_by_peaks(Samples(table[:, 0], table[:, 1:4], table[:, 4:7])))


def count_by_autocorrelation(samples: Samples) -> list[PlainSet]:
    """Where a window repeats itself, count its length in periods."""
    signal, rate_hz = _main_axis(samples)
    window, hop = round(WINDOW_S * rate_hz), round(HOP_S * rate_hz)
    shortest, longest = round(PERIODS_S[0] * rate_hz), round(PERIODS_S[1] * rate_hz)
    sets: list[PlainSet] = []
    run: list[tuple[float, float]] = []  # middle of each periodic window and its period, s
    for start in range(0, len(signal) - window + 1, hop):
        period_s = _period_s(signal[start : start + window], shortest, longest, rate_hz)
        if period_s is not None:
            run.append((float(samples.t[start + window // 2]), period_s))
            continue
        sets += _set_of(run)
        run = []
    return sets + _set_of(run)


def _period_s(x: FloatArray, shortest: int, longest: int, rate_hz: float) -> float | None:
    x = x - x.mean()
    power = float(x @ x)
    if power < len(x) * (0.5 * LEAST_MPS2) ** 2:
        return None
    n = 2 * len(x)
    spectrum = np.fft.rfft(x, n)
    correlation = np.fft.irfft(spectrum * np.conj(spectrum), n)[: longest + 1]
    correlation *= len(x) / (power * (len(x) - np.arange(longest + 1)))
    peaks, _ = find_peaks(correlation[shortest:], height=LEAST_CORRELATION)
    return float((peaks[0] + shortest) / rate_hz) if len(peaks) else None


def _set_of(run: list[tuple[float, float]]) -> list[PlainSet]:
    if not run:
        return []
    # A window is periodic once circles fill more than half of it, so the set reaches beyond the middles a little.
    start_s, end_s = run[0][0] - REACH_S, run[-1][0] + REACH_S
    reps = round((end_s - start_s) / float(np.median([period_s for _, period_s in run])))
    return [PlainSet(start_s, end_s, reps)] if reps > 1 else []


def _main_axis(samples: Samples) -> tuple[FloatArray, float]:
    rate_hz = (len(samples) - 1) / samples.duration_s
    sos = butter(2, BAND_HZ, btype="bandpass", fs=rate_hz, output="sos")
    filtered = np.asarray(sosfiltfilt(sos, samples.acc, axis=0), dtype=np.float64)
    return np.ascontiguousarray(filtered[:, np.argmax(filtered.var(axis=0))]), rate_hz
