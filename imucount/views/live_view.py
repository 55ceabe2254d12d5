"""A count or a recording in progress, as a view to draw again and again, and as lines. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.reps import Rep
from imucount.sets import REST_PERIODS, REST_S, Exercise, RepSet
from imucount.views.wording import STYLES, bar, clock_time, counted, noun_of, number_of

if TYPE_CHECKING:
    from imucount.counter import Progress
    from imucount.sources.source import Notice

__all__ = [
    "Arranged",
    "View",
    "big_number",
    "live_view",
    "notice_line",
    "plain_view",
    "present_notices",
    "prompt",
    "recording_view",
    "rep_line",
]

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
    "?": ("███", "  █", " ██", "   ", " █ "),
    " ": ("   ", "   ", "   ", "   ", "   "),
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


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of one clip; on a screen of its own as it prints, on a small one as `arranged` lays it out.

    Attributes
    ----------
    title : str
        What the clip is called.
    head : Text
    number : str or None
        The big number, five lines high.
    lines : tuple of Text
        What is said beside it.
    notices : tuple of Text
    brief_number : str
        The number as text.
    """

    title: str
    head: Text
    number: str | None = None
    lines: tuple[Text, ...] = ()
    notices: tuple[Text, ...] = ()
    brief_number: str = ""

    def __rich__(self) -> RenderableType:
        return self.wide()

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to lay out."""
        return True

    @property
    def number_width(self) -> int:
        """Columns that the big number takes."""
        return max(map(len, (self.number or "").splitlines()), default=0)

    def wide(self) -> RenderableType:
        """Lay it out with the number beside the lines."""
        below = [each for notice in self.notices for each in (Text(), notice)]
        if self.number is None:
            return Group(self.head, *self.lines, *below)
        side_by_side = Table.grid(Column(no_wrap=True), Column(), padding=(0, 3))
        side_by_side.add_row(Text(self.number, "bold green"), Group(*self.lines))
        return Group(self.head, Text(), Padding(side_by_side, (0, 2), expand=False), *below)

    def tall(self) -> RenderableType:
        """Lay it out with the number above the lines, without the notices."""
        number = [] if self.number is None else [Text(self.number, "bold green", no_wrap=True)]
        return Group(self.head, *number, *(line for line in self.lines if line))

    def brief(self) -> RenderableType:
        """Lay it out as a few lines of text."""
        said = Text(", ").join(line for line in self.lines if line)
        number = [(f"{self.brief_number}  ", "bold green")] if self.brief_number else []
        return Group(self.head, Text.assemble(*number, said), *self.notices)

    def briefest(self) -> RenderableType:
        """Lay out in two lines what it is, and the number."""
        number = [(f"{self.brief_number}  ", "bold green")] if self.brief_number else []
        counted = Text.assemble(*number, *self.lines[:1], no_wrap=True, overflow="ellipsis")
        return Group(self.head, counted)


def live_view(
    sets: Sequence[RepSet],
    progress: Progress,
    now_s: float,
    title: str = "",
    notices: Sequence[Notice] = (),
    exercise: Exercise = "shoulder-circles",
    said: str = "",
) -> View:
    """Lay out a count in progress, with the number of the present set big.

    The number goes first: it has the reps in it that are not certain yet, and then a question mark after it.

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
    notices : sequence of Notice, optional
        All that a live source had to say; shown is what holds, and for a while what has happened.
    exercise : {"shoulder-circles", "cyclic"}
        Of "cyclic" no rep of a set is certain until it is over.
    said : str, optional
        What is said to the wearer before the first set, as by `prompt`.
    """
    noun = noun_of(exercise)
    is_new = progress.provisional > 0 and _begins_a_set(sets, progress.provisional, now_s, exercise)
    n_certain = 0 if is_new or not sets else len(sets[-1].reps)
    number = counted(n_certain, progress.provisional)
    lines = [Text(f"No {noun} yet", "bold"), Text(said, "bold yellow"), Text("")]
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
    if is_new:
        lines[0] = Text.assemble("Set ", (str(len(sets) + 1), "bold"), ", to be confirmed")
        lines[2] = Text("")
    if progress.phase is not None:
        lines += [Text(), Text(bar(progress.phase), "dim", no_wrap=True, overflow="crop")]
    elif progress.pending and not is_new:
        waiting = "a circle" if progress.pending == 1 else f"{progress.pending} circles"
        lines += [Text(), Text(f"{waiting} to be confirmed", "dim")]
    return View(
        title,
        head=Text.assemble((printable_line(title), "bold"), f" at {now_s:.1f} s"),
        number=big_number(number if progress.provisional else f"{number} "),  # as wide with the mark as without
        lines=tuple(lines),
        notices=_told(notices, now_s),
        brief_number=number,
    )


def recording_view(now_s: float, n_samples: int, title: str = "", notices: Sequence[Notice] = ()) -> View:
    """Lay out a recording in progress, which is not counted.

    Parameters
    ----------
    now_s : float
        Present time, s, on the recording's clock.
    n_samples : int
        So far.
    title : str, optional
        What is recorded.
    notices : sequence of Notice, optional
        All that the source had to say; shown is what holds, and for a while what has happened.
    """
    facts = f" for {clock_time(now_s)}, {number_of(n_samples, 'sample')}"
    return View(title, Text.assemble((printable_line(title), "bold"), facts), notices=_told(notices, now_s))


def plain_view(title: str, said: str = "") -> View:
    """Lay out what a clip is about before it sends anything, and after."""
    return View(title, Text(title, "bold"), lines=(Text(said),) if said else ())


KEEP_STILL_S = 3.0
"""So long after the first sample the wearer is asked to keep still: the first second says what is up."""


def prompt(now_s: float, start_s: float | None, progress: Progress) -> str:
    """Say what the wearer should do until the first circle is seen.

    Parameters
    ----------
    now_s : float
        Present time, s.
    start_s : float or None
        Time of the first sample, s.
    progress : Progress
        Of the counter.

    Examples
    --------
    >>> from imucount.counter import Progress
    >>> [prompt(now_s, 2.0, Progress(0, 0, None)) for now_s in (2.5, 9.0)]
    ['Keep still for a moment.', 'Begin when you like.']
    """
    if progress.reps or progress.pending or progress.phase is not None:
        return ""
    if start_s is None or now_s < start_s + KEEP_STILL_S:
        return "Keep still for a moment."
    return "Begin when you like."


SHOWN_S = 10.0
"""What has happened is shown for so long, s."""

_LOST = ("dropped", "silent")
_LASTING = (*_LOST, "recording", "display")
"""Kinds of notices of what holds on: the link is lost until it is back, and a file that has ended gets no more."""


def present_notices(notices: Sequence[Notice], now_s: float) -> tuple[Notice, ...]:
    """Return the notices to show now: of what holds, and the last of what has just happened out of the ordinary.

    Examples
    --------
    >>> from imucount.sources.source import Notice
    >>> lost = Notice(20.0, "dropped", "The link was lost.")
    >>> back = Notice(22.0, "reconnected", "The link is back.")
    >>> [notice.kind for notice in present_notices([lost], 90.0)]
    ['dropped']
    >>> [[notice.kind for notice in present_notices([lost, back], now_s)] for now_s in (23.0, 90.0)]
    [['reconnected'], []]
    """
    holding: dict[str, Notice] = {}
    for notice in notices:
        if notice.kind == "reconnected":
            holding.pop("link", None)
        elif notice.kind in _LASTING:
            holding["link" if notice.kind in _LOST else notice.kind] = notice
    passing = [notice for notice in notices if notice.kind not in (*_LASTING, "connected")]
    last = [notice for notice in passing[-1:] if now_s < notice.time_s + SHOWN_S]
    return (*holding.values(), *last)


def _told(notices: Sequence[Notice], now_s: float) -> tuple[Text, ...]:
    return tuple(Text(notice_line(notice), "yellow") for notice in present_notices(notices, now_s))


LEAST_LINES_WIDTH = 16
"""Columns that the lines beside a big number need to be read."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Views of one clip or several, laid out so that each is seen.

    The first of these that the screen has room for: one above the other, side by side, side by side with the
    numbers above what is said of them, a few lines of text each.

    Attributes
    ----------
    views : sequence of View
    """

    views: Sequence[View]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines: list[list[Segment]] = []
        shown = Arranged([view for view in self.views if view.is_shown])
        for layout in shown._layouts(options.max_width):
            lines = console.render_lines(layout, options, pad=False)
            if len(lines) <= options.size.height:
                break
        for line in lines:
            yield from line
            yield Segment.line()

    def _layouts(self, width: int) -> Iterator[RenderableType]:
        share = width if len(self.views) == 1 else width // len(self.views) - 1
        number_width = max((view.number_width for view in self.views), default=0)
        wide_width = number_width + MARGINS_WIDTH + LEAST_LINES_WIDTH
        if width >= wide_width:
            yield Group(*_parted([view.wide() for view in self.views]))
        if len(self.views) > 1 and share >= wide_width:
            yield _beside([view.wide() for view in self.views])
        if share >= max(number_width, LEAST_LINES_WIDTH):
            notices = [
                Text.assemble(f"{view.title}: " if len(self.views) > 1 else "", notice)
                for view in self.views
                for notice in view.notices
            ]
            yield Group(_beside([view.tall() for view in self.views]), *notices)
        yield Group(*(view.brief() for view in self.views))
        yield Group(*(view.briefest() for view in self.views))


MARGINS_WIDTH = 5
"""Columns before a big number, and between it and its lines."""

LEAST_LINES_WIDTH = 16
"""Columns that the lines beside or below a big number need to be read."""


def _parted(parts: Sequence[RenderableType]) -> list[RenderableType]:
    return [each for part in parts for each in (Text(), part)][1:]


def _beside(parts: Sequence[RenderableType]) -> RenderableType:
    table = Table.grid(*(Column(ratio=1) for _ in parts), padding=(0, 1), pad_edge=False, expand=True)
    table.add_row(*parts)
    return table


TOLD_AFTER_S = 0.6
"""A circle is told so long after its end: until then the next one may have ended as well."""


def _since(duration_s: float, present: RepSet) -> str:
    """Tell how long the last circle is over; a time after which another set would begin is a rest."""
    if duration_s > max(REST_S, REST_PERIODS * present.reps[-1].duration_s) + TOLD_AFTER_S:
        return f"resting for {clock_time(duration_s)}"
    return f"{max(0.0, duration_s):.0f} s since the last"


def _begins_a_set(sets: Sequence[RepSet], n_provisional: int, now_s: float, exercise: Exercise) -> bool:
    """Whether reps that are not certain are of another set than the last one, as far as can be told by now."""
    if exercise == "cyclic" or not sets:
        return True
    last = sets[-1].reps[-1]
    rest_s = now_s - last.end_s - n_provisional * last.duration_s
    return rest_s > max(REST_S, REST_PERIODS * last.duration_s)


def big_number(number: int | str) -> str:
    """Draw a number five lines high, or one as `counted` writes it.

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
