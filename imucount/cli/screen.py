"""What the commands show: tables, a count in progress, a bar."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from imucount.cli.group import give_up_stdout
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from imucount.counter import Progress
    from imucount.sets import Exercise, RepSet
    from imucount.sources.source import Notice
    from imucount.views.live_view import View

PATIENCE_S = 2.0
"""How long something may take before a display of progress appears, s."""

REDRAW_S = 0.2
"""A count in progress is drawn again after this, s, or at once when there is a circle more."""

TELL_S = 30.0
"""Where there is no terminal, a line tells after this, s, how long work stands."""


def console() -> Console:
    """Make what writes tables to standard output."""
    from rich.console import Console

    # Not for a terminal: wide enough that nothing is folded.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(width=width, highlight=False, markup=False, emoji=False)


def show(table: RenderableType) -> None:
    """Print a table."""
    # Only a terminal needs its lines broken.
    console().print(table, soft_wrap=not sys.stdout.isatty())


class Pane(Protocol):
    """A part of the screen for one clip. A terminal is drawn on, anything else gets lines of text."""

    def draw(self, view: Callable[[], View], urgent: bool = False) -> None:
        """Draw this in place of what was drawn before, if that is due again, or urgent."""

    def tell(self, line: str) -> None:
        """Add a line of text."""


@contextmanager
def panes(titles: Sequence[str], gone: Callable[[OSError], None] | None = None) -> Iterator[Sequence[Pane]]:
    """Give a pane for each title.

    Parameters
    ----------
    titles : sequence of str
    gone : callable, optional
        Called when nothing can be written any more, as when a terminal is closed: what comes after is written
        nowhere. Without it, that is raised.
    """
    output = _Output(gone)
    screen = console()
    if not (sys.stdout.isatty() and screen.is_interactive):
        yield [_Paper(f"{title}: " if len(titles) > 1 else "", output) for title in titles]
        return
    from rich.live import Live

    from imucount.views.live_view import Arranged

    size = screen.size
    drawn: list[View] = []
    live = Live(console=screen, auto_refresh=False, transient=True)

    def draw() -> None:
        nonlocal size, drawn
        views = [part.view for part in parts]
        if views == drawn and screen.size == size:
            return
        drawn = views
        with output:
            if screen.size != size:  # the terminal has broken what was drawn into other lines than are known of
                size = screen.size
                screen.clear()
            live.update(Arranged(views), refresh=True)

    parts = [_Drawing(title, draw) for title in titles]
    with output:
        live.start()
    try:
        draw()
        yield parts
    finally:
        with output:
            live.stop()
            if not sys.stdout.isatty():  # the terminal was closed, where rich has then nothing to write
                raise OSError(errno.EIO, os.strerror(errno.EIO))


class _Output:
    """Standard output, which may be gone while something goes on that matters more."""

    def __init__(self, gone: Callable[[OSError], None] | None) -> None:
        self._gone = gone

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if self._gone is None or not isinstance(error, OSError):
            return False
        give_up_stdout()
        self._gone(error)
        return True


class _Paper:
    def __init__(self, before: str, output: _Output) -> None:
        self._before = before
        self._output = output

    def draw(self, view: Callable[[], View], urgent: bool = False) -> None:
        pass

    def tell(self, line: str) -> None:
        with self._output:
            click.echo(printable_line(self._before + line))


class _Drawing:
    def __init__(self, title: str, redraw: Callable[[], None]) -> None:
        from imucount.views.live_view import plain_view

        self.view = plain_view(title)
        self._redraw = redraw
        self._due_s = 0.0

    def draw(self, view: Callable[[], View], urgent: bool = False) -> None:
        now_s = time.monotonic()
        if urgent or now_s >= self._due_s:
            self._due_s = now_s + REDRAW_S
            self.view = view()
            self._redraw()

    def tell(self, line: str) -> None:
        pass


class CountDisplay:
    """Shows on a pane how a count stands: the number big, or a line a circle as it becomes certain."""

    def __init__(self, pane: Pane, title: str, exercise: Exercise) -> None:
        self._pane = pane
        self._title = title
        self._exercise = exercise
        self._n_told = 0
        self._said = ""
        self._notices: list[Notice] = []

    def update(
        self,
        sets: Sequence[RepSet],
        progress: Progress,
        now_s: float,
        notices: Sequence[Notice] = (),
        said: str = "",
    ) -> None:
        """Show the sets so far and, for a live count, what else happened since the last update and is said now."""
        from imucount.views.live_view import live_view, notice_line, rep_line

        self._notices += notices
        for notice in notices:
            self._pane.tell(notice_line(notice))
        if said != self._said:
            self._said = said
            if said:
                self._pane.tell(said)
        n_before, self._n_told = self._n_told, sum(len(rep_set.reps) for rep_set in sets)
        if self._n_told > n_before:
            lines = [
                rep_line(set_number, number, rep)
                for set_number, rep_set in enumerate(sets, start=1)
                for number, rep in enumerate(rep_set.reps, start=1)
            ]
            for line in lines[n_before:]:
                self._pane.tell(line)
        self._pane.draw(
            lambda: live_view(sets, progress, now_s, self._title, self._notices, self._exercise, said),
            urgent=bool(notices) or self._n_told > n_before,
        )


@contextmanager
def progress(what: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr if what follows takes long; gives what takes the share that is done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda fraction: None
        return
    from threading import Timer

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(
        *(TextColumn("{task.description}", markup=False), *columns),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task(printable_line(what, 120), total=None)
    patience = Timer(PATIENCE_S, bar.start)
    patience.daemon = True
    patience.start()
    try:
        yield lambda fraction: bar.update(task, total=1.0, completed=fraction)
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


@contextmanager
def work_left(what: str) -> Iterator[Callable[[int, int, int], None]]:
    """Show on stderr how much of long work is left; gives what takes the numbers of done, left and failed.

    On a terminal that is a bar. Anywhere else, as in the log of a cluster's job, it is a line now and then.
    """
    began_s = told_s = time.monotonic()
    with progress(what) as bar:

        def update(done: int, left: int, failed: int) -> None:
            nonlocal told_s
            bar(done / (done + left))
            now_s = time.monotonic()
            if sys.stderr.isatty() or now_s < told_s + TELL_S or not left:
                return
            told_s = now_s
            remaining_min = (now_s - began_s) / done * left / 60
            line = f"{what}: {done} done, {failed} of them failed, {left} left, about {remaining_min:.0f} min"
            click.echo(printable_line(line), err=True)

        yield update
