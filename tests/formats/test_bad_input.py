"""Each way in which a file can be wrong gives one clear sentence, as RecordingError."""

import os

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from short_run import one_in

from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.formats.inspection import inspect_csv
from imucount.formats.recording import Recording

HEADER = "t,ax,ay,az,gx,gy,gz"


def values(n=300, rate_hz=100.0):
    """Rows of a clip that nods by 0.2 rad every 2 s, with a little noise."""
    rng = np.random.default_rng(0)
    t = np.arange(n) / rate_hz
    angle = 0.2 * np.sin(np.pi * t)
    acc = 9.81 * np.column_stack([0 * t, np.sin(angle), np.cos(angle)]) + rng.normal(0, 0.05, (n, 3))
    gyr = np.column_stack([0.2 * np.pi * np.cos(np.pi * t), 0 * t, 0 * t]) + rng.normal(0, 0.01, (n, 3))
    return np.column_stack([t, acc, gyr])


def lines(table=None):
    """Lines of a file; [0] is the header, so that row i of the table is line i + 2 of the file."""
    return [HEADER, *(",".join(map(repr, row)) for row in (values() if table is None else table).tolist())]


def scaled(acc=1.0, gyr=1.0, step_s=0.01):
    table = values() * ([1.0] + [acc] * 3 + [gyr] * 3)
    table[:, 0] = step_s * np.arange(len(table))
    return lines(table)


def with_line(number, text):
    changed = lines()
    changed[number - 1] = text
    return changed


def with_cell(text, number=150, column=2):
    cells = lines()[number - 1].split(",")
    cells[column] = text
    return with_line(number, ",".join(cells))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.csv"


def refused(path, content, words, line=None):
    """Assert that reading in any way refuses the content with these words, in one sentence, at this line."""
    if isinstance(content, list):
        content = "".join(f"{each}\n" for each in content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    messages = []
    for chunk_bytes in (900, 8 << 20):
        with pytest.raises(RecordingError) as caught, open_csv(path, chunk_bytes=chunk_bytes) as reader:
            list(reader)
        messages.append(str(caught.value))
        assert (caught.value.path, caught.value.line) == (str(path), line)
    assert len(set(messages)) == 1
    message = messages[0].removeprefix(f"{path}{'' if line is None else f', line {line}'}: ")
    for word in words:
        assert word in message
    assert message.startswith("expected")
    assert "\n" not in message
    assert len(message) < 500


# The file


@pytest.mark.parametrize("make", [b"", b"\xef\xbb\xbf"], ids=["nothing", "bom"])
def test_an_empty_file(path, make):
    refused(path, make, ["empty file"])


def test_only_blank_lines_or_comments(path):
    refused(path, "\n\n\n", ["names of the columns", "end of the file"])
    refused(path, "# imucount recording 1\n# side: left\n", ["names of the columns", "end of the file"])


@pytest.mark.parametrize("text", [HEADER, HEADER + "\n", HEADER + "\n\n\n"])
def test_a_header_only(path, text):
    refused(path, text, ["at least two samples", "none"])


def test_one_sample(path):
    refused(path, lines()[:2], ["at least two samples", "got 1"])


def test_a_header_and_half_a_line(path):
    refused(path, HEADER + "\n0.0,1.2,3", ["at least two samples", "none"])


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        (b"PK\x03\x04\x14\x00", ["zip", "spreadsheet"], None),
        (b"\x1f\x8b\x08\x00", ["Compressed file ended"], None),
        (bytes(range(256)) * 50, ["binary"], 1),
        (b"\x89PNG\r\n\x1a\n\x00", ["binary"], 2),
        (b"a" * 1_000_000, ["longer"], 1),
        ("\n".join(lines()[:9]).encode() + b"\n\x00\x01\x02\n", ["binary"], 10),
        ("\n".join(lines()[:9]).encode() + b"\n" + bytes(4096), ["binary"], 10),
    ],
)
def test_a_binary_file(path, content, words, line):
    refused(path, content, words, line)


def test_a_directory_and_a_missing_file(tmp_path):
    with pytest.raises(RecordingError, match="directory"):
        read_csv(tmp_path)
    with pytest.raises(RecordingError, match="nothing of that name"):
        read_csv(tmp_path / "missing.csv")
    with pytest.raises(RecordingError, match="null"):
        read_csv("x\0.csv")


def test_no_permission(path):
    path.write_text("\n".join(lines()))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this process may read every file, whatever its permissions (it runs as root)")
    with pytest.raises(RecordingError, match="permission"):
        read_csv(path)


def test_reading_on_after_the_file_was_closed(path):
    rows = [values() + np.array([100.0 * part, 0, 0, 0, 0, 0, 0]) for part in range(50)]
    path.write_text("\n".join(lines(np.concatenate(rows))))
    with open_csv(path, chunk_bytes=1000) as reader:
        chunks = iter(reader)
        next(chunks)
        reader._file.close()
        with pytest.raises(RecordingError, match="closed"):
            next(chunks)


def test_nothing_is_unpacked_by_the_name_of_the_file(tmp_path):
    path = tmp_path / "recording.csv.gz"
    path.write_text("\n".join(lines()))
    assert len(read_csv(path).samples) == 300


# A file that is being written


@pytest.mark.parametrize("cut", [1, 10, 40, "last number"])
def test_half_a_last_line_is_left_out_with_a_warning(path, cut):
    last = lines()[300]
    half = f"{last.rpartition(',')[0]},-0." if cut == "last number" else last[:cut]
    if cut == "last number":
        half = half[:-2]  # a sign alone is not a number
    path.write_text("\n".join([*lines()[:300], half]))
    recording = read_csv(path)
    assert np.array_equal(recording.samples.t, values()[:299, 0])
    assert len(recording.warnings) == 1
    assert "Line 301" in recording.warnings[0]
    assert "being written" in recording.warnings[0]


def test_in_a_file_of_imucount_even_a_last_line_that_looks_whole_is_left_out(path):
    path.write_text("\n".join(["# imucount recording 1", *lines()]))
    recording = read_csv(path)
    assert len(recording.samples) == 299
    assert "Line 302" in recording.warnings[0]


def test_a_wrong_last_line_is_not_mistaken_for_half_a_line(path):
    refused(path, "\n".join([*lines()[:300], lines()[300].replace("2.99", "x", 1)]), ["'x'"], 301)
    refused(path, "\n".join([*lines()[:300], lines()[300] + ",1"]), ["7 cells", "got 8"], 301)


# The header


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("t,ax,ay", ["missing az", "'t, ax, ay'"]),
        ("ax,ay,az,gx,gy,gz", ["missing t"]),
        ("t,ax,ay,az,gx,gz", ["missing gy"]),
        ("t,ax (g),ay (g)", ["missing az", "'ax (g)'", "'gx (deg/s)'"]),
        ("t,x,y,z", ["missing ax, ay, az", "say the unit in the name", "'ax (g)'"]),
        ("t,ax (gauss),ay,az", ["m/s^2, g, mg, got 'gauss'", "write one of these"]),
        ("0.0,0.1,0.2,9.81,0,0,0", ["names of the columns is missing, write it above"]),
        ("PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z", ["Movella DOT"]),
        ("t,acc_x,acc_y,acc_z,gyr_x,gyr_y", ["missing gz"]),
        ("time,seconds_elapsed,z,y,x", ["Sensor Logger"]),
        ("time,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,", ["Physics Toolbox", "ax, ay, az", "deleted"]),
        ('"Time (s)","Linear Acceleration x (m/s^2)","Linear Acceleration y (m/s^2)"', ["phyphox", "with g"]),
        ("time,userAccelerationX,y,z", ["without gravity"]),
        ("a_Timestamp_Unix_CAL,a_Accel_WR_X_CAL,a_Accel_WR_Y_CAL,a_Accel_WR_Z_CAL", ["Shimmer"]),
        ("t,ax,ay,az,ax", ["ax twice"]),
        ("t,ax,ay,az,ax (g)", ["ax twice"]),
        ("t,ax,ay,az,acc_x,acc_y,acc_z", ["three columns of the acceleration", "'ax, ay, az' and 'acc_x, acc_y"]),
        ("timestamp,time,ax,ay,az", ["one column of time", "'timestamp' and 'time'"]),
        ("t,ax (lsb),ay (lsb),az (lsb)", ["unit of acc", "'lsb'"]),
        ("t (h),ax,ay,az", ["unit of t", "'h'"]),
        ("t,ax (g),ay (mg),az (g)", ["one unit", "mg", "g"]),
        ("t,ax (g),ay,az (g)", ["unit for each", "ay"]),
        ('t,ax,"ay', ["quote"]),
    ],
)
def test_a_header_that_is_not_the_plain_one(path, header, words):
    refused(path, [header, "1,2,3"], words, 1)


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# imucount recording 2", ["imucount recording 1", "later release"]),
        ("# side: middle", ["left or right", "'middle'"]),
        ("# side:", ["left or right"]),
        ("# sampling_rate_hz: fast", ["positive sampling rate", "'fast'"]),
        ("# sampling_rate_hz: -1", ["positive sampling rate"]),
        ("# sampling_rate_hz: nan", ["positive sampling rate"]),
        ("# units: acc furlong/s^2", ["unit of acc", "'furlong/s^2'"]),
        ("# units: m/s^2", ["such as"]),
        ("# note: 2", ["once", "'note'"]),
    ],
)
def test_a_wrong_line_before_the_table(path, comment, words):
    refused(path, ["# note: 1", comment, *lines()], words, 2)


def test_units_that_contradict_each_other(path):
    refused(path, ["# units: acc mg", "t,ax (g),ay (g),az (g)"], ["one unit", "units line"], 2)


def test_a_header_without_end(path):
    refused(path, "# a: b\n" + "#\n" * 2000, ["first 1000 lines"])


# The rows


@pytest.mark.parametrize(
    ("cell", "words"),
    one_in(
        3,
        [
            ("abc", ["'ay'", "'abc'"]),
            ("1.2.3", ["'1.2.3'"]),
            ("0x1F", ["'0x1F'"]),
            ("1_0", ["'1_0'"]),
            ("True", ["'True'"]),
            ("__import__('os')", ["'ay'"]),
            ('"1,5"', ["'1,5'", "one decimal mark", "write each with a point"]),
            ('"1,234.5"', ["'1,234.5'", "none between thousands"]),
            ('"1', ["quote"]),
            ("x" * 5000, ["xxx..."]),
        ],
    ),
)
def test_a_cell_that_is_neither_a_number_nor_missing(path, cell, words):
    refused(path, with_cell(cell), words, 150)


def test_the_line_is_right_below_comments_blank_lines_and_windows_line_ends(path):
    content = "\r\n".join(["# a: b", "", *with_cell("abc")[:10], "", *with_cell("abc")[10:]]) + "\r\n"
    refused(path, content, ["abc"], 153)


def test_a_column_of_words_that_a_parser_could_take_for_numbers(path):
    refused(path, [lines()[0]] + [line.rpartition(",")[0] + ",True" for line in lines()[1:]], ["'True'"], 2)


@pytest.mark.parametrize(
    ("row", "words"),
    one_in(
        3,
        [
            ("1.48,1,2,9", ["7 cells", "got 4", "cut short"]),
            ("1.48,1,2,9,0,0,0,5", ["7 cells", "got 8"]),
            ("1,48,1,0,2,0,9,0,0,0,0,0,0,0", ["got 14", "decimal commas"]),
            ("1,48;1,0;2,0;9,0;0,0;0,0;0,0", ["semicolons"]),
            ("# pause", ["comments"]),
            (HEADER, ["names of the columns again", "joined"]),
            ("1.48,1,2,9,0,0,0\r1.485,1,2,9,0,0,0", ["line end"]),
        ],
    ),
)
def test_a_row_that_is_not_a_row(path, row, words):
    refused(path, with_line(150, row), words, 150)


def test_a_short_row_that_a_long_one_makes_up_for(path):
    rows = [lines()[0] + ",label", *(line + ",1" for line in lines()[1:])]
    rows[149] = rows[149].rpartition(",")[0]
    rows[151] += ",1"
    refused(path, rows, ["8 cells", "got 7"], 150)
    rows[148] += ",1"
    rows[151] = rows[150]
    refused(path, rows, ["8 cells", "got 9"], 149)
    plain = lines()
    plain[149] = plain[149].rpartition(",")[0]
    plain[10] += ",1"
    refused(path, plain, ["7 cells", "got 8"], 11)


def test_time_that_goes_back_or_stands_still(path):
    joined = [*lines(), *lines(values() * 1.001)[1:]]
    refused(path, joined, ["increase", "2.99 s and then 0.0 s", "joined"], 302)
    backwards = [HEADER, *lines()[:0:-1]]
    refused(path, backwards, ["increase", "joined"], 83)
    refused(path, scaled(step_s=0.0), ["20 to 8000"])


# The signal


@pytest.mark.parametrize(
    ("factor", "words"),
    one_in(
        3,
        [
            (1 / 9.80665, ["9.807 m/s^2", "got a median of 1", "in g rather than m/s^2", "If so", "'ax (g)'"]),
            (1000 / 9.80665, ["got a median of 1000", "in mg rather than m/s^2"]),
            (1e-2, ["gravity been removed"]),
            (1670, ["9.81 m/s^2, 1 g or 1000 mg", "raw counts"]),
            (0.6, ["9.81 m/s^2, 1 g or 1000 mg"]),
            (1e200, ["raw counts"]),
        ],
    ),
)
def test_an_acceleration_in_another_unit(path, factor, words):
    refused(path, scaled(acc=factor), words)
    assert all(word in inspect_csv(path).problem for word in words)


@pytest.mark.parametrize(
    ("unit", "factor", "words"),
    one_in(
        2,
        [
            ("g", 1, ["in m/s^2 rather than g"]),
            ("g", 1000 / 9.80665, ["in mg rather than g"]),
            ("mg", 1 / 9.80665, ["in g rather than mg"]),
            ("m/s^2", 1 / 9.80665, ["in g rather than m/s^2"]),
        ],
    ),
)
def test_an_acceleration_in_another_unit_than_the_header_declares(path, unit, factor, words):
    refused(path, [f"# units: acc {unit}", *scaled(acc=factor)], words)


def test_gravity_removed(path):
    table = values()
    table[:, 1:4] -= 9.81 * np.array([0, 0, 1])
    table[:, 2] *= 0.1
    refused(path, lines(table), ["near 9.807 m/s^2", "linear acceleration"])


def test_an_angular_rate_that_no_sensor_has(path):
    refused(path, scaled(gyr=100 * 180 / np.pi), ["rad/s", "gx (deg/s)"])
    refused(path, ["# units: gyr deg/s", *scaled(gyr=100 * 180 / np.pi)], ["raw counts"])


@pytest.mark.parametrize(
    ("step_s", "words"),
    one_in(
        2,
        [
            (1.0, ["20 to 8000", "got 1 Hz", "number of the sample"]),
            (1.01, ["20 to 8000", "got 0.9901 Hz", "thinned out"]),
            (0.1, ["20 to 8000", "got 10 Hz"]),
            (1e-5, ["20 to 8000", "got 1e+05 Hz", "1000 times too small", "datetime64[us] are divided by 1e9"]),
            (1e-8, ["1e+06 times too small", "datetime64[ms] are divided by 1e9"]),
        ],
    ),
)
def test_a_rate_that_no_worn_sensor_has_or_a_time_in_another_unit(path, step_s, words):
    refused(path, scaled(step_s=step_s), words)
    assert all(word in inspect_csv(path).problem for word in words)


def test_a_time_in_s_where_ms_are_declared(path):
    refused(path, ["# units: t ms", *lines()], ["in s rather than ms"])


@pytest.mark.parametrize(("step", "unit"), [(10.0, "ms"), (1e4, "us"), (1e7, "ns")])
def test_a_time_in_another_unit_than_is_declared(path, step, unit):
    content = scaled(step_s=step)
    content[0] = content[0].replace("t,", "t (s),")
    refused(path, content, [f"in {unit} rather than s", f"'t ({unit})'"])
    assert f"in {unit} rather than s" in inspect_csv(path).problem


def test_unix_time_in_ms_that_is_declared_as_s(path):
    table = values()
    table[:, 0] = 1.7e12 + 10 * np.arange(300)
    content = lines(table)
    content[0] = content[0].replace("t,", "t (s),")
    refused(path, content, ["expected t in s", "Unix time in ms"])


@pytest.mark.parametrize("acc", [9.81, 0.0, 1.0])
def test_a_stuck_sensor(path, acc):
    table = values()
    table[:, 1:] = [0, 0, acc, 0, 0, 0]
    refused(path, lines(table), ["same values in every sample", "stuck"])


# Anything


@given(st.binary(max_size=300), st.sampled_from([b"", HEADER.encode() + b"\n", b"# imucount recording 1\n"]))
@example(
    b"0,1e308,1e308,1e308,1e308,1e308,1e308\n1,-1e308,1e308,1e308,-1e308,1e308,1e308\n", HEADER.encode() + b"\n"
)
@example(b"0,0,0,9,1e200,0,0\n5e-324,1,0,9,-1e200,0,0\n1e-323,1,2,9,1e9,0,0\n", HEADER.encode() + b"\n")
@example(b"-1.7e308,0,0,9,0,0,0\n1.7e308,0,0,9,0,0,0\n", HEADER.encode() + b"\n")
@example(b"t (ms),ax (g),ay (g),az (g)\n1,1.7e308,1,1\n2,0,1,1\n", b"")
def test_any_bytes_give_a_recording_or_a_recording_error(tmp_path_factory, content, start):
    any_bytes(tmp_path_factory, start + content)


NUMBER = st.floats().map(repr) | st.integers(-3, 30).map(str) | st.text(max_size=3)


@settings(max_examples=settings.default.max_examples // 2)
@given(
    st.lists(st.lists(NUMBER, min_size=4, max_size=4), max_size=6),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    st.booleans(),
)
def test_any_table_gives_a_recording_or_a_recording_error(tmp_path_factory, rows, end, ended):
    text = end.join(["t,ax,ay,az", *(",".join(row) for row in rows)]) + end * ended
    any_bytes(tmp_path_factory, text.encode("utf-8", errors="surrogatepass"))


def any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    for read in (read_csv, inspect_csv):
        try:
            result = read(path)
        except RecordingError as error:
            assert "\n" not in str(error)  # noqa: PT017 - not raising is fine too
        else:
            assert not isinstance(result, Recording) or len(result.samples) > 1


def test_linear_acceleration_that_happens_to_be_near_one_is_not_taken_for_g(path):
    table = values(2000)
    moves = np.where(table[:, 0] > 3.0, 1.3, 0.02) * np.sin(4.0 * table[:, 0])
    table[:, 1:4] = np.column_stack([moves, 0.3 * moves, 0.5 * moves])
    assert 0.765 < np.median(np.linalg.norm(table[:, 1:4], axis=1)) < 1.22
    path.write_text("\n".join(lines(table)), encoding="utf-8")
    assert "has gravity been removed" in inspect_csv(path).problem
