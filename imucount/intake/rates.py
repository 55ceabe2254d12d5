"""Rates: how far apart samples are, and whether a sensor of movement can send so few or so many."""

from __future__ import annotations

import numpy as np

from imucount.intake.advice import column_advice
from imucount.samples import FloatArray
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = [
    "HIGHEST_RATE_HZ",
    "LONG_STEP",
    "LOWEST_CYCLIC_RATE_HZ",
    "LOWEST_RATE_HZ",
    "median",
    "rate_note",
    "rate_problem",
    "typical_step",
]

LOWEST_RATE_HZ = 20.0

HIGHEST_RATE_HZ = 8000.0
"""No sensor of movement that is worn gives more. What is more than counting needs is averaged on the way."""

LOWEST_CYCLIC_RATE_HZ = 10.0
"""Of exercise "cyclic": two samples of the fastest half of a rep."""

HIGHEST_USUAL_RATE_HZ = 420.0

NAMED_WITHOUT_TIME = (
    " If so, name the other columns, and give the rate: --columns acc=ax,ay,az,gyr=gx,gy,gz --rate 100, if it was "
    "100 Hz"
)
"""What to do about a table whose t counts its rows."""

_RATE_TOLERANCE = 0.05  # a sensor's clock may be a few percent off its nominal rate

# Against the median. Stamps rounded to 1 ms alternate between 2 and 3 ms at 400 Hz; a lost sample doubles a step.
LONG_STEP = 1.6


_DIVIDED_BY_1E9 = {"us": 1e3, "ms": 1e6, "s": 1e9}
"""By how much times of these resolutions are too small where they are taken for ns, which pandas had before 3."""


def median(values: FloatArray) -> float:
    """Median of finite values, of which there is at least one: `numpy.median`, of a few in a fifth of its time.

    Examples
    --------
    >>> median(np.array([3.0, 1.0, 2.0])), median(np.array([1.0, 2.0]))
    (2.0, 1.5)
    """
    n = len(values)
    middle = np.partition(values, [(n - 1) // 2, n // 2])
    return float(0.5 * (middle[(n - 1) // 2] + middle[n // 2]))


def typical_step(steps: FloatArray) -> float:
    """Time between samples where none is lost, s; NaN without any steps.

    The mean of the steps that are not much longer than the median step: unlike the median it is right where
    the time stamps are rounded, and unlike the mean of all it does not count losses.

    Parameters
    ----------
    steps : (n,) array, s
        Time from each sample to the next.

    Examples
    --------
    >>> round(typical_step(np.array([0.009, 0.01, 0.01, 0.01, 0.5])), 5)
    0.00975
    """
    return float(steps[steps <= LONG_STEP * median(steps)].mean()) if len(steps) else float("nan")


def rate_problem(
    t: FloatArray, interval_s: float, unit: str | None = None, lowest_hz: float = LOWEST_RATE_HZ
) -> str | None:
    """Why the spacing of time stamps in s cannot be served, or None.

    Parameters
    ----------
    t : (n,) array, s
    interval_s : float
        Their `typical_step`.
    unit : str, optional
        The unit of t in the table that it is from, where it is from one.
    lowest_hz : float
        Fewer samples a second are a problem.
    """
    interval_s = max(interval_s, 1e-300) if interval_s == interval_s else interval_s  # a rate can be had of it
    if np.isnan(interval_s) or _is_rate(1 / interval_s, lowest_hz):
        return None
    message = (
        f"expected {lowest_hz:g} to {HIGHEST_RATE_HZ:g} samples a second, "
        f"got {1 / interval_s:.4g} Hz (a sample every {interval_s:.4g} s)"
    )
    declared = unit or PLAIN_UNITS["t"]
    in_unit = interval_s / TO_SI["t"][declared]
    if declared == "s" and (t == np.round(t)).all() and np.median(np.diff(t)) == 1:
        advice = "" if unit is None else NAMED_WITHOUT_TIME
        return f"{message}; is t the number of the sample rather than the time?{advice}"
    for likely, factor in TO_SI["t"].items():
        if likely != declared and _is_usual(1 / (in_unit * factor), lowest_hz):
            return f"{message}; is t in {likely} rather than {declared}?{column_advice('t', likely, unit)}"
    for resolution, factor in _DIVIDED_BY_1E9.items():
        if declared == "s" and _is_usual(1 / (interval_s * factor), lowest_hz):
            return (
                f"{message}; are the times {factor:g} times too small, as where the numbers of a "
                f"datetime64[{resolution}] are divided by 1e9? They are of {resolution}; a column of times may be "
                "given as it is"
            )
    if 1 / interval_s < lowest_hz and _is_rate(1 / interval_s, LOWEST_CYCLIC_RATE_HZ):
        message += f', where exercise "cyclic" (--exercise cyclic) takes {LOWEST_CYCLIC_RATE_HZ:g} Hz'
    return f"{message}; was the recording thinned out or made with another setting?"


def rate_note(interval_s: float | None) -> tuple[str, ...]:
    """Say of samples that are so many s apart, where it is so, that they are more than counting needs.

    Examples
    --------
    >>> rate_note(0.01), len(rate_note(0.001))
    ((), 1)
    """
    if not interval_s or interval_s * HIGHEST_USUAL_RATE_HZ >= 1.0:
        return ()
    return (f"{1 / interval_s:.4g} samples a second are more than counting needs: many were averaged into one.",)


def _is_rate(rate_hz: float, lowest_hz: float) -> bool:
    return lowest_hz * (1 - _RATE_TOLERANCE) <= rate_hz <= HIGHEST_RATE_HZ * (1 + _RATE_TOLERANCE)


def _is_usual(rate_hz: float, lowest_hz: float) -> bool:
    """Whether people record at such a rate, so that a unit may be guessed by it."""
    return _is_rate(rate_hz, lowest_hz) and rate_hz <= HIGHEST_USUAL_RATE_HZ
