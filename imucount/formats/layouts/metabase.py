"""MetaBase: MbientLab's app, a file a sensor, each at its own rate."""

from __future__ import annotations

from collections.abc import Sequence

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, unit_in
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named

__all__ = ["METABASE"]

_AXES = "{}-axis"


def _fits(head: Head) -> bool:
    return head.has("elapsed", "x-axis", "y-axis", "z-axis") and bool(head.plain & {"epoch", "epoc"})


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    found: dict[str, Vectors] = {}
    for table in tables:
        places, epoch = table.places(_AXES), table.place("epoch", "epoc")
        assert places is not None
        assert epoch is not None
        written = unit_in(table.head.names[places[0]])
        for quantity in ("acc", "gyr"):
            unit = unit_named(quantity, written)
            if unit is None:
                continue
            if quantity in found:
                raise SampleError(
                    f"expected the files of one recording, got {table.file} beside another of its kind"
                )
            found[quantity] = Vectors(table.numbers(epoch) / 1e3, table.vectors(places), unit)
    if "acc" not in found:
        raise SampleError("expected the file of the accelerometer, got none; give it with that of the gyroscope")
    return Signals(found["acc"], found.get("gyr"), is_unix=True)


METABASE = Export(
    "an MbientLab MetaBase export",
    _fits,
    _read,
    reads="accelerometer and gyroscope in a file each, at any two rates; g, deg/s; Unix ms (`epoch` or `epoc`)",
    refuses="the gyroscope alone",
    in_parts=True,
)
