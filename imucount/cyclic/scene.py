"""sets_in: the sets in a stretch of signal, of whatever movements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import log

from imucount.cyclic.cover import LEAST_LIKE
from imucount.cyclic.following import Follower, Movement, MovementSet
from imucount.cyclic.similarity import NEAR_LENGTH, RATE_HZ, STEP, RepetitionMap, Run
from imucount.cyclic.templates import LONGEST, SHORTEST
from imucount.samples import FloatArray
from imucount.signals import SetVerdict

__all__ = ["FEWEST", "Reject", "least_likeness", "sets_in"]

Reject = Callable[[MovementSet, SetVerdict], None]
"""Is told of sets that were seen and are none, and why; of the same one more than once."""

RIVALS, RIVAL_SHARE = 3, 0.4
"""Runs at one time that are tried, of cycles of different lengths: the longest, most alike, and
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
"""Mean likeness of three cycles, and of three fast ones, that may be an exercise; each further one makes as much
less enough, up to ten. What people do in between has 0.65 to 0.8, writing hands up to 0.75. Other sets of a
movement that is one need no more than their cycles do."""

LEAST_LIKE_TAUGHT, LIKE_OF_TAUGHT, SIZE_OF_TAUGHT = 0.45, 0.58, 3.0
"""Likeness of single cycles, and mean of a set, where an example tells how long they are; and how many times as
large as in it they may be. Less is enough, since nothing else is looked for."""

FAST_S = 0.48
"""Length of a cycle below which it is fast."""

BESIDE_SHARE, BESIDE_S = 0.2, 10.0
"""So small a movement, so soon before or after another one, is getting ready for it or coming from it. A set of
lighter work has a rest before it."""


def sets_in(
    x: FloatArray,
    is_cut: tuple[bool, bool],
    first: Movement | None = None,
    taught: Movement | None = None,
    reject: Reject = lambda *_: None,
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
    taught : Movement, optional
        One of which there is an example: nothing else is looked for, and less likeness is enough.
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
    if taught is not None:
        repetition.keep(SHORTEST * taught.length, LONGEST * taught.length)
        for each in _taught_in(x, is_cut, taught):
            free = _free(each, sets)
            if free is None:
                continue
            if repetition.has_shorter(_length(free), free.start, free.end):
                reject(free, "another")
            else:
                sets.append(free)
    for each in sets:
        repetition.close(each.start, each.end)
    while runs := repetition.runs():
        shown = _shown_by(_rivals(runs), x, taught, reject)
        repetition.close_run(runs[0])
        if shown is None:
            continue
        candidates = []
        for candidate in _around_it(shown, x, is_cut, taught):
            free = _free(candidate, sets)
            if free is None:
                continue
            has_shorter = repetition.has_shorter(_length(free), free.start, free.end)
            if taught is not None and (has_shorter or not _is_as_taught(free.movement, taught)):
                reject(free, "another")
            elif has_shorter:
                reject(free, "several in one")
            else:
                candidates.append(free)
        is_shown = any(_is_like(each, taught) for each in candidates)
        for each in candidates:
            if is_shown:
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


def _taught_in(x: FloatArray, is_cut: tuple[bool, bool], taught: Movement) -> list[MovementSet]:
    """Find the sets that the example shows, where the sensor sits as it did."""
    if taught.length > x.shape[1]:
        return []
    follower = Follower(x, taught.length, is_cut, LEAST_LIKE_TAUGHT)
    shown = follower.shown_by(taught.template)
    found = follower.sets(shown[0].movement.template) if shown else []
    return [each for each in found if _is_like(each, taught)]


def _is_as_taught(movement: Movement, taught: Movement) -> bool:
    """Whether a movement has the length and the size of the one that was taught."""
    return (
        SHORTEST < movement.length / taught.length < LONGEST
        and 1.0 / SIZE_OF_TAUGHT < movement.rms / taught.rms < SIZE_OF_TAUGHT
    )


def _is_beside(each: MovementSet, sets: list[MovementSet]) -> bool:
    """Whether a much larger movement is next to it."""
    near = BESIDE_S * RATE_HZ
    return any(
        other.start < each.end + near
        and each.start < other.end + near
        and each.movement.rms < BESIDE_SHARE * other.movement.rms
        for other in sets
    )


def _shown_by(
    runs: Iterable[Run], x: FloatArray, taught: Movement | None, reject: Reject
) -> tuple[Run, Movement] | None:
    """Give the one of the runs of which the cycles explain most, and the movement that it shows."""
    best: tuple[float, Run, Movement] | None = None
    least = LEAST_LIKE if taught is None else LEAST_LIKE_TAUGHT
    for run in runs:
        start, end = _around(run, x.shape[1], AROUND * run.lag)
        follower = Follower(x[:, start:end], run.lag, (False, False), least)
        found = follower.shown_at(run.best * STEP - start)
        value = sum(each.value for each in found if _is_like(each, taught))
        for each in found:
            if not _is_like(each, taught):
                reject(_moved(each, start), "unlike")
        if value > 0.0 and (best is None or value >= PREFERRED * best[0]):  # the next one is shorter
            best = (value, run, found[0].movement)
    return None if best is None else best[1:]


def _around_it(
    shown: tuple[Run, Movement], x: FloatArray, is_cut: tuple[bool, bool], taught: Movement | None
) -> list[MovementSet]:
    """Find the sets of a movement near the run that showed it."""
    run, movement = shown
    n = x.shape[1]
    least = LEAST_LIKE if taught is None else LEAST_LIKE_TAUGHT
    start, end = _around(run, n, AROUND * run.lag + REACH_S * RATE_HZ)
    follower = Follower(
        x[:, start:end], movement.length, (is_cut[0] and start == 0, is_cut[1] and end == n), least
    )
    return [_moved(each, start) for each in follower.sets(movement.template)]


def _rivals(runs: list[Run]) -> list[Run]:
    """Give the first run, and those at the same time of shorter cycles."""
    first = runs[0]
    rivals = [first]
    for run in runs[1:]:
        if len(rivals) == RIVALS or run.score < RIVAL_SHARE * first.score:
            break
        shared = min(run.last, first.last) - max(run.first, first.first)
        if 2 * shared > run.last - run.first and all(log(each.lag / run.lag) > NEAR_LENGTH for each in rivals):
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


def _is_like(each: MovementSet, taught: Movement | None) -> bool:
    """Whether the cycles are so like each other that they are an exercise, or the one that was taught."""
    fewest = FEWEST if taught is None else 2
    return len(each.cycles) >= fewest and each.alike >= least_likeness(each, taught)


def least_likeness(each: MovementSet, taught: Movement | None) -> float:
    """Mean likeness that so many cycles of that length need to be an exercise, or the one that was taught."""
    if taught is not None:
        return LIKE_OF_TAUGHT
    least = LIKE_OF_FAST if each.movement.length < FAST_S * RATE_HZ else LIKE_OF_FEW
    return least - LIKE_A_REP * min(max(len(each.cycles) - FEWEST, 0), MANY)
