"""The map of repetition: where it says that cycles are alike, they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imucount.cyclic.similarity import DRIFT, LAGS, LEAST, LEAST_BEST, LEAST_RMS, STEP, RepetitionMap, octaves


def waves(period, n=1000, seed=0):
    """Two waves of one period, and some noise."""
    phase = 2.0 * np.pi * np.arange(n) / period
    x = np.random.default_rng(seed).normal(0.0, 0.02, (6, n))
    x[0] += np.sin(phase)
    x[4] += 0.5 * np.cos(2.0 * phase)
    return x


def plain_likeness(x, lag, at):
    before, after = x[:, at - lag : at], x[:, at : at + lag]
    posture = max(np.sum((before[:3].mean(axis=1) - after[:3].mean(axis=1)) ** 2) - DRIFT**2, 0.0)
    before, after = (part - part.mean(axis=1, keepdims=True) for part in (before, after))
    return (2.0 * np.sum(before * after) - lag * posture) / (np.sum(before**2) + np.sum(after**2))


@pytest.mark.parametrize("octave", range(5))
def test_likeness_is_that_of_the_cycles_before_and_after(octave):
    x = np.cumsum(np.random.default_rng(octave).normal(size=(6, 1200)), axis=1)
    likeness = RepetitionMap(x).likeness
    (row,) = np.flatnonzero(13 << octave == LAGS)
    y = octaves(x)[octave]
    for moment in (60, 75, 90):
        expected = plain_likeness(y, 13, (moment * STEP) >> octave)
        assert likeness[row, moment] == pytest.approx(expected, abs=1e-9)


def plain_runs(repetition):
    """Runs at each length and the next to it, the best first."""
    open_, runs = np.maximum(repetition.likeness - LEAST, 0.0), []
    for row, lag in enumerate(LAGS):
        low = max(0, row - 1)
        near = open_[low : row + 2]
        at = np.flatnonzero(near.max(axis=0))
        for part in np.split(at, np.flatnonzero(np.diff(at) > max(1.5, lag / STEP / 2)) + 1) if len(at) else []:
            first, last = part[0], part[-1] + 1
            own = low + near[:, first:last].sum(axis=1).argmax()
            if near[:, first:last].max() >= LEAST_BEST - LEAST:
                score = near[:, first:last].max(axis=0).sum()
                runs.append((score, own, first, last, first + open_[own, first:last].argmax()))
    return sorted(runs, key=lambda run: (-run[0], *run[1:]))


@given(seed=st.integers(0, 10_000), period=st.integers(6, 200), n=st.integers(0, 900))
def test_runs_are_of_moments_that_are_near_each_other(seed, period, n):
    rng = np.random.default_rng(seed)
    x = 20.0 * waves(period, n, seed) * rng.choice([0.0, 1.0], n // 100 + 1, p=[0.3, 0.7]).repeat(100)[:n]
    repetition = RepetitionMap(x + 3.0 * rng.normal(size=(6, n)))
    runs = [(run.score, run.row, run.first, run.last, run.best) for run in repetition.runs()]
    assert np.array(runs) == pytest.approx(np.array(plain_runs(repetition)))


@pytest.mark.parametrize("period", [6, 13, 29, 70, 150, 300])
def test_the_first_run_is_of_the_length_of_its_cycles(period):
    run = RepetitionMap(3.0 * waves(period)).runs()[0]
    assert run.lag == pytest.approx(period, rel=0.06)
    assert run.first * STEP == pytest.approx(period, abs=period / 4 + STEP)
    assert run.last * STEP == pytest.approx(1000 - period, abs=period / 4 + STEP)


def test_the_mount_makes_no_difference():
    x = waves(40)
    turn = Rotation.random(random_state=1).as_matrix()
    turned = np.concatenate([turn @ x[:3], turn @ x[3:]])
    assert RepetitionMap(turned).likeness == pytest.approx(RepetitionMap(x).likeness, abs=1e-9)


def test_what_is_as_small_as_breath_or_is_made_of_is_no_run():
    assert RepetitionMap(waves(40)).runs()
    assert not RepetitionMap(LEAST_RMS / 2.0 * waves(40)).runs()
    repetition = RepetitionMap(waves(40))
    repetition.close(0, 1000)
    assert not repetition.runs()


def test_two_reps_are_told_from_one_of_twice_the_length():
    repetition = RepetitionMap(waves(40))
    assert repetition.has_shorter(80.0, 200, 800)
    assert not repetition.has_shorter(40.0, 200, 800)


def test_there_is_nothing_in_no_samples():
    assert RepetitionMap(np.empty((6, 0))).runs() == []
