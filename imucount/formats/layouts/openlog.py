"""OpenLog Artemis: SparkFun's logger; mg and deg/s, the date and the time in two columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, known_rate, one_table, unwrapped
from imucount.formats.layouts.tables import Head, Table
from imucount.samples import FloatArray

__all__ = ["OPENLOG"]


def _fits(head: Head) -> bool:
    return head.has("ax", "ay", "az") and bool(head.plain & {"rtcdate", "rtctime", "output_hz", "imu_degc"})


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    acc, gyr = table.places("a{}"), table.places("g{}")
    assert acc is not None
    t = _time(table, ask)
    return Signals(
        Vectors(t, table.vectors(acc), "mg"),
        None if gyr is None else Vectors(t, table.vectors(gyr), "deg/s"),
    )


def _time(table: Table, ask: Ask) -> FloatArray:
    micros, time = table.place("micros"), table.place("rtctime")
    if micros is not None:
        return unwrapped(table.numbers(micros), 2.0**32) / 1e6
    if time is not None:
        return unwrapped(table.dates(time), 86400.0)  # the order of day and month is a setting; midnight shows
    output = table.place("output_hz")
    rates = table.numbers(output) if output is not None else np.empty(0)
    rates = rates[np.isfinite(rates) & (rates > 0)]
    rate_hz = known_rate(float(np.median(rates)) if len(rates) else None, ask, "in rtcTime, micros or output_Hz")
    if not len(table):
        raise SampleError("expected rows below the names of the columns, got none; was the logger switched off?")
    return np.arange(len(table)) / rate_hz


OPENLOG = Export(
    "an OpenLog Artemis export",
    _fits,
    _read,
    reads="mg, deg/s; micros, else rtcTime, else output_Hz; a header that comes again, trailing commas",
    refuses="rows without a header",
)
