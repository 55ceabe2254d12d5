"""Coaching: a guide that follows a live count, and what screens, voices and pages show of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from imucount.coach.guide import CueKind, Guide, Stage
from imucount.coach.words import HOW, SET_UP, describe
from imucount.errors import ProgrammeError
from imucount.programme.assessment import Outcome, Verdict
from imucount.programme.plan import PlannedDirection

if TYPE_CHECKING:
    import asyncio

    from imucount.coach.guide import Cue
    from imucount.counter import Progress
    from imucount.reps import Rep
    from imucount.sources.source import Notice

__all__ = ["Action", "Coaching", "Row", "Said", "Scene"]

Action = Literal["confirm", "add", "undo", "skip", "end", "quit"]
"""What a person may ask for: the set-up is done, one more, one less, no more rest, the set is over, all is."""

REMEMBERED = 12
"""So many of the latest cues stay in a scene, for a screen that missed the scene before."""


@dataclass(frozen=True, slots=True)
class Said:
    """A cue, with its number from the beginning, by which a screen knows what it has said already."""

    number: int
    kind: CueKind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A set of the table: what was planned and what was done."""

    number: int
    asked: str
    count: int
    n_wrong: int
    corrected: int
    verdict: Verdict
    period_s: float | None
    tempo: Literal["too fast", "too slow"] | None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a screen shows, at one moment.

    Attributes
    ----------
    stage : {"set-up", "still", "set", "rest", "done"}
    set_number, n_sets : int
    count : int
        The big number.
    target : int or None
        Circles that the set should have; None for an extra set.
    direction : {"forward", "backward", "any"} or None
    target_period_s : float or None
        Length that a circle should have, s.
    how : str
        How such a circle goes.
    n_wrong : int
        Circles of the set that went the other way.
    next : str
        What comes after the set; empty for nothing.
    rest_left_s : float or None
    phase : float or None
        Position in the present circle, 0 to 1 from the lowest point on.
    pending : int
        Circles seen that are not certain yet.
    now_s : float
        s on the clock of the samples.
    link : {"", "lost"}
    notice : str
        The last that the source had to say; empty for nothing.
    set_up : tuple of str
        What to see to before the first circle.
    said : tuple of Said
        The latest cues.
    sets : tuple of Row
        All sets so far, and those that are left.
    is_over : bool
        Whether nothing more comes.
    """

    stage: Stage
    set_number: int
    n_sets: int
    count: int
    target: int | None
    direction: PlannedDirection | None
    target_period_s: float | None
    how: str
    n_wrong: int
    next: str
    rest_left_s: float | None
    phase: float | None
    pending: int
    now_s: float
    link: Literal["", "lost"]
    notice: str
    set_up: tuple[str, ...]
    said: tuple[Said, ...]
    sets: tuple[Row, ...]
    is_over: bool


class Coaching:
    """Moves a guide with what a live count tells, and shows where it stands to any number of screens.

    Parameters
    ----------
    guide : Guide

    Attributes
    ----------
    stop : asyncio.Event
        Set when the person asks to end it all.

    Examples
    --------
    >>> from imucount.programme import Programme
    >>> coaching = Coaching(Guide(Programme.prescribed()))
    >>> coaching.act("confirm")
    >>> coaching.scene.stage, coaching.scene.said[-1].text
    ('still', 'Keep still.')
    """

    def __init__(self, guide: Guide) -> None:
        import asyncio  # slow to import, and not needed to count recordings

        self._guide = guide
        self._now_s = 0.0
        self._phase: float | None = None
        self._pending = 0
        self._notice: Notice | None = None
        self._is_lost = False
        self._is_over = False
        self._said: list[Said] = []
        self._n_taken = 0
        self._version = 0
        self._changed = asyncio.Event()
        self.stop: asyncio.Event = asyncio.Event()
        self._hear(guide.welcome())

    @property
    def guide(self) -> Guide:
        """What leads."""
        return self._guide

    @property
    def scene(self) -> Scene:
        """What is to be shown now."""
        standing = self._guide.standing(self._now_s)
        planned = standing.planned
        return Scene(
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
            rest_left_s=standing.rest_left_s,
            phase=self._phase,
            pending=self._pending,
            now_s=self._now_s,
            link="lost" if self._is_lost else "",
            notice="" if self._notice is None else self._notice.text,
            set_up=SET_UP,
            said=tuple(self._said[-REMEMBERED:]),
            sets=tuple(_row(n, outcome) for n, outcome in enumerate(self._guide.assessment.outcomes, start=1)),
            is_over=self._is_over,
        )

    def take_new(self) -> Sequence[Said]:
        """Give the cues since this was asked last, for one who speaks or prints each once."""
        new = [said for said in self._said if said.number > self._n_taken]
        self._n_taken = self._said[-1].number if self._said else 0
        return new

    def update(
        self, now_s: float, reps: Sequence[Rep], progress: Progress, notices: Sequence[Notice] = ()
    ) -> None:
        """Take what a live count tells, as a `LiveUpdate` has it."""
        self._now_s = now_s
        self._phase, self._pending = progress.phase, progress.pending
        for notice in notices:
            self._notice = notice
            if notice.kind in ("dropped", "silent"):
                self._is_lost = True
            elif notice.kind in ("connected", "reconnected"):
                self._is_lost = False
        self._hear(self._guide.update(now_s, reps))

    def act(self, action: Action) -> None:
        """Do what the person asks for.

        Raises
        ------
        ProgrammeError
            If there is no such action.
        """
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
            case "quit":
                self.stop.set()
            case _:
                raise ProgrammeError(f"expected {' or '.join(get_args(Action))}, got {str(action)[:40]!r}")

    def finish(self) -> None:
        """Tell those who watch that nothing more comes."""
        self._is_over = True
        self._publish()

    async def scenes(self) -> AsyncIterator[Scene]:
        """Give the scene now, and anew whenever it changes; who is slow misses what was in between."""
        seen = -1
        while True:
            if seen == self._version:
                await self._changed.wait()
            seen = self._version
            scene = self.scene
            yield scene
            if scene.is_over:
                return

    def _hear(self, cues: Sequence[Cue]) -> None:
        first = self._said[-1].number + 1 if self._said else 1
        self._said += [Said(number, cue.kind, cue.text) for number, cue in enumerate(cues, start=first)]
        del self._said[:-REMEMBERED]
        self._publish()

    def _publish(self) -> None:
        import asyncio

        self._version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _row(number: int, outcome: Outcome) -> Row:
    return Row(
        number=number,
        asked="extra" if outcome.planned is None else describe(outcome.planned),
        count=outcome.count,
        n_wrong=len(outcome.wrong),
        corrected=outcome.corrected,
        verdict=outcome.verdict,
        period_s=None if outcome.tempo is None else outcome.tempo.period_s,
        tempo=outcome.tempo_is_off,
    )
