"""ActiGraph: CSV of ActiLife, with ten lines before the names; raw data of older monitors has no time."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, known_rate, one_table
from imucount.formats.layouts.tables import Head, Table

__all__ = ["ACTIGRAPH"]


def _fits(head: Head) -> bool:
    return head.says("Created By ActiGraph") and head.has("accelerometer x", "accelerometer y", "accelerometer z")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    acc, gyr = table.places("accelerometer {}"), table.places("gyroscope {}")
    assert acc is not None
    match = re.search(r"at ([\d.]+) Hz", " ".join(table.head.above))
    declared = float(match[1]) if match else None
    time = table.place("timestamp")
    if time is None:
        t = np.arange(len(table)) / known_rate(declared, ask, "in the first line of the file")
    else:
        t = table.dates(time)
    serial = table.value_of("Serial Number")
    return Signals(
        Vectors(t, table.vectors(acc), "g"),
        None if gyr is None else Vectors(t, table.vectors(gyr), "deg/s"),
        sampling_rate_hz=declared,
        metadata={"device": f"ActiGraph {serial}"} if serial else {},
    )


ACTIGRAPH = Export(
    "an ActiGraph CSV",
    _fits,
    _read,
    reads="raw and IMU; g, deg/s; time stamps, or the rate of the first line where there are none",
    refuses="nothing of it; `.gt3x` is binary: export CSV with ActiLife",
)
