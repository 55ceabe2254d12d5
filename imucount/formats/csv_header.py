"""Header: what a file says before its first row, found below whatever else stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

from imucount.axis_map import AXES_KEYS, AxisMap
from imucount.errors import CountingError, RecordingError, SampleError
from imucount.formats.columns import Columns, NoColumnsError, understand_columns, understand_units
from imucount.formats.dialect import (
    BLANK,
    SEPARATORS,
    declared_separator,
    is_row_of_numbers,
    separator_of,
    split_cells,
)
from imucount.formats.encoding import decoded
from imucount.formats.no_table import TEXT_ALONE
from imucount.formats.recording import FIRST_LINE
from imucount.formats.text_file import TextFile
from imucount.formats.unit_names import unit_named
from imucount.outside_text import quoted
from imucount.sets import Side

__all__ = ["Header", "read_header"]

_LONGEST_HEADER = 1000  # lines before the names of the columns

_TEXT_LINES = 3
"""Lines without a number below them that are taken for a text, and not for names and units of columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What a file says before its first sample.

    Attributes
    ----------
    side : {"left", "right"} or None
    sampling_rate_hz : float or None
        Nominal rate as declared, Hz.
    columns : Columns
        The columns as they were understood, with the units in the file.
    metadata : mapping of str to str
        What else the header says.
    is_own : bool
        Whether imucount wrote the file.
    axes : mapping of str to AxisMap
        Of "acc" and "gyr" those whose axes are mapped as the file is read.
    separator : str
        What stands between the cells of a row.
    encoding : str
        In which the file was saved, as far as it matters: "utf-8", "utf-16-le" or "utf-16-be".
    """

    side: Side | None
    sampling_rate_hz: float | None
    columns: Columns
    metadata: Mapping[str, str]
    is_own: bool
    axes: Mapping[str, AxisMap] = field(default_factory=dict)
    separator: str = ","
    encoding: str = "utf-8"

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return self.columns.has_gyroscope

    @property
    def axes_told(self) -> dict[str, str]:
        """The same axes as options, or lines of a header, tell them."""
        return {AXES_KEYS[quantity]: each.text for quantity, each in self.axes.items()}

    @property
    def units(self) -> Mapping[str, str]:
        """Units in the file of "t", "acc" and, with a gyroscope, "gyr"."""
        return self.columns.units


def read_header(
    file: TextFile,
    units: Mapping[str, str] | None = None,
    axes: Mapping[str, str] | None = None,
    separator: str | None = None,
) -> Header:
    """Read a file up to its first row.

    The names of the columns are the first line that holds those of time and acceleration, above the first row of
    numbers. A line such as "sep=;" may come before, and a line with the units of the columns after it.

    Parameters
    ----------
    file : TextFile
    units, axes : mapping of str to str, optional
        What a person tells of "t", "acc" and "gyr", over what the file says.
    separator : str, optional
        What stands between the cells, as a person tells it.

    Raises
    ------
    RecordingError
        With the line that is wrong, where there is one.
    """
    return _HeaderReader(file, units or {}, axes or {}, separator).read()


class _HeaderReader:
    def __init__(
        self, file: TextFile, units: Mapping[str, str], axes: Mapping[str, str], separator: str | None
    ) -> None:
        self._file = file
        self._told_units = units
        self._told_axes = axes
        self._known: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        self._is_own = False
        self._told_separator = self._separator = separator
        self._last_comment = ""
        self._likeliest: tuple[int, SampleError, int] | None = None  # cells, what is wrong with them, the line
        self._candidates = 0  # lines that may have been meant for the names

    def read(self) -> Header:
        while True:
            text = self._next_line()
            if text is None:
                self._refuse_text()
            if text.startswith("#"):
                self._take_comment(text)
                continue
            if text.startswith("//") or not text.strip():
                continue
            declared = declared_separator(text)
            if declared is not None:
                if declared not in SEPARATORS:
                    self._file.fail(
                        f"expected {', '.join(SEPARATORS.values())} between the columns, got {quoted(declared)}",
                        self._file.line,
                    )
                self._separator = self._told_separator or declared
                continue
            header = self._from_names(text)
            if header is not None:
                return header

    def _next_line(self) -> str | None:
        raw = self._file.read_line()
        if not raw:
            return None
        text = decoded(raw).rstrip("\r\n")
        if any(ord(character) < 32 and character != "\t" for character in text):
            self._file.fail("expected a line of text, got binary data; is this a CSV file?", self._file.line)
        if self._file.line > _LONGEST_HEADER:
            self._file.fail(
                f"expected the names of the columns within the first {_LONGEST_HEADER} lines, got none"
            )
        return text

    def _take_comment(self, text: str) -> None:
        if text.startswith("# imucount recording"):
            if text.strip() != FIRST_LINE:
                self._file.fail(
                    f"expected {FIRST_LINE!r}, got {quoted(text)}; was it written by a later release of imucount?",
                    self._file.line,
                )
            self._is_own = True
            return
        self._last_comment = text.lstrip("# ")
        key, colon, value = (part.strip() for part in text[1:].partition(":"))
        if not colon:
            return
        if key in self._known:
            self._file.fail(f"expected each key once, got {quoted(key)} again", self._file.line)
        self._known[key], self._lines[key] = value, self._file.line

    def _from_names(self, text: str) -> Header | None:
        """Make the header of a line if it holds the names of the columns; None if that may yet come."""
        line = self._file.line
        separator = self._separator or separator_of(text)
        cells = split_cells(text, separator)
        if cells is None:
            quote = SampleError("expected the names of the columns, got a quote that is not closed")
            self._note_candidate(text.count(separator) + 1, quote, line)
            return None
        if is_row_of_numbers(cells):
            self._file.push_back(text.encode() + b"\n")
            if self._likeliest is None:
                return self._from_comment(separator, cells, line)
            self._refuse()
        try:
            columns = understand_columns(cells, self._declared_units(), self._told_units)
        except NoColumnsError as error:
            self._note_candidate(1 if separator == BLANK else len(cells), error, line)  # it may be a sentence
            return None
        except SampleError as error:
            raise RecordingError(str(error), self._file.path, line) from error
        return self._header(self._with_units_below(columns, separator), separator)

    def _from_comment(self, separator: str, cells: list[str], line: int) -> Header:
        """Take the last comment for the names of the columns, as `numpy.savetxt` writes them."""
        text = self._last_comment
        try:
            return self._header(
                understand_columns(split_cells(text, separator) or [], told_units=self._told_units), separator
            )
        except SampleError:
            pass
        try:
            understand_columns(cells)
        except SampleError as error:
            self._note_candidate(len(cells), error, line)
        self._refuse()

    def _note_candidate(self, cells: int, error: SampleError, line: int) -> None:
        self._candidates += 1
        if self._likeliest is None or cells > self._likeliest[0]:
            self._likeliest = (cells, error, line)

    def _refuse_text(self) -> NoReturn:
        """Say what is wrong with a text that has ended before its first row."""
        if self._likeliest is not None and self._candidates >= _TEXT_LINES:
            self._file.fail(f"expected rows of numbers, got text alone; {TEXT_ALONE}")
        self._refuse()

    def _refuse(self) -> NoReturn:
        """Say what is wrong with the line that most likely was to hold the names."""
        if self._likeliest is not None:
            raise RecordingError(str(self._likeliest[1]), self._file.path, self._likeliest[2])
        if self._file.line == 1:
            self._file.fail("expected a CSV file with the columns t, ax, ay, az, gx, gy, gz, got an empty file")
        self._file.fail("expected the names of the columns t, ax, ay, az, gx, gy, gz, got the end of the file")

    def _with_units_below(self, columns: Columns, separator: str) -> Columns:
        """Take the units of the next line, where it holds nothing else."""
        raw = self._file.read_line()
        cells = [_unwrapped(cell) for cell in split_cells(decoded(raw).rstrip("\r\n"), separator) or ()]
        quantities = ["t", *["acc"] * 3, *["gyr"] * (len(columns.used) - 4)]
        units: dict[str, str] = {}
        if len(cells) > max(columns.used) and not is_row_of_numbers(cells):
            for quantity, place in zip(quantities, columns.used):
                unit = unit_named(quantity, cells[place])
                if unit is None or units.setdefault(quantity, unit) != unit:
                    break
            else:
                return replace(columns, units=units, is_gyr_bare=False)
        self._file.push_back(raw)
        return columns

    def _header(self, columns: Columns, separator: str) -> Header:
        known, lines = self._known, self._lines
        side = known.pop("side", None)
        if side not in ("left", "right", None):
            self._file.fail(f"expected the side to be left or right, got {quoted(str(side))}", lines["side"])
        rate = known.pop("sampling_rate_hz", None)
        rate_hz = None if rate is None else _positive(rate)
        if rate is not None and rate_hz is None:
            self._file.fail(
                f"expected a positive sampling rate in Hz, got {quoted(rate)}", lines["sampling_rate_hz"]
            )
        known.pop("units", None)
        return Header(
            side=side,  # type: ignore[arg-type]  # one of the three, as checked above
            sampling_rate_hz=rate_hz,
            columns=columns.in_units(self._told_units) if self._told_units else columns,
            axes=self._axes(),
            metadata=known,
            is_own=self._is_own,
            separator=separator,
            encoding=self._file.encoding,
        )

    def _axes(self) -> dict[str, AxisMap]:
        said = {quantity: self._known.pop(key, None) for quantity, key in AXES_KEYS.items()}
        axes = {}
        for quantity, text in said.items():
            told = self._told_axes.get(quantity, text)
            if told is None:
                continue
            try:
                axes[quantity] = AxisMap(told)
            except CountingError as error:
                if quantity in self._told_axes:
                    raise
                raise RecordingError(str(error), self._file.path, self._lines[AXES_KEYS[quantity]]) from error
        return axes

    def _declared_units(self) -> dict[str, str]:
        text = self._known.get("units")
        try:
            return {} if text is None else understand_units(text)
        except SampleError as error:
            raise RecordingError(str(error), self._file.path, self._lines["units"]) from error


def _unwrapped(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1] if cell[:1] + cell[-1:] in ("()", "[]") else cell


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
