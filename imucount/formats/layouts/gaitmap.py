"""Gaitmap: frames as it has them, of one sensor, or of several with two header rows, sensor and axis.

Source: gaitmap's guide on data types: m/s² and deg/s.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.column_names import meaning_of
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, known_rate, one_table
from imucount.formats.layouts.tables import Head, Table, chosen_device
from imucount.samples import FloatArray

__all__ = ["GAITMAP", "GAITMAP_ONE_ROW"]

_AXES = {kind: tuple(f"{kind}_{axis}" for axis in "xyz") for kind in ("acc", "gyr")}


def _fits(head: Head) -> bool:
    axes = head.cells(0)
    return (
        set(_AXES["acc"]) <= set(axes)
        and not set(_AXES["acc"]) <= set(head.names)
        and len(head.names) == len(axes)
    )


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    axes = table.head.cells(0)
    sensors = table.head.names
    chosen = chosen_device([name for name, axis in zip(sensors, axes) if axis in _AXES["acc"]], ask.device)
    place = {axis: index for index, (name, axis) in enumerate(zip(sensors, axes)) if name == chosen}
    missing = [axis for axis in _AXES["acc"] if axis not in place]
    if missing:
        raise SampleError(f"expected {', '.join(_AXES['acc'])} of {chosen}, got no {missing[0]}")
    t, rate_hz = _time(table, ask)
    acc = Vectors(t, table.vectors([place[axis] for axis in _AXES["acc"]]), "m/s^2")
    has_gyr = all(axis in place for axis in _AXES["gyr"])
    gyr = Vectors(t, table.vectors([place[axis] for axis in _AXES["gyr"]]), "deg/s") if has_gyr else None
    return Signals(acc, gyr, sampling_rate_hz=rate_hz, metadata={"device": chosen})


def _time(table: Table, ask: Ask) -> tuple[FloatArray, float | None]:
    """Give the time of the rows from the index, which may be their number."""
    index = table.numbers(0)
    steps = np.diff(index[np.isfinite(index)])
    if len(steps) and np.median(steps) != 1.0:
        return index, None
    rate_hz = known_rate(None, ask, "since the index is the number of the row")
    return index / rate_hz, rate_hz


GAITMAP = Export(
    "a table of gaitmap with two header rows",
    _fits,
    _read,
    reads="sensor and axis above each column; m/s², deg/s; one sensor by `--device`; the index in s, or the "
    "number of the row with `--rate`",
    refuses="the number of the row without `--rate`; several sensors unless one is named",
    rows=2,
)


def _fits_one_row(head: Head) -> bool:
    if not {*_AXES["acc"], *_AXES["gyr"]} <= set(head.names):
        return False
    return not any((meaning := meaning_of(name)) and meaning.quantity == "t" for name in head.names)


def _read_one_row(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    if table.head.names[0]:
        t = np.arange(len(table)) / known_rate(None, ask, "since no column has the time")
        rate_hz = ask.sampling_rate_hz
    else:
        t, rate_hz = _time(table, ask)
    acc, gyr = (
        Vectors(t, table.vectors([table.head.names.index(axis) for axis in _AXES[kind]]), unit)
        for kind, unit in (("acc", "m/s^2"), ("gyr", "deg/s"))
    )
    return Signals(acc, gyr, sampling_rate_hz=rate_hz)


GAITMAP_ONE_ROW = Export(
    "a table of gaitmap",
    _fits_one_row,
    _read_one_row,
    reads="`acc_x` ... `gyr_z` without units or time; m/s², deg/s; `--rate`, or an index in s without a name",
    refuses="without time and `--rate`",
)
