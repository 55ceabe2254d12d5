import itertools

import numpy as np
import pytest
from circles import twin_plane
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from imucount.circles import plane as core_plane
from imucount.circles.plane import Channel, Level, ShoulderPlane
from imucount.core.library import core
from imucount.filters import EvenGrid
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

RATE_HZ = 25.0
GRAVITY = 9.81
MOUNTS = [Rotation.identity(), Rotation.from_rotvec([2.0, 0.3, -1.0]), Rotation.from_rotvec([-0.4, 2.2, 2.0])]


def bins_of(rotation, rate_hz=RATE_HZ):
    """Specific force and angular rate of a sensor that turns on the spot; rotation is sensor to earth."""
    acc = rotation.inv().apply([0.0, 0.0, GRAVITY])
    steps = (rotation[:-1].inv() * rotation[1:]).as_rotvec() * rate_hz
    gyr = np.concatenate([steps[:1], steps])
    return np.concatenate([acc.T, gyr.T])


def nodding(angle, axis, mount):
    """A sensor that turns by an angle about an axis of the earth frame."""
    return Rotation.from_rotvec(angle[:, np.newaxis] * np.asarray(axis, dtype=float)) * mount


def resolved(bins, cuts=(), has_gyroscope=True):
    """Everything that the plane gives, as new samples on their levels, and the levels."""
    plane = ShoulderPlane(RATE_HZ, has_gyroscope)
    edges = [0, *sorted(cuts), bins.shape[1]]
    motion, channels, levels, n = [], [], [], 0
    for start, end in itertools.pairwise(edges):
        for chunk in plane.update(bins[:, start:end]):
            if chunk.review is not None:
                levels.append((n, chunk.level.up.tolist(), chunk.level.gravity, chunk.review, chunk.moved))
                motion.append(chunk.motion[:, : chunk.review])  # seen once more: to be the same bits, too
            new = chunk.motion[:, chunk.review or 0 :]
            motion.append(new)
            channels.append(chunk.level.resolve(new))
            n += new.shape[1]
    join = lambda parts, rows: np.concatenate(parts, axis=1) if parts else np.empty((rows, 0))  # noqa: E731
    return join(motion, 12), join(channels, 8), levels, plane


@pytest.fixture(scope="module")
def eventful():
    """Standing, a tilt to another attitude, nodding, posture that drifts by 25 deg."""
    t = np.arange(1500) / RATE_HZ
    angle = np.zeros_like(t)
    angle += np.radians(70.0) * np.clip((t - 12.0) / 1.5, 0.0, 1.0)
    angle += 0.1 * np.sin(2.0 * np.pi * 0.4 * t)
    angle += np.radians(25.0) * np.clip((t - 30.0) / 15.0, 0.0, 1.0)
    noise = np.random.default_rng(5).normal(0.0, 0.01, (6, len(t)))
    return bins_of(nodding(angle, [1.0, 0.0, 0.0], MOUNTS[1])) + noise


# Level


@given(st.lists(st.floats(-20.0, 20.0), min_size=3, max_size=3).filter(lambda force: np.linalg.norm(force) > 1.0))
def test_a_level_frame_is_right_handed_with_up_along_the_force(force):
    level = Level.of(np.array(force))
    frame = np.stack([level.first, level.second, level.up])
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.cross(level.first, level.second) == pytest.approx(level.up, abs=1e-12)
    assert level.gravity * level.up == pytest.approx(force, rel=1e-12, abs=1e-12)
    assert level.to_sensor(1.0, -2.0, 3.0) == pytest.approx([1.0, -2.0, 3.0] @ frame, abs=1e-12)


# tilt and yaw against the truth


@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("frequency_hz", [0.03, 0.12, 0.3, 0.8])
@pytest.mark.parametrize("has_gyroscope", [True, False])
def test_tilt_is_the_angle_that_the_sensor_turned(mount, frequency_hz, has_gyroscope):
    t = np.arange(0.0, 60.0, 1.0 / RATE_HZ)
    angle = np.radians(5.0) * np.sin(2.0 * np.pi * frequency_hz * np.maximum(t - 2.0, 0.0))
    axis = [0.6, -0.8, 0.0]
    bins = bins_of(nodding(angle, axis, mount))
    if not has_gyroscope:
        bins[3:] = 0.0
    _, channels, levels, plane = resolved(bins, has_gyroscope=has_gyroscope)
    assert len(levels) == 1
    tilt = channels[[Channel.TILT_1, Channel.TILT_2]]
    # Both components follow the angle, delayed by the low-pass, by the axis as the level frame sees it.
    delayed = np.interp(t - plane.delay_s - 0.5 * has_gyroscope / RATE_HZ, t, angle)
    level = Level.of(bins[:3, 0])
    share = np.stack([level.first, level.second]) @ mount.inv().apply(axis)
    error_deg = np.degrees(tilt - np.outer(share, delayed))[:, 250:]
    assert np.abs(error_deg - error_deg.mean(axis=1, keepdims=True)).max() < 0.75


@pytest.mark.parametrize("mount", MOUNTS)
def test_yaw_is_the_turn_about_the_vertical(mount):
    t = np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    angle = np.radians(8.0) * np.sin(2.0 * np.pi * 0.3 * np.maximum(t - 3.0, 0.0))
    _, channels, _, plane = resolved(bins_of(nodding(angle, [0.0, 0.0, 1.0], mount)))
    delayed = np.interp(t - plane.delay_s, t, angle)
    error = channels[Channel.YAW] - delayed
    drift = np.polynomial.Polynomial.fit(t, error, 1)  # what is left of the bias
    assert np.degrees(np.abs(error - drift(t))).max() < 1.0
    assert np.degrees(np.ptp(drift(t))) < 2.5
    assert np.degrees(np.abs(channels[[Channel.TILT_1, Channel.TILT_2]])).max() < 0.2


def test_a_simulated_shoulder_tilts_as_the_truth_says():
    calm = Wearer(sway_deg=0.2, posture_drift_deg=0.5)
    script = [Movement("standing", 5.0), Circles(5, "forward"), Movement("standing", 3.0)]
    truth = simulate(script, wearer=calm, clip=Clip(wobble_deg=0.0), seed=3)
    samples = truth.samples
    bins = EvenGrid(RATE_HZ).update(samples.t, np.concatenate([samples.acc.T, samples.gyr.T]))
    _, channels, levels, plane = resolved(bins)
    assert len(levels) == 1
    up = Rotation.from_quat(truth.quat, scalar_first=True).inv().apply([0.0, 0.0, 1.0])
    level = Level.of(bins[:3, : int(RATE_HZ)].mean(axis=1))
    true = np.stack([up @ level.second, -up @ level.first])
    t = samples.t[0] + (np.arange(channels.shape[1]) + 0.9) / RATE_HZ - plane.delay_s
    tilt = channels[[Channel.TILT_1, Channel.TILT_2]]
    error_deg = np.degrees(tilt - np.stack([np.interp(t, samples.t, row) for row in true]))[:, 50:]
    assert error_deg.std(axis=1).max() < 1.0
    assert np.ptp(np.degrees(true), axis=1).max() > 8.0


def test_without_a_gyroscope_there_is_no_yaw():
    bins = bins_of(nodding(0.1 * np.sin(np.arange(500) / 10.0), [1.0, 0.0, 0.0], MOUNTS[0]))
    bins[3:] = 0.0
    _, channels, _, _ = resolved(bins, has_gyroscope=False)
    assert not channels[[Channel.YAW, Channel.TURN_1, Channel.TURN_2]].any()


@pytest.mark.parametrize("bias_dps", [-8.0, 0.5, 8.0])
def test_the_gyroscopes_bias_is_found_at_rest(bias_dps):
    bins = np.zeros((6, 1500))
    bins[2] = GRAVITY
    bins[3:] = np.radians(bias_dps)
    _, channels, _, _ = resolved(bins + np.random.default_rng(6).normal(0.0, 1e-3, bins.shape))
    assert np.degrees(np.ptp(channels[Channel.YAW])) < 1.0
    assert np.degrees(np.abs(channels[[Channel.TILT_1, Channel.TILT_2]])).max() < 0.5


@pytest.mark.parametrize("gravity", [9.4, 9.81, 10.2])
def test_force_is_what_the_accelerometer_reads(gravity):
    bins = np.zeros((6, 300))
    bins[1] = -gravity
    _, channels, levels, _ = resolved(bins)
    assert channels[Channel.FORCE] == pytest.approx(np.full(300, gravity))
    assert channels[[Channel.LEVEL_1, Channel.LEVEL_2]] == pytest.approx(np.zeros((2, 300)), abs=1e-9)
    assert levels[0][1:3] == ([0.0, -1.0, 0.0], pytest.approx(gravity))


# levels


def test_the_first_second_is_kept_until_it_is_whole():
    plane = ShoulderPlane(RATE_HZ, has_gyroscope=True)
    rest = np.zeros((6, 40))
    rest[2] = GRAVITY
    assert plane.update(rest[:, :24]) == []
    (chunk,) = plane.update(rest[:, 24:])
    assert chunk.motion.shape == (12, 40)
    assert chunk.review == 0
    assert not chunk.moved


def test_circles_and_sway_do_not_change_the_level():
    t = np.arange(0.0, 60.0, 1.0 / RATE_HZ)
    angle = np.radians(12.0) * np.sin(2.0 * np.pi * t / 8.0)
    assert len(resolved(bins_of(nodding(angle, [1.0, 0.0, 0.0], MOUNTS[0])))[2]) == 1


@pytest.mark.parametrize("turn_deg", [50.0, 90.0, 170.0])
@pytest.mark.parametrize("axis", [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0]])
def test_another_attitude_makes_a_new_level_soon(turn_deg, axis):
    t = np.arange(0.0, 30.0, 1.0 / RATE_HZ)
    angle = np.radians(turn_deg) * np.clip((t - 10.0) / 2.0, 0.0, 1.0)
    rotation = nodding(angle, axis, MOUNTS[1])
    _, channels, levels, _ = resolved(bins_of(rotation))
    at, up, _, _, moved = levels[-1]
    assert moved
    assert 10.0 < at / RATE_HZ < 16.0
    true_up = rotation[-1].inv().apply([0.0, 0.0, 1.0])
    assert np.degrees(np.arccos(np.clip(np.dot(up, true_up), -1.0, 1.0))) < 12.0
    assert np.degrees(np.hypot(*channels[[Channel.TILT_1, Channel.TILT_2], -1])) < 12.0


def test_posture_that_drifts_makes_a_new_level_and_is_no_move():
    t = np.arange(0.0, 90.0, 1.0 / RATE_HZ)
    angle = np.radians(28.0) * np.clip((t - 10.0) / 40.0, 0.0, 1.0)
    _, _, levels, _ = resolved(bins_of(nodding(angle, [1.0, 0.0, 0.0], MOUNTS[0])))
    assert len(levels) >= 2
    assert [moved for *_, moved in levels] == [False] * len(levels)
    assert levels[1][3] > 10 * RATE_HZ  # what came before is looked at once more


# the core beside numpy


def test_the_core_lays_out_what_it_knows_as_python_does():
    assert core().imucount_plane_size() == core_plane._STATE.itemsize


@pytest.mark.parametrize("has_gyroscope", [True, False])
def test_the_core_sees_what_numpy_sees(eventful, has_gyroscope):
    bins = eventful if has_gyroscope else eventful * np.repeat([[1.0], [0.0]], 3, axis=0)
    found = ShoulderPlane(RATE_HZ, has_gyroscope).update(bins)
    expected = twin_plane.ShoulderPlane(RATE_HZ, has_gyroscope).update(bins)
    assert len(found) >= 3
    for one, other in zip(found, expected, strict=True):
        assert (one.review, one.moved) == (other.review, other.moved)
        assert one.level.up == pytest.approx(other.level.up, abs=1e-12)
        assert one.motion == pytest.approx(other.motion, abs=1e-12)


# whole equals pieces


@given(cuts=st.lists(st.integers(0, 1500), max_size=20))
def test_the_plane_gives_the_same_bits_however_the_stream_is_cut(eventful, cuts):
    motion, channels, levels, _ = resolved(eventful)
    assert len(levels) >= 3
    motion_cut, channels_cut, levels_cut, _ = resolved(eventful, cuts)
    assert levels_cut == levels
    assert np.array_equal(motion_cut, motion)
    assert np.array_equal(channels_cut, channels)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_layout_in_memory_does_not_matter(eventful, order):
    motion, _, levels, _ = resolved(eventful)
    motion_laid, _, levels_laid, _ = resolved(np.array(eventful, order=order), [7])
    assert levels_laid == levels
    assert np.array_equal(motion_laid, motion)


@pytest.mark.long
def test_single_samples_make_the_same_bits(eventful):
    motion, _, levels, _ = resolved(eventful)
    motion_cut, _, levels_cut, _ = resolved(eventful, range(1500))
    assert levels_cut == levels
    assert np.array_equal(motion_cut, motion)
