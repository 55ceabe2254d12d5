import itertools
from dataclasses import astuple

import numpy as np
import pytest
from circles import twin_loops
from hypothesis import given
from hypothesis import strategies as st

from imucount.circles import loops as core_loops
from imucount.circles.loops import measure_loops
from imucount.circles.plane import Level, PlaneChunk
from imucount.circles.swings import SwingFinder
from imucount.core.library import core

RATE_HZ = 25.0
GRAVITY = 9.81
LEVEL = Level.of(np.array([0.0, 0.0, GRAVITY]))
REST_S = 3.0


def found(elevation, yaw, force=0.0, axis_deg=0.0):
    """A finder, and the swings that it finds in such angles, rad, and this force beside gravity, m/s²."""
    one, two = np.cos(np.radians(axis_deg)), np.sin(np.radians(axis_deg))
    about = one * LEVEL.first + two * LEVEL.second
    tilt = np.outer(about, elevation)
    turn = tilt + np.outer(LEVEL.up, yaw)
    acc = np.outer(LEVEL.up, GRAVITY + force * np.ones(len(elevation)))
    rest = np.outer(LEVEL.up, np.full(len(elevation), LEVEL.gravity))
    finder = SwingFinder(RATE_HZ)
    swings = finder.update(PlaneChunk(np.concatenate([acc, rest, tilt, turn]), LEVEL, 0, False))
    return finder, swings


def measured(finder, swings, has_gyroscope=True):
    return measure_loops(swings, finder.history, finder.first, LEVEL, has_gyroscope, RATE_HZ, 0.0)


def loops_of(*motion, **more):
    return [loop for loop in measured(*found(*motion, **more)) if loop is not None]


def ellipse(period_s=3.0, cycles=4, elevation_deg=16.0, yaw_deg=10.0, sense=1, yaw_lag=0.25):
    t = np.arange(0.0, cycles * period_s + 2.0 * REST_S, 1.0 / RATE_HZ)
    phase = np.clip((t - REST_S) / period_s, 0.0, cycles)
    elevation = np.radians(0.5 * elevation_deg) * (1.0 - np.cos(2.0 * np.pi * phase))
    start = np.cos(2.0 * np.pi * yaw_lag)
    yaw = sense * np.radians(0.5 * yaw_deg) * (np.cos(2.0 * np.pi * (phase - yaw_lag)) - start)
    return elevation, yaw


def middle(loops, axis_deg=0.0, period_s=3.0):
    """The loop of the second circle, seen the right way up."""
    about = np.cos(np.radians(axis_deg)) * LEVEL.first + np.sin(np.radians(axis_deg)) * LEVEL.second
    top_s = REST_S + 1.5 * period_s
    near = [each for each in loops if abs(each.quarter_s[1] - top_s) < 0.1 and np.dot(each.up_axis, about) > 0]
    assert near
    return near[0]


@pytest.mark.parametrize("period_s", [1.2, 3.0, 7.0])
@pytest.mark.parametrize(("elevation_deg", "yaw_deg"), [(16.0, 10.0), (6.0, 4.0), (10.0, 20.0)])
def test_an_ellipse_is_measured_as_it_is(period_s, elevation_deg, yaw_deg):
    shape = ellipse(period_s, elevation_deg=elevation_deg, yaw_deg=yaw_deg)
    loop = middle(loops_of(*shape), period_s=period_s)
    assert loop.elevation_deg == pytest.approx(elevation_deg, rel=0.03)
    assert loop.yaw_deg == pytest.approx(yaw_deg, rel=0.03)
    assert loop.duration_s == pytest.approx(period_s, rel=0.02, abs=0.06)
    assert loop.start_s == pytest.approx(REST_S + period_s, rel=0.01, abs=0.06)
    assert loop.roundness == pytest.approx(1.0, abs=0.03)
    assert loop.closure < 0.03
    assert loop.yaw_closure < 0.06
    assert loop.rise_share == pytest.approx(0.5, abs=0.03)
    assert loop.fullest_quarter == pytest.approx(0.25, abs=0.06)
    area = np.pi / 4.0 * np.radians(elevation_deg) * np.radians(yaw_deg)
    assert np.linalg.norm(loop.area) == pytest.approx(area, rel=0.05)
    assert loop.known_s >= loop.end_s - 0.5 * period_s


@pytest.mark.parametrize("axis_deg", [0.0, 22.5, 60.0, 130.0, 250.0])
def test_the_axis_of_elevation_is_found_whatever_it_is(axis_deg):
    loop = middle(loops_of(*ellipse(), axis_deg=axis_deg), axis_deg)
    about = np.cos(np.radians(axis_deg)) * LEVEL.first + np.sin(np.radians(axis_deg)) * LEVEL.second
    assert np.dot(loop.up_axis, about) > np.cos(np.radians(3.0))
    assert loop.elevation_deg == pytest.approx(16.0, rel=0.03)


def test_the_other_sense_of_rotation_has_the_other_sign():
    one, other = (middle(loops_of(*ellipse(sense=sense))) for sense in (1, -1))
    assert {one.sense, other.sense} == {1, -1}
    assert np.array(one.area) == pytest.approx(-np.array(other.area), rel=1e-6, abs=1e-9)
    assert one.roundness == pytest.approx(other.roundness)


def test_the_same_loop_upside_down_turns_the_same_way_about_the_opposite_axis():
    loops = loops_of(*ellipse())
    up = [each for each in loops if np.dot(each.up_axis, LEVEL.first) > 0.5]
    down = [each for each in loops if np.dot(each.up_axis, LEVEL.first) < -0.5]
    assert up
    assert down
    # A high point taken for a low one: the same turn, so the yaw falls at the other end.
    assert {each.sense for each in up} == {-each.sense for each in down}


def test_the_quarters_are_at_the_sides_and_the_top():
    loop = middle(loops_of(*ellipse(period_s=4.0)), period_s=4.0)
    assert loop.quarter_s == pytest.approx([REST_S + 4.0 + share for share in (1.0, 2.0, 3.0)], abs=0.13)


@pytest.mark.parametrize("yaw_lag", [0.0, 0.02])
def test_a_line_is_no_round_loop(yaw_lag):
    assert all(loop.roundness < 0.25 for loop in loops_of(*ellipse(yaw_lag=yaw_lag)))


def test_a_slanted_ellipse_is_less_round():
    areas = [middle(loops_of(*ellipse(yaw_lag=lag))).roundness for lag in (0.25, 0.18, 0.1)]
    assert areas == sorted(areas, reverse=True)
    assert areas[-1] == pytest.approx(np.sin(2.0 * np.pi * 0.1), abs=0.05)


def test_a_rhombus_with_holds_is_less_round_than_an_ellipse():
    corners = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 0.0], [0.5, -0.5], [0.0, 0.0]])
    path = [np.zeros((75, 2))]
    for _ in range(4):
        for start, end in itertools.pairwise(corners):
            share = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, 13)))[:, np.newaxis]
            path += [start + share * (end - start), np.tile(end, (12, 1))]
    elevation, yaw = np.concatenate([*path, np.zeros((75, 2))]).T
    loops = loops_of(np.radians(16.0) * elevation, np.radians(10.0) * yaw)
    loop = next(each for each in loops if each.start_s < REST_S + 4.5 < REST_S + 7.5 < each.end_s)
    assert 0.5 < loop.roundness < 0.75
    assert loop.elevation_deg == pytest.approx(16.0, rel=0.03)


@pytest.mark.parametrize("lever_m", [0.25, -0.2])
def test_the_force_tells_the_lever(lever_m):
    elevation, yaw = ellipse(period_s=2.0)
    bend = np.gradient(np.gradient(elevation)) * RATE_HZ**2
    loop = middle(loops_of(elevation, yaw, lever_m * bend), period_s=2.0)
    assert loop.lever_m == pytest.approx(lever_m, abs=0.03)
    assert loop.unexplained_rms < 0.35 * loop.force_rms


def test_the_lever_is_surer_the_faster_the_circle():
    spreads = [middle(loops_of(*ellipse(period_s=each)), period_s=each).lever_sd_m for each in (1.2, 3.0, 7.0)]
    assert spreads == sorted(spreads)
    # Angular acceleration goes with the square of the tempo.
    assert spreads[2] / spreads[0] == pytest.approx((7.0 / 1.2) ** 2, rel=0.2)


def test_a_twitch_is_no_loop():
    assert [each for each in loops_of(*ellipse(period_s=0.4)) if each.duration_s < 0.7] == []


@pytest.mark.parametrize("has_gyroscope", [True, False])
def test_what_is_said_of_a_loop_has_the_same_bits_alone_and_among_others(has_gyroscope):
    rng = np.random.default_rng(7)
    shapes = [ellipse(period_s, elevation_deg=size) for period_s in (1.1, 2.3, 4.0, 7.0) for size in (5.0, 18.0)]
    elevation, yaw = np.concatenate(shapes, axis=1)
    wander = 0.002 * np.cumsum(rng.normal(size=(2, len(elevation))), axis=1)
    finder, swings = found(elevation + wander[0], yaw + wander[1])
    together = measured(finder, swings, has_gyroscope)
    assert sum(loop is not None for loop in together) > 30
    for swing, loop in zip(swings, together):
        (alone,) = measured(finder, [swing], has_gyroscope)
        assert (alone is None) == (loop is None)
        assert alone is None or astuple(alone) == astuple(loop)


def test_no_swings_draw_no_loops():
    finder, _ = found(*ellipse())
    assert measured(finder, []) == []


# the core beside numpy


def test_the_core_lays_out_what_it_tells_as_python_does():
    assert core().imucount_loop_size() == core_loops._LOOP.itemsize


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_core_measures_loops_as_numpy_does(seed, has_gyroscope):
    rng = np.random.default_rng(seed)
    n = 900
    # Circles of any size and pace with rests between them, sway, and force of no meaning.
    phase = np.cumsum(np.repeat(rng.choice([0.0, 0.008, 0.013, 0.03], n // 60), 60))
    elevation = 0.1 * (1.0 - np.cos(2.0 * np.pi * phase)) + np.cumsum(rng.normal(0.0, 1e-3, n))
    yaw = 0.1 * np.sin(2.0 * np.pi * phase + rng.uniform(-1.0, 1.0)) + np.cumsum(rng.normal(0.0, 1e-3, n))
    finder, swings = found(elevation, yaw, rng.normal(size=n), rng.uniform(0.0, 360.0))
    swings += finder.finish()
    loops = measured(finder, swings, has_gyroscope)
    twins = twin_loops.measure_loops(swings, finder.history, finder.first, LEVEL, has_gyroscope, RATE_HZ, 0.0)
    assert [loop is None for loop in loops] == [twin is None for twin in twins]
    for loop, twin in zip(loops, twins):
        if loop is not None:
            for value, expected in zip(astuple(loop), astuple(twin)):
                assert value == pytest.approx(expected, rel=1e-7, abs=1e-9)
