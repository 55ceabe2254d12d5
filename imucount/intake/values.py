"""Values: those that no sensor has cost their own sample, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from imucount.errors import SampleError
from imucount.intake.advice import column_advice
from imucount.samples import STANDARD_GRAVITY, FloatArray, Samples
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["ImpossibleValues"]

LARGEST_RAD_S = 41.0
"""Sensors with a range of 2000 deg/s have a full scale of up to 2294 deg/s, which is 40 rad/s."""

LARGEST_M_S2 = 33.0 * STANDARD_GRAVITY
"""Sensors of movement have a full scale of 16 g, some of 32 g."""

JUDGED = 200
"""Samples of which it is judged, in turn, whether they are in another unit rather than damaged."""

MOST_IMPOSSIBLE = 0.2
"""Of these samples. Damage is rare; another unit concerns whatever moves."""

_Where = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class ImpossibleValues:
    """Leaves out samples with a value that no sensor has.

    Parameters
    ----------
    units : mapping of str to str
        The units that the values had in their table, for the messages.
    known : collection of str
        Quantities whose unit is known: however many values of theirs cannot be, they are left out.
    """

    def __init__(self, units: Mapping[str, str], known: Collection[str] = ()) -> None:
        self._units = units
        self._known = known
        self._n = 0
        self._n_left_out = 0
        self._n_judged = self._n_impossible = 0
        self._first = ""
        self._first_rate: tuple[float, float] | None = None

    def update(self, samples: Samples) -> Samples:
        """Take the next samples, return those that can be.

        Raises
        ------
        SampleError
            If so many angular rates cannot be that their unit must be another one. That of acceleration shows in
            gravity.
        """
        wrong = _beyond(samples.acc, LARGEST_M_S2)
        if samples.gyr is not None:
            too_fast = _beyond(samples.gyr, LARGEST_RAD_S)
            wrong = wrong | too_fast
            if "gyr" not in self._known:
                self._judge(samples, samples.gyr, too_fast)
        self._n += len(samples)
        n_wrong = int(np.count_nonzero(wrong))
        if n_wrong == 0:
            return samples
        if not self._first:
            self._first = self._seen(samples, int(np.argmax(wrong)))
        self._n_left_out += n_wrong
        right = ~np.broadcast_to(wrong, (len(samples),))
        gyr = None if samples.gyr is None else samples.gyr[right]
        return Samples.owning(samples.t[right], samples.acc[right], gyr)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out, in a sentence; nothing where nothing was."""
        if not self._n_left_out:
            return ()
        what = "A sample was" if self._n_left_out == 1 else f"{self._n_left_out} of {self._n} samples were"
        return (f"{what} left out and bridged: no sensor has {self._first}.",)

    def _judge(self, samples: Samples, gyr: FloatArray, wrong: _Where) -> None:
        """Refuse the first `JUDGED` samples in a row of whose angular rates many cannot be."""
        if wrong.ndim == 0:
            n = self._n_judged + len(samples)
            self._n_judged = n % JUDGED
            self._n_impossible = self._n_impossible if n < JUDGED else 0
            return
        if self._first_rate is None:
            index = int(np.argmax(wrong))
            self._first_rate = float(samples.t[index]), float(np.abs(gyr[index]).max())
        start = 0
        while start < len(samples):
            stop = min(start + JUDGED - self._n_judged, len(samples))
            self._n_impossible += int(np.count_nonzero(wrong[start:stop]))
            self._n_judged += stop - start
            if self._n_impossible > MOST_IMPOSSIBLE * JUDGED:
                raise SampleError(self._problem(*self._first_rate))
            if self._n_judged == JUDGED:
                self._n_judged = self._n_impossible = 0
            start = stop

    def _seen(self, samples: Samples, index: int) -> str:
        acc, gyr = (
            0.0 if each is None else float(np.abs(each[index]).max()) for each in (samples.acc, samples.gyr)
        )
        quantity, value = ("gyr", gyr) if gyr > LARGEST_RAD_S else ("acc", acc)
        unit = self._units.get(quantity) or PLAIN_UNITS[quantity]
        measured = "an angular rate" if quantity == "gyr" else "an acceleration"
        return f"{measured} of {value / TO_SI[quantity][unit]:.4g} {unit}, as at {samples.t[index]:.6g} s"

    def _problem(self, first_s: float, rate: float) -> str:
        unit = self._units.get("gyr") or PLAIN_UNITS["gyr"]
        likely = "deg/s" if unit == "rad/s" else "raw counts"
        value = rate / TO_SI["gyr"][unit]
        return (
            f"expected the angular rate in {unit} within 2350 deg/s ({LARGEST_RAD_S:g} rad/s), got {value:.4g} at "
            f"t = {first_s:.6g} s, and as much often; is it in {likely}?"
            f"{column_advice('gx', likely, self._units.get('gyr'))}"
        )


def _beyond(values: FloatArray, largest: float) -> _Where:
    """Whether a row holds a larger value: an array for the rows, or one False for all of them."""
    if not len(values) or (values.max() <= largest and values.min() >= -largest):
        return np.zeros((), dtype=np.bool_)
    return np.asarray((np.abs(values) > largest).any(axis=1))
