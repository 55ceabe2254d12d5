"""Columns: which columns of a table are time, acceleration and angular rate, and in which units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imucount.errors import SampleError
from imucount.samples import FloatArray, Samples
from imucount.units import PLAIN_UNITS, TO_SI

__all__ = ["Columns", "shortened", "understand_columns", "understand_units"]

_GROUPS = {"t": ("t",), "acc": ("ax", "ay", "az"), "gyr": ("gx", "gy", "gz")}

_SPELLINGS = {"m/s²": "m/s^2", "m/s2": "m/s^2", "°/s": "deg/s", "dps": "deg/s", "µs": "us", "μs": "us"}

_WITH_UNIT = re.compile(r"(\w+)\s*[(\[]\s*(.*?)\s*[)\]]")

_NAMING = "say the unit in the name where it is not s, m/s^2 or rad/s, as in 'ax (g)' or 'gx (deg/s)'"

_ADVICE = f"name the columns t,ax,ay,az,gx,gy,gz, and {_NAMING}"

# A name that occurs in the header of a well-known export, and whose it is. The plain names do not occur here.
_FOREIGN = {
    "SampleTimeFine": "a Movella DOT or Xsens export",
    "DeviceTag:": "a Movella DOT export",
    "acc_x": "a table of another library, perhaps gaitmap's with gyr_x in deg/s",
    "gyr_x": "a gaitmap table with gyr_x in deg/s",
    "seconds_elapsed": "a Sensor Logger export",
    "Phone timestamp": "a Polar Sensor Logger export",
    "epoch (ms)": "an MbientLab MetaBase export",
    "epoc (ms)": "an MbientLab MetaBase export",
    "gFx": "a Physics Toolbox export",
    "accelerometerTimestamp_sinceReboot(s)": "an Apple SensorLog export",
    "AccX(g)": "a WitMotion export",
    "Accelerometer X": "an ActiGraph export",
    "rtcDate": "an OpenLog Artemis export",
    "Ax(g)": "an Axivity export",
    "Accel-X (g)": "an Axivity export",
    "Gyroscope X (deg/s)": "an x-IMU3 export",
    "Time (s)": "a phyphox export",
}


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
    """

    names: tuple[str, ...]
    used: tuple[int, ...]
    units: Mapping[str, str]

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return "gyr" in self.units

    @property
    def ignored(self) -> tuple[str, ...]:
        """Names of the columns that are not read."""
        return tuple(name for index, name in enumerate(self.names) if index not in self.used)

    def to_samples(self, values: FloatArray) -> Samples:
        """Convert an (n, len(used)) array, with the columns in the order of `used`, to Samples in SI units."""
        scale = {quantity: TO_SI[quantity][unit] for quantity, unit in self.units.items()}
        with np.errstate(over="ignore"):  # what overflows is refused as not finite
            return Samples(
                t=values[:, 0] * scale["t"],
                acc=values[:, 1:4] * scale["acc"],
                gyr=values[:, 4:7] * scale["gyr"] if self.has_gyroscope else None,
            )


def understand_columns(names: Sequence[str], declared_units: Mapping[str, str] | None = None) -> Columns:
    """Find time, acceleration and angular rate among the names of columns.

    Parameters
    ----------
    names : sequence of str
        t, ax, ay, az and, with a gyroscope, gx, gy, gz, in any order; each may carry its unit, as in "ax (g)".
        Other names are left aside.
    declared_units : mapping of str to str, optional
        The units of "t", "acc" and "gyr", where they are declared beside the names.

    Raises
    ------
    SampleError
        If a column is missing or there twice, or a unit is unknown or contradicts another.

    Examples
    --------
    >>> understand_columns(["t", "az", "ay", "ax (g)", "ay (g)"])
    Traceback (most recent call last):
    imucount.errors.SampleError: expected each column once, got ay twice
    >>> understand_columns(["t", "az (g)", "ay (g)", "ax (g)"]).units
    {'t': 's', 'acc': 'g'}
    """
    names = tuple(name.strip() for name in names)
    places: dict[str, int] = {}
    units: dict[str, str] = dict(declared_units or {})
    said_by: dict[str, str] = dict.fromkeys(units, "the units line")
    quantities = {name: quantity for quantity, group in _GROUPS.items() for name in group}
    for index, name in enumerate(names):
        match = _WITH_UNIT.fullmatch(name)
        plain, unit = match.groups() if match else (name, None)
        if plain not in quantities:
            continue
        if plain in places:
            raise SampleError(f"expected each column once, got {plain} twice")
        places[plain] = index
        quantity = quantities[plain]
        if unit is not None:
            unit = _known_unit(quantity, unit)
            if units.setdefault(quantity, unit) != unit:
                raise SampleError(
                    f"expected one unit for {', '.join(_GROUPS[quantity])}, got {unit} by the column {name!r} "
                    f"and {units[quantity]} by {said_by[quantity]}"
                )
            said_by.setdefault(quantity, f"the column {name!r}")
    has_gyroscope = any(name in places for name in _GROUPS["gyr"])
    wanted = (*_GROUPS["t"], *_GROUPS["acc"], *(_GROUPS["gyr"] if has_gyroscope else ()))
    missing = [name for name in wanted if name not in places]
    if missing:
        raise SampleError(_missing_columns(missing, names))
    # A column without its unit beside others that have one would be a guess.
    for quantity, group in _GROUPS.items():
        bare = [name for name in group if name in places and names[places[name]] == name]
        if said_by.get(quantity, "").startswith("the column") and bare:
            raise SampleError(
                f"expected a unit for each of {', '.join(group)} or for none, got {said_by[quantity]} "
                f"beside {bare[0]}"
            )
    present = {quantity for quantity, group in _GROUPS.items() if group[0] in places}
    return Columns(
        names,
        tuple(places[name] for name in wanted),
        {quantity: units.get(quantity, unit) for quantity, unit in PLAIN_UNITS.items() if quantity in present},
    )


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
                f"expected units such as 't s, acc m/s^2, gyr rad/s', got {shortened(text)}; "
                "was the line written by another program?"
            )
        units[words[0]] = _known_unit(words[0], words[1])
    return units


def _known_unit(quantity: str, unit: str) -> str:
    unit = _SPELLINGS.get(unit, unit)
    if unit not in TO_SI[quantity]:
        raise SampleError(
            f"expected the unit of {quantity} to be one of {', '.join(TO_SI[quantity])}, got {shortened(unit)}; "
            "write one of these if it is meant, or convert the values"
        )
    return unit


def _missing_columns(missing: Sequence[str], names: Sequence[str]) -> str:
    message = (
        "expected the columns t, ax, ay, az and, with a gyroscope, gx, gy, gz; "
        f"missing {', '.join(missing)}, got {shortened(', '.join(names))}"
    )
    for marker, owner in _FOREIGN.items():
        if any(marker in (name, name.split()[0] if name else "") for name in names):
            return f"{message}; this looks like {owner}: {_ADVICE}"
    if any(name.endswith("_CAL") for name in names):
        return f"{message}; this looks like a Shimmer export: {_ADVICE}"
    if names and all(re.fullmatch(r"[-+.\deE]+", name) for name in names):
        return f"{message}; is the line with the names of the columns missing?"
    if {_WITH_UNIT.sub(r"\1", name).lower() for name in names} >= set(missing):
        return f"{message}; write the names in lower case"
    return f"{message}; rename those that hold them, and {_NAMING}"


def shortened(text: str, longest: int = 120) -> str:
    """Text from a file as it can stand in a message: quoted, on one line, not too long."""
    return repr(text if len(text) <= longest else text[: longest - 3] + "...")
