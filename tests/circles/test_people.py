"""Circles as people make them: what once was lost, cut in two, invented or told wrongly, each in one session."""

import math

import numpy as np
import pytest

import imucount
from imucount import Samples
from imucount.simulate import Circles, Clip, Manner, Movement, Wear, Wearer, simulate

STILL = Movement("standing", 8.0)
FORWARD = Wearer(side="right")


def counted(script, clip=None, seed=1, **settings):
    simulation = simulate(script, wearer=FORWARD, clip=clip or Clip(sampling_rate_hz=50.0), seed=seed)
    return simulation, imucount.count(simulation.samples, side="right", **settings)


def sizes(session):
    return [(len(each.reps), each.direction) for each in session.sets]


def test_a_set_that_shows_small_is_counted():
    clip = Clip(sampling_rate_hz=50.0, follow=0.3, yaw_share=0.4, wear=Wear(play_deg=0.3, lag_s=0.05))
    for seed in (1, 2, 3):
        _, session = counted([STILL, Circles(9, "forward", manner=Manner(overlap=0.8)), STILL], clip, seed)
        assert sizes(session) == [(9, "forward")]


def test_a_set_that_is_too_small_is_told_of():
    clip = Clip(sampling_rate_hz=50.0, follow=0.17, yaw_share=0.5, wear=Wear())
    _, session = counted([STILL, Circles(6, "forward", manner=Manner(overlap=0.8, wander=0.1)), STILL], clip)
    assert session.reps or any("went round" in warning for warning in session.warnings)


@pytest.mark.parametrize("manner", [Manner(hesitations=2), Manner(held=1), Manner(aborted=1, dwell_share=0.05)])
def test_a_stop_or_a_circle_given_up_does_not_cut_a_set_in_two(manner):
    for seed in (1, 2, 3, 4):
        _, session = counted([STILL, Circles(8, "forward", manner=manner), STILL], seed=seed)
        assert len(session.sets) == 1


def test_a_rest_parts_two_sets_of_one_direction():
    script = [STILL, Circles(6, "forward"), Movement("standing", 5.0), Circles(6, "forward"), STILL]
    assert sizes(counted(script)[1]) == [(6, "forward")] * 2


def test_a_rolled_head_is_no_circle():
    clip = Clip(sampling_rate_hz=50.0, follow=0.5, yaw_share=0.5, wear=Wear("neck", neck_share=0.2))
    for seed in (1, 2, 3):
        _, session = counted([STILL, Movement("neck_rolls", 40.0), STILL], clip, seed)
        assert session.reps == ()


def test_small_circles_of_arms_held_out_are_none_of_the_shoulder():
    clip = Clip(sampling_rate_hz=50.0, follow=0.6, yaw_share=0.8, wear=Wear())
    for seed in (3, 5, 10):
        _, session = counted([STILL, Movement("small_arm_circles", 30.0), STILL], clip, seed)
        assert session.reps == ()


def test_a_circle_given_up_half_way_is_not_counted():
    counts = []
    for seed in range(1, 7):
        _, session = counted([STILL, Circles(8, "forward", manner=Manner(aborted=1)), STILL], seed=seed)
        counts.append(len(session.reps))
    assert counts.count(8) >= 5


@pytest.mark.long
def test_slow_circles_with_a_cheap_accelerometer_are_told_right_or_not_at_all():
    clip = Clip(sampling_rate_hz=50.0, acc_bias_mg=50.0, follow=0.6, yaw_share=0.6)
    told = []
    for seed in range(8):
        _, session = counted([STILL, Circles(6, "forward", 6.0, elevation_deg=16.0), STILL], clip, seed)
        told += [rep.direction for rep in session.reps]
    assert "backward" not in told
    assert told.count("unknown") <= 0.1 * len(told)


def test_a_provisional_count_goes_first_and_the_certain_one_follows():
    simulation = simulate([STILL, Circles(8, "forward"), STILL], wearer=FORWARD, seed=1)
    samples, counter = simulation.samples, imucount.RepCounter("right")
    early, certain = [], []
    for start in range(0, len(samples), 10):
        counter.update(samples[start : start + 10])
        progress = counter.progress
        early.append(progress.reps + progress.provisional)
        certain.append(progress.reps)
    now_s = samples.t[9::10]
    early_s, certain_s = (
        [now_s[np.argmax(np.array(counts[: len(now_s)]) >= n)] for n in range(3, 8)] for counts in (early, certain)
    )
    assert all(first < then for first, then in zip(early_s, certain_s))
    ends_s = [rep.end_s for rep in simulation.reps[2:7]]
    assert np.median(np.array(early_s) - ends_s) < 0.35
    assert early[-1] == certain[-1] == 8


def walking_acceleration(seconds=60.0, rate_hz=50.0):
    """A phone that tilts by 25 deg each stride and is shaken by 4 m/s² at each of two footfalls."""
    t = np.arange(0.0, seconds, 1.0 / rate_hz)
    stride = 2.0 * np.pi * t / 1.1
    tilt = math.radians(12.0) * np.sin(stride)
    force = 9.81 + 4.0 * np.sin(2.0 * stride) + 1.0 * np.sin(4.0 * stride + 1.0)
    return Samples(t, np.stack([force * np.sin(tilt), 0.3 * np.sin(stride), force * np.cos(tilt)], axis=1), None)


def test_steps_seen_by_acceleration_alone_are_no_circles():
    session = imucount.count(walking_acceleration(), side="right")
    assert session.reps == ()
    assert any("no gyroscope" in warning and "shrugs" in warning for warning in session.warnings)


def test_circles_seen_by_acceleration_alone_still_count():
    script = [STILL, Circles(8, "forward", 1.2, elevation_deg=22.0), STILL]
    _, session = counted(script, Clip(sampling_rate_hz=50.0, gyroscope=False))
    assert sizes(session) == [(8, "unknown")]
