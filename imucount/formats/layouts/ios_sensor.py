"""iOS tables in Apple's signs: Core Motion's names and units, no program's."""

from __future__ import annotations

from collections.abc import Sequence

from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, no_gravity, one_table
from imucount.formats.layouts.tables import Head, Table

__all__ = ["IOS_SENSOR"]

_TIMES = ("timestamp", "time", "t", "seconds", "time_s")
_STEMS = ("acceleration{}", "useracceleration{}", "useracc{}")


def _fits(head: Head) -> bool:
    if not head.plain.intersection(_TIMES) or not _acceleration(head):
        return False
    return bool(head.plain & {"deviceorientation", "rotationratex"})


def _acceleration(head: Head) -> str | None:
    return next((stem for stem in _STEMS if head.has(*(stem.format(axis) for axis in "xyz"))), None)


def _read(tables: Sequence[Table], ask: Ask) -> Signals:
    table = one_table(tables)
    stem = _acceleration(table.head)
    acc = table.places(stem) if stem is not None else None
    gravity, gyr = table.places("gravity{}"), table.places("rotationrate{}")
    time = table.place(*_TIMES)
    assert acc is not None
    assert time is not None
    t = table.dates(time) if table.has_dates(time) else table.numbers(time)
    values = table.vectors(acc)
    if gravity is not None:  # Core Motion then means the acceleration of the user, without it
        values = values + table.vectors(gravity)
    elif stem != _STEMS[0]:
        raise no_gravity("the user's acceleration of Core Motion", "record its gravity with it")
    return Signals(
        Vectors(t, -values, "g"),
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
    reads="AccelerationX..Z in g, with GravityX..Z added where they are there, turned round, and RotationRateX..Z "
    "in rad/s; Unix s",
    refuses="UserAcceleration without Gravity; without RotationRate the direction stays unknown",
)
