from dataclasses import replace
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from imucount.errors import SimulationError
from imucount.simulate import (
    PROGRAMME,
    Circles,
    Clip,
    Movement,
    MovementKind,
    Reclip,
    Wearer,
    programme,
    simulate,
)

BODY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
IDEAL = Clip(
    wobble_deg=0,
    acc_noise_ug=0,
    gyr_noise_mdps=0,
    acc_bias_mg=0,
    gyr_bias_dps=0,
    scale_error=0,
    misalignment_deg=0,
    acc_range_g=100,
    gyr_range_dps=10000,
    bits=None,
    mount=BODY,
)
STILL = Wearer(sway_deg=0, breathing_deg=0, posture_drift_deg=0)
REGULAR = replace(STILL, period_cv=0, amplitude_cv=0, tempo_drift=0, unevenness=0, distortion=0)

STAND = Movement("standing", 3.0)
EVERYTHING = (
    STAND,
    Circles(3, "forward", 2.0),
    Movement("walking", 15.0),
    Circles(2, "backward", 3.0, separate=True),
    *(Movement(kind, 6.0) for kind in get_args(MovementKind)),
    Reclip(),
    Circles(3, "backward", 1.5),
    STAND,
)


def orientation(simulation):
    return Rotation.from_quat(simulation.quat, scalar_first=True)


def signed_area(elevation, protraction):
    """Shoelace formula; positive from elevation towards protraction, which is a forward circle."""
    return 0.5 * np.sum(elevation * np.roll(protraction, -1) - protraction * np.roll(elevation, -1))


def within(simulation, rep):
    t = simulation.samples.t
    return (t >= rep.start_s) & (t <= rep.end_s)


# physics


def test_angular_rate_integrates_to_the_orientation():
    simulation = simulate(EVERYTHING, clip=replace(IDEAL, sampling_rate_hz=200.0))
    t, gyr = simulation.samples.t, simulation.samples.gyr
    steps = Rotation.from_rotvec(0.5 * (gyr[1:] + gyr[:-1]) * np.diff(t)[:, None])
    true_steps = orientation(simulation)[:-1].inv() * orientation(simulation)[1:]
    assert np.degrees((steps.inv() * true_steps).magnitude().max()) < 0.02


def test_specific_force_is_gravity_and_the_acceleration_of_the_position():
    simulation = simulate(EVERYTHING[:-3], clip=IDEAL, seed=3)
    samples = simulation.samples
    acceleration = CubicSpline(samples.t, simulation.position_m)(samples.t, 2)
    expected = orientation(simulation).apply(acceleration + np.array([0.0, 0.0, 9.81]), inverse=True)
    knocked = samples.t > simulation.samples.t[-1] - 6.0  # the clip in the hand comes last
    assert np.abs(samples.acc - expected)[~knocked].max() < 0.05
    assert np.abs(samples.acc - expected)[knocked].max() > 1.0


def test_a_clip_at_rest_reads_gravity_within_its_noise():
    clip = replace(IDEAL, acc_noise_ug=150.0, gyr_noise_mdps=7.0, sampling_rate_hz=50.0)
    samples = simulate([Movement("standing", 9.0)], wearer=STILL, clip=clip).samples
    np.testing.assert_allclose(samples.acc.mean(axis=0), [0.0, 0.0, 9.81], atol=0.002)
    np.testing.assert_allclose(samples.acc.std(axis=0), 150e-6 * 9.80665 * 5.0, rtol=0.15)
    np.testing.assert_allclose(samples.gyr.std(axis=0), np.radians(0.007) * 5.0, rtol=0.15)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_shoulder_is_pushed_up_when_it_is_low(direction):
    simulation = simulate([Circles(10, direction, 1.0)], wearer=REGULAR, clip=IDEAL)
    pushed = np.linalg.norm(simulation.samples.acc, axis=1) - 9.81
    assert np.corrcoef(pushed, simulation.elevation_deg)[0, 1] < -0.9


@pytest.mark.parametrize(("side", "sign"), [("right", 1), ("left", -1)])
def test_protraction_turns_the_right_shoulder_to_the_left(side, sign):
    simulation = simulate([Circles(3, "forward")], wearer=replace(REGULAR, side=side), clip=IDEAL)
    rate_dps = np.gradient(simulation.protraction_deg, simulation.samples.t)
    fastest = np.argmax(rate_dps)
    assert np.degrees(simulation.samples.gyr[fastest, 2]) == pytest.approx(sign * rate_dps[fastest], rel=0.05)


def test_the_left_shoulder_is_the_mirror_image_of_the_right():
    script = (Circles(3, "forward"), Circles(2, "backward", separate=True), Movement("shrugs", 5.0))
    clip = replace(IDEAL, pitch_coupling=0.3, yaw_from_elevation=0.2)
    right = simulate(script, wearer=STILL, clip=clip)
    left = simulate(script, wearer=replace(STILL, side="left"), clip=clip)
    np.testing.assert_allclose(left.samples.acc, right.samples.acc * [1, -1, 1], atol=1e-8)
    np.testing.assert_allclose(left.samples.gyr, right.samples.gyr * [-1, 1, -1], atol=1e-8)
    assert left.reps == right.reps


def test_the_mount_turns_the_readings_and_nothing_else():
    mount = Rotation.from_rotvec([0.5, -2.0, 1.0])
    script = (STAND, Circles(3, "forward"), Movement("walking", 5.0))
    body = simulate(script, clip=IDEAL)
    turned = simulate(script, clip=replace(IDEAL, mount=tuple(map(tuple, mount.as_matrix().tolist()))))
    np.testing.assert_allclose(mount.apply(turned.samples.acc), body.samples.acc, atol=1e-9)
    np.testing.assert_allclose(mount.apply(turned.samples.gyr), body.samples.gyr, atol=1e-9)
    assert turned.reps == body.reps


def test_a_clip_comes_back_from_the_hand_in_another_attitude():
    simulation = simulate([STAND, Reclip(), STAND], wearer=STILL, clip=IDEAL)
    acc, t = simulation.samples.acc, simulation.samples.t
    before, after = acc[t < 3.0], acc[t > t[-1] - 2.9]
    assert np.ptp(before, axis=0).max() < 1e-6
    assert np.ptp(after, axis=0).max() < 1e-6
    assert 7.0 + 3.0 <= t[-1] <= 11.0 + 3.0
    assert np.linalg.norm(before[0] - after[0]) > 1.0


def test_any_attitude_is_drawn():
    ups = [simulate([Movement("standing", 0.2)], seed=seed).samples.acc[0] / 9.81 for seed in range(60)]
    assert np.abs(np.mean(ups, axis=0)).max() < 0.35
    assert np.min(np.ptp(ups, axis=0)) > 1.5


# truth


@given(
    script=st.lists(
        st.one_of(
            st.builds(
                Circles,
                reps=st.integers(1, 6),
                direction=st.sampled_from(["forward", "backward"]),
                period_s=st.floats(1.0, 4.0),
                separate=st.booleans(),
            ),
            st.builds(Movement, kind=st.sampled_from(get_args(MovementKind)), duration_s=st.floats(0.1, 12.0)),
            st.just(Reclip()),
        ),
        min_size=1,
        max_size=5,
    ),
    rest_level=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**32),
)
def test_the_truth_is_what_the_script_says(script, rest_level, seed):
    clip = Clip(sampling_rate_hz=50.0)
    simulation = simulate(script, wearer=Wearer(rest_level=rest_level), clip=clip, seed=seed)
    circles = [part for part in script if isinstance(part, Circles)]
    assert [rep.direction for rep in simulation.reps] == [c.direction for c in circles for _ in range(c.reps)]
    assert tuple(rep for each in simulation.sets for rep in each.reps) == simulation.reps
    for before, after in pairwise(simulation.reps):
        assert before.start_s < before.end_s <= after.start_s + 1e-9
    if circles:
        assert simulation.reps[-1].end_s <= simulation.samples.t[-1] + 1 / 50.0


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("rest_level", [0.0, 0.4])
def test_the_path_of_every_circle_goes_round_in_its_direction(direction, separate, rest_level):
    script = [STAND, Circles(10, direction, separate=separate), STAND]
    wearer = Wearer(rest_level=rest_level, breathing_deg=0, posture_drift_deg=0)
    simulation = simulate(script, wearer=wearer, seed=5)
    for rep in simulation.reps:
        inside = within(simulation, rep)
        elevation, protraction = simulation.elevation_deg[inside], simulation.protraction_deg[inside]
        area = signed_area(elevation, protraction) * (1 if direction == "forward" else -1)
        assert area > 0.35 * rep.elevation_deg * rep.protraction_deg
        assert np.ptp(elevation) == pytest.approx(rep.elevation_deg, rel=0.02)
        assert np.ptp(protraction) == pytest.approx(rep.protraction_deg, rel=0.02)
        if rest_level == 0:
            assert elevation[0] == pytest.approx(elevation.min(), abs=0.2 * rep.elevation_deg)
            assert elevation[-1] == pytest.approx(elevation.min(), abs=0.2 * rep.elevation_deg)


def test_a_forward_circle_goes_back_up_forward_and_down():
    simulation = simulate([Circles(1, "forward", 4.0)], wearer=REGULAR, clip=IDEAL)
    t, elevation, protraction = simulation.samples.t, simulation.elevation_deg, simulation.protraction_deg
    assert t[np.argmin(protraction)] < t[np.argmax(elevation)] < t[np.argmax(protraction)]
    assert elevation[0] == pytest.approx(0.0, abs=1e-6)
    assert elevation[-1] == pytest.approx(0.0, abs=1e-3)
    assert np.ptp(elevation) == pytest.approx(0.65 * 20.0, rel=1e-3)
    assert np.ptp(protraction) == pytest.approx(0.65 * 12.0, rel=1e-3)


def test_separate_moves_dwell_at_each_position():
    simulation = simulate([STAND, Circles(6, "backward", 4.0, separate=True), STAND], wearer=STILL, clip=IDEAL)
    t, elevation, protraction = simulation.samples.t, simulation.elevation_deg, simulation.protraction_deg
    still = np.abs(np.gradient(elevation, t)) + np.abs(np.gradient(protraction, t)) < 1e-6
    inside = (t >= simulation.reps[0].start_s) & (t < simulation.reps[-1].end_s)
    assert 0.15 < still[inside].mean() < 0.5
    for rep in simulation.reps:
        moving = within(simulation, rep) & ~still
        stops = np.flatnonzero(np.diff(moving.astype(int)) == -1)
        assert len(stops) == 4
        forward, up, back, down = stops
        assert protraction[forward] > 0 > protraction[back]
        assert elevation[up] > elevation[[forward, back]].max()
        is_last = rep is simulation.reps[-1]  # which ends just before its fourth move arrives
        assert elevation[down] == pytest.approx(0.0, abs=0.06 * rep.elevation_deg if is_last else 0.05)


# where a circle starts and ends


@pytest.mark.parametrize("separate", [False, True])
def test_a_set_starts_and_ends_where_five_percent_of_a_range_tell_it_from_rest(separate):
    script = [STAND, Circles(4, "forward", separate=separate), STAND]
    simulation = simulate(script, wearer=STILL, clip=replace(IDEAL, sampling_rate_hz=400.0), seed=7)
    first, *_, last = simulation.reps
    t = simulation.samples.t
    gone = np.maximum(
        np.abs(simulation.elevation_deg) / first.elevation_deg,
        np.abs(simulation.protraction_deg) / first.protraction_deg,
    )
    assert gone[t < first.start_s].max() == pytest.approx(0.05, abs=0.005)
    assert t[gone.argmax()] > first.start_s > 3.0
    left = np.maximum(
        np.abs(simulation.elevation_deg - simulation.elevation_deg[-1]) / last.elevation_deg,
        np.abs(simulation.protraction_deg - simulation.protraction_deg[-1]) / last.protraction_deg,
    )
    assert left[t > last.end_s].max() == pytest.approx(0.05, abs=0.005)
    assert last.end_s < t[-1] - 3.0


@pytest.mark.parametrize("separate", [False, True])
def test_a_circle_ends_where_the_next_one_starts(separate):
    script = [STAND, Circles(4, "forward", separate=separate), Circles(3, "backward", separate=separate), STAND]
    reps = simulate(script, wearer=STILL, clip=IDEAL, seed=7).reps
    assert [rep.end_s for rep in reps[:-1]] == pytest.approx([rep.start_s for rep in reps[1:]])


def test_between_separate_circles_the_bottom_is_the_middle_of_the_dwell():
    simulation = simulate([Circles(6, "forward", 5.0, separate=True)], wearer=STILL, clip=IDEAL, seed=7)
    t, elevation, protraction = simulation.samples.t, simulation.elevation_deg, simulation.protraction_deg
    still = np.abs(np.gradient(elevation, t)) + np.abs(np.gradient(protraction, t)) < 1e-3
    for rep in simulation.reps[:-1]:
        before, after = t[~still & (t < rep.end_s)][-1], t[~still & (t > rep.end_s)][0]
        assert after - before > 0.1
        assert rep.end_s == pytest.approx(0.5 * (before + after), abs=0.02)


def test_the_clip_does_not_move_where_a_circle_starts():
    script = [STAND, Circles(2, "forward"), STAND]
    seen = [simulate(script, clip=replace(IDEAL, yaw_share=share), seed=7).reps for share in (0.0, 0.3, 1.0)]
    assert len({tuple((rep.start_s, rep.end_s) for rep in reps) for reps in seen}) == 1


def test_a_circle_without_range_starts_with_its_set():
    none = Circles(2, "forward", 2.0, elevation_deg=0.0, protraction_deg=0.0)
    reps = simulate([STAND, none, STAND], wearer=STILL, clip=IDEAL).reps
    assert reps[0].start_s == pytest.approx(3.0)


def test_fluid_circles_start_and_end_at_rest_and_do_not_pause_in_between():
    simulation = simulate([Circles(10, "forward")], wearer=STILL, clip=IDEAL, seed=2)
    t = simulation.samples.t
    speed_dps = np.hypot(np.gradient(simulation.elevation_deg, t), np.gradient(simulation.protraction_deg, t))
    assert speed_dps[[0, -1]].max() < 0.1
    inside = (t > simulation.reps[1].start_s) & (t < simulation.reps[-2].end_s)
    assert speed_dps[inside].min() > 3.0


def test_the_relaxed_shoulder_may_rest_within_the_range():
    simulation = simulate([Circles(5, "forward")], wearer=replace(REGULAR, rest_level=0.4), clip=IDEAL)
    elevation = simulation.elevation_deg
    assert elevation[0] == pytest.approx(0.0, abs=1e-6)
    assert elevation[-1] == pytest.approx(0.0, abs=1e-3)
    assert elevation.min() == pytest.approx(-0.4 * 13.0, rel=0.01)
    assert elevation.max() == pytest.approx(0.6 * 13.0, rel=0.01)


@pytest.mark.long
def test_circles_vary_as_much_as_the_wearer_does():
    script = [Circles(400, "forward", 2.0)]
    wearer = Wearer(tempo_drift=0.0, period_cv=0.06, amplitude_cv=0.11, distortion=0.0)
    reps = simulate(script, wearer=wearer, clip=Clip(sampling_rate_hz=20.0)).reps[1:-1]
    periods, extents = ([getattr(rep, name) for rep in reps] for name in ("duration_s", "elevation_deg"))
    assert np.mean(periods) == pytest.approx(2.0, rel=0.02)
    assert np.std(periods) / np.mean(periods) == pytest.approx(0.06, rel=0.15)
    assert np.mean(extents) == pytest.approx(0.65 * 20.0, rel=0.02)
    assert np.std(extents) / np.mean(extents) == pytest.approx(0.11, rel=0.15)


def test_circles_grow_longer_over_a_set():
    wearer = replace(REGULAR, tempo_drift=0.2)
    reps = simulate([Circles(12, "forward", 2.0)], wearer=wearer, clip=IDEAL).reps[1:-1]
    np.testing.assert_allclose(np.diff([rep.duration_s for rep in reps]), 2.0 * 0.2 / 11)


def test_circles_that_follow_each_other_in_one_direction_are_one_set():
    three, two = Circles(3, "forward"), Circles(2, "backward")
    script = [three, three, two, three, STAND, three, Reclip(), three]
    sets = simulate(script, clip=IDEAL).sets
    assert [(len(each.reps), each.direction) for each in sets] == [
        (6, "forward"),
        (2, "backward"),
        (3, "forward"),
        (3, "forward"),
        (3, "forward"),
    ]
    assert sets[0].end_s == pytest.approx(sets[1].start_s)


def test_the_programme_is_three_sets_of_ten_in_each_direction():
    assert [(c.reps, c.direction) for c in PROGRAMME[1::2]] == [(10, "forward")] * 3 + [(10, "backward")] * 3
    script = programme(period_s=5.0, rest_s=12.0, separate=True, reps=4, sets=1, lead_in_s=2.0, lead_out_s=7.0)
    assert script == (
        Movement("standing", 2.0),
        Circles(4, "forward", 5.0, separate=True),
        Movement("standing", 12.0),
        Circles(4, "backward", 5.0, separate=True),
        Movement("standing", 7.0),
    )


# other movement


def moved(kind, duration_s=30.0):
    return simulate([Movement(kind, duration_s)], wearer=STILL, clip=IDEAL, seed=4)


@pytest.mark.parametrize("kind", get_args(MovementKind))
@pytest.mark.parametrize("duration_s", [2.0, 20.0])
def test_a_movement_begins_and_ends_at_rest_and_is_no_rep(kind, duration_s):
    simulation = moved(kind, duration_s)
    assert simulation.reps == simulation.sets == ()
    ends = [0, -1]
    assert np.abs(np.linalg.norm(simulation.samples.acc[ends], axis=1) - 9.81).max() < 0.3
    assert np.degrees(np.abs(simulation.samples.gyr[ends]).max()) < 1.0


def test_walking_steps_twice_a_second():
    simulation = moved("walking")
    height = simulation.position_m[300:-300, 2]
    spectrum = np.abs(np.fft.rfft(height - height.mean()))
    assert 1.5 < np.argmax(spectrum) / (len(height) / 100.0) < 2.3
    assert np.linalg.norm(simulation.position_m[-1, :2] - simulation.position_m[0, :2]) > 1.0


def test_shrugs_are_elevation_and_squeezes_are_not():
    shrugs, squeezes = moved("shrugs"), moved("squeezes")
    assert np.ptp(shrugs.elevation_deg) > 3 * np.ptp(shrugs.protraction_deg)
    assert np.ptp(squeezes.protraction_deg) > 4 * np.ptp(squeezes.elevation_deg)
    assert -squeezes.protraction_deg.min() > 0.65 * 8.0


@pytest.mark.parametrize(("kind", "axis", "low", "high"), [("twists", 2, 60, 100), ("bows", 1, 30, 70)])
def test_twists_and_bows_turn_the_trunk(kind, axis, low, high):
    simulation = moved(kind)
    angles_deg = np.degrees(orientation(simulation).as_euler("ZYX"))[:, ::-1]
    assert low < np.ptp(angles_deg[:, axis]) < high
    assert np.ptp(np.delete(angles_deg, axis, axis=1), axis=0).max() < 0.4 * np.ptp(angles_deg[:, axis])


# the clip


@pytest.mark.long
def test_the_same_settings_give_the_same_bits():
    clip = Clip(packet_loss=0.1)
    first, again, other = (simulate(EVERYTHING, clip=clip, seed=seed) for seed in (7, 7, 8))
    for name in ("t", "acc", "gyr"):
        np.testing.assert_array_equal(getattr(first.samples, name), getattr(again.samples, name))
    np.testing.assert_array_equal(first.quat, again.quat)
    assert first.reps == again.reps != other.reps


def test_the_wearer_moves_the_same_way_whatever_the_clip():
    coarse = simulate(EVERYTHING, clip=replace(IDEAL, sampling_rate_hz=25.0, packet_loss=0.0), seed=1)
    fine = simulate(EVERYTHING, clip=replace(IDEAL, sampling_rate_hz=200.0, gyroscope=False), seed=1)
    assert coarse.reps == fine.reps
    np.testing.assert_allclose(coarse.position_m, fine.position_m[::8], atol=0.003)
    np.testing.assert_allclose(coarse.elevation_deg, fine.elevation_deg[::8], atol=1e-6)


@pytest.mark.long
def test_lost_packets_are_absent():
    whole = simulate(PROGRAMME, seed=2)
    lossy = simulate(PROGRAMME, clip=Clip(packet_loss=0.2), seed=2)
    kept = np.isin(whole.samples.t, lossy.samples.t)
    np.testing.assert_array_equal(whole.samples.acc[kept], lossy.samples.acc)
    np.testing.assert_array_equal(whole.elevation_deg[kept], lossy.elevation_deg)
    packets = kept[: len(kept) // 10 * 10].reshape(-1, 10)
    assert (packets.all(axis=1) | ~packets.any(axis=1)).all()
    assert 1.0 - packets[:, 0].mean() == pytest.approx(0.2, abs=0.03)


def test_nothing_arrives_during_an_outage():
    clip = Clip(outages=((1.0, 2.0), (5.5, 0.25)))
    t = simulate([Movement("standing", 10.0)], clip=clip).samples.t
    missing = np.setdiff1d(np.arange(1001), np.round(t * 100).astype(int))
    assert missing.tolist() == [*range(100, 300), *range(550, 575)]


def test_a_fast_clock_measures_longer_times():
    exact = simulate(EVERYTHING, seed=3)
    fast = simulate(EVERYTHING, clip=Clip(clock_error=0.02), seed=3)
    assert fast.samples.t[-1] == pytest.approx(1.02 * exact.samples.t[-1], abs=0.02)
    for rep, true in zip(fast.reps, exact.reps, strict=True):
        assert rep.start_s == pytest.approx(1.02 * true.start_s)
        assert rep.duration_s == pytest.approx(1.02 * true.duration_s)
        assert np.ptp(fast.elevation_deg[within(fast, rep)]) == pytest.approx(true.elevation_deg, rel=0.2)


def test_readings_come_in_steps_and_end_at_the_range():
    clip = Clip(bits=8, acc_range_g=2.0, gyr_range_dps=250.0)
    samples = simulate([Movement("handling", 20.0)], clip=clip).samples
    for readings, full_scale in ((samples.acc, 2.0 * 9.80665), (samples.gyr, np.radians(250.0))):
        counts = readings / (full_scale / 128)
        np.testing.assert_allclose(counts, np.round(counts), atol=1e-9)
        assert counts.min() >= -128
        assert counts.max() <= 127
    assert np.abs(samples.gyr).max() >= np.radians(250.0) * 127 / 128 - 1e-9


def test_errors_of_the_sensor_are_as_large_as_asked():
    clips = [replace(IDEAL, acc_bias_mg=20.0, gyr_bias_dps=0.5)] * 40
    script = [Movement("standing", 0.2)]
    samples = [simulate(script, wearer=STILL, clip=clip, seed=seed).samples for seed, clip in enumerate(clips)]
    acc_bias = [each.acc.mean(axis=0) - [0.0, 0.0, 9.81] for each in samples]
    gyr_bias = [each.gyr.mean(axis=0) for each in samples]
    assert np.std(acc_bias) == pytest.approx(0.020 * 9.80665, rel=0.2)
    assert np.std(gyr_bias) == pytest.approx(np.radians(0.5), rel=0.2)


def test_a_clip_without_gyroscope_gives_no_angular_rate():
    with_gyroscope, without = (simulate([STAND], clip=Clip(gyroscope=there)).samples for there in (True, False))
    assert without.gyr is None
    np.testing.assert_array_equal(without.acc, with_gyroscope.acc)


def test_pitch_coupling_tilts_the_clip_with_protraction():
    script = [Circles(2, "forward")]
    plain = simulate(script, wearer=REGULAR, clip=IDEAL)
    coupled = simulate(script, wearer=REGULAR, clip=replace(IDEAL, pitch_coupling=0.5))
    assert np.degrees(np.abs(coupled.samples.gyr[:, 1])).max() > 5.0
    assert np.degrees(np.abs(plain.samples.gyr[:, 1])).max() < 1.5
    assert coupled.reps == plain.reps


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Circles(0, "forward"), "reps"),
        (lambda: Circles(2.5, "forward"), "reps"),
        (lambda: Circles(float("nan"), "forward"), "reps"),
        (lambda: Circles(float("inf"), "forward"), "reps"),
        (lambda: Circles(10**400, "forward"), "reps"),
        (lambda: Circles("3", "forward"), "reps"),
        (lambda: Circles(3, "sideways"), "direction"),
        (lambda: Circles(3, "forward", period_s=0.0), "period_s"),
        (lambda: Circles(3, "forward", elevation_deg=float("nan")), "elevation_deg"),
        (lambda: Movement("dancing", 3.0), "kind"),
        (lambda: Movement("walking", -1.0), "duration_s"),
        (lambda: Wearer(side="middle"), "side"),
        (lambda: Wearer(rest_level=1.5), "rest_level"),
        (lambda: Clip(sampling_rate_hz=0.0), "sampling_rate_hz"),
        (lambda: Clip(packet_loss=1.5), "packet_loss"),
        (lambda: Clip(packet_samples=0), "packet_samples"),
        (lambda: Clip(bits=1), "bits"),
        (lambda: Clip(outages=((3.0, -1.0),)), "outages"),
        (lambda: Clip(mount=((1, 0, 0), (0, 1, 0), (0, 0, -1))), "mount"),
        (lambda: Clip(mount="sideways"), "mount"),
        (lambda: Clip(mount=[[1, 2], [3]]), "mount"),
        (lambda: Clip(mount=[[float("nan")] * 3] * 3), "mount"),
        (lambda: Clip(outages=((3.0,),)), "outages"),
        (lambda: Clip(outages="never"), "outages"),
        (lambda: Clip(bits=float("nan")), "bits"),
        (lambda: simulate([]), "script"),
        (lambda: simulate(["standing"]), "script"),
        (lambda: simulate(3), "script"),
        (lambda: simulate([STAND], seed=-1), "seed"),
        (lambda: simulate([STAND], seed="x"), "seed"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(make, name):
    with pytest.raises(SimulationError, match=name):
        make()
