"""WitMotion: recordings of its PC program, with several devices and repeated headers in a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, of_unit, one_table, unit_in
from imucount.formats.layouts.tables import Head, Table, chosen_device

__all__ = ["WITMOTION"]

_ACC = ("acc{}", "加速度{}", "a{}")
_GYR = ("as{}", "gyro{}", "角速度{}", "w{}")
_TIME = ("time", "时间", "片上时间", "chiptime", "chip time")
_DEVICE = ("devicename", "设备名称")


def _fits(head: Head) -> bool:
    if head.has("accx", "asx") or head.has("加速度x", "角速度x"):
        return True
    return head.has("ax", "wx", "anglex")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    device = table.place(*_DEVICE)
    names = {name for name in table.text(device) if name} if device is not None else set()
    chosen = ""
    if device is not None and names:
        chosen = chosen_device(sorted(names), ask.device)
        table = table.only(lambda frame: frame[device].str.strip() == chosen)
    elif ask.device is not None:
        raise SampleError(f"expected rows of the device {ask.device!r}, got no column that names devices")
    acc = next((places for stem in _ACC if (places := table.places(stem))), None)
    gyr = next((places for stem in _GYR if (places := table.places(stem))), None)
    if acc is None:
        raise SampleError("expected AccX, AccY and AccZ, got none; switch the acceleration on in the program")
    t = _time(table)
    acc_unit = of_unit("acc", unit_in(table.head.names[acc[0]]), "g")
    values = Vectors(t, table.vectors(acc), acc_unit)
    metadata = {"device": chosen} if chosen else {}
    if gyr is None:
        return Signals(values, metadata=metadata)
    gyr_unit = of_unit("gyr", unit_in(table.head.names[gyr[0]]), "deg/s")
    return Signals(values, Vectors(t, table.vectors(gyr), gyr_unit), metadata=metadata)


def _time(table: Table) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    for name in _TIME:
        place = table.place(name)
        if place is None:
            continue
        cells = table.text(place)
        if not any(map(str.isdigit, "".join(cells[:10]))):
            continue  # "null"
        if any(":" in cell for cell in cells[:10]):
            return table.dates(place)
        t = table.numbers(place)
        steps = np.diff(t[np.isfinite(t)])
        return t / 1e3 if len(steps) and np.median(steps) >= 1.0 else t
    raise SampleError("expected the column time, got none that holds times; switch it on in the program")


WITMOTION = Export(
    "a WitMotion export",
    _fits,
    _read,
    reads="PC program and serial recorder, English and Chinese, any encoding; g, deg/s; header rows that come "
    "again; one of several devices by `--device`",
    refuses="several devices unless one is named; `WITnn.TXT` of the SD card, which is binary",
)
