"""PlausibilityCheck: whether a signal can be a worn sensor's in the units that its recording declares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imucount.errors import SampleError
from imucount.intake.gravity import gravity_problem
from imucount.intake.rates import LOWEST_RATE_HZ, rate_problem, typical_step
from imucount.intake.turning import check_largest_rate, turning_problem
from imucount.samples import Samples
from imucount.units import PLAIN_UNITS

__all__ = ["CONSTANT_GYR", "PlausibilityCheck"]

CONSTANT_GYR = "The angular rate is the same in every sample; was the gyroscope switched off?"
"""What whoever counts a signal, or looks at it, says of one with `PlausibilityCheck.gyr_is_constant`."""


_HEAD = 20_000  # samples on which the units are judged: 50 s at 400 Hz


class PlausibilityCheck:
    """Refuses a signal whose rate, gravity or turning cannot be a worn sensor's, and one that never changes.

    The rate and the units are judged on the first 20 000 samples, so the outcome does not depend on how the
    stream is cut.

    Parameters
    ----------
    units : mapping of str to str, optional
        The units that the recording declares, for the messages; the samples themselves are in SI.
    lowest_rate_hz : float, optional
        Fewer samples a second are refused.
    """

    def __init__(self, units: Mapping[str, str] = PLAIN_UNITS, lowest_rate_hz: float = LOWEST_RATE_HZ) -> None:
        self._units = units
        self._lowest_rate_hz = lowest_rate_hz
        self._head: list[Samples] | None = []
        self._first: Samples | None = None
        self._interval_s: float | None = None
        self._acc_varies = False
        self._gyr_varies = False

    @property
    def interval_s(self) -> float | None:
        """Time between samples where none is lost, s; None until enough of the stream was seen."""
        return self._interval_s

    @property
    def gyr_is_constant(self) -> bool:
        """Whether there is angular rate, the same in every sample so far."""
        return self._first is not None and self._first.gyr is not None and not self._gyr_varies

    def update(self, samples: Samples) -> None:
        """Take the next samples of the stream.

        Raises
        ------
        SampleError
            As soon as the signal is known to be implausible.
        """
        if not len(samples):
            return
        if self._first is None:
            self._first = samples[:1]
        if not self._acc_varies:
            self._acc_varies = bool((samples.acc != self._first.acc).any())
        if samples.gyr is not None and self._first.gyr is not None:
            if not self._gyr_varies:
                self._gyr_varies = bool((samples.gyr != self._first.gyr).any())
            check_largest_rate(samples.t, samples.gyr, self._units["gyr"])
        if self._head is not None:
            self._head.append(samples)
            if sum(map(len, self._head)) >= _HEAD:
                self._judge_head()

    def finish(self) -> tuple[str, ...]:
        """Close the stream and return warnings about it, a sentence each.

        Raises
        ------
        SampleError
            If the signal as a whole is implausible.
        """
        if self._first is None:
            return ()
        if not self._acc_varies and not self._gyr_varies:
            raise SampleError(
                "expected a signal that changes, got the same values in every sample; is the sensor stuck, "
                "or were the values filled in?"
            )
        if self._head is not None:
            self._judge_head()
        if not self._acc_varies:
            return ("The acceleration is the same in every sample; is the accelerometer stuck?",)
        return ()

    def _judge_head(self) -> None:
        assert self._head is not None
        head = Samples.concatenate(self._head)[:_HEAD]
        self._head = None
        self._interval_s = typical_step(np.diff(head.t))
        problem = rate_problem(head.t, self._units["t"], self._lowest_rate_hz)
        problem = problem or gravity_problem(head.t, head.acc, self._units["acc"])
        if problem is None and head.gyr is not None:
            problem = turning_problem(head.t, head.acc, head.gyr, self._units["gyr"])
        if problem is not None:
            raise SampleError(problem)
