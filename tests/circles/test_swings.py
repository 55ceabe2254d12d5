import itertools
from dataclasses import astuple

import numpy as np
import pytest
from circles import twin_swings
from hypothesis import given
from hypothesis import strategies as st

from imucount.circles import swings as core_swings
from imucount.circles.plane import Level, PlaneChunk
from imucount.circles.swings import SwingFinder
from imucount.core.library import core

RATE_HZ = 25.0
LEVEL = Level.of(np.array([3.0, -6.0, 7.0]))


def chunk_of(tilt_1, tilt_2=None, yaw=None):
    """Motion that is resolved into this tilt and yaw, rad, on a first level."""
    zero = np.zeros(len(tilt_1))
    tilt_2, yaw = (zero if angle is None else angle for angle in (tilt_2, yaw))
    rest = np.outer(LEVEL.gravity * LEVEL.up, np.ones(len(tilt_1)))
    tilt = np.outer(LEVEL.first, tilt_1) + np.outer(LEVEL.second, tilt_2)
    return PlaneChunk(np.concatenate([rest, rest, tilt, tilt + np.outer(LEVEL.up, yaw)]), LEVEL, 0, False)


def swings_of(*angles, cuts=()):
    whole = chunk_of(*angles)
    finder = SwingFinder(RATE_HZ)
    edges = [0, *sorted(cuts), whole.motion.shape[1]]
    swings = []
    for start, end in itertools.pairwise(edges):
        if start < end:  # the plane gives no empty chunks, and first a second at once
            review = 0 if start == 0 else None
            swings += finder.update(PlaneChunk(whole.motion[:, start:end], LEVEL, review, False))
    return swings


def cosines(size_deg=10.0, period_s=3.0, cycles=5, rest_s=3.0):
    """Rises and falls of this size, with rests before and after; a little tremor, for no sensor is ever still."""
    t = np.arange(0.0, cycles * period_s + 2.0 * rest_s, 1.0 / RATE_HZ)
    phase = np.clip((t - rest_s) / period_s, 0.0, cycles)
    return np.radians(0.5 * size_deg) * (1.0 - np.cos(2.0 * np.pi * phase)) + 1e-5 * np.sin(17.0 * t)


def upward(swings, axis=(1.0, 0.0)):
    return [swing for swing in swings if swing.axis[0] * axis[0] + swing.axis[1] * axis[1] > 0.5]


def spans(swings):
    return {(swing.start, swing.top, swing.end) for swing in swings}


@pytest.mark.parametrize("size_deg", [4.0, 10.0, 25.0])
@pytest.mark.parametrize("period_s", [1.0, 3.0, 8.0])
def test_every_rise_and_fall_is_found(size_deg, period_s):
    swings = upward(swings_of(cosines(size_deg, period_s)))
    for cycle in range(5):
        low, high, next_low = ((3.0 + (cycle + share) * period_s) * RATE_HZ for share in (0.0, 0.5, 1.0))
        near = [
            swing
            for swing in swings
            if abs(swing.top - high) <= 2
            and swing.start <= low + 0.1 * period_s * RATE_HZ
            and abs(swing.end - next_low) <= 0.15 * period_s * RATE_HZ
        ]
        assert near, cycle


@pytest.mark.parametrize("angle_deg", [0.0, 20.0, 45.0, 100.0, 160.0])
def test_the_axis_in_which_the_tilt_rises_is_told(angle_deg):
    one, two = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    tilt = cosines()
    swings = [swing for swing in swings_of(one * tilt, two * tilt) if abs(swing.top - 10.5 * RATE_HZ) <= 2]
    assert swings
    for swing in swings:
        assert np.hypot(*swing.axis) == pytest.approx(1.0)
        assert swing.axis[0] * one + swing.axis[1] * two > np.cos(np.radians(30.0))


def test_a_swing_upside_down_has_the_opposite_axis():
    tilt = cosines(period_s=3.2, cycles=4)
    ups, downs = spans(upward(swings_of(tilt))), spans(upward(swings_of(-tilt), (-1.0, 0.0)))
    assert len(ups) >= 4
    assert ups == downs, "high and low points are found alike"


def test_low_points_and_the_moment_of_knowing_are_in_order():
    n = len(cosines())
    for swing in swings_of(cosines(), 0.3 * cosines()[::-1]):
        assert 0 <= swing.start < swing.top < swing.end <= swing.known < n


def test_swings_come_in_the_order_in_which_they_are_known():
    known = [swing.known for swing in swings_of(cosines(), np.roll(cosines(), 19))]
    assert len(known) > 5
    assert known == sorted(known)


def test_nothing_is_known_before_its_samples():
    """What the finder says after n samples is what it had said of them when there were more."""
    tilt = cosines()
    swings = [astuple(swing) for swing in swings_of(tilt)]
    for n in range(60, len(tilt), 37):
        assert [astuple(swing) for swing in swings_of(tilt[:n])] == [each for each in swings if each[0] < n]


def test_no_swing_is_told_twice():
    swings = swings_of(cosines(), 0.5 * cosines())
    keys = [(swing.start, swing.top, swing.end, swing.axis) for swing in swings]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("tilt", [np.zeros(500), cosines(0.8), np.linspace(0.0, 0.5, 500)])
def test_rest_sway_and_slow_drift_are_no_swings(tilt):
    assert swings_of(tilt) == []


def test_swings_come_to_rest_at_the_ends_of_a_set():
    swings = upward(swings_of(cosines(cycles=3)))
    last = [swing for swing in swings if abs(swing.top - (3.0 + 2.5 * 3.0) * RATE_HZ) <= 2]
    assert last, "what follows does not turn round"


def test_the_last_swing_needs_no_next_one():
    tilt = cosines(cycles=1, rest_s=4.0)
    assert any(abs(swing.end - 7.0 * RATE_HZ) <= 8 for swing in upward(swings_of(tilt)))


@st.composite
def wandering(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = 600
    steps = rng.normal(0.0, draw(st.floats(0.005, 0.05)), (3, n))
    smooth = np.stack([np.convolve(np.cumsum(row), np.ones(9) / 9, mode="same") for row in steps])
    return smooth - np.linspace(smooth[:, :1], smooth[:, -1:], n, axis=1)[..., 0]


@given(wandering(), st.lists(st.integers(25, 600), max_size=20))
def test_the_same_swings_are_found_however_the_stream_is_cut(angles, cuts):
    assert [astuple(swing) for swing in swings_of(*angles, cuts=cuts)] == [
        astuple(swing) for swing in swings_of(*angles)
    ]


@pytest.mark.parametrize("length", [1, 3])
def test_the_same_swings_are_found_in_small_pieces(length):
    tilt = cosines()
    whole = [astuple(swing) for swing in swings_of(tilt, 0.4 * tilt)]
    assert whole
    assert [astuple(swing) for swing in swings_of(tilt, 0.4 * tilt, cuts=range(25, len(tilt), length))] == whole


def test_a_new_level_begins_anew():
    tilt = cosines(cycles=2)
    finder = SwingFinder(RATE_HZ)
    before = finder.update(chunk_of(tilt))
    after = finder.update(chunk_of(tilt))
    shift = len(tilt)
    assert before
    assert [(swing.start - shift, swing.top - shift) for swing in after] == [
        (swing.start, swing.top) for swing in before
    ]


# the core beside numpy


def test_the_core_lays_out_what_it_knows_as_python_does():
    assert core().imucount_finder_size() == core_swings._STATE.itemsize


@given(wandering(), st.sampled_from([1.0, 3.0]))
def test_the_core_finds_the_swings_that_numpy_finds(angles, slowness):
    n = angles.shape[1]
    slow = [np.interp(np.arange(0.0, n, 1.0 / slowness), np.arange(n), angle) for angle in angles]
    whole = chunk_of(*slow)
    found, expected = SwingFinder(RATE_HZ), twin_swings.SwingFinder(RATE_HZ)
    assert [astuple(each) for each in found.update(whole)] == [astuple(each) for each in expected.update(whole)]
    assert [astuple(each) for each in found.finish()] == [astuple(each) for each in expected.finish()]


def test_hours_at_once_and_in_packets_are_the_same_swings():
    """What is forgotten follows from what was seen, not from how it came."""
    rng = np.random.default_rng(8)
    n = int(2 * 3600 * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    tilt = np.radians(6.0) * np.sin(2.0 * np.pi * t / rng.uniform(2.0, 9.0)) * (np.sin(t / 40.0) > 0.0)
    angles = tilt, 0.3 * np.roll(tilt, 20), np.cumsum(rng.normal(0.0, 1e-3, n))
    whole = [astuple(swing) for swing in swings_of(*angles)]
    assert len(whole) > 500
    assert [astuple(swing) for swing in swings_of(*angles, cuts=range(25, n, 90))] == whole
