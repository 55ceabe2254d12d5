"""APDM: the CSV of Mobility Lab, several devices side by side below three header rows."""

from __future__ import annotations

from collections.abc import Sequence

from imucount.errors import SampleError
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, one_table
from imucount.formats.layouts.tables import Head, Table, chosen_device

__all__ = ["APDM"]


def _fits(head: Head) -> bool:
    return head.names[0].startswith("Format=") and "Accelerometer" in head.cells(0)


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    sensors = table.head.cells(0)
    starts = [place for place, name in enumerate(sensors) if name == "Accelerometer"]
    names = [_label(table.head.names, place) for place in starts]
    chosen = chosen_device(names, ask.device)
    first = starts[names.index(chosen)]
    end = next((place for place in starts if place > first), len(sensors))
    gyro = next((place for place in range(first, end) if sensors[place] == "Gyroscope"), None)
    t = table.numbers(0) / 1e6
    if not len(t):
        raise SampleError("expected rows below the three header rows, got none; was the export cut short?")
    return Signals(
        Vectors(t, table.vectors(range(first, first + 3)), "m/s^2"),
        None if gyro is None else Vectors(t, table.vectors(range(gyro, gyro + 3)), "rad/s"),
        is_unix=True,
        metadata={"device": chosen},
    )


def _label(cells: Sequence[str], place: int) -> str:
    """Name a device: its number stands above its first column, its place on the body three further."""
    label = cells[place + 3] if place + 3 < len(cells) else ""
    return label or (cells[place] if place < len(cells) else "") or f"column {place + 1}"


APDM = Export(
    "an APDM export",
    _fits,
    _read,
    reads="three header rows, devices side by side, one by `--device`; m/s², rad/s; Unix µs",
    refuses="several devices unless one is named",
    rows=3,
)
