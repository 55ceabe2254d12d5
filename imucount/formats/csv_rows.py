"""RowParser: lines of a table -> numbers, fast where all is well, exact about the line where not."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from os import PathLike
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from imucount.errors import RecordingError
from imucount.formats.columns import Columns
from imucount.formats.dialect import BLANK, SEPARATORS, split_cells
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
        self._text_places: list[int] = [] if columns.device is None else [columns.device]
        in_file_order = sorted(columns.read)
        self._order = [in_file_order.index(place) for place in columns.read]
        self._in_file_order = self._order == list(range(len(self._order)))

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
        if self._width is None:  # nothing but blank lines so far, or a line that is none
            return self._parse_slowly(block, first_line)
        characters = np.frombuffer(block, dtype=np.uint8)
        rows = int(np.count_nonzero(characters == ord("\n")))
        # The separators show rows that are longer, shorter or blank, and the first row shows words such as "True",
        # which the fast parser would take for numbers where they fill a column.
        if b"\r" not in block and self._has_full_rows(characters, rows):
            self._parse_slowly(block[: block.find(b"\n")], first_line)
            lines = range(first_line, first_line + rows)
            # For each row that is too long another is too short, and lacks a number where all are read.
            all_read = not (self._columns.ignored or self._text_places) and self._width == len(self._columns.read)
            fast = None
            if all_read or self._is_even(characters, rows):
                fast = self._parse_fast(block, lines, with_missing=False)
            if fast is None and self._is_even(characters, rows):
                fast = self._parse_fast(block, lines, with_missing=True)
            if fast is not None:
                return fast
        return self._parse_slowly(block, first_line)

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
                self._text_places = sorted({*self._text_places, self._columns.used[0]})
            return

    def _has_full_rows(self, characters: NDArray[np.uint8], rows: int) -> bool:
        """Whether there are as many separators as in full rows."""
        return int(np.count_nonzero(characters == ord(self._separator))) == rows * ((self._width or 1) - 1)

    def _is_even(self, characters: NDArray[np.uint8], rows: int) -> bool:
        """Whether each row has the separators of a full one, where all rows together have them."""
        mark = ord(self._separator)
        separators = characters[(characters == mark) | (characters == ord("\n"))].reshape(rows, self._width or 1)
        return bool((separators[:, -1] == ord("\n")).all())

    def _parse_fast(self, block: bytes, lines: range, with_missing: bool) -> Rows | None:
        numeric = [place for place in self._numbers if place not in self._text_places]
        for mark in [self.decimal] if self.decimal else [".", ","] if self._separator != "," else ["."]:
            frame = self._frame(block, mark, numeric, with_missing)
            if frame is None or len(frame) != len(lines):
                continue
            numbers = self._numbers_of(frame)
            is_whole = bool(np.isfinite(numbers).all())
            if not is_whole:
                if not with_missing:
                    continue
                numbers = np.where(np.isfinite(numbers), numbers, nan)
            self._note_decimal(mark, numbers)
            time, device = self._columns.used[0], self._columns.device
            return Rows(
                np.column_stack([np.full(len(lines), nan), numbers]) if self._time_is_text else numbers,
                lines,
                frame[time].to_numpy(dtype=object) if self._time_is_text else None,
                None if device is None else frame[device].to_numpy(dtype=object),
                is_whole and not self._time_is_text,
            )
        return None

    def _numbers_of(self, frame: Any) -> FloatArray:
        """Columns of numbers of a frame, in the order in which they are wanted."""
        if not self._text_places:
            table: FloatArray = frame.to_numpy()
            return table if self._in_file_order else table[:, self._order]
        numbers: FloatArray = frame[list(self._numbers)].to_numpy(dtype=np.float64)
        return numbers

    def _note_decimal(self, mark: str, numbers: FloatArray) -> None:
        if self._separator == "," or self.decimal is not None:
            return
        finite = numbers[np.isfinite(numbers)]
        if (finite != np.floor(finite)).any():
            self.decimal = mark

    def _frame(self, block: bytes, mark: str, numeric: Sequence[int], with_missing: bool) -> Any:
        import pandas as pd  # slow to import, and not needed to count samples that are in memory

        options: dict[str, Any] = {}
        if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
            # Since pandas 3.1 every float is read exactly, and asking for it is deprecated: a million rows of
            # seven columns took 0.28 s from disk to Samples with 6 digits and 0.39 s with 17 (pandas 3.1.1, one
            # core). Before, the default is off in the last place in 29 % of random numbers, and the exact way
            # takes 1.9 and 3.4 s (pandas 2.2.3).
            options["float_precision"] = "round_trip"
        if with_missing:
            options["na_values"] = {place: list(_MISSING) for place in numeric}
        try:
            return pd.read_csv(
                io.BytesIO(block),  # a handle: pandas neither opens nor unpacks anything by its name
                sep=self._separator,
                decimal=mark,
                header=None,
                names=range(self._width or len(self._columns.names)),
                usecols=[*numeric, *self._text_places],
                index_col=False,
                dtype=dict.fromkeys(numeric, np.float64) | dict.fromkeys(self._text_places, str),
                na_filter=with_missing,  # else an empty cell is an error, not a NaN
                keep_default_na=False,
                engine="c",
                encoding_errors="replace",
                **options,
            )
        except (ValueError, TypeError, OverflowError):  # also pandas' ParserError
            return None

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
