"""Export: a program's files, by what they are known and what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from imucount.errors import SampleError
from imucount.formats.layouts.tables import Head, Table
from imucount.formats.unit_names import unit_named
from imucount.samples import FloatArray, interpolated
from imucount.sets import Side
from imucount.units import TO_SI

__all__ = [
    "Ask",
    "Export",
    "Signals",
    "Vectors",
    "known_rate",
    "no_gravity",
    "of_unit",
    "one_table",
    "quantity_of",
    "unit_in",
    "unwrapped",
]


@dataclass(frozen=True)
class Ask:
    """What was asked for, where files leave it open.

    Attributes
    ----------
    device : str or None
        Which of several devices.
    sampling_rate_hz : float or None
        Rate of the rows, where no column has the time.
    acc_sign : {1, -1} or None
        -1 where an axis that points up at rest reads -1 g.
    """

    device: str | None = None
    sampling_rate_hz: float | None = None
    acc_sign: int | None = None


@dataclass(frozen=True)
class Vectors:
    """A quantity over time, as it is in a file.

    Attributes
    ----------
    t : (n,) array, s
        NaN where a row has no time.
    xyz : (n, 3) array
        NaN where a value is missing.
    unit : str
        As of `imucount.units.TO_SI`.
    """

    t: FloatArray
    xyz: FloatArray
    unit: str

    def plus(self, gravity: Vectors) -> Vectors:
        """Add the gravity that a program keeps apart.

        Raises
        ------
        SampleError
            If there is none of it.
        """
        known = np.isfinite(gravity.t) & np.isfinite(gravity.xyz).all(axis=1)
        if not known.any():
            raise SampleError(
                "expected rows in the file of gravity, got none; give the file of the same recording"
            )
        return replace(self, xyz=self.xyz + interpolated(self.t, gravity.t[known], gravity.xyz[known]))


@dataclass(frozen=True)
class Signals:
    """What the files of a recording hold.

    Attributes
    ----------
    acc : Vectors
        Specific force, with gravity; +1 g on an axis that points up at rest.
    gyr : Vectors or None
        Angular rate. With the same array `t` as `acc` they are of the same rows.
    sampling_rate_hz : float or None
        As the files declare it.
    is_unix : bool
        Whether the times are Unix time, so that the start is known.
    metadata : mapping of str to str
        What else they say.
    warnings : tuple of str
        What a reader should know, a sentence each.
    side : {"left", "right"} or None
        The shoulder that wore the sensor, where the files say it.
    """

    acc: Vectors
    gyr: Vectors | None = None
    sampling_rate_hz: float | None = None
    is_unix: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    side: Side | None = None


@dataclass(frozen=True)
class Export:
    """A program's files: by what they are known, and how they are read.

    Other packages add one by an entry point of the group `imucount.layouts` that names it.

    Attributes
    ----------
    name : str
        Whose they are, such as "a Movella DOT export".
    fits : callable
        Takes a `Head` and tells whether its line is the names of the columns of such a file. It goes by the names
        and the lines above, never by the ending of the file or the order of the columns.
    read : callable
        Takes the tables of one recording, as a list of `Table`, and an `Ask`, and gives `Signals`. It raises
        SampleError with a sentence that says what to record, or which option to give.
    reads : str
        What is read of it, for the table of formats: files, units, sign, time.
    refuses : str
        What is refused, and why.
    in_parts : bool
        Whether a recording is in several files.
    rows : int
        Lines that the names of the columns take, from the one that fits on.
    """

    name: str
    fits: Callable[[Head], bool]
    read: Callable[[Sequence[Table], Ask], Signals]
    reads: str = ""
    refuses: str = ""
    in_parts: bool = False
    rows: int = 1


_QUANTITIES = {
    "gravity": r"gravity",
    "gyr": r"gyr|rotation|angular|ang.?vel",
    "linear": r"linear|without.?g|no.?g\b|user.?acc|lin.?acc",
    "total": r"total.?acc",
    "acc": r"acc",
}


def quantity_of(text: str) -> str | None:
    """Tell by the name of a file or a column what it holds.

    Returns
    -------
    {"gravity", "gyr", "linear", "total", "acc"} or None
        "linear" is acceleration without gravity, "total" one that says to have it.

    Examples
    --------
    >>> quantity_of("Linear Acceleration x (m/s^2)"), quantity_of("Polar_1_GYRO.txt"), quantity_of("x")
    ('linear', 'gyr', None)
    """
    return next((name for name, words in _QUANTITIES.items() if re.search(words, text, re.IGNORECASE)), None)


def one_table(tables: Sequence[Table]) -> Table:
    """Give the only table of a recording.

    Raises
    ------
    SampleError
        If there are several.
    """
    if len(tables) != 1:
        raise SampleError(
            f"expected one file a recording, got {', '.join(table.file for table in tables[:4])}; "
            "give them one by one"
        )
    return tables[0]


def no_gravity(name: str, what_to_do: str) -> SampleError:
    """Make the refusal of an acceleration without gravity."""
    return SampleError(f"expected acceleration with gravity, which tells what is up, got {name}; {what_to_do}")


def known_rate(declared_hz: float | None, ask: Ask, where: str) -> float:
    """Give the rate of rows without time.

    Raises
    ------
    SampleError
        If neither the file nor the user says it.
    """
    rate_hz = ask.sampling_rate_hz if declared_hz is None else declared_hz
    if rate_hz is None:
        raise SampleError(
            f"expected the time of the rows, or their rate, {where}, got neither; give it, as by --rate 100"
        )
    return rate_hz


def of_unit(quantity: str, text: str | None, otherwise: str) -> str:
    """Give the unit that a text names, or the one that the format has where it names none.

    Raises
    ------
    SampleError
        If the text names an unknown one.
    """
    if not text:
        return otherwise
    unit = unit_named(quantity, text)
    if unit is None:
        raise SampleError(
            f"expected the unit of {quantity} to be one of {', '.join(TO_SI[quantity])}, got {text!r}; "
            "convert the values"
        )
    return unit


def unit_in(name: str) -> str:
    """Give what stands in the last brackets of a name; nothing if there are none.

    Examples
    --------
    >>> unit_in("AccX(g)"), unit_in("t")
    ('g', '')
    """
    match = re.search(r"[(\[](.*)[)\]]", name)
    return match[1] if match else ""


def unwrapped(ticks: FloatArray, modulus: float) -> FloatArray:
    """Let a counter that begins anew at a modulus go on.

    Examples
    --------
    >>> unwrapped(np.array([65534.0, 65535.0, 0.0, 2.0]), 65536)
    array([65534., 65535., 65536., 65538.])
    """
    known = np.isfinite(ticks)
    values = ticks[known]
    turns = np.cumsum(np.concatenate([[0], np.diff(values) < -modulus / 2])) if len(values) else values
    result = ticks.copy()
    result[known] = values + modulus * turns
    return result
