"""RepSet: reps grouped by direction and rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imucount.reps import Direction, Kind, Rep, Tempo

if TYPE_CHECKING:
    pass

__all__ = ["Exercise", "Gap", "RepSet", "Side", "group_reps"]

Side = Literal["left", "right"]
Exercise = Literal["shoulder-circles", "cyclic"]
LONGEST_BRIDGE_S = 2.0
"""A stretch without samples up to this, s, is bridged: less than half of a usual circle is missing then. At a
longer one counting begins anew, with nothing known but what was counted."""

SHORTEST_GAP_S = 0.4
"""A longer stretch without samples, s, is told: at the slowest rate that is counted three are missing then."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of more than 0.4 s without samples.

    Attributes
    ----------
    start_s, end_s : float
        Times of the last sample before and of the first one after, s.
    """

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length of the gap, s."""
        return self.end_s - self.start_s

    @property
    def is_bridged(self) -> bool:
        """Whether counting went on over it, as over up to 2 s; beyond, it began anew behind it."""
        return self.duration_s <= LONGEST_BRIDGE_S


@dataclass(frozen=True, slots=True, repr=False)
class RepSet:
    """Reps of one direction that follow each other without a rest.

    Attributes
    ----------
    reps : tuple of Rep
        At least one.
    rest_before_s : float or None
        Time since the end of the set before, s; None for the first set.
    """

    reps: tuple[Rep, ...]
    rest_before_s: float | None

    @property
    def start_s(self) -> float:
        """Start of the first rep, s."""
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last rep, s."""
        return self.reps[-1].end_s

    @property
    def direction(self) -> Direction:
        """Direction that all its reps share."""
        return self.reps[0].direction

    @property
    def kind(self) -> Kind:
        """What all its reps are: of an exercise, or steps of a walk or a run."""
        return self.reps[0].kind

    @property
    def tempo(self) -> Tempo:
        """Tempo of its reps."""
        tempo = Tempo.of(self.reps)
        assert tempo is not None  # a set has at least one rep
        return tempo

    def __repr__(self) -> str:
        if not self.reps:
            return "<RepSet without reps>"
        return f"<RepSet of {len(self.reps)} {self.direction}, {self.start_s:.1f} to {self.end_s:.1f} s>"


REST_S = 3.0
REST_OF_ANY_S = 2.0
REST_PERIODS = 1.1
"""A set ends with a pause longer than a rest and a rep: at a slow tempo one rep missed is no rest. Between
circles 3 s are one; the reps of any exercise hold their own pauses, so 2 s are one there."""


def group_reps(reps: Sequence[Rep], joined: Collection[float] = ()) -> tuple[RepSet, ...]:
    """Group reps into sets: a rest, another direction or another kind begins a new one.

    Parameters
    ----------
    reps : sequence of Rep
        In order of time.
    joined : collection of float, optional
        Starts of reps that follow the one before without a rest, s, however long nothing was counted.

    Examples
    --------
    >>> starts_s = [0.0, 3.0, 30.0]
    >>> reps = [Rep(t, t + 3.0, "forward", (), 20.0, 12.0, 1.0) for t in starts_s]
    >>> [(len(each.reps), each.rest_before_s) for each in group_reps(reps)]
    [(2, None), (1, 24.0)]
    """
    groups: list[list[Rep]] = []
    for rep in reps:
        last = groups[-1][-1] if groups else None
        if last is not None and (rep.direction, rep.kind) == (last.direction, last.kind):
            rest_s = REST_S if rep.phases else REST_OF_ANY_S
            longest_s = max(rest_s, REST_PERIODS * (last.duration_s + rep.duration_s) / 2)
            if rep.start_s - last.end_s <= longest_s or rep.start_s in joined:
                groups[-1].append(rep)
                continue
        groups.append([rep])
    return tuple(
        RepSet(tuple(group), group[0].start_s - groups[number - 1][-1].end_s if number else None)
        for number, group in enumerate(groups)
    )
