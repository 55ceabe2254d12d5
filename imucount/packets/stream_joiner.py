"""Stream joiner: acceleration and angular rate that came apart, as one signal."""

from __future__ import annotations

import numpy as np

from imucount.errors import SensorError
from imucount.samples import FloatArray, Samples, interpolated

__all__ = ["StreamJoiner"]

LONGEST_BRIDGE_S = 0.25
"""Angular rate is not interpolated over a longer gap: a fast circle turns through a quarter meanwhile."""

LONGEST_WAIT_S = 6.0
"""So long one stream waits for the other. Polar's frames, the longest, come every 2.5 s."""


class StreamJoiner:
    """Gives the angular rate at the times of the acceleration, by linear interpolation.

    Attributes
    ----------
    unpaired : int
        Samples of acceleration that were dropped because there was no angular rate about them.

    Examples
    --------
    >>> joiner = StreamJoiner()
    >>> joiner.add_acc(np.array([0.1, 0.2]), np.full((2, 3), 9.81))
    >>> joiner.add_gyr(np.array([0.0, 0.1, 0.15]), np.array([[0.0] * 3, [1.0] * 3, [1.0] * 3]))
    >>> joiner.joined().t
    array([0.1])
    """

    def __init__(self) -> None:
        self._clear()
        self.unpaired = 0

    def restart(self) -> None:
        """Begin anew after a reconnect: the other half of what waits will not come any more."""
        self.unpaired += len(self._acc_t)
        self._clear()

    def _clear(self) -> None:
        self._acc_t, self._gyr_t = np.empty(0), np.empty(0)
        self._acc, self._gyr = np.empty((0, 3)), np.empty((0, 3))

    def add_acc(self, t: FloatArray, acc: FloatArray) -> None:
        """Take n samples of acceleration: t (n,), s, acc (n, 3), m/s²."""
        self._acc_t, self._acc = np.concatenate([self._acc_t, t]), np.concatenate([self._acc, acc])

    def add_gyr(self, t: FloatArray, gyr: FloatArray) -> None:
        """Take n samples of angular rate: t (n,), s, gyr (n, 3), rad/s."""
        self._gyr_t, self._gyr = np.concatenate([self._gyr_t, t]), np.concatenate([self._gyr, gyr])

    def joined(self) -> Samples:
        """Return the samples that are complete by now, none or more.

        Raises
        ------
        SensorError
            If one of the two has been missing for six seconds. What was waiting for it is dropped, so the next
            call goes on.
        """
        n = int(np.searchsorted(self._acc_t, self._gyr_t[-1], side="right")) if len(self._gyr_t) else 0
        t, acc = self._acc_t[:n], self._acc[:n]
        self._acc_t, self._acc = self._acc_t[n:], self._acc[n:]
        after = np.searchsorted(self._gyr_t, t)
        is_paired = np.zeros(n, dtype=bool)
        gyr = np.empty((n, 3))
        if n:
            before = np.where(self._gyr_t[after] == t, after, after - 1)
            is_paired = (before >= 0) & (self._gyr_t[after] - self._gyr_t[before] <= LONGEST_BRIDGE_S)
            gyr = interpolated(t, self._gyr_t, self._gyr)
            used = max(int(before[-1]), 0)
            self._gyr_t, self._gyr = self._gyr_t[used:], self._gyr[used:]
            self.unpaired += n - int(is_paired.sum())
        waiting = ("angular rate", self._acc_t), ("acceleration", self._gyr_t[1:])
        for missing, waits_s in waiting:
            if len(waits_s) and waits_s[-1] - waits_s[0] > LONGEST_WAIT_S:
                self._clear()
                raise SensorError(
                    f"expected acceleration and angular rate side by side, got no {missing} for "
                    f"{LONGEST_WAIT_S:g} s; the sensor has stopped one of the two: connect it anew, and if that "
                    "does not help, switch it off and on"
                )
        return Samples(t[is_paired], acc[is_paired], gyr[is_paired])
