"""Dialect: how the cells of a table are told apart, and where its header is below whatever stands before."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable

__all__ = [
    "BLANK",
    "SEPARATORS",
    "declared_separator",
    "is_row_of_numbers",
    "separator_of",
    "split_cells",
    "split_rows",
]

BLANK = " "
"""What `numpy.savetxt` puts between cells. Words are parted by it too, so that everything else goes before it."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", BLANK: "blanks"}
"""What stands between cells, and what it is called."""

_FEWEST_CELLS = 4
"""Time and three axes: so many words are a line of a table whose cells blanks part."""

_DECLARED = re.compile(r"\"?sep=(.|\\t)\"?[,;\s]*", re.IGNORECASE)

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)


def declared_separator(line: str) -> str | None:
    r"""Give the separator that a line such as "sep=;" declares, as spreadsheets write it; None for another line.

    Examples
    --------
    >>> declared_separator('"sep=;"'), declared_separator("t,ax,ay,az")
    (';', None)
    """
    match = _DECLARED.fullmatch(line.strip(" \r\n"))
    if match is None:
        return None
    return "\t" if match[1] == r"\t" else match[1]


def separator_of(line: str) -> str:
    """Give the separator that makes the most cells of a line; the comma where none makes any.

    Examples
    --------
    >>> separator_of("Time (s);ax (m/s^2);ay, north;az"), separator_of("t ax ay az")
    (';', ' ')
    """

    def number_of_cells(separator: str) -> int:
        cells = split_cells(line, separator) if '"' in line else None  # without quotes it is as many as it looks
        return line.count(separator) + 1 if cells is None else len(cells)

    best = max((mark for mark in SEPARATORS if mark != BLANK), key=number_of_cells)
    return BLANK if number_of_cells(best) == 1 and len(line.split()) >= _FEWEST_CELLS else best


def split_cells(text: str, separator: str = ",") -> list[str] | None:
    """Cells of one line; None if its quotes are wrong or it holds a line end."""
    rows = split_rows([text], separator)
    return None if rows is None else rows[0] if rows else []


def split_rows(lines: Iterable[str], separator: str = ",") -> list[list[str]] | None:
    """Cells of each of several lines; None if the quotes of one are wrong or it holds a line end."""
    if separator == BLANK:
        lines = (line.strip(BLANK) for line in lines)
    try:
        return list(csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error:
        return None


def is_row_of_numbers(cells: list[str]) -> bool:
    """Whether a line is a row of the table, and so below its header: three numbers or more, and most of it."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in filled)
    return numbers >= 3 and 2 * numbers > len(filled)
