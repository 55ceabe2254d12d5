"""Plausibility: whether a signal can be a worn sensor's in the units that its recording declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imucount.errors import SampleError
from imucount.samples import STANDARD_GRAVITY, FloatArray, Samples
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = [
    "CONSTANT_GYR",
    "HIGHEST_RATE_HZ",
    "LONG_STEP",
    "LOWEST_CYCLIC_RATE_HZ",
    "LOWEST_RATE_HZ",
    "PlausibilityCheck",
    "gravity_problem",
    "magnitude",
    "rate_problem",
    "turning_problem",
    "typical_step",
]

CONSTANT_GYR = "The angular rate is the same in every sample; was the gyroscope switched off?"
"""What whoever counts a signal, or looks at it, says of one with `PlausibilityCheck.gyr_is_constant`."""

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 20.0, 400.0

LOWEST_CYCLIC_RATE_HZ = 10.0
"""Of exercise "cyclic": two samples of the fastest half of a rep."""

_RATE_TOLERANCE = 0.05  # a sensor's clock may be a few percent off its nominal rate

# Against the median. Stamps rounded to 1 ms alternate between 2 and 3 ms at 400 Hz; a lost sample doubles a step.
LONG_STEP = 1.6

_HEAD = 20_000  # samples on which the units are judged: 50 s at 400 Hz

# What |acc| may be where gravity is in it, in g. Movement leaves the median near 1: it was 0.9 to 1.1 in real
# recordings of gym exercises from arm, wrist, chest and shoulder.
_GRAVITY_G = (0.765, 1.22)

# A wrist in vigorous swing without a moment of rest had a median |acc| of 2.4 g.
_VIGOROUS_G = (0.5, 4.0)
_LEAST_REST_G = 0.5  # at rest; without gravity there is next to nothing
_REST_SPREAD = 0.1

# Sensors with a range of 2000 deg/s have a full scale of up to 2294 deg/s, which is 40 rad/s.
_LARGEST_RATE_RAD_S = 41.0

# Of the turning that the gyroscope reports, the part that the accelerometer confirms is near 1 in rad/s and near
# pi / 180 in deg/s. In 261 real recordings in rad/s it was never within these bounds where 5 % of the samples
# turned faster than 4 rad/s; given in deg/s, all that moved were within them or beyond the largest rate.
_CONFIRMED_IF_DEGREES = (0.008, 0.035)
_FAST_RAD_S = 4.0
_BLOCK_S = 0.25  # steps are added up over this time: vibration cancels, turning does not


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
            _check_largest_rate(samples.t, samples.gyr, self._units["gyr"])
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


def magnitude(vectors: FloatArray) -> FloatArray:
    """Length of each row; infinite rather than an overflow warning for values that no sensor has."""
    with np.errstate(over="ignore"):
        length: FloatArray = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return length


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
    return float(np.mean(steps[steps <= LONG_STEP * np.median(steps)])) if len(steps) else float("nan")


def rate_problem(t: FloatArray, unit: str | None = None, lowest_hz: float = LOWEST_RATE_HZ) -> str | None:
    """Why the spacing of time stamps in s cannot be served, or None.

    Parameters
    ----------
    t : (n,) array, s
    unit : str, optional
        The unit of t in the table that it is from, where it is from one.
    lowest_hz : float
        Fewer samples a second are a problem.
    """
    interval_s = typical_step(np.diff(t))
    if np.isnan(interval_s) or _is_rate(1 / interval_s, lowest_hz):
        return None
    message = (
        f"expected {lowest_hz:g} to {HIGHEST_RATE_HZ:g} samples a second, "
        f"got {1 / interval_s:.4g} Hz (a sample every {interval_s:.4g} s)"
    )
    declared = unit or PLAIN_UNITS["t"]
    in_unit = interval_s / TO_SI["t"][declared]
    if declared == "s" and (t == np.round(t)).all() and np.median(np.diff(t)) == 1:
        return f"{message}; is t the number of the sample rather than the time?"
    for likely, factor in (TO_SI["t"] | {"ns": 1e-9}).items():
        if likely != declared and _is_rate(1 / (in_unit * factor), lowest_hz):
            return f"{message}; is t in {likely} rather than {declared}?{_column_advice('t', likely, unit)}"
    if LOWEST_CYCLIC_RATE_HZ <= 1 / interval_s < lowest_hz:
        message += f', where exercise "cyclic" (--exercise cyclic) takes {LOWEST_CYCLIC_RATE_HZ:g} Hz'
    return f"{message}; was the recording thinned out or made with another setting?"


def gravity_problem(t: FloatArray, acc: FloatArray, unit: str | None = None) -> str | None:
    """Why gravity is not as the unit says, or None.

    A median of |acc|, or a mean over the quietest second, between 7.5 and 12 m/s² is gravity; without any rest
    in the signal a median from 5 to 39 m/s² is taken for large movement.

    Parameters
    ----------
    t : (n,) array, s
    acc : (n, 3) array, m/s²
    unit : str, optional
        The unit of the acceleration in the table that it is from, where it is from one.
    """
    length_g = magnitude(acc) / STANDARD_GRAVITY
    median_g = float(np.median(length_g))
    rest = _quietest_second(t, length_g)
    if _within(median_g, _GRAVITY_G) or _within(rest.mean, _GRAVITY_G):
        return None
    if rest.spread > _REST_SPREAD * rest.mean and _within(median_g, _VIGOROUS_G):
        return None
    declared = unit or PLAIN_UNITS["acc"]
    seen = median_g * STANDARD_GRAVITY / TO_SI["acc"][declared]
    one_g = STANDARD_GRAVITY / TO_SI["acc"][declared]
    message = f"expected |acc| near {one_g:.4g} {declared}, which is gravity, got a median of {seen:.4g}"
    for likely, factor in TO_SI["acc"].items():
        length = factor / TO_SI["acc"][declared]  # of 1 g as declared, in g if it is the likely unit
        if likely != declared and _within(median_g * length, _GRAVITY_G) and rest.mean * length > _LEAST_REST_G:
            advice = _column_advice("ax", likely, unit)
            return f"{message}; is the acceleration in {likely} rather than {declared}?{advice}"
    if median_g < _VIGOROUS_G[0]:
        return f"{message}; has gravity been removed (linear acceleration)? It is needed to find up"
    return f"{message}, which is not near 9.81 m/s^2, 1 g or 1000 mg either; are these raw counts of the sensor?"


def turning_problem(t: FloatArray, acc: FloatArray, gyr: FloatArray, unit: str | None = None) -> str | None:
    """Why the angular rate looks like deg/s, or None.

    Parameters
    ----------
    t : (n,) array, s
    acc : (n, 3) array, m/s²
    gyr : (n, 3) array, rad/s
    unit : str, optional
        The unit of the angular rate in the table that it is from, where it is from one.
    """
    block = max(1, round(min(len(t), _BLOCK_S / typical_step(np.diff(t))))) if len(t) > 1 else 1
    blocks = (len(t) - 1) // block
    fast = float(np.percentile(magnitude(gyr), 95))
    if (unit or PLAIN_UNITS["gyr"]) != "rad/s" or fast < _FAST_RAD_S or blocks < 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        # A vector that is fixed in space, such as gravity, turns backwards as seen from the sensor.
        told = -np.cross(gyr[1:] + gyr[:-1], acc[1:] + acc[:-1]) / 4 * np.diff(t)[:, None]
        told = told[: blocks * block].reshape(blocks, block, 3).sum(axis=1)
        seen = np.diff(acc, axis=0)[: blocks * block].reshape(blocks, block, 3).sum(axis=1)
        confirmed = float(np.sum(told * seen) / max(float(np.sum(told * told)), np.finfo(float).tiny))
    if not _within(confirmed, _CONFIRMED_IF_DEGREES):
        return None
    return (
        f"expected the angular rate in rad/s, got up to {fast:.3g} while the accelerometer tilts only "
        f"{100 * confirmed:.1f} % of that; is it in deg/s?{_column_advice('gx', 'deg/s', unit)}"
    )


def _check_largest_rate(t: FloatArray, gyr: FloatArray, unit: str) -> None:
    if max(gyr.max(), -gyr.min()) > _LARGEST_RATE_RAD_S:
        size = np.abs(gyr).max(axis=1)
        index = int(np.argmax(size > _LARGEST_RATE_RAD_S))
        likely = "deg/s" if unit == "rad/s" else "raw counts"
        raise SampleError(
            f"expected the angular rate in {unit} within 2350 deg/s ({_LARGEST_RATE_RAD_S:g} rad/s), got "
            f"{size[index] / TO_SI['gyr'][unit]:.4g} at t = {t[index]:.6g} s; is it in {likely}?"
            f"{_column_advice('gx', likely, unit)}"
        )


def _column_advice(column: str, likely: str, unit: str | None) -> str:
    """How a table says the unit that it likely has; nothing where there is no table, or its columns cannot."""
    if unit is None or not any(likely in units for units in TO_SI.values()):
        return ""
    return f" If so, say it in the names of the columns, as in '{column} ({likely})'"


@dataclass(frozen=True, slots=True)
class _Rest:
    mean: float
    spread: float


def _quietest_second(t: FloatArray, length: FloatArray) -> _Rest:
    block = max(2, round(min(len(t), 1 / typical_step(np.diff(t))))) if len(t) > 1 else 1
    blocks = len(t) // block
    with np.errstate(over="ignore", invalid="ignore"):
        seconds = length[: blocks * block].reshape(blocks, block)
        spreads = seconds.std(axis=1)
        quietest = int(np.argmin(np.nan_to_num(spreads, nan=np.inf)))
        return _Rest(float(seconds[quietest].mean()), float(spreads[quietest]))


def _is_rate(rate_hz: float, lowest_hz: float) -> bool:
    return lowest_hz * (1 - _RATE_TOLERANCE) <= rate_hz <= HIGHEST_RATE_HZ * (1 + _RATE_TOLERANCE)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
