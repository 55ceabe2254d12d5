"""iOS tables in Apple's signs: Core Motion's names and units, no program's."""

from __future__ import annotations

from collections.abc import Sequence

from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, one_table
from imucount.formats.layouts.tables import Head, Table

__all__ = ["IOS_SENSOR"]

_TIMES = ("timestamp", "time", "t", "seconds")


def _fits(head: Head) -> bool:
    if not head.has("accelerationx", "accelerationy", "accelerationz"):
        return False
    return bool(head.plain.intersection(_TIMES)) and bool(head.plain & {"deviceorientation", "rotationratex"})


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    acc, gyr = table.places("acceleration{}"), table.places("rotationrate{}")
    time = table.place(*_TIMES)
    assert acc is not None
    assert time is not None
    t = table.dates(time) if table.has_dates(time) else table.numbers(time)
    return Signals(
        Vectors(t, -table.vectors(acc), "g"),
        None if gyr is None else Vectors(t, table.vectors(gyr), "rad/s"),
        is_unix=bool(len(t)) and t[0] > 1e9,
        warnings=(
            "Apple's accelerometer shows gravity with the opposite sign; the acceleration was turned round.",
        ),
    )


IOS_SENSOR = Export(
    "an iOS export in Apple's signs",
    _fits,
    _read,
    reads="AccelerationX..Z in g, turned round, and RotationRateX..Z in rad/s; Unix s",
    refuses="nothing of it; without RotationRate the direction stays unknown",
)
