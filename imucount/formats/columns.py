"""Columns: which columns of a table are time, acceleration and angular rate, and in which units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from imucount.errors import SampleError
from imucount.formats.column_names import Meaning, is_plain, meaning_of
from imucount.formats.dialect import is_row_of_numbers
from imucount.formats.layouts import Layout, layout_of
from imucount.formats.layouts.layout import plain_name
from imucount.formats.unit_names import unit_named
from imucount.outside_text import printable_line, quoted
from imucount.samples import FloatArray, Samples
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["Columns", "NoColumnsError", "known_units", "understand_columns", "understand_units"]

_LARGEST = 1e30  # m/s² or rad/s: far beyond any sensor, and its square is still a number

_AXES = {"acc": ("ax", "ay", "az"), "gyr": ("gx", "gy", "gz")}
_MEASURED = {"t": "time", "acc": "acceleration", "gyr": "angular rate"}

_NAMING = "say the unit in the name where it is not s, m/s^2 or rad/s, as in 'ax (g)' or 'gx (deg/s)'"

_LIKE_GYROSCOPE = re.compile(r"gyr|omega|rot.*rate|ang.*(vel|rate)|dps|deg/s|rad/s|°/s", re.IGNORECASE)

_DEVICE = frozenset(
    [
        "device",
        "devicename",
        "deviceid",
        "deviceaddress",
        "sensorid",
        "sensorname",
        "imuid",
        "clip",
        "clipid",
        "node",
        "mac",
    ]
)


class NoColumnsError(SampleError):
    """Names among which there are no time and acceleration: perhaps it is not the line with the names."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are, as its header says.

    Attributes
    ----------
    names : tuple of str
        All columns in the order of the table.
    used : tuple of int
        Where t, ax, ay, az and, with a gyroscope, gx, gy, gz are among `names`.
    units : mapping of str to str
        The units in the table of "t", "acc" and, with a gyroscope, "gyr".
    gravity : tuple of int
        Where three columns are that must be added to the acceleration; none if it has gravity itself.
    acc_sign : {1, -1}
        -1 where the table has the acceleration in the other sign.
    device : int or None
        Where the name of the device is that a row is from.
    is_gyr_bare : bool
        Whether the angular rate has other names than gx, gy, gz, and nothing says its unit.
    layout : str
        Whose layout it is, where a program's was recognised.
    warnings : tuple of str
        What a reader should know, a sentence each.
    """

    names: tuple[str, ...]
    used: tuple[int, ...]
    units: Mapping[str, str]
    gravity: tuple[int, ...] = ()
    acc_sign: int = 1
    device: int | None = None
    layout: str = ""
    is_gyr_bare: bool = False
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return "gyr" in self.units

    @property
    def read(self) -> tuple[int, ...]:
        """Columns of numbers that are read, in the order in which `with_gravity` takes them."""
        return (*self.used, *self.gravity)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Names of the columns that are not read."""
        read = {*self.read, self.device}
        return tuple(name for index, name in enumerate(self.names) if index not in read and name)

    @property
    def renamed(self) -> Mapping[str, str]:
        """For each of t, ax ... gz that has another name in the table, that name."""
        wanted = ("t", *_AXES["acc"], *(_AXES["gyr"] if self.has_gyroscope else ()))
        return {
            name: self.names[place] for name, place in zip(wanted, self.used) if not is_plain(self.names[place])
        }

    @property
    def says_unit_of_time(self) -> bool:
        """Whether the name of the column of time has its unit."""
        meaning = meaning_of(self.names[self.used[0]])
        return bool(self.layout) or (meaning is not None and meaning.unit is not None)

    def in_units(self, told: Mapping[str, str]) -> Columns:
        """Take the units that a person tells, over those that the table says."""
        units = {quantity: told.get(quantity, unit) for quantity, unit in self.units.items()}
        return replace(self, units=units, is_gyr_bare=self.is_gyr_bare and "gyr" not in told)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What could also be meant otherwise, a sentence each, with what to say then."""
        if not self.is_gyr_bare:
            return ()
        names = ", ".join(self.names[place] for place in self.used[4:])
        return (
            f"The columns {printable_line(names, 80)} do not say their unit and were taken for rad/s; where they "
            "are in deg/s, say so by --units gyr=deg/s.",
        )

    def with_gravity(self, values: FloatArray) -> FloatArray:
        """Bring an (n, len(read)) array to (n, len(used)), with gravity in the acceleration."""
        if not self.gravity:
            return values
        n = len(self.used)
        table = values[:, :n].copy()
        with np.errstate(over="ignore", invalid="ignore"):
            table[:, 1:4] += values[:, n:]
        return table

    def to_samples(self, t: FloatArray, x: FloatArray) -> Samples:
        """Make samples of time in s, (n,), and the other columns in the order of `used`, in their units."""
        acc = _in_si(x[:, :3], self.acc_sign * TO_SI["acc"][self.units["acc"]])
        gyr = _in_si(x[:, 3:6], TO_SI["gyr"][self.units["gyr"]]) if self.has_gyroscope else None
        return Samples.owning(t, acc, gyr)


def understand_columns(
    names: Sequence[str],
    declared_units: Mapping[str, str] | None = None,
    told_units: Mapping[str, str] | None = None,
) -> Columns:
    """Find time, acceleration and angular rate among the names of columns.

    Parameters
    ----------
    names : sequence of str
        t, ax, ay, az and, with a gyroscope, gx, gy, gz, in any order, or what else people call these, such as
        "timestamp", "acc_x" and "Gyroscope X"; each may carry its unit, as in "ax (g)" or "gyr_x_dps". Other names
        are left aside. The header of a program that is known brings its own meaning.
    declared_units : mapping of str to str, optional
        The units of "t", "acc" and "gyr", where they are declared beside the names.
    told_units : mapping of str to str, optional
        Those of them that a person tells: whatever the names say then is not asked.

    Raises
    ------
    NoColumnsError
        If time or the acceleration is missing.
    SampleError
        If a column could be meant twice, or a unit is unknown or contradicts another.

    Examples
    --------
    >>> understand_columns(["t", "az", "ay", "ax (g)", "ay (g)"])
    Traceback (most recent call last):
    imucount.errors.SampleError: expected each column once, got ay twice
    >>> understand_columns(["Time", "az (g)", "ay (g)", "ax (g)"]).units
    {'t': 's', 'acc': 'g'}
    """
    names = tuple(name.strip() for name in names)
    layout = layout_of(names)
    if layout is not None:
        return _by_layout(layout, names)
    meanings = {place: meaning for place, name in enumerate(names) if (meaning := meaning_of(name))}
    time = _column_of_time(names, meanings)
    acc = _three_columns("acc", names, meanings)
    gyr = _three_columns("gyr", names, meanings)
    has_gyroscope = any(place is not None for place in gyr)
    missing = [] if time is not None else ["t"]
    missing += [name for name, place in zip(_AXES["acc"], acc) if place is None]
    missing += [name for name, place in zip(_AXES["gyr"], gyr) if place is None and has_gyroscope]
    if missing:
        raise NoColumnsError(_missing_columns(missing, names))
    places = {"t": [time], "acc": acc, "gyr": gyr}
    told = told_units or {}
    units = {
        quantity: told[quantity]
        if quantity in told
        else _unit_of(quantity, [place for place in group if place is not None], names, meanings, declared_units)
        for quantity, group in places.items()
        if any(place is not None for place in group)
    }
    used = tuple(place for group in places.values() for place in group if place is not None)
    likely = [name for place, name in enumerate(names) if place not in used and _LIKE_GYROSCOPE.search(name)]
    warnings = []
    if "gyr" not in units and likely:
        warnings.append(
            f"No angular rate was found; if {printable_line(likely[0], 80)} holds it, name the columns gx, gy, "
            "gz, with the unit where it is not rad/s."
        )
    is_gyr_bare = (
        has_gyroscope
        and "gyr" not in {**(declared_units or {}), **told}
        and not any(is_plain(names[place]) or meanings[place].unit for place in used[4:])
    )
    device = next((place for place, name in enumerate(names) if _is_device(name)), None)
    return Columns(names, used, units, device=device, is_gyr_bare=is_gyr_bare, warnings=tuple(warnings))


def understand_units(text: str) -> dict[str, str]:
    """Units that a line such as "t s, acc m/s^2, gyr rad/s" declares.

    Raises
    ------
    SampleError
        If a quantity or a unit is unknown.
    """
    units: dict[str, str] = {}
    for part in text.split(","):
        words = part.split()
        if len(words) != 2 or words[0] not in PLAIN_UNITS or words[0] in units:
            raise SampleError(
                f"expected units such as 't s, acc m/s^2, gyr rad/s', got {quoted(text)}; "
                "was the line written by another program?"
            )
        units[words[0]] = _known_unit(words[0], words[1])
    return units


def known_units(units: Mapping[str, str]) -> dict[str, str]:
    """Spell out units of "t", "acc" and "gyr" that a person told.

    Raises
    ------
    SampleError
        If a quantity or a unit is unknown.
    """
    for quantity in units:
        if quantity not in PLAIN_UNITS:
            raise SampleError(f"expected units of t, acc or gyr, got one of {quoted(str(quantity), 40)}")
    return {quantity: _known_unit(quantity, str(unit)) for quantity, unit in units.items()}


def _in_si(values: FloatArray, factor: float) -> FloatArray:
    with np.errstate(over="ignore"):  # a number that is too large for a unit is none of a sensor anyway
        scaled: FloatArray = values * factor
    return np.nan_to_num(scaled, posinf=_LARGEST, neginf=-_LARGEST) if np.isinf(scaled).any() else scaled


def _by_layout(layout: Layout, names: tuple[str, ...]) -> Columns:
    if layout.advice:
        raise SampleError(
            "expected the columns t, ax, ay, az and, with a gyroscope, gx, gy, gz, "
            f"got {layout.name}: {layout.advice}"
        )
    places = {plain_name(name): place for place, name in reversed(list(enumerate(names)))}

    def place_of(wanted: str) -> int | None:
        return next((places[name] for name in layout.columns[wanted] if name in places), None)

    found = {wanted: place_of(wanted) for wanted in layout.columns}
    missing = [wanted for wanted in ("t", *_AXES["acc"]) if found[wanted] is None]
    if missing:
        raise SampleError(
            f"expected {layout.name} with {layout.columns[missing[0]][0]}, which is missing; switch it on for the "
            "next recording"
        )
    has_gyroscope = all(found[wanted] is not None for wanted in _AXES["gyr"])
    wanted = ("t", *_AXES["acc"], *(_AXES["gyr"] if has_gyroscope else ()))
    return Columns(
        names,
        tuple(place for name in wanted if (place := found[name]) is not None),
        {quantity: unit for quantity, unit in layout.units.items() if quantity != "gyr" or has_gyroscope},
        gravity=tuple(places[name] for name in layout.gravity),
        acc_sign=layout.acc_sign,
        layout=layout.name,
        warnings=(layout.told,) if layout.told else (),
    )


def _column_of_time(names: Sequence[str], meanings: Mapping[int, Meaning]) -> int | None:
    places = [place for place, meaning in meanings.items() if meaning.quantity == "t"]
    plain = [place for place in places if is_plain(names[place])]
    if len(plain) > 1:
        raise SampleError("expected each column once, got t twice")
    places = plain or [place for place in places if meanings[place].unit is not None] or places
    if len(places) > 1:
        both = " and ".join(quoted(names[place], 40) for place in places[:2])
        raise SampleError(f"expected one column of time, got {both}; name the one to go by t, with its unit")
    return places[0] if places else None


def _three_columns(quantity: str, names: Sequence[str], meanings: Mapping[int, Meaning]) -> list[int | None]:
    """Find the columns of x, y and z that belong together."""
    groups: dict[str, dict[str, int]] = {}
    for place, meaning in meanings.items():
        if meaning.quantity != quantity:
            continue
        group = groups.setdefault(meaning.style, {})
        if meaning.axis in group:
            known = (
                _AXES[quantity]["xyz".index(meaning.axis)] if is_plain(names[place]) else quoted(names[place], 40)
            )
            raise SampleError(f"expected each column once, got {known} twice")
        group[meaning.axis] = place
    whole = [group for group in groups.values() if len(group) == 3]
    if len(whole) > 1:
        first, second = (", ".join(names[group[axis]] for axis in "xyz") for group in whole[:2])
        raise SampleError(
            f"expected three columns of the {_MEASURED[quantity]}, got {quoted(first, 60)} and "
            f"{quoted(second, 60)}; leave out those that are not meant, or give them other names"
        )
    best = max((whole or list(groups.values())), key=len, default={})
    return [best.get(axis) for axis in "xyz"]


def _unit_of(
    quantity: str,
    places: Sequence[int],
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    declared: Mapping[str, str] | None,
) -> str:
    """Find the one unit of a quantity's columns; one without a unit beside one that has it would be a guess."""
    unit, said_by = (declared or {}).get(quantity), "the units line"
    bare = [place for place in places if meanings[place].unit is None]
    for place in places:
        written = meanings[place].unit
        if written is None:
            continue
        here = _known_unit(quantity, written)
        if unit is not None and here != unit:
            raise SampleError(
                f"expected one unit for {', '.join(names[place] for place in places)}, got {here} by the column "
                f"{names[place]!r} and {unit} by {said_by}"
            )
        if unit is None:
            unit, said_by = here, f"the column {names[place]!r}"
    if bare and len(bare) < len(places) and said_by != "the units line":
        raise SampleError(
            f"expected a unit for each of {', '.join(_AXES[quantity])} or for none, got {said_by} beside "
            f"{names[bare[0]]}"
        )
    return PLAIN_UNITS[quantity] if unit is None else unit


def _known_unit(quantity: str, unit: str) -> str:
    known = unit_named(quantity, unit)
    if known is None:
        raise SampleError(
            f"expected the unit of {quantity} to be one of {', '.join(TO_SI[quantity])}, got {quoted(unit)}; "
            "write one of these if it is meant, or convert the values"
        )
    return known


def _is_device(name: str) -> bool:
    return re.sub(r"[\s_\-]", "", name).lower() in _DEVICE


def _missing_columns(missing: Sequence[str], names: Sequence[str]) -> str:
    message = (
        "expected the columns t, ax, ay, az and, with a gyroscope, gx, gy, gz; "
        f"missing {', '.join(missing)}, got {quoted(', '.join(names))}"
    )
    if any(name.endswith("_CAL") for name in names):
        return f"{message}; this looks like a Shimmer export: name its columns so, and {_NAMING}"
    if is_row_of_numbers(list(names)):
        return (
            f"{message}; if the line with the names of the columns is missing, write it above, such as "
            "t,ax (g),ay (g),az (g),gx (deg/s),gy (deg/s),gz (deg/s)"
        )
    if any(re.match(r"(motion)?(linear|user|free).?acc", name, re.IGNORECASE) for name in names):
        return f"{message}; acceleration without gravity does not do: record the one with it, or gravity as well"
    return f"{message}; rename those that hold them, and {_NAMING}"
