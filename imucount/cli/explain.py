"""The command explain: why something was counted, or was not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.group import counting_options, load_profile
from imucount.cli.recordings import Files, files_argument, naming, side_option
from imucount.cli.screen import progress, show
from imucount.cli.signal_options import reading, reading_options
from imucount.paths import name_of

if TYPE_CHECKING:
    from imucount.sets import Exercise, Side

__all__ = ["explain"]


class _Moment(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Make seconds of a time such as 83.5, 1:23.5 or 1:02:03."""
        if not re.fullmatch(r"([0-9]+:){0,2}[0-9]+([.][0-9]*)?", str(value)):
            self.fail(f"expected a time such as 83.5, 1:23.5 or 1:02:03, got {value!r}.", param, ctx)
        parts = [float(part) for part in reversed(str(value).split(":"))]
        return sum(part * unit_s for part, unit_s in zip(parts, (1.0, 60.0, 3600.0)))


@click.command(
    short_help="Tell why something was counted, or was not.",
    epilog="Example: imucount explain recording.csv --at 1:23",
)
@files_argument
@click.option(
    "--at",
    "moments",
    type=_Moment(),
    multiple=True,
    metavar="TIME",
    help="Since the recording began, such as 83.5, 1:23.5 or 1:02:03: what was seen there. May be repeated.",
)
@side_option
@counting_options
@reading_options
def explain(
    files: Files,
    moments: tuple[float, ...],
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: str | None,
    **told: Any,
) -> None:
    """Tell what was seen in the recording FILE..., and why it was counted or was not.

    Without --at it gives an overview: what was counted, and the loops, or cycles, that were seen and were not.

    All numbers are in `session.signals` of Python, and `session.plot()` draws them.
    """
    from imucount.counting import count as count_file
    from imucount.views.explanation import moment_lines, overview_table

    taught, options = load_profile(profile), reading(told)
    with progress(f"Counting {name_of(files[0])}") as done:
        session = count_file(
            files,
            side,
            min_reps=min_reps,
            exercise=exercise,
            profile=taught,
            progress=done,
            keep_signals=True,
            **options,
        )
    if not moments:
        show(overview_table(session, name_of(files[0])))
    for moment_s in moments:
        with naming(files[0]):
            lines = moment_lines(session, moment_s)
        for line in lines:
            click.echo(line)
        if len(moments) > 1:
            click.echo()
