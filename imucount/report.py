"""Report: a session, a recording and a count in progress as tables to read. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from imucount.inspection import Inspection
from imucount.notes import printable_line
from imucount.reps import Direction, Rep
from imucount.sets import REST_PERIODS, REST_S, Exercise, RepSet, Session, Side

if TYPE_CHECKING:
    from imucount.counter import Progress
    from imucount.sources.source import Notice

__all__ = [
    "big_number",
    "clock_time",
    "inspection_table",
    "live_view",
    "notice_line",
    "recording_view",
    "rep_line",
    "session_table",
]

NOT_KNOWN = "-"

NOTES_SHOWN = 20
"""As many fit a screen; the file has them all."""

_STYLES: dict[Direction, str] = {"forward": "cyan", "backward": "magenta", "unknown": "yellow"}

_DIGITS = {
    "0": ("███", "█ █", "█ █", "█ █", "███"),
    "1": ("  █", "  █", "  █", "  █", "  █"),
    "2": ("███", "  █", "███", "█  ", "███"),
    "3": ("███", "  █", "███", "  █", "███"),
    "4": ("█ █", "█ █", "███", "  █", "  █"),
    "5": ("███", "█  ", "███", "  █", "███"),
    "6": ("███", "█  ", "███", "█ █", "███"),
    "7": ("███", "  █", "  █", "  █", "  █"),
    "8": ("███", "█ █", "███", "█ █", "███"),
    "9": ("███", "█ █", "███", "  █", "███"),
}


def session_table(session: Session, title: str = "") -> RenderableType:
    """Lay out a session: a row a set, the totals, and a line a warning.

    Parameters
    ----------
    session : Session
    title : str, optional
        What was counted, such as the name of the file.
    """
    parts: list[RenderableType] = [Text.assemble((title, "bold"), ": " if title else "", _facts(session))]
    if session.sets:
        parts += [Text(), _Sets(session.sets, session.exercise), Text(), Text(totals_line(session), "bold")]
        if session.exercise == "cyclic":
            parts.append(Text(certainty_line(session)))
    else:
        parts.append(Text(f"No {_noun(session.exercise)}s were counted.", "bold"))
    parts += [Text.assemble(("Warning: ", "yellow"), warning) for warning in session.warnings]
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
    line = f"{_number(len(session.reps), _noun(session.exercise))} in {_number(len(session.sets), 'set')}"
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


def _noun(exercise: Exercise) -> str:
    return "rep" if exercise == "cyclic" else "circle"


def _facts(session: Session) -> str:
    facts = [clock_time(session.duration_s)]
    if session.sampling_rate_hz is not None:
        facts.append(f"{session.sampling_rate_hz:.4g} Hz")
    if session.exercise == "shoulder-circles" or session.side is not None:
        facts.append(_shoulder(session.side))
    if session.gaps:
        missing_s = sum(gap.duration_s for gap in session.gaps)
        facts.append(f"{_number(len(session.gaps), 'gap')} of {missing_s:.1f} s in all")
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
            "Direction": Text(rep_set.direction, _STYLES[rep_set.direction]),
            "Reps": Text(str(len(rep_set.reps)), "bold"),
            "Period s": Text(f"{tempo.period_s:.2f}{spread}"),
            "Per min": Text(f"{tempo.cadence_per_min:.1f}"),
            "Elevation": Text(f"{fmean(elevations_deg):.1f}{degrees}" if elevations_deg else NOT_KNOWN),
            "Protraction": Text(f"{fmean(protractions_deg):.1f}{degrees}" if protractions_deg else NOT_KNOWN),
            "Rest before": Text(NOT_KNOWN if rep_set.rest_before_s is None else f"{rep_set.rest_before_s:.1f} s"),
        }


_OF_CIRCLES = ("Direction", "Elevation", "Protraction")
"""Columns that the reps of other exercises have no values for."""


def rep_line(set_number: int, number: int, rep: Rep) -> str:
    """Announce a rep in one line of text; of a circle its direction, too.

    Examples
    --------
    >>> rep_line(2, 4, Rep(61.5, 64.25, "backward", (), 14.0, 8.0, 0.97))
    'set 2, rep 4: backward, ended at 64.25 s, took 2.75 s'
    """
    direction = "" if rep.elevation_deg is None else f"{rep.direction}, "  # only circles have a range
    return f"set {set_number}, rep {number}: {direction}ended at {rep.end_s:.2f} s, took {rep.duration_s:.2f} s"


def notice_line(notice: Notice) -> str:
    """Tell in one line of text what a live source has to say.

    Examples
    --------
    >>> from imucount.sources.source import Notice
    >>> notice_line(Notice(61.52, "dropped", "The link was lost."))
    'at 61.5 s: The link was lost.'
    """
    return f"at {notice.time_s:.1f} s: {printable_line(notice.text)}"


def live_view(
    sets: Sequence[RepSet],
    progress: Progress,
    now_s: float,
    title: str = "",
    notice: Notice | None = None,
    exercise: Exercise = "shoulder-circles",
) -> RenderableType:
    """Lay out a count in progress, with the number of the present set big.

    Parameters
    ----------
    sets : sequence of RepSet
        The sets so far, of reps that are certain.
    progress : Progress
        Of the counter.
    now_s : float
        Present time, s, on the recording's clock.
    title : str, optional
        What is counted.
    notice : Notice, optional
        The last that a live source had to say.
    exercise : {"shoulder-circles", "cyclic"}
        Of "cyclic" no rep of a set is certain until it is over, so the big number is of those to be confirmed.
    """
    noun = _noun(exercise)
    n_present = len(sets[-1].reps) if sets else 0
    lines = [Text(f"No {noun} yet", "bold"), Text(""), Text("")]
    if sets:
        present = sets[-1]
        direction = "" if exercise == "cyclic" else present.direction
        lines = [
            Text.assemble(
                *("Set ", (str(len(sets)), "bold"), ", " if direction else ""),
                (direction, _STYLES[present.direction]),
            ),
            Text(f"{_number(sum(len(rep_set.reps) for rep_set in sets), noun)} in all"),
            Text(_since(now_s - present.end_s, present)),
        ]
    if exercise == "cyclic" and progress.pending:
        n_present = progress.pending
        lines[0] = Text.assemble("Set ", (str(len(sets) + 1), "bold"), ", to be confirmed")
        lines[2] = Text("")
    elif progress.phase is not None:
        lines += [Text(), Text(_bar(progress.phase), "dim")]
    elif progress.pending:
        waiting = "a circle" if progress.pending == 1 else f"{progress.pending} circles"
        lines += [Text(), Text(f"{waiting} to be confirmed", "dim")]
    number = big_number(n_present)
    side_by_side = Table.grid(Column(no_wrap=True), Column(), padding=(0, 3))
    side_by_side.add_row(Text(number, "bold green"), Group(*lines))
    return Group(
        Text.assemble((title, "bold"), f" at {now_s:.1f} s"),
        Text(),
        Padding(side_by_side, (0, 2), expand=False),
        *_notice(notice),
    )


def recording_view(now_s: float, n_samples: int, title: str = "", notice: Notice | None = None) -> RenderableType:
    """Lay out a recording in progress, which is not counted.

    Parameters
    ----------
    now_s : float
        Present time, s, on the recording's clock.
    n_samples : int
        So far.
    title : str, optional
        What is recorded.
    notice : Notice, optional
        The last that the source had to say.
    """
    facts = f" for {clock_time(now_s)}, {_number(n_samples, 'sample')}"
    return Group(Text.assemble((title, "bold"), facts), *_notice(notice))


def _notice(notice: Notice | None) -> list[RenderableType]:
    if notice is None:
        return []
    return [Text(), Text(notice_line(notice), "dim" if notice.kind == "connected" else "yellow")]


TOLD_AFTER_S = 0.6
"""A circle is told so long after its end: until then the next one may have ended as well."""


def _since(duration_s: float, present: RepSet) -> str:
    """Tell how long the last circle is over; a time after which another set would begin is a rest."""
    if duration_s > max(REST_S, REST_PERIODS * present.reps[-1].duration_s) + TOLD_AFTER_S:
        return f"resting for {clock_time(duration_s)}"
    return f"{max(0.0, duration_s):.0f} s since the last"


def big_number(number: int) -> str:
    """Draw a number five lines high.

    Examples
    --------
    >>> print(big_number(17))
      █   ███
      █     █
      █     █
      █     █
      █     █
    """
    return "\n".join("   ".join(_DIGITS[digit][row] for digit in str(number)) for row in range(5))


def inspection_table(inspection: Inspection) -> RenderableType:
    """Lay out what a recording holds and how it was understood."""
    measured = {"t": "time", "acc": "specific force", "gyr": "angular rate"}
    rows = {
        "Kind": "imucount's own recording" if inspection.is_own else "plain CSV",
        "Columns": ", ".join(inspection.columns),
        "Units": ", ".join(f"{measured[name]} in {unit}" for name, unit in inspection.units.items()),
        "Gyroscope": "yes" if inspection.has_gyroscope else "no: the direction of circles is unknown",
        "Side": _shoulder(inspection.side)
        if inspection.side
        else "not told; without it the direction of circles is unknown",
        "Samples": f"{inspection.n_samples} in {clock_time(inspection.duration_s)}",
        "Start": f"{inspection.start_s:.6g} s on the recording's clock",
        "Nominal rate": NOT_KNOWN if inspection.nominal_rate_hz is None else f"{inspection.nominal_rate_hz:g} Hz",
        "Effective rate": f"{inspection.rate_hz:.4g} Hz; {inspection.mean_rate_hz:.4g} Hz on average",
        "Missing": f"{100 * inspection.lost_share:.1f} % of the samples",
        "Gaps": _gaps(inspection),
        "Gravity": f"median of |acc| is {inspection.median_acc_m_s2:.2f} m/s², at rest it should be about 9.81",
    }
    if inspection.ignored:
        rows["Not read"] = ", ".join(name or "(a column without a name)" for name in inspection.ignored)
    table = Table.grid(Column(style="dim", no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    for name, value in (rows | {f"# {key}": value for key, value in inspection.metadata.items()}).items():
        table.add_row(_printable(name), _printable(value))
    for note in inspection.notes[:NOTES_SHOWN]:
        table.add_row("Note", _printable(note))
    if len(inspection.notes) > NOTES_SHOWN:
        table.add_row("", f"and {_number(len(inspection.notes) - NOTES_SHOWN, 'note')} more")
    if inspection.problem is None:
        verdict = Text.assemble(("Verdict: ", "bold"), ("can be counted", "green"))
    else:
        verdict = Text.assemble(("Verdict: ", "bold"), ("cannot be counted: ", "red"), inspection.problem)
    warnings = [Text.assemble(("Warning: ", "yellow"), warning) for warning in inspection.warnings]
    return Group(Text(inspection.path, "bold"), Text(), table, Text(), *warnings, verdict)


def _gaps(inspection: Inspection, shown: int = 5) -> str:
    gaps = inspection.gaps
    if not gaps:
        return "none"
    longest = sorted(sorted(gaps, key=lambda gap: -gap.duration_s)[:shown], key=lambda gap: gap.start_s)
    told = ", ".join(f"{gap.duration_s:.2f} s at {gap.start_s:.2f} s" for gap in longest)
    return f"{len(gaps)}: {told}" if len(gaps) <= shown else f"{len(gaps)}, the longest: {told}"


def clock_time(seconds: float) -> str:
    """Write a length of time as a clock shows it.

    Examples
    --------
    >>> clock_time(65.2), clock_time(7384)
    ('1:05', '2:03:04')
    """
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{s:02}" if hours else f"{minutes}:{s:02}"


def _shoulder(side: Side | None) -> str:
    return "side not told" if side is None else f"{side} shoulder"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _printable(text: str) -> Text:
    """Text of a file without what a terminal would take for a command."""
    return Text("".join(character if character.isprintable() else "?" for character in text))


def _bar(share: float, width: int = 20) -> str:
    done = round(width * min(1.0, max(0.0, share)))
    return "█" * done + "░" * (width - done)
