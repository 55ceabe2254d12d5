"""Vectors as sensors send them, in SI units, refused where no sensor of the kind can have measured them.

Nothing in a Bluetooth notification tells garbage from a measurement but its value, and one sample of 1e30 would
stay in a filter for the rest of a session.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imucount.errors import PacketError
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["acc_of", "gyr_of"]

# A quarter above the widest full scale of MEMS clips, ±16 g and ±2000 deg/s: room for a calibration's gain.
MOST_G = 20.0
MOST_DPS = 2500.0


def acc_of(sent: NDArray[np.generic], unit_mps2: float = STANDARD_GRAVITY) -> FloatArray:
    """Make acceleration of what was sent.

    Parameters
    ----------
    sent : (n, 3) array of numbers
    unit_mps2 : float
        What a sent 1 is, m/s².

    Returns
    -------
    (n, 3) array, m/s²

    Raises
    ------
    PacketError
        If a value is not finite or beyond what clips measure.
    """
    return _scaled("acceleration", sent, unit_mps2, MOST_G * STANDARD_GRAVITY, "m/s²")


def gyr_of(sent: NDArray[np.generic], unit_dps: float = 1.0) -> FloatArray:
    """Make angular rate of what was sent.

    Parameters
    ----------
    sent : (n, 3) array of numbers
    unit_dps : float
        What a sent 1 is, deg/s.

    Returns
    -------
    (n, 3) array, rad/s

    Raises
    ------
    PacketError
        If a value is not finite or beyond what clips measure.
    """
    return _scaled("angular rate", sent, np.radians(unit_dps), np.radians(MOST_DPS), "rad/s")


def _scaled(quantity: str, sent: NDArray[np.generic], unit: float, most: float, unit_name: str) -> FloatArray:
    with np.errstate(invalid="ignore", over="ignore"):  # garbage may be a NaN that signals
        values = sent.astype(np.float64) * unit
    worst = np.abs(values).max(initial=0.0)
    if not worst <= most:
        raise PacketError(
            f"expected {quantity} of at most {most:.0f} {unit_name}, got {worst:.3g}; "
            "were the bytes garbled, or is this another kind of packet?"
        )
    return values
