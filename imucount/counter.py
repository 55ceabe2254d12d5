"""RepCounter: samples in, reps, sets and a session out."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from imucount.chain import Chain
from imucount.circles.chain import CircleChain
from imucount.circles.profile import Profile
from imucount.cyclic.taught import ExerciseProfile
from imucount.errors import CountingError, SampleError
from imucount.intake.check import CONSTANT_GYR
from imucount.intake.gravity import gravity_problem
from imucount.intake.rates import LOWEST_CYCLIC_RATE_HZ, LOWEST_RATE_HZ, rate_note, rate_problem
from imucount.intake.stamps import Stamps
from imucount.provenance import Provenance, version
from imucount.reps import Rep
from imucount.samples import FloatArray, Samples
from imucount.sets import LONGEST_BRIDGE_S, Exercise, Gap, RepSet, Session, Side, group_reps

__all__ = ["LOWEST_RATES_HZ", "Progress", "RepCounter"]

PIECE = 1 << 16
"""Samples taken at a time: so many that what each call costs is nothing beside them, in a few MB of memory."""

HEAD_S = 2.0
LONGEST_HEAD_S = 10.0
"""The rate and gravity are judged on the first samples of this length; of the longer one where a rate seems wrong,
since many packets may be lost as a link begins."""

LOWEST_RATES_HZ: dict[Exercise, float] = {
    "shoulder-circles": LOWEST_RATE_HZ,
    "cyclic": LOWEST_CYCLIC_RATE_HZ,
}
"""The exercises, with the rates below which they are not seen."""

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

    Raises
    ------
    CountingError
        If `side`, `min_reps` or `exercise` is none of these, or a profile is given for what has no direction.

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
        self._chain: Chain | None = None
        self._has_gyroscope: bool | None = None
        self._stamps = Stamps()
        self._first_gyr: FloatArray | None = None
        self._gyr_varies = False
        self._head: Samples | None = None
        self._interval_s: float | None = None
        self._first_s = 0.0
        self._last_s = 0.0
        self._n_samples = 0
        self._reps: list[Rep] = []
        self._gaps: list[Gap] = []
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
        return self._count(_samples(*self._stamps.update(samples.t, _columns(samples))))

    def _count(self, samples: Samples) -> list[Rep]:
        """Count on with samples whose times are known."""
        if len(samples) == 0:
            return []
        chain = self._chain or self._start(samples)
        self._judge(samples)
        if samples.gyr is not None and not self._gyr_varies:
            self._first_gyr = samples.gyr[0] if self._first_gyr is None else self._first_gyr
            self._gyr_varies = bool((samples.gyr != self._first_gyr).any())
        steps_s = np.diff(samples.t, prepend=self._last_s if self._n_samples else samples.t[0])
        self._n_samples += len(samples)
        self._last_s = float(samples.t[-1])

        reps: list[Rep] = []
        start = 0
        for cut in [*np.flatnonzero(steps_s > LONGEST_BRIDGE_S).tolist(), len(samples)]:
            for begin in range(start, cut, PIECE):
                end = min(begin + PIECE, cut)
                gyr = None if samples.gyr is None else samples.gyr[begin:end]
                reps += chain.update(samples.t[begin:end], _channels(samples.acc[begin:end], gyr))
            if cut < len(samples):
                reps += chain.end()
                self._gaps.append(Gap(float(samples.t[cut] - steps_s[cut]), float(samples.t[cut])))
                chain.begin(float(samples.t[cut]))
            start = cut
        self._reps += reps
        return reps

    def finish(self) -> Session:
        """Close the stream: decide on what was held back, and return the session.

        May be called again; samples may not follow.
        """
        if self._session is None:
            t, x = self._stamps.finish()
            if len(t):
                self._count(_samples(t, x))
            if self._head is not None and len(self._head) > 1:
                self._refuse(self._head)
            if self._chain is not None:
                self._reps += [*self._chain.end(), *self._chain.finish()]
            bridged_s = self._last_s - self._first_s - sum(gap.duration_s for gap in self._gaps)
            intervals = self._n_samples - 1 - len(self._gaps)
            self._session = Session(
                start_s=self._first_s,
                end_s=self._last_s,
                side=self.side,
                sampling_rate_hz=intervals / bridged_s if intervals > 0 else None,
                reps=tuple(self._reps),
                sets=self.sets,
                gaps=tuple(self._gaps),
                warnings=tuple(self._warnings(bridged_s)),
                exercise=self.exercise,
                provenance=Provenance(
                    version(),
                    settings={"min_reps": self.min_reps},
                    profile=None if self.profile is None else json.loads(self.profile.to_json()),
                ),
            )
        return self._session

    def __repr__(self) -> str:
        now = self.progress
        state = f"{now.pending} pending" if self._session is None else "finished"
        return f"<RepCounter of {self.exercise}, side {self.side or 'not told'}: {now.reps} reps, {state}>"

    @property
    def sets(self) -> tuple[RepSet, ...]:
        """The reps that are certain, grouped: the last set may go on."""
        return group_reps(self._reps, () if self._chain is None else self._chain.joined)

    @property
    def progress(self) -> Progress:
        """Where the counter stands."""
        if self._chain is None or self._session is not None:
            return Progress(len(self._reps), 0, None)
        return Progress(len(self._reps), self._chain.pending, self._chain.phase, self._chain.provisional)

    def _start(self, samples: Samples) -> Chain:
        self._first_s = float(samples.t[0])
        if self.exercise == "cyclic":
            from imucount.cyclic.chain import CyclicChain  # not needed to count circles

            taught = self.profile if isinstance(self.profile, ExerciseProfile) else None
            self._chain = CyclicChain(samples.has_gyroscope, self.min_reps, taught)
        else:
            sits = self.profile if isinstance(self.profile, Profile) else None
            self._chain = CircleChain(self.side, samples.has_gyroscope, self.min_reps, sits)
        self._head = samples[:0]
        self._chain.begin(self._first_s)
        return self._chain

    def _judge(self, samples: Samples) -> None:
        """Refuse a stream whose first seconds cannot be in SI units."""
        if self._head is None:
            return
        begin_s = float(self._head.t[0] if len(self._head) else samples.t[0])
        enough = int(np.searchsorted(samples.t, begin_s + LONGEST_HEAD_S)) + 3  # however the sum is rounded
        self._head = Samples.concatenate([self._head, samples[:enough]])
        for head_s in (HEAD_S, LONGEST_HEAD_S):
            if self._head.duration_s < head_s or len(self._head) <= 2:
                return
            n = max(int(np.searchsorted(self._head.t, self._head.t[0] + head_s)) + 1, 3)
            if self._rate_problem(self._head.t[:n]) is None:
                break
        self._refuse(self._head[:n])
        self._interval_s = self._stamps.interval_s
        self._head = None

    def _rate_problem(self, t: FloatArray) -> str | None:
        return rate_problem(t, lowest_hz=LOWEST_RATES_HZ[self.exercise])

    def _refuse(self, samples: Samples) -> None:
        problem = self._rate_problem(samples.t) or gravity_problem(samples.t, samples.acc)
        if problem:
            raise SampleError(problem)

    def _warnings(self, bridged_s: float) -> list[str]:
        warnings = [*self._stamps.notes, *rate_note(self._interval_s)]
        warnings += [] if self._chain is None else self._chain.warnings(self._reps)
        taught = self.profile.side if isinstance(self.profile, Profile) else None
        if taught is not None and taught != self.side:
            warnings.append(
                f"The profile was taught on the {taught} shoulder, and is used on the {self.side} one: the "
                "directions are those that it tells; teach another one if the clip was put on anew."
            )
        if self.exercise == "cyclic" and self._has_gyroscope and not self._gyr_varies:
            warnings.append(CONSTANT_GYR)  # with circles, more follows from it, which their chain tells
        if self._gaps:
            lost_s = sum(gap.duration_s for gap in self._gaps)
            noun = "reps" if self.exercise == "cyclic" else "circles"
            warnings.append(
                f"{len(self._gaps)} {'gap' if len(self._gaps) == 1 else 'gaps'} of {lost_s:.1f} s in all: "
                f"{noun} in them are not counted, and a set across one appears as two."
            )
        if self._interval_s is not None and bridged_s > 0.0:
            lost = 1.0 - self._n_samples * self._interval_s / (bridged_s + self._interval_s)
            if lost > NOTABLE_LOSS:
                warnings.append(f"{100 * lost:.0f} % of the samples were lost and have been bridged.")
        return warnings


def _columns(samples: Samples) -> FloatArray:
    """Copy the values into one array: what is held back must not change with the caller's."""
    return samples.acc.copy() if samples.gyr is None else np.concatenate([samples.acc, samples.gyr], axis=1)


def _samples(t: FloatArray, x: FloatArray) -> Samples:
    return Samples(t, x[:, :3], x[:, 3:] if x.shape[1] > 3 else None)


def _channels(acc: FloatArray, gyr: FloatArray | None) -> FloatArray:
    """Put six channels together, shape (6, n); those of a gyroscope that is not there are 0."""
    x = np.zeros((6, len(acc)))
    x[:3] = acc.T
    if gyr is not None:
        x[3:] = gyr.T
    return x
