"""Guide: leads a person through a programme, from the set-up to the last circle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from imucount.coach.words import HOW, SEPARATELY, SET_UP, describe, set_over, the_other_way
from imucount.programme.assessment import Assessment, is_wrong
from imucount.programme.ledger import Ledger
from imucount.programme.plan import PlannedDirection, PlannedSet, Programme
from imucount.reps import Rep

__all__ = ["Cue", "CueKind", "Guide", "Stage", "Standing"]

Stage = Literal["set-up", "still", "set", "rest", "done"]
CueKind = Literal["set-up", "still", "begin", "count", "last", "wrong", "set over", "form", "rest", "soon", "done"]

STILL_S = 3.0
"""Standing still, s, before the first circle: the counter learns in one second what is up, the person needs two
to come to rest."""

SOON_S = 5.0
"""So long before a rest is over it is said."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to say and to show at once.

    Attributes
    ----------
    kind : CueKind
    text : str
        As it is spoken.
    reps : tuple of Rep
        Of a set that is over, its circles.
    """

    kind: CueKind
    text: str
    reps: tuple[Rep, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person is in the programme: all that a screen shows.

    Attributes
    ----------
    stage : {"set-up", "still", "set", "rest", "done"}
        In a rest, `count` and `planned` are still of the set before it.
    set_number : int
        Of the planned set, from 1; beyond `n_sets` for an extra one.
    n_sets : int
        Planned sets.
    planned : PlannedSet or None
        What is asked for; None beyond the last set.
    count : int
        Circles of this set that count.
    n_wrong : int
        Circles of this set that went the other way.
    next : PlannedSet or None
        What comes after it.
    rest_left_s, rest_s : float or None
        In a rest, what is left of it and all of it, s.
    """

    stage: Stage
    set_number: int
    n_sets: int
    planned: PlannedSet | None
    count: int
    n_wrong: int
    next: PlannedSet | None
    rest_left_s: float | None = None
    rest_s: float | None = None


class Guide:
    """Leads through a programme. It has no clock: time is that of the samples.

    The set-up is confirmed by the person, with `confirm`; a circle that is made before it counts all the same.

    Parameters
    ----------
    programme : Programme
    beginner : bool, default False
        Whether circles are first explained as four separate moves.

    Examples
    --------
    >>> guide = Guide(Programme((PlannedSet(2, "forward"), PlannedSet(1, "backward"))))
    >>> guide.confirm(0.0)[0].text
    'Keep still.'
    >>> print(*[cue.text for cue in guide.update(3.0)], sep="; ")
    Set 1 of 2: 2 forward. Back, up, forward, down. Begin.
    >>> rep = Rep(4.0, 7.0, "forward", (), 20.0, 12.0, 1.0)
    >>> [(cue.kind, cue.text) for cue in guide.update(7.5, [rep])]
    [('count', '1'), ('last', 'One more.')]
    >>> guide.standing(7.5).count
    1
    """

    def __init__(self, programme: Programme, *, beginner: bool = False) -> None:
        self._ledger = Ledger(programme)
        self._beginner = beginner
        self._stage: Stage = "set-up"
        self._still_until_s = 0.0
        self._rest_from_s = 0.0
        self._said_soon = False
        self._explained: set[PlannedDirection] = set()

    @property
    def programme(self) -> Programme:
        """What is followed."""
        return self._ledger.programme

    @property
    def assessment(self) -> Assessment:
        """How what was done measures up so far."""
        return self._ledger.assessment

    def standing(self, now_s: float) -> Standing:
        """Tell where the person is at a time, s on the clock of the samples."""
        ledger, sets = self._ledger, self.programme.sets
        is_over = self._stage in ("rest", "done")
        outcome = ledger.outcome if is_over or ledger.is_in_set else None
        number = max(1, ledger.number - is_over)
        return Standing(
            stage=self._stage,
            set_number=number,
            n_sets=len(sets),
            planned=ledger.due if outcome is None else outcome.planned,
            count=0 if outcome is None else outcome.count,
            n_wrong=0 if outcome is None else len(outcome.wrong),
            next=sets[number] if number < len(sets) else None,
            rest_left_s=self._rest_left_s(now_s) if self._stage == "rest" else None,
            rest_s=self._rest_s if self._stage == "rest" else None,
        )

    def welcome(self) -> list[Cue]:
        """Say what to see to before the first circle."""
        return [Cue("set-up", text) for text in SET_UP]

    def confirm(self, now_s: float) -> list[Cue]:
        """Take it that feet and arms are as they should be."""
        if self._stage != "set-up":
            return []
        self._stage, self._still_until_s = "still", now_s + STILL_S
        return [Cue("still", "Keep still.")]

    def update(self, now_s: float, reps: Sequence[Rep] = ()) -> list[Cue]:
        """Take the circles that became certain, and the time; return what is to be said.

        Parameters
        ----------
        now_s : float
            The present, s on the clock of the samples.
        reps : sequence of Rep
            New ones, in order.
        """
        cues: list[Cue] = []
        for rep in reps:
            cues += self._take(rep)
        was_in_set = self._ledger.is_in_set
        self._ledger.rest_until(now_s)
        if was_in_set and not self._ledger.is_in_set:
            cues += self._over(self._ledger.last_s)
        if self._stage == "still" and now_s >= self._still_until_s:
            cues += self._begin()
        elif self._stage == "rest":
            left_s = self._rest_left_s(now_s)
            if left_s <= 0.0:
                cues += self._begin()
            elif left_s <= SOON_S and not self._said_soon:
                self._said_soon = True
                cues.append(Cue("soon", "Get ready."))
        return cues

    def come_back(self, now_s: float) -> list[Cue]:
        """Go on with a set that was begun, after a time in which nobody could count."""
        ledger = self._ledger
        ledger.come_back(now_s)
        outcome = ledger.outcome
        if not ledger.is_in_set or outcome is None:
            return []
        asked = "" if outcome.planned is None else f" of {outcome.planned.reps}"
        return [Cue("begin", f"Set {ledger.number} goes on with {outcome.count}{asked}.")]

    def skip_rest(self) -> list[Cue]:
        """Begin the next set now."""
        return self._begin() if self._stage == "rest" else []

    def end_set(self, now_s: float) -> list[Cue]:
        """End the set that is being done, or pass over the one that is due."""
        if self._ledger.due is None and not self._ledger.is_in_set:
            return []
        self._ledger.end_set()
        return self._over(now_s)

    def add(self, now_s: float) -> list[Cue]:
        """Count one more than was counted."""
        return self._correct(self._ledger.add, now_s)

    def undo(self, now_s: float) -> list[Cue]:
        """Count one less."""
        return self._correct(self._ledger.undo, now_s)

    @property
    def _rest_s(self) -> float:
        outcome = self._ledger.outcome
        return 0.0 if outcome is None or outcome.planned is None else outcome.planned.rest_s

    def _rest_left_s(self, now_s: float) -> float:
        return max(0.0, self._rest_from_s + self._rest_s - now_s)

    def _take(self, rep: Rep) -> list[Cue]:
        ledger = self._ledger
        cues: list[Cue] = []
        was_in_set, n_begun, before = ledger.is_in_set, ledger.n_sets_begun, ledger.outcome
        number = ledger.number
        ledger.take(rep)
        outcome = ledger.outcome
        assert outcome is not None  # it holds the circle that was taken
        begins = ledger.n_sets_begun > n_begun
        if was_in_set and begins and before is not None:  # a pause ended the set before
            cues.append(Cue("set over", set_over(number, before), before.reps))
        if ledger.is_in_set:
            self._stage = "set"
        if outcome.planned is not None and is_wrong(outcome.planned, rep):
            return [*cues, Cue("wrong", the_other_way(outcome.planned, rep))]
        cues.append(Cue("count", str(outcome.count)))
        if outcome.planned is not None and outcome.count == outcome.planned.reps - 1:
            cues.append(Cue("last", "One more."))
        if (was_in_set or begins) and not ledger.is_in_set:
            return cues + self._over(rep.end_s)
        if not ledger.is_in_set:  # one more of a set that is over: its rest begins anew
            self._stage = "done" if ledger.due is None else "rest"
            self._rest_from_s = rep.end_s
        return cues

    def _over(self, at_s: float) -> list[Cue]:
        """Say that a set is over, and what comes now."""
        ledger = self._ledger
        assert ledger.outcome is not None  # of the set that is over
        cues = [Cue("set over", set_over(ledger.number - 1, ledger.outcome), ledger.outcome.reps)]
        if ledger.due is None:
            was_done, self._stage = self._stage == "done", "done"
            return cues if was_done else [*cues, Cue("done", "That was the last set. Well done.")]
        self._stage, self._rest_from_s, self._said_soon = "rest", at_s, False
        rest_s = self._rest_left_s(at_s)
        return [*cues, Cue("rest", f"Rest for {rest_s:.0f} seconds.")] if rest_s else cues

    def _begin(self) -> list[Cue]:
        self._stage = "set"
        due = self._ledger.due
        assert due is not None  # after the last set nothing begins
        self._ledger.begin()
        parts = [f"Set {self._ledger.number} of {len(self.programme.sets)}: {describe(due)}."]
        if due.direction not in self._explained:
            self._explained.add(due.direction)
            parts.append(f"{HOW[due.direction].capitalize()}.")
            if self._beginner:
                parts.append(SEPARATELY)
        return [Cue("begin", " ".join([*parts, "Begin."]))]

    def _correct(self, correct: Callable[[], None], now_s: float) -> list[Cue]:
        ledger = self._ledger
        was_in_set, before = ledger.is_in_set, ledger.outcome
        correct()
        outcome = ledger.outcome
        if outcome is None or (before is not None and outcome.count == before.count):
            return []
        cues = [Cue("count", str(outcome.count))]
        if ledger.is_in_set:
            self._stage = "set"
        elif was_in_set or before is None:
            cues += self._over(now_s)
        return cues
