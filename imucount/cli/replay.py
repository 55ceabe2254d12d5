"""The command replay: a recording counted as if it came live."""

from __future__ import annotations

import signal
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

import click

from imucount.cli.group import Number, counting_options, load_profile
from imucount.cli.recordings import Files, files_argument, naming, side_option
from imucount.cli.screen import CountDisplay, panes, show
from imucount.cli.signal_options import reading, reading_options
from imucount.paths import name_of

if TYPE_CHECKING:
    from imucount.sets import Exercise, Side

__all__ = ["replay"]


@click.command(
    short_help="Count a recording as if it came live.",
    epilog="Example: imucount replay recording.csv --side right --speed 4",
)
@files_argument
@side_option
@counting_options
@reading_options
@click.option(
    "--speed",
    type=Number(min=0),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded. 0 is at once.",
)
def replay(
    files: Files,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    speed: float,
    **told: Any,
) -> None:
    """Count the recording FILE... as if it came live from the clip: the number grows as circles become certain.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    On a terminal it shows the present set; otherwise it prints a line a circle. It ends with the table that
    `imucount count` shows. Ctrl-C ends it early, with what was counted up to then.
    """
    from imucount.counter import RepCounter
    from imucount.counting import other_side_warning
    from imucount.formats.opening import open_recording
    from imucount.sources.replay import replay as replayed
    from imucount.units import PLAIN_UNITS
    from imucount.views.session_table import session_table
    from imucount.views.wording import clock_time

    taught = load_profile(profile)
    options, file = reading(told), files[0]
    with (
        naming(file),
        open_recording(files, check=False, **options) as reader,
        _Interrupt() as interrupt,
        panes([name_of(file)]) as (pane,),
    ):
        display = CountDisplay(pane, name_of(file), exercise)
        counter = RepCounter(
            side or reader.header.side,
            min_reps=min_reps,
            exercise=exercise,
            profile=taught,
            units={quantity: PLAIN_UNITS[quantity] for quantity in reader.known},
        )
        counter.table_units, counter.taken_axes = reader.header.units, reader.header.axes
        for now_s, samples in replayed(reader, speed):
            counter.update(samples)
            display.update(counter.sets, counter.progress, now_s)
            if interrupt.came:
                break
        session = counter.finish()
        other_side = other_side_warning(side, reader.header.side)
        session = replace(
            session,
            warnings=(*other_side, *reader.warnings, *session.warnings),
            provenance=session.provenance.of(reader.header.metadata, file),
        )
        display.update(session.sets, counter.progress, session.end_s)
    show(session_table(session, name_of(file)))
    if interrupt.came:
        click.echo(f"Ended early, {clock_time(session.duration_s)} into the recording.")


class _Interrupt:
    """The first Ctrl-C as something to ask for, so that it cannot break into the counting. A second one aborts."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, signum: int, frame: FrameType | None) -> None:
        self.came = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
