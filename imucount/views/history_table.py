"""The sessions that were kept, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from rich import box
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.programme import Assessment
from imucount.sets import Session, Side
from imucount.views.wording import NOT_KNOWN

__all__ = ["history_table"]

Kept = tuple[str, datetime, tuple[Session, Assessment | None] | None]


def history_table(kept: Sequence[Kept]) -> RenderableType:
    """Lay out sessions by time, and the medians of each side.

    Parameters
    ----------
    kept : sequence of tuple
        Name, beginning, and session with its assessment, None where it was not finished.
    """
    columns = ("Session", "Side", "Circles", "Programme", "Each", "Size")
    table = Table(*(Column(name, no_wrap=True) for name in columns), box=box.SIMPLE_HEAD)
    for name, _, result in kept:
        if result is None:
            table.add_row(printable_line(name), NOT_KNOWN, NOT_KNOWN, "not finished", NOT_KNOWN, NOT_KNOWN)
            continue
        session, assessment = result
        done = NOT_KNOWN if assessment is None else f"{assessment.reps_done} of {assessment.programme.reps}"
        pace = NOT_KNOWN if session.tempo is None else f"{session.tempo.period_s:.1f} s"
        sizes = _sizes([session])
        size = f"{median(sizes):.0f} deg" if sizes else NOT_KNOWN
        table.add_row(printable_line(name), session.side or NOT_KNOWN, str(len(session.reps)), done, pace, size)
    sessions = [result[0] for _, _, result in kept if result is not None]
    lines = [line for side in ("left", "right") if (line := _of_side(side, sessions))]
    return Group(table, *(Text(line) for line in lines))


def _of_side(side: Side, sessions: Sequence[Session]) -> str:
    """Tell the medians of a side, over its circles, with their number."""
    of_side = [session for session in sessions if session.side == side and session.reps]
    if not of_side:
        return ""
    reps = [rep for session in of_side for rep in session.reps]
    sizes = _sizes(of_side)
    size = f", {median(sizes):.0f} deg up and down" if sizes else ""
    pace = median(rep.duration_s for rep in reps)
    return f"{side.capitalize()}: median {pace:.1f} s a circle{size} (n = {len(reps)} in {len(of_side)} sessions)"


def _sizes(sessions: Sequence[Session]) -> list[float]:
    return [rep.elevation_deg for each in sessions for rep in each.reps if rep.elevation_deg is not None]
