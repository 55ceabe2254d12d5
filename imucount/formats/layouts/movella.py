"""Movella DOT: files of its app and of the PC SDK.

Both name the time SampleTimeFine; the app counts it in µs, the PC SDK in 100 µs, and either begins anew after
2**32. At 10 to 500 Hz only one of the two can be meant. Source: Xsens DOT BLE Services Specification, table 17,
and public exports of both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity, one_table, unwrapped
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.times import RATES_HZ
from imucount.samples import FloatArray

__all__ = ["MOVELLA_DOT"]

_TICKS_S = {"1 us": 1e-6, "100 us": 1e-4}
_AGREES = 0.2
"""Of a declared rate, this share apart is another rate."""


def _fits(head: Head) -> bool:
    if not head.has("sampletimefine") or head.has("year"):
        return False
    return any(name.startswith(("acc_", "gyr_", "euler_", "freeacc_", "quat_", "dq_")) for name in head.plain)


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    acc, gyr = table.places("acc_{}"), table.places("gyr_{}")
    if acc is None:
        got = "free acceleration" if table.places("freeacc_{}") else "orientation alone"
        raise no_gravity(got, "record the payload Rate quantities or Custom mode 5, which have Acc and Gyr")
    declared = _declared_rate(table)
    place = table.place("sampletimefine")
    assert place is not None
    t = _time(unwrapped(table.numbers(place), 2.0**32), declared, ask)
    values = Vectors(t, table.vectors(acc), "m/s^2")
    tag = table.value_of("DeviceTag")
    return Signals(
        values,
        None if gyr is None else Vectors(t, table.vectors(gyr), "deg/s"),
        sampling_rate_hz=declared,
        metadata={"device": f"Movella DOT {tag}" if tag else "Movella DOT"},
    )


def _declared_rate(table: Table) -> float | None:
    match = re.match(r"[\d.]+", table.value_of("OutputRate") or "")
    return float(match[0]) if match else None


def _time(ticks: FloatArray, declared_hz: float | None, ask: Ask) -> FloatArray:
    steps = np.diff(ticks[np.isfinite(ticks)])
    steps = steps[steps > 0]
    step = float(np.median(steps)) if len(steps) else 0.0
    if step == 1.0:  # a spreadsheet has put the number of the row there
        rate_hz = declared_hz or ask.sampling_rate_hz
        if rate_hz is None:
            raise SampleError(
                "expected SampleTimeFine in us, or 100 us, got the number of the row; give the rate that was "
                "recorded, as by --rate 60"
            )
        return ticks / rate_hz
    low, high = (declared_hz * (1 - _AGREES), declared_hz * (1 + _AGREES)) if declared_hz else RATES_HZ
    fitting = [tick for tick in _TICKS_S.values() if step and low <= 1 / (step * tick) <= high]
    if not fitting:
        rates = (
            " or ".join(f"{1 / (step * tick):.4g} Hz at {name}" for name, tick in _TICKS_S.items())
            if step
            else "none"
        )
        wanted = f"the declared {declared_hz:g} Hz" if declared_hz else f"{RATES_HZ[0]:g} to {RATES_HZ[1]:g} Hz"
        raise SampleError(f"expected SampleTimeFine to give {wanted}, got {rates}; was the file edited?")
    t: FloatArray = (ticks - ticks[np.isfinite(ticks)][0]) * fitting[0]
    return t


MOVELLA_DOT = Export(
    "a Movella DOT export",
    _fits,
    _read,
    reads="app (`sep=,` and lines before the names) and PC SDK; Acc m/s², Gyr deg/s; SampleTimeFine in 1 or 100 "
    "µs, whichever gives the rate, over its wrap",
    refuses="Euler, quaternion or FreeAcc without Acc: no gravity; record Rate quantities or Custom mode 5",
)
