"""Circles as people make them: minimum-jerk strokes that overlap, with what goes wrong in between.

A hand that draws, and so a shoulder, goes by strokes through a few points, each of which begins before the last
one has ended (Flash and Hogan 1985). How many they are, how long each takes and how far they overlap differs from
circle to circle. People hesitate and begin a stroke again, give a circle up half-way, hold one, and do not come
down all the way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imucount.samples import FloatArray
from imucount.simulate.movements import Range, minimum_jerk
from imucount.simulate.script import Circles, Manner, Wearer


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """A set of circles as strokes, each of which adds a shift.

    Attributes
    ----------
    starts_s, lengths_s : (m,) array
        Of the strokes, s from the start of the set.
    shifts_deg : (2, m) array
        By how much each moves elevation and protraction.
    spans_s : list of (start_s, end_s)
        Of the circles: from when their first stroke leaves, or half-way where it joins the stroke before.
    range_deg : (2,) array
        Mean range of the set.
    manner : Manner
    """

    starts_s: FloatArray
    lengths_s: FloatArray
    shifts_deg: FloatArray
    spans_s: list[Range]
    range_deg: FloatArray
    manner: Manner

    @property
    def duration_s(self) -> float:
        """Length of the set, s."""
        return float((self.starts_s + self.lengths_s).max())

    def path(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Elevation and protraction at each time, deg."""
        path = np.zeros((2, len(t)))
        for start_s, length_s, shift in zip(self.starts_s, self.lengths_s, self.shifts_deg.T):
            path += shift[:, None] * minimum_jerk((t - start_s) / length_s)
        return path[0], path[1]


def draw_strokes(rng: np.random.Generator, part: Circles, manner: Manner, wearer: Wearer) -> Strokes:
    """Draw one set."""
    return _Hand(rng, part, manner, wearer).draw()


class _Hand:
    """Lays down one stroke after the other."""

    def __init__(self, rng: np.random.Generator, part: Circles, manner: Manner, wearer: Wearer) -> None:
        self.rng, self.part, self.manner, self.wearer = rng, part, manner, wearer
        self.sign = 1.0 if part.direction == "forward" else -1.0
        self.at = np.zeros(2)
        self.time_s = 0.0
        self.strokes: list[tuple[float, float, FloatArray]] = []

    def draw(self) -> Strokes:
        rng, part, manner, reps = self.rng, self.part, self.manner, self.part.reps
        along = np.linspace(-0.5, 0.5, reps) if reps > 1 else np.zeros(1)
        lengths_s = (
            part.period_s * (1.0 + self.wearer.tempo_drift * along) * self._spread(reps, self.wearer.period_cv)
        )
        sizes = np.stack([self._spread(reps, self.wearer.amplitude_cv) for _ in range(2)])
        sizes = 0.5 * (sizes + sizes.mean(axis=0)) * (1.0 - manner.shrinking * (along + 0.5))
        ranges = np.array([[part.elevation_deg], [part.protraction_deg]]) * sizes
        inside = np.arange(1, reps) if reps > 1 else np.zeros(0, dtype=np.int64)
        aborted, hesitant, held, raised = (
            set(rng.permutation(inside)[:n].tolist())
            for n in (manner.aborted, manner.hesitations, manner.held, manner.raised)
        )
        marks: list[tuple[int, int]] = []  # first and one past the last stroke of each circle
        for rep in range(reps):
            if rep in aborted:
                self._give_up(ranges[:, rep], lengths_s[rep])
            first = len(self.strokes)
            is_last = rep == reps - 1
            bottom = rng.uniform(0.25, 0.5) if rep + 1 in raised and not is_last else 0.0
            self._circle(ranges[:, rep], lengths_s[rep], bottom, rep in hesitant, rep in held, is_last)
            marks.append((first, len(self.strokes)))
        spans = [(self._edge_s(first), self._edge_s(last)) for first, last in marks]
        starts, lengths, shifts = zip(*self.strokes)
        return Strokes(
            np.array(starts), np.array(lengths), np.stack(shifts, axis=1), spans, ranges.mean(axis=1), manner
        )

    def _circle(
        self, size: FloatArray, length_s: float, bottom: float, hesitates: bool, holds: bool, is_last: bool
    ) -> None:
        rng, manner = self.rng, self.manner
        n = max(3, round(manner.strokes + rng.uniform(-1.0, 1.0)))
        turns = (np.arange(1, n + 1) + manner.wander * rng.uniform(-1.0, 1.0, n)) / n
        turns[-1] = 1.0
        rise = 0.5 * (1.0 - np.cos(2.0 * np.pi * turns))
        aside = -0.5 * self.sign * np.sin(2.0 * np.pi * turns)
        points = np.stack([rise, aside]) + 0.12 * manner.wander * rng.standard_normal((2, n))
        # Strokes that overlap cut corners: the points lie beyond the path.
        points[:, :-1] = (points[:, :-1] - [[0.5], [0.0]]) * (1.0 + 0.25 * manner.overlap * (4 / n)) + [
            [0.5],
            [0.0],
        ]
        home = np.zeros(2) if is_last else 0.5 * self.wearer.distortion * rng.standard_normal(2)
        points[:, -1] = home + np.array([bottom, 0.0])
        points = points * size[:, None]
        slots = rng.uniform(0.6, 1.4, n)
        dwells = rng.gamma(2.0, 0.5, n)
        slots *= (1.0 - manner.dwell_share) * length_s / slots.sum()
        dwells *= manner.dwell_share * length_s / max(dwells.sum(), 1e-9)
        pause_at = int(rng.integers(0, n - 1))
        hold_at = int(rng.integers(0, n - 1))  # at the bottom it would be a rest
        for index in range(n):
            overlap = 0.0 if is_last and index == n - 1 else manner.overlap
            if hesitates and index == pause_at:
                self._hesitate(points[:, index], slots[index])
            self._stroke(points[:, index], slots[index], overlap)
            self.time_s += dwells[index]
            if holds and index == hold_at:
                self.time_s += rng.uniform(1.5, 4.0)

    def _hesitate(self, target: FloatArray, slot_s: float) -> None:
        """Stop on the way, and in every other case go back a bit."""
        rng = self.rng
        here = self.at.copy()
        self._stroke(here + rng.uniform(0.3, 0.7) * (target - here), 0.6 * slot_s, 0.0)
        self.time_s += rng.uniform(0.3, 1.5)
        if rng.random() < 0.5:
            self._stroke(here + rng.uniform(0.0, 0.2) * (target - here), 0.6 * slot_s, 0.0)
            self.time_s += rng.uniform(0.0, 0.5)

    def _give_up(self, size: FloatArray, length_s: float) -> None:
        """Go a third or half round, and come back the same way or straight down."""
        rng, start = self.rng, self.at.copy()
        turns = np.arange(1, 3) / 2 * rng.uniform(0.25, 0.5)
        way = np.stack([0.5 * (1.0 - np.cos(2 * np.pi * turns)), -0.5 * self.sign * np.sin(2 * np.pi * turns)])
        way *= size[:, None]
        slot_s = length_s * rng.uniform(0.2, 0.3)
        for point in way.T:
            self._stroke(point, slot_s, 0.5 * self.manner.overlap)
        self.time_s += rng.uniform(0.1, 0.8)
        if rng.random() < 0.7:
            self._stroke(way[:, 0], slot_s, 0.5 * self.manner.overlap)
        self._stroke(start, slot_s, 0.0)
        self.time_s += rng.uniform(0.1, 1.0)

    def _stroke(self, target: FloatArray, slot_s: float, overlap: float) -> None:
        self.strokes.append((self.time_s, slot_s * (1.0 + overlap), target - self.at))
        self.at = target
        self.time_s += slot_s

    def _edge_s(self, stroke: int) -> float:
        """When the stroke leaves; half-way between it and the last one's end where they overlap."""
        if stroke == 0:
            return 0.0
        if stroke == len(self.strokes):
            return max(start_s + length_s for start_s, length_s, _ in self.strokes)
        end_s = self.strokes[stroke - 1][0] + self.strokes[stroke - 1][1]
        start_s = self.strokes[stroke][0]
        return 0.5 * (start_s + end_s) if start_s < end_s else start_s

    def _spread(self, n: int, cv: float) -> FloatArray:
        return np.maximum(1.0 + cv * np.clip(self.rng.standard_normal(n), -2.5, 2.5), 0.3)
