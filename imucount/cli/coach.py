"""The command coach: what it is asked for, checked before the exercise begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.coached import Coached, Worn
from imucount.cli.following import Clip, end_with_faults, make_clips, run_clips
from imucount.cli.group import Number, check_page, folder_option, open_diary, page_options
from imucount.cli.signal_options import axes_options, file_options, reading

if TYPE_CHECKING:
    from imucount.diary import Entry
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
    multiple=True,
    metavar="WHICH",
    help="As of `imucount live`: a clip by name, address or kind, `sim`, or `csv:FILE`. Given twice, one on each "
    "shoulder: the first leads, the second counts along.",
)
@click.option(
    "--side",
    "sides",
    multiple=True,
    type=click.Choice(["left", "right"]),
    help="The shoulder that wears the clip; once for each --sensor.",
)
@click.option(
    "--arm",
    metavar="WHICH",
    help="Another clip, on the upper arm: it tells whether the arm does the work, which a clip on the shoulder "
    "cannot feel.",
)
@click.option(
    "--rate",
    "rate_hz",
    type=Number(1, 1000),
    help="Samples a second to ask for. Of a recording, its rows a second, where it has neither their time "
    "nor their rate.",
)
@axes_options
@file_options
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
@page_options
@folder_option
@click.option("--keep/--no-keep", default=True, show_default=True, help="Keep the recording and the result.")
@click.option("--resume", is_flag=True, help="Go on with the last session, if the program was killed in it.")
def coach(
    wanted: tuple[str, ...],
    sides: tuple[Side, ...],
    arm: str | None,
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
    **told: Any,
) -> None:
    """Lead through a programme of shoulder circles: what to do, the count, rests, what comes next, how it went.

    Forward goes back, up, forward, down; backward up, back, down, relax. A circle the other way is announced and
    counted apart. After each set one sentence tells how round, smooth and large its circles were.

    Keys: Enter when feet and arms are as they should be; u one less, a one more (U and A of the second clip), s
    skip the rest, e end the set, q finish. What is corrected by hand is kept beside what was counted.
    """
    if resume and not keep:
        raise click.UsageError("--resume keeps what it goes on with; leave --no-keep out.")
    if len(wanted) > 2:
        raise click.UsageError("--sensor can be given twice at most: there are two shoulders.")
    if web:
        check_page()
    programme = _programme(file, period_s, rest_s)
    which = [*(wanted or ("",)), *([] if arm is None else [arm])]
    clips = make_clips(
        Clip, which, sides, last_on_arm=arm is not None, told=reading(told), rate_hz=rate_hz, speed=speed
    )
    shoulders = clips[: len(clips) - (arm is not None)]
    entries = _entries(folder, shoulders, resume) if keep else [None] * len(shoulders)
    coached = Coached(_worn(shoulders, entries, programme, beginner), None if arm is None else clips[-1], resume)
    if web:
        coached.place = (host, port)
    if voice:
        coached.speak()
    lost = None
    try:
        lost = run_clips(coached.clips, coached.run)
    finally:
        coached.tell()
    end_with_faults(coached.clips, lost)


def _worn(
    clips: Sequence[Clip], entries: Sequence[Entry | None], programme: Programme, beginner: bool
) -> list[Worn]:
    from imucount.coach.coaching import Coaching
    from imucount.coach.guide import Guide

    worn = []
    for clip, entry in zip(clips, entries):
        title = clip.title if len(clips) > 1 else ""
        worn.append(Worn(clip, Coaching(Guide(programme, beginner=beginner), clip.side, title), entry))
    for companion in worn[1:]:
        worn[0].coaching.join(companion.coaching)
    return worn


def _entries(folder: str | None, clips: Sequence[Clip], resume: bool) -> list[Entry | None]:
    """Begin an entry for each clip, or find those of the session that was not finished."""
    diary = open_diary(folder)
    unfinished = diary.unfinished()
    if not resume:
        if unfinished:
            click.echo(f"The session {unfinished[0].name} was not finished; --resume goes on with it.", err=True)
        now_utc = datetime.now(UTC)
        return [diary.new(now_utc, clip.side or clip.source.side) for clip in clips]
    if not unfinished:
        raise click.ClickException("There is no session that was not finished.")
    if len(unfinished) != len(clips):
        raise click.UsageError(
            f"--resume: {len(unfinished)} of the clips of {unfinished[0].name} were not finished; "
            f"give --sensor as often, not {len(clips)} times."
        )
    left = list(unfinished)
    of_clips: list[Entry | None] = []
    for clip in clips:
        same = [entry for entry in left if clip.side is not None and entry.name.endswith(clip.side)]
        of_clips.append((same or left)[0])
        left.remove((same or left)[0])
    return of_clips


def _programme(file: str | None, period_s: float | None, rest_s: float | None) -> Programme:
    from imucount.programme import Programme

    programme = Programme.prescribed() if file is None else Programme.load(file)
    sets = programme.sets
    if period_s is not None:
        sets = tuple(replace(each, period_s=period_s) for each in sets)
    if rest_s is not None:
        sets = tuple(replace(each, rest_s=rest_s) for each in sets)
    return replace(programme, sets=sets)
