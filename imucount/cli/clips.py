"""The commands on sensor clips: scan, sensors, live, record."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.group import Number, counting_options, load_profile
from imucount.cli.screen import CountDisplay, Pane, panes, show
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from asyncio import Task
    from types import FrameType

    from imucount.circles.profile import Profile
    from imucount.live.counting import LiveUpdate
    from imucount.live.recorder import Recorder
    from imucount.reps import Rep
    from imucount.sets import Exercise, RepSet, Session, Side
    from imucount.sources.source import Notice, Source

_sensors = click.option(
    "--sensor",
    "wanted",
    multiple=True,
    metavar="WHICH",
    help="Name or address of the clip as `imucount scan` tells it, or its kind as `imucount sensors` does; "
    "`sim`, `sim:forward` or `sim:backward` is a virtual clip, `csv:FILE` a recording. Without it, the only known "
    "one in reach. Given twice, two clips at once.",
)
_sides = click.option(
    "--side",
    "sides",
    multiple=True,
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; once for each --sensor, in the same order. Without it directions are "
    "unknown, unless the clip tells its side.",
)
_rate = click.option(
    "--rate", "rate_hz", type=Number(1, 1000), help="Samples a second to ask for; the nearest possible is taken."
)


@click.command(short_help="Tell which clips are near.", epilog="Example: imucount scan --time 10")
@click.option(
    "--time", "duration_s", type=Number(0.1, 600), default=5, show_default=True, help="How long to listen, s."
)
@click.option("--all", "with_others", is_flag=True, help="Also show devices that are no known sensor.")
@click.option(
    "--battery",
    "with_battery",
    is_flag=True,
    help="Also connect to each known sensor for the level of its battery, which takes some seconds each.",
)
def scan(duration_s: float, with_others: bool, with_battery: bool) -> None:
    """Listen for Bluetooth devices and tell which of them is a known sensor, with the strength of its signal.

    A clip that is connected to a phone or another computer is not heard. Not every kind tells the level of its
    battery.
    """
    import asyncio

    from imucount.sources import scan as listen
    from imucount.views.device_tables import nearby_table

    nearby = asyncio.run(listen(duration_s, with_battery=with_battery))
    known = [each for each in nearby if each.sensor is not None]
    if nearby if with_others else known:
        show(nearby_table(nearby if with_others else known))
    if not known:
        click.echo("No known sensor was heard. Is the clip switched on, and not connected to a phone?")
    if not with_others and len(nearby) > len(known):
        click.echo(f"Other devices: {len(nearby) - len(known)}; --all shows them.")


@click.command(short_help="Tell which sensors are supported.", epilog="Example: imucount sensors")
def sensors() -> None:
    """Tell which kinds of sensors are supported, what they can do, and how far that was proven."""
    from imucount.sensors import known_sensors
    from imucount.views.device_tables import sensors_table

    show(sensors_table(known_sensors()))


@click.command(
    short_help="Count live from a clip.",
    epilog="Example: imucount live --sensor sim --side right --record session.csv",
)
@_sensors
@_sides
@_rate
@counting_options
@click.option(
    "--record",
    "file",
    type=click.Path(),
    metavar="FILE",
    help="Write a recording, too, from which `imucount count` gets the same count. FILE must be new. Of two clips "
    "each gets its own, with its side in the name.",
)
def live(
    wanted: tuple[str, ...],
    sides: tuple[Side, ...],
    rate_hz: float | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    file: str | None,
) -> None:
    """Count circles live, as a clip sends its samples: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. Ctrl-C ends it, with the table
    that `imucount count` shows; a second Ctrl-C ends it at once.
    """
    from imucount.views.session_table import session_table

    if profile is not None and len(wanted) > 1:
        raise click.UsageError("--profile is of one clip; of two each is told by its --side.")
    if profile is not None and exercise == "cyclic":  # before anything is connected
        raise click.UsageError("--profile tells directions, and what --exercise cyclic counts has none.")
    taught = load_profile(profile)
    clips = _clips(wanted, sides, rate_hz)
    with _recorded(clips, file):
        try:
            _run(clips, lambda clip, pane: clip.count(pane, min_reps, exercise, taught))
        finally:  # whatever happened, what was counted is shown
            for clip in clips:
                if clip.session is not None:
                    show(session_table(clip.session, clip.title))
        if all(clip.session is None for clip in clips):
            click.echo("Ended before a clip was connected.")
    if any(clip.failed for clip in clips):  # the table tells it as a warning
        sys.exit(1)


@click.command(
    short_help="Record from a clip without counting.",
    epilog="Example: imucount record session.csv --sensor sim --side right",
)
@click.argument("file", type=click.Path())
@_sensors
@_sides
@_rate
def record(file: str, wanted: tuple[str, ...], sides: tuple[Side, ...], rate_hz: float | None) -> None:
    """Write what a clip sends to FILE, a new file, until Ctrl-C. Nothing is counted.

    Whatever happens to the computer's programs, FILE is complete up to the last second. Of two clips each gets its
    own file, with its side in the name.
    """
    clips = _clips(wanted, sides, rate_hz)
    with _recorded(clips, file):
        _run(clips, _Clip.record)


class _Clip:
    """One clip: where its samples come from and go to."""

    def __init__(self, source: Source, side: Side | None, title: str | None) -> None:
        self.source = source
        self.side = side
        self._title = title
        self.recorder: Recorder | None = None
        self.session: Session | None = None
        self.n_samples = 0
        self.notice: Notice | None = None
        self.failed = False

    @property
    def title(self) -> str:
        """What to call it on the screen: the name is known once it is connected."""
        return printable_line(self._title or self.source.name)

    async def count(self, pane: Pane, min_reps: int, exercise: Exercise, profile: Profile | None) -> None:
        """Count until the stream ends or the task is cancelled."""
        import scipy.signal  # noqa: F401 - slow to import, and soon samples would wait for it

        from imucount.counter import RepCounter
        from imucount.live.counting import count_live
        from imucount.sets import group_reps

        reps: list[Rep] = []
        sets: tuple[RepSet, ...] = ()

        def update(update: LiveUpdate) -> None:
            nonlocal sets
            if update.reps:
                reps.extend(update.reps)
                sets = group_reps(reps)
            self.failed = update.error is not None
            display.update(sets, update.progress, update.now_s, update.notices)

        async with self.source:
            display = CountDisplay(pane, self.title, exercise)
            counter = RepCounter(
                self.side or self.source.side, min_reps=min_reps, exercise=exercise, profile=profile
            )
            self.session = await count_live(self.source, counter, recorder=self.recorder, on_update=update)
            pane.draw(lambda: f"{self.title}: stopping", urgent=True)

    async def record(self, pane: Pane) -> None:
        """Record until the stream ends or the task is cancelled."""
        from imucount.live.counting import watch
        from imucount.views.live_view import notice_line, recording_view

        assert self.recorder is not None
        async with self.source, aclosing(watch(self.source)) as moments:
            async for moment in moments:
                for notice in moment.notices:
                    self.recorder.note(notice)
                    pane.tell(notice_line(notice))
                    self.notice = notice
                if moment.samples is not None:
                    self.recorder.append(moment.samples)
                    self.n_samples += len(moment.samples)
                view = partial(recording_view, moment.now_s, self.n_samples, self.title, self.notice)
                pane.draw(view, urgent=bool(moment.notices))


def _clips(wanted: Sequence[str], sides: Sequence[Side], rate_hz: float | None) -> list[_Clip]:
    """Make a clip of each --sensor, all on one clock."""
    import time

    from imucount.sources import open_source

    wanted = wanted or ("",)
    if len(sides) not in (0, len(wanted)):
        raise click.UsageError(f"--side must be given once for each clip, of which there are {len(wanted)}.")
    real = [which for which in wanted if not _spec(which).startswith("sim:")]
    if len(set(real)) < len(real):
        raise click.UsageError("--sensor names one clip twice.")
    origin_s = time.monotonic()
    clips = []
    for which, side, title in zip(wanted, sides or (None,) * len(wanted), _titles(wanted, sides)):
        try:
            source = open_source(_spec(which), side=side, rate_hz=rate_hz, origin_s=origin_s)
        except ValueError as error:
            raise click.UsageError(f"--sensor {which}: {error}.") from error
        clips.append(_Clip(source, side, title))
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


def _spec(which: str) -> str:
    """Spell out what `open_source` takes: a clip is meant where nothing else is said."""
    if which == "sim":
        return "sim:"
    return which if which.startswith(("sim:", "ble:", "csv:")) else f"ble:{which}"


@contextmanager
def _recorded(clips: Sequence[_Clip], file: str | None) -> Iterator[None]:
    """Have each clip recorded, one to the file, several to files beside it; however it ends, tell where to."""
    from imucount.live.recorder import Recorder

    stem, extension = os.path.splitext(file or "")
    sides = {clip.side for clip in clips}
    try:
        with ExitStack() as files:
            for number, clip in enumerate(clips if file is not None else (), start=1):
                which = clip.side if clip.side and len(sides) == len(clips) else number
                path = f"{stem}-{which}{extension}" if len(clips) > 1 else file or ""
                clip.recorder = files.enter_context(Recorder(path, clip.source, side=clip.side))
            yield
    finally:
        for clip in clips:
            if clip.recorder is not None and os.path.exists(clip.recorder.path):  # it had samples
                click.echo(printable_line(f"Recorded: {clip.recorder.path}"))


def _run(clips: Sequence[_Clip], follow: Callable[[_Clip, Pane], Coroutine[Any, Any, None]]) -> None:
    """Follow all clips at once until they end, one cannot be reached, or Ctrl-C."""
    import asyncio

    async def follow_all() -> None:
        tasks: list[Task[None]] = []
        try:
            with _cancelling(tasks), panes([clip.title for clip in clips]) as parts:
                async with asyncio.TaskGroup() as group:
                    tasks += [group.create_task(follow(clip, pane)) for clip, pane in zip(clips, parts)]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    asyncio.run(follow_all())


@contextmanager
def _cancelling(tasks: Sequence[Task[None]]) -> Iterator[None]:
    """Cancel tasks with each Ctrl-C: the first ends what they do, the second also how they end it.

    A KeyboardInterrupt would come up anywhere, and then have to wait until the clips are closed. The third Ctrl-C
    is one: by then something hangs.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    presses = 0

    def cancel() -> None:
        for task in tasks:
            task.cancel()

    def pressed(signum: int, frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        loop.call_soon_threadsafe(cancel)
        if presses == 2:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
