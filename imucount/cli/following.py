"""Clips that are followed at once: opened, watched, ended by a signal, by a fault, or for want of a reader."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from imucount.cli.screen import Pane, panes
from imucount.errors import ImucountError
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from asyncio import Task
    from types import FrameType

    from imucount.live.recorder import Recorder
    from imucount.sets import Session, Side
    from imucount.sources.source import Source

SAYING_S = 0.1
"""What a clip is doing before it is connected is looked at again after this, s."""


class Clip:
    """One clip: where its samples come from and go to.

    Attributes
    ----------
    task : asyncio.Task or None
        What follows it.
    was_open : bool
        Whether it was connected.
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
        self.was_open = False
        self.has_failed = False
        self.error: ImucountError | None = None

    @property
    def title(self) -> str:
        """What to call it on the screen: the name is known once it is connected."""
        return printable_line(self._title or self.source.name)

    def stop(self) -> None:
        """End it: what came so far is handed over. One that is not connected yet is sought no longer."""
        if self.was_open:
            self.source.stop()
        elif self.task is not None:
            self.task.cancel()

    @asynccontextmanager
    async def open(self, pane: Pane) -> AsyncIterator[None]:
        """Open the source; say what it is doing until it is open, and that it is being closed."""
        import asyncio

        from imucount.views.live_view import plain_view

        async def say() -> None:
            said = ""
            while True:
                is_new, said = self.source.doing != said, self.source.doing
                sentence = f"{said[:1].upper()}{said[1:]} ..." if said else ""
                if is_new and said:
                    pane.tell(sentence)
                pane.draw(partial(plain_view, self.title, sentence), urgent=is_new)
                await asyncio.sleep(SAYING_S)

        saying = asyncio.create_task(say())
        try:
            async with self.source:
                saying.cancel()
                self.was_open = True
                yield
                pane.draw(partial(plain_view, self.title, "Stopping ..."), urgent=True)
        finally:
            saying.cancel()


Followed = TypeVar("Followed", bound=Clip)


def spec_of(which: str) -> str:
    """Spell out what `open_source` takes: a clip is meant where nothing else is said."""
    if which == "sim":
        return "sim:"
    return which if which.startswith(("sim:", "ble:", "csv:")) else f"ble:{which}"


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
