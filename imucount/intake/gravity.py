"""Gravity: whether the accelerometer shows it, as the unit says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.intake.advice import column_advice
from imucount.intake.rates import median
from imucount.samples import STANDARD_GRAVITY, FloatArray
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["gravity_problem", "magnitude"]

# What |acc| may be where gravity is in it, in g. Movement leaves the median near 1: it was 0.9 to 1.1 in real
# recordings of gym exercises from arm, wrist, chest and shoulder.
_GRAVITY_G = (0.765, 1.22)

# A wrist in vigorous swing without a moment of rest had a median |acc| of 2.4 g.
_VIGOROUS_G = (0.5, 4.0)
_LEAST_REST_G = 0.5  # at rest; without gravity there is next to nothing
_REST_SPREAD = 0.1


def magnitude(vectors: FloatArray) -> FloatArray:
    """Length of each row; infinite rather than an overflow warning for values that no sensor has."""
    with np.errstate(over="ignore"):
        length: FloatArray = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return length


def gravity_problem(acc: FloatArray, interval_s: float, unit: str | None = None) -> str | None:
    """Why gravity is not as the unit says, or None.

    A median of |acc|, or a mean over the quietest second, between 7.5 and 12 m/s² is gravity; without any rest
    in the signal a median from 5 to 39 m/s² is taken for large movement.

    Parameters
    ----------
    acc : (n, 3) array, m/s²
    interval_s : float
        Time between the samples.
    unit : str, optional
        The unit of the acceleration in the table that it is from, where it is from one.
    """
    length_g = magnitude(acc) / STANDARD_GRAVITY
    median_g = median(length_g)
    rest = _quietest_second(length_g, interval_s)
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
            advice = column_advice("ax", likely, unit)
            return f"{message}; is the acceleration in {likely} rather than {declared}?{advice}"
    if median_g < _VIGOROUS_G[0]:
        return f"{message}; has gravity been removed (linear acceleration)? It is needed to find up"
    return f"{message}, which is not near 9.81 m/s^2, 1 g or 1000 mg either; are these raw counts of the sensor?"


@dataclass(frozen=True, slots=True)
class _Rest:
    mean: float
    spread: float


def _quietest_second(length: FloatArray, interval_s: float) -> _Rest:
    block = max(2, round(min(len(length), 1 / interval_s))) if len(length) > 1 else 1
    blocks = len(length) // block
    with np.errstate(over="ignore", invalid="ignore"):
        seconds = length[: blocks * block].reshape(blocks, block)
        spreads = seconds.std(axis=1)
        quietest = int(np.argmin(np.where(np.isnan(spreads), np.inf, spreads)))
        return _Rest(float(seconds[quietest].mean()), float(spreads[quietest]))


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
