"""RowParser: lines of a table -> numbers, fast where all is well, exact about the line where not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from os import PathLike
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from imucount.core.library import address, core
from imucount.errors import RecordingError
from imucount.formats.columns import Columns
from imucount.formats.dialect import BLANK, SEPARATORS, split_cells, split_rows
from imucount.formats.encoding import decoded
from imucount.outside_text import quoted
from imucount.samples import FloatArray

__all__ = ["RowParser", "Rows"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_START_OF_NUMBER = re.compile(r"[+-]?\d*\.?\d*([eE][+-]?\d*)?", re.ASCII)

_MISSING = frozenset(
    ["", "nan", "NaN", "NAN", "-nan", "-NaN", "nan(ind)", "-nan(ind)", "1.#QNAN", "-1.#IND", "1.#INF", "-1.#INF"]
    + ["null", "NULL", "Null", "none", "None", "NONE", "na", "NA", "n/a", "N/A", "#N/A", "<NA>"]
    + [sign + word for sign in ("", "+", "-") for word in ("inf", "Inf", "INF", "infinity", "Infinity")]
    + ["ovf", "OVF"]
)
"""What stands in a cell that has no value; infinity is what is left of one."""

_MISSING_LINES = "".join(f"{word}\n" for word in sorted(_MISSING)).encode()

_SKIPPED, _EMPTY = -1, -2
"""Of cells that are no numbers, and of those beyond the names, as the core calls them."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a table.

    Attributes
    ----------
    values : (n, k) array
        The columns that are read, in the order of `Columns.read`, as the file has them; NaN where there is no
        value, and in place of a time that is text.
    lines : sequence of int
        The line of each row in the file, from 1.
    times : (n,) array of str, or None
        Time as it is written, where that is no number.
    devices : (n,) array of str, or None
        The device of each row, where the table has several.
    is_whole : bool
        Whether it is known that no value is missing.
    """

    values: FloatArray
    lines: Sequence[int]
    times: NDArray[np.object_] | None = None
    devices: NDArray[np.object_] | None = None
    is_whole: bool = False

    def __len__(self) -> int:
        return len(self.lines)

    def taken(self, chosen: NDArray[np.bool_]) -> Rows:
        """Give some of the rows."""
        return Rows(
            self.values[chosen],
            np.asarray(self.lines)[chosen].tolist(),
            None if self.times is None else self.times[chosen],
            None if self.devices is None else self.devices[chosen],
            self.is_whole,
        )


class RowParser:
    """Turns lines of a table into numbers.

    A fast parser goes first; whatever it does not take, or might have taken wrongly, a slow one reads line by
    line, and its word is final.

    Parameters
    ----------
    path : path-like
        For the errors.
    columns : Columns
        What the header says.
    separator : str, default ","
        What stands between the cells.

    Attributes
    ----------
    decimal : {".", ",", None}
        What the numbers have as decimal mark; None until one has a fraction.
    """

    def __init__(self, path: str | PathLike[str], columns: Columns, separator: str = ",") -> None:
        self.decimal: str | None = None
        self._path = path
        self._columns = columns
        self._separator = separator
        self._width: int | None = None  # cells of a row; one more than names if each row ends with a separator
        self._time_is_text = False

    def parse(self, block: bytes, first_line: int) -> Rows:
        """Parse whole lines.

        Parameters
        ----------
        block : bytes
            Lines, each with its line end.
        first_line : int
            Which line of the file the first of them is.

        Raises
        ------
        RecordingError
            If a line is not a row of numbers.
        """
        if b"\0" in block:
            line = first_line + block[: block.index(b"\0")].count(b"\n")
            self._fail("expected a row of numbers, got binary data; is this a text file?", line)
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if block.endswith(b"\n\n"):
            block = block.rstrip(b"\n") + b"\n"
        if self._width is None:
            self._look_at_first_row(block)
        if self._width is None or b"\r" in block:  # nothing but blank lines so far, or a line that is none
            return self._parse_slowly(block, first_line)
        fast = self._parse_fast(block, range(first_line, first_line + block.count(b"\n")), self._width)
        return self._parse_slowly(block, first_line) if fast is None else fast

    def is_half(self, line: bytes) -> bool:
        """Whether a last line without a line end was cut short: too few cells, or half a number in the last."""
        cells = split_cells(decoded(line), self._separator)
        if cells is None or len(cells) < len(self._columns.names):
            return True
        last = cells[-1].strip()
        return (
            len(cells) == len(self._columns.names)
            and len(cells) - 1 in self._columns.read
            and bool(last)
            and _START_OF_NUMBER.fullmatch(last) is not None
            and _NUMBER.fullmatch(last) is None
        )

    def _look_at_first_row(self, block: bytes) -> None:
        """Learn from the first row whether rows end with a separator, and whether time is written as text."""
        for raw in block.split(b"\n"):
            cells = split_cells(decoded(raw), self._separator) if raw.strip() else None
            if cells is None:
                continue
            n = len(self._columns.names)
            self._width = len(cells) if len(cells) > n and not any(cell.strip() for cell in cells[n:]) else n
            time = cells[self._columns.used[0]].strip() if len(cells) > self._columns.used[0] else ""
            if _is_time_text(time):
                self._time_is_text = True
            return

    def _parse_fast(self, block: bytes, lines: range, width: int) -> Rows | None:
        places = np.full(width, _SKIPPED, dtype=np.intp)
        places[len(self._columns.names) :] = _EMPTY
        for index, place in enumerate(self._numbers):
            places[place] = index
        numbers = np.empty((len(lines), len(self._numbers)))
        for mark in [self.decimal] if self.decimal else [".", ","] if self._separator != "," else ["."]:
            n = core().imucount_rows(
                *(block, len(block), ord(self._separator), ord(mark), _MISSING_LINES),
                *(address(places), width, numbers.shape[1], address(numbers)),
            )
            if n < len(lines):
                continue
            is_whole = bool(np.isfinite(numbers).all())
            if not is_whole:
                numbers = np.where(np.isfinite(numbers), numbers, nan)
            self._note_decimal(mark, numbers)
            if not (self._time_is_text or self._columns.device is not None):
                return Rows(numbers, lines, is_whole=is_whole)
            return self._with_text(block, numbers, lines, is_whole, width)
        return None

    def _with_text(
        self, block: bytes, numbers: FloatArray, lines: range, is_whole: bool, width: int
    ) -> Rows | None:
        """Add the columns of words; None if there are other cells in the text than in its bytes."""
        cells = split_rows((decoded(line) for line in block.split(b"\n")[:-1]), self._separator)
        if cells is None or [len(row) for row in cells] != [width] * len(lines):
            return None
        time, device = self._columns.used[0], self._columns.device
        return Rows(
            np.column_stack([np.full(len(lines), nan), numbers]) if self._time_is_text else numbers,
            lines,
            np.array([row[time] for row in cells], dtype=object) if self._time_is_text else None,
            None if device is None else np.array([row[device] for row in cells], dtype=object),
            is_whole and not self._time_is_text,
        )

    def _note_decimal(self, mark: str, numbers: FloatArray) -> None:
        if self._separator == "," or self.decimal is not None:
            return
        finite = numbers[np.isfinite(numbers)]
        if (finite != np.floor(finite)).any():
            self.decimal = mark

    def _parse_slowly(self, block: bytes, first_line: int) -> Rows:
        values: list[list[float]] = []
        lines: list[int] = []
        times: list[str] = []
        devices: list[str] = []
        columns = self._columns
        for line, raw in enumerate(block.split(b"\n"), start=first_line):
            text = decoded(raw)
            if not text.strip():
                continue
            cells = self._cells(text, line)
            values.append([self._number(cells[place], columns.names[place], line) for place in self._numbers])
            lines.append(line)
            if self._time_is_text:
                times.append(cells[columns.used[0]])
            if columns.device is not None:
                devices.append(cells[columns.device])
        table = np.array(values, dtype=np.float64).reshape(len(values), len(self._numbers))
        if self._time_is_text:
            table = np.column_stack([np.full(len(table), nan), table])
        return Rows(
            table,
            lines,
            np.array(times, dtype=object) if self._time_is_text else None,
            None if columns.device is None else np.array(devices, dtype=object),
        )

    @property
    def _numbers(self) -> tuple[int, ...]:
        """Columns of numbers, in the order in which they are wanted."""
        return self._columns.read[1:] if self._time_is_text else self._columns.read

    def _cells(self, text: str, line: int) -> list[str]:
        names = self._columns.names
        cells = split_cells(text, self._separator)
        if cells is None:
            self._fail(f"expected a row of numbers, got a quote or a line end out of place: {quoted(text)}", line)
        if text.startswith("#"):
            self._fail(
                f"expected comments only before the names of the columns, got {quoted(text)}; take the line out",
                line,
            )
        if tuple(cell.strip() for cell in cells[: len(names)]) == names:
            self._fail(
                "expected a row of numbers, got the names of the columns again; were two files joined?", line
            )
        n = len(names)
        if len(cells) > n and not any(cell.strip() for cell in cells[n:]):
            cells = cells[:n]
        if n > len(cells) > max(self._columns.read) and not any(names[len(cells) :]):
            cells += [""] * (n - len(cells))
        if len(cells) != n:
            others = [
                name
                for mark, name in SEPARATORS.items()
                if mark not in (self._separator, BLANK) and text.count(mark) >= n - 1
            ]
            if others:
                cause = f"are the columns separated by {others[0]} here?"
            elif self._separator == "," and len(cells) >= 2 * n - 1:
                cause = "do the numbers have decimal commas? If so, save it with semicolons between the columns"
            else:
                cause = "was the row cut short?" if len(cells) < n else "were two rows joined?"
            self._fail(f"expected {n} cells as in the header, got {len(cells)}; {cause}", line)
        return cells

    def _number(self, cell: str, name: str, line: int) -> float:
        text = cell.strip()
        mark = "," if "," in text else "."
        number = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
        if _NUMBER.fullmatch(number):
            value = float(number)
            if mark != (self.decimal or mark) and mark in text:
                self._fail(
                    f"expected numbers with one decimal mark, got {quoted(text)} in the column {name!r} below "
                    f"others with {self.decimal!r}; write each with a point, and none between thousands",
                    line,
                )
            if mark in text and value != np.floor(value):
                self.decimal = mark
            return value if isfinite(value) else nan
        if text in _MISSING:
            return nan
        if number.count(",") + number.count(".") > 1 and _NUMBER.fullmatch(re.sub("[.,]", "", number)):
            cause = "write numbers with one decimal mark, and none between thousands"
        else:
            cause = "was the file edited or damaged?"
        self._fail(f"expected a number in the column {name!r}, got {quoted(text)}; {cause}", line)

    def _fail(self, message: str, line: int) -> NoReturn:
        raise RecordingError(message, self._path, line)


def _is_time_text(cell: str) -> bool:
    """Whether a time is written as a date, or as hours and minutes, rather than as a number."""
    return cell not in _MISSING and any(mark in cell for mark in ":-/T") and not _NUMBER.fullmatch(cell)
