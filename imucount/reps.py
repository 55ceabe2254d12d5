"""Rep: one counted cycle, and the tempo of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean, stdev
from typing import Literal

__all__ = ["POSITIONS", "Direction", "Kind", "Phase", "Position", "Rep", "Tempo"]

Direction = Literal["forward", "backward", "unknown"]
Kind = Literal["exercise", "steps"]
Position = Literal["back", "up", "forward", "down", "unknown"]

POSITIONS: dict[Direction, tuple[Position, Position, Position, Position]] = {
    "forward": ("back", "up", "forward", "down"),
    "backward": ("forward", "up", "back", "down"),
    "unknown": ("unknown", "up", "unknown", "down"),
}
"""The positions that a circle from the relaxed shoulder passes, in order, for each direction.

A forward circle goes back (retraction), up (elevation), forward (protraction) and down; seen from
the wearer's right side, with forward to the right, it is clockwise.
"""


@dataclass(frozen=True, slots=True)
class Phase:
    """One quarter of a circle: the way to one of its four positions.

    Attributes
    ----------
    position : {"back", "up", "forward", "down", "unknown"}
        Where the quarter ends. "unknown" where back and forward cannot be told apart.
    start_s, end_s : float
        s, on the recording's clock.
    """

    position: Position
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length of the quarter, s, holds included."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One counted cycle: a circle from the lowest position to the lowest, or a rep of any exercise.

    Attributes
    ----------
    start_s, end_s : float
        s, on the recording's clock. Within a set a circle ends at the lowest position, where the next one starts;
        where the shoulder dwells there, in the middle of the dwell. The first circle after a rest starts when the
        shoulder has left it: when elevation or protraction has gone some 5 % of its range. The last one before a
        rest ends when both have come to rest as nearly. So a rest lasts from when the shoulder is seen to come to
        rest to when it is seen to leave.
    direction : {"forward", "backward", "unknown"}
        Sense of rotation, by the path: forward goes back, up, forward, down. Reps of an exercise that is not
        known have none: "unknown".
    phases : tuple of Phase
        In order of time: four quarters; two halves ("up", "down") without a gyroscope; none of an exercise that is
        not known.
    elevation_deg : float or None
        Range of the sensor's scapular elevation, deg, peak to peak; None of an exercise that is not known.
    protraction_deg : float or None
        Range of the sensor's protraction and retraction, deg, peak to peak; None without a gyroscope, and of an
        exercise that is not known.
    confidence : float
        0 to 1: how surely this is a rep, and (where a direction is told) one of that direction.
    kind : {"exercise", "steps"}
        "steps" where it is part of a walk or a run.
    """

    start_s: float
    end_s: float
    direction: Direction
    phases: tuple[Phase, ...]
    elevation_deg: float | None
    protraction_deg: float | None
    confidence: float
    kind: Kind = "exercise"

    @property
    def duration_s(self) -> float:
        """Length of the rep, s."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast circles follow each other.

    Attributes
    ----------
    period_s : float
        Mean length of a circle, s.
    period_sd_s : float
        Sample standard deviation of the lengths, s; 0 for a single circle.
    back_s, up_s, forward_s, down_s : float or None
        Mean time of the quarter that leads to each position, s; None where it is not known.
    """

    period_s: float
    period_sd_s: float
    back_s: float | None
    up_s: float | None
    forward_s: float | None
    down_s: float | None

    @property
    def cadence_per_min(self) -> float:
        """Circles a minute at the mean period."""
        return 60.0 / self.period_s if self.period_s else inf

    @classmethod
    def of(cls, reps: Sequence[Rep]) -> Tempo | None:
        """Tempo of some reps, None of none.

        Examples
        --------
        >>> reps = [Rep(t, t + 3.0, "unknown", (), 20.0, 12.0, 1.0) for t in (0.0, 3.0)]
        >>> Tempo.of(reps).cadence_per_min
        20.0
        """
        if not reps:
            return None
        periods = [rep.duration_s for rep in reps]

        def mean_s(position: Position) -> float | None:
            times = [phase.duration_s for rep in reps for phase in rep.phases if phase.position == position]
            return fmean(times) if times else None

        return cls(
            period_s=fmean(periods),
            period_sd_s=stdev(periods) if len(periods) > 1 else 0.0,
            back_s=mean_s("back"),
            up_s=mean_s("up"),
            forward_s=mean_s("forward"),
            down_s=mean_s("down"),
        )
