from functools import cache

import numpy as np
import pandas as pd
import pytest
from short_run import one_in

from benchmarks import contradictions
from imucount import RecordingError, RepCounter, SampleError, Samples, count, inspect_csv, read_csv
from imucount.simulate import Circles, Clip, Movement, simulate

STAND = Movement("standing", 5.0)
DEGREES = 180.0 / np.pi


@cache
def simulated(rate_hz=50.0, lead_in_s=5.0):
    script = (Movement("standing", lead_in_s), Circles(8, "forward", 3.0), STAND)
    return simulate(script, clip=Clip(sampling_rate_hz=rate_hz), seed=7)


def circled(rate_hz=50.0, lead_in_s=5.0):
    return simulated(rate_hz, lead_in_s).samples


def directions(session):
    return [(len(each.reps), each.direction) for each in session.sets]


def fed(samples, length=50, **options):
    counter = RepCounter("right", **options)
    for start in range(0, len(samples), length):
        counter.update(samples[start : start + length])
    return counter.finish()


def written(path, samples, gyr_name="{}", extra=None):
    names = [gyr_name.format(name) for name in ("gx", "gy", "gz")]
    frame = pd.DataFrame(
        np.column_stack([samples.t, samples.acc, samples.gyr]), columns=["t", "ax", "ay", "az", *names]
    )
    for name, values in (extra or {}).items():
        frame.insert(1, name, values)
    frame.to_csv(path, index=False)
    return path


# Values


@pytest.mark.parametrize("value", [1e10, -1e10, 1e308, 174.7])
@pytest.mark.parametrize("sensor", ["acc", "gyr"])
def test_an_absurd_value_costs_its_sample(value, sensor):
    samples = circled()
    arrays = {"acc": samples.acc.copy(), "gyr": samples.gyr.copy()}
    arrays[sensor][700, 1] = value * (10.0 if sensor == "acc" else 1.0) if abs(value) < 1e300 else value
    session = fed(Samples(samples.t, **arrays))
    assert directions(session) == [(8, "forward")]
    (warning,) = session.warnings
    assert "A sample was left out" in warning
    assert session == count(Samples(samples.t, **arrays), "right")


def test_spikes_cost_their_samples():
    samples = circled()
    rng = np.random.default_rng(0)
    gyr = samples.gyr.copy()
    gyr[rng.random(gyr.shape) < 0.005] = 1e6
    session = count(Samples(samples.t, samples.acc, gyr), "right")
    assert directions(session) == [(8, "forward")]
    assert any("samples were left out" in warning for warning in session.warnings)


def test_nothing_of_the_caller_s_arrays_is_kept():
    samples = circled()
    t, acc, gyr = np.empty(50), np.empty((50, 3)), np.empty((50, 3))
    counter = RepCounter("right")
    for start in range(0, len(samples) - 50, 50):
        piece = samples[start : start + 50]
        t[:], acc[:], gyr[:] = piece.t, piece.acc, piece.gyr
        counter.update(Samples(t, acc, gyr))
    session = counter.finish()
    assert session.warnings == ()
    assert directions(session) == [(8, "forward")]


# Units


@pytest.mark.parametrize(("rate_hz", "lead_in_s"), [(25.0, 5.0), (200.0, 130.0)])
def test_degrees_taken_for_radians_are_refused_wherever_movement_comes(rate_hz, lead_in_s):
    samples = circled(rate_hz, lead_in_s)
    wrong = Samples(samples.t, samples.acc, samples.gyr * DEGREES)
    with pytest.raises(SampleError, match=r"in deg/s\?"):
        fed(wrong, 500)
    with pytest.raises(SampleError, match=r"in deg/s\?"):
        count(wrong, "right")


@pytest.mark.parametrize("factor", [DEGREES, 1.0 / DEGREES])
@pytest.mark.parametrize(("reps", "period_s", "rest_s"), [(1, 2.2, 0.5), (2, 1.3, 3.0), (3, 8.0, 4.0)])
def test_a_wrong_unit_is_found_out_by_a_single_quick_circle_as_by_slow_small_ones(factor, reps, period_s, rest_s):
    still = Movement("standing", rest_s)
    script = (still, Circles(reps, "forward", period_s, elevation_deg=14.0, protraction_deg=8.0), still)
    samples = simulate(script, clip=Clip(sampling_rate_hz=50.0), seed=4).samples
    wrong = Samples(samples.t, samples.acc, factor * samples.gyr)
    unit = "deg/s" if factor > 1.0 else "another unit"
    for counted in (fed, lambda samples: count(samples, "right")):
        with pytest.raises(SampleError, match=f"is it in {unit}"):
            counted(wrong)


@pytest.mark.parametrize("factor", [DEGREES, 1.0, 1.0 / DEGREES])
def test_where_too_little_moved_to_tell_the_unit_that_is_told(factor):
    samples = simulate((Movement("standing", 0.2), Circles(1, "forward", 1.2)), seed=4).samples
    samples = Samples(samples.t, samples.acc, factor * samples.gyr)
    for counted in (fed(samples), count(samples, "right")):
        assert counted.reps == ()
        assert any(
            "too little movement to tell whether the angular rate is in rad/s" in w for w in counted.warnings
        )
    known = fed(samples, units={"gyr": "rad/s"})
    assert not any("too little movement" in warning for warning in known.warnings)


def test_radians_taken_for_degrees_are_refused_and_whoever_follows_counts_right(tmp_path):
    path = written(tmp_path / "a.csv", circled(), "{} (deg/s)")
    with pytest.raises(RecordingError, match=r"is it in rad/s\?.*'gx \(rad/s\)'"):
        count(path, "right")
    assert "is it in rad/s?" in inspect_csv(path).problem
    assert directions(count(path, "right", units={"gyr": "rad/s"})) == [(8, "forward")]
    written(path, circled(), "{} (rad/s)")
    assert directions(count(path, "right")) == [(8, "forward")]


def test_what_a_person_knows_wins_and_is_told():
    samples = circled()
    wrong = Samples(samples.t, samples.acc, samples.gyr * DEGREES)
    session = fed(wrong, units={"gyr": "rad/s"})
    assert any(warning.startswith("Counted in the unit that was told") for warning in session.warnings)


@pytest.mark.parametrize("axes", [(1, 0, 2), (1, 2, 0)])
def test_no_fast_turning_is_refused_for_its_axes(axes):
    t = np.arange(0.0, 30.0, 0.02)
    angle = 1.2 * np.sin(2.0 * np.pi * 1.0 * t)
    rate = np.gradient(angle, t)  # up to 7.5 rad/s
    zero = np.zeros_like(t)
    acc = 9.81 * np.stack([np.cos(angle), np.sin(angle), zero], axis=1)
    samples = Samples(t, acc, np.stack([zero, zero, -rate], axis=1)[:, axes])
    count(samples, exercise="cyclic")


# Columns


@pytest.mark.parametrize("axis", one_in(3, [0, 1, 2]))
@pytest.mark.parametrize("length", [11, 5000])
def test_a_dead_axis_of_the_gyroscope_is_told_and_not_counted_with(axis, length):
    samples = circled()
    gyr = samples.gyr.copy()
    gyr[:, axis] = 0.013
    session = fed(Samples(samples.t, samples.acc, gyr), length)
    assert directions(session) == [(8, "unknown")]
    (warning,) = session.warnings
    assert warning.startswith(f"{('gx', 'gy', 'gz')[axis]} is the same in every sample")


def test_an_axis_of_the_accelerometer_that_is_stuck_is_told():
    samples = circled()
    acc = samples.acc.copy()
    up = int(np.argmax(np.abs(acc[0])))
    acc[:, up] = 9.81 * np.sign(acc[0, up])
    session = fed(Samples(samples.t, acc, samples.gyr))
    assert {rep.direction for rep in session.reps} <= {"unknown"}
    assert any("is the same in every sample" in warning for warning in session.warnings)


def test_an_axis_that_gets_stuck_late_is_told():
    script = (STAND, Circles(8, "forward", 3.0), Movement("standing", 20.0), Circles(8, "forward", 3.0), STAND)
    samples = simulate(script, clip=Clip(sampling_rate_hz=50.0), seed=7).samples
    gyr = samples.gyr.copy()
    gyr[samples.t > 40.0, 1] = gyr[0, 1]
    session = count(Samples(samples.t, samples.acc, gyr), "right")
    assert {rep.direction for rep in session.reps} == {"unknown"}
    assert any("gy is the same since 40 s while other axes move" in warning for warning in session.warnings)


def test_a_gyroscope_that_is_switched_off_does_not_hide_the_circles():
    samples = circled()
    session = fed(Samples(samples.t, samples.acc, np.zeros_like(samples.gyr)))
    assert directions(session) == [(8, "unknown")]
    assert any("Was the gyroscope switched off?" in warning for warning in session.warnings)


def test_gravity_in_the_columns_of_the_gyroscope_is_refused():
    samples = circled()
    length = np.linalg.norm(samples.acc, axis=1, keepdims=True)
    with pytest.raises(SampleError, match="which is gravity; is the angular rate in other columns"):
        fed(Samples(samples.t, samples.acc, -samples.acc / length))


# Several devices in one table


def test_rows_of_two_devices_are_refused_and_one_can_be_picked(tmp_path):
    samples = circled()
    path = written(tmp_path / "a.csv", samples, extra={"device": ["A"] * len(samples)})
    assert directions(count(path, "right")) == [(8, "forward")]
    lines = path.read_text().splitlines()
    other = [line.replace(",A,", ",B,").replace(",", "7,", 1) for line in lines[1:]]
    path.write_text("\n".join([lines[0], *(row for pair in zip(lines[1:], other) for row in pair)]) + "\n")
    with pytest.raises(RecordingError, match="got those of 2: 'A', 'B'; say which, as by --device 'A'"):
        count(path, "right")
    assert directions(count(path, "right", device="A")) == [(8, "forward")]
    with pytest.raises(RecordingError, match="expected rows of the device 'C', got 2: 'A', 'B'"):
        read_csv(path, device="C")


def test_axes_in_the_header_are_applied_and_an_argument_wins(tmp_path):
    samples = circled()
    path = tmp_path / "a.csv"
    written(path, Samples(samples.t, samples.acc, samples.gyr * [1.0, 1.0, -1.0]))
    path.write_text("# gyr_axes: x,y,-z\n" + path.read_text())
    session = count(path, "right")
    assert directions(session) == [(8, "forward")]
    assert session.provenance.settings["gyr_axes"] == "x,y,-z"
    assert directions(count(path, "right", gyr_axes="x,y,z")) == [(8, "unknown")]
    path.write_text(path.read_text().replace("x,y,-z", "x,y,y"))
    with pytest.raises(RecordingError, match="expected axes such as"):
        count(path, "right")


def test_samples_of_two_sensors_fed_into_one_counter_are_refused():
    one = circled()
    script = (Movement("standing", 5.0), Circles(8, "forward", 3.0), STAND)
    other = simulate(script, clip=Clip(sampling_rate_hz=50.0), seed=8).samples
    n = min(len(one), len(other))
    both = (
        np.stack([mine[:n], others[:n]], axis=1)
        for mine, others in ((one.t, other.t + 0.007), (one.acc, other.acc), (one.gyr, other.gyr))
    )
    t, acc, gyr = (each.reshape(2 * n, *each.shape[2:]) for each in both)
    with pytest.raises(SampleError, match=r"between two attitudes .* are those of two sensors mixed"):
        fed(Samples(t, acc, gyr), 1)


@pytest.mark.parametrize("factor", [DEGREES, 1.0 / DEGREES])
def test_after_a_unit_was_refused_nothing_is_said_of_axes(factor):
    samples = circled()
    counter = RepCounter("right")
    counter.table_units = {"gyr": "rad/s" if factor > 1.0 else "deg/s"}
    with pytest.raises(SampleError, match="is it in"):
        counter.update(Samples(samples.t, samples.acc, samples.gyr * factor))
    assert [warning for warning in counter.finish().warnings if "axes" in warning] == []


def test_an_accelerometer_zeroed_in_its_mount_is_told_with_a_remedy():
    samples = circled()
    flat = samples.acc - samples.acc[samples.t < 1.0].mean(axis=0) + np.array([0.0, 0.0, 9.81])
    session = count(Samples(samples.t, flat, samples.gyr), "right")
    assert directions(session) == [(8, "unknown")]
    (warning,) = session.warnings
    assert "zeroed in its mount? Record it as it measures" in warning
    added = np.array(warning.partition("(")[2].partition(")")[0].split(","), float)
    np.testing.assert_allclose(added, (samples.acc - flat)[0], atol=2.0)
    assert fed(Samples(samples.t, flat, samples.gyr), length=7) == session


@pytest.mark.parametrize("seed", [8_400_902, 8_400_908])
def test_it_is_counted_however_large_the_circles_are_and_whoever_walks_between_them(seed):
    rng = np.random.default_rng([seed, 2])
    simulation = contradictions.session(rng).simulate(seed)
    session = fed(contradictions.acc_zeroed(simulation, rng), length=1000)
    assert len(session.reps) == len(simulation.reps)
    assert {rep.direction for rep in session.reps} == {"unknown"}


@pytest.mark.parametrize("exercise", ["shoulder-circles", "cyclic"])
@pytest.mark.parametrize(
    "kind",
    [
        "sound",
        "gyroscope reversed",
        "accelerometer zeroed in its mount",
        "acceleration in earth axes",
        "an axis of the gyroscope dead",
        "1 % of the values impossible",
    ],
)
def test_one_judge_hears_what_is_looked_at_counted_and_fed_live(kind, exercise, tmp_path):
    samples = contradictions.KINDS[kind](simulated(), np.random.default_rng(5))
    path = written(tmp_path / "x.csv", samples)
    looked_at = inspect_csv(path, exercise=exercise)
    counted = count(path, "right", exercise=exercise)
    live = fed(samples, 25, exercise=exercise)
    # After the colon follows what it means for circles. What was lost an inspection tells as a number.
    seen, of_count, of_live = (
        {warning.partition(":")[0] for warning in each.warnings if "were lost" not in warning}
        for each in (looked_at, counted, live)
    )
    assert seen == of_count == of_live
    if kind == "sound" or exercise == "shoulder-circles":  # other limbs are taken less at their word
        assert (kind == "sound") == (not seen)
