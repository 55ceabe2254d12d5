from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from benchmarks.conditions import few_or_many
from imucount import CountingError, RepCounter, Samples, count
from imucount.axis_map import AxisMap
from imucount.intake.axes import all_maps, judge_axes
from imucount.intake.turning import Turning
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

STAND = Movement("standing", 5.0)


@cache
def circled(side="right", direction="forward", seed=3):
    script = (STAND, Circles(8, direction, 3.0), STAND)
    clip = Clip(sampling_rate_hz=50.0)
    return simulate(script, wearer=Wearer(side=side), clip=clip, seed=seed).samples


def mapped(samples, acc="x,y,z", gyr="x,y,z"):
    return Samples(samples.t, AxisMap(acc).apply(samples.acc), AxisMap(gyr).apply(samples.gyr))


def directions(session):
    return [(len(each.reps), each.direction) for each in session.sets]


def axes_warnings(session):
    return [warning for warning in session.warnings if "axes" in warning]


def inverse(axes):
    return AxisMap(axes).inverse.text


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("gyr", ["-x,-y,-z", "x,y,-z", "-x,y,z", "y,x,z", "y,z,x", "x,-z,y"])
def test_a_gyroscope_with_other_axes_is_told_and_circles_are_counted_all_the_same(side, gyr):
    session = count(mapped(circled(side), gyr=gyr), side)
    assert directions(session) == [(8, "unknown")]
    (warning,) = session.warnings
    assert f'gyr_axes="{inverse(gyr)}"' in warning
    assert directions(count(mapped(circled(side), gyr=gyr), side, gyr_axes=inverse(gyr))) == [(8, "forward")]


@pytest.mark.parametrize("acc", ["x,y,-z", "y,x,z", "z,y,x", "-y,x,z"])
def test_so_is_an_accelerometer_with_other_axes(acc):
    session = count(mapped(circled(direction="backward"), acc=acc), "right")
    assert directions(session) == [(8, "unknown")]
    (warning,) = session.warnings
    is_mirrored = np.linalg.det(AxisMap(acc).matrix) < 0
    assert (f'acc_axes="{inverse(acc)}"' in warning) or not is_mirrored
    remedied = count(mapped(circled(direction="backward"), acc=acc), "right", acc_axes=inverse(acc))
    assert directions(remedied) == [(8, "backward")]
    assert remedied.warnings == ()


def test_what_is_reversed_looks_as_what_is_mirrored():
    reversed_ = count(mapped(circled(), gyr="-x,-y,-z"), "right")
    mirrored = count(mapped(circled(), acc="-x,y,z", gyr="-x,y,z"), "right")
    assert directions(reversed_) == directions(mirrored) == [(8, "unknown")]
    assert axes_warnings(reversed_) == axes_warnings(mirrored)
    assert "opposite directions" in axes_warnings(reversed_)[0]


def test_acceleration_that_has_nothing_to_do_with_the_turning_is_told():
    samples = circled()
    level = np.array([0.0, 0.0, 9.81]) + 0.05 * np.random.default_rng(1).normal(size=samples.acc.shape)
    session = count(Samples(samples.t, level, samples.gyr), "right")
    assert {rep.direction for rep in session.reps} <= {"unknown"}
    assert "No exchange of axes alone explains it" in axes_warnings(session)[0]


@pytest.mark.parametrize("kind", ["walking", "sitting", "twists", "arm_swings", "fidgeting"])
def test_movement_with_much_linear_acceleration_contradicts_nothing(kind):
    samples = simulate((STAND, Movement(kind, 30.0), STAND), seed=5).samples
    assert axes_warnings(count(samples, "right")) == []


@pytest.mark.long
def test_the_same_is_said_however_the_stream_is_cut():
    samples = mapped(circled(), gyr="y,x,z")
    whole = count(samples, "right")
    for length in (7, 333):
        counter = RepCounter("right")
        told = [
            rep
            for start in range(0, len(samples), length)
            for rep in counter.update(samples[start : start + length])
        ]
        assert counter.finish() == whole
        assert {rep.direction for rep in told} == {"unknown"}


def test_circles_wait_until_the_axes_are_known():
    samples = circled()
    counter = RepCounter("right")
    told, held = [], 0
    for start in range(0, len(samples), 5):
        told += counter.update(samples[start : start + 5])
        held = max(held, counter.progress.pending)
        assert counter.progress.reps == len(told)
    session = counter.finish()
    assert tuple(told) == session.reps[: len(told)]
    assert len(told) >= 7
    assert 1 <= held <= 5


@pytest.mark.parametrize("text", ["", "x,y", "x,y,y", "x,y,w", "x y z", "--x,y,z", None, 3])
def test_axes_that_are_none(text):
    with pytest.raises(CountingError, match="expected axes such as"):
        AxisMap(text)


@given(st.integers(0, 47))
def test_a_mapping_is_its_matrix(number):
    matrix = all_maps()[number]
    vectors = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(AxisMap.of_matrix(matrix).apply(vectors), vectors @ matrix.T)
    np.testing.assert_array_equal(AxisMap(AxisMap.of_matrix(matrix).text).matrix, matrix)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 47))
def test_the_mapping_that_undoes_another_leaves_least_unexplained(number):
    matrix = all_maps()[number]
    samples = circled()
    sums = Turning().update(Samples(samples.t, samples.acc, samples.gyr @ matrix.T))[-1]
    best = all_maps()[int(np.argmin(sums.unexplained(all_maps())))]
    np.testing.assert_array_equal(best, matrix.T)
    assert judge_axes(sums, is_all=True).outcome == "contradicting"


def test_the_share_unexplained_is_that_of_the_sums_of_squares():
    samples = circled()
    turning = Turning()
    sums = turning.update(samples)[-1]
    nothing = sums.unexplained(np.zeros((1, 3, 3)))
    assert 0.9 < nothing[0] <= 1.0 + 1e-9  # a bias explains next to nothing
    assert sums.unexplained(np.eye(3)[np.newaxis])[0] < 0.2


@pytest.mark.parametrize("kind", ["arm_swings", "walking", "twists", "phone"])
@pytest.mark.parametrize("seed", [1, 7])
def test_a_minute_of_it_contradicts_nothing(kind, seed):
    clip = Clip(sampling_rate_hz=25.0)
    samples = simulate((STAND, Movement(kind, 60.0), STAND), clip=clip, seed=seed).samples
    assert judge_axes(Turning().update(samples)[-1], is_all=True).outcome != "contradicting"


@pytest.mark.parametrize("rate_hz", [0.25, 0.7, 1.0])
def test_a_nod_says_nothing_of_the_other_axes_nor_of_its_own(rate_hz):
    t = np.arange(0.0, 40.0, 0.04)
    angle = 0.6 * np.sin(2.0 * np.pi * rate_hz * t)
    rate = np.gradient(angle, t)
    along = 9.81 * np.sin(angle) - 0.3 * np.gradient(rate, t)  # 30 cm from the joint, below it
    zero = np.zeros_like(t)
    acc = np.stack([along, 9.81 * np.cos(angle) + 0.3 * rate**2, zero], axis=1)
    samples = Samples(t, acc, np.stack([zero, zero, rate], axis=1))
    assert judge_axes(Turning().update(samples)[-1], is_all=True).outcome == "open"


@pytest.mark.parametrize(("reps", "period_s"), [(3, 2.0), (2, 3.0), (1, 5.0)])
def test_one_to_three_circles_are_enough_to_find_a_gyroscope_reversed(reps, period_s):
    script = (STAND, Circles(reps, "forward", period_s), STAND)
    samples = simulate(script, clip=Clip(sampling_rate_hz=50.0), seed=2).samples
    session = count(mapped(samples, gyr="-x,-y,-z"), "right")
    assert {rep.direction for rep in session.reps} <= {"unknown"}
    assert len(axes_warnings(session)) == 1
    assert axes_warnings(count(samples, "right")) == []


def swung(place_m, seconds=40.0):
    """A sensor on an arm that swings up and round, so far from the joint."""
    t = np.arange(0.0, seconds, 0.02)
    raised = 0.4 * np.sin(2.0 * np.pi * 0.47 * t)
    turned = 0.3 * np.sin(2.0 * np.pi * 0.37 * t + 1.0)
    turns = Rotation.from_euler("xz", np.stack([raised, turned], axis=1))
    gyr = (turns[:-1].inv() * turns[1:]).as_rotvec() / 0.02
    force = np.array([0.0, 0.0, 9.81]) + np.gradient(np.gradient(turns.apply(place_m), 0.02, axis=0), 0.02, axis=0)
    acc = turns.inv().apply(force)
    return Samples(t[:-1] + 0.01, 0.5 * (acc[:-1] + acc[1:]), gyr)


@pytest.mark.parametrize("place_m", [(0.0, 0.0, -0.6), (0.0, 0.6, 0.0), (-0.1, -0.55, 0.2)])
def test_what_an_arm_that_swings_adds_far_from_the_joint_is_no_contradiction(place_m):
    sums = Turning().update(swung(place_m))[-1]
    near = sums.unexplained(all_maps()[:1])[0]
    assert sums.unexplained_far(0.75) < 0.25 * near
    assert sums.unexplained_far(0.0) == pytest.approx(near, rel=0.01)
    assert judge_axes(sums, is_all=True, of_shoulder=False).outcome != "contradicting"


def test_no_place_within_reach_explains_a_gyroscope_that_is_reversed():
    samples = swung((0.0, 0.0, -0.6))
    sums = Turning().update(Samples(samples.t, samples.acc, -samples.gyr))[-1]
    assert sums.unexplained_far(0.75) > 1.5
    assert judge_axes(sums, is_all=True, of_shoulder=False).outcome == "contradicting"


def test_thirty_quick_circles_in_a_row_contradict_nothing():
    # 0.3 m from the neck their linear acceleration goes with the turning, which some matrix explains as well.
    simulation = few_or_many(np.random.default_rng([10350004, 1])).simulate(10350004)
    assert directions(count(simulation.samples, simulation.side)) == [(30, simulation.reps[0].direction)]
