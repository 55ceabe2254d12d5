"""Layout files: how to read a table of nobody's, kept in a small TOML.

::

    separator = ";"
    gyr_axes = "y,-x,z"

    [columns]
    t = "stamp"
    acc = ["a1", "a2", "a3"]
    gyr = ["w1", "w2", "w3"]

    [units]
    t = "ms"
    acc = "g"
    gyr = "deg/s"
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from imucount.errors import CountingError, RecordingError, SampleError
from imucount.formats.named_columns import PARTS, columns_of_parts, explained
from imucount.formats.reading import HowToRead
from imucount.outside_text import quoted
from imucount.whole_file import replaced

__all__ = ["read_layout", "with_layout", "write_layout"]

_NUMBERS = ("sampling_rate_hz", "acc_sign")
_TEXTS = ("separator", "gyr_axes", "acc_axes")
_KEYS = ("columns", "units", *_NUMBERS, *_TEXTS)

_LARGEST_BYTES = 1 << 16


def read_layout(path: str | PathLike[str]) -> HowToRead:
    """Read a layout.

    Raises
    ------
    RecordingError
        If it cannot be read, or is no layout.
    """
    file = fspath(path)
    try:
        with open(file, "rb") as opened:
            data = opened.read(_LARGEST_BYTES + 1)
        if len(data) > _LARGEST_BYTES:
            raise SampleError(f"expected a layout of some lines, got more than {_LARGEST_BYTES} bytes")
        return _understood(tomllib.loads(data.decode("utf-8-sig")))
    except (OSError, ValueError, CountingError) as error:  # SampleError is a ValueError, as what is no TOML
        if isinstance(error, OSError):
            reason = f"expected a layout that can be read, got: {error.strerror or error}"
        elif isinstance(error, (SampleError, CountingError)):
            reason = str(error)
        else:
            reason = f"expected a layout in TOML, got: {error}"
        raise RecordingError(reason, file) from error


def with_layout(how: HowToRead) -> HowToRead:
    """Give what a layout says, where one is named, with what else is told over it.

    Raises
    ------
    RecordingError
        As `read_layout` does.
    """
    return how if how.layout is None else how.over(read_layout(how.layout))


def write_layout(path: str | PathLike[str], how: HowToRead) -> None:
    """Write a layout, from which `read_layout` gives the same back; a device is none of it.

    Raises
    ------
    SampleError
        If it names no columns.
    RecordingError
        If the file cannot be written.
    """
    if how.columns is None:
        raise SampleError("expected the names of columns for a layout, got none; name them, as by --columns")
    explained(how.columns, how.units)
    lines = [f"{name} = {_toml(getattr(how, name))}" for name in (*_NUMBERS, *_TEXTS) if getattr(how, name)]
    ours = {_without_unit(our): theirs for theirs, our in how.columns.items()}
    lines += [*([""] if lines else []), "[columns]"]
    for quantity, names in PARTS.items():
        if names[0] in ours:
            told = [ours[name] for name in names]
            lines.append(f"{quantity} = {_toml(told if len(told) > 1 else told[0])}")
    units = _units_of(how)
    if units:
        lines += ["", "[units]", *(f"{quantity} = {_toml(unit)}" for quantity, unit in units.items())]
    with replaced(path) as file:
        file.write("\n".join(lines) + "\n")


def _understood(document: dict[str, Any]) -> HowToRead:
    for key in document:
        if key not in _KEYS:
            raise SampleError(f"expected the keys {', '.join(_KEYS)} in a layout, got {quoted(key, 40)}")
    parts = _table(document, "columns")
    if not parts:
        raise SampleError("expected the columns of a table in a layout, under [columns], got none")
    names: dict[str, list[str]] = {}
    for quantity, told in parts.items():
        if quantity not in PARTS:
            raise SampleError(f"expected the columns {', '.join(PARTS)}, got {quoted(quantity, 40)}")
        names[quantity] = [told] if isinstance(told, str) else told
        if not isinstance(names[quantity], list) or not all(isinstance(each, str) for each in names[quantity]):
            raise SampleError(
                f"expected the names of the columns of {quantity} as text, got {quoted(str(told), 60)}"
            )
    units = _table(document, "units")
    for name in _TEXTS:
        if not isinstance(document.get(name, ""), str):
            raise SampleError(f"expected text for {name}, got {quoted(str(document[name]), 40)}")
    for name in _NUMBERS:
        told = document.get(name, 1)
        if isinstance(told, bool) or not isinstance(told, (int, float)):
            raise SampleError(f"expected a number for {name}, got {quoted(str(told), 40)}")
    how = HowToRead(
        units={quantity: str(unit) for quantity, unit in units.items()} or None,
        columns=columns_of_parts(names),
        **{name: document.get(name) for name in (*_NUMBERS, *_TEXTS)},
    )
    explained(how.columns or {}, how.units)
    return how


def _table(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise SampleError(f"expected a table [{key}] in a layout, got {quoted(str(table), 40)}")
    return table


def _toml(value: object) -> str:
    """Write a text, a number or a list of texts as TOML does, which takes JSON's strings but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _without_unit(our: str) -> str:
    return our.split("(")[0].strip()


def _units_of(how: HowToRead) -> dict[str, str]:
    """Give the units that are told, beside the columns or with their names."""
    units = {}
    for our in (how.columns or {}).values():
        plain, bracket, unit = our.partition("(")
        if bracket:
            quantity = next(quantity for quantity, names in PARTS.items() if plain.strip() in names)
            units[quantity] = unit.rstrip(")").strip()
    return units | dict(how.units or {})
