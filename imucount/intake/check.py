"""SignalCheck: the one judge of a signal as it comes in, for whoever counts it, reads it or looks at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from imucount.axis_map import AxisMap
from imucount.errors import SampleError
from imucount.intake.axes import AxesVerdict, judge_axes
from imucount.intake.columns import DeadColumns, gravity_in_gyroscope, two_sensors
from imucount.intake.gravity import gravity_problem
from imucount.intake.gyroscope import gyroscope_problem, is_judged
from imucount.intake.rates import LOWEST_RATE_HZ, rate_problem, typical_step
from imucount.intake.turning import Turning, TurningSums
from imucount.intake.values import ImpossibleValues
from imucount.samples import Samples
from imucount.sets import LONGEST_BRIDGE_S

__all__ = ["HEAD_S", "SignalCheck"]

HEAD_S = 2.0
LONGEST_HEAD_S = 10.0
"""The rate and gravity are judged on the first samples of this length, s; of the longer one where a rate seems
wrong, since many packets may be lost as a link begins."""

OFTEN = 2.0
"""By what factor more must have been seen before axes are judged once more."""

LISTENED_S = 0.5
LONGEST_LISTENED_S = 60.0
"""At least so much, s, is listened to at a time, and at most so much: after that the axes are mostly known."""

SAME_THROUGHOUT = (
    "expected a signal that changes, got the same values in every sample; is the sensor stuck, "
    "or were the values filled in?"
)

SETTLED_SEEN = 100.0
"""`TurningSums.seen` of some 6 usual circles: axes that are sound by then are not asked about any more."""


class SignalCheck:
    """Hears what a signal says of itself.

    It leaves out values that no sensor has, and refuses a signal whose rate, gravity or unit cannot be right. Of
    axes that contradict each other it tells, since there is something to count all the same. The outcome does not
    depend on how the stream is cut.

    Parameters
    ----------
    units : mapping of str to str, optional
        The units in the table that the samples are from, for the messages; the samples themselves are in SI.
    known : collection of str, optional
        Quantities of which a person knows the unit, "acc" or "gyr": what looks wrong is told, and not refused.
    lowest_rate_hz : float, optional
        Fewer samples a second are refused.
    of_shoulder : bool, default True
        Whether a shoulder moves; other limbs swing so that their linear acceleration explains more.
    taken : mapping of str to AxisMap, optional
        From which axes of the sensor those of the samples were taken already: what is advised is of the sensor's.
    """

    def __init__(
        self,
        units: Mapping[str, str] | None = None,
        *,
        known: Collection[str] = (),
        lowest_rate_hz: float = LOWEST_RATE_HZ,
        of_shoulder: bool = True,
        taken: Mapping[str, AxisMap] | None = None,
    ) -> None:
        self._units = units or {}
        self._known = known
        self._lowest_rate_hz = lowest_rate_hz
        self._values = ImpossibleValues(self._units, known)
        self._columns = DeadColumns()
        self._turning: Turning | None = Turning()
        self._head: Samples | None = None
        self._waiting: list[Samples] = []
        self._is_begun = self._is_headed = False
        self._last_s = 0.0
        self._interval_s: float | None = None
        self._doubts: list[str] = []
        self._verdict = AxesVerdict("open")
        self._sums: TurningSums | None = None
        self._judged_seen = 0.0
        self._unit_is_doubted = False
        self._of_shoulder = of_shoulder
        self._taken = taken or {}

    @property
    def interval_s(self) -> float | None:
        """Time between samples where none is lost, s; None until enough of the stream was seen."""
        return self._interval_s

    @property
    def axes(self) -> AxesVerdict:
        """What is known so far of the axes of accelerometer and gyroscope."""
        return self._verdict

    @property
    def is_listening(self) -> bool:
        """Whether what is known of the axes may still change."""
        return self._turning is not None

    @property
    def gyr_is_constant(self) -> bool:
        """Whether there is angular rate, the same in every sample so far."""
        return self._columns.gyr_is_constant

    @property
    def unit_is_open(self) -> bool:
        """Whether something moved, but too shortly to tell by it whether the angular rate is in its unit."""
        is_known = "gyr" in self._known or is_judged(self._sums)
        return self._has_gyroscope and self._columns.has_moved and not is_known

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, a sentence each; complete after `finish`."""
        return (*self._values.warnings, *self._doubts)

    def update(self, samples: Samples) -> Samples:
        """Take the next samples of the stream, return those with values that can be.

        Raises
        ------
        SampleError
            As soon as the signal is known to be none of a worn sensor.
        """
        if not self._is_headed and len(samples):
            self._take_head(samples)  # with what is impossible: it tells the unit
        samples = self._values.update(samples)
        if not len(samples):
            return samples
        self._waiting.append(samples)
        if samples.t[-1] - self._waiting[0].t[0] >= LISTENED_S:
            self._hear_waiting()
        return samples

    def finish(self) -> None:
        """Close the stream: judge by all that was seen.

        Raises
        ------
        SampleError
            If the signal as a whole is none of a worn sensor.
        """
        self._hear_waiting()
        if not self._is_headed and self._head is not None and len(self._head) > 1:
            step_s = typical_step(np.diff(self._head.t))
            self._judge_head(self._head, step_s, self._rate_problem(self._head, step_s))
        if self._columns.acc_is_constant and self._interval_s is not None:
            if self._columns.gyr_is_constant or not self._has_gyroscope:
                raise SampleError(SAME_THROUGHOUT)
            self._doubts.append("The acceleration is the same in every sample; is the accelerometer stuck?")
        self._judge_axes(None)

    @property
    def _has_gyroscope(self) -> bool:
        return self._head is not None and self._head.has_gyroscope

    def _take_head(self, samples: Samples) -> None:
        head = samples[:0] if self._head is None else self._head
        begin_s = float(head.t[0] if len(head) else samples.t[0])
        enough = int(np.searchsorted(samples.t, begin_s + LONGEST_HEAD_S)) + 3  # however the sum is rounded
        self._head = Samples.concatenate([head, samples[:enough]])
        for head_s in (HEAD_S, LONGEST_HEAD_S):
            if self._head.duration_s < head_s or len(self._head) <= 2:
                return
            n = max(int(np.searchsorted(self._head.t, self._head.t[0] + head_s)) + 1, 3)
            head = self._head[:n]
            step_s = typical_step(np.diff(head.t))
            problem = self._rate_problem(head, step_s)
            if problem is None:
                break
        self._judge_head(head, step_s, problem)

    def _rate_problem(self, head: Samples, step_s: float) -> str | None:
        return rate_problem(head.t, step_s, self._units.get("t"), self._lowest_rate_hz)

    def _judge_head(self, head: Samples, step_s: float, of_rate: str | None) -> None:
        if of_rate is not None:
            raise SampleError(of_rate)
        problem = gravity_problem(head.acc, step_s, self._units.get("acc"))
        if problem is not None and bool((head.acc == head.acc[0]).all()) and "acc" not in self._known:
            raise SampleError(SAME_THROUGHOUT)
        self._refuse("acc", problem)
        problem = two_sensors(head.acc)
        if problem is not None:
            raise SampleError(problem)
        if head.gyr is not None:
            self._refuse("gyr", gravity_in_gyroscope(head.acc, head.gyr, self._units.get("gyr")))
        self._interval_s = step_s
        self._is_headed = True
        self._head = head[:1]

    def _hear_waiting(self) -> None:
        """Listen to what has come since the last time: small packets are put together, which costs less."""
        if not self._waiting:
            return
        samples = self._waiting[0] if len(self._waiting) == 1 else Samples.concatenate(self._waiting)
        self._waiting = []
        self._columns.update(samples)
        if self._turning is not None:
            self._listen(self._turning, samples)

    def _listen(self, turning: Turning, samples: Samples) -> None:
        if samples.gyr is None:
            self._turning = None
            return
        steps_s = np.diff(samples.t, prepend=self._last_s if self._is_begun else samples.t[0])
        self._is_begun, self._last_s = True, float(samples.t[-1])
        start = 0
        for cut in [*np.flatnonzero(steps_s > LONGEST_BRIDGE_S).tolist(), len(samples)]:
            while start < cut:
                last_s = samples.t[start] + LONGEST_LISTENED_S
                end = min(max(int(np.searchsorted(samples.t, last_s)), start + 1), cut)
                for sums in turning.update(samples[start:end]):
                    self._sums = sums
                    self._judge_unit(sums)
                    if sums.seen > self._judged_seen * OFTEN:
                        self._judged_seen = sums.seen
                        self._judge_axes(sums.end_s)
                        if self._turning is None:
                            return
                start = end
            if cut < len(samples):
                turning.restart()

    def _judge_unit(self, sums: TurningSums) -> None:
        if self._unit_is_doubted:
            return
        problem = gyroscope_problem(sums, self._units.get("gyr"))
        self._unit_is_doubted = problem is not None
        self._refuse("gyr", problem)

    def _judge_axes(self, now_s: float | None) -> None:
        """Judge once more by what was seen up to now, or, with None, by all."""
        is_all = now_s is None
        dead = self._columns.dead() if now_s is None else self._columns.dead(now_s)
        if self._columns.gyr_is_constant and (is_all or dead is not None):
            seen = "The angular rate is the same in every sample"
            self._verdict = AxesVerdict("contradicting", seen, "Was the gyroscope switched off?", True)
        elif dead is not None:
            self._verdict = AxesVerdict("contradicting", dead, "Is the sensor, or what read it, broken?", True)
        elif self._sums is not None and self._turning is not None and not self._unit_is_doubted:
            self._verdict = judge_axes(self._sums, is_all=is_all, of_shoulder=self._of_shoulder, taken=self._taken)
        is_known = self._verdict.outcome == "sound" and self._judged_seen > SETTLED_SEEN
        if is_all or is_known:
            self._turning = None

    def _refuse(self, quantity: str, problem: str | None) -> None:
        """Refuse what looks wrong, or tell it of what a person knows better."""
        if problem is None:
            return
        if quantity not in self._known:
            raise SampleError(problem)
        self._doubts.append(f"Counted in the unit that was told, all the same: {problem}.")
