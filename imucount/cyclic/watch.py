"""CyclicWatch: what a chain of any exercise compares and finds, kept to look at it afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imucount.cyclic.following import Movement, MovementSet
from imucount.cyclic.scene import least_likeness
from imucount.cyclic.similarity import RATE_HZ, RATE_WEIGHT
from imucount.reps import Rep
from imucount.samples import FloatArray
from imucount.signals import CyclicSignals, SeenSet, SetVerdict

__all__ = ["CyclicWatch"]

MOST_OVERLAP = 0.5
"""Of cycles in a row of which more lies within others, these were seen in place of them."""


class CyclicWatch:
    """Keeps what a chain sees.

    Parameters
    ----------
    has_gyroscope : bool
    taught : Movement, optional
        The only one that is counted.
    """

    def __init__(self, has_gyroscope: bool, taught: Movement | None = None) -> None:
        self._has_gyroscope = has_gyroscope
        self._taught = taught
        self._stretches: list[tuple[float, list[FloatArray]]] = []
        self._seen: list[SeenSet] = []

    def begin(self, first_s: float) -> None:
        """Begin a stretch of samples."""
        self._stretches.append((first_s, []))

    def see(self, bins: FloatArray) -> None:
        """Keep the next samples of the grid, (6, n), angular rate in rad/s."""
        self._stretches[-1][1].append(bins.copy())

    def judge(self, each: MovementSet, scene_start: int, verdict: SetVerdict) -> None:
        """Keep cycles that are counted, or are not; they are told in samples since the scene's start."""
        cycles = np.array([(cycle.start, cycle.end) for cycle in each.cycles])
        edges_s = self._stretches[-1][0] + (scene_start + cycles) / RATE_HZ
        template = each.movement.template.copy()
        template[3:] /= RATE_WEIGHT
        if not self._has_gyroscope:
            template[3:] = np.nan
        numbers = {
            "cycles": len(cycles),
            "length_s": each.movement.length / RATE_HZ,
            "likeness": each.alike,
            "likeness_needed": least_likeness(each, self._taught),
        }
        likeness = np.array([cycle.alike for cycle in each.cycles])
        seen = SeenSet(float(edges_s[0, 0]), float(edges_s[-1, 1]), verdict, numbers, template, edges_s, likeness)
        self._seen.append(seen)

    def signals(self, reps: Sequence[Rep]) -> CyclicSignals:
        """Put together what was seen."""
        bins = [np.concatenate([np.empty((6, 0)), *stretch], axis=1) for _, stretch in self._stretches]
        x = np.concatenate([np.empty((6, 0)), *bins], axis=1)
        t_s = np.concatenate(
            [
                np.empty(0),
                *(
                    first_s + (np.arange(each.shape[1]) + 0.5) / RATE_HZ
                    for (first_s, _), each in zip(self._stretches, bins, strict=True)
                ),
            ]
        )
        phase = np.full(len(t_s), np.nan)
        for rep in reps:
            within = slice(*np.searchsorted(t_s, [rep.start_s, rep.end_s]))
            phase[within] = (t_s[within] - rep.start_s) / rep.duration_s
        return CyclicSignals(
            t_s=t_s,
            acc=x[:3].T,
            gyr=x[3:].T if self._has_gyroscope else np.full((len(t_s), 3), np.nan),
            phase=phase,
            sets=tuple(each for each in self._seen if each.verdict == "counted"),
            rejected=self._best_rejected(t_s),
        )

    def _best_rejected(self, t_s: FloatArray) -> tuple[SeenSet, ...]:
        """Cycles that were not counted, at times at which no others had more for them."""
        is_taken = np.zeros(len(t_s), dtype=np.bool_)

        def is_free(each: SeenSet) -> bool:
            within = is_taken[slice(*np.searchsorted(t_s, [each.start_s, each.end_s]))]
            free = bool(within.size) and float(within.mean()) <= MOST_OVERLAP
            within[:] = True
            return free

        by_worth = sorted(self._seen, key=_worth, reverse=True)
        found = [each for each in by_worth if is_free(each) and each.verdict != "counted"]
        return tuple(sorted(found, key=lambda each: each.start_s))


def _worth(each: SeenSet) -> tuple[bool, bool, float]:
    """Sort what was seen: first what was counted, then what failed for another reason than likeness."""
    return (each.verdict == "counted", each.verdict != "unlike", float(each.likeness.sum()))
