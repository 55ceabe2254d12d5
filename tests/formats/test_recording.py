import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from short_run import one_in

from imucount.counting import count
from imucount.errors import RecordingError, SampleError
from imucount.formats.columns import understand_columns
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.formats.csv_rows import RowParser
from imucount.formats.frames import recording_of_frame
from imucount.formats.inspection import inspect_csv
from imucount.formats.recording import Recording, RecordingWriter, write_csv
from imucount.samples import Samples

HEADER = "t,ax,ay,az,gx,gy,gz"
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def moving(n=500, rate_hz=100.0, seed=0, start_s=0.0):
    """A clip that nods by 0.2 rad every 2 s, with a little noise."""
    rng = np.random.default_rng(seed)
    t = start_s + np.arange(n) / rate_hz
    angle = 0.2 * np.sin(np.pi * t)
    acc = 9.81 * np.column_stack([0 * t, np.sin(angle), np.cos(angle)]) + rng.normal(0, 0.05, (n, 3))
    gyr = np.column_stack([0.2 * np.pi * np.cos(np.pi * t), 0 * t, 0 * t]) + rng.normal(0, 0.01, (n, 3))
    return Samples(t, acc, gyr)


def table(samples):
    return np.column_stack([samples.t, samples.acc] + ([samples.gyr] if samples.has_gyroscope else []))


def csv_text(samples, header=HEADER):
    return header + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in table(samples).tolist())


def bits(values):
    return np.ascontiguousarray(values).view(np.int64)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.csv"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """One file for all the examples of a Hypothesis test."""
    return tmp_path_factory.mktemp("scratch") / "recording.csv"


# Round trip


@st.composite
def any_samples(draw):
    n = draw(st.integers(2, 12))
    t = sorted(draw(st.lists(st.floats(-1e11, 1e11), min_size=n, max_size=n, unique=True)))
    acc = draw(hnp.arrays(np.float64, (n, 3), elements=FINITE))
    gyr = draw(st.none() | hnp.arrays(np.float64, (n, 3), elements=FINITE))
    return Samples(t, acc, gyr)


@given(samples=any_samples(), chunk_bytes=st.integers(1, 2000))
def test_any_finite_table_survives_bit_for_bit_in_chunks_of_any_size(scratch, samples, chunk_bytes):
    write_csv(scratch, Recording(samples))
    with open_csv(scratch, check=False, chunk_bytes=chunk_bytes) as reader:
        back = Samples.concatenate(list(reader))
    assert back.has_gyroscope == samples.has_gyroscope
    assert np.array_equal(bits(table(back)), bits(table(samples)))


def test_any_float64_is_read_as_python_reads_it():
    rng = np.random.default_rng(1)
    values = np.frombuffer(rng.bytes(8 * 40_000), dtype=np.float64)
    values = values[np.isfinite(values)]
    texts = [repr(float(value)) for value in values] + [f"{value:.25g}" for value in values]
    texts += ["0." + "".join(map(str, rng.integers(0, 10, size))) for size in rng.integers(1, 40, 2000)]
    texts += ["5e-324", "1.7976931348623157e308", "-0.0", "2.2250738585072011e-308", "9007199254740993", "1e-400"]
    texts = texts[: len(texts) // 4 * 4]
    block = "".join(",".join(texts[index : index + 4]) + "\n" for index in range(0, len(texts), 4)).encode()
    rows = RowParser("x.csv", understand_columns(["t", "ax", "ay", "az"])).parse(block, 1)
    assert np.array_equal(bits(rows.values.ravel()), bits(np.array([float(text) for text in texts])))


CELL = st.text("0123456789+-.eE", min_size=1, max_size=8) | st.sampled_from(
    [
        "True",
        "False",
        "nan",
        "inf",
        "",
        " 1",
        "1 ",
        "0x1",
        "1_0",
        '"1"',
        '"1,2"',
        "1d3",
        "١",
        "1\r",
        "\t1",
        "NA",
        "#",
    ]
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=5) | st.just([""]), max_size=4))
def test_the_fast_parser_takes_nothing_that_the_slow_one_refuses(rows):
    parser = RowParser("x.csv", understand_columns(["t", "ax", "ay", "az"]))
    block = "".join(",".join(row) + "\n" for row in rows).encode()
    try:
        slow = parser._parse_slowly(block, 1)
    except RecordingError:
        with pytest.raises(RecordingError):
            parser.parse(block, 1)
    else:
        fast = parser.parse(block, 1)
        assert np.array_equal(bits(fast.values), bits(slow.values))
        assert list(fast.lines) == list(slow.lines)


def test_a_recording_survives_with_what_is_known_of_it(path):
    metadata = {"sensor": "clip 7", "simulated": "yes", "acc_range_g": "8", "software": "other 2", "µ": "a: b, c"}
    write_csv(path, Recording(moving(), "left", 100.0, metadata))
    back = read_csv(path)
    assert (back.side, back.sampling_rate_hz, back.metadata, back.warnings) == ("left", 100.0, metadata, ())
    assert np.array_equal(bits(table(back.samples)), bits(table(moving())))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# imucount recording 1"
    assert "# units: t s, acc m/s^2, gyr rad/s" in lines
    assert HEADER in lines


@pytest.mark.parametrize(
    "metadata",
    [{"side": "left"}, {"units": "x"}, {"a:b": "c"}, {"": "c"}, {" a": "c"}, {"a": "b\nt,ax"}, {"a": "b\x85c"}],
)
def test_metadata_that_could_not_be_read_back_is_refused(path, metadata):
    with pytest.raises(RecordingError, match="metadata"):
        write_csv(path, Recording(moving(), metadata=metadata))


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3))
def test_metadata_survives_or_is_refused(scratch, metadata):
    recording = Recording(moving(40), metadata=metadata)
    try:
        write_csv(scratch, recording)
    except RecordingError:
        return
    back = read_csv(scratch).metadata
    assert {key: back[key] for key in metadata} == metadata


def test_a_writer_appends_and_flushes_what_a_reader_can_already_read(path):
    samples = moving()
    with RecordingWriter(path, has_gyroscope=True, side="right") as writer:
        writer.append(samples[:200])
        writer.append(samples[200:200])
        writer.flush()
        assert len(read_csv(path).samples) == 200
        with pytest.raises(RecordingError, match="appended twice"):
            writer.append(samples[199:])
        with pytest.raises(RecordingError, match="angular rate"):
            writer.append(Samples(samples.t[200:], samples.acc[200:]))
        writer.append(samples[200:])
    assert np.array_equal(table(read_csv(path).samples), table(samples))
    with pytest.raises(RecordingError, match="written"):
        writer.append(moving(start_s=10.0))


def test_a_file_that_cannot_be_written_is_a_recording_error(tmp_path):
    for bad in (tmp_path, tmp_path / "nowhere" / "x.csv", "x\0.csv"):
        with pytest.raises(RecordingError, match="written"):
            write_csv(bad, Recording(moving()))


def test_a_bad_side_or_rate_is_not_written(path):
    with pytest.raises(RecordingError, match="side"):
        write_csv(path, Recording(moving(), side="middle"))
    with pytest.raises(RecordingError, match="rate"):
        write_csv(path, Recording(moving(), sampling_rate_hz=float("nan")))


# What is accepted


def reads_as_moving(path, warnings=0):
    recording = read_csv(path)
    assert np.array_equal(table(recording.samples), table(moving()))
    assert len(recording.warnings) == warnings, recording.warnings
    return recording


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n\n  \n",
        lambda text: text + "\r\n\r\n",
        lambda text: "\n\n" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace(",", " , "),
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.split()),
        lambda text: "# a remark\n# note: by hand\n" + text,
    ],
    ids="bom crlf blank_end crlf_end blank_start no_end blank_between spaces quoted comments".split(),  # noqa: SIM905
)
@pytest.mark.parametrize("chunk_bytes", one_in(2, [1000, 8 << 20]))
def test_harmless_variants_read_the_same(path, change, chunk_bytes):
    path.write_bytes(change(csv_text(moving())).encode())
    reads_as_moving(path)
    with open_csv(path, chunk_bytes=chunk_bytes) as reader:
        assert np.array_equal(table(Samples.concatenate(list(reader))), table(moving()))


def test_columns_may_come_in_any_order_and_extra_ones_are_left_aside_with_a_warning(path):
    frame = pd.DataFrame(table(moving()), columns=HEADER.split(","))
    frame["label"] = "é, ü"
    frame[["gz", "label", "t", "ay", "ax", "gx", "az", "gy"]].to_csv(path, index=False)
    assert "label" in reads_as_moving(path, warnings=1).warnings[0]


def test_without_gyroscope_there_is_no_angular_rate(path):
    samples = Samples(moving().t, moving().acc)
    path.write_text(csv_text(samples, "t,ax,ay,az"))
    with open_csv(path) as reader:
        assert not reader.header.has_gyroscope
        assert reader.header.units == {"t": "s", "acc": "m/s^2"}
    assert read_csv(path).samples.gyr is None


@pytest.mark.parametrize("by", ["names", "line", "line_and_names"])
def test_declared_units_are_converted(path, by):
    values = table(moving()) / ([1e-3] + [9.80665e-3] * 3 + [np.pi / 180] * 3)
    names = "t [ms],ax (mg),ay(mg),az (mg),gx (deg/s),gy (°/s),gz [dps]" if "names" in by else HEADER
    rows = "".join(",".join(map(repr, row)) + "\n" for row in values.tolist())
    line = "# units: t ms, acc mg, gyr deg/s\n" if "line" in by else ""
    path.write_text(line + names + "\n" + rows, encoding="utf-8")
    assert np.allclose(table(read_csv(path).samples), table(moving()), rtol=1e-12)


def test_large_movement_without_rest_passes_the_gravity_check(path):
    t = np.arange(2000) / 100
    swing = 9.81 + 12 * (1 + np.sin(4 * t)) + 5 * np.sin(31 * t)
    acc = np.column_stack([swing, 0 * t, 3 + 0 * t])
    write_csv(path, Recording(Samples(t, acc)))
    assert len(read_csv(path).samples) == 2000


# A stream


@given(chunk_bytes=st.integers(1, 5000))
def test_the_whole_does_not_depend_on_the_chunks(scratch, chunk_bytes):
    write_csv(scratch, Recording(moving(60)))
    with open_csv(scratch, chunk_bytes=chunk_bytes) as reader:
        chunks = list(reader)
        assert reader.bytes_read == reader.bytes_total == scratch.stat().st_size
    assert np.array_equal(table(Samples.concatenate(chunks)), table(moving(60)))
    if chunk_bytes < 50:
        assert len(chunks) == 60


@pytest.mark.long
def test_memory_does_not_grow_with_the_file(path):
    def peak(repeats):
        with RecordingWriter(path, has_gyroscope=True) as writer:
            for index in range(repeats):
                writer.append(moving(4_000, start_s=40.0 * index))
        tracemalloc.start()
        with open_csv(path, chunk_bytes=1 << 17) as reader:
            n = sum(map(len, reader))
        assert n == 4_000 * repeats
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak_bytes

    read_csv_once_so_that_imports_do_not_count(path)
    assert peak(16) < 1.3 * peak(8)


def read_csv_once_so_that_imports_do_not_count(path):
    write_csv(path, Recording(moving()))
    read_csv(path)


def test_a_reader_closed_early_leaves_no_open_file(path):
    write_csv(path, Recording(moving()))
    with open_csv(path, chunk_bytes=100) as reader:
        assert len(next(iter(reader))) > 0
    with pytest.raises(StopIteration):
        next(iter(reader))


# Frames


def frame_of(samples):
    return pd.DataFrame(table(samples), columns=HEADER.split(",")[: table(samples).shape[1]])


def test_a_frame_becomes_a_recording():
    recording = recording_of_frame(frame_of(moving()).assign(label="x"), side="left")
    assert recording.side == "left"
    assert np.array_equal(table(recording.samples), table(moving()))
    assert "label" in recording.warnings[0]


def test_a_frame_without_gyroscope_or_with_a_unit_in_its_names():
    frame = frame_of(moving()).drop(columns=["gx", "gy", "gz"])
    frame[["ax (g)", "ay (g)", "az (g)"]] = frame[["ax", "ay", "az"]] / 9.80665
    recording = recording_of_frame(frame.drop(columns=["ax", "ay", "az"]))
    assert recording.samples.gyr is None
    assert np.allclose(recording.samples.acc, moving().acc, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.drop(columns="t"), "missing t"),
        (lambda frame: frame.assign(ax=frame.ax / 9.81, ay=frame.ay / 9.81, az=frame.az / 9.81), "in g rather"),
        (lambda frame: frame.assign(ax="1"), "column 'ax'"),
        (lambda frame: frame.assign(ax=[1 + 1j] * len(frame)), "column 'ax'"),
        (lambda frame: frame.assign(gy=[np.nan] * len(frame)), "got 0 of 500 rows"),
        (lambda frame: frame.assign(gy=pd.array([None] * len(frame), dtype="Float64")), "got 0 of 500 rows"),
        (lambda frame: frame[::-1], "increase"),
        (lambda frame: frame[:1], "two samples"),
        (lambda frame: frame[:0], "two samples"),
        (lambda frame: pd.concat([frame, frame[["ax"]]], axis=1), "ax twice"),
    ],
)  # fmt: skip
def test_a_frame_that_is_no_recording_is_a_sample_error(change, words):
    with pytest.raises(SampleError, match=words):
        recording_of_frame(change(frame_of(moving())))


# Inspection


def test_an_inspection_tells_what_is_there(path):
    samples = moving(2000)
    kept = np.ones(2000, dtype=bool)
    kept[500:700] = False  # an outage of 2 s
    kept[1000:1010] = False  # a lost packet, too short to be told
    kept[1200:1250] = False  # one that is bridged
    lossy = Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept])
    write_csv(path, Recording(lossy, "right", 104.0, {"sensor": "clip"}))
    found = inspect_csv(path)
    assert found.n_samples == 1740
    assert found.start_s == 0
    assert found.duration_s == pytest.approx(19.99)
    assert found.median_step_s == pytest.approx(0.01)
    assert found.rate_hz == pytest.approx(100)
    assert found.mean_rate_hz == pytest.approx(1739 / 19.99)
    assert [(gap.start_s, gap.end_s) for gap in found.gaps] == [(4.99, 7.0), (11.99, 12.5)]
    assert found.bridged == found.gaps[1:]
    assert found.gaps == count(path).gaps
    assert found.lost_share == pytest.approx(260 / 2000, abs=1e-6)
    assert found.median_acc_m_s2 == pytest.approx(9.81, abs=0.02)
    assert (found.side, found.nominal_rate_hz, found.is_own) == ("right", 104.0, True)
    assert found.metadata["sensor"] == "clip"
    assert found.columns == tuple(HEADER.split(","))
    assert found.units == {"t": "s", "acc": "m/s^2", "gyr": "rad/s"}
    assert found.has_gyroscope
    assert found.problem is None
    assert found.warnings == ()  # a plain nod says nothing of the other axes


def test_an_inspection_tells_what_reading_would_refuse(path):
    samples = moving()
    path.write_text(csv_text(Samples(samples.t, samples.acc / 9.80665, samples.gyr)))
    found = inspect_csv(path)
    assert "in g rather" in found.problem
    assert found.median_acc_m_s2 == pytest.approx(1, abs=0.01)
    path.write_text(csv_text(Samples(samples.t, 0 * samples.acc, 0 * samples.gyr)))
    assert "stuck" in inspect_csv(path).problem


@pytest.mark.long
def test_an_inspection_is_right_about_rounded_stamps_and_long_files(path):
    t = np.round(np.arange(150_000) / 416, 3)
    rng = np.random.default_rng(2)
    write_csv(path, Recording(Samples(t, rng.normal((0, 0, 9.81), 0.05, (len(t), 3)))))
    found = inspect_csv(path)
    assert found.rate_hz == pytest.approx(416, rel=1e-3)
    assert found.lost_share < 1e-3
    assert found.median_acc_m_s2 == pytest.approx(9.81, abs=0.01)


def test_a_declared_rate_that_the_stamps_contradict_is_a_warning(path):
    write_csv(path, Recording(moving(), sampling_rate_hz=50.0))
    assert any("50 Hz" in warning and "100 Hz" in warning for warning in read_csv(path).warnings)
    assert any("50 Hz" in warning and "100 Hz" in warning for warning in inspect_csv(path).warnings)


def test_a_gyroscope_that_was_off_is_one_warning(path):
    write_csv(path, Recording(Samples(moving().t, moving().acc, 0 * moving().acc)))
    assert any("gyroscope" in warning for warning in inspect_csv(path).warnings)
    for exercise in ("shoulder-circles", "cyclic"):
        told = [
            count(source, exercise=exercise).warnings for source in (path, read_csv(path), read_csv(path).samples)
        ]
        assert all(sum("gyroscope" in warning for warning in warnings) == 1 for warnings in told)
