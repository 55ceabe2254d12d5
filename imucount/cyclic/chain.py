"""CyclicChain: counts the reps of any exercise, by nothing but that they repeat.

Nothing is learned from any exercise, and accelerometer and gyroscope are never combined into an attitude, so axes
that disagree do no harm: the six channels are compared as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imucount.cyclic.confidence import confidence
from imucount.cyclic.following import Movement, MovementSet
from imucount.cyclic.scene import FEWEST, Reject, sets_in
from imucount.cyclic.similarity import LEAST_RMS, RATE_HZ, RATE_WEIGHT
from imucount.cyclic.steps import kind_of
from imucount.cyclic.taught import ExerciseProfile
from imucount.cyclic.watch import CyclicWatch
from imucount.filters import EvenGrid
from imucount.reps import Rep
from imucount.samples import FloatArray
from imucount.signals import CyclicSignals, SetVerdict

__all__ = ["CyclicChain"]

BLOCK = 32
"""Samples of the grid, 1.3 s, after which it is looked whether movement goes on."""

REST_BLOCKS, REST_SHARE = 5, 0.08
"""So many blocks, 6.4 s, without movement, or with this share of the largest one since it began, are a rest: what
comes after it has nothing to do with what was before."""

KEPT_BLOCKS = 2
"""Of a rest, so that what follows begins in it."""

WINDOW_S, HELD_S, KEPT_S = 90.0, 20.0, 45.0
"""Movement that goes on for so long is decided on, except for the last part, in which more may show; and this
much is looked at again, if there was no rep in it: two of the slowest cycles."""


class CyclicChain:
    """Counts whatever repeats itself.

    The samples are put together to scenes, from one rest to the next, and each is decided on as a whole.

    Parameters
    ----------
    has_gyroscope : bool
    min_reps : int
        A set has at least as many, and at least two.
    profile : ExerciseProfile, optional
        The only exercise that is counted.
    keep_signals : bool
        Whether to keep what is seen, for `signals`.
    """

    def __init__(
        self,
        has_gyroscope: bool,
        min_reps: int,
        profile: ExerciseProfile | None = None,
        keep_signals: bool = False,
    ) -> None:
        self._taught = None if profile is None else profile.movement
        self._watch = CyclicWatch(has_gyroscope, self._taught) if keep_signals else None
        self._has_gyroscope = has_gyroscope
        self._min_reps = max(min_reps, 2)

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples."""
        self._first_s = first_s
        self._grid = EvenGrid(RATE_HZ)
        self._parts: list[FloatArray] = []
        self._n = 0  # samples of the grid that came in
        self._last_s = self._taken_until_s = first_s
        self._scene = np.empty((6, 0))
        self._scene_start = 0
        self._sizes: list[float] = []  # rms of its blocks
        self._went_on: tuple[Movement, int] | None = None  # what the last set is like, and its reps
        self._seen: tuple[int, int] = (0, 0)
        if self._watch is not None:
            self._watch.begin(first_s)

    def update(self, t: FloatArray, x: FloatArray) -> list[Rep]:
        """Take the next samples, return the reps that became certain."""
        self._last_s = float(t[-1]) if len(t) else self._last_s
        bins = self._grid.update(t, x)
        if self._watch is not None:
            self._watch.see(bins)
        bins[3:] *= RATE_WEIGHT
        self._parts.append(bins)
        self._n += bins.shape[1]
        if self._scene_end + BLOCK > self._n:
            return []
        waiting = np.concatenate(self._parts, axis=1)
        reps: list[Rep] = []
        start = 0
        while start + BLOCK <= waiting.shape[1]:
            reps += self._take(waiting[:, start : start + BLOCK])
            start += BLOCK
        self._parts = [waiting[:, start:]]
        return reps

    def end(self) -> list[Rep]:
        """Decide on what a stretch of samples leaves open."""
        self._scene = np.concatenate([self._scene, *self._parts], axis=1)
        self._parts = []
        return self._decide(ends=True)

    def finish(self) -> list[Rep]:
        """Nothing is held back beyond the end of a stretch."""
        return []

    @property
    def joined(self) -> frozenset[float]:
        """None: time without reps is a rest."""
        return frozenset()

    @property
    def pending(self) -> int:
        """Reps of the scene that goes on."""
        if self._seen[0] != self._scene_end:
            sets = self._sets(ends=False) if self._is_moving else []
            self._seen = (self._scene_end, sum(len(each.cycles) for each in sets))
        return self._seen[1]

    @property
    def provisional(self) -> int:
        """Those that are pending."""
        return self.pending

    @property
    def phase(self) -> None:
        """Not known: where a rep of an unknown exercise begins shows when the set is over."""
        return None

    def warnings(self, reps: Sequence[Rep]) -> list[str]:
        """Say nothing: all that there is to know is said of the samples."""
        return []

    def signals(self, reps: Sequence[Rep]) -> CyclicSignals | None:
        """Give what was seen, where it was kept."""
        return None if self._watch is None else self._watch.signals(reps)

    @property
    def _scene_end(self) -> int:
        return self._scene_start + self._scene.shape[1]

    @property
    def _is_moving(self) -> bool:
        return max(self._sizes, default=0.0) >= LEAST_RMS

    def _take(self, block: FloatArray) -> list[Rep]:
        self._scene = np.concatenate([self._scene, block], axis=1)
        self._sizes.append(float(np.sqrt(block.var(axis=1).sum())))
        if not self._is_moving:
            self._keep_from(self._scene.shape[1] - KEPT_BLOCKS * BLOCK)
            return []
        resting = max(LEAST_RMS, REST_SHARE * max(self._sizes))
        if len(self._sizes) > REST_BLOCKS and max(self._sizes[-REST_BLOCKS:]) < resting:
            reps = self._decide(ends=False)
            self._keep_from(self._scene.shape[1] - KEPT_BLOCKS * BLOCK)
            self._went_on = None
            return reps
        if self._scene.shape[1] >= WINDOW_S * RATE_HZ:
            return self._decide_on_the_first_part()
        return []

    def _keep_from(self, start: int) -> None:
        """Forget the scene before a sample of it."""
        start = max(start, 0)
        self._scene = self._scene[:, start:].copy()
        self._scene_start += start
        blocks = -(-self._scene.shape[1] // BLOCK)
        self._sizes = self._sizes[len(self._sizes) - blocks :] if blocks else []

    def _sets(self, ends: bool, reject: Reject = lambda *_: None) -> list[MovementSet]:
        scene, is_cut = np.ascontiguousarray(self._scene), (self._scene_start == 0, ends)
        first = None if self._went_on is None else self._went_on[0]
        return sets_in(scene, is_cut, first, self._taught, reject)

    def _reject(self, each: MovementSet, why: SetVerdict) -> None:
        if self._watch is not None:
            self._watch.judge(each, self._scene_start, why)

    def _decide(self, ends: bool) -> list[Rep]:
        reps: list[Rep] = []
        if self._is_moving or self._scene.shape[1] < BLOCK:
            for each in self._sets(ends, self._reject):
                reps += self._reps_of(each, len(each.cycles))
        return reps

    def _decide_on_the_first_part(self) -> list[Rep]:
        """Decide on all but the last part of a long scene."""
        n = self._scene.shape[1]
        until = n - int(HELD_S * RATE_HZ)
        reps: list[Rep] = []
        keep_from = n - int(KEPT_S * RATE_HZ)
        went_on: tuple[Movement, int] | None = None
        for each in self._sets(ends=False, reject=self._reject):
            over = [cycle for cycle in each.cycles if cycle.end <= until]
            if len(over) < len(each.cycles) and len(over) < FEWEST and not self._continues(each):
                keep_from = min(keep_from, each.start)
                break
            if not over:
                break
            before = self._went_on[1] if self._went_on is not None and self._continues(each) else 0
            reps += self._reps_of(each, len(over))
            keep_from = max(keep_from, over[-1].end)
            went_on = None
            if len(over) < len(each.cycles):
                went_on, keep_from = (each.movement, before + len(over)), over[-1].end
                break
        self._went_on = went_on
        self._keep_from(max(keep_from, BLOCK))
        return reps

    def _continues(self, each: MovementSet) -> bool:
        return self._went_on is not None and each.start <= 2 * self._went_on[0].length

    def _reps_of(self, each: MovementSet, count: int) -> list[Rep]:
        """Make reps of the first cycles of a set."""
        before = self._went_on[1] if self._went_on is not None and self._continues(each) else 0
        in_a_row = before + len(each.cycles)
        if in_a_row < self._min_reps:
            self._reject(each, "few")
            return []
        if self._watch is not None:
            self._watch.judge(replace(each, cycles=each.cycles[:count]), self._scene_start, "counted")
        kind = kind_of(each) if self._taught is None else "exercise"
        reps = []
        for index, cycle in enumerate(each.cycles[:count]):
            start_s = max(self._first_s + (self._scene_start + cycle.start) / RATE_HZ, self._taken_until_s)
            end_s = min(self._first_s + (self._scene_start + cycle.end) / RATE_HZ, self._last_s)
            self._taken_until_s = end_s
            reps.append(
                Rep(
                    start_s=start_s,
                    end_s=end_s,
                    direction="unknown",
                    phases=(),
                    elevation_deg=None,
                    protraction_deg=None,
                    confidence=confidence(each, index, in_a_row),
                    kind=kind,
                )
            )
        return reps
