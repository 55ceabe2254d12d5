"""RepCounter: samples in, reps, sets and a session out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imucount.axis_map import AXES_KEYS, AxisMap, axes_told
from imucount.chain import Chain
from imucount.circles.chain import CircleChain
from imucount.circles.profile import Profile
from imucount.cyclic.taught import ExerciseProfile
from imucount.errors import CountingError, SampleError
from imucount.intake.intake import LOWEST_RATES_HZ, Intake
from imucount.intake.zeroed import zeroed_verdict
from imucount.provenance import Provenance, version
from imucount.reps import Rep
from imucount.samples import FloatArray, Samples
from imucount.session import Session
from imucount.sets import Exercise, RepSet, Side, group_reps
from imucount.tally import Tally, without_direction
from imucount.units import PLAIN_UNITS

__all__ = ["Progress", "RepCounter"]

MOST_MISSED = 0.5
"""Without a gyroscope that contradicts, at least this share of what was counted with it must be found. Less is
found where it is the accelerometer that is wrong; then what was counted with both holds, but for the
directions."""

HELD = 4
"""So many circles wait at most for the axes to be known before they are told."""

NOTABLE_LOSS = 0.02
"""A lost share of samples above this is told."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a counter stands: for a display.

    Attributes
    ----------
    reps : int
        Reps that are certain.
    pending : int
        Reps seen but held back until the next one, or a rest, makes them certain.
    phase : float or None
        Position in the present circle, 0 to 1 from the lowest point on; None outside of a set, and where the
        exercise has no lowest point that could be known.
    provisional : int
        Reps that have come round but are not certain: for a number on a screen that goes first, and is marked as
        what it is. They are those pending and, within a set, the present circle once it is nearly down; some are
        taken back.
    """

    reps: int
    pending: int
    phase: float | None
    provisional: int = 0


class RepCounter:
    """Counts shoulder circles, or the reps of any exercise, in samples as they come, live or recorded.

    However a stream is cut into pieces, the session is the same to the bit. The counter has no clock: time is
    the samples' time.

    Parameters
    ----------
    side : {"left", "right"} or None
        The shoulder that wears the clip. Without it the direction is "unknown": a forward circle of the right
        shoulder turns a clip just as a backward one of the left.
    min_reps : int, default 2
        So many circles must resemble each other before they count; then the first ones are counted, too. With
        2 a single circle counts all the same if it is unmistakable. With 1 each circle counts as soon as it is
        complete, at the price of more false ones. Of exercise "cyclic" a set has at least two reps.
    exercise : {"shoulder-circles", "cyclic"}, default "shoulder-circles"
        "cyclic" counts whatever repeats itself, with a sensor anywhere and turned anyhow. Its reps have no
        direction, phases or range. They are held back until a rest shows that the set is over, since what a rep of
        it was shows best then: they become certain seven seconds into a rest, or after a minute and a half without
        one. Meanwhile `progress.pending` counts along, within two seconds of each.
    profile : Profile or ExerciseProfile, optional
        How the clip sits, as `imucount.teach` learned it from circles of known direction: it tells the direction
        in place of the side, also where the side is not known. With exercise "cyclic" one exercise, as
        `imucount.teach_reps` learned it from a few reps: nothing else counts then.
    gyr_axes, acc_axes : str, optional
        Which axis of the gyroscope, or of the accelerometer, each axis x, y, z is taken from, such as "y,-x,z":
        where a sensor's axes are not right-handed, or not the same for both.
    units : mapping of str to str, optional
        {"gyr": "rad/s"} and {"acc": "m/s^2"} say that the unit is known, whatever it looks like: then the samples
        are counted with a warning where they would be refused.
    keep_signals : bool, default False
        Whether to keep what the counter sees, for `session.signals`: some 10 MB an hour. What is counted is the
        same.

    Attributes
    ----------
    table_units : mapping of str to str
        The units that the samples had in the table they are from, where they are from one: for messages. To be set
        before the first samples.
    taken_axes : mapping of str to AxisMap
        From which axes of the sensor those of "acc" and "gyr" were taken before they came here: for messages, too.

    Notes
    -----
    Where accelerometer and gyroscope contradict each other, as with swapped axes, a gyroscope that is dead, or an
    accelerometer in earth axes, directions would be wrong. Then everything is counted without the gyroscope, or,
    with an accelerometer that was zeroed in its mount, with what was taken away from it, and all directions are
    "unknown". Circles are held back, up to four, until the axes are known, which usually takes the first one or
    two of a session; with `min_reps=1` they are not. What `finish` returns has the last word: of a sensor that
    shows its fault late, circles may have been told with a direction that the session does not keep.

    Raises
    ------
    CountingError
        If `side`, `min_reps`, `exercise`, `units` or axes are none of these, or a profile is given for what has no
        direction.

    Examples
    --------
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> samples = simulate([still, Circles(3, "backward"), still], seed=1).samples
    >>> counter = RepCounter(side="right")
    >>> for start in range(0, len(samples), 10):
    ...     for rep in counter.update(samples[start : start + 10]):
    ...         print(rep.direction)
    backward
    backward
    backward
    >>> len(counter.finish().reps)
    3
    """

    def __init__(
        self,
        side: Side | None = None,
        *,
        min_reps: int = 2,
        exercise: Exercise = "shoulder-circles",
        profile: Profile | ExerciseProfile | None = None,
        gyr_axes: str | None = None,
        acc_axes: str | None = None,
        units: Mapping[str, str] | None = None,
        keep_signals: bool = False,
    ) -> None:
        if side not in ("left", "right", None):
            raise CountingError(f'expected side "left", "right" or None, got {side!r}')
        if isinstance(min_reps, bool) or not isinstance(min_reps, int) or min_reps < 1:
            raise CountingError(f"expected min_reps to be a whole number of 1 or more, got {min_reps!r}")
        if exercise not in LOWEST_RATES_HZ:
            raise CountingError(f"expected exercise {' or '.join(map(repr, LOWEST_RATES_HZ))}, got {exercise!r}")
        if profile is not None and not isinstance(profile, Profile | ExerciseProfile):
            raise CountingError(
                f"expected a Profile or an ExerciseProfile, got {profile!r}; Profile.load reads one from its file"
            )
        if isinstance(profile, Profile) and exercise == "cyclic":
            raise CountingError(
                f'expected no Profile with exercise "{exercise}", whose reps have no direction; '
                "Profile.direction_of tells that of circles cut out of a recording, and imucount.teach_reps "
                "makes an ExerciseProfile"
            )
        if isinstance(profile, ExerciseProfile) and exercise != "cyclic":
            raise CountingError(
                f'expected no ExerciseProfile with exercise "{exercise}", got one; '
                'it is for exercise "cyclic", and imucount.teach makes a Profile of circles'
            )
        self.side: Side | None = side if side is not None or not isinstance(profile, Profile) else profile.side
        self.profile = profile
        self.min_reps = min_reps
        self.exercise: Exercise = exercise
        self._axes = axes_told({"gyr_axes": gyr_axes, "acc_axes": acc_axes})
        self._known = _known(units)
        self._keep_signals = keep_signals
        self.table_units: Mapping[str, str] = {}
        self.taken_axes: Mapping[str, AxisMap] = {}
        self._has_gyroscope: bool | None = None
        self._intake: Intake | None = None
        self._count: Tally | None = None
        self._bare: Tally | None = None
        self._told: list[Rep] = []
        self._n_told = 0
        self._told_until_s = -np.inf
        self._has_waited = False
        self._session: Session | None = None

    def update(self, samples: Samples) -> list[Rep]:
        """Take the next samples, return the reps that became certain.

        Parameters
        ----------
        samples : Samples
            Later than all before; of any number, none included.

        Raises
        ------
        SampleError
            If they do not continue the stream, or if its rate or unit cannot be right.
        CountingError
            After `finish`, or if they are not Samples.
        """
        if not isinstance(samples, Samples):
            raise CountingError(
                f"expected Samples, got {type(samples).__name__}; arrays make imucount.Samples(t, acc, gyr)"
            )
        if self._session is not None:
            raise CountingError(
                "expected no samples after finish(), got some; make a new RepCounter for a new session"
            )
        if len(samples) == 0:
            return []
        if self._has_gyroscope is None:
            self._has_gyroscope = samples.has_gyroscope
        if samples.has_gyroscope != self._has_gyroscope:
            before, now = ("with", "without") if self._has_gyroscope else ("without", "with")
            raise SampleError(
                f"expected samples {before} angular rate as before, got some {now}; do they come from one sensor?"
            )
        reps: list[Rep] = []
        intake = self._begun_intake()
        for piece in intake.update(samples):
            reps += self._tell(self._take(piece, intake), intake)
        return reps

    def _take(self, samples: Samples, intake: Intake) -> Tally:
        """Count on with samples that were heard."""
        if self._count is None:
            self._count = Tally(self._new_chain(samples.has_gyroscope), samples.has_gyroscope)
        self._count.take(samples)
        self._count_without_gyroscope(samples, intake)
        intake.let_go()
        return self._count

    def finish(self) -> Session:
        """Close the stream: decide on what was held back, and return the session.

        May be called again; samples may not follow.

        Raises
        ------
        SampleError
            If the stream was too short to be judged before, and its rate or unit cannot be right.
        """
        if self._session is None:
            intake = self._begun_intake()
            for piece in intake.finish():
                self._take(piece, intake)
            count = self._final_count(intake)
            self._session = Session(
                start_s=count.first_s,
                end_s=count.last_s,
                side=self.side,
                sampling_rate_hz=count.sampling_rate_hz,
                reps=tuple(count.reps),
                sets=count.sets,
                gaps=tuple(count.gaps),
                warnings=tuple(self._warnings(count, intake)),
                exercise=self.exercise,
                provenance=Provenance(
                    version(),
                    settings={"min_reps": self.min_reps}
                    | {AXES_KEYS[quantity]: axes.text for quantity, axes in self._axes.items()},
                    profile=None if self.profile is None else json.loads(self.profile.to_json()),
                ),
                signals=count.chain.signals(count.reps),
            )
        return self._session

    def __repr__(self) -> str:
        now = self.progress
        state = f"{now.pending} pending" if self._session is None else "finished"
        return f"<RepCounter of {self.exercise}, side {self.side or 'not told'}: {now.reps} reps, {state}>"

    @property
    def sets(self) -> tuple[RepSet, ...]:
        """The reps that are certain, grouped: the last set may go on."""
        if self._session is not None:
            return self._session.sets
        return () if self._count is None else group_reps(self._told, self._told_count(self._count).chain.joined)

    @property
    def progress(self) -> Progress:
        """Where the counter stands."""
        if self._session is not None:
            return Progress(len(self._session.reps), 0, None)
        if self._count is None:
            return Progress(0, 0, None)
        count = self._told_count(self._count)
        held = max(len(count.reps) - self._n_told, 0)
        chain = count.chain
        return Progress(self._n_told, chain.pending + held, chain.phase, chain.provisional + held)

    def _begun_intake(self) -> Intake:
        if self._intake is None:
            self._intake = Intake(
                self.exercise, self.table_units, known=self._known, axes=self._axes, taken=self.taken_axes
            )
        return self._intake

    def _new_chain(self, has_gyroscope: bool) -> Chain:
        if self.exercise == "cyclic":
            from imucount.cyclic.chain import CyclicChain  # not needed to count circles

            taught = self.profile if isinstance(self.profile, ExerciseProfile) else None
            return CyclicChain(has_gyroscope, self.min_reps, taught, self._keep_signals)
        sits = self.profile if isinstance(self.profile, Profile) else None
        return CircleChain(self.side, has_gyroscope, self.min_reps, sits, self._keep_signals)

    def _count_without_gyroscope(self, samples: Samples, intake: Intake) -> None:
        """Count beside, as soon as the gyroscope contradicts."""
        if not intake.is_listening:
            self._bare = None
        elif self._bare is not None:
            self._bare.take(samples)
        elif intake.tape and intake.axes.outcome == "contradicting":
            self._bare = self._from_tape(intake.tape)

    def _from_tape(self, tape: Sequence[Samples]) -> Tally:
        bare = Tally(self._new_chain(has_gyroscope=False), has_gyroscope=False)
        for samples in tape:
            bare.take(samples)
        return bare

    def _final_count(self, intake: Intake) -> Tally:
        """Close all counts, and return the one that holds."""
        count = self._count or Tally(self._new_chain(has_gyroscope=False), has_gyroscope=False)
        count.finish()
        if not self._is_doubted or self.exercise == "cyclic":
            return count
        added_m_s2 = intake.taken_away()
        if added_m_s2 is not None and intake.tape:
            return self._restored(intake.tape, added_m_s2)
        if not self._may_count_bare(count):
            return count
        if self._bare is None and intake.tape:
            self._bare = self._from_tape(intake.tape)
        if self._bare is not None:
            self._bare.finish()
            if len(self._bare.reps) >= MOST_MISSED * len(count.reps):
                return self._bare
        count.forget_directions()
        return count

    def _restored(self, tape: Sequence[Samples], added_m_s2: FloatArray) -> Tally:
        """Count with what was taken away from the acceleration, where that is all that contradicts."""
        count = Tally(self._new_chain(has_gyroscope=True), has_gyroscope=True, added_m_s2=added_m_s2)
        for samples in tape:
            count.take(samples)
        count.finish()
        count.forget_directions()
        return count

    def _told_count(self, count: Tally) -> Tally:
        """Return the count that holds as far as is known."""
        if self._bare is not None and self._is_doubted and self._may_count_bare(count):
            return self._bare
        return count

    def _may_count_bare(self, count: Tally) -> bool:
        """Whether what is counted without the gyroscope may hold: swinging arms look like a contradiction, too."""
        return self._intake is not None and (self._intake.axes.is_explained or bool(count.reps))

    def _tell(self, count: Tally, intake: Intake) -> list[Rep]:
        """Return the reps that were not told, but for those whose direction waits for the axes to be known."""
        told_count = self._told_count(count)
        n_waiting = len(told_count.reps) - self._n_told
        if (
            intake.tape is not None
            and intake.axes.outcome == "open"
            and self._tells_directions
            and self.min_reps > 1
            and not self._has_waited
        ):
            if n_waiting <= HELD:
                return []
            self._has_waited = True
        told = (
            [rep for rep in told_count.reps[-n_waiting:] if rep.start_s >= self._told_until_s]
            if n_waiting > 0
            else []
        )
        if told_count is count and self._is_doubted:
            told = [without_direction(rep) for rep in told]
        self._n_told = max(self._n_told, len(told_count.reps))
        if told:
            self._told_until_s = told[-1].end_s
        self._told += told
        return told

    @property
    def _is_doubted(self) -> bool:
        """Whether what the gyroscope tells of directions is not believed."""
        intake = self._intake
        return intake is not None and intake.axes.outcome == "contradicting" and self.profile is None

    @property
    def _tells_directions(self) -> bool:
        return self.side is not None and self.profile is None

    def _warnings(self, count: Tally, intake: Intake) -> list[str]:
        warnings = [*intake.warnings]
        if not count.reps and intake.unit_is_open:
            unit = self.table_units.get("gyr", PLAIN_UNITS["gyr"])
            warnings.append(
                "Nothing was counted, and there was too little movement to tell whether the angular rate is in "
                f"{unit}: make two circles more."
            )
        warnings += self._warnings_of_axes(count, intake)
        # Where the axes contradict, that is why directions are unknown, and not what the chain knows of.
        warnings += count.chain.warnings([] if self._is_doubted else count.reps)
        taught = self.profile.side if isinstance(self.profile, Profile) else None
        if taught is not None and taught != self.side:
            warnings.append(
                f"The profile was taught on the {taught} shoulder, and is used on the {self.side} one: the "
                "directions are those that it tells; teach another one if the clip was put on anew."
            )
        cuts = count.cuts
        if cuts:
            lost_s = sum(gap.duration_s for gap in cuts)
            noun = "reps" if self.exercise == "cyclic" else "circles"
            warnings.append(
                f"{len(cuts)} {'gap' if len(cuts) == 1 else 'gaps'} of {lost_s:.1f} s in all: "
                f"{noun} in them are not counted, and a set across one appears as two."
            )
        interval_s = intake.interval_s
        if interval_s is not None and count.bridged_s > 0.0:
            lost = 1.0 - count.n_samples * interval_s / (count.bridged_s + interval_s)
            if lost > NOTABLE_LOSS:
                warnings.append(f"{100 * lost:.0f} % of the samples were lost and have been bridged.")
        return warnings

    def _warnings_of_axes(self, count: Tally, intake: Intake) -> list[str]:
        """Say what follows from axes that contradict each other, or from a gyroscope that is not there."""
        if count.added_m_s2 is not None:
            follows = "circles were counted so, and their direction is unknown"
            return [zeroed_verdict(count.added_m_s2).sentences(follows)]
        if intake.axes.outcome == "contradicting":
            if self.exercise == "cyclic":
                follows = "each sensor was counted on for itself, which this does not disturb"
            elif self.profile is not None:
                follows = "directions are those that the profile tells"
            elif not count.reps:
                follows = "no circle was seen"
            elif count is self._bare:
                follows = "circles were counted without the gyroscope, and their direction is unknown"
            else:
                follows = "the direction of the circles is unknown"
            return [intake.axes.sentences(follows)]
        if count.n_samples and not count.has_gyroscope and self.exercise == "shoulder-circles":
            return [
                "The sensor has no gyroscope, so the direction of the circles is unknown, and shrugs, lifted arms "
                "and whatever else tilts the clip to and fro as slowly cannot be told from circles."
            ]
        return []


def _known(units: Mapping[str, str] | None) -> frozenset[str]:
    """Quantities of which a person says that they are in SI units."""
    for quantity, unit in (units or {}).items():
        if quantity not in ("acc", "gyr") or unit != PLAIN_UNITS[quantity]:
            raise CountingError(
                f'expected units of samples as {{"gyr": "rad/s"}} or {{"acc": "m/s^2"}}, got {quantity!r}: '
                f"{unit!r}; samples are in SI units, and a table's own units are told where it is read"
            )
    return frozenset(units or {})
