"""sets_in: the sets in a stretch of signal, of whatever movements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log

import numpy as np

from imucount.cyclic.following import Follower, Movement, MovementSet
from imucount.cyclic.similarity import RATE_HZ, STEP, RepetitionMap, Run
from imucount.cyclic.templates import LONGEST, PARTS, SHORTEST, likeness
from imucount.samples import FloatArray
from imucount.signals import SetVerdict

__all__ = ["FEWEST", "Reject", "least_likeness", "sets_in", "sets_of"]

Reject = Callable[[MovementSet, SetVerdict], None]
"""Is told of sets that were seen and are none, and why; of the same one more than once."""

RIVALS, RIVAL_SHARE, OTHER_LENGTH = 3, 0.4, 0.25
"""Runs at one time that are tried, of cycles of different lengths (log ratio): the longest, most alike, and
shorter ones that are nearly as good: two reps may be more like the next two than one is like the next."""

PREFERRED = 0.5
"""Share of the best value that the shorter cycles of two need: two reps in one explain more than one in one
does."""

AROUND = 3.5
"""Cycles before and after a run that are looked at, too: the first and last reps are in no run."""

REACH_S = 40.0
"""A movement is looked for so far around the run that showed it: sets of one exercise lie next to each other, and
those that are hard to see are found by those that are not."""

FEWEST = 3
"""Reps that show a movement; then there may be sets of two."""

LIKE_OF_FEW, LIKE_OF_FAST, LIKE_A_REP, MANY = 0.8, 0.9, 0.012, 10
"""Mean likeness of three cycles, and of three fast ones, that may be an exercise; each further one makes as
much less enough, up to ten. What people do in between has 0.65 to 0.8."""

LIKE_OF_KNOWN = 0.72
"""Mean likeness of cycles to a movement that another set has shown."""

LIKE_OF_SAME = 0.4
"""Likeness of the templates of one movement, taught and counted in different sessions: a strap never sits quite
the same."""

FAST_S = 0.48
"""Length of a cycle below which it is fast."""

BESIDE_SHARE, BESIDE_S = 0.2, 10.0
"""So small a movement, so soon before or after another one, is getting ready for it or coming from it. A set of
lighter work has a rest before it."""


def sets_in(
    x: FloatArray, is_cut: tuple[bool, bool], first: Movement | None = None, reject: Reject = lambda *_: None
) -> list[MovementSet]:
    """Find the sets in a stretch of signal.

    Parameters
    ----------
    x : (6, n) array
        On the grid, angular rate weighted.
    is_cut : tuple of bool
        Whether the signal begins, and ends, with the stretch of samples.
    first : Movement, optional
        One that went on where the stretch begins: it is looked for before all others.
    reject : callable, optional

    Returns
    -------
    list of MovementSet
        In order of time; no two at one time.
    """
    repetition = RepetitionMap(x)
    sets: list[MovementSet] = []
    if first is not None:
        went_on = [
            each
            for each in Follower(x, first.length, is_cut).going_on(first.template)
            if each.start <= 2 * first.length
        ]
        sets += went_on[:1]
        for each in sets:
            repetition.close(each.start, each.end)
    while runs := repetition.runs():
        shown = _shown_by(_rivals(runs), x, reject)
        repetition.close_run(runs[0])
        if shown is None:
            continue
        candidates = []
        for candidate in _around_it(shown, x, is_cut):
            free = _free(candidate, sets)
            if free is None:
                continue
            if repetition.has_shorter(_length(free), free.start, free.end):
                reject(free, "several in one")
            else:
                candidates.append(free)
        is_shown = any(_is_like(each) for each in candidates)
        for each in candidates:
            if is_shown and (_is_like(each) or _is_like_known(each)):
                sets.append(each)
                repetition.close(each.start, each.end)
            else:
                reject(each, "unlike")
    kept = []
    for each in sets:
        if _is_beside(each, sets):
            reject(each, "smaller")
        else:
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def sets_of(
    movement: Movement, x: FloatArray, is_cut: tuple[bool, bool], reject: Reject = lambda *_: None
) -> list[MovementSet]:
    """Find the sets of one movement that is known: of those that show themselves the ones that are like it.

    Where there is none, since two reps in one show themselves, or halves of one, the movement is looked for.
    """
    shown = []
    for each in sets_in(x, is_cut, reject=reject):
        if _is_same(each.movement, movement):
            shown.append(each)
        else:
            reject(each, "another")
    if movement.length > x.shape[1]:
        return shown
    follower = Follower(x, movement.length, is_cut)
    template, _ = follower.refined(movement.template)
    for found in follower.sets(template):
        free = _free(found, shown)
        is_like = free is not None and (_is_like(free) or free.alike >= LIKE_OF_FEW)  # two are enough
        if free is not None and is_like and _is_same(free.movement, movement):
            shown.append(free)
    return sorted(shown, key=lambda each: each.start)


def _is_same(one: Movement, other: Movement) -> bool:
    """Whether two templates are of one movement, wherever in the cycle they begin, and in whatever posture."""
    if not SHORTEST < one.length / other.length < LONGEST:
        return False
    moved, usual = (each.template - each.template.mean(axis=1, keepdims=True) for each in (one, other))
    turned = np.stack([np.roll(moved, part, axis=1) for part in range(PARTS)])
    return bool(likeness(usual, turned).max() >= LIKE_OF_SAME)


def _is_beside(each: MovementSet, sets: list[MovementSet]) -> bool:
    """Whether a much larger movement is next to it."""
    near = BESIDE_S * RATE_HZ
    return any(
        other.start < each.end + near
        and each.start < other.end + near
        and each.movement.rms < BESIDE_SHARE * other.movement.rms
        for other in sets
    )


def _shown_by(runs: Iterable[Run], x: FloatArray, reject: Reject) -> tuple[Run, FloatArray] | None:
    """Give the one of the runs of which the cycles explain most, and a template of them."""
    best: tuple[float, Run, FloatArray] | None = None
    for run in runs:
        start, end = _around(run, x.shape[1], AROUND * run.lag)
        follower = Follower(x[:, start:end], run.lag, (False, False))
        template, found = follower.refined(follower.around(run.best * STEP - start))
        value = sum(each.value for each in found if _is_like(each))
        for each in found:
            if not _is_like(each):
                reject(_moved(each, start), "unlike")
        if value > 0.0 and (best is None or value >= PREFERRED * best[0]):  # the next one is shorter
            best = (value, run, template)
    return None if best is None else best[1:]


def _around_it(shown: tuple[Run, FloatArray], x: FloatArray, is_cut: tuple[bool, bool]) -> list[MovementSet]:
    """Find the sets of a movement near the run that showed it."""
    run, template = shown
    n = x.shape[1]
    start, end = _around(run, n, AROUND * run.lag + REACH_S * RATE_HZ)
    follower = Follower(x[:, start:end], run.lag, (is_cut[0] and start == 0, is_cut[1] and end == n))
    template, _ = follower.refined(template)
    return [_moved(each, start) for each in follower.sets(template)]


def _rivals(runs: list[Run]) -> list[Run]:
    """Give the first run, and those at the same time of shorter cycles."""
    first = runs[0]
    rivals = [first]
    for run in runs[1:]:
        if len(rivals) == RIVALS or run.score < RIVAL_SHARE * first.score:
            break
        shared = min(run.last, first.last) - max(run.first, first.first)
        if 2 * shared > run.last - run.first and all(log(each.lag / run.lag) > OTHER_LENGTH for each in rivals):
            rivals.append(run)
    return rivals


def _around(run: Run, n: int, reach: float) -> tuple[int, int]:
    start = max(0, run.first * STEP - int(reach))
    return start - start % (8 * STEP), min(n, run.last * STEP + int(reach))


def _moved(each: MovementSet, by: int) -> MovementSet:
    cycles = [type(cycle)(cycle.start + by, cycle.end + by, cycle.alike, cycle.is_whole) for cycle in each.cycles]
    return MovementSet(each.movement, tuple(cycles))


def _free(each: MovementSet, sets: list[MovementSet]) -> MovementSet | None:
    """Leave out what is taken."""
    cycles = [
        cycle
        for cycle in each.cycles
        if not any(other.start < (cycle.start + cycle.end) / 2 < other.end for other in sets)
    ]
    return MovementSet(each.movement, tuple(cycles)) if len(cycles) > 1 else None


def _length(each: MovementSet) -> float:
    lengths = sorted(cycle.end - cycle.start for cycle in each.cycles)
    return lengths[len(lengths) // 2]


def _is_like(each: MovementSet) -> bool:
    """Whether the cycles are so like each other that they are an exercise."""
    return len(each.cycles) >= FEWEST and each.alike >= least_likeness(each)


def least_likeness(each: MovementSet) -> float:
    """Mean likeness that so many cycles of that length need to be an exercise."""
    least = LIKE_OF_FAST if each.movement.length < FAST_S * RATE_HZ else LIKE_OF_FEW
    return least - LIKE_A_REP * min(max(len(each.cycles) - FEWEST, 0), MANY)


def _is_like_known(each: MovementSet) -> bool:
    """Whether the cycles are so like a known movement that they are of it."""
    return each.alike >= LIKE_OF_KNOWN
