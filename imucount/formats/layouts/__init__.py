"""Layouts of other programs' tables, by what their headers hold and no other table's does.

A module a layout, and the table of them here: the first that fits has the word, before any name of a column is
taken by what it seems to say. For the same name may be another unit or another sign with another program.
"""

from __future__ import annotations

from collections.abc import Sequence

from imucount.formats.layouts.androsensor import ANDROSENSOR
from imucount.formats.layouts.apple import APPLE
from imucount.formats.layouts.layout import Layout
from imucount.formats.layouts.unread import UNREAD

__all__ = ["LAYOUTS", "Layout", "layout_of"]

LAYOUTS: tuple[Layout, ...] = (*APPLE, ANDROSENSOR, *UNREAD)
"""All layouts that are known, the more particular ones first."""


def layout_of(names: Sequence[str]) -> Layout | None:
    """Find the layout that a table with columns of these names has; None if it is no known program's.

    Examples
    --------
    >>> layout_of(["time", "seconds_elapsed", "z", "y", "x"]).name
    'a Sensor Logger export'
    >>> layout_of(["t", "ax", "ay", "az"])
    """
    return next((layout for layout in LAYOUTS if layout.fits(names)), None)
