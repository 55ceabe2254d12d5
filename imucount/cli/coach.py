"""The command coach: what it is asked for, checked before the exercise begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from imucount.cli.coached import Coached
from imucount.cli.following import Clip, end_with_faults, run_clips, spec_of
from imucount.cli.group import Number, folder_option, open_diary

if TYPE_CHECKING:
    from imucount.programme import Programme
    from imucount.sets import Side

__all__ = ["coach"]


@click.command(
    short_help="Be led through a programme.",
    epilog="Example: imucount coach --sensor sim --side right --tempo 4",
)
@click.option(
    "--sensor",
    "--source",
    "wanted",
    default="",
    metavar="WHICH",
    help="As of `imucount live`: a clip by name, address or kind, `sim`, or `csv:FILE`.",
)
@click.option("--side", type=click.Choice(["left", "right"]), help="The shoulder that wears the clip.")
@click.option("--rate", "rate_hz", type=Number(1, 1000), help="Samples a second to ask for.")
@click.option("--speed", type=Number(0.1, 100), default=1, help="Of `sim` and `csv:`, how many times as fast.")
@click.option(
    "--programme",
    "file",
    type=click.Path(),
    metavar="FILE",
    help="A TOML file that says what to do; by default 3 x 10 forward and 3 x 10 backward circles.",
)
@click.option("--tempo", "period_s", type=Number(0.2, 60), help="Length that a circle should have, s.")
@click.option("--rest", "rest_s", type=Number(0, 3600), help="Rest between sets, s.")
@click.option("--beginner", is_flag=True, help="First each circle as four separate moves.")
@click.option("--voice/--no-voice", default=True, show_default=True, help="Speak; ring where nothing can speak.")
@click.option("--web", is_flag=True, help="Show a page in the browser, too, with buttons and a voice of its own.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve the page on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the page; by default a free one.")
@folder_option
@click.option("--keep/--no-keep", default=True, show_default=True, help="Keep the recording and the result.")
@click.option("--resume", is_flag=True, help="Go on with the last session, if the program was killed in it.")
def coach(
    wanted: str,
    side: Side | None,
    rate_hz: float | None,
    speed: float,
    file: str | None,
    period_s: float | None,
    rest_s: float | None,
    beginner: bool,
    voice: bool,
    web: bool,
    host: str,
    port: int,
    folder: str | None,
    keep: bool,
    resume: bool,
) -> None:
    """Lead through a programme of shoulder circles: what to do, the count, rests, what comes next, how it went.

    Forward goes back, up, forward, down; backward up, back, down, relax. A circle the other way is announced and
    counted apart.

    Keys: Enter when feet and arms are as they should be; u one less, a one more, s skip the rest, e end the set,
    q finish. What is corrected by hand is kept beside what was counted.
    """
    from imucount.sources import open_source

    if resume and not keep:
        raise click.UsageError("--resume keeps what it goes on with; leave --no-keep out.")
    if web:
        _check_page()
    programme = _programme(file, period_s, rest_s)
    diary = open_diary(folder)
    unfinished = diary.unfinished() if keep else None
    if resume and unfinished is None:
        raise click.ClickException("There is no session that was not finished.")
    if unfinished is not None and not resume:
        click.echo(f"The session {unfinished.name} was not finished; --resume goes on with it.", err=True)
    try:
        source = open_source(spec_of(wanted), side=side, rate_hz=rate_hz, speed=speed)
    except ValueError as error:
        raise click.UsageError(f"--sensor {wanted}: {error}.") from error
    clip = Clip(source, side, None)
    entry = None if not keep else unfinished if resume else diary.new(datetime.now(UTC), side or source.side)
    coached = Coached(clip, programme, beginner, entry, resume)
    if web:
        coached.place = (host, port)
    if voice:
        coached.speak()
    lost = None
    try:
        lost = run_clips([clip], lambda _, pane: coached.run(pane))
    finally:
        coached.tell()
    end_with_faults([clip], lost)


def _check_page() -> None:
    try:
        import imucount.web  # noqa: F401 - whether it can be had is to be known before the exercise
    except ImportError as error:
        raise click.ClickException("--web needs aiohttp; pip install 'imucount[coach]' brings it.") from error


def _programme(file: str | None, period_s: float | None, rest_s: float | None) -> Programme:
    from imucount.programme import Programme

    programme = Programme.prescribed() if file is None else Programme.load(file)
    sets = programme.sets
    if period_s is not None:
        sets = tuple(replace(each, period_s=period_s) for each in sets)
    if rest_s is not None:
        sets = tuple(replace(each, rest_s=rest_s) for each in sets)
    return replace(programme, sets=sets)
