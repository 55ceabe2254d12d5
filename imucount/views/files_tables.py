"""Many recordings as one table: a row a file, and a line for what went wrong. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Mapping

from rich import box
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.formats.inspection import Inspection
from imucount.outside_text import printable_line
from imucount.session import Session
from imucount.sets import Exercise
from imucount.views.wording import NOT_KNOWN, clock_time, noun_of, number_of, shoulder

__all__ = ["inspections_table", "sessions_table"]


def sessions_table(sessions: Mapping[str, Session | str], exercise: Exercise) -> RenderableType:
    """Lay out what was counted in each file, or in its place why nothing could be."""
    directions = () if exercise == "cyclic" else ("forward", "backward", "unknown")
    titles = [f"{noun_of(exercise).capitalize()}s", "Sets", *(each.capitalize() for each in directions), "Length"]
    rows: dict[str, list[str]] = {}
    below: list[tuple[str, str, str]] = []
    for name, session in sessions.items():
        if isinstance(session, str):
            rows[name] = [NOT_KNOWN] * len(titles)
            below.append(("Error", name, session))
            continue
        counts = (str(session.total(direction)) for direction in directions)  # type: ignore[arg-type]
        rows[name] = [
            str(len(session.reps)),
            str(len(session.sets)),
            *counts,
            clock_time(session.duration_s),
        ]
        below += [("Warning", name, warning) for warning in session.warnings]
    counted = [session for session in sessions.values() if isinstance(session, Session)]
    total = number_of(sum(len(session.reps) for session in counted), noun_of(exercise))
    return Group(
        _table(titles, rows),
        Text(),
        Text(
            f"{total} in {number_of(len(counted), 'file')}{_failed(sessions)}",
            "bold",
        ),
        *_lines(below),
    )


def inspections_table(inspections: Mapping[str, Inspection | str]) -> RenderableType:
    """Lay out how each file is understood, or in its place why it could not be read."""
    titles = ["Samples", "Length", "Rate", "Lost", "Gaps", "Gyroscope", "Side", "Can be counted"]
    rows: dict[str, list[str]] = {}
    below: list[tuple[str, str, str]] = []
    for name, found in inspections.items():
        if isinstance(found, str):
            rows[name] = [NOT_KNOWN] * (len(titles) - 1) + ["no"]
            below.append(("Error", name, found))
            continue
        rows[name] = [
            str(found.n_samples),
            clock_time(found.duration_s),
            f"{found.rate_hz:.4g} Hz",
            f"{100 * found.lost_share:.1f} %",
            str(len(found.gaps)),
            "yes" if found.has_gyroscope else "no",
            NOT_KNOWN if found.side is None else shoulder(found.side),
            "yes" if found.problem is None else "no",
        ]
        if found.problem is not None:
            below.append(("Problem", name, found.problem))
        below += [("Warning", name, warning) for warning in found.warnings]
    return Group(_table(titles, rows), Text(), *_lines(below))


def _table(titles: list[str], rows: Mapping[str, list[str]]) -> Table:
    table = Table(
        Column("File", overflow="fold"),
        *(Column(title, justify="right") for title in titles),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for name, cells in rows.items():
        table.add_row(Text(printable_line(name)), *(Text(cell) for cell in cells))
    return table


def _lines(below: list[tuple[str, str, str]]) -> list[Text]:
    styles = {"Warning": "yellow", "Problem": "red", "Error": "red"}
    return [
        Text.assemble((f"{kind}: ", styles[kind]), printable_line(text if kind == "Error" else f"{name}: {text}"))
        for kind, name, text in below
    ]


def _failed(results: Mapping[str, object]) -> str:
    failed = sum(isinstance(result, str) for result in results.values())
    return f"; {number_of(failed, 'file')} could not be counted" if failed else ""
