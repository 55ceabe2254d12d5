"""A comparison of two sides, or of before and after, as a table. Prints nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.views.wording import NOT_KNOWN

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["comparison_table"]

ALL = "all, each once"


def comparison_table(found: pd.DataFrame) -> RenderableType:
    """Lay out what `imucount.compare` gives, without the measures that nobody has."""
    one, one_n, other, other_n = found.columns[2:6]
    table = Table(
        Column("Wearer", overflow="fold"),
        Column("Measure"),
        *(Column(title, justify="right") for name in (one, other) for title in (name.capitalize(), "n")),
        Column("Difference", justify="right"),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    last = None
    for row in found[found[one].notna() | found[other].notna()].to_dict("records"):
        wearer = ALL if not isinstance(row["wearer"], str) else printable_line(row["wearer"])
        if last is not None and wearer != last:
            table.add_section()
        cells = (
            *(_number(row[one], ""), str(row[one_n]), _number(row[other], ""), str(row[other_n])),
            _number(row["difference"], "+"),
        )
        table.add_row(Text("" if wearer == last else wearer), Text(row["measure"]), *map(Text, cells))
        last = wearer
    note = f"Medians of n reps; of all, medians of n wearers who have both. Difference: {other} less {one}."
    return Group(table, Text(), Text(note))


def _number(value: float, sign: str) -> str:
    return NOT_KNOWN if value != value else f"{value:{sign}.2f}"
