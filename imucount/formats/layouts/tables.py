"""Tables: the text of an export by its columns, below the line with their names."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os.path import basename
from typing import TYPE_CHECKING

import numpy as np

from imucount.errors import RecordingError, SampleError
from imucount.formats.dialect import BLANK, declared_separator, is_row_of_numbers, separator_of, split_cells
from imucount.formats.layouts.layout import plain_name
from imucount.formats.times import has_date, seconds_of_text
from imucount.outside_text import quoted
from imucount.samples import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Head", "Table", "chosen_device", "heads_of"]

_LONGEST_HEADER = 1000
"""Lines among which the names of the columns are sought."""

_SPARE = 8
"""Cells that a row may have beyond the names: ends of rows, and what a program forgot to name."""

_BLANKS = r"\s+"


@dataclass(frozen=True)
class Head:
    """A line that may be the names of a table's columns, with what is around it.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    names : tuple of str
        The cells of the line.
    above : tuple of str
        The lines before it.
    below : tuple of str
        The two lines after it.
    separator : str
        What stands between the cells.
    """

    file: str
    names: tuple[str, ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    separator: str = ","

    @cached_property
    def plain(self) -> frozenset[str]:
        """The names without units and blanks, in small letters."""
        return frozenset(plain_name(name) for name in self.names)

    def has(self, *names: str) -> bool:
        """Whether there are columns of all these names, as `plain_name` gives them."""
        return self.plain.issuperset(names)

    def cells(self, line: int) -> tuple[str, ...]:
        """Give the cells of one of the lines below; none if it is not there."""
        if line >= len(self.below):
            return ()
        text = self.below[line]
        cells = text.split() if self.separator == _BLANKS else split_cells(text, self.separator)
        return tuple(cell.strip() for cell in cells or ())

    def says(self, text: str) -> bool:
        """Whether a line above holds a text."""
        return any(text in line for line in self.above)


def heads_of(text: str, file: str, separator: str | None = None) -> list[Head]:
    r"""Find the lines of a text that may be names of columns.

    Parameters
    ----------
    text : str
        The beginning of a file.
    file : str
        Its name.
    separator : str, optional
        What stands between the cells, where that is known.

    Examples
    --------
    >>> [head.names for head in heads_of("sep=;\nTag:;1\n\nt;ax;ay;az\n0;1;2;3\n", "a.csv")]
    [('t', 'ax', 'ay', 'az')]
    """
    lines = text.split("\n", _LONGEST_HEADER)[:_LONGEST_HEADER]
    lines = [line.rstrip("\r") for line in lines]
    told = separator
    heads = []
    for number, line in enumerate(lines):
        declared = declared_separator(line)
        if declared is not None:
            separator = told or declared
            continue
        if line.startswith(("#", "//")) or not line.strip():
            continue
        between = separator or separator_of(line)
        cells = split_cells(line, between) or []
        if between == BLANK or (len(cells) < 3 and len(line.split()) >= 3 and separator is None):
            between, cells = _BLANKS, line.split()
        if sum(bool(cell.strip()) for cell in cells) < 3 or is_row_of_numbers(cells):
            continue
        names = tuple(cell.strip() for cell in cells)
        below = tuple(lines[number + 1 : number + 3])
        heads.append(Head(basename(file), names, tuple(lines[:number]), below, between))
    return heads


@dataclass(frozen=True)
class Table:
    """A table of an export.

    Attributes
    ----------
    path : str
        Of the file, for messages.
    head : Head
        The names of its columns, and what is above and below them.
    frame : pandas.DataFrame
        The cells as text, a column each by its place.
    beside : tuple of pairs of str
        Names and texts of small files beside it, in which the program says more of the recording.
    """

    path: str
    head: Head
    frame: pd.DataFrame
    beside: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_text(
        cls, path: str, text: str, head: Head, rows: int = 1, beside: Sequence[tuple[str, str]] = ()
    ) -> Table:
        """Cut the text below the names into cells.

        Parameters
        ----------
        path, text, head
            Of the file.
        rows : int, default 1
            Lines that the names take, the first one included.
        beside : sequence of pairs of str
            Names and texts of small files beside it.

        Raises
        ------
        RecordingError
            If rows have more cells than the names allow.
        """
        import pandas as pd

        lines = len(head.above) + rows
        body = text.split("\n", lines)[-1] if text.count("\n") >= lines else ""
        if "#" in body:  # comments, whose quotes need not be closed
            body = re.sub(r"^#.*\n?", "", body, flags=re.MULTILINE)
        places = range(len(head.names) + _SPARE)
        try:
            frame = pd.read_csv(
                io.StringIO(body),
                sep=head.separator,
                header=None,
                names=list(places),
                index_col=False,
                dtype=str,
                na_filter=False,
                skipinitialspace=head.separator not in ("\t", _BLANKS),
                engine="c",
            )
        except (pd.errors.ParserError, ValueError) as error:
            raise RecordingError(
                f"expected rows of {len(head.names)} cells as the names of the columns, got: {error}; "
                "was the file edited or damaged?",
                path,
            ) from error
        first = frame[0].str.strip()
        again = first.eq(head.names[0]) & (head.names[0] != "")  # the header, where the recording went on
        empty = (frame == "").all(axis=1)
        kept = ~(again | empty)
        return cls(path, head, frame[kept].reset_index(drop=True), tuple(beside))

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def file(self) -> str:
        """Name of the file, without its folder."""
        return self.head.file

    def place(self, *names: str) -> int | None:
        """Where the first of these names is, as `plain_name` gives it; None if none is there."""
        plain = [plain_name(name) for name in self.head.names]
        return next((plain.index(name) for name in names if name in plain), None)

    def places(self, stem: str, axes: Sequence[str] = "xyz") -> tuple[int, ...] | None:
        """Where three columns are, of names with an axis for `{}`; None if one is missing."""
        found = [self.place(stem.format(axis)) for axis in axes]
        return None if None in found else tuple(place for place in found if place is not None)

    def matching(self, pattern: str) -> list[int]:
        """Where the names are that a pattern matches whole, in any case."""
        return [place for place, name in enumerate(self.head.names) if re.fullmatch(pattern, name, re.IGNORECASE)]

    def text(self, place: int) -> list[str]:
        """Give the cells of a column."""
        return [str(cell).strip() for cell in self.frame[place]]

    def numbers(self, place: int) -> FloatArray:
        """Give a column as numbers, NaN where a cell holds none."""
        import pandas as pd

        cells = self.frame[place].str.strip()
        if self.head.separator != ",":
            cells = cells.str.replace(",", ".", regex=False)
        values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)

    def vectors(self, places: Sequence[int]) -> FloatArray:
        """Give three columns as an (n, 3) array."""
        return np.column_stack([self.numbers(place) for place in places])

    def dates(self, place: int) -> FloatArray:
        """Give a column of dates or times of day, s; NaN where it holds none.

        Raises
        ------
        RecordingError
            If a cell holds something else.
        """
        cells = self.text(place)
        has = np.array([any(map(str.isdigit, cell)) for cell in cells], dtype=bool)
        t = np.full(len(cells), np.nan)
        given = [cell for cell in cells if any(map(str.isdigit, cell))]
        if given:
            try:
                t[has] = seconds_of_text(given, has_date(given[0]))
            except SampleError as error:
                raise RecordingError(str(error.args[0]), self.path) from error
        return t

    def has_dates(self, place: int) -> bool:
        """Whether a column holds whole dates, so that its times are on the clock of the day."""
        return any(has_date(cell) for cell in self.text(place)[:10])

    def only(self, rows: Callable[[pd.DataFrame], pd.Series[bool]]) -> Table:
        """Give the table with some of its rows."""
        return replace(self, frame=self.frame[rows(self.frame)].reset_index(drop=True))

    def value_of(self, key: str) -> str | None:
        """Find what a line above says of a key, as in "OutputRate:,60Hz"; None if none does."""
        for line in self.head.above:
            match = re.match(rf"[\s/#\"]*{key}\s*:[\s,;\"]*(.*?)[\s,;\"]*$", line, re.IGNORECASE)
            if match and match[1]:
                return match[1]
        return None


def chosen_device(names: Sequence[str], wanted: str | None) -> str:
    """Choose one of several devices.

    Raises
    ------
    SampleError
        If there are several and none was named, or none of that name.

    Examples
    --------
    >>> chosen_device(["left", "right"], "left")
    'left'
    >>> chosen_device(["left", "right"], None)
    Traceback (most recent call last):
    imucount.errors.SampleError: expected the rows of one device, got 2: 'left', 'right'; say which, ...
    """
    names = list(dict.fromkeys(names))
    told = ", ".join(quoted(name, 40) for name in names[:8]) + (", ..." if len(names) > 8 else "")
    if wanted is not None:
        if wanted.strip() not in names:
            raise SampleError(f"expected the device {quoted(wanted, 40)}, got {len(names)}: {told}")
        return wanted.strip()
    if len(names) != 1:
        raise SampleError(
            f"expected the rows of one device, got {len(names)}: {told}; say which, as by --device "
            f"{quoted(names[0], 40)}"
        )
    return names[0]
