"""Coaching: a guide that follows a live count, and what screens, voices and pages show of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from imucount.coach.feedback import remark
from imucount.coach.guide import Cue, Guide
from imucount.coach.scene import Beside, Row, Said, Scene
from imucount.coach.showing import Action, Showing
from imucount.coach.words import HOW, SET_UP, describe
from imucount.form import ArmMeter, Form, SetForm
from imucount.programme.assessment import Outcome

if TYPE_CHECKING:
    from imucount.reps import Rep
    from imucount.samples import Samples
    from imucount.sets import Side

__all__ = ["Coaching"]


class Coaching(Showing):
    """Moves a guide with what a live count tells, and shows where it stands to any number of screens.

    Parameters
    ----------
    guide : Guide
    side : {"left", "right"}, optional
        The shoulder that wears the clip.
    title : str, optional
        What to call the clip, where there are several.

    Attributes
    ----------
    forms : list of Form
        Of the circles so far, in order.
    keep : callable
        Told, with the time, s, what the person asked for as it is done, so that it can be done again.

    Examples
    --------
    >>> from imucount.programme import Programme
    >>> coaching = Coaching(Guide(Programme.prescribed()))
    >>> coaching.act("confirm")
    >>> coaching.scene.stage, coaching.scene.said[-1].text
    ('still', 'Keep still.')
    """

    def __init__(self, guide: Guide, side: Side | None = None, title: str = "") -> None:
        super().__init__(side, title)
        self.forms: list[Form] = []
        self.keep: Callable[[float, Action], None] = lambda time_s, action: None
        self._guide = guide
        self._arm: ArmMeter | None = None
        self._without_arm: list[tuple[int, Rep]] = []
        self._set_before: SetForm | None = None
        self._remark = ""
        self._companions: list[Coaching] = []
        self._leader: Coaching | None = None
        self._n_taken = 0
        self._is_ready = False
        self._is_back = False
        self._rows: tuple[Row, ...] = ()
        self._hear(guide.welcome())

    @property
    def guide(self) -> Guide:
        """What leads."""
        return self._guide

    @property
    def companions(self) -> Sequence[Coaching]:
        """Those of other clips, which count along."""
        return self._companions

    def join(self, companion: Coaching) -> None:
        """Have another clip count along: it does what is asked for here; its corrections are its own."""
        companion._leader = self
        self._companions.append(companion)

    @property
    def scene(self) -> Scene:
        """What is to be shown now."""
        standing = self._guide.standing(self._now_s)
        planned = standing.planned
        last_loop = next((form.loop for form in reversed(self.forms) if form.loop), ())
        return Scene(
            title=self.title,
            side=self._meter.side,
            is_led=True,
            stage=standing.stage,
            set_number=standing.set_number,
            n_sets=standing.n_sets,
            count=standing.count,
            target=None if planned is None else planned.reps,
            direction=None if planned is None else planned.direction,
            target_period_s=None if planned is None else planned.period_s,
            how="" if planned is None else HOW[planned.direction],
            n_wrong=standing.n_wrong,
            next="" if standing.next is None else describe(standing.next),
            rest_left_s=None if standing.rest_left_s is None else ceil(standing.rest_left_s),
            rest_s=standing.rest_s,
            phase=self._phase,
            provisional=self._provisional,
            form=self._remark,
            trail=self._meter.trail if standing.stage == "set" else (),
            last_loop=last_loop,
            now_s=self._now_s,
            link=self._link,
            notice=f"You are ready. {self.notice}" if self._is_ready else self.notice,
            set_up=SET_UP,
            said=self._said,
            sets=self._rows,
            beside=tuple(each._as_companion for each in self._companions),
            is_over=self._is_over,
        )

    @property
    def _as_companion(self) -> Beside:
        standing = self._guide.standing(self._now_s)
        outcome = self._guide.assessment.outcomes
        number = min(standing.set_number, len(outcome)) - 1
        return Beside(
            title=self.title,
            count=standing.count,
            target=None if standing.planned is None else standing.planned.reps,
            n_wrong=standing.n_wrong,
            corrected=outcome[number].corrected,
            link=self._link,
        )

    def take_new(self) -> Sequence[Said]:
        """Give the cues since this was asked last, for one who speaks or prints each once."""
        new = [said for said in self._said if said.number > self._n_taken]
        self._n_taken = self._said[-1].number if self._said else 0
        return new

    def come_back(self) -> None:
        """Have the set that was begun go on with the next update, as nobody could count meanwhile."""
        self._is_back = True

    def redo(self, action: Action) -> None:
        """Do once more what was asked for, with this clip alone, in a session that is taken up again."""
        self._guided(action)

    def _count(self, reps: Sequence[Rep]) -> None:
        if self._is_back:
            self._is_back = False
            self._hear(self._guide.come_back(self._now_s))
        if self._is_ready:
            self._is_ready = False
            self._do("confirm")
        for rep in reps:
            if self._arm is not None:
                self._without_arm.append((len(self.forms), rep))
            self.forms.append(self._meter.measure(rep))
        self._measure_arm()
        self._hear(self._guide.update(self._now_s, reps))

    def hear_arm(self, samples: Samples) -> None:
        """Take the samples of another clip, on the upper arm, on the same clock."""
        self._arm = self._arm or ArmMeter()
        self._arm.update(samples)
        self._measure_arm()

    def _do(self, action: Action) -> None:
        if action == "confirm" and self._doing:  # who is ready stands still once samples come
            self._is_ready = True
            self._publish()
        elif action == "confirm" or (action != "quit" and self._guide.standing(self._now_s).stage != "set-up"):
            self.keep(self._now_s, action)
            self._guided(action)
        if action not in ("add", "undo"):
            for companion in self._companions:
                companion.act(action)

    def _guided(self, action: Action) -> None:
        guide = self._guide
        match action:
            case "confirm":
                self._hear(guide.confirm(self._now_s))
            case "add":
                self._hear(guide.add(self._now_s))
            case "undo":
                self._hear(guide.undo(self._now_s))
            case "skip":
                self._hear(guide.skip_rest())
            case "end":
                self._hear(guide.end_set(self._now_s))

    def _hear(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self._say(cue.kind, cue.text)
            if cue.kind == "set over" and cue.reps:
                self._assess_form(cue.reps)
        if cues:  # nothing changes without one
            outcomes = self._guide.assessment.outcomes
            self._rows = tuple(_row(n, outcome) for n, outcome in enumerate(outcomes, start=1))
        self._publish()

    def _assess_form(self, reps: Sequence[Rep]) -> None:
        """Say how the circles of a set were made, once."""
        starts_s = {rep.start_s for rep in reps}
        forms = [form for form in self.forms if form.start_s in starts_s]
        self._remark = remark(forms, self._set_before)
        self._set_before = SetForm.of(forms)
        if self._remark:
            self._say("form", self._remark)

    def _measure_arm(self) -> None:
        """Tell of circles what the arm did meanwhile, once its samples have come."""
        if self._arm is None or self._arm.now_s is None:
            return
        waiting, self._without_arm = self._without_arm, []
        for index, rep in waiting:
            if rep.end_s > self._arm.now_s:
                self._without_arm.append((index, rep))
            else:
                self.forms[index] = replace(self.forms[index], arm_deg=self._arm.range_deg(rep))

    def _publish(self) -> None:
        super()._publish()
        if self._leader is not None:
            self._leader._publish()


def _row(number: int, outcome: Outcome) -> Row:
    return Row(
        number=number,
        asked="extra" if outcome.planned is None else describe(outcome.planned),
        count=outcome.count,
        n_wrong=len(outcome.wrong),
        corrected=outcome.corrected,
        verdict=outcome.verdict,
        period_s=outcome.period_s,
        tempo=outcome.tempo_is_off,
    )
