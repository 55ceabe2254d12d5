"""Scene: all that a screen shows of somebody who exercises, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from imucount.coach.guide import CueKind, Stage
from imucount.form import Point
from imucount.programme.assessment import Verdict
from imucount.programme.plan import PlannedDirection
from imucount.sets import Side

__all__ = ["Beside", "Link", "Row", "Said", "Scene"]

Link = Literal["", "lost"]


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
class Beside:
    """Another clip, which counts along: its set, as far as it differs."""

    title: str
    count: int
    target: int | None
    n_wrong: int
    corrected: int
    link: Link


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a screen shows, at one moment.

    Attributes
    ----------
    title : str
        Which clip it is, where there are several.
    side : {"left", "right"} or None
        The shoulder that wears it; where it is not known, back and forward are not, either.
    is_led : bool
        Whether a programme is followed; where none is, nothing is asked for, and nothing corrected.
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
    rest_left_s : int or None
        In a rest, begun seconds that are left of it.
    rest_s : float or None
        All of that rest, s.
    phase : float or None
        Position in the present circle, 0 to 1 from the lowest point on.
    provisional : int
        Circles that have come round and are not certain yet.
    form : str
        What was said of the form of the last set; empty for nothing.
    trail, last_loop : tuple of (float, float)
        What the present circle has drawn so far, from its lowest point on, and the one before it: protraction and
        elevation, deg, both from where a circle begins. Empty where they are not known.
    now_s : float
        s on the clock of the samples.
    link : {"", "lost"}
    notice : str
        What the source had to say of late, or that holds; empty for nothing.
    set_up : tuple of str
        What to see to before the first circle.
    said : tuple of Said
        The latest cues.
    sets : tuple of Row
        All sets so far, and those that are left.
    beside : tuple of Beside
        Other clips.
    is_over : bool
        Whether nothing more comes.
    """

    title: str
    side: Side | None
    is_led: bool
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
    rest_left_s: int | None
    rest_s: float | None
    phase: float | None
    provisional: int
    form: str
    trail: tuple[Point, ...]
    last_loop: tuple[Point, ...]
    now_s: float
    link: Link
    notice: str
    set_up: tuple[str, ...]
    said: tuple[Said, ...]
    sets: tuple[Row, ...]
    beside: tuple[Beside, ...]
    is_over: bool
