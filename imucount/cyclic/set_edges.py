"""Edges: with which swing of a run its first rep begins, and with which its last one ends.

What comes before and after a set has often the shape of half a rep: reaching for the bar, lowering the weight.
But it does not have its posture: a set begins and ends where each of its reps does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import numpy as np

from imucount.cyclic.cycles import BINS, FEWEST, MARGIN, Run
from imucount.samples import FloatArray

__all__ = ["Cycle", "Template", "between_pauses", "cycles_of", "without_drift"]

ALIKE = 0.6
"""A half whose difference from the template has less than this share of the template's energy belongs to the
run."""

USUAL = 3.0
"""And so does one that differs no more than this many times as much as the run's halves do by the median."""

BEYOND = 0.7
"""Weight of the posture beyond the edges against that of one more half."""

DRIFT: float = 1.5
"""m/s², which is a tilt of 9 deg. So much the posture may drift in a set however small the movement is: against a
large one it is nothing, a small one is as large itself."""

MOST: float = 1.5
"""What differs by more, in energy of the template, tells no more: it is another movement."""

CUT = 0.4
"""An anchor within this share of a cycle of the stretch's first or last sample: the recording was cut in a rep."""

AROUND = 1.0
"""Cycles before the first anchor and after the last. Where there is no more, somebody started and stopped the
recording by hand for this one set, and half a rep is what that cost."""

MOVES = 0.2
"""A half outside of a run with less of its usual movement is a rest, in which somebody sways: where the movement
is small, posture does not tell."""

TWICE = 2.0
"""A half outside of a run that is longer, or shorter, by more than this is no part of it, but of a rest."""

PAUSE = 3.0
"""A half this many times as long as those next to it, and this many seconds, is a pause between reps, not a part
of one."""

NEAR = 3
"""Cycles nearest to the edge that make a template of their own: posture drifts over a set."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One repetition in a run.

    Attributes
    ----------
    start, end : float
        s since the stretch of samples began.
    difference : float
        From the run's usual cycle, as a share of its energy.
    similarity : float
        To its neighbours: the least of those that were told.
    is_edge : bool
        Whether it is the first or last in its run.
    """

    start: float
    end: float
    difference: float
    similarity: float
    is_edge: bool

    @property
    def middle(self) -> float:
        """Half-way between start and end, s."""
        return 0.5 * (self.start + self.end)


class Template:
    """The usual cycle of a run, and how much each of its halves differs from it.

    Parameters
    ----------
    run : Run

    Attributes
    ----------
    run : Run
    rms : float
        Size of the movement: root mean square of a vector about its mean, m/s², angular rate included.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._inner = range(run.first, run.last)
        halves = [self._median(half for half in self._inner if half % 2 == kind) for kind in (0, 1)]
        self._halves = halves
        together = np.hstack(halves)
        together = together - together.mean(axis=1, keepdims=True)
        self._energy = float(np.vdot(together, together)) / 2.0
        self.rms = (self._energy / BINS) ** 0.5
        lengths: tuple[list[float], list[float]] = ([], [])
        for half in self._inner:
            lengths[half % 2].append(run.times[half + 1] - run.times[half])
        self.lengths = [float(np.median(each)) for each in lengths]
        middle = (run.first + run.last) // 2
        self.differences = [self._difference(half, half < middle) for half in range(len(run.shapes))]
        self.limit = max(ALIKE, USUAL * float(np.median([self.differences[half] for half in self._inner])))

    def _median(self, halves: Iterable[int]) -> FloatArray:
        shapes = [self.run.shapes[half] for half in halves]
        return np.asarray(np.median([shape for shape in shapes if shape is not None], axis=0))

    def _usual(self, half: int, at_start: bool) -> list[FloatArray]:
        """Templates of a half: that of all of its kind, and of those near it if there are some."""
        near = self._near(half, at_start)
        return [self._halves[half % 2]] if near is None else [self._halves[half % 2], near]

    def _near(self, half: int, at_start: bool) -> FloatArray | None:
        """Template of the halves of one kind that are farther in than a half, and nearest to it."""
        same = [
            each for each in self._inner if each % 2 == half % 2 and (each > half if at_start else each < half)
        ]
        if len(same) < 2:
            return None
        if len(same) > NEAR:
            same = same[1 : 1 + NEAR] if at_start else same[-1 - NEAR : -1]
        return self._median(same)

    def _difference(self, half: int, at_start: bool) -> float:
        shape = self.run.shapes[half]
        if shape is None:
            return MOST
        return self._least(shape, half, at_start, slice(0, BINS))

    def _least(self, shape: FloatArray, half: int, at_start: bool, bins: slice) -> float:
        energy = max(self._energy * shape.shape[1] / BINS, 1e-12)
        off = [float(without_drift(shape - template[:, bins])) for template in self._usual(half, at_start)]
        return float(min(MOST, *(each / energy for each in off)))

    def share(self, half: int) -> float:
        """How much of the usual half's movement one has: 1 if all of it, 0 if it is still or moves otherwise."""
        shape = self.run.shapes[half]
        if shape is None:
            return 0.0
        middle = (self.run.first + self.run.last) // 2
        usual = [_movement(template) for template in self._usual(half, half < middle)]
        moved = _movement(shape)
        return max(float(np.vdot(moved, each)) / max(float(np.vdot(each, each)), 1e-12) for each in usual)

    def before(self, anchor: int) -> float:
        """How much what comes before an anchor differs from what should; 0 where it is cut off."""
        shape = self.run.before.get(anchor)
        return 0.0 if shape is None else self._least(shape, anchor - 1, True, slice(BINS // 2, BINS))

    def after(self, anchor: int) -> float:
        """How much what comes after an anchor differs from what should; 0 where it is cut off."""
        shape = self.run.after.get(anchor)
        return 0.0 if shape is None else self._least(shape, anchor, False, slice(0, BINS // 2))


def _movement(shape: FloatArray) -> FloatArray:
    """Take the mean posture off."""
    movement = shape.copy()
    movement[:3] -= shape[:3].mean(axis=1, keepdims=True)
    return movement


def without_drift(off: FloatArray) -> FloatArray:
    """Sum of squares of what shapes (..., k, n) are off by; mean posture does not count as far as it is drift.

    Posture is in the acceleration, which comes first: an angular rate that is another one is another movement.
    """
    level = off[..., :3, :].mean(axis=-1)
    drift = np.minimum((level * level).sum(axis=-1), DRIFT**2)
    squared: FloatArray = (off * off).sum(axis=(-2, -1)) - off.shape[-1] * drift
    return squared


def between_pauses(run: Run) -> list[Run]:
    """Cut a run at its pauses, and leave out pieces of less than two reps."""
    edges = [run.first]
    for half in range(run.first, run.last):
        if _length(run, half) > PAUSE * max(_usual_length(run, half), 1.0):
            edges += [half, half + 1]
    edges.append(run.last)
    parts = [run.part(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return [part for part in parts if part is not None]


def cycles_of(template: Template, taken_until: float) -> list[Cycle]:
    """Cut a run into reps.

    Parameters
    ----------
    template : Template
        Of the run.
    taken_until : float
        End of the rep that was counted last, s.
    """
    run = template.run
    first, last = _whole(run, template, *_edges(run, template, taken_until))
    return _cut(run, template, first, last) if last - first >= FEWEST else []


def _edges(run: Run, template: Template, taken_until: float) -> tuple[int, int]:
    """Find the first and last anchor.

    Between them the halves resemble their kind, and beyond them the posture does. A whole number of cycles has
    an even number of anchors, unless the stretch of samples cuts it.
    """
    firsts = range(max(run.first - MARGIN, 0), min(run.first + MARGIN, run.last - 2) + 1)
    lasts = range(max(run.last - MARGIN, run.first + 2), min(run.last + MARGIN, len(run.shapes)) + 1)
    if run.continues and 0.0 < run.start - taken_until < sum(template.lengths):
        firsts = range(run.first, run.first + 1)
    elif run.continues:
        firsts = range(run.first + 1, run.first + 2)
    if run.is_cut:
        lasts = range(run.last - 1, run.last + 1)
    gains = [template.limit - difference for difference in template.differences]
    best, edges = -np.inf, (run.first, run.last)
    for first in firsts:
        if not all(_may_belong(run, template, half) for half in range(first, run.first)):
            continue
        begins_cut = _begins_cut(run, template, first)
        for last in lasts:
            if last - first < 2 or not all(_may_belong(run, template, half) for half in range(run.last, last)):
                continue
            ends_cut = _ends_cut(run, template, last)
            if (last - first) % 2 == 0 and not (begins_cut or ends_cut):
                continue
            beyond = (0.0 if begins_cut else template.before(first)) + (0.0 if ends_cut else template.after(last))
            value = sum(gains[first:last]) - BEYOND * beyond
            if value > best:
                best, edges = value, (first, last)
    return edges


def _length(run: Run, half: int) -> float:
    return run.times[half + 1] - run.times[half]


def _usual_length(run: Run, half: int) -> float:
    """Length of the nearest halves of a kind on the side where they are shorter: sets differ in tempo."""
    before = [_length(run, each) for each in range(half - 2, run.first - 1, -2)][:NEAR]
    after = [_length(run, each) for each in range(half + 2, run.last, 2)][:NEAR]
    return min([float(np.median(side)) for side in (before, after) if len(side) > 1], default=_length(run, half))


def _may_belong(run: Run, template: Template, half: int) -> bool:
    """Whether a half outside of a run moves as usual, and is about as long."""
    if run.shapes[half] is None:  # it has no length, or one beyond bounds
        return False
    is_about_as_long = abs(log(_length(run, half) / template.lengths[half % 2])) <= log(TWICE)
    return is_about_as_long and template.share(half) >= MOVES


def _begins_cut(run: Run, template: Template, anchor: int) -> bool:
    return run.times[anchor] < CUT * sum(template.lengths)


def _ends_cut(run: Run, template: Template, anchor: int) -> bool:
    return run.times[anchor] > run.stretch_end - CUT * sum(template.lengths)


def _whole(run: Run, template: Template, first: int, last: int) -> tuple[int, int]:
    """Leave a half rep out, unless the stretch holds the set and nothing else: then it is a rep that is cut."""
    if (last - first) % 2 or _fills_stretch(run, template, first, last):
        return first, last
    if template.before(first) > template.after(last):
        return first + 1, last
    return first, last - 1


def _fills_stretch(run: Run, template: Template, first: int, last: int) -> bool:
    around = AROUND * sum(template.lengths)
    return run.times[first] < around and run.times[last] > run.stretch_end - around


def _cut(run: Run, template: Template, first: int, last: int) -> list[Cycle]:
    """Give each rep its swing out and its swing back, and half of the way between it and the next."""
    times = run.times
    beyond = 0.5 * min(template.lengths)
    cycles = []
    outs = range(first, last + 1, 2)
    for out in outs:
        back = min(out + 1, last)
        start, end = times[out] - beyond, times[back] + beyond
        if out > first:
            start = 0.5 * (times[out - 1] + times[out])
        if back < last:
            end = 0.5 * (times[back] + times[back + 1])
        near = [
            run.similarities[anchor] for anchor in range(out, min(back + 4, last + 1)) if run.similarities[anchor]
        ]
        cycles.append(
            Cycle(
                start,
                end,
                difference=max(
                    template.differences[half] for half in range(min(out, last - 1), min(back + 1, last))
                ),
                similarity=min(near, default=0.0),
                is_edge=out == first or back == last,
            )
        )
    return cycles
