"""Polar Sensor Logger: a file a sensor, stamped by the sensor in ns since 2000.

The phone's stamps come in bursts, so the sensor's count. Its date is wrong where its clock was never set. Source:
polar-ble-sdk, issue 818.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, unit_in
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named
from imucount.samples import FloatArray

__all__ = ["POLAR"]


def _fits(head: Head) -> bool:
    return head.has("phone timestamp", "sensor timestamp")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    found: dict[str, Vectors] = {}
    for table in tables:
        places = table.places("{}")
        for quantity in ("acc", "gyr"):
            unit = unit_named(quantity, unit_in(table.head.names[places[0]])) if places else None
            # "G" is g of an accelerometer and gauss of a magnetometer, whose file is not read.
            if places is None or unit is None or "_MAG" in table.file.upper():
                continue
            if quantity in found:
                raise SampleError(
                    f"expected the files of one recording, got {table.file} beside another of its kind"
                )
            found[quantity] = Vectors(_time(table), table.vectors(places), unit)
    if "acc" not in found:
        raise SampleError("expected the file of the accelerometer, _ACC.txt, got none; give it with _GYRO.txt")
    return Signals(found["acc"], found.get("gyr"))


def _time(table: Table) -> FloatArray:
    place = table.place("sensor timestamp")
    assert place is not None
    t = table.numbers(place) / 1e9
    if not np.isfinite(t).any():
        raise SampleError(f"expected the sensor's time in {table.file}, got none; was the file edited?")
    return t


POLAR = Export(
    "a Polar Sensor Logger export",
    _fits,
    _read,
    reads="`_ACC.txt` and `_GYRO.txt`; mg, deg/s; the sensor's ns, not the phone's time, which comes in bursts",
    refuses="`_GYRO.txt` alone; other streams are left aside",
    in_parts=True,
)
