"""Intake: all that samples go through before they are counted, live, of a recording, or to be looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from imucount.axis_map import AxisMap, mapped
from imucount.intake.axes import AxesVerdict
from imucount.intake.check import SignalCheck
from imucount.intake.rates import LOWEST_CYCLIC_RATE_HZ, LOWEST_RATE_HZ, rate_note
from imucount.intake.spikes import Spikes
from imucount.intake.stamps import Stamps
from imucount.intake.zeroed import taken_away, zeroed_verdict
from imucount.samples import FloatArray, Samples
from imucount.sets import Exercise

__all__ = ["LOWEST_RATES_HZ", "Intake"]

KEPT_S = 1800.0
"""As long, s, samples are kept to be counted anew without a gyroscope that contradicts the accelerometer. Usually
its axes are known to be sound after some 20 circles, and nothing is kept from then on."""

LOWEST_RATES_HZ: dict[Exercise, float] = {
    "shoulder-circles": LOWEST_RATE_HZ,
    "cyclic": LOWEST_CYCLIC_RATE_HZ,
}
"""The exercises, with the rates below which they are not seen."""


class Intake:
    """Puts samples in order of time, gives their axes the places that were told, and hears what they say.

    Parameters
    ----------
    exercise : {"shoulder-circles", "cyclic"}
        What moves.
    units : mapping of str to str, optional
        The units in the table that the samples are from, for the messages; the samples themselves are in SI.
    known : collection of str, optional
        Quantities of which a person knows the unit, "acc" or "gyr": what looks wrong is told, and not refused.
    axes : mapping of str to AxisMap, optional
        From which axes those of "acc" and "gyr" are taken here.
    taken : mapping of str to AxisMap, optional
        From which they were taken already: what is advised is of the sensor's.
    lowest_rate_hz : float, optional
        Fewer samples a second are refused; by default than the exercise needs.

    Attributes
    ----------
    tape : list of Samples or None
        All that came, as long as it may be needed to count anew.
    """

    def __init__(
        self,
        exercise: Exercise,
        units: Mapping[str, str] | None = None,
        *,
        known: Collection[str] = (),
        axes: Mapping[str, AxisMap] | None = None,
        taken: Mapping[str, AxisMap] | None = None,
        lowest_rate_hz: float | None = None,
    ) -> None:
        is_shoulder = exercise == "shoulder-circles"
        self._axes, before = dict(axes or {}), dict(taken or {})
        self._stamps = Stamps()
        self._spikes = Spikes() if is_shoulder else None
        self._check = SignalCheck(
            units,
            known=known,
            lowest_rate_hz=LOWEST_RATES_HZ[exercise] if lowest_rate_hz is None else lowest_rate_hz,
            of_shoulder=is_shoulder,
            taken=before | {quantity: axis.after(before.get(quantity)) for quantity, axis in self._axes.items()},
        )
        self.tape: list[Samples] | None = [] if is_shoulder else None

    def update(self, samples: Samples) -> Iterator[Samples]:
        """Take the next samples, give those that may be counted, piece by piece, each of which was heard.

        Raises
        ------
        SampleError
            If they do not continue the stream, or as soon as the signal is known to be none of a worn sensor.
        """
        for timed in self._stamps.update_samples(samples):
            yield from self._heard(timed if self._spikes is None else self._spikes.update(timed))

    def finish(self) -> Iterator[Samples]:
        """Close the stream: give what was held back, and judge by all that was seen.

        Raises
        ------
        SampleError
            If the signal as a whole is none of a worn sensor.
        """
        for timed in self._stamps.finish_samples():
            yield from self._heard(timed if self._spikes is None else self._spikes.update(timed))
        held = None if self._spikes is None else self._spikes.finish()
        if held is not None:
            yield from self._heard(held)
        self._check.finish()

    def let_go(self) -> None:
        """Keep nothing that will not be counted anew: to be called after each piece."""
        is_long = self.tape and self.tape[-1].t[-1] - self.tape[0].t[0] > KEPT_S
        if is_long or self.axes.is_explained or not self.is_listening:
            self.tape = None

    @property
    def axes(self) -> AxesVerdict:
        """What is known so far of the axes of accelerometer and gyroscope."""
        return self._check.axes

    @property
    def is_listening(self) -> bool:
        """Whether what is known of the axes may still change."""
        return self._check.is_listening

    @property
    def unit_is_open(self) -> bool:
        """Whether something moved, but too shortly to tell by it whether the angular rate is in its unit."""
        return self._check.unit_is_open

    @property
    def interval_s(self) -> float | None:
        """Time between samples in the long run, s; None for a stream too short to be judged."""
        return None if self._check.interval_s is None else self._stamps.interval_s

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know, a sentence each, but for what is said of the axes."""
        of_spikes = () if self._spikes is None else self._spikes.warnings
        return (*self._stamps.notes, *rate_note(self.interval_s), *self._check.warnings, *of_spikes)

    @property
    def axes_at_end(self) -> AxesVerdict:
        """What is to be said of the axes once all was heard: also that the accelerometer was zeroed."""
        added_m_s2 = self.taken_away()
        return self.axes if added_m_s2 is None else zeroed_verdict(added_m_s2)

    def taken_away(self) -> FloatArray | None:
        """Tell what has to be added to the acceleration, m/s², where that is all that contradicts; else None."""
        if self.axes.outcome != "contradicting" or self.axes.is_explained or not self.tape:
            return None
        return taken_away(Samples.concatenate(self.tape))

    def _heard(self, samples: Samples) -> Iterator[Samples]:
        if not len(samples):
            return
        samples = self._check.update(mapped(samples, self._axes))
        if len(samples):
            if self.tape is not None and samples.has_gyroscope:
                self.tape.append(samples)
            yield samples
