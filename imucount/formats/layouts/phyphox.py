"""Phyphox: a folder or zip with a file a sensor, or one file with all; five dialects.

All is in SI units, also where the names have none; t counts from the start of the experiment and stands still
while it is paused, which meta/time.csv tells. Source: phyphox-android, DataExport.java; phyphox-experiments.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.dialect import separator_of
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity, quantity_of, unit_in
from imucount.formats.layouts.layout import plain_name
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named
from imucount.samples import FloatArray

__all__ = ["PHYPHOX"]

_TIMES = ("time", "t")
_RECORD = "record an experiment with Acceleration (with g) and Gyroscope (rotation rate)"


def _fits(head: Head) -> bool:
    names = [plain_name(name) for name in head.names]
    if names[0] not in _TIMES or len(names) < 4:
        return False
    if head.has("x", "y", "z"):
        if head.has("seconds_elapsed"):
            return False
        return names[:4] in (["time", "x", "y", "z"], ["t", "x", "y", "z"]) and (
            _kind(head, 1) is not None or unit_in(head.names[1]) != ""
        )
    if head.has("accelerometer x"):
        return False  # a table of another program, which says its units
    return any(head.has(*(f"{stem} {axis}" for axis in "xyz")) for stem in _STEMS)


_STEMS = (
    "acceleration",
    "linear acceleration",
    "gyroscope",
    "magnetic field",
)


def _kind(head: Head, place: int) -> str | None:
    """Tell what a column holds, by its name, its unit, and at last the name of the file."""
    name = head.names[place]
    by_name = quantity_of(plain_name(name))
    of_file = quantity_of(head.file)
    unit = unit_in(name)
    if by_name is None and unit:
        if unit_named("gyr", unit):
            return "gyr"
        if unit_named("acc", unit):
            return of_file if of_file in ("linear", "gravity") else "acc"
        return None
    return by_name or of_file


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    found: dict[str, Vectors] = {}
    for table in tables:
        time = table.place(*_TIMES)
        assert time is not None
        t = table.numbers(time)
        t = t + _pauses(table, t)
        for places in _triples(table):
            kind = _kind(table.head, places[0])
            if kind is None:
                continue
            if kind in found:
                raise SampleError(
                    f"expected one table of each quantity, got two of {kind}, the second in {table.file}; "
                    "give the files of one recording"
                )
            written = unit_in(table.head.names[places[0]])
            quantity, plain = ("gyr", "rad/s") if kind == "gyr" else ("acc", "m/s^2")
            unit = unit_named(quantity, written) if written else plain
            if unit is None:
                raise SampleError(
                    f"expected a unit of {kind}, got {written!r} in {table.file}; convert the values"
                )
            found[kind] = Vectors(t, table.vectors(places), unit)
    acc = found.get("total", found.get("acc"))
    warnings: tuple[str, ...] = ()
    if acc is None and "linear" in found and "gravity" in found:
        acc = found["linear"].plus(found["gravity"])
        warnings = ("The acceleration is that without gravity, with the file of gravity added.",)
    if acc is None:
        if "linear" in found:
            raise no_gravity("linear acceleration", _RECORD)
        got = "the angular rate alone" if "gyr" in found else "neither it nor the angular rate"
        raise SampleError(
            f"expected acceleration with gravity, got {got}; give the file of the accelerometer "
            f"with it, or {_RECORD}"
        )
    return Signals(acc, found.get("gyr"), warnings=warnings, metadata=_device(tables[0]))


def _triples(table: Table) -> list[tuple[int, ...]]:
    stems = ["{}", *(f"{stem} {{}}" for stem in _STEMS)]
    return [places for stem in stems if (places := table.places(stem))]


def _rows(text: str) -> list[list[str]]:
    separator = separator_of(text.split("\n", 1)[0])
    return [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]


def _pauses(table: Table, t: FloatArray) -> FloatArray:
    """Find for each sample how long the experiment had stood still before, s."""
    text = next((text for name, text in table.beside if re.search(r"(^|/)time\.csv$", name)), None)
    shift = np.zeros(len(t))
    paused: float | None = None
    for row in _rows(text)[1:] if text else []:
        try:
            event, experiment_s, system_s = row[0], *(float(cell.replace(",", ".")) for cell in row[1:3])
        except (ValueError, IndexError):
            continue
        if event == "PAUSE":
            paused = system_s - experiment_s
        elif event == "START" and paused is not None:
            shift[t >= experiment_s] += max(0.0, system_s - experiment_s - paused)
            paused = None
    return shift


def _device(table: Table) -> dict[str, str]:
    text = next((text for name, text in table.beside if re.search(r"(^|/)device\.csv$", name)), "")
    known = dict(row[:2] for row in _rows(text) if len(row) >= 2) if text else {}
    device = " ".join(known[key] for key in ("deviceBrand", "deviceModel") if known.get(key))
    return {"device": device} if device else {}


PHYPHOX = Export(
    "a phyphox export",
    _fits,
    _read,
    reads="folder, zip, one or several CSV in any of its five dialects; SI units; pauses from meta/time.csv are "
    "gaps; `t,x,y,z` by the name of the file",
    refuses="linear acceleration (without g) alone: no gravity",
    in_parts=True,
)
