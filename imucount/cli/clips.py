"""The commands on sensor clips: scan, sensors, live, record."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.following import Clip, end_with_faults, run_clips, spec_of
from imucount.cli.group import Number, counting_options, load_profile
from imucount.cli.screen import CountDisplay, Pane, show
from imucount.cli.signal_options import axes_options, file_options, reading
from imucount.errors import DeviceError
from imucount.interrupts import ended_at_once
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.circles.profile import Profile
    from imucount.live.counting import LiveUpdate
    from imucount.reps import Rep
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
    gyr_axes: str | None,
    acc_axes: str | None,
    file: str | None,
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
    with ended_at_once():
        import imucount.live.counting  # now, so that nobody waits for it later
        import imucount.views.live_view  # noqa: F401
        from imucount.views.session_table import session_table

        taught = load_profile(profile)
        clips = _clips(wanted, sides, rate_hz, told)
    axes = {"gyr_axes": gyr_axes, "acc_axes": acc_axes}
    lost: OSError | None = None
    with _recorded(clips, file, axes):
        try:
            lost = run_clips(clips, lambda clip, pane: clip.count(pane, min_reps, exercise, taught, axes))
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
    gyr_axes: str | None,
    acc_axes: str | None,
    **told: Any,
) -> None:
    """Write what a clip sends to FILE, a new file, until Ctrl-C. Nothing is counted.

    Whatever happens to the computer's programs, FILE is complete up to the last second. Of two clips each gets its
    own file, with its side in the name.
    """
    with ended_at_once():
        import imucount.live.counting  # now, so that nobody waits for it later
        import imucount.views.live_view  # noqa: F401

        clips = _clips(wanted, sides, rate_hz, told)
    with _recorded(clips, file, {"gyr_axes": gyr_axes, "acc_axes": acc_axes}):
        lost = run_clips(clips, _Clip.record)
    end_with_faults(clips, lost)


class _Clip(Clip):
    """A clip that is counted or recorded."""

    async def count(
        self,
        pane: Pane,
        min_reps: int,
        exercise: Exercise,
        profile: Profile | None,
        axes: Mapping[str, str | None],
    ) -> None:
        """Count until the stream ends, or is stopped; when cancelled, what came so far counts."""
        import asyncio

        from imucount.counter import RepCounter
        from imucount.filters import load
        from imucount.live.counting import count_live
        from imucount.sets import group_reps
        from imucount.sources.aside import aside
        from imucount.views.live_view import prompt

        reps: list[Rep] = []
        sets: tuple[RepSet, ...] = ()

        def update(update: LiveUpdate) -> None:
            nonlocal sets
            if update.reps:
                reps.extend(update.reps)
                sets = group_reps(reps)
            self.has_failed = update.error is not None or self.has_failed
            self.has_failed |= any(notice.kind == "display" for notice in update.notices)
            said = prompt(update.now_s, update.start_s, update.progress) if update.error is None else ""
            display.update(sets, update.progress, update.now_s, update.notices, said)

        loading = asyncio.create_task(aside(load))  # while the clip is sought
        async with self.open(pane):
            display = CountDisplay(pane, self.title, exercise)
            counter = RepCounter(
                self.side or self.source.side,
                min_reps=min_reps,
                exercise=exercise,
                profile=profile,
                gyr_axes=axes["gyr_axes"],
                acc_axes=axes["acc_axes"],
            )
            await loading
            try:
                self.session = await count_live(self.source, counter, recorder=self.recorder, on_update=update)
            except asyncio.CancelledError:
                session = counter.finish()
                self.session = replace(session, warnings=(*self.source.warnings, *session.warnings))
                raise

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


def _clips(
    wanted: Sequence[str], sides: Sequence[Side], rate_hz: float | None, told: Mapping[str, Any]
) -> list[_Clip]:
    """Make a clip of each --sensor, all on one clock; what is told of files is told of recordings among them."""
    import time

    from imucount.sources import open_source

    wanted = wanted or ("",)
    if len(sides) not in (0, len(wanted)):
        raise click.UsageError(f"--side must be given once for each clip, of which there are {len(wanted)}.")
    real = [which for which in wanted if not spec_of(which).startswith("sim:")]
    if len(set(real)) < len(real):
        raise click.UsageError("--sensor names one clip twice.")
    of_files = reading(told)
    if any(of_files.values()) and not any(spec_of(which).startswith("csv:") for which in wanted):
        names = ", ".join(f"--{name.replace('_', '-')}" for name, value in of_files.items() if value)
        raise click.UsageError(f"{names}: that is of a recording, --sensor csv:FILE.")
    of_files["sampling_rate_hz"] = rate_hz
    origin_s = time.monotonic()
    clips = []
    for which, side, title in zip(wanted, sides or (None,) * len(wanted), _titles(wanted, sides)):
        try:
            spec = spec_of(which)
            if spec.startswith("csv:"):
                source = open_source(spec, side=side, **of_files)
            else:
                source = open_source(spec, side=side, rate_hz=rate_hz, origin_s=origin_s)
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


@contextmanager
def _recorded(clips: Sequence[_Clip], file: str | None, axes: Mapping[str, str | None]) -> Iterator[None]:
    """Have each clip recorded, one to the file, several to files beside it; however it ends, tell where to."""
    from imucount.live.recorder import Recorder

    stem, extension = os.path.splitext(file or "")
    sides = {clip.side for clip in clips}
    try:
        with ExitStack() as files:
            for number, clip in enumerate(clips if file is not None else (), start=1):
                which = clip.side if clip.side and len(sides) == len(clips) else number
                path = f"{stem}-{which}{extension}" if len(clips) > 1 else file or ""
                clip.recorder = files.enter_context(Recorder(path, clip.source, side=clip.side, **axes))
            yield
    finally:
        for clip in clips:
            if clip.recorder is not None and os.path.exists(clip.recorder.path):  # it had samples
                until = " in part, until the fault" if clip.recorder.is_broken else ""
                click.echo(printable_line(f"Recorded{until}: {clip.recorder.path}"))
