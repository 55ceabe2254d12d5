"""The command coach: what it is asked for, checked before the exercise begins."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from imucount.cli.coached import Coached, Worn, count_again
from imucount.cli.following import Clip, end_with_faults, make_clips, run_clips
from imucount.cli.group import Number, check_page, folder_option, open_diary, page_options
from imucount.cli.signal_options import axes_options, file_options, reading
from imucount.errors import ImucountError
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.coach.coaching import Coaching
    from imucount.counter import RepCounter
    from imucount.diary import Diary, Entry
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
    left = [] if not keep else _left(open_diary(folder), resume)
    if left and file is None:
        programme = left[0].programme() or programme
    entries = _entries(folder, shoulders, left) if keep else [None] * len(shoulders)
    worn = _worn(shoulders, entries, programme, beginner)
    coached = Coached(worn, None if arm is None else clips[-1], goes_on=bool(left))
    if web:
        coached.place = (host, port)
    if voice:
        coached.speak()
    lost = None
    with ExitStack() as held:
        for entry in entries:
            if entry is not None:
                held.enter_context(entry.held())
                entry.begin(programme)
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


OFFERED_S = 24 * 3600.0
"""A session that was not finished is offered for so long, s; after that it goes on only if it is asked for."""


def _left(diary: Diary, resume: bool) -> list[Entry]:
    """Find the session that was not finished, if the person goes on with it. Who does not has it kept as it is."""
    unfinished = diary.unfinished()
    if resume:
        if not unfinished:
            raise click.ClickException("There is no session that was not finished.")
        return unfinished
    now_utc = datetime.now(UTC)
    if not unfinished or (now_utc - unfinished[0].start_utc).total_seconds() > OFFERED_S:
        return []
    name = unfinished[0].name
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(f"The session {name} was not finished; --resume goes on with it.", err=True)
        return []
    click.echo(f"The session {name} was not finished. Counting what there is of it ...")
    try:
        found = [_counted(entry) for entry in unfinished]
    except ImucountError as error:
        click.echo(printable_line(f"It cannot be gone on with: {error}."), err=True)
        return []
    done = [coaching.guide.assessment for coaching, _ in found]
    circles = " and ".join(f"{each.reps_done} of {each.programme.reps}" for each in done)
    click.echo(f"{circles} circles are done.")
    if click.confirm("Go on with it?", default=True):
        return unfinished
    for entry, (coaching, counter) in zip(unfinished, found):
        entry.save(counter.finish(), coaching.guide.assessment, coaching.forms)
        click.echo(printable_line(f"Kept as it is: {entry.folder}"))
    return []


def _counted(entry: Entry) -> tuple[Coaching, RepCounter]:
    """Count what there is of a session that was not finished."""
    from imucount.coach.coaching import Coaching
    from imucount.coach.guide import Guide
    from imucount.programme import Programme

    coaching = Coaching(Guide(entry.programme() or Programme.prescribed()))
    return coaching, count_again(entry, coaching, None).counter


def _entries(folder: str | None, clips: Sequence[Clip], unfinished: Sequence[Entry]) -> list[Entry | None]:
    """Begin an entry for each clip, or find those of the session that is gone on with."""
    if not unfinished:
        now_utc = datetime.now(UTC)
        return [open_diary(folder).new(now_utc, clip.side or clip.source.side) for clip in clips]
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
