"""RowParser: lines of a plain CSV table -> numbers, fast where all is well, exact about the line where not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from os import PathLike
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from imucount.errors import RecordingError
from imucount.formats.columns import Columns, shortened
from imucount.samples import FloatArray

__all__ = ["RowParser", "Rows", "split_cells"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_START_OF_NUMBER = re.compile(r"[+-]?\d*\.?\d*([eE][+-]?\d*)?", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a table.

    Attributes
    ----------
    values : (n, k) array
        The columns that are used, in the order of `Columns.used`, as the file has them.
    lines : sequence of int
        The line of each row in the file, from 1.
    """

    values: FloatArray
    lines: Sequence[int]


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
    """

    def __init__(self, path: str | PathLike[str], columns: Columns) -> None:
        self._path = path
        self._columns = columns
        self._in_file_order = sorted(columns.used)
        self._to_order_of_use = [self._in_file_order.index(place) for place in columns.used]

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
            If a line is not a row of finite numbers.
        """
        if b"\0" in block:
            line = first_line + block[: block.index(b"\0")].count(b"\n")
            self._fail("expected a row of numbers, got binary data; is this a text file?", line)
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        if block.endswith(b"\n\n"):
            block = block.rstrip(b"\n") + b"\n"
        characters = np.frombuffer(block, dtype=np.uint8)
        rows = int(np.count_nonzero(characters == ord("\n")))
        # The separators show rows that are longer, shorter or blank, and the first row shows words such as "True",
        # which the fast parser would take for numbers where they fill a column.
        if b"\r" not in block and self._is_even(characters, rows):
            self._parse_slowly(block[: block.find(b"\n")], first_line)
            values = self._parse_fast(block)
            if values is not None and len(values) == rows and np.isfinite(values).all():
                return Rows(values, range(first_line, first_line + rows))
        return self._parse_slowly(block, first_line)

    def is_half(self, line: bytes) -> bool:
        """Whether a last line without a line end was cut short: too few cells, or half a number in the last."""
        cells = split_cells(line.decode("utf-8", errors="replace"))
        if cells is None or len(cells) < len(self._columns.names):
            return True
        last = cells[-1].strip()
        return (
            len(cells) == len(self._columns.names)
            and len(cells) - 1 in self._columns.used
            and _START_OF_NUMBER.fullmatch(last) is not None
            and _NUMBER.fullmatch(last) is None
        )

    def _is_even(self, characters: NDArray[np.uint8], rows: int) -> bool:
        """Whether the separators are those of full rows, as far as the fast parser does not find out itself."""
        n = len(self._columns.names)
        if np.count_nonzero(characters == ord(",")) != rows * (n - 1):
            return False
        if not self._columns.ignored:
            return True  # for each row that is too long another is too short, and lacks a number
        separators = characters[(characters == ord(",")) | (characters == ord("\n"))].reshape(rows, n)
        return bool((separators[:, -1] == ord("\n")).all())

    def _parse_fast(self, block: bytes) -> FloatArray | None:
        import pandas as pd  # slow to import, and not needed to count samples that are in memory

        options: dict[str, Any] = {}
        if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1):
            # Since pandas 3.1 every float is read exactly, and asking for it is deprecated: a million rows of
            # seven columns took 0.28 s from disk to Samples with 6 digits and 0.39 s with 17 (pandas 3.1.1, one
            # core). Before, the default is off in the last place in 29 % of random numbers, and the exact way
            # takes 1.9 and 3.4 s (pandas 2.2.3).
            options["float_precision"] = "round_trip"
        try:
            frame = pd.read_csv(
                io.BytesIO(block),  # a handle: pandas neither opens nor unpacks anything by its name
                header=None,
                names=range(len(self._columns.names)),
                usecols=self._in_file_order,
                index_col=False,
                dtype=np.float64,
                na_filter=False,  # an empty cell is an error, not a NaN
                engine="c",
                encoding_errors="replace",
                **options,
            )
        except (ValueError, TypeError, OverflowError):  # also pandas' ParserError
            return None
        values: FloatArray = frame.to_numpy()[:, self._to_order_of_use]
        return values

    def _parse_slowly(self, block: bytes, first_line: int) -> Rows:
        values: list[list[float]] = []
        lines: list[int] = []
        for line, raw in enumerate(block.split(b"\n"), start=first_line):
            text = raw.decode("utf-8", errors="replace")
            if text.strip():
                values.append(self._row(text, line))
                lines.append(line)
        return Rows(np.array(values, dtype=np.float64).reshape(len(values), len(self._columns.used)), lines)

    def _row(self, text: str, line: int) -> list[float]:
        names = self._columns.names
        cells = split_cells(text)
        if cells is None:
            self._fail(
                f"expected a row of numbers, got a quote or a line end out of place: {shortened(text)}", line
            )
        if text.startswith("#"):
            self._fail(f"expected comments only before the names of the columns, got {shortened(text)}", line)
        if tuple(cell.strip() for cell in cells) == names:
            self._fail(
                "expected a row of numbers, got the names of the columns again; were two files joined?", line
            )
        if len(cells) != len(names):
            if ";" in text:
                cause = "are the columns separated by semicolons?"
            elif len(cells) >= 2 * len(names) - 1:
                cause = "do the numbers have decimal commas?"
            else:
                cause = "was the row cut short?" if len(cells) < len(names) else "were two rows joined?"
            self._fail(f"expected {len(names)} cells as in the header, got {len(cells)}; {cause}", line)
        return [self._number(cells[place], names[place], line) for place in self._columns.used]

    def _number(self, cell: str, name: str, line: int) -> float:
        text = cell.strip()
        if _NUMBER.fullmatch(text):
            value = float(text)
            if isfinite(value):
                return value
        got = shortened(text) if text else "an empty cell"
        if not text or text.lower() in ("nan", "na", "null", "none", "n/a"):
            cause = "leave lost samples out instead of filling them"
        elif text.lower().lstrip("+-") in ("inf", "infinity"):
            cause = "did a computation on the values overflow?"
        elif "," in text:
            cause = "write a decimal point"
        elif _NUMBER.fullmatch(text):
            cause = "no 64-bit number is that large"
        else:
            cause = "was the file edited or damaged?"
        self._fail(f"expected a finite number in the column {name!r}, got {got}; {cause}", line)

    def _fail(self, message: str, line: int) -> NoReturn:
        raise RecordingError(message, self._path, line)


def split_cells(text: str) -> list[str] | None:
    """Cells of one line of CSV; None if its quotes are wrong or it holds a line end."""
    try:
        return next(csv.reader([text], strict=True, skipinitialspace=True), [])
    except csv.Error:
        return None
