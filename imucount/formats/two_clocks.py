"""Two clocks: acceleration and angular rate of files of their own, brought onto the gyroscope's clock."""

from __future__ import annotations

import numpy as np

from imucount.errors import SampleError
from imucount.formats.joining import LONGEST_STEP_S
from imucount.formats.layouts.export import Vectors
from imucount.intake.rates import typical_step
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.samples import FloatArray, interpolated

__all__ = ["on_one_clock"]

_LOWEST_RATE_HZ = 10.0
"""Acceleration at a lower rate than this does not say enough between its samples."""


def on_one_clock(acc: Vectors, gyr: Vectors) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Resample acceleration onto the clock of the gyroscope, where both are there.

    Between two accelerations that are further apart than 0.25 s none is made up.

    Returns
    -------
    t : (n,) array, s
    x : (n, 6) array
        Acceleration and angular rate in their units.
    warnings : tuple of str
        How much both cover, and how far apart they begin.

    Raises
    ------
    SampleError
        If they have no time in common.
    """
    acc_t, acc_x, of_acc = _in_order(acc, "acceleration")
    gyr_t, gyr_x, of_gyr = _in_order(gyr, "angular rate")
    start, end = max(acc_t[0], gyr_t[0]), min(acc_t[-1], gyr_t[-1])
    if end <= start:
        apart_s = max(acc_t[0], gyr_t[0]) - min(acc_t[-1], gyr_t[-1])
        raise SampleError(
            f"expected acceleration and angular rate of the same time, got them {apart_s:.6g} s apart; "
            "are the files of two recordings?"
        )
    acc_hz, gyr_hz = (1.0 / typical_step(np.diff(t)) for t in (acc_t, gyr_t))
    if acc_hz < _LOWEST_RATE_HZ:
        raise SampleError(
            f"expected acceleration at {_LOWEST_RATE_HZ:g} Hz or more beside the gyroscope, got {acc_hz:.3g} Hz; "
            "record it at a higher rate"
        )
    inside = (gyr_t >= start) & (gyr_t <= end)
    after = np.clip(np.searchsorted(acc_t, gyr_t), 1, len(acc_t) - 1)
    near = (acc_t[after] - acc_t[after - 1] <= LONGEST_STEP_S) | (acc_t[after] == gyr_t)
    kept = inside & near
    t = gyr_t[kept]
    x = np.column_stack([interpolated(t, acc_t, acc_x), gyr_x[kept]])
    offset_s = float(acc_t[0] - gyr_t[0])
    begins = (
        "begin together"
        if offset_s == 0
        else f"the acceleration begins {abs(offset_s):.3g} s " + ("later" if offset_s > 0 else "earlier")
    )
    told = (
        f"Acceleration ({acc_hz:.4g} Hz) and angular rate ({gyr_hz:.4g} Hz) are from files of their own; they "
        f"were joined on the gyroscope's clock over the {end - start:.4g} s that both have: {begins}."
    )
    return t, x, (told, *of_acc, *of_gyr)


def _in_order(vectors: Vectors, name: str) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    known = np.isfinite(vectors.t) & np.isfinite(vectors.xyz).all(axis=1)
    if np.count_nonzero(known) < 2:
        raise SampleError(f"expected at least two samples of the {name}, got {np.count_nonzero(known)}")
    stamps = Stamps(PATIENCE)
    # Zeros in its first columns are what Stamps takes for a sensor that has not begun, as of an accelerometer.
    t, x = stamps.whole(
        vectors.t[known], np.column_stack([np.ones((np.count_nonzero(known), 3)), vectors.xyz[known]])
    )
    if len(t) < 2:
        raise SampleError(f"expected at least two samples of the {name}, got {len(t)}")
    return t, x[:, 3:], stamps.notes
