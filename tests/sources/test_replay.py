from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.samples import Samples
from imucount.sources.replay import TICK_S, replay


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self):
        self.now_s = 1000.0
        self.slept_s = 0.0

    def __call__(self):
        return self.now_s

    def sleep(self, duration_s):
        assert duration_s > 0
        self.now_s += duration_s
        self.slept_s += duration_s


def samples_at(t):
    return Samples(np.asarray(t, dtype=float), np.tile([0.0, 0.0, 9.81], (len(t), 1)))


def played(chunks, speed):
    """All pieces, with the time that was slept before each."""
    clock = Clock()
    return [(clock.slept_s, *piece) for piece in replay(chunks, speed, clock=clock, sleep=clock.sleep)]


steps_s = st.lists(st.floats(0.001, 0.6), min_size=1, max_size=60)


@given(steps_s, st.lists(st.integers(0, 60), max_size=5), st.sampled_from([0.0, 0.5, 1.0, 7.0, 1e9]))
def test_every_sample_comes_once_and_in_order(steps, cuts, speed):
    whole = samples_at(5.0 + np.cumsum(steps))
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = played([whole[start:end] for start, end in pairwise(edges)], speed)
    np.testing.assert_array_equal(np.concatenate([piece.t for _, _, piece in pieces]), whole.t)
    now = [now_s for _, now_s, _ in pieces]
    assert now == sorted(now)
    assert all(piece.t[-1] <= now_s for _, now_s, piece in pieces if len(piece))


@given(steps_s, st.sampled_from([0.5, 1.0, 7.0]))
def test_a_sample_comes_when_its_time_has_come(steps, speed):
    whole = samples_at(5.0 + np.cumsum(steps))
    for slept_s, _, piece in played([whole], speed):
        for t in piece.t:
            due_s = (t - whole.t[0]) / speed
            assert due_s - TICK_S - 1e-9 <= slept_s <= due_s + TICK_S + 1e-9


def test_time_goes_on_in_a_gap():
    pieces = played([samples_at([0.0, 0.05]), samples_at([1.05])], 1.0)
    assert [len(piece) for _, _, piece in pieces] == [2, *[0] * 10, 1]
    assert [now_s for _, now_s, _ in pieces] == pytest.approx([0.05, *np.arange(1, 11) / 10, 1.05])


def test_at_once_it_never_waits():
    chunks = [samples_at([0.0, 1.0]), samples_at([100.0, 1e6])]
    assert [(slept_s, now_s) for slept_s, now_s, _ in played(chunks, 0.0)] == [(0.0, 1.0), (0.0, 1e6)]


def test_what_lags_behind_is_caught_up_without_waiting():
    clock = Clock()
    pieces = replay([samples_at(np.arange(100) / 10 + 0.05)], clock=clock, sleep=clock.sleep)
    next(pieces)
    clock.now_s += 60.0
    assert len(list(pieces)) == 99
    assert clock.slept_s == pytest.approx(TICK_S)


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_that_cannot_be(speed):
    with pytest.raises(ValueError, match="speed must be 0 or more"):
        next(replay([samples_at([0.0])], speed))


@pytest.mark.parametrize("speed", [0.0, 1.0])
def test_what_is_wrong_at_the_end_of_a_short_recording_shows_at_once(speed):
    def failing():
        yield samples_at([0.0, 100.0])
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        next(replay(failing(), speed))
