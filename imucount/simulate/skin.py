"""What lies between the shoulder and the clip: soft tissue that swings after, and cloth that slips."""

from __future__ import annotations

import math

import numpy as np

from imucount.samples import FloatArray

PLAY_RATE_HZ = 50.0
"""Cloth is followed at this rate: what slips is slow, and the lag after it rounds the corners off."""


def spring(x: FloatArray, step_s: float, natural_hz: float, damping: float) -> FloatArray:
    """Follow k signals, (k, n), as a mass on a damped spring does, settled on the first sample.

    Parameters
    ----------
    natural_hz : float
        Skin and fat over the acromion swing at a few Hz.
    damping : float
        Share of the critical damping.
    """
    from scipy.signal import bilinear, lfilter, lfilter_zi  # slow to import

    omega = 2.0 * math.pi * natural_hz
    b, a = bilinear([omega * omega], [1.0, 2.0 * damping * omega, omega * omega], fs=1.0 / step_s)
    zi = np.outer(x[:, 0], lfilter_zi(b, a))
    return np.asarray(lfilter(b, a, x, zi=zi)[0])


def cloth(x: FloatArray, step_s: float, play: float, lag_s: float) -> FloatArray:
    """Follow k signals as a shirt does: not at all within its play, then dragged along, and late.

    Parameters
    ----------
    play : float
        The whole width of the play, in the unit of the signals.
    lag_s : float
        s, of the first order.
    """
    every = max(1, round(1.0 / (PLAY_RATE_HZ * step_s)))
    coarse = x[:, ::every]
    dragged = np.empty_like(coarse)
    for row, signal in enumerate(coarse):
        place = float(signal[0])
        out = dragged[row]
        for index, value in enumerate(signal.tolist()):
            place = min(max(place, value - 0.5 * play), value + 0.5 * play)
            out[index] = place
    at, knots = np.arange(x.shape[1]), np.arange(coarse.shape[1]) * every
    full = np.stack([np.interp(at, knots, row) for row in dragged])
    from scipy.signal import lfilter

    # Two lags in a row of half of it each: the acceleration stays continuous.
    keep = math.exp(-2.0 * step_s / max(lag_s, 2.0 / PLAY_RATE_HZ))
    for _ in range(3):
        full = lfilter([1.0 - keep], [1.0, -keep], full, zi=keep * full[:, :1])[0]
    return np.asarray(full)
