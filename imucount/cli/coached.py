"""Coached: somebody with one clip or two who is led through a programme, on the screen, by voice and on a page."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import TYPE_CHECKING, cast

import click

from imucount.cli.following import Clip, page_at
from imucount.cli.screen import Pane, show
from imucount.errors import ImucountError, RecordingError
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.coach.coaching import Coaching
    from imucount.coach.showing import Action
    from imucount.coach.voice import Voice
    from imucount.counter import Progress, RepCounter
    from imucount.diary import Entry
    from imucount.live.continued import TakenUp
    from imucount.live.counting import LiveUpdate
    from imucount.reps import Rep
    from imucount.samples import Samples
    from imucount.sets import Side
    from imucount.sources.source import Notice

__all__ = ["Coached", "Worn"]

STARTING = "Starting ..."

KEYS: dict[str, Action] = {
    "\n": "confirm",
    "\r": "confirm",
    "u": "undo",
    "a": "add",
    "s": "skip",
    "e": "end",
    "q": "quit",
}
"""What a key asks for. Capital U and A correct the second clip."""


@dataclass(slots=True)
class Worn:
    """A clip on a shoulder: its coaching, and where its session is kept.

    Attributes
    ----------
    clip : Clip
    coaching : Coaching
    entry : Entry or None
        None where nothing is kept.
    counter : RepCounter or None
        One that has counted before, where a session is taken up again.
    """

    clip: Clip
    coaching: Coaching
    entry: Entry | None
    counter: RepCounter | None = field(default=None)

    def take_up(self) -> None:
        """Count what was recorded before the program was killed, and have the source go on from there."""
        from imucount.live.continued import ContinuedSource

        if self.entry is None:
            return
        taken = count_again(self.entry, self.coaching, self.clip.side)
        self.coaching.come_back()
        self.clip.side, self.counter = taken.counter.side, taken.counter
        self.clip.source = ContinuedSource(self.clip.source, taken.origin_utc, taken.last_s)

    def keep_pressed(self) -> None:
        """Write down from now on what is pressed."""

        def keep(time_s: float, action: Action) -> None:
            assert self.entry is not None
            with suppress(RecordingError):  # the recording, which fails as well, tells it
                self.entry.note_pressed(time_s, action)

        if self.entry is not None:
            self.coaching.keep = keep

    def save(self) -> None:
        """Keep the session, if it is to be kept, and there is one."""
        if self.entry is not None and self.clip.session is not None:
            self.entry.save(self.clip.session, self.coaching.guide.assessment, self.coaching.forms)


def count_again(entry: Entry, coaching: Coaching, side: Side | None) -> TakenUp:
    """Count what was recorded and pressed in a session that was not finished."""
    from imucount.formats.csv_reader import open_csv
    from imucount.live.continued import take_up

    with open_csv(entry.recordings[0]) as first:
        coaching.wear(side or first.header.side)
    pressed = deque(entry.pressed())

    def press_until(time_s: float) -> None:
        while pressed and pressed[0][0] < time_s:
            coaching.redo(cast("Action", pressed.popleft()[1]))

    def show(
        now_s: float, reps: Sequence[Rep], progress: Progress, notices: Sequence[Notice], samples: Samples
    ) -> None:
        press_until(float(samples.t[0]))
        coaching.update(now_s, reps, progress, notices, samples)

    taken = take_up(entry.recordings, side, show, [time_s for time_s, _ in pressed])
    press_until(inf)
    coaching.take_new()  # it was said then
    return taken


class Coached:
    """Somebody who is led. The first clip leads, a second one counts along; one on the upper arm is listened to.

    Parameters
    ----------
    worn : sequence of Worn
        One, or two.
    arm : Clip, optional
        On the upper arm.
    goes_on : bool
        Whether a session is taken up again.

    Attributes
    ----------
    place : tuple of str and int, or None
        Address and port of the page, if there is to be one.
    """

    def __init__(self, worn: Sequence[Worn], arm: Clip | None = None, goes_on: bool = False) -> None:
        self.place: tuple[str, int] | None = None
        self._worn = worn
        self._arm = arm
        self._goes_on = goes_on
        self._voice: Voice | None = None
        self._arm_fault = ""

    @property
    def clips(self) -> list[Clip]:
        """All clips."""
        return [*(each.clip for each in self._worn), *([] if self._arm is None else [self._arm])]

    def speak(self) -> None:
        """Speak, too, or ring."""
        from imucount.coach.voice import Voice

        self._voice = Voice(partial(click.echo, "\a", nl=False) if sys.stdout.isatty() else lambda: None)

    async def run(self, clip: Clip, pane: Pane) -> None:
        """Follow one of the clips until the person finishes, its stream ends, or is stopped."""
        if clip is self._arm:
            await self._listen(clip, pane)
        elif clip is self._worn[0].clip:
            await self._lead(pane)
        else:
            await self._count(next(each for each in self._worn if each.clip is clip), pane)

    def tell(self) -> None:
        """Say how it went, and keep it."""
        from rich.text import Text

        from imucount.views.coach_view import coach_table
        from imucount.views.form_words import arm_line, form_line, sides_line
        from imucount.views.report_page import advice

        if self._voice is not None:
            self._voice.stop()
        told = [each for each in self._worn if each.clip.session is not None]
        if not told:
            click.echo("Ended before a clip was connected.")
            return
        for each in told:
            if len(self._worn) > 1:
                show(Text(printable_line(f"{each.coaching.title}:")))
            assessment = each.coaching.guide.assessment
            show(coach_table(each.coaching.scene))
            show(Text(f"{assessment.reps_done} of {assessment.programme.reps} circles of the programme."))
            for line in advice(assessment):
                show(Text(line))
            session = each.clip.session
            assert session is not None
            if each.coaching.forms:
                show(Text(f"Form: {form_line(each.coaching.forms)}."))
            for warning in session.warnings:
                show(Text(printable_line(f"Note: {warning}")))
        of_side = {each.coaching.side: each.coaching.forms for each in told}
        if line := sides_line(of_side.get("left", ()), of_side.get("right", ())):
            show(Text(line))
        if self._arm_fault:
            show(Text(printable_line(f"Note: The arm was measured in part: {self._arm_fault}")))
        reps = () if told[0].clip.session is None else told[0].clip.session.reps
        show(Text(arm_line(told[0].coaching.forms, reps)))
        show(Text("Feet and trunk were not measured: one clip cannot tell them."))
        unkept: RecordingError | None = None
        for each in told:
            try:
                each.save()
            except RecordingError as error:  # of the others there may be room for the result
                unkept = unkept or error
                continue
            if each.entry is not None:
                click.echo(printable_line(f"Kept: {each.entry.folder}"))
                click.echo(printable_line(f"A page of it: imucount report {each.entry.folder} -o report.html"))
        if unkept is not None:
            raise unkept

    async def _lead(self, pane: Pane) -> None:
        import imucount.views.coach_view  # noqa: F401 - slow; once keys are taken, what they confirm is to be seen
        from imucount.cli.keys import keys_pressed

        leader = self._worn[0].coaching
        async with AsyncExitStack() as stack:
            if self.place is not None:
                await stack.enter_async_context(page_at(leader, self.place, pane))
            has_keys = stack.enter_context(keys_pressed(self._press))  # what was typed before is dropped
            self._show_work(self._worn[0], pane, STARTING, True)
            for line in leader.scene.set_up:
                pane.tell(line)
            if not has_keys and self.place is None:
                pane.tell("Nobody can press Enter here, so it begins by itself.")
                leader.act("confirm")
            await self._count(self._worn[0], pane)
            for clip in self.clips[1:]:  # nobody leads any more
                clip.stop()

    async def _count(self, worn: Worn, pane: Pane) -> None:
        import asyncio

        from imucount.counter import RepCounter
        from imucount.live.counting import count_live
        from imucount.live.recorder import Recorder

        clip, coaching = worn.clip, worn.coaching
        async with AsyncExitStack() as stack:
            stopping = asyncio.create_task(self._stop_when_asked(worn))
            stack.callback(stopping.cancel)
            if self._goes_on:
                worn.take_up()
            worn.keep_pressed()
            if worn.entry is not None:
                clip.recorder = Recorder(worn.entry.next_recording, clip.source, side=clip.side)
                stack.callback(clip.recorder.close)
            async with clip.open(pane, partial(self._show_work, worn, pane)):
                counter = worn.counter or RepCounter(clip.side or clip.source.side)
                coaching.wear(counter.side)
                self._name_by_side(coaching)
                clip.session = await count_live(
                    clip.source, counter, recorder=clip.recorder, on_update=partial(self._update, worn, pane)
                )

    def _name_by_side(self, coaching: Coaching) -> None:
        """Call a clip by the side that it told, where there are several and no other has that name."""
        others = [each.coaching.title for each in self._worn if each.coaching is not coaching]
        if others and coaching.side is not None and coaching.side not in others:
            coaching.title = coaching.side

    async def _listen(self, clip: Clip, pane: Pane) -> None:
        """Hand over what a clip on the upper arm sends. If it fails, the shoulder is counted on."""
        from imucount.live.counting import watch
        from imucount.views.coach_view import CoachView

        try:
            async with clip.open(pane):
                pane.draw(CoachView.hidden, urgent=True)
                async with aclosing(watch(clip.source)) as moments:
                    async for moment in moments:
                        if moment.samples is not None:
                            for each in self._worn:
                                each.coaching.hear_arm(moment.samples)
        except ImucountError as error:
            if not clip.was_open:
                raise
            self._arm_fault = f"{error}."
            pane.tell(printable_line(f"The arm is measured no longer: {error}."))

    async def _stop_when_asked(self, worn: Worn) -> None:
        await worn.coaching.stop.wait()
        worn.clip.stop()

    def _show_work(self, worn: Worn, pane: Pane, doing: str, is_new: bool) -> None:
        """Show what is being done before samples come, with what is to be seen to meanwhile."""
        worn.coaching.work(doing or STARTING)
        self._draw(worn, pane, is_new)

    def _draw(self, worn: Worn, pane: Pane, is_new: bool) -> None:
        from imucount.views.coach_view import CoachView

        leader = self._worn[0]
        # The leader's scene has what the others count.
        pane.draw(CoachView.hidden if worn is not leader else lambda: CoachView.of(leader.coaching.scene), is_new)

    def _press(self, key: str) -> None:
        which = min(len(self._worn) - 1, int(key in ("U", "A")))
        if key.lower() in KEYS:
            self._worn[which].coaching.act(KEYS[key.lower()])

    def _update(self, worn: Worn, pane: Pane, update: LiveUpdate) -> None:
        from imucount.views.coach_view import said_line

        coaching, leader = worn.coaching, self._worn[0].coaching
        coaching.update(update.now_s, update.reps, update.progress, update.notices, update.samples)
        worn.clip.has_failed = worn.clip.has_failed or update.error is not None
        new = [said for said in coaching.take_new() if said.kind != "set-up"]  # that was shown at once
        if coaching is not leader:
            for said in new:
                if said.kind in ("count", "wrong", "set over"):
                    pane.tell(said_line(update.now_s, said))
        else:
            for said in new:
                pane.tell(said_line(update.now_s, said))
            if self._voice is not None:
                self._voice.say([said.text for said in new])
        self._draw(worn, pane, bool(new))
