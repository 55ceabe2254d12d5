"""A coached programme in progress, as a screen of any size and as lines. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from textwrap import wrap
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.views.live_view import View, big_number
from imucount.views.wording import NOT_KNOWN, STYLES, bar, counted

if TYPE_CHECKING:
    from imucount.coach.scene import Beside, Row, Said, Scene
    from imucount.programme.plan import PlannedDirection

__all__ = ["CoachView", "coach_table", "coach_view", "said_line"]

ARROWS: dict[PlannedDirection | None, str] = {"forward": "↻", "backward": "↺"}
"""As seen from the wearer's right side."""

KEYS = "u one less  a one more  s skip rest  e end set  q finish"
SHORT_KEYS = "u -1  a +1  s skip  e end  q finish"
SET_UP_KEYS = "Enter: I am ready   q: end"

DRAWINGS: dict[PlannedDirection | None, str] = {
    "forward": """
              2 up
            .-->---.
    1 back  ^      v  3 forward    a forward circle, seen from your right
            '--<---'
             4 down
""",
    "backward": """
              1 up
            .--<---.
    2 back  v      ^  4 forward    a backward circle, seen from your right
            '-->---'
             3 down
""",
}
DRAWING_ROWS = 7
DRAWING_COLUMNS = 75

DIGIT_ROWS = 5
DIGIT_COLUMNS = 6
"""Size of a digit as `big_number` draws it, its gap included."""

TABLE_ROWS = 4
"""Rows of the table besides its sets."""

PHASE_COLUMNS = 12


def said_line(now_s: float, said: Said) -> str:
    """Write a cue as a line, for where there is no screen.

    Examples
    --------
    >>> from imucount.coach.scene import Said
    >>> said_line(12.34, Said(7, "last", "One more."))
    'at 12.3 s: One more.'
    """
    return f"at {now_s:.1f} s: {printable_line(said.text)}"


@dataclass(frozen=True, slots=True)
class CoachView(View):
    """A scene that fills the screen.

    Attributes
    ----------
    scene : Scene
    """

    scene: Scene | None = None

    @classmethod
    def of(cls, scene: Scene) -> CoachView:
        """Make the view of a scene; scenes that look the same on a terminal have the same."""
        phase = None if scene.phase is None else round(scene.phase * PHASE_COLUMNS) / PHASE_COLUMNS
        return cls("", Text(), scene=replace(scene, now_s=0.0, trail=(), last_loop=(), phase=phase))

    @classmethod
    def hidden(cls) -> CoachView:
        """Make the view of a clip of which another one's scene tells."""
        return cls("", Text())

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to lay out."""
        return self.scene is not None

    def wide(self) -> RenderableType:
        """Fill the screen with it, whatever its size."""
        return self

    tall = brief = wide

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.scene is not None:
            yield coach_view(self.scene, options.max_width, options.size.height - 1)


def coach_view(scene: Scene, width: int, height: int) -> RenderableType:
    """Lay out a scene, with the count as large as the window allows.

    Parameters
    ----------
    scene : Scene
    width, height : int
        Of what it has of the window, in columns and rows.
    """
    head = _head(scene)
    if scene.stage == "set-up":
        return _set_up(scene, head, width, height)
    told = (_ways(scene), _message(scene), _rest(scene), _bar(scene, width), _form(scene), _link(scene))
    facts = [fact for fact in (*told, _notice(scene)) if fact]
    rows = height - 1 - len(facts) - bool(scene.beside)
    facts = _unfolded(facts, width, rows - DIGIT_ROWS)
    rows = height - 1 - sum(len(fact.plain.split("\n")) for fact in facts) - bool(scene.beside)
    if rows < DIGIT_ROWS and not scene.beside:  # a low window: the facts beside the number
        return Group(head, _beside(big_number(_number(scene)), facts))
    below: list[RenderableType] = []
    if rows >= DIGIT_ROWS + len(scene.sets) + TABLE_ROWS + 1:
        below.append(_drawn_table(scene.sets, scene.set_number, scene.stage == "set", scene.is_over))
        rows -= len(scene.sets) + TABLE_ROWS
    named = KEYS if width > len(KEYS) else SHORT_KEYS
    if rows > DIGIT_ROWS and width > len(named):
        below.append(Text(named, "dim"))
        rows -= 1
    return Group(head, _numbers(scene, rows, width), *facts, *below)


def _numbers(scene: Scene, rows: int, width: int) -> RenderableType:
    """Draw the count, or that of each clip, as large as there is room for."""
    counts = [_number(scene), *(str(each.count) for each in scene.beside)]
    share = width // len(counts) - (len(counts) > 1)
    n_digits = max(map(len, counts))
    style = STYLES.get(scene.direction, "bold")
    names = [f"{scene.title}: {scene.count}/{_target(scene.target)}"]
    names += [_named(each) for each in scene.beside]
    if rows < DIGIT_ROWS:  # no room for large ones
        return Group(*(Text(name, style, no_wrap=True, overflow="ellipsis") for name in names))
    tall = max(1, min(rows // DIGIT_ROWS, share // (DIGIT_COLUMNS * n_digits)))
    wide = max(1, min(2 * tall, share // (DIGIT_COLUMNS * n_digits)))
    return _drawn_numbers(tuple(counts), tuple(names if scene.beside else ()), (tall, wide), share, style)


@lru_cache(maxsize=2)
def _drawn_numbers(
    counts: tuple[str, ...], names: tuple[str, ...], scale: tuple[int, int], share: int, style: str
) -> _Drawn:
    """Draw numbers so many times as tall and wide, with their names above where there are several."""
    drawn = [Text(_scaled(big_number(count), *scale), style, no_wrap=True) for count in counts]
    if not names:
        return _Drawn(drawn[0])
    table = Table.grid(*(Column(width=share) for _ in counts), padding=(0, 1), pad_edge=False)
    table.add_row(*(Text(name, no_wrap=True, overflow="ellipsis") for name in names))
    table.add_row(*drawn)
    return _Drawn(table)


def _number(scene: Scene) -> str:
    """Write the count, in a set with the circles that are not certain, and as wide with their mark as without."""
    provisional = scene.provisional if scene.stage == "set" else 0
    number = counted(scene.count, provisional)
    return number if provisional else f"{number} "


def _named(beside: Beside) -> str:
    wrong = f", {beside.n_wrong} the other way" if beside.n_wrong else ""
    lost = ", cannot be heard" if beside.link == "lost" else ""
    return f"{beside.title}: {beside.count}/{_target(beside.target)}{lost}{wrong}"


def _target(target: int | None) -> str:
    return NOT_KNOWN if target is None else str(target)


def coach_table(scene: Scene) -> Table:
    """Lay out the sets, those that are left included."""
    return _table(scene.sets, scene.set_number, scene.stage == "set", scene.is_over)


def _table(rows: Sequence[Row], set_number: int, is_in_set: bool, is_over: bool) -> Table:
    cells = [_cells(row, is_in_set and row.number == set_number and not is_over) for row in rows]
    columns = ["Set", "Asked for", "Done", "Other way", "Each", "Result"]
    shown = [at for at, name in enumerate(columns) if name != "Other way" or any(row.n_wrong for row in rows)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for at in shown:
        table.add_column(
            columns[at], no_wrap=True, min_width=0 if columns[at] == "Asked for" else len(columns[at])
        )
    for row, texts in zip(rows, cells):
        is_now = row.number == set_number and not is_over
        table.add_row(*(texts[at] for at in shown), style="bold" if is_now else "")
    return table


class _Drawn:
    """What is laid out once for each width: to lay tables and large numbers out takes longer than all else."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content
        self._lines: dict[int, list[list[Segment]]] = {}

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        if width not in self._lines:
            self._lines[width] = console.render_lines(self._content, options, pad=False)
        for line in self._lines[width]:
            yield from line
            yield Segment.line()


@lru_cache(maxsize=2)
def _drawn_table(rows: tuple[Row, ...], set_number: int, is_in_set: bool, is_over: bool) -> _Drawn:
    return _Drawn(_table(rows, set_number, is_in_set, is_over))


def _cells(row: Row, is_going_on: bool) -> list[str]:
    by_hand = f" ({row.corrected:+d} by hand)" if row.corrected else ""
    pace = "" if row.period_s is None else f"{row.period_s:.1f} s" + (f", {row.tempo}" if row.tempo else "")
    verdict = "" if is_going_on or row.verdict == "missing" else row.verdict
    return [str(row.number), row.asked, f"{row.count}{by_hand}", str(row.n_wrong or ""), pace, verdict]


def _head(scene: Scene) -> Text:
    number = "Extra set" if scene.set_number > scene.n_sets else f"Set {scene.set_number} of {scene.n_sets}"
    direction = "" if scene.direction in (None, "any") else f", {scene.direction} {ARROWS[scene.direction]}"
    return Text.assemble(
        (number, "bold"), (direction, STYLES.get(scene.direction, "")), f"  {scene.count}/{_target(scene.target)}",
        no_wrap=True, overflow="ellipsis",
    )  # fmt: skip


def _ways(scene: Scene) -> Text | None:
    if scene.n_wrong:
        return Text(f"{scene.n_wrong} the other way", "bold red")
    if scene.stage in ("rest", "done"):
        return None
    drawn = "" if scene.phase is None else f"{bar(scene.phase, PHASE_COLUMNS)}  "
    return Text(drawn + scene.how, no_wrap=True, overflow="ellipsis")


def _message(scene: Scene) -> Text | None:
    last = scene.said[-1] if scene.said else None
    if last is None or last.kind in ("count", "set-up", "form"):
        return None
    return Text(printable_line(last.text), "bold", no_wrap=True, overflow="ellipsis")


def _rest(scene: Scene) -> Text | None:
    if scene.rest_left_s is None:
        return None
    return Text(f"Rest {scene.rest_left_s} s, then {scene.next or 'no more'}", no_wrap=True, overflow="ellipsis")


def _bar(scene: Scene, width: int) -> Text | None:
    """Draw the rest that is left as wide as the window, to be seen from afar."""
    if scene.rest_left_s is None or not scene.rest_s:
        return None
    return Text(bar(scene.rest_left_s / scene.rest_s, width), no_wrap=True, overflow="crop")


def _link(scene: Scene) -> Text | None:
    if scene.link == "lost":
        return Text("The clip cannot be heard.", "bold red")
    return None


def _form(scene: Scene) -> Text | None:
    if not scene.form or scene.stage not in ("rest", "done"):
        return None
    return Text(scene.form, no_wrap=True, overflow="ellipsis")


def _notice(scene: Scene) -> Text | None:
    if not scene.notice or scene.link == "lost":
        return None
    return Text(printable_line(scene.notice), "yellow", no_wrap=True, overflow="ellipsis")


def _unfolded(facts: Sequence[Text], width: int, spare: int) -> list[Text]:
    """Give what is too long for a line further lines, as far as there are any to spare."""
    unfolded = []
    for fact in facts:
        n_lines = min(len(wrap(fact.plain, width)), 1 + max(0, spare))
        if n_lines > 1:
            lines = wrap(fact.plain, width, max_lines=n_lines, placeholder=" …")
            fact, spare = Text("\n".join(lines), fact.style), spare - len(lines) + 1
        unfolded.append(fact)
    return unfolded


def _set_up(scene: Scene, head: Text, width: int, height: int) -> RenderableType:
    """Lay out what to see to before the first circle, and how it goes, if there is room for the drawing."""
    keys = Text(SET_UP_KEYS, "bold")
    lines = [Text("\n".join(wrap(line, width))) for line in scene.set_up]
    notice = [] if not scene.notice else [Text(scene.notice, "yellow", no_wrap=True, overflow="ellipsis")]
    rows = 2 + len(notice) + sum(len(line.plain.split("\n")) for line in lines)
    if rows > height:
        return Group(keys, *notice, *lines)
    drawing = [] if scene.direction not in DRAWINGS else [Text(DRAWINGS[scene.direction], no_wrap=True)]
    if rows + DRAWING_ROWS > height or width < DRAWING_COLUMNS:
        drawing = []
    return Group(head, *lines, *drawing, *notice, keys)


def _beside(number: str, facts: list[Text]) -> Table:
    side_by_side = Table.grid(Column(no_wrap=True), Column(), padding=(0, 2))
    side_by_side.add_row(Text(number, "bold"), Group(*facts))
    return side_by_side


def _scaled(drawing: str, tall: int, wide: int) -> str:
    lines = ["".join(character * wide for character in line) for line in drawing.split("\n")]
    return "\n".join(line for line in lines for _ in range(tall))
