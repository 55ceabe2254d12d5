"""CircleSignals and CyclicSignals: what a counter saw, to look at before its count is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from imucount.samples import FloatArray

__all__ = ["CircleSignals", "CyclicSignals", "SeenLoop", "SeenSet", "SetVerdict", "Signals", "Verdict"]

Verdict = Literal[
    "counted",
    "beside",
    "small",
    "narrow",
    "flat",
    "unlike",
    "few",
    "alone",
    "elsewhere",
    "turned back",
    "given up",
    "doubtful",
    "upside down",
]

SetVerdict = Literal["counted", "unlike", "few", "several in one", "smaller", "another"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeenLoop:
    """One loop in the shoulder plane, and why it was counted or was not.

    Attributes
    ----------
    start_s, end_s : float
        s, on the recording's clock; those of the rep where it was counted.
    verdict : str
        "counted": it counts, with others or alone. "beside": it counts as it goes on from a circle and has its
        shape. All other words say why it does not count:

        - "small", "narrow", "flat": too little elevation, by itself or over its set, of which
          `elevation_needed_deg` is the least; hardly any protraction, of which `protraction_needed_deg` is; or
          hardly any area between them, of which `roundness_needed` tells the least;
        - "unlike": too unlike a shoulder's circle, by itself and with what is like it before: `score` is
          less than `score_needed`;
        - "few": it and what is like it are fewer than `min_reps`: `alike` is less than `alike_needed`;
        - "alone": no other is like it, and it does not end where it began, by more than `closure_most`, or does
          not begin where the shoulder rested: that was at `rest_height`, 0 at its low points and 1 at its top, and
          by `rest_height_most` at most it may be off;
        - "elsewhere": its set is low far from where the shoulder rested before, `far_from_rest` as a share of its
          elevation, of which `far_from_rest_most` is the most;
        - "doubtful": of loops that are drawn like it, the share `chance` are circles, less than `chance_needed`;
        - "upside down": its high point is low, by the force on the way and by where the shoulder rested before:
          `upward_evidence` is less than `upward_evidence_needed`;
        - "turned back", "given up": it goes round the other way than the one before, or is much flatter than those
          of its set, below `roundness_needed`, or does not come down on the far side as they do: who gives a
          circle up draws such a loop on the way back.
    numbers : mapping of str to float
        `duration_s`; the ranges `elevation_deg` and `protraction_deg` (with a gyroscope), peak to peak;
        `roundness`, 1 for an ellipse, 0 for a line; `closure` and `protraction_closure`, the distance between both
        ends as a share of these ranges; `fullest_quarter`, the largest share of time in one quarter, 0.25 at best;
        `rise_share`, the time to the top; `lever_m`, the length of the lever by which the elevation explains the
        force; `force_rms` and `unexplained_rms`, the force's variation and what of it does not go with the
        elevation, m/s². Of loops that got so far `score`, the log odds for circles of it and of what is like it
        before it, about; `alike`, how many these are; and what was needed. Of these together `set_elevation_deg`;
        `set_shape`, protraction over elevation; `set_lever_m` and `set_forward_lever_m`, the levers of both;
        `set_from_above`, the area of the way as seen from above over that from the side. `upward_evidence` is the
        log odds that its high point is high.
    against : mapping of str to float
        Where a score or a chance decided, "unlike" or "doubtful": what each trait took off it, in log odds. The
        names are those of its number.
    t_s, phase, elevation_deg, protraction_deg : (n,) arrays
        Of its samples on the engine's grid of 25 Hz: time, s; phase, 0 to 1 as in `CircleSignals`; both angles,
        deg, 0 where it begins, what it fails to close taken off. Protraction is NaN without a gyroscope.
    """

    start_s: float
    end_s: float
    verdict: Verdict
    numbers: Mapping[str, float]
    against: Mapping[str, float]
    t_s: FloatArray
    phase: FloatArray
    elevation_deg: FloatArray
    protraction_deg: FloatArray

    def __repr__(self) -> str:
        return f"<SeenLoop {self.verdict}, {self.start_s:.1f} to {self.end_s:.1f} s>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CircleSignals:
    """What a counter of shoulder circles saw, on its even grid of 25 Hz.

    Attributes
    ----------
    t_s : (n,) array, s
        On the recording's clock. It jumps where a gap is.
    elevation_deg : (n,) array
        How far the shoulder, as the clip shows it, is above its mean height, deg. The axis of elevation is that of
        the circle next in time. Where none was counted between two gaps it is the axis of what was most like one,
        and whether up is up is not known.
    protraction_deg : (n,) array
        How far it has turned forward, deg, from where the present circle began and ended. Between circles what
        turns more slowly than 0.02 Hz is taken off: the gyroscope's drift, and turns of the wearer. Where the side
        is not known it is the turn to the left. NaN without a gyroscope.
    phase : (n,) array
        Position in the present circle: 0 at the low point where it begins, 0.25 at its first side, 0.5 at the top,
        0.75 at its second side; even in time in between. NaN outside of circles.
    up : (n, 3) array
        Attitude of the level against which this is measured: the unit vector up, sensor frame. It changes where
        the clip, or the posture, came into another attitude.
    loops : tuple of SeenLoop
        Those of the reps, in their order.
    rejected : tuple of SeenLoop
        Those that were not counted, in order of time: at any time the one that was most like a circle.
    """

    t_s: FloatArray
    elevation_deg: FloatArray
    protraction_deg: FloatArray
    phase: FloatArray
    up: FloatArray
    loops: tuple[SeenLoop, ...]
    rejected: tuple[SeenLoop, ...]

    def __repr__(self) -> str:
        return (
            f"<CircleSignals: {len(self.t_s)} samples, {len(self.loops)} loops counted, {len(self.rejected)} not>"
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeenSet:
    """Cycles in a row that are like each other, and why they were counted as reps or were not.

    Attributes
    ----------
    start_s, end_s : float
        s, on the recording's clock.
    verdict : str
        "counted", or why not:

        - "unlike": they are less like each other than so many cycles of an exercise are: `likeness` is less than
          `likeness_needed`, or there are but two;
        - "few": they are fewer than `min_reps`;
        - "several in one": shorter cycles, several in one of these, are as like each other;
        - "smaller": a movement of more than five times the size is right beside them: they lead to it or come from
          it;
        - "another": they are not the exercise that was taught.
    numbers : mapping of str to float
        `cycles`, how many there are; `length_s`, their usual length; `likeness`, the mean of theirs;
        `likeness_needed`, that which so many would need where nothing else shows the movement.
    template : (6, 12) array
        What they look like: mean acceleration, m/s², and angular rate, rad/s, over twelfths of a cycle.
    edges_s : (k, 2) array
        Start and end of each cycle, s.
    likeness : (k,) array
        How like each is to the others: 1 if they are the same, 0 if they have nothing in common.
    """

    start_s: float
    end_s: float
    verdict: SetVerdict
    numbers: Mapping[str, float]
    template: FloatArray
    edges_s: FloatArray
    likeness: FloatArray

    def __repr__(self) -> str:
        cycles = f"{len(self.likeness)} cycles"
        return f"<SeenSet of {cycles} {self.verdict}, {self.start_s:.1f} to {self.end_s:.1f} s>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CyclicSignals:
    """What a counter of any exercise compared, on its even grid of 25 Hz, and what it found.

    Attributes
    ----------
    t_s : (n,) array, s
        On the recording's clock. It jumps where a gap is.
    acc : (n, 3) array
        Acceleration with gravity, m/s², sensor frame: what was compared.
    gyr : (n, 3) array
        Angular rate, rad/s, which was compared as well; NaN without a gyroscope.
    phase : (n,) array
        Position in the present rep, 0 to 1, even in time; NaN outside of reps.
    sets : tuple of SeenSet
        Those of the reps, in order of time. A set that goes on for more than a minute is decided on in parts, each
        of which is one here.
    rejected : tuple of SeenSet
        Those that were not counted, in order of time: at any time the one that had most for it.
    """

    t_s: FloatArray
    acc: FloatArray
    gyr: FloatArray
    phase: FloatArray
    sets: tuple[SeenSet, ...]
    rejected: tuple[SeenSet, ...]

    def __repr__(self) -> str:
        return f"<CyclicSignals: {len(self.t_s)} samples, {len(self.sets)} sets counted, {len(self.rejected)} not>"


Signals = CircleSignals | CyclicSignals
