"""Turning: whether the angular rate can be in its unit."""

from __future__ import annotations

import numpy as np

from imucount.errors import SampleError
from imucount.intake.advice import column_advice
from imucount.intake.gravity import magnitude
from imucount.intake.rates import typical_step
from imucount.samples import FloatArray
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["check_largest_rate", "turning_problem"]

# Sensors with a range of 2000 deg/s have a full scale of up to 2294 deg/s, which is 40 rad/s.
_LARGEST_RATE_RAD_S = 41.0

# Of the turning that the gyroscope reports, the part that the accelerometer confirms is near 1 in rad/s and near
# pi / 180 in deg/s. In 261 real recordings in rad/s it was never within these bounds where 5 % of the samples
# turned faster than 4 rad/s; given in deg/s, all that moved were within them or beyond the largest rate.
_CONFIRMED_IF_DEGREES = (0.008, 0.035)
_FAST_RAD_S = 4.0
# Correlation of what both tell. A sensor that really turns by so few deg/s hardly moves otherwise, so both agree;
# where it is thrown about, as on the wrist of a swimmer or a player, they do not, and nothing follows.
_LEAST_AGREEMENT = 0.3
_BLOCK_S = 0.25  # steps are added up over this time: vibration cancels, turning does not


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
        common, tiny = float(np.sum(told * seen)), np.finfo(float).tiny
        confirmed = common / max(float(np.sum(told * told)), tiny)
        agreement = confirmed * np.sqrt(np.sum(told * told) / max(float(np.sum(seen * seen)), tiny))
    if not _within(confirmed, _CONFIRMED_IF_DEGREES) or agreement < _LEAST_AGREEMENT:
        return None
    return (
        f"expected the angular rate in rad/s, got up to {fast:.3g} while the accelerometer tilts only "
        f"{100 * confirmed:.1f} % of that; is it in deg/s?{column_advice('gx', 'deg/s', unit)}"
    )


def check_largest_rate(t: FloatArray, gyr: FloatArray, unit: str) -> None:
    """Refuse an angular rate that no sensor has, in rad/s.

    Raises
    ------
    SampleError
        If one is beyond 2350 deg/s.
    """
    if max(gyr.max(), -gyr.min()) > _LARGEST_RATE_RAD_S:
        size = np.abs(gyr).max(axis=1)
        index = int(np.argmax(size > _LARGEST_RATE_RAD_S))
        likely = "deg/s" if unit == "rad/s" else "raw counts"
        raise SampleError(
            f"expected the angular rate in {unit} within 2350 deg/s ({_LARGEST_RATE_RAD_S:g} rad/s), got "
            f"{size[index] / TO_SI['gyr'][unit]:.4g} at t = {t[index]:.6g} s; is it in {likely}?"
            f"{column_advice('gx', likely, unit)}"
        )


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
