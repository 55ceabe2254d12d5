"""A data frame of any library is the recording that it holds."""

import numpy as np
import pandas as pd
import pytest

from imucount import count, recording_of_frame
from imucount.errors import CountingError, SampleError
from imucount.samples import Samples

pl = pytest.importorskip("polars", reason="polars is not installed")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

NAMES = ["t", "ax", "ay", "az", "gx", "gy", "gz"]
T = np.arange(200) / 100


def table():
    angle = 0.2 * np.sin(np.pi * T)
    acc = [0 * T, 9.81 * np.sin(angle), 9.81 * np.cos(angle)]
    return dict(zip(NAMES, [T, *acc, 0.2 * np.pi * np.cos(np.pi * T), 0 * T, 0.01 * np.sin(T)]))


FRAME = pd.DataFrame(table())


class Capsule:
    """A frame that has nothing but Arrow's interface."""

    def __init__(self):
        self._table = pa.table(table())

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class Interchange:
    """A frame that has nothing but the interchange protocol."""

    def __dataframe__(self, *arguments, **options):
        return FRAME.__dataframe__(*arguments, **options)


def at(unit):
    return pd.to_datetime("2026-01-31 12:00", utc=True) + pd.to_timedelta(T, unit="s").as_unit(unit)


FRAMES = {
    "pandas": (lambda: FRAME, {}),
    "polars": (lambda: pl.DataFrame(table()), {}),
    "polars lazy": (lambda: pl.DataFrame(table()).lazy(), {}),
    "pyarrow": (lambda: pa.table(table()), {}),
    "an arrow capsule": (Capsule, {}),
    "the rate in place of t": (lambda: FRAME.drop(columns="t"), {"sampling_rate_hz": 100.0}),
    "polars and a rate": (lambda: pl.DataFrame(table()).drop("t"), {"sampling_rate_hz": 100.0}),
    "time in the index": (lambda: FRAME.set_index("t"), {}),
    "ms in the index": (lambda: FRAME.assign(t=1000 * T).rename(columns={"t": "t (ms)"}).set_index("t (ms)"), {}),
    "an index without a name": (lambda: FRAME.set_index("t").rename_axis(None), {}),
    "dates in the index": (lambda: FRAME.drop(columns="t").set_index(at("us")), {}),
    "dates": (lambda: FRAME.assign(t=at("ns")), {}),
    "dates in ms": (lambda: FRAME.assign(t=at("ms")), {}),
    "dates of polars": (lambda: pl.from_pandas(FRAME.assign(t=at("us"))), {}),
    "durations": (lambda: FRAME.assign(t=pd.to_timedelta(T, unit="s")), {}),
    "durations of polars": (lambda: pl.from_pandas(FRAME.assign(t=pd.to_timedelta(T, unit="s"))), {}),
    "other names": (
        lambda: FRAME.rename(columns={"ax": "chest_1", "ay": "chest_2", "az": "chest_3"}),
        {"columns": {"chest_1": "ax", "chest_2": "ay", "chest_3": "az"}},
    ),
    "a name with its unit": (
        lambda: FRAME.assign(ax=FRAME.ax / 9.80665, ay=FRAME.ay / 9.80665, az=FRAME.az / 9.80665),
        {"columns": {"ax": "ax (g)", "ay": "ay (g)", "az": "az (g)"}},
    ),
    "gaitmap's names": (
        lambda: FRAME.rename(columns=lambda n: {"a": "acc_", "g": "gyr_"}.get(n[0], "") + n[-1]),
        {},
    ),
    "a gyroscope in deg/s": (
        lambda: FRAME.assign(**{f"g{a}_dps": FRAME[f"g{a}"] * 180 / np.pi for a in "xyz"}).drop(columns=NAMES[4:]),
        {},
    ),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_of_any_kind(kind):
    make, options = FRAMES[kind]
    recording = recording_of_frame(make(), "right", **options)
    samples = recording.samples
    assert np.allclose(samples.t - samples.t[0], T, atol=1e-6)
    assert np.allclose(samples.acc, FRAME[NAMES[1:4]].to_numpy())
    assert np.allclose(samples.gyr, FRAME[NAMES[4:]].to_numpy())
    told = [warning for warning in recording.warnings if "do not say their unit" in warning]
    assert len(told) == (kind == "gaitmap's names")
    assert recording.warnings == tuple(told)


def test_a_bare_angular_rate_of_other_names_is_counted_in_the_unit_that_is_told():
    named = FRAME.rename(columns=lambda n: {"a": "acc_", "g": "gyr_"}.get(n[0], "") + n[-1])
    for axis in "xyz":
        named[f"gyr_{axis}"] *= 180 / np.pi
    recording = recording_of_frame(named, units={"gyr": "deg/s"})
    assert np.allclose(recording.samples.gyr, FRAME[NAMES[4:]].to_numpy())
    assert recording.warnings == ()


def test_the_interchange_protocol():
    if not hasattr(pd.api, "interchange"):
        pytest.skip("this pandas has no interchange protocol any more")
    assert len(recording_of_frame(Interchange()).samples) == 200


def test_missing_values_are_those_of_files():
    frame = pl.DataFrame(table()).with_columns(
        ax=pl.when(pl.col("t") < 0.1).then(None).otherwise(pl.col("ax")),
        gz=pl.when(pl.col("t") == 1.0).then(None).otherwise(pl.col("gz")),
    )
    recording = recording_of_frame(frame)
    assert len(recording.samples) == 190
    assert len(recording.warnings) == 2


def test_count_takes_what_recording_of_frame_takes():
    session = count(pl.DataFrame(table()).drop("t"), sampling_rate_hz=100.0, side="left")
    assert session.duration_s == pytest.approx(1.99)
    assert count(FRAME.rename(columns={"t": "stamp"}), columns={"stamp": "t"}).sampling_rate_hz == pytest.approx(
        100
    )


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (FRAME.drop(columns="t"), {}, "missing t.*give the rate as sampling_rate_hz"),
        (FRAME, {"columns": {"chest": "ax"}}, "'chest' to be renamed"),
        (FRAME, {"sampling_rate_hz": 0.0}, "positive sampling rate"),
        (FRAME.assign(gy=np.nan), {}, "none of|got 0 of 200 rows"),
        (FRAME.assign(ax="1"), {}, "numbers in the column 'ax'"),
    ],
)
def test_what_is_no_recording_is_a_sample_error(frame, options, words):
    with pytest.raises(SampleError, match=words):
        recording_of_frame(frame, **options)


def test_options_for_another_kind_of_source_are_refused():
    samples = Samples(T, np.tile([0.0, 0.0, 9.81], (200, 1)))
    for source, options in (
        (samples, {"sampling_rate_hz": 100.0}),
        (samples, {"columns": {}}),
        (samples, {"acc_sign": -1}),
        (FRAME, {"device": "A"}),
    ):
        with pytest.raises(CountingError, match="only"):
            count(source, **options)
