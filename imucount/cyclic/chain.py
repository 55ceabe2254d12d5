"""CyclicChain: counts the reps of any exercise, by nothing but that they repeat.

Nothing is learned from any exercise, and accelerometer and gyroscope are never combined into an attitude, so
axes that disagree do no harm: the six channels are compared as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log
from statistics import fmean

from imucount.cyclic.agreement import AxisAgreement
from imucount.cyclic.cycles import LEAST_SCORE, LONGEST_RUN_S, LOOK_BACK_S, CycleFinder, Run
from imucount.cyclic.extension import FEWEST, LOOKED_AT, Extension
from imucount.cyclic.runs import SAMPLES, RunFinder
from imucount.cyclic.selection import RunSelector
from imucount.cyclic.set_edges import Cycle, Template, between_pauses, cycles_of
from imucount.cyclic.size_gate import SizeGate
from imucount.reps import Rep
from imucount.samples import FloatArray

__all__ = ["CyclicChain", "confidence"]

BRISK_HZ = 2.5
"""The fastest cycle's own frequency, 0.4 s: jolts and tremor are faster, and no exercise is."""

CALM_HZ = 0.9
"""Slower than an arm trembles that holds a weight, and than the parts of a burpee: what turns round more than once
a rep at the brisk pace does so once at this one. A cycle of 1.1 s is the fastest that it leaves as it is."""

CALM_WEIGHT = 0.75
"""Of scores at the calm pace: smoothing makes any two cycles more alike. Where both paces find a set, the brisk
one knows better where its reps begin."""

LEAST_CONFIDENCE = 0.3
"""Mean of a set: of the reps in sets with 0.1 to 0.3, a quarter were right in real recordings."""

LEAST_S = 0.04
"""A rep that lies in another one as good as wholly keeps this much: a sample of the brisk pace."""


@dataclass(slots=True)
class _Tail:
    """A set that may go on: what its reps look like, how many there are, and where the last one ended."""

    extension: Extension
    reps: int
    end_s: float


class CyclicChain:
    """Counts whatever repeats itself.

    Parameters
    ----------
    has_gyroscope : bool
    min_reps : int
        A set has at least as many, and at least two.
    """

    def __init__(self, has_gyroscope: bool, min_reps: int) -> None:
        self._has_gyroscope = has_gyroscope
        self._min_reps = max(min_reps, 2)
        self._gate = SizeGate()
        self._agreement = AxisAgreement(SAMPLES * BRISK_HZ)

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples."""
        self._first_s = first_s
        self._agreement.restart()
        channels = 6 if self._has_gyroscope else 3
        self._brisk = RunFinder(channels, BRISK_HZ, weight=1.0)
        self._paces = (self._brisk, RunFinder(channels, CALM_HZ, CALM_WEIGHT))
        self._selector = RunSelector()
        self._gate.begin()
        self._taken_until = 0.0  # no rep reaches out of its stretch
        self._last_s = first_s
        self._end_s = inf
        self._tail: _Tail | None = None

    def update(self, t: FloatArray, x: FloatArray) -> list[Rep]:
        """Take the next samples, return the reps that became certain."""
        self._last_s = float(t[-1]) if len(t) else self._last_s
        channels = x if self._has_gyroscope else x[:3]
        bins = [pace.feed(t, channels) for pace in self._paces]
        if self._has_gyroscope:
            self._agreement.update(bins[0])
        reps: list[Rep] = []
        # In the order in which blocks are full, so that how the samples came in makes no difference.
        while (pace := min(self._paces, key=lambda pace: pace.block_end_s)).has_block:
            reps += self._decide(pace.follow())
        return reps

    def end(self) -> list[Rep]:
        """Decide on what a stretch of samples leaves open."""
        self._end_s = self._last_s - self._first_s
        reps = self._decide([run for pace in self._paces for run in pace.finish()])
        for template in self._gate.finish():
            reps += self._reps_of(template)
        return reps + self._extended(inf)

    def finish(self) -> list[Rep]:
        """Nothing is held back beyond the end of a stretch."""
        return []

    @property
    def pending(self) -> int:
        """Reps of the set that goes on, or whose end is not certain yet."""
        best = self._selector.best
        score, anchors = (best.score, best.last - best.first + 1) if best is not None else (0.0, 0)
        for finder in self._going_on():
            if finder.score > score:
                score, anchors = finder.score, finder.anchors
        return (anchors + self._gate.held_anchors) // 2

    @property
    def phase(self) -> None:
        """Not known: where a rep of an unknown exercise begins shows when the set is over."""
        return None

    def warnings(self, reps: Sequence[Rep]) -> list[str]:
        """Say that the sensors' axes disagree, where they do."""
        if not self._agreement.is_doubtful:
            return []
        return [
            "Accelerometer and gyroscope tell of different turning: their axes seem not to be the same. "
            "Each was counted on for itself, which this does not disturb; no attitude can be had from both."
        ]

    def _going_on(self) -> list[CycleFinder]:
        return [finder for pace in self._paces for finder in pace.going_on]

    def _decide(self, ended: Sequence[Run]) -> list[Rep]:
        self._selector.add(ended)
        going_on = self._going_on()
        passed: list[Template] = []
        for run in self._selector.decide(going_on):
            for part in between_pauses(run):
                passed += self._gate.add(Template(part))
        rivals: list[CycleFinder | Run] = [*going_on, *self._selector.undecided]
        passed += self._gate.wait(self._brisk.now_s, rivals)
        reps = [rep for template in passed for rep in self._reps_of(template)]
        while self._tail is not None and not self._is_awaited(self._tail, rivals):
            reps += self._next(self._tail, inf)
        return reps

    def _reps_of(self, template: Template) -> list[Rep]:
        """Make reps of a run and of what goes on before it; and of what went on after the run before."""
        run = template.run
        cycles = cycles_of(template, self._taken_until)
        reps = self._extended(cycles[0].start) if cycles else []
        cycles = [cycle for cycle in cycles if cycle.middle > self._taken_until]
        if len(cycles) < 2 or fmean(confidence(cycle, len(cycles)) for cycle in cycles) < LEAST_CONFIDENCE:
            return reps
        extension = None
        if len(cycles) >= FEWEST and cycles[0].start > self._brisk.now_s - LOOK_BACK_S:
            extension = Extension(cycles, self._brisk.history, self._brisk.timing, self._brisk.now)
            if not run.continues:
                while (cycle := extension.before(cycles[0].start, self._taken_until, self._brisk.now)) is not None:
                    cycles.insert(0, cycle)
        if len(cycles) < self._min_reps:
            return reps
        reps += [self._rep(cycle, len(cycles)) for cycle in cycles]
        if extension is not None and not run.is_cut:
            self._tail = _Tail(extension, len(cycles), cycles[-1].end)
        return reps

    def _is_awaited(self, tail: _Tail, rivals: Sequence[CycleFinder | Run]) -> bool:
        """Whether it is too early to say how a set goes on: there is more to come, or something else is there."""
        until_s = tail.end_s + LOOKED_AT * tail.extension.length_s
        if self._brisk.now_s < until_s:
            return True
        if self._brisk.now_s > until_s + LONGEST_RUN_S:
            return False
        held = self._gate.held_start_s
        if held is not None and held < until_s:
            return True
        return any(
            each.start is not None and each.start < until_s and each.score >= LEAST_SCORE for each in rivals
        )

    def _extended(self, until_s: float) -> list[Rep]:
        """Make reps of all that goes on after the last run, up to where another one begins."""
        reps: list[Rep] = []
        while self._tail is not None:
            reps += self._next(self._tail, until_s)
        return reps

    def _next(self, tail: _Tail, until_s: float) -> list[Rep]:
        """Make a rep of what goes on after a run, or leave the run where it is."""
        cycle = tail.extension.after(tail.end_s, until_s, self._brisk.now)
        if cycle is None:
            self._tail = None
            return []
        tail.reps += 1
        tail.end_s = cycle.end
        return [self._rep(cycle, tail.reps)]

    def _rep(self, cycle: Cycle, in_a_row: int) -> Rep:
        start_s = max(cycle.start, self._taken_until)
        self._taken_until = max(min(cycle.end, self._end_s), start_s + LEAST_S)
        return Rep(
            start_s=self._first_s + start_s,
            end_s=self._first_s + self._taken_until,
            direction="unknown",
            phases=(),
            elevation_deg=None,
            protraction_deg=None,
            confidence=confidence(cycle, in_a_row),
        )


def confidence(cycle: Cycle, in_a_row: int) -> float:
    """How surely a cycle is a rep: by its likeness to its neighbours and the usual one, and by how many there are.

    The weights are those of a logistic regression on some of the subjects of public recordings of 20 exercises,
    with 1.5 taken off: it is to be rather too low than too high for people who were not among them.

    Examples
    --------
    >>> usual = Cycle(0.0, 3.0, difference=0.05, similarity=0.95, is_edge=False)
    >>> round(confidence(usual, in_a_row=10), 2)
    0.98
    """
    odds = -0.34 - 0.5 * log(max(1.0 - cycle.similarity, 0.02)) - 0.94 * log(max(cycle.difference, 0.03))
    odds += 1.38 * min(log(in_a_row / 10.0), 0.0) - (1.12 if cycle.is_edge else 0.0)
    return 1.0 / (1.0 + exp(-odds))
