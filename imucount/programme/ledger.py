"""Ledger: a programme being done, circle by circle, with the corrections of the person who does it."""

from __future__ import annotations

from dataclasses import dataclass, field

from imucount.programme.assessment import Assessment, Outcome, is_wrong
from imucount.programme.plan import PlannedSet, Programme
from imucount.reps import Rep
from imucount.sets import REST_PERIODS, REST_S

__all__ = ["Ledger"]

INTERRUPTION_S = 8.0
INTERRUPTION = 0.5
"""A set that was begun is over after a pause of 8 s and of half the planned rest: who stops to scratch goes on
with it, who rests has ended it."""


@dataclass(slots=True)
class _Page:
    """What was done for one planned set, or beside the plan."""

    planned: PlannedSet | None
    rest_before_s: float | None = None
    rest_planned_s: float | None = None
    reps: list[Rep] = field(default_factory=list)
    wrong: list[Rep] = field(default_factory=list)
    corrected: int = 0

    @property
    def count(self) -> int:
        return max(0, len(self.reps) + self.corrected)

    @property
    def is_full(self) -> bool:
        return self.planned is not None and self.count >= self.planned.reps

    def outcome(self) -> Outcome:
        return Outcome(
            self.planned,
            tuple(self.reps),
            tuple(self.wrong),
            self.corrected,
            self.rest_before_s,
            self.rest_planned_s,
        )


class Ledger:
    """Assigns circles to the sets of a programme as they become certain.

    A circle counts for the planned set that is due. A set is over when it has its circles, after a pause of 8 s
    and of half the planned rest, or when it is ended; what goes on at the same pace after its last circle is more
    of it. After the last planned set, sets are extra ones. What the person corrects is kept beside what was
    counted.

    Parameters
    ----------
    programme : Programme

    Examples
    --------
    >>> ledger = Ledger(Programme((PlannedSet(2, "forward"), PlannedSet(2, "backward"))))
    >>> for start_s, direction in [(0, "forward"), (3, "backward"), (6, "forward"), (40, "backward")]:
    ...     ledger.take(Rep(start_s, start_s + 3, direction, (), 20.0, 12.0, 1.0))
    >>> ledger.add()
    >>> [(outcome.count, len(outcome.wrong), outcome.verdict) for outcome in ledger.assessment.outcomes]
    [(2, 1, 'done'), (2, 0, 'done')]
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self._pages: list[_Page] = []
        self._is_open = False
        self._last: Rep | None = None
        self._away_until_s: float | None = None

    @property
    def n_sets_begun(self) -> int:
        """How many sets were begun, extra ones included."""
        return len(self._pages)

    @property
    def number(self) -> int:
        """Number among the planned sets, from 1, of the one that is due; one beyond the last when none is."""
        planned = sum(page.planned is not None for page in self._pages)
        return planned + (not (self._is_open and self._pages[-1].planned is not None))

    @property
    def due(self) -> PlannedSet | None:
        """The planned set that is being done or comes next; None after the last."""
        return self.programme.sets[self.number - 1] if self.number <= len(self.programme.sets) else None

    @property
    def is_in_set(self) -> bool:
        """Whether a set was begun and is not over."""
        return self._is_open

    @property
    def outcome(self) -> Outcome | None:
        """Of the set that is being done, or of the last one; None before the first."""
        return self._pages[-1].outcome() if self._pages else None

    @property
    def last_s(self) -> float:
        """End of the last circle, s; 0 before the first."""
        return 0.0 if self._last is None else self._last.end_s

    @property
    def assessment(self) -> Assessment:
        """How what was done measures up so far, with the planned sets that are left as missing."""
        outcomes = [page.outcome() for page in self._pages]
        begun = sum(outcome.planned is not None for outcome in outcomes)
        missing = [Outcome(planned, ()) for planned in self.programme.sets[begun:]]
        return Assessment(self.programme, (*outcomes, *missing))

    def begin(self) -> None:
        """Begin the set that is due, before its first circle."""
        if not self._is_open and self.due is not None:
            self._begin()

    def take(self, rep: Rep) -> None:
        """Take the next circle that became certain."""
        pause_s = None if self._last is None else rep.start_s - self._last.end_s
        self.rest_until(rep.start_s)
        self._away_until_s = None
        if not self._is_open and not self._goes_on(rep, pause_s):
            self._begin()
        page = self._pages[-1]
        if not page.reps and not page.wrong:
            before = next((each.planned for each in reversed(self._pages[:-1]) if each.planned is not None), None)
            page.rest_before_s = pause_s
            page.rest_planned_s = None if before is None or pause_s is None else before.rest_s
        wrong = page.planned is not None and is_wrong(page.planned, rep)
        (page.wrong if wrong else page.reps).append(rep)
        self._last = rep
        self._is_open = self._is_open and not page.is_full

    def rest_until(self, now_s: float) -> None:
        """End the set that is being done if there was no circle for so long that it is over."""
        if not self._is_open or self._last is None:
            return
        from_s = self._last.end_s if self._away_until_s is None else max(self._last.end_s, self._away_until_s)
        if self._ends_set(self._pages[-1], now_s - from_s):
            self._is_open = False

    def come_back(self, now_s: float) -> None:
        """Take it that nobody could count since the last circle: a set that was begun goes on."""
        self._away_until_s = now_s

    def add(self) -> None:
        """Count one more than was counted, for the set that is being done, or that was last."""
        self._correct(1)

    def undo(self) -> None:
        """Count one less. A set that was over for its last circle goes on."""
        self._correct(-1)

    def end_set(self) -> None:
        """End the set that is being done; one that was not begun is passed over."""
        self.begin()
        self._is_open = False

    def _begin(self) -> None:
        self._pages.append(_Page(self.due))
        self._is_open = True

    def _ends_set(self, page: _Page, pause_s: float) -> bool:
        rest_s = REST_S if page.planned is None else page.planned.rest_s
        return bool(page.reps or page.wrong) and pause_s > max(INTERRUPTION_S, INTERRUPTION * rest_s)

    def _goes_on(self, rep: Rep, pause_s: float | None) -> bool:
        """Whether a circle after a set that is over is one more of it."""
        if self._last is None or pause_s is None or not (self._pages[-1].reps or self._pages[-1].wrong):
            return False
        longest_s = max(REST_S, REST_PERIODS * (self._last.duration_s + rep.duration_s) / 2)
        return rep.direction == self._last.direction and pause_s <= longest_s

    def _correct(self, by: int) -> None:
        if by > 0 and not self._pages:
            self.begin()
        if not self._pages or self._pages[-1].count + by < 0:
            return
        page = self._pages[-1]
        was_full = page.is_full
        page.corrected += by
        self._is_open = (self._is_open or was_full) and not page.is_full
