"""The sessions that were kept, one below the other, and what changed from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from rich import box
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.form import Form, SetForm
from imucount.outside_text import printable_line
from imucount.programme import Assessment
from imucount.session import Session
from imucount.sets import Side
from imucount.views.form_words import sides_line
from imucount.views.wording import NOT_KNOWN, number_of

__all__ = ["KeptSession", "history_table"]

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session in the diary.

    Attributes
    ----------
    name : str
    start_utc : datetime
    session : Session or None
        None where it was not finished.
    assessment : Assessment or None
    forms : tuple of Form
    """

    name: str
    start_utc: datetime
    session: Session | None
    assessment: Assessment | None = None
    forms: tuple[Form, ...] = ()


def history_table(kept: Sequence[KeptSession], now_utc: datetime) -> RenderableType:
    """Lay out sessions by time, the medians of each side, both sides beside each other, and progress.

    Parameters
    ----------
    kept : sequence of KeptSession
        By time.
    now_utc : datetime
        The present: what was done within a week of it is told.
    """
    columns = ("Session", "Side", "Circles", "Programme", "Each", "Size", "Round", "Smooth")
    table = Table(*(Column(name, no_wrap=True) for name in columns), box=box.SIMPLE_HEAD, pad_edge=False)
    for each in kept:
        table.add_row(*_cells(each))
    finished = [each for each in kept if each.session is not None and each.session.reps]
    left, right = (_of_side(finished, side) for side in ("left", "right"))
    lines = [_medians("left", left), _medians("right", right), _sides(left, right)]
    lines += [_progress("left", left), _progress("right", right), _last_week(finished, now_utc)]
    return Group(table, *(Text(line) for line in lines if line))


def _cells(kept: KeptSession) -> list[str]:
    session, assessment = kept.session, kept.assessment
    if session is None:
        return [printable_line(kept.name), NOT_KNOWN, NOT_KNOWN, "not finished", *[NOT_KNOWN] * 4]
    form = SetForm.of(kept.forms)
    return [
        printable_line(kept.name),
        session.side or NOT_KNOWN,
        str(len(session.reps)),
        NOT_KNOWN if assessment is None else f"{assessment.reps_done} of {assessment.programme.reps}",
        NOT_KNOWN if session.tempo is None else f"{session.tempo.period_s:.1f} s",
        NOT_KNOWN if form.size_deg is None else f"{form.size_deg:.0f} deg",
        NOT_KNOWN if form.roundness is None else f"{form.roundness:.2f}",
        NOT_KNOWN if form.smoothness is None else f"{form.smoothness:.1f}",
    ]


def _of_side(kept: Sequence[KeptSession], side: str) -> list[KeptSession]:
    return [each for each in kept if each.session is not None and each.session.side == side]


def _medians(side: Side, kept: Sequence[KeptSession]) -> str:
    """Tell the medians of a side, over its circles, with their number."""
    reps = [rep for each in kept if each.session is not None for rep in each.session.reps]
    if not reps:
        return ""
    sizes = _sizes(kept)
    size = f", {median(sizes):.0f} deg up and down" if sizes else ""
    pace = median(rep.duration_s for rep in reps)
    of = f"n = {len(reps)} in {number_of(len(kept), 'session')}"
    return f"{side.capitalize()}: median {pace:.1f} s a circle{size} ({of})"


def _sides(left: Sequence[KeptSession], right: Sequence[KeptSession]) -> str:
    """Compare both sides: where two clips were worn at once the last such session, else the last one of each."""
    if not left or not right:
        return ""
    pairs = [(one, other) for one in left for other in right if one.start_utc == other.start_utc]
    one, other = pairs[-1] if pairs else (left[-1], right[-1])
    line = sides_line(one.forms, other.forms)
    return f"{line} {'Worn at once' if pairs else 'The last sessions of each'}." if line else ""


def _progress(side: Side, kept: Sequence[KeptSession]) -> str:
    """Tell what changed from the first session of a side to the last."""
    measured = [each for each in kept if each.forms]
    if len(measured) < 2:
        return ""
    first, last = SetForm.of(measured[0].forms), SetForm.of(measured[-1].forms)
    changes = [
        f"{what} {before:{digits}} to {now:{digits}}{unit}"
        for what, before, now, digits, unit in (
            ("size", first.size_deg, last.size_deg, ".0f", " deg"),
            ("roundness", first.roundness, last.roundness, ".2f", ""),
            ("smoothness", first.smoothness, last.smoothness, ".1f", ""),
        )
        if before is not None and now is not None
    ]
    if not changes:
        return ""
    span = f"{measured[0].start_utc:%Y-%m-%d} to {measured[-1].start_utc:%Y-%m-%d}"
    return f"{side.capitalize()}, {span}: {', '.join(changes)} (medians, n = {first.n} and {last.n})."


def _last_week(kept: Sequence[KeptSession], now_utc: datetime) -> str:
    last = [each for each in kept if now_utc - WEEK <= each.start_utc <= now_utc]
    before = [each for each in kept if now_utc - 2 * WEEK <= each.start_utc < now_utc - WEEK]
    if not last and not before:
        return ""
    return f"Last 7 days: {_amount(last)}; the 7 days before: {_amount(before)}."


def _amount(kept: Sequence[KeptSession]) -> str:
    circles = sum(len(each.session.reps) for each in kept if each.session is not None)
    return f"{number_of(circles, 'circle')} in {number_of(len(kept), 'session')}"


def _sizes(kept: Sequence[KeptSession]) -> list[float]:
    reps = [rep for each in kept if each.session is not None for rep in each.session.reps]
    return [rep.elevation_deg for rep in reps if rep.elevation_deg is not None]
