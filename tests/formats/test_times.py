"""Times as people and programs write them, in files and in frames."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from short_run import one_in

from imucount import SampleError, count
from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.formats.frames import recording_of_frame
from imucount.formats.inspection import inspect_csv
from imucount.simulate import Circles, Clip, Movement, simulate

STAND = Movement("standing", 4.0)
SAMPLES = simulate((STAND, Circles(4, "forward", 2.5), STAND), seed=5, clip=Clip(sampling_rate_hz=50.0)).samples
NAMES = ["ax", "ay", "az", "gx", "gy", "gz"]
VALUES = np.column_stack([SAMPLES.acc, SAMPLES.gyr])
START = dt.datetime(2026, 1, 31, 23, 59, 50, tzinfo=dt.UTC)
MICROSECONDS = np.round(1e6 * SAMPLES.t).astype(np.int64)
MOMENTS = [START + dt.timedelta(microseconds=int(us)) for us in MICROSECONDS]


def written(path, times, name="t"):
    rows = [",".join([str(time), *map(repr, row)]) for time, row in zip(times, VALUES.tolist())]
    path.write_text("\n".join([f"{name},{','.join(NAMES)}", *rows]) + "\n")
    return path


def frame(times):
    table = pd.DataFrame(VALUES, columns=NAMES)
    table.insert(0, "t", times)
    return table


def minutes(moment):
    return f"{moment:%M:%S}.{moment.microsecond // 100_000}"


def half_days(moment):
    return f"{moment:%d/%m/%Y %I:%M:%S.%f %p}"


TEXTS = {
    "ISO": lambda moment: moment.replace(tzinfo=None).isoformat(timespec="milliseconds"),
    "ISO with a zone": lambda moment: moment.astimezone(dt.timezone(dt.timedelta(hours=5.5))).isoformat(),
    "ISO in UTC": lambda moment: f"{moment:%Y-%m-%d %H:%M:%S.%f}Z",
    "in quotes, with a comma": lambda moment: f'"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d}"',
    "milliseconds behind a colon": lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}:{moment.microsecond // 1000:03d}",
    "time of day": lambda moment: f"{moment:%H:%M:%S.%f}",
    "halves of a day": half_days,
    "minutes": minutes,
    "whole seconds": lambda moment: f"{moment:%H:%M:%S}",
}


@pytest.mark.parametrize("kind", one_in(3, TEXTS))
def test_times_in_words_are_read(tmp_path, kind):
    path = written(tmp_path / "words.csv", map(TEXTS[kind], MOMENTS))
    session = count(path, "right")
    assert [rep.direction for rep in session.reps] == ["forward"] * 4
    assert session.duration_s == pytest.approx(SAMPLES.duration_s, abs=1.1 if kind == "whole seconds" else 0.2)
    if "ISO" in kind:
        assert session.start_s == pytest.approx(START.timestamp(), abs=1e-6)
    assert inspect_csv(path).problem is None
    whole = read_csv(path).samples
    with open_csv(path, chunk_bytes=5000) as reader:
        assert np.array_equal(np.concatenate([samples.t for samples in reader]), whole.t)


def test_a_damaged_time_names_its_line(tmp_path):
    times = [TEXTS["ISO"](moment) for moment in MOMENTS]
    times[100] = "2026-13-41T12:00:00"
    with pytest.raises(RecordingError, match=r"line 102: expected a time as in the rows before.*got '2026-13-41T"):
        read_csv(written(tmp_path / "damaged.csv", times))
    times = [TEXTS["time of day"](moment) for moment in MOMENTS]
    times[100] = "noon"
    with pytest.raises(RecordingError, match=r"line 102: .*got 'noon'"):
        read_csv(written(tmp_path / "damaged.csv", times))


@pytest.mark.parametrize(("unit", "per_second"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
@pytest.mark.parametrize("start", [0, 1_700_000_000])
def test_a_unit_that_is_said_and_one_that_only_one_can_be(tmp_path, unit, per_second, start):
    times = [start * per_second + us * per_second / 10**6 for us in MICROSECONDS.tolist()]
    times = times if unit == "s" else [round(time) for time in times]
    said = read_csv(written(tmp_path / "said.csv", times, f"t ({unit})"))
    found = read_csv(written(tmp_path / "found.csv", times))
    assert said.samples.t == pytest.approx(start + SAMPLES.t, abs=1e-6)
    assert np.array_equal(said.samples.t, found.samples.t)
    assert said.warnings == ()
    assert found.warnings == (() if unit == "s" else found.warnings)
    assert len(found.warnings) == (unit != "s")
    assert inspect_csv(tmp_path / "found.csv").units["t"] == unit
    assert np.array_equal(recording_of_frame(frame(times)).samples.t, said.samples.t)


def test_slow_time_in_s_is_not_taken_for_a_fast_one(tmp_path):
    for step_s in (0.15, 0.5, 1.0):
        path = written(tmp_path / "slow.csv", (step_s * np.arange(len(SAMPLES))).tolist())
        with pytest.raises(RecordingError, match="20 to 8000 samples a second"):
            read_csv(path)


@pytest.mark.parametrize("resolution", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata"])
def test_dates_in_a_frame_of_any_resolution_and_zone(resolution, zone):
    times = pd.Series(pd.DatetimeIndex(MOMENTS).as_unit(resolution))
    times = times.dt.tz_localize(None) if zone is None else times.dt.tz_convert(zone)
    recording = recording_of_frame(frame(times))
    assert recording.samples.t == pytest.approx(START.timestamp() + SAMPLES.t, abs=1e-6)


@pytest.mark.parametrize("resolution", ["ms", "us", "ns"])
def test_durations_in_a_frame(resolution):
    times = pd.Series(pd.TimedeltaIndex(pd.to_timedelta(MICROSECONDS, unit="us"))).dt.as_unit(resolution)
    assert recording_of_frame(frame(times)).samples.t == pytest.approx(SAMPLES.t, abs=1e-6)


def test_text_and_python_dates_in_a_frame():
    for times in ([TEXTS["ISO"](moment) for moment in MOMENTS], pd.Series(MOMENTS, dtype=object)):
        assert len(count(frame(times), "right").reps) == 4


def test_a_missing_or_senseless_time_in_a_frame_is_a_sample_error():
    times = pd.Series(pd.DatetimeIndex(MOMENTS))
    times[7] = pd.NaT
    with pytest.raises(SampleError, match="got none in row 7"):
        recording_of_frame(frame(times))
    with pytest.raises(SampleError, match="column 't', got the type bool"):
        recording_of_frame(frame([True] * len(SAMPLES)))
    lacking = recording_of_frame(frame([0.0, 0.02, 0.04, np.nan, *SAMPLES.t[4:]]))
    assert len(lacking.samples) == len(SAMPLES) - 1
    assert lacking.warnings == ("Values are missing in one row, left out as if lost.",)


@pytest.mark.parametrize("resolution", ["us", "ms"])
def test_the_numbers_of_dates_divided_by_another_resolution_are_told_as_such(resolution):
    numbers = pd.DatetimeIndex(MOMENTS).as_unit(resolution).asi8 / 1e9
    with pytest.raises(SampleError, match=rf"datetime64\[{resolution}\] are divided by 1e9"):
        count(frame(numbers))


@pytest.mark.parametrize("rate_hz", [500.0, 1600.0])
def test_a_fast_sensor_is_counted_and_told(tmp_path, rate_hz):
    fast = simulate(
        (STAND, Circles(4, "forward", 2.5), STAND), seed=5, clip=Clip(sampling_rate_hz=rate_hz)
    ).samples
    vibration = 4.0 * np.sin(2 * np.pi * 225.3 * fast.t)  # an alias, where every n-th sample is taken
    acc = fast.acc + np.outer(vibration, [1.0, 0.3, -0.5])
    table = pd.DataFrame(np.column_stack([fast.t, acc, fast.gyr]), columns=["t", *NAMES])
    session = count(table, "right")
    assert [rep.direction for rep in session.reps] == ["forward"] * 4
    assert session.sampling_rate_hz == pytest.approx(rate_hz)
    assert [warning for warning in session.warnings if "more than counting needs" in warning]
    assert [rep.elevation_deg for rep in session.reps] == pytest.approx(
        [rep.elevation_deg for rep in count(SAMPLES, "right").reps], abs=0.5
    )
