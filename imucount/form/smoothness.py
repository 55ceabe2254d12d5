"""Smoothness by the spectral arc length of a speed."""

from __future__ import annotations

import numpy as np

from imucount.errors import SampleError
from imucount.samples import FloatArray

__all__ = ["spectral_arc_length"]

HIGHEST_HZ = 10.0
LEAST_AMPLITUDE = 0.05
PADDING = 4
"""As published: up to 10 Hz, and no further than the last component of a twentieth of the largest; zeros that make
the spectrum 16 times as fine."""

FEWEST = 4
"""Samples of which a spectrum can be drawn at all."""


def spectral_arc_length(speed: FloatArray, sampling_rate_hz: float) -> float:
    """Tell how smooth a movement is: SPARC, the spectral arc length of its speed.

    The length of the line that the normalised spectrum of the speed draws, as a negative number: a movement in one
    go has few low frequencies and a short line, one that stops and starts has more. Neither how large the movement
    is nor how long it takes matters.

    Parameters
    ----------
    speed : (n,) array
        Of any unit, evenly sampled, of the movement alone; for a gyroscope the length of the angular rate.
    sampling_rate_hz : float
        Hz.

    Returns
    -------
    float
        Below 0, dimensionless. A single stroke without a stop has -1.4 to -1.6.

    Raises
    ------
    SampleError
        If there are fewer than four samples, or none of them moves.

    Notes
    -----
    Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet, J NeuroEng Rehab 2015;12:112, with their constants.
    Of the measures in use it is the one that may be applied to what a gyroscope reads as it is; the log
    dimensionless jerk differentiates it twice, and mostly measures noise in slow movement (Melendez-Calderon,
    Shirota, Balasubramanian, Front Bioeng Biotechnol 2021;8:558771).

    Examples
    --------
    >>> t = np.arange(-1.0, 1.0, 0.01)
    >>> round(spectral_arc_length(np.exp(-5.0 * t**2), 100.0), 5)
    -1.41403
    """
    if len(speed) < FEWEST or not np.any(speed):
        raise SampleError(
            f"expected the speed of a movement, {FEWEST} samples or more, got {len(speed)} "
            f"{'of which all are 0' if len(speed) >= FEWEST else 'samples'}"
        )
    n = 1 << (int(np.ceil(np.log2(len(speed)))) + PADDING)
    below = np.arange(n // 2 + 1) * (sampling_rate_hz / n) <= HIGHEST_HZ
    amplitude = np.abs(np.fft.rfft(speed, n))
    amplitude = (amplitude / amplitude.max())[below]
    audible = np.flatnonzero(amplitude >= LEAST_AMPLITUDE)
    line = amplitude[audible[0] : audible[-1] + 1]
    if len(line) < 2:
        return -1.0  # one frequency alone
    return -float(np.sum(np.hypot(1.0 / (len(line) - 1), np.diff(line))))
