"""Assessment: sets that were done, held against those that were planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from imucount.programme.plan import PlannedSet, Programme
from imucount.reps import Rep, Tempo
from imucount.sets import RepSet

__all__ = ["Assessment", "Outcome", "Verdict", "assess"]

Verdict = Literal["done", "partial", "more", "wrong direction", "missing", "extra"]

TEMPO_TOLERANCE = 0.25
"""A mean period that is further from the target than this share of it is off. Periods of even circles vary by 6 %
(3 to 11 %), and drift by 7 to 21 % over a set, so a set that keeps its tempo stays within."""

REST_TOLERANCE = 0.8
"""A rest shorter than this share of the planned one is too short. Its ends are known to a second or so."""

MOST_PARTS = 3
"""So many done sets, at most, are taken for one planned set that was interrupted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one planned set, or what was done beside the plan.

    Attributes
    ----------
    planned : PlannedSet or None
        None for an extra set.
    reps : tuple of Rep
        Circles in the planned direction, or of unknown direction.
    wrong : tuple of Rep
        Circles in the other direction.
    corrected : int
        What the person added to the count, less what was taken back; beside what was counted.
    rest_before_s : float or None
        From the end of the circle before to the first one of the set, s; None where there is no other.
    rest_planned_s : float or None
        Rest that was planned there, s.
    """

    planned: PlannedSet | None
    reps: tuple[Rep, ...]
    wrong: tuple[Rep, ...] = ()
    corrected: int = 0
    rest_before_s: float | None = None
    rest_planned_s: float | None = None

    @property
    def count(self) -> int:
        """Circles that count for the set: those in its direction, with the person's corrections."""
        return max(0, len(self.reps) + self.corrected)

    @property
    def verdict(self) -> Verdict:
        """How it measures up."""
        if self.planned is None:
            return "extra"
        if self.count == 0:
            return "wrong direction" if self.wrong else "missing"
        if self.count < self.planned.reps:
            return "wrong direction" if len(self.wrong) > self.count else "partial"
        return "done" if self.count == self.planned.reps else "more"

    @property
    def direction_is_known(self) -> bool:
        """Whether the direction of every circle is known, or does not matter."""
        any_will_do = self.planned is not None and self.planned.direction == "any"
        return any_will_do or all(rep.direction != "unknown" for rep in self.reps)

    @property
    def tempo(self) -> Tempo | None:
        """Tempo of its circles."""
        return Tempo.of(self.reps)

    @property
    def period_s(self) -> float | None:
        """Mean length of its circles, s: that of its tempo, without the rest of it."""
        return fmean(rep.duration_s for rep in self.reps) if self.reps else None

    @property
    def tempo_is_off(self) -> Literal["too fast", "too slow"] | None:
        """Whether the mean period is more than 25 % from the planned one; None if not, or if any will do."""
        if self.planned is None or self.planned.period_s is None or self.period_s is None:
            return None
        share = self.period_s / self.planned.period_s
        if abs(share - 1.0) <= TEMPO_TOLERANCE:
            return None
        return "too fast" if share < 1.0 else "too slow"

    @property
    def rest_is_short(self) -> bool:
        """Whether the rest before was shorter than 80 % of the planned one."""
        if self.rest_before_s is None or self.rest_planned_s is None:
            return False
        return self.rest_before_s < REST_TOLERANCE * self.rest_planned_s


@dataclass(frozen=True, slots=True)
class Assessment:
    """How what was done measures up to a programme.

    Attributes
    ----------
    programme : Programme
    outcomes : tuple of Outcome
        One for each planned set in the order of the plan, with extra sets where they were done.
    """

    programme: Programme
    outcomes: tuple[Outcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every planned set was done, with at least its reps, in its direction."""
        return all(outcome.verdict in ("done", "more", "extra") for outcome in self.outcomes)

    @property
    def reps_done(self) -> int:
        """Reps that count for planned sets, each up to its number."""
        return sum(
            min(outcome.count, outcome.planned.reps) for outcome in self.outcomes if outcome.planned is not None
        )


def assess(programme: Programme, sets: Sequence[RepSet]) -> Assessment:
    """Hold the sets of a session against a programme.

    Which done set was meant for which planned one is not known; it is the assignment, in order, that leaves the
    fewest circles to explain: of planned sets that would be missing, of extra sets, of numbers and directions that
    differ. Up to three done sets may be one that was interrupted.

    Parameters
    ----------
    programme : Programme
    sets : sequence of RepSet
        As `Session.sets`.

    Examples
    --------
    >>> def circles(n, direction, from_s):
    ...     return [Rep(from_s + 3 * i, from_s + 3 * i + 3, direction, (), 20.0, 12.0, 1.0) for i in range(n)]
    >>> from imucount.sets import group_reps
    >>> done = [*circles(10, "forward", 0), *circles(6, "forward", 60), *circles(10, "backward", 120)]
    >>> [outcome.verdict for outcome in assess(Programme.prescribed(), group_reps(done)).outcomes]
    ['done', 'partial', 'missing', 'done', 'missing', 'missing']
    """
    outcomes: list[Outcome] = []
    j = 0
    rest_planned_s: float | None = None
    for plan, n_parts in _assignment(programme.sets, sets):
        outcomes.append(_outcome(plan, sets[j : j + n_parts], rest_planned_s))
        rest_planned_s = rest_planned_s if plan is None else plan.rest_s
        j += n_parts
    return Assessment(programme, tuple(outcomes))


def _assignment(planned: Sequence[PlannedSet], sets: Sequence[RepSet]) -> list[tuple[PlannedSet | None, int]]:
    """Pairs of a planned set, or None, and how many of the done sets, in order, are its.

    The pairs of the least sum are found from the end: `left[i][j]` is what remains to be explained from planned
    set i and done set j on, `first[i][j]` how many done sets go to planned set i, or None if j is an extra one.
    """
    n, m = len(planned), len(sets)
    left = [[0.0] * (m + 1) for _ in range(n + 1)]
    first: list[list[int | None]] = [[None] * (m + 1) for _ in range(n + 1)]
    for i in range(n, -1, -1):
        for j in range(m, -1, -1):
            ways: list[tuple[float, int | None]] = []
            if i < n:
                ways += [
                    (_unlike(planned[i], sets[j : j + parts]) + left[i + 1][j + parts], parts)
                    for parts in range(1, min(MOST_PARTS, m - j) + 1)
                ]
                ways.append((planned[i].reps + left[i + 1][j], 0))
            if j < m:
                ways.append((len(sets[j].reps) + left[i][j + 1], None))
            if ways:
                left[i][j], first[i][j] = min(ways, key=lambda way: way[0])
    pairs: list[tuple[PlannedSet | None, int]] = []
    i = j = 0
    while i < n or j < m:
        parts = first[i][j]
        pairs.append((None, 1) if parts is None else (planned[i], parts))
        i, j = (i, j + 1) if parts is None else (i + 1, j + parts)
    return pairs


INTERRUPTED = 0.5
"""What an interruption counts as, in circles: less than any circle that is missing."""

WRONG = 0.99
"""What a circle the other way counts as: a set the wrong way round is that, not one missing and one extra."""


def _unlike(plan: PlannedSet, parts: Sequence[RepSet]) -> float:
    done = sum(len(part.reps) for part in parts)
    wrong = sum(is_wrong(plan, rep) for part in parts for rep in part.reps)
    return abs(plan.reps - (done - wrong)) + WRONG * wrong + INTERRUPTED * (len(parts) - 1)


def _outcome(plan: PlannedSet | None, parts: Sequence[RepSet], rest_planned_s: float | None) -> Outcome:
    reps = [rep for part in parts for rep in part.reps]
    wrong = [rep for rep in reps if plan is not None and is_wrong(plan, rep)]
    return Outcome(
        plan,
        tuple(rep for rep in reps if rep not in wrong),
        tuple(wrong),
        rest_before_s=parts[0].rest_before_s if parts else None,
        rest_planned_s=rest_planned_s if parts and parts[0].rest_before_s is not None else None,
    )


def is_wrong(plan: PlannedSet, rep: Rep) -> bool:
    """Whether a circle goes the other way than planned. Of an unknown direction that cannot be said."""
    return rep.direction != "unknown" and plan.direction not in ("any", rep.direction)
