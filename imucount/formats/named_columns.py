"""Named columns: a table that a user explains, in place of a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.column_names import meaning_of
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, known_rate, one_table
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named
from imucount.outside_text import quoted
from imucount.samples import FloatArray
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["columns_of_option", "explained"]

_OURS = {"t": "t", "acc": "a", "gyr": "g"}
_WORDS = {"t": "t", "time": "t", "acc": "acc", "gyr": "gyr"}


def columns_of_option(columns: str, units: str = "") -> dict[str, str]:
    """Make the names of columns, theirs to ours, of what a command line says.

    Parameters
    ----------
    columns : str
        Such as "time=stamp,acc=a1,a2,a3,gyr=w1,w2,w3".
    units : str, optional
        Such as "time=ms,acc=g,gyr=deg/s".

    Raises
    ------
    SampleError
        If they are not written so.

    Examples
    --------
    >>> columns_of_option("time=stamp,acc=u,v,w", "time=ms,acc=g")
    {'stamp': 't (ms)', 'u': 'ax (g)', 'v': 'ay (g)', 'w': 'az (g)'}
    """
    parts: dict[str, list[str]] = {}
    quantity = ""
    for part in columns.split(","):
        word, equals, name = part.partition("=")
        if equals and word.strip() in _WORDS:
            quantity = _WORDS[word.strip()]
            if quantity in parts:
                raise SampleError(f"expected {word.strip()} once in the columns, got {quoted(columns)}")
            parts[quantity] = [name.strip()]
        elif quantity:
            parts[quantity].append(part.strip())
        else:
            raise SampleError(f"expected columns such as time=t,acc=ax,ay,az,gyr=gx,gy,gz, got {quoted(columns)}")
    known = _units(units)
    ours: dict[str, str] = {}
    for quantity, names in parts.items():
        if len(names) != (1 if quantity == "t" else 3) or not all(names):
            wanted = "one column of time" if quantity == "t" else f"three columns of {quantity}, of x, y and z"
            raise SampleError(f"expected {wanted}, got {quoted(', '.join(names))}")
        unit = known.get(quantity, PLAIN_UNITS[quantity])
        for name, axis in zip(names, ("",) if quantity == "t" else "xyz"):
            if name in ours:
                raise SampleError(f"expected each column once, got {quoted(name)} twice")
            ours[name] = f"{_OURS[quantity]}{axis} ({unit})"
    return ours


def _units(text: str) -> dict[str, str]:
    units = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        word, _, name = (each.strip() for each in part.partition("="))
        quantity = _WORDS.get(word, "")
        unit = unit_named(quantity, name) if quantity else None
        if unit is None:
            known = "; ".join(f"{each}: {', '.join(TO_SI[each])}" for each in TO_SI)
            raise SampleError(f"expected units such as time=ms,acc=g,gyr=deg/s ({known}), got {quoted(part)}")
        units[quantity] = unit
    return units


def explained(columns: Mapping[str, str]) -> Export:
    """Make an export of names, theirs to ours with the unit.

    Raises
    ------
    SampleError
        If ours are not time and three axes of what is measured.
    """
    places: dict[str, dict[str, str]] = {}
    units: dict[str, str] = {}
    for theirs, ours in columns.items():
        meaning = meaning_of(ours)
        if meaning is None:
            raise SampleError(
                f"expected a name such as t, ax (g) or gx (deg/s) for {quoted(theirs)}, got {quoted(ours)}"
            )
        unit = unit_named(meaning.quantity, meaning.unit) if meaning.unit else PLAIN_UNITS[meaning.quantity]
        if unit is None or units.setdefault(meaning.quantity, unit) != unit:
            raise SampleError(f"expected one known unit for {meaning.quantity}, got {quoted(ours)}")
        if meaning.axis in places.setdefault(meaning.quantity, {}):
            raise SampleError(f"expected each of t, ax ... gz once, got {quoted(ours)} again")
        places[meaning.quantity][meaning.axis] = theirs
    if any(len(axes) != 3 for quantity, axes in places.items() if quantity != "t") or "acc" not in places:
        raise SampleError(
            f"expected ax, ay and az, and gx, gy, gz or none of them, got {', '.join(columns.values())}"
        )

    def fits(head: Head) -> bool:
        return set(columns) <= set(head.names)

    def read(tables: Sequence[Table], ask: Ask) -> Signals:
        table = one_table(tables)
        names = table.head.names
        if "t" in places:
            time = names.index(places["t"][""])
            dated = any(":" in cell for cell in table.text(time)[:10])
            t: FloatArray = table.dates(time) if dated else table.numbers(time) * TO_SI["t"][units["t"]]
        else:
            t = np.arange(len(table)) / known_rate(None, ask, "since no column of time is named")

        def vectors(quantity: str) -> Vectors:
            values = table.vectors([names.index(places[quantity][axis]) for axis in "xyz"])
            return Vectors(t, values if quantity == "gyr" else (ask.acc_sign or 1) * values, units[quantity])

        return Signals(
            vectors("acc"), vectors("gyr") if "gyr" in places else None, sampling_rate_hz=ask.sampling_rate_hz
        )

    return Export("a table whose columns were named", fits, read)
