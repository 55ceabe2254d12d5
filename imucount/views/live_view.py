"""A count or a recording in progress, as a view to draw again and again, and as lines. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.reps import Rep
from imucount.sets import REST_PERIODS, REST_S, Exercise, RepSet
from imucount.views.wording import STYLES, clock_time, noun_of, number_of

if TYPE_CHECKING:
    from imucount.counter import Progress
    from imucount.sources.source import Notice

__all__ = ["big_number", "live_view", "notice_line", "recording_view", "rep_line"]

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
    noun = noun_of(exercise)
    n_present = len(sets[-1].reps) if sets else 0
    lines = [Text(f"No {noun} yet", "bold"), Text(""), Text("")]
    if sets:
        present = sets[-1]
        direction = "" if exercise == "cyclic" else present.direction
        lines = [
            Text.assemble(
                *("Set ", (str(len(sets)), "bold"), ", " if direction else ""),
                (direction, STYLES[present.direction]),
            ),
            Text(f"{number_of(sum(len(rep_set.reps) for rep_set in sets), noun)} in all"),
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
        Text.assemble((printable_line(title), "bold"), f" at {now_s:.1f} s"),
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
    facts = f" for {clock_time(now_s)}, {number_of(n_samples, 'sample')}"
    return Group(Text.assemble((printable_line(title), "bold"), facts), *_notice(notice))


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


def _bar(share: float, width: int = 20) -> str:
    done = round(width * min(1.0, max(0.0, share)))
    return "█" * done + "░" * (width - done)
