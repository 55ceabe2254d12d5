"""Movesense Showcase: a file a sensor; of a packet's vectors only the first has the time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, of_unit, quantity_of, unit_in
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named
from imucount.samples import FloatArray

__all__ = ["MOVESENSE"]


def _fits(head: Head) -> bool:
    if not head.has("timestamp") or len(head.plain - {""}) != 4:
        return False
    return head.has("x", "y", "z") or head.has("x:", "y:", "z:") or head.has("x: (m/s^2)")


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    found: dict[str, Vectors] = {}
    for table in tables:
        places = [place for place, name in enumerate(table.head.names) if name[:1].lower() in ("x", "y", "z")][:3]
        written = unit_in(table.head.names[places[0]])
        kind = quantity_of(table.file)
        if written:
            kind = "gyr" if unit_named("gyr", written) else "acc" if unit_named("acc", written) else None
        if kind not in ("acc", "gyr"):
            continue
        if kind in found:
            raise SampleError(f"expected the files of one recording, got {table.file} beside another of its kind")
        unit = of_unit(kind, written, "deg/s" if kind == "gyr" else "m/s^2")
        time = table.place("timestamp")
        assert time is not None
        found[kind] = Vectors(_spread(table.numbers(time) / 1e3), table.vectors(places), unit)
    if "acc" not in found:
        raise SampleError(
            f"expected the acceleration, got {', '.join(table.file for table in tables[:3])}, whose names do not "
            "say that they are of the accelerometer; put acc or gyro into the names of the files"
        )
    return Signals(found["acc"], found.get("gyr"))


def _spread(t: FloatArray) -> FloatArray:
    """Spread the vectors of each packet evenly up to the next one's time.

    Examples
    --------
    >>> nan = float("nan")
    >>> _spread(np.array([1.0, nan, 2.0, nan]))
    array([1. , 1.5, 2. , 2.5])
    """
    stamped = np.flatnonzero(np.isfinite(t))
    if len(stamped) < 2 or len(stamped) == len(t):
        return t
    per_row = float(np.median(np.diff(t[stamped]) / np.diff(stamped)))
    result = np.full(len(t), np.nan)
    for first, end in zip(stamped, [*stamped[1:], len(t)]):
        n = end - first
        step = per_row if end == len(t) else min((t[end] - t[first]) / n, 1.5 * per_row)  # a packet may be lost
        result[first:end] = t[first] + step * np.arange(n)
    return result


MOVESENSE = Export(
    "a Movesense Showcase export",
    _fits,
    _read,
    reads="a file a sensor, by its name or the unit in its header; m/s², deg/s; the vectors of a packet, of which "
    "only the first has a time, are spread up to the next",
    refuses="files whose names and headers do not say of which sensor they are",
    in_parts=True,
)
