"""Named columns: a table that a user explains, in place of a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imucount.errors import SampleError
from imucount.formats.column_names import meaning_of
from imucount.formats.layouts.export import Ask, Export, Signals, Vectors, known_rate, one_table
from imucount.formats.layouts.tables import Head, Table, chosen_device
from imucount.formats.unit_names import unit_named
from imucount.outside_text import quoted
from imucount.samples import FloatArray
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["PARTS", "columns_of_option", "columns_of_parts", "explained"]

PARTS = {"t": ("t",), "acc": ("ax", "ay", "az"), "gyr": ("gx", "gy", "gz"), "device": ("device",)}
"""What may be named, and what we call its columns."""

_WORDS = {"time": "t", **{name: name for name in PARTS}}


def columns_of_option(text: str) -> dict[str, str]:
    """Make the names of columns, theirs to ours, of what a command line says.

    Raises
    ------
    SampleError
        If they are not written as "time=stamp,acc=a1,a2,a3,gyr=w1,w2,w3"; "device=D" may be there, too.

    Examples
    --------
    >>> columns_of_option("time=stamp,acc=u,v,w")
    {'stamp': 't', 'u': 'ax', 'v': 'ay', 'w': 'az'}
    """
    parts: dict[str, list[str]] = {}
    quantity = ""
    for part in text.split(","):
        word, equals, name = part.partition("=")
        if equals and word.strip() in _WORDS:
            quantity = _WORDS[word.strip()]
            if quantity in parts:
                raise SampleError(f"expected {word.strip()} once in the columns, got {quoted(text)}")
            parts[quantity] = [name.strip()]
        elif quantity:
            parts[quantity].append(part.strip())
        else:
            raise SampleError(f"expected columns such as time=t,acc=ax,ay,az,gyr=gx,gy,gz, got {quoted(text)}")
    return columns_of_parts(parts)


def columns_of_parts(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Make the names of columns, theirs to ours, of those of "t", "acc", "gyr" and "device".

    Raises
    ------
    SampleError
        If they are not one of time, three of each quantity and one of the device, each once.
    """
    ours: dict[str, str] = {}
    for quantity, names in parts.items():
        meant = PARTS[quantity]
        if len(names) != len(meant) or not all(names):
            wanted = (
                f"three columns of {quantity}, of x, y and z" if len(meant) == 3 else f"one column of {quantity}"
            )
            raise SampleError(f"expected {wanted}, got {quoted(', '.join(names))}")
        for name, our in zip(names, meant):
            if name in ours:
                raise SampleError(f"expected each column once, got {quoted(name)} twice")
            ours[name] = our
    return ours


def explained(columns: Mapping[str, str], told_units: Mapping[str, str] | None = None) -> Export:
    """Make an export of names, theirs to ours with the unit.

    Parameters
    ----------
    columns : mapping of str to str
        As of `HowToRead`; without a unit it is s, m/s² or rad/s.
    told_units : mapping of str to str, optional
        Units of "t", "acc" and "gyr", over those of `columns`.

    Raises
    ------
    SampleError
        If ours are not time and three axes of what is measured.
    """
    places: dict[str, dict[str, str]] = {}
    units = dict(told_units or {})
    of_device = next((theirs for theirs, ours in columns.items() if ours == "device"), None)
    for theirs, ours in columns.items():
        if ours == "device":
            continue
        meaning = meaning_of(ours)
        if meaning is None:
            raise SampleError(
                f"expected a name such as t, ax (g), gx (deg/s) or device for {quoted(theirs)}, got {quoted(ours)}"
            )
        quantity = meaning.quantity
        if quantity not in (told_units or {}):
            unit = unit_named(quantity, meaning.unit) if meaning.unit else PLAIN_UNITS[quantity]
            if unit is None or units.setdefault(quantity, unit) != unit:
                raise SampleError(f"expected one known unit for {quantity}, got {quoted(ours)}")
        if meaning.axis in places.setdefault(quantity, {}):
            raise SampleError(f"expected each of t, ax ... gz once, got {quoted(ours)} again")
        places[quantity][meaning.axis] = theirs
    if any(len(axes) != 3 for quantity, axes in places.items() if quantity != "t") or "acc" not in places:
        raise SampleError(
            f"expected ax, ay and az, and gx, gy, gz or none of them, got {', '.join(columns.values())}"
        )

    def fits(head: Head) -> bool:
        return set(columns) <= set(head.names)

    def read(tables: Sequence[Table], ask: Ask) -> Signals:
        table = one_table(tables)
        names = table.head.names
        device: dict[str, str] = {}
        if of_device is not None:
            place = names.index(of_device)
            device["device"] = chosen_device(table.text(place), ask.device)
            table = table.only(lambda frame: frame[place].str.strip() == device["device"])
        elif ask.device is not None:
            raise SampleError(
                f"expected {quoted(ask.device)} of a column that says whose row it is, got none; name it, as by "
                "device=NAME among the columns"
            )
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
            vectors("acc"),
            vectors("gyr") if "gyr" in places else None,
            sampling_rate_hz=ask.sampling_rate_hz,
            metadata=device,
        )

    return Export("a table whose columns were named", fits, read)
