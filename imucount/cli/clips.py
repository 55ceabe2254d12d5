"""The commands on sensor clips: scan, sensors, live, record."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.following import Clip, end_with_faults, make_clips, page_at, run_clips
from imucount.cli.group import Number, check_page, counting_options, load_profile, page_options
from imucount.cli.screen import CountDisplay, Pane, show
from imucount.cli.signal_options import axes_options, file_options, reading
from imucount.errors import DeviceError
from imucount.interrupts import ended_at_once
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.circles.profile import Profile
    from imucount.coach.following import Following
    from imucount.live.counting import LiveUpdate
    from imucount.live.lsl import LslOutlet
    from imucount.sets import Exercise, RepSet, Side
    from imucount.sources.source import Notice

_sensors = click.option(
    "--sensor",
    "wanted",
    multiple=True,
    metavar="WHICH",
    help="Name or address of the clip as `imucount scan` tells it, or its kind as `imucount sensors` does; "
    "`sim`, `sim:forward` or `sim:backward` is a virtual clip, `csv:FILE` a recording of any kind that `imucount "
    "count` takes. Without it, the only known "
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
    "--rate",
    "rate_hz",
    type=Number(1, 1000),
    help="Samples a second to ask for; the nearest possible is taken. Of a recording, its rows a second, where it "
    "has neither their time nor their rate.",
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
    _tell_of_faults()
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
    _tell_of_faults()


def _tell_of_faults() -> None:
    """Say what is wrong with sensors of other packages that are left aside."""
    from imucount.sensors import sensor_faults

    for fault in sensor_faults():
        click.echo(f"Warning: {printable_line(str(fault))}", err=True)


@click.command(
    short_help="Count live from a clip.",
    epilog="Example: imucount live --sensor sim --side right --record session.csv",
)
@_sensors
@_sides
@_rate
@counting_options
@axes_options
@file_options
@page_options
@click.option(
    "--record",
    "file",
    type=click.Path(),
    metavar="FILE",
    help="Write a recording, too, from which `imucount count` gets the same count. FILE must be new. Of two clips "
    "each gets its own, with its side in the name.",
)
@click.option(
    "--lsl",
    is_flag=True,
    help="Put the samples, and a marker for each circle, on Lab Streaming Layer, as streams called imucount.",
)
def live(
    wanted: tuple[str, ...],
    sides: tuple[Side, ...],
    rate_hz: float | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    file: str | None,
    web: bool,
    host: str,
    port: int,
    lsl: bool,
    **told: Any,
) -> None:
    """Count circles live, as a clip sends its samples: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. Ctrl-C ends it, as closing the
    terminal or a request to terminate does, with the table that `imucount count` shows; a second Ctrl-C ends it at
    once.
    """
    if profile is not None and len(wanted) > 1:
        raise click.UsageError("--profile is of one clip; of two each is told by its --side.")
    if profile is not None and exercise == "cyclic":  # before anything is connected
        raise click.UsageError("--profile tells directions, and what --exercise cyclic counts has none.")
    if web and (len(wanted) > 1 or exercise == "cyclic"):
        raise click.UsageError("--web shows the circles of one clip.")
    if web:
        check_page()
    with ended_at_once():
        import imucount.live.counting  # now, so that nobody waits for it later
        import imucount.views.live_view  # noqa: F401
        from imucount.views.session_table import session_table

        taught = load_profile(profile)
        clips = make_clips(_Clip, wanted or ("",), sides, told=reading(told), rate_hz=rate_hz)
        if lsl:
            from imucount.live.lsl import LslOutlet, hush

            hush()
            for number, clip in enumerate(clips, start=1):
                which = "" if len(clips) == 1 else f" {clip.side or number}"
                clip.outlet = LslOutlet(f"imucount{which}", side=clip.side)
    lost: OSError | None = None
    with _recorded(clips, file):
        try:
            place = (host, port) if web else None
            lost = run_clips(clips, lambda clip, pane: clip.count(pane, min_reps, exercise, taught, place))
        finally:  # whatever happened, what was counted is shown
            for clip in clips:
                if clip.session is not None:
                    show(session_table(clip.session, clip.title))
        if all(clip.session is None and clip.error is None for clip in clips):
            click.echo("Ended before a clip was connected.")
    end_with_faults(clips, lost)


@click.command(
    short_help="Record from a clip without counting.",
    epilog="Example: imucount record session.csv --sensor sim --side right",
)
@click.argument("file", type=click.Path())
@_sensors
@_sides
@_rate
@axes_options
@file_options
def record(
    file: str,
    wanted: tuple[str, ...],
    sides: tuple[Side, ...],
    rate_hz: float | None,
    **told: Any,
) -> None:
    """Write what a clip sends to FILE, a new file, until Ctrl-C. Nothing is counted.

    Whatever happens to the computer's programs, FILE is complete up to the last second. Of two clips each gets its
    own file, with its side in the name.
    """
    with ended_at_once():
        import imucount.live.counting  # now, so that nobody waits for it later
        import imucount.views.live_view  # noqa: F401

        clips = make_clips(_Clip, wanted or ("",), sides, told=reading(told), rate_hz=rate_hz)
    with _recorded(clips, file):
        lost = run_clips(clips, _Clip.record)
    end_with_faults(clips, lost)


class _Clip(Clip):
    """A clip that is counted or recorded."""

    outlet: LslOutlet | None = None

    async def count(
        self,
        pane: Pane,
        min_reps: int,
        exercise: Exercise,
        profile: Profile | None,
        place: tuple[str, int] | None = None,
    ) -> None:
        """Count until the stream ends, or is stopped; when cancelled, what came so far counts.

        Where a place is given, address and port, it is shown on a page, too.
        """
        import asyncio

        from imucount.coach.following import Following
        from imucount.counter import RepCounter
        from imucount.live.counting import count_live
        from imucount.views.live_view import prompt

        sets: tuple[RepSet, ...] = ()

        def update(update: LiveUpdate) -> None:
            nonlocal sets
            if update.reps:
                sets = counter.sets
            self.has_failed = update.error is not None or self.has_failed
            self.has_failed |= any(notice.kind == "display" for notice in update.notices)
            said = prompt(update.now_s, update.start_s, update.progress) if update.error is None else ""
            if following is not None:
                following.update(update.now_s, update.reps, update.progress, update.notices, update.samples)
            display.update(sets, update.progress, update.now_s, update.notices, said)
            if self.outlet is not None:
                self.outlet.update(update)

        following = None if place is None else Following(side=self.side)
        async with AsyncExitStack() as stack:
            if following is not None and place is not None:
                await stack.enter_async_context(page_at(following, place, pane))
                stopping = asyncio.create_task(self._stop_when_asked(following))
                stack.callback(stopping.cancel)
            await stack.enter_async_context(self.open(pane))
            display = CountDisplay(pane, self.title, exercise)
            if self.outlet is not None:
                self.outlet.side = self.side or self.source.side
                self.outlet.sampling_rate_hz = self.source.sampling_rate_hz
            counter = RepCounter(
                self.side or self.source.side,
                min_reps=min_reps,
                exercise=exercise,
                profile=profile,
            )
            if following is not None:
                following.wear(counter.side)
            try:
                self.session = await count_live(self.source, counter, recorder=self.recorder, on_update=update)
            except asyncio.CancelledError:
                session = counter.finish()
                self.session = replace(session, warnings=(*self.source.warnings, *session.warnings))
                raise

    async def _stop_when_asked(self, following: Following) -> None:
        await following.stop.wait()
        self.stop()

    async def record(self, pane: Pane) -> None:
        """Record until the stream ends, or is stopped."""
        from imucount.live.counting import Display, Moment, watch
        from imucount.views.live_view import notice_line, recording_view

        assert self.recorder is not None
        notices: list[Notice] = []
        n_samples = 0

        def show(moment: Moment) -> None:
            for notice in moment.notices:
                pane.tell(notice_line(notice))
            view = partial(recording_view, moment.now_s, n_samples, self.title, notices)
            pane.draw(view, urgent=bool(moment.notices))

        display = Display(show)
        n_told = 0
        try:
            async with self.open(pane), aclosing(watch(self.source)) as moments:
                async for moment in moments:
                    for notice in moment.notices:
                        self.recorder.note(notice)
                    if moment.samples is not None:
                        self.recorder.append(moment.samples)
                        n_samples += len(moment.samples)
                    happened = self.recorder.notices[n_told:]
                    n_told += len(happened)
                    notices += (*moment.notices, *happened)
                    shown = replace(moment, notices=(*moment.notices, *happened))
                    for notice in await display.show(shown):
                        self.has_failed = True
                        self.recorder.note(notice)
        except DeviceError as error:
            self.recorder.close([f"The stream ended early: {error}"])
            raise


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
                until = " in part, until the fault" if clip.recorder.is_broken else ""
                click.echo(printable_line(f"Recorded{until}: {clip.recorder.path}"))
