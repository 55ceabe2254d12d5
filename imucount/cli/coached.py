"""Coached: a clip whose wearer is led through a programme, on the screen, by voice and on a page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from imucount.cli.following import Clip
from imucount.cli.screen import Pane, show
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.coach.coaching import Action, Coaching, Said
    from imucount.coach.voice import Voice
    from imucount.counter import RepCounter
    from imucount.diary import Entry
    from imucount.live.counting import LiveUpdate
    from imucount.programme import Programme

__all__ = ["Coached"]

KEYS: dict[str, Action] = {
    "\n": "confirm",
    "\r": "confirm",
    "u": "undo",
    "a": "add",
    "s": "skip",
    "e": "end",
    "q": "quit",
}


class Coached:
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
