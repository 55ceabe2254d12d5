"""Physics Toolbox: the multi record, and single sensors.

gF is specific force in g; ax, ay, az are without gravity; w is in rad/s, which the file does not say. Rows hold a
sensor's last value until its next one, and zeros before its first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity, one_table
from imucount.formats.layouts.tables import Head, Table
from imucount.samples import FloatArray

__all__ = ["PHYSICS_TOOLBOX"]

_RECORD = "record the g-force meter and the gyroscope in a multi record"


def _fits(head: Head) -> bool:
    if head.has("time", "gfx", "gfy", "gfz"):
        return True
    return head.has("time", "ax", "ay", "az", "at") or (
        head.says("# sensor:") and head.says("# Requested Sample Rate")
    )


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    force, rate = table.places("gf{}"), table.places("w{}")
    if force is None:
        raise no_gravity("linear acceleration of Physics Toolbox", _RECORD)
    time = table.place("time")
    assert time is not None
    t = _clock(table, time) if any(":" in cell for cell in table.text(time)[:5]) else table.numbers(time)
    acc = Vectors(t, table.vectors(force), "g")
    if rate is None:
        return Signals(acc)
    turning = table.vectors(rate)
    measured = np.flatnonzero((turning != 0.0).any(axis=1))
    if len(measured):
        turning[: measured[0]] = np.nan  # before the gyroscope's first value
    return Signals(acc, Vectors(t, turning, "rad/s"))


def _clock(table: Table, place: int) -> FloatArray:
    """Read times such as 12:00:00:020, s since midnight."""
    try:
        parts = [[float(part) for part in cell.split(":")] for cell in table.text(place)]
        return np.array([3600 * h + 60 * m + s + (rest[0] / 1e3 if rest else 0.0) for h, m, s, *rest in parts])
    except ValueError as error:
        raise SampleError("expected times such as 12:00:00:020, got another; was the file edited?") from error


PHYSICS_TOOLBOX = Export(
    "a Physics Toolbox export",
    _fits,
    _read,
    reads="multi record with gFx, gFy, gFz (g) and wx, wy, wz (rad/s); seconds or clock times; blank first line, "
    "trailing commas, decimal commas",
    refuses="linear acceleration alone: no gravity",
)
