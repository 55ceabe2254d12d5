"""A session as a table to read: a row a set, the totals, and a line a warning. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.reps import Direction
from imucount.session import Session
from imucount.sets import Exercise, RepSet
from imucount.views.wording import NOT_KNOWN, STYLES, clock_time, gaps_line, noun_of, number_of, shoulder

__all__ = ["certainty_line", "session_table", "totals_line"]


def session_table(session: Session, title: str = "") -> RenderableType:
    """Lay out a session: a row a set, the totals, and a line a warning.

    Parameters
    ----------
    session : Session
    title : str, optional
        What was counted, such as the name of the file.
    """
    parts: list[RenderableType] = [
        Text.assemble((printable_line(title), "bold"), ": " if title else "", _facts(session))
    ]
    if session.sets:
        parts += [Text(), _Sets(session.sets, session.exercise), Text(), Text(totals_line(session), "bold")]
        if session.exercise == "cyclic":
            parts.append(Text(certainty_line(session)))
    else:
        parts.append(Text(f"No {noun_of(session.exercise)}s were counted.", "bold"))
    parts += [Text.assemble(("Warning: ", "yellow"), printable_line(warning)) for warning in session.warnings]
    return Group(*parts)


def totals_line(session: Session) -> str:
    """Tell how many reps there are and, of circles, of which direction.

    Examples
    --------
    >>> totals_line(Session(0.0, 9.0, "right", 100.0, (), (), (), ()))
    '0 circles in 0 sets'
    """
    directions: tuple[Direction, ...] = ("forward", "backward", "unknown")
    totals = {direction: session.total(direction) for direction in directions}
    line = f"{number_of(len(session.reps), noun_of(session.exercise))} in {number_of(len(session.sets), 'set')}"
    if session.exercise == "cyclic":
        return line
    told = ", ".join(
        f"{total} {'of unknown direction' if direction == 'unknown' else direction}"
        for direction, total in totals.items()
        if total
    )
    return f"{line}: {told}" if told else line


def certainty_line(session: Session) -> str:
    """Tell how sure the number of reps is.

    Examples
    --------
    >>> certainty_line(Session(0.0, 9.0, None, 100.0, (), (), (), ()))
    'At least 0 of them are right, in 19 sessions of 20'
    """
    return f"At least {session.sure_reps} of them are right, in 19 sessions of 20"


def _facts(session: Session) -> str:
    facts = [clock_time(session.duration_s)]
    if session.sampling_rate_hz is not None:
        facts.append(f"{session.sampling_rate_hz:.4g} Hz")
    if session.exercise == "shoulder-circles" or session.side is not None:
        facts.append(shoulder(session.side))
    if session.gaps:
        facts.append(gaps_line(session.gaps))
    return ", ".join(facts)


class _Sets:
    """A row a set; a few lines a set where the terminal is too narrow for that."""

    def __init__(self, sets: Sequence[RepSet], exercise: Exercise) -> None:
        self._sets = sets
        self._left_out = _OF_CIRCLES if exercise == "cyclic" else ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = [self._row(number, rep_set, options) for number, rep_set in enumerate(self._sets, start=1)]
        shown = [title for title in rows[0] if title not in self._left_out]
        table = Table(
            *(Column(title, justify="left" if title == "Direction" else "right") for title in shown),
            box=box.SIMPLE_HEAD,
            pad_edge=False,
            padding=(0, 1, 0, 0),
            show_edge=False,
        )
        for row in rows:
            table.add_row(*(row[title] for title in shown))
        if Measurement.get(console, options.update(max_width=1000), table).maximum <= options.max_width:
            yield table
            return
        for row in rows:
            what = Text("reps") if "Direction" in self._left_out else row["Direction"]
            yield Text.assemble("Set ", row["Set"], ": ", row["Reps"], " ", what, ", ", row["Period s"], " s each")
            for title in shown[shown.index("Per min") :]:
                yield Text.assemble("  ", title.lower(), " ", row[title])

    @staticmethod
    def _row(number: int, rep_set: RepSet, options: ConsoleOptions) -> dict[str, Text]:
        plus_minus, degrees = ("+/-", " deg") if options.ascii_only else ("±", "°")
        tempo = rep_set.tempo
        spread = f" {plus_minus} {tempo.period_sd_s:.2f}" if len(rep_set.reps) > 1 else ""
        elevations_deg = [rep.elevation_deg for rep in rep_set.reps if rep.elevation_deg is not None]
        protractions_deg = [rep.protraction_deg for rep in rep_set.reps if rep.protraction_deg is not None]
        return {
            "Set": Text(str(number)),
            "Direction": Text(rep_set.direction, STYLES[rep_set.direction]),
            "Reps": Text(str(len(rep_set.reps)), "bold"),
            "Period s": Text(f"{tempo.period_s:.2f}{spread}"),
            "Per min": Text(f"{tempo.cadence_per_min:.1f}"),
            "Elevation": Text(f"{fmean(elevations_deg):.1f}{degrees}" if elevations_deg else NOT_KNOWN),
            "Protraction": Text(f"{fmean(protractions_deg):.1f}{degrees}" if protractions_deg else NOT_KNOWN),
            "Rest before": Text(NOT_KNOWN if rep_set.rest_before_s is None else f"{rep_set.rest_before_s:.1f} s"),
        }


_OF_CIRCLES = ("Direction", "Elevation", "Protraction")
"""Columns that the reps of other exercises have no values for."""
