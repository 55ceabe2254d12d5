"""RepSet and Session: reps grouped by direction and rest, and how they leave the library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from imucount.reps import Direction, Phase, Position, Rep, Tempo

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Exercise", "Gap", "RepSet", "Session", "Side", "group_reps"]

Side = Literal["left", "right"]
Exercise = Literal["shoulder-circles", "cyclic"]

SCHEMA_VERSION = 1

LONGEST_BRIDGE_S = 2.0
"""A stretch without samples up to this, s, is bridged: less than half of a usual circle is missing then. At a
longer one, a gap, counting begins anew, with nothing known but what was counted."""

UNSURE = 0.05
"""Share of sessions of which fewer reps than `Session.sure_reps` are right."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples.

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


@dataclass(frozen=True, slots=True)
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
    def tempo(self) -> Tempo:
        """Tempo of its reps."""
        tempo = Tempo.of(self.reps)
        assert tempo is not None  # a set has at least one rep
        return tempo


@dataclass(frozen=True, slots=True)
class Session:
    """What a counter made of a stream: reps, sets, and what there is to know about them.

    Attributes
    ----------
    start_s, end_s : float
        Times of the first and the last sample, s.
    side : {"left", "right"} or None
        The shoulder that wears the clip, as it was told.
    sampling_rate_hz : float or None
        Effective rate of the samples outside of gaps, Hz; None for fewer than two samples.
    reps : tuple of Rep
        In order of time.
    sets : tuple of RepSet
        The same reps, grouped.
    gaps : tuple of Gap
        Stretches without samples that were too long to bridge.
    warnings : tuple of str
        What a reader of the figures should know, a sentence each.
    exercise : {"shoulder-circles", "cyclic"}
        What was counted; "cyclic" is whatever repeats itself.
    """

    start_s: float
    end_s: float
    side: Side | None
    sampling_rate_hz: float | None
    reps: tuple[Rep, ...]
    sets: tuple[RepSet, ...]
    gaps: tuple[Gap, ...]
    warnings: tuple[str, ...]
    exercise: Exercise = "shoulder-circles"

    @property
    def duration_s(self) -> float:
        """Length of the stream, s."""
        return self.end_s - self.start_s

    @property
    def tempo(self) -> Tempo | None:
        """Tempo of all its reps; None without any."""
        return Tempo.of(self.reps)

    @property
    def sure_reps(self) -> int:
        """At least so many of its reps are right, in 19 sessions of 20.

        It follows from the confidences of the reps, taken as independent chances to be right. Reps that were
        missed are not in it.

        This was found to hold for exercise "cyclic", on real recordings. For shoulder circles it is a guide at
        best: their confidence says how much a movement is like a circle, and was only held against the virtual
        shoulder. There each of 3910 circles counted in exercises was one, more than it promises; but of 26 that
        were seen in fidgeting, none of them right, more than half had a confidence of 0.98 and more.

        Examples
        --------
        >>> reps = tuple(Rep(t, t + 3.0, "unknown", (), None, None, 0.9) for t in range(0, 60, 3))
        >>> Session(0.0, 60.0, None, 50.0, reps, group_reps(reps), (), ()).sure_reps
        16
        """
        chances = np.zeros(len(self.reps) + 1)  # of 0, 1, 2 ... right ones
        chances[0] = 1.0
        for n, rep in enumerate(self.reps, start=1):
            right = chances[:n] * rep.confidence
            chances[:n] -= right
            chances[1 : n + 1] += right
        return int(np.argmax(np.cumsum(chances) > UNSURE))

    def total(self, direction: Direction) -> int:
        """Reps of one direction.

        Raises
        ------
        ValueError
            If there is no such direction.
        """
        if direction not in get_args(Direction):
            raise ValueError(f'expected the direction "forward", "backward" or "unknown", got {direction!r}')
        return sum(rep.direction == direction for rep in self.reps)

    def to_frame(self) -> pd.DataFrame:
        """One row a rep, as a pandas DataFrame with the index `rep`, from 1.

        Columns: set, direction, start_s, end_s, duration_s, back_s, up_s, forward_s, down_s,
        elevation_deg, protraction_deg, confidence. What is not known is NaN.
        """
        import pandas as pd  # slow to import, and not needed to count samples

        rows = [
            [
                *(number, rep.direction, rep.start_s, rep.end_s, rep.duration_s),
                *(_phase_s(rep, position) for position in ("back", "up", "forward", "down")),
                *(rep.elevation_deg, rep.protraction_deg, rep.confidence),
            ]
            for number, rep_set in enumerate(self.sets, start=1)
            for rep in rep_set.reps
        ]
        columns = [
            *("set", "direction", "start_s", "end_s", "duration_s"),
            *("back_s", "up_s", "forward_s", "down_s"),
            *("elevation_deg", "protraction_deg", "confidence"),
        ]
        frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="rep"), columns=columns)
        return frame.astype(dict.fromkeys(columns[2:], float) | {"set": int, "direction": str})

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write `to_frame()` to a CSV file."""
        self.to_frame().to_csv(path)

    def to_json(self) -> str:
        """Everything in the session as JSON text, from which `from_json` makes an equal session."""
        document: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "start_s": self.start_s,
            "end_s": self.end_s,
            "exercise": self.exercise,
            "side": self.side,
            "sampling_rate_hz": self.sampling_rate_hz,
            "warnings": list(self.warnings),
            "sure_reps": self.sure_reps,
            "gaps": [asdict(gap) for gap in self.gaps],
            "sets": [
                {
                    "direction": rep_set.direction,
                    "rest_before_s": rep_set.rest_before_s,
                    "tempo": {"cadence_per_min": rep_set.tempo.cadence_per_min} | asdict(rep_set.tempo),
                    "reps": [asdict(rep) for rep in rep_set.reps],
                }
                for rep_set in self.sets
            ],
        }
        return json.dumps(document, indent=2, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Session:
        """Read back what `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not JSON, or of a schema version that this release does not know.
        """
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
            raise ValueError(
                f"expected a session of schema version {SCHEMA_VERSION}, got "
                f"{document.get('schema_version') if isinstance(document, dict) else type(document).__name__}; "
                "was it written by another release of imucount?"
            )
        sets = tuple(
            RepSet(
                tuple(
                    Rep(**{**rep, "phases": tuple(Phase(**phase) for phase in rep["phases"])})
                    for rep in each["reps"]
                ),
                each["rest_before_s"],
            )
            for each in document["sets"]
        )
        return cls(
            start_s=document["start_s"],
            end_s=document["end_s"],
            side=document["side"],
            sampling_rate_hz=document["sampling_rate_hz"],
            reps=tuple(rep for rep_set in sets for rep in rep_set.reps),
            sets=sets,
            gaps=tuple(Gap(**gap) for gap in document["gaps"]),
            warnings=tuple(document["warnings"]),
            exercise=document.get("exercise", "shoulder-circles"),
        )


def _phase_s(rep: Rep, position: Position) -> float | None:
    return next((phase.duration_s for phase in rep.phases if phase.position == position), None)


REST_S = 3.0
REST_PERIODS = 1.1
"""A set ends with a pause longer than both: 3 s is a rest, and at a slow tempo one circle missed is not."""


def group_reps(reps: Sequence[Rep]) -> tuple[RepSet, ...]:
    """Group reps into sets: a rest or another direction begins a new one.

    Parameters
    ----------
    reps : sequence of Rep
        In order of time.

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
        if last is not None and rep.direction == last.direction:
            longest_s = max(REST_S, REST_PERIODS * (last.duration_s + rep.duration_s) / 2)
            if rep.start_s - last.end_s <= longest_s:
                groups[-1].append(rep)
                continue
        groups.append([rep])
    return tuple(
        RepSet(tuple(group), group[0].start_s - groups[number - 1][-1].end_s if number else None)
        for number, group in enumerate(groups)
    )
