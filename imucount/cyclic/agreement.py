"""AxisAgreement: whether accelerometer and gyroscope tell of the same turning."""

from __future__ import annotations

import numpy as np

from imucount.filters import Lowpass, running_sum
from imucount.samples import FloatArray

__all__ = ["AxisAgreement"]

CUTOFF_HZ = 1.0
"""Slow movement: what the accelerometer sees of it is mostly gravity."""

LEAST_SIGNAL = 150.0
"""m²/s⁵: integral of the squared rate of change, as either sensor tells it. Gravity turned to and fro by 45 deg
once makes about as much; below it the noise of lying still was taken for a disagreement."""

LEAST_AGREEMENT = 0.25
"""Correlation below which the axes are doubted. In real recordings of exercises from watches and phones whose axes
agree it was 0.31 to 0.95; from units on a limb that is swung hard, 3 of 120 were below."""


class AxisAgreement:
    """Compares the turning of gravity that either sensor tells of.

    A vector that is fixed in space, such as gravity, turns as seen from the sensor by minus the cross product
    of the angular rate and the vector. Where the axes of the gyroscope are swapped or mirrored against those of
    the accelerometer, the two have little in common.

    Parameters
    ----------
    sampling_rate_hz : float
        Of the even grid.
    """

    def __init__(self, sampling_rate_hz: float) -> None:
        self._rate_hz = sampling_rate_hz
        self._sums = np.zeros(3)
        self.restart()

    def restart(self) -> None:
        """Begin anew after a gap, and keep what was learned."""
        self._lowpass = Lowpass(CUTOFF_HZ, self._rate_hz)
        self._last: FloatArray | None = None

    def update(self, x: FloatArray) -> None:
        """Take the next samples, shape (6, n): m/s² and rad/s."""
        if x.shape[1] == 0:
            return
        x = self._lowpass.update(x)
        x = np.concatenate([x[:, :1] if self._last is None else self._last, x], axis=1)
        self._last = x[:, -1:]
        seen = np.diff(x[:3], axis=1) * self._rate_hz
        ax, ay, az, wx, wy, wz = 0.5 * (x[:, 1:] + x[:, :-1])
        told = np.stack([ay * wz - az * wy, az * wx - ax * wz, ax * wy - ay * wx])
        products = np.stack([_dots(seen, told), _dots(seen, seen), _dots(told, told)])
        self._sums = running_sum(products, self._sums)[:, -1]

    @property
    def correlation(self) -> float | None:
        """1 if both tell the same, 0 if what they tell has nothing in common; None if they told too little."""
        both, seen, told = (float(each) for each in self._sums)
        if min(seen, told) < LEAST_SIGNAL * self._rate_hz:
            return None
        return both / float(np.sqrt(seen * told))

    @property
    def is_doubtful(self) -> bool:
        """Whether the axes cannot be the same."""
        correlation = self.correlation
        return correlation is not None and correlation < LEAST_AGREEMENT


def _dots(a: FloatArray, b: FloatArray) -> FloatArray:
    dots: FloatArray = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return dots
