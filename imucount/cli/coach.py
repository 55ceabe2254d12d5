"""The commands of a coached programme: coach, history, report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from imucount.cli.following import Clip, end_with_faults, run_clips, spec_of
from imucount.cli.group import Number
from imucount.cli.screen import Pane, show
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.coach.coaching import Action, Coaching, Said
    from imucount.coach.voice import Voice
    from imucount.counter import RepCounter
    from imucount.diary import Diary, Entry
    from imucount.live.counting import LiveUpdate
    from imucount.programme import Programme
    from imucount.sets import Side

KEYS: dict[str, Action] = {
    "\n": "confirm",
    "\r": "confirm",
    "u": "undo",
    "a": "add",
    "s": "skip",
    "e": "end",
    "q": "quit",
}

_folder = click.option(
    "--dir", "folder", type=click.Path(), metavar="FOLDER", help="Where sessions are kept; by default your home."
)


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
@_folder
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
    diary = _diary(folder)
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
    coached = _Coached(clip, programme, beginner, entry, resume)
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


@click.command(short_help="Tell of the sessions that were kept.", epilog="Example: imucount history")
@_folder
def history(folder: str | None) -> None:
    """List the sessions that `imucount coach` has kept, and compare them: circles, tempo, size, side by side."""
    from imucount.errors import ImucountError
    from imucount.views.history_table import history_table

    diary = _diary(folder)
    kept = []
    for entry in diary.entries():
        try:
            kept.append((entry.name, entry.start_utc, entry.load() if entry.is_finished else None))
        except ImucountError as error:
            click.echo(printable_line(f"Warning: {error}"), err=True)
    if not kept:
        click.echo(printable_line(f"No sessions in {diary.folder}; `imucount coach` keeps them there."))
        return
    show(history_table(kept))


@click.command(
    short_help="Make a page of a session, to read or print.",
    epilog="Example: imucount report last -o report.html",
)
@click.argument("session")
@click.option("-o", "--out", type=click.Path(), required=True, metavar="FILE", help="The page, HTML.")
@_folder
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def report(session: str, out: str, folder: str | None, force: bool) -> None:
    """Make one page of HTML, which needs no network, of SESSION.

    SESSION is the name of a kept session, its beginning, `last`, or a recording to count against the prescribed
    programme.
    """
    import os

    from imucount.views.report_page import report_page
    from imucount.whole_file import check_place, replaced

    if os.path.isfile(out) and not force:
        raise click.ClickException(f"{out} exists; --force replaces it.")
    check_place(out)
    if os.path.isfile(session):
        from imucount.counting import count
        from imucount.programme import Programme, assess

        result = count(session)
        assessment = assess(Programme.prescribed(), result.sets) if result.exercise == "shoulder-circles" else None
        title = os.path.basename(session)
    else:
        entry = _diary(folder).find(session)
        result, assessment = entry.load()
        title = f"{entry.start_utc:%-d %B %Y, %H:%M} UTC"
    page = report_page(result, assessment, title=title)
    with replaced(out) as file:
        file.write(page)
    click.echo(printable_line(f"Report: {out}"))


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


def _diary(folder: str | None) -> Diary:
    from imucount.diary import Diary

    return Diary(folder)


class _Coached:
    """A clip whose wearer is led through a programme.

    Attributes
    ----------
    place : tuple of str and int, or None
        Address and port of the page, if there is to be one.
    """

    def __init__(
        self, clip: Clip, programme: Programme, beginner: bool, entry: Entry | None, goes_on: bool
    ) -> None:
        self.place: tuple[str, int] | None = None
        self._clip = clip
        self._programme = programme
        self._beginner = beginner
        self._entry = entry
        self._goes_on = goes_on
        self._voice: Voice | None = None
        self._coaching: Coaching | None = None

    def speak(self) -> None:
        """Speak, too, or ring."""
        from imucount.coach.voice import Voice

        self._voice = Voice(partial(click.echo, "\a", nl=False) if sys.stdout.isatty() else lambda: None)

    async def run(self, pane: Pane) -> None:
        """Lead until the person finishes, the stream ends, or is stopped."""
        import asyncio

        from imucount.cli.keys import keys_pressed
        from imucount.coach.coaching import Coaching
        from imucount.coach.guide import Guide
        from imucount.counter import RepCounter
        from imucount.filters import load
        from imucount.live.counting import count_live
        from imucount.live.recorder import Recorder
        from imucount.sources.aside import aside

        clip = self._clip
        coaching = self._coaching = Coaching(Guide(self._programme, beginner=self._beginner))
        await aside(load)
        async with AsyncExitStack() as stack:
            if self.place is not None:
                from imucount.web import CoachPage

                page = CoachPage(coaching, host=self.place[0], port=self.place[1], let_in=pane.tell)
                await stack.enter_async_context(page)
                self._tell_page(pane, page.link)
            stack.enter_context(keys_pressed(self._press))
            stack.callback(coaching.finish)
            counter = self._take_up() if self._goes_on else None
            if self._entry is not None:
                clip.recorder = Recorder(self._entry.next_recording, clip.source, side=clip.side)
                stack.callback(clip.recorder.close)
            for line in coaching.scene.set_up:
                pane.tell(line)
            async with clip.open(pane):
                counter = counter or RepCounter(clip.side or clip.source.side)
                stopping = asyncio.create_task(self._stop_when_asked(coaching))
                stack.callback(stopping.cancel)
                clip.session = await count_live(
                    clip.source, counter, recorder=clip.recorder, on_update=partial(self._update, pane)
                )

    def tell(self) -> None:
        """Say how it went, and keep it."""
        from imucount.views.coach_view import coach_table
        from imucount.views.report_page import advice

        if self._voice is not None:
            self._voice.stop()
        session = self._clip.session
        if session is None or self._coaching is None:
            click.echo("Ended before a clip was connected.")
            return
        assessment = self._coaching.guide.assessment
        show(coach_table(self._coaching.scene))
        click.echo(f"{assessment.reps_done} of {assessment.programme.reps} circles of the programme.")
        for line in advice(assessment):
            click.echo(line)
        for warning in session.warnings:
            click.echo(printable_line(f"Note: {warning}"))
        click.echo("Arms and feet were not measured.")
        if self._entry is not None:
            self._entry.save(session, assessment)
            click.echo(printable_line(f"Kept: {self._entry.folder}"))

    def _tell_page(self, pane: Pane, link: str) -> None:
        """Say where the page is, beside the screen, which is drawn over."""
        pane.tell(f"The page: {link}")
        if sys.stdout.isatty():
            click.echo(f"The page: {link}", err=True)

    def _take_up(self) -> RepCounter:
        """Count what was recorded before the program was killed, and have the source go on from there."""
        from imucount.counter import RepCounter
        from imucount.formats.csv_reader import open_csv
        from imucount.live.continued import ContinuedSource

        clip, coaching, entry = self._clip, self._coaching, self._entry
        assert coaching is not None
        assert entry is not None
        coaching.act("confirm")
        counter: RepCounter | None = None
        first_s = last_s = 0.0
        start_utc: datetime | None = None
        for path in entry.recordings:
            with open_csv(path) as reader:
                if counter is None:
                    clip.side = clip.side or reader.header.side
                    counter = RepCounter(clip.side)
                    start_utc = _utc(reader.header.metadata.get("start_utc", ""))
                for samples in reader:
                    if last_s == 0.0:
                        first_s = float(samples.t[0])
                    last_s = float(samples.t[-1])
                    coaching.update(last_s, counter.update(samples), counter.progress)
        coaching.take_new()  # it was said then
        origin_utc = None if start_utc is None else start_utc - timedelta(seconds=first_s)
        clip.source = ContinuedSource(clip.source, origin_utc, last_s)
        return counter or RepCounter(clip.side)

    async def _stop_when_asked(self, coaching: Coaching) -> None:
        await coaching.stop.wait()
        self._clip.source.stop()

    def _press(self, key: str) -> None:
        if self._coaching is not None and key.lower() in KEYS:
            self._coaching.act(KEYS[key.lower()])

    def _update(self, pane: Pane, update: LiveUpdate) -> None:
        from imucount.views.coach_view import CoachView, said_line

        coaching = self._coaching
        assert coaching is not None
        coaching.update(update.now_s, update.reps, update.progress, update.notices)
        new = coaching.take_new()
        for said in new:
            pane.tell(said_line(update.now_s, said))
        self._say(new)
        self._clip.has_failed = self._clip.has_failed or update.error is not None
        pane.draw(lambda: CoachView.of(coaching.scene), urgent=bool(new))

    def _say(self, new: Sequence[Said]) -> None:
        if self._voice is not None:
            self._voice.say([said.text for said in new if said.kind != "set-up"])


def _utc(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
