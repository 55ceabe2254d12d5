"""Cycles that explain most: by dynamic programming as by trying all."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.cyclic.cover import LEAST_LIKE, PAUSE, START, cover
from imucount.cyclic.templates import cycle_lengths, likeness, tempo_likeness


def best_of_all(gains, lengths, usual, goes_on):
    """Try each cycle and each pause at each sample."""
    pause = START / (PAUSE * usual)

    @cache
    def in_set(end):
        if end < 0:
            return 0.0 if goes_on and end == -1 else -np.inf
        values = [in_set(end - 1) - pause]
        for row, length in enumerate(lengths):
            if end >= length:
                values.append(max(in_set(end - length), idle(end - length) - START) + gains[end, row])
        return max(values)

    @cache
    def idle(end):
        return 0.0 if end < 0 else max(idle(end - 1), in_set(end))

    return idle(len(gains) - 1)


@given(st.integers(0, 10_000), st.integers(4, 60), st.booleans())
def test_the_value_is_the_best_there_is(seed, n, goes_on):
    lengths = np.array([3, 4, 6])
    alike = np.random.default_rng(seed).uniform(0.0, 1.0, (2, n + 1, 3))
    is_there = np.arange(n + 1)[:, np.newaxis] >= lengths
    covered = cover(alike, is_there, lengths, 4.0, goes_on=goes_on)
    for each, (value, sets) in zip(alike, covered, strict=True):
        gains = (each - LEAST_LIKE) * lengths / 4.0
        assert value == pytest.approx(best_of_all(gains, tuple(lengths.tolist()), 4.0, goes_on))
        cycles = [cycle for found in sets for cycle in found]
        assert all(a.end <= b.start for a, b in pairwise(cycles))
        assert all(
            cycle.alike == each[cycle.end, lengths.searchsorted(cycle.end - cycle.start)] for cycle in cycles
        )


def test_a_long_pause_parts_sets():
    alike = np.zeros((1, 141, 1))
    alike[0, [10, 20, 30, 40, 100, 110, 120, 130]] = 1.0
    ((_, sets),) = cover(alike, np.arange(141)[:, np.newaxis] >= 10, np.array([10]), 10.0)
    assert [len(found) for found in sets] == [4, 4]


def test_lengths_are_around_the_usual_one():
    lengths = cycle_lengths(15.0)
    assert (lengths[0], lengths[-1]) == (9, 25)
    assert (np.diff(lengths) > 0).all()


def test_cycles_of_like_tempo_are_alike():
    assert tempo_likeness(np.array([1.0, 1.2, 0.85])) == pytest.approx(1.0)
    assert tempo_likeness(np.array([2.0]))[0] < 0.5


def test_another_posture_makes_unlike():
    wave = np.tile(np.sin(np.linspace(0.0, 6.0, 12)), (6, 1))
    elsewhere = wave + np.array([4.0, 0, 0, 0, 0, 0])[:, np.newaxis]
    turning = wave + np.array([0, 0, 0, 0, 0, 4.0])[:, np.newaxis]
    alike = likeness(np.stack([wave, elsewhere, turning], axis=1), wave[np.newaxis])[0]
    assert alike[0] == pytest.approx(1.0)
    assert alike[1] < -0.5
    assert alike[2] == pytest.approx(1.0)
