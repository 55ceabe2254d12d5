"""Xsens: text files of MT Manager, a file a sensor.

The names are those of Movella DOT, but the angular rate is in rad/s. Rows are numbered by PacketCounter, which has
16 bits in MTw files and leaves out what the radio lost; SampleTimeFine, in 100 µs, is often empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from imucount.formats.layouts.export import (
    Ask,
    Export,
    Signals,
    Vectors,
    known_rate,
    no_gravity,
    one_table,
    unwrapped,
)
from imucount.formats.layouts.tables import Head, Table
from imucount.samples import FloatArray

__all__ = ["XSENS_MT"]

_TICK_S = 1e-4


def _fits(head: Head) -> bool:
    if not head.has("packetcounter"):
        return False
    return head.has("sampletimefine", "year") or head.says("MT Manager") or head.says("// Update Rate")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    acc, gyr = table.places("acc_{}"), table.places("gyr_{}")
    if acc is None:
        got = "free acceleration" if table.places("freeacc_{}") else "orientation alone"
        raise no_gravity(got, "export the calibrated acceleration and angular rate, Acc and Gyr")
    match = re.match(r"[\d.]+", table.value_of("Update Rate") or "")
    declared = float(match[0]) if match else None
    t = _time(table, declared, ask)
    device = table.value_of("DeviceId")
    return Signals(
        Vectors(t, table.vectors(acc), "m/s^2"),
        None if gyr is None else Vectors(t, table.vectors(gyr), "rad/s"),
        sampling_rate_hz=declared,
        metadata={"device": f"Xsens {device}"} if device else {},
    )


def _time(table: Table, declared_hz: float | None, ask: Ask) -> FloatArray:
    counter, fine = table.place("packetcounter"), table.place("sampletimefine")
    if declared_hz is None and fine is not None:
        ticks = table.numbers(fine)
        if len(ticks) and np.isfinite(ticks).mean() > 0.5:
            return unwrapped(ticks, 2.0**32) * _TICK_S
    rate_hz = known_rate(
        declared_hz, ask, "in SampleTimeFine or in the line Update Rate, which MT Manager writes when asked"
    )
    assert counter is not None
    packets = unwrapped(table.numbers(counter), 2.0**16)
    known = packets[np.isfinite(packets)]
    return (packets - (known[0] if len(known) else 0.0)) / rate_hz


XSENS_MT = Export(
    "an Xsens MT Manager export",
    _fits,
    _read,
    reads="tabs, commas, semicolons or blanks between; Acc m/s², Gyr rad/s; time by PacketCounter and the line "
    "Update Rate, else by SampleTimeFine, else by `--rate`",
    refuses="without time and rate; FreeAcc or orientation alone: no gravity",
)
