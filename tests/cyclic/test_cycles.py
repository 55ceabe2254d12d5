"""Runs among the anchors of one signal, of which the likenesses are given."""

import numpy as np
import pytest

from imucount.cyclic.anchors import Anchors
from imucount.cyclic.cycles import BINS, LEAST_SCORE, CycleFinder
from imucount.cyclic.history import History, Timing

RATE_HZ = 25.0
FIRST_S = 0.3
HALF = 25  # samples of half a cycle: 1 s


def followed(likenesses, weight=1.0):
    """Give a finder one anchor a second, return the runs that end before and at the end."""
    history = History(100_000, 6)
    history.append(np.sin(np.arange(HALF * (len(likenesses) + 4)) * np.arange(1, 7)[:, np.newaxis] / 10.0))
    finder = CycleFinder(7, history, Timing(RATE_HZ, FIRST_S), weight)
    runs, waiting = [], []
    for number, likeness in enumerate(likenesses):
        now = HALF * (number + 2)
        waiting = [*waiting, number][-9:]
        if finder.is_open or likeness > 0.5:
            new = waiting if not finder.is_open else [number]
            finder.add(
                Anchors(
                    new[0],
                    [HALF * each for each in new],
                    [HALF * (each + 0.5) for each in new],
                    [likenesses[each] for each in new],
                ),
                now,
            )
            runs += finder.scan(now)
        if finder.is_open and finder.is_idle(now):
            runs += finder.wait(now)
    return runs, finder.finish(HALF * (len(likenesses) + 1)), finder


def test_cycles_that_resemble_each_other_make_a_run():
    (run,), later, finder = followed([0.0] * 8 + [0.9] * 10 + [0.0] * 10)
    assert later == []
    assert not finder.is_open
    assert (run.source, run.score) == (7, pytest.approx(10 * 0.4))
    assert (run.start, run.end) == pytest.approx(
        (FIRST_S + 4.5, FIRST_S + 17.5)
    )  # from two cycles before the first that is alike
    assert run.similarities[run.first + 4 : run.last + 1] == [0.9] * 10
    assert {shape.shape for shape in run.shapes} == {(6, BINS)}
    assert {shape.shape for shape in [*run.before.values(), *run.after.values()]} == {(6, BINS // 2)}


def test_a_run_that_goes_on_ends_with_the_stretch():
    ended, (run,), _ = followed([0.0] * 8 + [0.9] * 10)
    assert ended == []
    assert run.stretch_end == FIRST_S + 19.0


def test_a_run_of_too_little_is_none():
    assert followed([0.0] * 8 + [0.5 + 0.3 * LEAST_SCORE] * 3 + [0.0] * 10)[:2] == ([], [])


def test_a_long_run_is_cut_and_goes_on():
    runs, (last,), _ = followed([0.0] * 8 + [0.9] * 300)
    assert [run.is_cut for run in runs] == [True, True]
    assert [run.continues for run in [*runs, last]] == [False, True, True]
    assert all(run.end - run.start <= 122.0 for run in runs)


def test_a_run_that_no_longer_becomes_better_ends():
    hovering = [0.47, 0.52] * 70  # for longer than a run may be, and too little to be over by its score
    runs, _, finder = followed([0.0] * 8 + [1.0] * 6 + hovering)
    assert runs[0].end == pytest.approx(FIRST_S + 13.5)
    assert not finder.is_open


def test_a_weight_makes_scores_less_and_nothing_else():
    likenesses = [0.0] * 8 + [0.9] * 10 + [0.0] * 10
    (run,), _, _ = followed(likenesses)
    (less,), _, _ = followed(likenesses, weight=0.75)
    assert less.score == 0.75 * run.score
    assert less.times == run.times
