from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imucount import RepCounter, Samples, count
from imucount.intake.spikes import Spikes
from imucount.simulate import Circles, Clip, Movement, simulate

STAND = Movement("standing", 5.0)


@cache
def circled(rate_hz=50.0, seed=7):
    script = (STAND, Circles(8, "forward", 3.0), STAND)
    return simulate(script, clip=Clip(sampling_rate_hz=rate_hz), seed=seed).samples


def spiked(samples, share=0.01, seed=0):
    rng = np.random.default_rng(seed)
    acc, gyr = samples.acc.copy(), samples.gyr.copy()
    for values, largest in ((acc, 50.0), (gyr, 20.0)):
        hit = rng.random(values.shape) < share
        values[hit] = rng.choice([-largest, largest], hit.sum())
    return Samples(samples.t, acc, gyr)


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
def test_one_value_in_a_hundred_that_stands_alone_costs_no_circle(rate_hz):
    session = count(spiked(circled(rate_hz)), "right")
    assert [(len(each.reps), each.direction) for each in session.sets] == [(8, "forward")]
    assert any("stands alone between those that agree" in warning for warning in session.warnings)


def test_what_is_sound_is_handed_on_as_it_is():
    samples = circled()
    spikes = Spikes()
    assert spikes.update(samples) is samples
    assert spikes.finish() is None
    assert spikes.warnings == ()


def test_a_jump_that_stays_is_kept():
    t = np.arange(100) / 50.0
    acc = np.where(t[:, np.newaxis] < 1.0, [[0.0, 0.0, 9.81]], [[0.0, 0.0, -9.81]])
    spikes = Spikes()
    kept = [spikes.update(Samples(t[k : k + 1], acc[k : k + 1])) for k in range(100)]
    assert sum(len(each) for each in kept) == 100
    assert spikes.warnings == ()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 400), max_size=12), st.integers(0, 5))
def test_what_is_left_out_does_not_depend_on_the_cuts(cuts, seed):
    samples = spiked(circled()[:400], 0.05, seed)
    whole = Spikes()
    expected = [whole.update(samples), *filter(None, [whole.finish()])]
    pieces = Spikes()
    edges = [0, *sorted(cuts), 400]
    got = [pieces.update(samples[start:end]) for start, end in pairwise(edges)]
    got += filter(None, [pieces.finish()])
    for name in ("t", "acc", "gyr"):
        np.testing.assert_array_equal(
            np.concatenate([getattr(each, name) for each in got]),
            np.concatenate([getattr(each, name) for each in expected]),
        )
    assert pieces.warnings == whole.warnings


def test_a_session_with_spikes_does_not_depend_on_the_cuts():
    samples = spiked(circled())
    counter = RepCounter("right")
    for start in range(0, len(samples), 7):
        counter.update(samples[start : start + 7])
    assert counter.finish() == count(samples, "right")
