"""Follower: the sets of one movement in a stretch of signal, from a template of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imucount.cyclic.cover import LEAST_LIKE, cover
from imucount.cyclic.similarity import octaves
from imucount.cyclic.templates import (
    LONGEST,
    PARTS,
    SAMPLES,
    Cycle,
    IntArray,
    Shapes,
    cycle_lengths,
    likeness,
    tempo_likeness,
)
from imucount.samples import FloatArray

__all__ = ["Follower", "Movement", "MovementSet"]

REFINED = 2
"""Times that a template is made anew of the cycles that it found: the third one changes hardly anything."""

PHASES = 6
"""Places in a cycle where it may begin: where reps begin and end in rest is found out to a twelfth of a cycle."""

BEYOND = 1.0
"""Weight of how unlike the first and last cycle of a set are, and how like the next ones beyond them. Where
reps are cut in the wrong place half of one is left over on either side; where they are cut in the right one
there is a rest, or something else."""

NEAR = 3
"""Cycles nearest to the edge that make a template of their own, to which the first or last is held: posture and
tempo drift over a set."""

SLACK = 0.25
"""Of a cycle: rest before another one that belongs to the set."""

HALF = 0.5
"""Of a cycle that the beginning or end of a recording cuts off, as much counts as one."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A template of a movement.

    Attributes
    ----------
    template : (6, PARTS) array
        Its usual cycle, beginning where its reps begin.
    length : float
        Usual length, samples of the grid.
    """

    template: FloatArray
    length: float

    @property
    def rms(self) -> float:
        """Size: root mean square about its mean, m/s², angular rate included."""
        return float(np.sqrt(self.template.var(axis=1).sum()))


@dataclass(frozen=True, slots=True)
class MovementSet:
    """Cycles of one movement in a row, in samples of the grid."""

    movement: Movement
    cycles: tuple[Cycle, ...]

    @property
    def start(self) -> int:
        """Start of the first cycle."""
        return self.cycles[0].start

    @property
    def end(self) -> int:
        """End of the last one."""
        return self.cycles[-1].end

    @property
    def alike(self) -> float:
        """Mean likeness of its cycles."""
        return float(np.mean([cycle.alike for cycle in self.cycles]))

    @property
    def value(self) -> float:
        """Sum of length times likeness above the least."""
        return sum((cycle.end - cycle.start) * (cycle.alike - LEAST_LIKE) for cycle in self.cycles)


class Follower:
    """Follows a movement of about one length through a stretch of signal.

    Parameters
    ----------
    x : (6, n) array
        On the grid, angular rate weighted.
    length : float
        Of its cycles, samples of the grid.
    is_cut : tuple of bool
        Whether the signal begins, and ends, with the stretch of samples: what is there may be a part of a rep.
    least : float, default LEAST_LIKE
        Likeness of cycles that explain something.
    """

    def __init__(self, x: FloatArray, length: float, is_cut: tuple[bool, bool], least: float = LEAST_LIKE) -> None:
        self._least = least
        self._octave = 0
        while length / 2**self._octave >= SAMPLES:
            self._octave += 1
        self._y = octaves(x, self._octave + 1)[-1]
        self._usual = length / 2**self._octave
        self._shapes = Shapes(self._y, cycle_lengths(self._usual))
        self._is_cut = is_cut

    @property
    def _lengths(self) -> IntArray:
        return self._shapes.lengths

    def shown_at(self, moment: int) -> list[MovementSet]:
        """Find the sets that the cycles before and after a sample of the grid show."""
        row = int(np.abs(self._lengths - self._usual).argmin())
        length, at = int(self._lengths[row]), moment >> self._octave
        ends = np.clip([at, at + length], length, self._shapes.n)
        return self.shown_by(self._shapes.shapes(ends, np.full(2, row)).mean(axis=1))

    def shown_by(self, template: FloatArray) -> list[MovementSet]:
        """Find the sets of cycles like a template, and make one of these, and so on."""
        sets: list[list[Cycle]] = []
        for _ in range(REFINED):
            ((_, sets, _),) = self._covered(template[np.newaxis])
            cycles = [cycle for each in sets for cycle in each]
            if not cycles:
                break
            template = np.median(self._shapes.of(cycles), axis=1)
            self._usual = float(np.median([cycle.end - cycle.start for cycle in cycles]))
        return self._made(template, sets)

    def sets(self, template: FloatArray) -> list[MovementSet]:
        """Find the sets of a movement, of which it is not known where its reps begin."""
        turned = np.stack([np.roll(template, -round(PARTS * each / PHASES), axis=1) for each in range(PHASES)])
        best: tuple[float, FloatArray, list[list[Cycle]]] = (0.0, template, [])
        for each, (value, sets, alike) in zip(turned, self._covered(turned), strict=True):
            value -= BEYOND * sum(self._beyond(alike, cycles) for cycles in sets)
            value += sum(self._cut_off(cycles) for cycles in sets)
            if value > best[0]:
                best = (value, each, sets)
        _, template, sets = best
        return self._made(template, [self._with_edges(each) for each in sets])

    def going_on(self, template: FloatArray) -> list[MovementSet]:
        """Find the sets of a movement that goes on where the signal begins, its reps cut where they were."""
        ((_, sets, _),) = self._covered(template[np.newaxis], goes_on=True)
        return self._made(template, [self._with_edges(each) for each in sets])

    def _covered(
        self, templates: FloatArray, *, goes_on: bool = False
    ) -> list[tuple[float, list[list[Cycle]], FloatArray]]:
        """Cover the signal by each template; and how like all cycles are to it."""
        alike = self._shapes.likeness(templates) * self._tempo
        covered = cover(
            alike, self._shapes.is_there, self._lengths, self._usual, least=self._least, goes_on=goes_on
        )
        return [(value, sets, each) for (value, sets), each in zip(covered, alike, strict=True)]

    @property
    def _tempo(self) -> FloatArray:
        return tempo_likeness(self._lengths / self._usual)

    def _made(self, template: FloatArray, sets: Sequence[Sequence[Cycle]]) -> list[MovementSet]:
        scale = 2**self._octave
        movement = Movement(template, self._usual * scale)
        return [
            MovementSet(
                movement,
                tuple(replace(cycle, start=cycle.start * scale, end=cycle.end * scale) for cycle in cycles),
            )
            for cycles in sets
        ]

    def _beyond(self, alike: FloatArray, cycles: Sequence[Cycle]) -> float:
        """How like the movement the cycles right before and after a set are, and how unlike those at its edges."""
        start, ends = cycles[0].start, cycles[-1].end + self._lengths
        rows = np.flatnonzero(ends <= self._shapes.n)
        before = float(alike[start, self._shapes.is_there[start]].max(initial=0.0))
        after = float(alike[ends[rows], rows].max(initial=0.0))
        unlike = 2.0 - cycles[0].alike - cycles[-1].alike
        return float(before + after + unlike)

    def _cut_off(self, cycles: Sequence[Cycle]) -> float:
        """Value the cycles of which the recording has a part."""
        parts = [self._part(cycles, is_first) for is_first in (True, False)]
        return sum(
            (
                (part.end - part.start) / self._usual * (part.alike - self._least)
                for part in parts
                if part is not None
            ),
            0.0,
        )

    def _with_edges(self, cycles: list[Cycle]) -> list[Cycle]:
        """Leave out what is not like the cycles next to it at the edges of a set, and take in what is."""
        cycles = list(cycles)
        for is_first in (True, False):
            while len(cycles) > 2:
                edge, near = (
                    (cycles[0], cycles[1 : 1 + NEAR]) if is_first else (cycles[-1], cycles[-1 - NEAR : -1])
                )
                if self._alike([edge.end], self._shapes.rows([edge]), near).max() >= LEAST_LIKE:
                    break
                cycles.remove(edge)
            while (cycle := self._next(cycles, is_first)) is not None:
                cycles.insert(0 if is_first else len(cycles), cycle)
        for is_first in (True, False):
            part = self._part(cycles, is_first)
            if part is not None:
                cycles.insert(0 if is_first else len(cycles), part)
        return cycles

    def _alike(self, ends: Sequence[int] | IntArray, rows: IntArray, near: Sequence[Cycle]) -> FloatArray:
        template = self._shapes.of(near).mean(axis=1)
        alike = likeness(self._shapes.shapes(np.asarray(ends), rows), template[np.newaxis])[0]
        return np.asarray(alike * self._tempo[rows])

    def _next(self, cycles: Sequence[Cycle], is_before: bool) -> Cycle | None:
        """Find a cycle right before or after a set that belongs to it."""
        waits = np.arange(round(SLACK * self._usual) + 1)[:, np.newaxis]
        if is_before:
            near = cycles[:NEAR]
            ends = np.broadcast_to(cycles[0].start - waits, (len(waits), len(self._lengths)))
            is_there = ends >= self._lengths
        else:
            near = cycles[-NEAR:]
            ends = cycles[-1].end + waits + self._lengths
            is_there = ends <= self._shapes.n
        rows = np.nonzero(is_there)[1]
        if not len(rows):
            return None
        ends = ends[is_there]
        alike = self._alike(ends, rows, near)
        best = int(alike.argmax())
        if alike[best] < LEAST_LIKE:
            return None
        end = int(ends[best])
        return Cycle(end - int(self._lengths[rows[best]]), end, float(alike[best]))

    def _part(self, cycles: Sequence[Cycle], is_before: bool) -> Cycle | None:
        """Find a cycle right before or after a set of which the recording has the larger part."""
        room = cycles[0].start if is_before else self._shapes.n - cycles[-1].end
        if not self._is_cut[0 if is_before else 1] or not HALF * self._usual <= room < LONGEST * self._usual:
            return None
        whole = [cycle for cycle in (cycles[:NEAR] if is_before else cycles[-NEAR:]) if cycle.is_whole]
        template = self._shapes.of(whole).mean(axis=1)
        best = 0.0
        for length, tempo in zip(self._lengths.tolist(), self._tempo.tolist(), strict=True):
            if room < length <= room / HALF:
                shape, is_there = self._shapes.part(room - length if is_before else cycles[-1].end, length)
                alike = likeness(shape[:, np.newaxis, is_there], template[np.newaxis][:, :, is_there])[0, 0]
                best = max(best, float(alike * tempo))
        if best < LEAST_LIKE:
            return None
        start, end = (0, room) if is_before else (cycles[-1].end, self._shapes.n)
        return Cycle(start, end, best, is_whole=False)
