"""CyclicChain: counts the reps of any exercise, by nothing but that they repeat.

Nothing is learned from any exercise, and accelerometer and gyroscope are never combined into an attitude, so
axes that disagree do no harm: the six channels are compared as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log
from statistics import fmean

import numpy as np

from imucount.agreement import AxisAgreement
from imucount.cycles import Run
from imucount.filters import EvenGrid, Lowpass
from imucount.reps import Rep
from imucount.runs import RunFinder
from imucount.samples import FloatArray
from imucount.selection import RunSelector
from imucount.set_edges import Cycle, Template, between_pauses, cycles_of
from imucount.size_gate import SizeGate

__all__ = ["CyclicChain", "confidence"]

GRID_HZ = 25.0
"""Ten samples of the fastest cycle that is counted, 0.4 s."""

CUTOFF_HZ = 2.5
"""The fastest cycle's own frequency: jolts and tremor are faster, and no exercise is."""

METRES_PER_RADIAN = 3.0
"""1 rad/s weighs as much as 3 m/s²: a limb that swings through +-45 deg in 2 s does so at 2.5 rad/s, and gravity
changes by 7 m/s² along its axes."""

THRESHOLDS: FloatArray = 0.18 * 2.0 ** (0.5 * np.arange(12, dtype=np.float64))
"""m/s² at which signals turn round, 0.18 to 8: swings from 0.4 m/s², which is a tilt of 2 deg and twice what
breathing makes, to 50 m/s², which is a jump."""

LEAST_CONFIDENCE = 0.1
"""Mean of a set: of the reps with less, hardly a third were right."""


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
        self._gate = SizeGate(GRID_HZ)
        self._agreement = AxisAgreement(GRID_HZ)

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples."""
        self._grid = EvenGrid(GRID_HZ)
        self._lowpass = Lowpass(CUTOFF_HZ, GRID_HZ)
        self._agreement.restart()
        # A bin's mean is of its middle.
        self._origin_s = first_s + 0.5 / GRID_HZ - self._lowpass.delay_s
        self._runs = RunFinder(THRESHOLDS, 6 if self._has_gyroscope else 3, GRID_HZ)
        self._selector = RunSelector()
        self._gate.begin()
        self._taken_until = -inf

    def update(self, t: FloatArray, x: FloatArray) -> list[Rep]:
        """Take the next samples, return the reps that became certain."""
        x = self._grid.update(t, x)
        if self._has_gyroscope:
            self._agreement.update(x)
        x = self._lowpass.update(x)
        vectors = [x[:3], METRES_PER_RADIAN * x[3:]] if self._has_gyroscope else [x[:3]]
        reps: list[Rep] = []
        for ended in self._runs.update(np.concatenate(vectors)):
            reps += self._decide(ended)
        return reps

    def end(self) -> list[Rep]:
        """Decide on what a stretch of samples leaves open."""
        reps = self._decide(self._runs.finish())
        for template in self._gate.finish():
            reps += self._reps_of(template)
        return reps

    def finish(self) -> list[Rep]:
        """Nothing is held back beyond the end of a stretch."""
        return []

    @property
    def pending(self) -> int:
        """Reps of the set that goes on, or whose end is not certain yet."""
        best = self._selector.best
        score, anchors = (best.score, best.last - best.first + 1) if best is not None else (0.0, 0)
        for finder in self._runs.going_on:
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

    def _decide(self, ended: Sequence[Run]) -> list[Rep]:
        self._selector.add(ended)
        going_on = self._runs.going_on
        passed: list[Template] = []
        for run in self._selector.decide(going_on):
            for part in between_pauses(run, GRID_HZ):
                passed += self._gate.add(Template(part))
        passed += self._gate.wait(self._runs.now, [*going_on, *self._selector.undecided])
        return [rep for template in passed for rep in self._reps_of(template)]

    def _reps_of(self, template: Template) -> list[Rep]:
        cycles = cycles_of(template, self._taken_until)
        if len(cycles) < self._min_reps:
            return []
        sure = [confidence(cycle, len(cycles)) for cycle in cycles]
        return [self._rep(cycle, len(cycles)) for cycle in cycles] if fmean(sure) >= LEAST_CONFIDENCE else []

    def _rep(self, cycle: Cycle, in_a_row: int) -> Rep:
        start = max(cycle.start, self._taken_until)
        self._taken_until = max(cycle.end, start + 1.0)
        return Rep(
            start_s=self._origin_s + start / GRID_HZ,
            end_s=self._origin_s + self._taken_until / GRID_HZ,
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
    >>> usual = Cycle(0.0, 75.0, difference=0.05, similarity=0.95, is_edge=False)
    >>> round(confidence(usual, in_a_row=10), 2)
    0.98
    """
    odds = -0.34 - 0.5 * log(max(1.0 - cycle.similarity, 0.02)) - 0.94 * log(max(cycle.difference, 0.03))
    odds += 1.38 * min(log(in_a_row / 10.0), 0.0) - (1.12 if cycle.is_edge else 0.0)
    return 1.0 / (1.0 + exp(-odds))
