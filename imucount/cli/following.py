"""Clips that are followed at once: opened, watched, ended by a signal, by a fault, or for want of a reader."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imucount.cli.screen import Pane, panes
from imucount.errors import ImucountError
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from asyncio import Task
    from types import FrameType

    from imucount.coach.showing import Showing
    from imucount.formats.reading import ReadingOptions
    from imucount.live.recorder import Recorder
    from imucount.session import Session
    from imucount.sets import Side
    from imucount.sources.source import Source

SAYING_S = 0.1
"""What a clip is doing before it is connected is looked at again after this, s."""

STOPPING = "Stopping ..."

Show = Callable[[str, bool], None]
"""Shows what is being done, and is told whether that is new."""


class Clip:
    """One clip: where its samples come from and go to.

    Attributes
    ----------
    task : asyncio.Task or None
        What follows it.
    has_failed : bool
        Whether something went wrong that its session tells.
    error : ImucountError or None
        What ended it without a session.
    """

    def __init__(self, source: Source, side: Side | None, title: str | None) -> None:
        self.source = source
        self.side = side
        self._title = title
        self.recorder: Recorder | None = None
        self.session: Session | None = None
        self.task: Task[None] | None = None
        self.has_failed = False
        self.error: ImucountError | None = None
        self._show: Show | None = None

    @property
    def was_open(self) -> bool:
        """Whether it was connected."""
        return self._show is not None

    @property
    def title(self) -> str:
        """What to call it on the screen: the name is known once it is connected."""
        return printable_line(self._title or self.source.name)

    def stop(self) -> None:
        """End it: what came so far is handed over. One that is not connected yet is sought no longer.

        It is said at once, as what counts may be slow to come, and counts first what waited for it.
        """
        if self._show is not None:
            self._show(STOPPING, True)
            self.source.stop()
        elif self.task is not None:
            self.task.cancel()

    @asynccontextmanager
    async def open(self, pane: Pane, show: Show | None = None) -> AsyncIterator[None]:
        """Open the source; say what it is doing until it is open, and that it is being closed.

        `show` is given what is done, and whether that is new; without it the pane shows this alone.
        """
        import asyncio

        from imucount.views.live_view import plain_view

        def show_alone(sentence: str, is_new: bool) -> None:
            pane.draw(partial(plain_view, self.title, sentence), urgent=is_new)

        def show_anyhow(sentence: str, is_new: bool) -> None:
            # A display that fails has been told of, and what is counted is more than what is said of it.
            with suppress(Exception):
                (show or show_alone)(sentence, is_new)

        async def say() -> None:
            said = ""
            while True:
                is_new, said = self.source.doing != said, self.source.doing
                sentence = f"{said[:1].upper()}{said[1:]} ..." if said else ""
                if is_new and said:
                    with suppress(Exception):
                        pane.tell(sentence)
                show_anyhow(sentence, is_new)
                await asyncio.sleep(SAYING_S)

        saying = asyncio.create_task(say())
        try:
            async with self.source:
                saying.cancel()
                self._show = show_anyhow
                try:
                    yield
                except asyncio.CancelledError:
                    if task := asyncio.current_task():
                        task.cancel()  # who does not wait for the count waits for no farewell either
                    raise
                show_anyhow(STOPPING, True)
        finally:
            saying.cancel()


Followed = TypeVar("Followed", bound=Clip)


def spec_of(which: str) -> str:
    """Spell out what `open_source` takes: a clip is meant where nothing else is said."""
    if which == "sim":
        return "sim:"
    return which if which.startswith(("sim:", "ble:", "csv:")) else f"ble:{which}"


def make_clips(
    kind: Callable[[Source, Side | None, str | None], Followed],
    wanted: Sequence[str],
    sides: Sequence[Side],
    *,
    last_on_arm: bool = False,
    told: ReadingOptions | None = None,
    rate_hz: float | None = None,
    **options: Any,
) -> list[Followed]:
    """Make a clip of each --sensor, all on one clock; the last one may be on an arm, which has no side.

    What is told of files is told of the recordings among them, but for axes, which are told of any clip; all other
    options are those of `open_source`.
    """
    import time

    from imucount.axis_map import AXES_KEYS
    from imucount.sources import open_source

    n_shoulders = len(wanted) - last_on_arm
    if len(sides) not in (0, n_shoulders):
        raise click.UsageError(f"--side must be given once for each clip, of which there are {n_shoulders}.")
    real = [which for which in wanted if not spec_of(which).startswith("sim:")]
    if len(set(real)) < len(real):
        raise click.UsageError("--sensor names one clip twice.")
    of_files: dict[str, Any] = {**(told or {})}
    options |= {key: of_files.pop(key, None) for key in AXES_KEYS.values()}
    if any(of_files.values()) and not any(spec_of(which).startswith("csv:") for which in wanted):
        names = ", ".join(f"--{name.replace('_', '-')}" for name, value in of_files.items() if value)
        raise click.UsageError(f"{names}: that is of a recording, --sensor csv:FILE.")
    of_files["sampling_rate_hz"] = rate_hz
    titles = [*_titles(wanted[:n_shoulders], sides), *["Upper arm"] * last_on_arm]
    origin_s = time.monotonic()
    clips = []
    of_clips: list[Side | None] = [*sides, *[None] * (len(wanted) - len(sides))]
    for which, side, title in zip(wanted, of_clips, titles):
        try:
            spec = spec_of(which)
            if spec.startswith("csv:"):
                source = open_source(spec, side=side, **of_files, **options)
            else:
                source = open_source(spec, side=side, rate_hz=rate_hz, origin_s=origin_s, **options)
        except ValueError as error:
            named = f"--sensor {which}: " if which else ""
            raise click.UsageError(f"{named}{error}.") from error
        clips.append(kind(source, side, title))
    return clips


def _titles(wanted: Sequence[str], sides: Sequence[Side]) -> Sequence[str | None]:
    """Name the clips: several by their sides where these differ; one alone has the name that it tells."""
    if len(wanted) == 1:
        return [None]
    if len(set(sides)) == len(wanted):
        return sides
    names = [which or "any" for which in wanted]
    titles = [f"{side} {name}" for side, name in zip(sides, names)] if sides else names
    alike = [number for number, title in enumerate(titles) if titles.count(title) > 1]
    return [f"{title} {number + 1}" if number in alike else title for number, title in enumerate(titles)]


@asynccontextmanager
async def page_at(showing: Showing, place: tuple[str, int], pane: Pane) -> AsyncIterator[None]:
    """Serve a page at an address and a port; say where it is, beside the screen, which is drawn over."""
    from imucount.web import Page

    async with Page(showing, host=place[0], port=place[1], let_in=pane.tell) as page:
        pane.tell(f"The page: {page.link}")
        if sys.stdout.isatty():
            click.echo(f"The page: {page.link}", err=True)
        try:
            yield
        finally:
            showing.finish()


def end_with_faults(clips: Sequence[Clip], lost: OSError | None) -> None:
    """End the command: with the first fault, or because nobody read what it wrote."""
    for clip in clips:
        if clip.error is not None:
            raise clip.error
    if any(clip.has_failed or (clip.recorder is not None and clip.recorder.is_broken) for clip in clips):
        sys.exit(1)  # the table tells it as a warning
    if lost is not None and lost.errno != errno.EIO:  # so a terminal says that it was closed
        raise lost


def run_clips(
    clips: Sequence[Followed], follow: Callable[[Followed, Pane], Coroutine[Any, Any, None]]
) -> OSError | None:
    """Follow all clips at once until they end, one cannot be reached, or somebody ends it.

    A clip that fails once it is connected does not end the others. Returned is why nothing could be written any
    more, if that was so; only what is recorded goes on then.
    """
    import asyncio

    lost: OSError | None = None

    def stop() -> None:
        for clip in clips:
            clip.stop()

    def lose(error: OSError) -> None:
        nonlocal lost
        lost = lost or error
        if all(clip.recorder is None for clip in clips):
            stop()

    async def follow_one(clip: Followed, pane: Pane) -> None:
        try:
            await follow(clip, pane)
        except ImucountError as error:
            clip.error = error
            if not clip.was_open:
                stop()
            elif len(clips) > 1:
                pane.tell(f"Error: {printable_line(str(error))}")

    async def follow_all() -> None:
        with _ending(clips, stop), panes([clip.title for clip in clips], lose) as parts:
            async with asyncio.TaskGroup() as group:
                for clip, pane in zip(clips, parts):
                    clip.task = group.create_task(follow_one(clip, pane))

    try:
        asyncio.run(follow_all())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return lost


ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end a command, where the system has them: of Ctrl-C, of being told to, of a closed terminal."""


@contextmanager
def _ending(clips: Sequence[Clip], stop: Callable[[], None]) -> Iterator[None]:
    """End what clips do with the first signal, with a second one also how they end it.

    A KeyboardInterrupt would come up anywhere, and then have to wait until the clips are closed. The third signal
    is one: by then something hangs.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    came = 0

    def cancel() -> None:
        for clip in clips:
            if clip.task is not None:
                clip.task.cancel()

    def end(signum: int, frame: FrameType | None) -> None:
        nonlocal came
        came += 1
        if came > 2:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(stop if came == 1 else cancel)

    # One that is ignored, as SIGHUP by nohup, stays so.
    numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
