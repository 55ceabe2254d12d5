"""What people and programs write in place of the plain table is read as what it means, or refused with a way out.

Whoever follows a refusal to the letter gets the same samples, and so the same count.
"""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from short_run import one_in

from imucount import count, inspect_csv, read_csv
from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv
from imucount.formats.joining import RowJoiner
from imucount.formats.layouts import LAYOUTS
from imucount.samples import Samples
from imucount.simulate import Circles, Clip, Movement, simulate

NAMES = ["t", "ax", "ay", "az", "gx", "gy", "gz"]
G = 9.80665
DEG = np.pi / 180


@pytest.fixture(scope="module")
def session():
    """Eight forward circles on the right shoulder, in the digits that files have."""
    still = Movement("standing", 4.0)
    samples = simulate([still, Circles(8, "forward", period_s=2.5), still], clip=Clip(50.0), seed=11).samples
    table = np.column_stack([samples.t, samples.acc, samples.gyr])
    return table.round(6)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.csv"


def text(table, names=NAMES, separator=",", decimal=".", end="\n"):
    rows = [separator.join(names)]
    rows += [separator.join(f"{value:.6f}" for value in row).replace(".", decimal) for row in table.tolist()]
    return end.join(rows) + end


def reads_as(path, table, **options):
    recording = read_csv(path, **options)
    read = np.column_stack([recording.samples.t, recording.samples.acc, recording.samples.gyr])
    assert read.shape == table.shape
    assert np.allclose(read, table, atol=2e-6)
    return recording


def forward_circles(path):
    return [(len(each.reps), each.direction) for each in count(path, side="right").sets]


def test_the_session_is_what_it_is_said_to_be(path, session):
    path.write_text(text(session))
    assert forward_circles(path) == [(8, "forward")]


# The dialect


@pytest.mark.parametrize("comments", ["# ", ""])
@pytest.mark.parametrize("fmt", ["%.18e", "%12.6f"])
def test_blanks_between_the_cells_as_numpy_saves_a_table(path, session, fmt, comments):
    np.savetxt(path, session, fmt, header=" ".join(NAMES), comments=comments)
    reads_as(path, session)


def test_blanks_between_the_cells_below_sentences(path, session):
    names = ["time", *(f"acc_{axis}[m/s^2]" for axis in "xyz"), *(f"gyr_{axis}[rad/s]" for axis in "xyz")]
    rows = ["  ".join(f"{value:10.6f}" for value in row) + " " for row in session.tolist()]
    path.write_text("\n".join(["Taken by me on a fine day in May", "with clip 3", "", " ".join(names), *rows]))
    reads_as(path, session)


def test_a_sentence_is_not_taken_for_the_names_of_columns(path, session):
    path.write_text(
        "A sentence of more words than the table below has columns\n" + text(session, ["u", *NAMES[1:]])
    )
    with pytest.raises(RecordingError, match=r"line 2: .*missing t, got 'u, ax"):
        read_csv(path)


def with_names(session, names, scale=(1,) * 7):
    return text(session / np.array(scale), names)


DIALECTS = {
    "semicolons": lambda s: text(s, separator=";"),
    "tabs": lambda s: text(s, separator="\t"),
    "bars": lambda s: text(s, separator="|"),
    "semicolons and decimal commas": lambda s: text(s, separator=";", decimal=","),
    "tabs and decimal commas": lambda s: text(s, separator="\t", decimal=","),
    "windows line ends": lambda s: text(s, separator=";", decimal=",", end="\r\n"),
    "quoted decimal commas": lambda s: (
        ",".join(NAMES) + "\n" + "".join(",".join(f'"{v:.6f}"' for v in row).replace(".", ",") + "\n" for row in s)
    ),
    "a sep= line": lambda s: "sep=;\n" + text(s, separator=";"),
    "a quoted sep= line": lambda s: '"sep=,"\r\n' + text(s),
    "rows that end with a comma": lambda s: text(s).replace("\n", ",\n").replace("gz,", "gz", 1),
    "all lines end with a comma": lambda s: text(s).replace("\n", ",\n"),
    "rows that end with semicolons": lambda s: (
        text(s, separator=";").replace("\n", ";;\n").replace("gz;;", "gz", 1)
    ),
    "a header that ends with a comma": lambda s: text(s).replace("gz", "gz,", 1),
    "lines before the header": lambda s: (
        "DeviceTag:,My clip,,,,,\nFirmware version:,2.1.0,,,,,\nStartTime: ,2026-01-31 12:00:00,,,,,\n\n" + text(s)
    ),
    "comments with slashes": lambda s: (
        "// General information:\n//  Update Rate: 50.0Hz\n" + text(s, separator="\t")
    ),
    "a header in a comment": lambda s: "# " + text(s),
    "a line of units": lambda s: text(s).replace("\n", "\ns,m/(s^2),m/(s^2),m/(s^2),rad/s,rad/s,rad/s\n", 1),
    "quoted fields": lambda s: '"' + text(s).replace(",", '","').replace("\n", '"\n"')[:-1],
    "a byte order mark": lambda s: "\ufeff" + text(s),
    "blank lines": lambda s: "\n\n" + text(s).replace("\n", "\n\n"),
    "UTF-16": lambda s: text(s, separator="\t").encode("utf-16"),
    "UTF-16, big end first": lambda s: b"\xfe\xff" + text(s).encode("utf-16-be"),
    "UTF-16 without a mark": lambda s: text(s).encode("utf-16-le"),
}


@pytest.mark.parametrize("dialect", one_in(3, DIALECTS))
def test_dialects(path, session, dialect):
    content = DIALECTS[dialect](session)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert reads_as(path, session).warnings == ()
    with open_csv(path, chunk_bytes=20_000) as reader:
        assert np.allclose(Samples.concatenate(list(reader)).t, session[:, 0], atol=2e-6)


def test_inspection_tells_the_dialect(path, session):
    path.write_bytes(text(session, separator=";", decimal=",").encode("utf-16"))
    written = inspect_csv(path).written_with
    assert written == ("semicolons between the columns", "decimal commas", "text in UTF-16")


def test_two_decimal_marks_are_refused_rather_than_guessed(path, session):
    lines = text(session, separator=";", decimal=",").splitlines()
    lines[100] = lines[100].replace(",", ".")
    path.write_text("\n".join(lines))
    for chunk_bytes in (1000, 8 << 20):
        with (
            pytest.raises(RecordingError, match="one decimal mark") as caught,
            open_csv(path, chunk_bytes=chunk_bytes) as reader,
        ):
            list(reader)
        assert caught.value.line == 101


# Names and units


MS2_RAD = (1,) * 7
NAMED = [
    ("timestamp,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z", MS2_RAD),
    ("Time (s),Gx,Gy,Gz,Ax,Ay,Az", None),
    ("time_ms,Ax,Ay,Az,Gx,Gy,Gz", (1e-3, 1, 1, 1, 1, 1, 1)),
    ("TimestampMs,accX (G),accY (G),accZ (G),gyroX (DPS),gyroY (DPS),gyroZ (DPS)", (1e-3, G, G, G, DEG, DEG, DEG)),
    ("t (sec),ax [m/s2],ay [m/s2],az [m/s2],gx [deg/sec],gy [deg/sec],gz [deg/sec]", (1, 1, 1, 1, DEG, DEG, DEG)),
    ("t (msec),ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps", (1e-3, G, G, G, DEG, DEG, DEG)),
    (
        "Time,Accel-X (g),Accel-Y (g),Accel-Z (g),Gyro-X (d/s),Gyro-Y (d/s),Gyro-Z (d/s)",
        (1, G, G, G, DEG, DEG, DEG),
    ),
    (
        "seconds,Accelerometer X (m/s²),Accelerometer Y (m/s²),Accelerometer Z (m/s²),"
        "Gyroscope X (º/s),Gyroscope Y (º/s),Gyroscope Z (º/s)",
        (1, 1, 1, 1, DEG, DEG, DEG),
    ),
    (
        "micros,acc_x_mg,acc_y_mg,acc_z_mg,angular_velocity_x_rad_s,angular_velocity_y_rad_s,angular_velocity_z_rad_s",
        (1e-6, G / 1e3, G / 1e3, G / 1e3, 1, 1, 1),
    ),
    ("t (us),x_acc,y_acc,z_acc,wx (mdps),wy (mdps),wz (mdps)", (1e-6, 1, 1, 1, DEG / 1e3, DEG / 1e3, DEG / 1e3)),
]


@pytest.mark.parametrize(("header", "scale"), NAMED)
def test_names_and_units_as_people_write_them(path, session, header, scale):
    names = header.split(",")
    table = session if scale is not None else session[:, [0, 4, 5, 6, 1, 2, 3]]
    path.write_text(with_names(table, names, scale or MS2_RAD), encoding="utf-8")
    reads_as(path, session)
    taken = inspect_csv(path).renamed
    assert set(taken.values()) <= set(names)
    assert taken or all(name.split()[0] in NAMES for name in names)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "gbk", "utf-16"])
def test_units_in_any_encoding(path, session, encoding):
    names = ["t", "ax", "ay", "az", "gx (°/s)", "gy (°/s)", "gz (°/s)"]
    path.write_bytes(with_names(session, names, (1, 1, 1, 1, DEG, DEG, DEG)).encode(encoding))
    assert reads_as(path, session).warnings == ()


@pytest.mark.parametrize("spoilt", ["Â°/s", "掳/s", "\ufffd/s", "˚/s"])
def test_a_degree_sign_that_was_read_in_the_wrong_encoding(path, session, spoilt):
    names = ["t", "ax", "ay", "az", *(f"{name} ({spoilt})" for name in ("gx", "gy", "gz"))]
    path.write_text(with_names(session, names, (1, 1, 1, 1, DEG, DEG, DEG)), encoding="utf-8")
    reads_as(path, session)


@pytest.mark.parametrize("names", ["t,ax,ay,az,gyr_x,gyr_y,gyr_z", "t,ax,ay,az,gx_dps,gy_dps,gz_dps"])
def test_a_gyroscope_of_another_name_is_not_overlooked(path, session, names):
    scale = (1, 1, 1, 1, DEG, DEG, DEG) if "dps" in names else MS2_RAD
    path.write_text(with_names(session, names.split(","), scale))
    reads_as(path, session)


def test_what_looks_like_a_gyroscope_but_is_not_understood_is_told(path, session):
    path.write_text(with_names(session, ["t", "ax", "ay", "az", "gyro_roll", "gyro_pitch", "gyro_yaw"]))
    recording = read_csv(path)
    assert not recording.samples.has_gyroscope
    assert "gyro_roll" in recording.warnings[0]
    assert "name the columns gx, gy, gz" in recording.warnings[0]


# Values that are missing


def outer_join(table):
    """Each sensor has rows of its own, the gyroscope's 8 ms later, as an outer join of two tables gives them."""
    lines = [",".join(NAMES)]
    for row in table.tolist():
        lines.append(",".join(f"{value:.6f}" for value in row[:4]) + ",,,")
        lines.append(f"{row[0] + 0.008:.6f},,,," + ",".join(f"{value:.6f}" for value in row[4:]))
    return "\n".join(lines) + "\n"


@pytest.mark.long
@pytest.mark.parametrize("chunk_bytes", [500, 8 << 20])
def test_rows_of_one_sensor_each_are_joined_by_time(path, session, chunk_bytes):
    path.write_text(outer_join(session))
    with open_csv(path, chunk_bytes=chunk_bytes) as reader:
        samples = Samples.concatenate(list(reader))
        warnings = reader.warnings
    assert np.allclose(samples.t, session[1:, 0])  # the first has no angular rate before it
    assert np.allclose(samples.acc, session[1:, 1:4])
    expected = np.column_stack([np.interp(samples.t, session[:, 0] + 0.008, each) for each in session[:, 4:].T])
    assert np.allclose(samples.gyr, expected)
    assert "joined by their time" in warnings[0]
    assert forward_circles(path) == [(8, "forward")]


@pytest.mark.parametrize("word", ["", "nan", "NaN", "null", "N/A", "-inf", "1e999", "ovf"])
def test_a_missing_value_costs_that_value(path, session, word):
    rows = [row.split(",") for row in text(session).splitlines()]
    rows[100][5] = word  # of the gyroscope: from its neighbours
    rows[200][2] = word  # of the accelerometer: the sample is lost
    path.write_text("\n".join(map(",".join, rows)))
    expected = session.copy()
    expected[99, 4:] = (session[98, 4:] + session[100, 4:]) / 2
    recording = reads_as(path, np.delete(expected, 199, axis=0))
    assert ["missing in one row" in each for each in recording.warnings] == [True, True]


def test_an_outage_of_the_gyroscope_is_not_bridged(path, session):
    rows = [row.split(",") for row in text(session).splitlines()]
    for row in rows[101:151]:
        row[4:] = ["", "", ""]
    path.write_text("\n".join(map(",".join, rows)))
    recording = reads_as(path, np.delete(session, range(100, 150), axis=0))
    assert recording.warnings == ("Values are missing in 50 rows, left out as if lost.",)


def test_empty_columns_of_a_gyroscope_and_the_way_out(path, session):
    path.write_text(text(session[:, :4], NAMES[:4]).replace("\n", ",,,\n").replace("az,,,", "az,gx,gy,gz", 1))
    with pytest.raises(RecordingError, match="leave out the columns of the one that is not there, gx, gy, gz"):
        read_csv(path)
    path.write_text(text(session[:, :4], NAMES[:4]))
    assert len(read_csv(path).samples) == len(session)


nan = float("nan")
kinds = st.sampled_from(["whole", "acc", "gyr", "none"])


@given(st.lists(st.tuples(kinds, st.integers(1, 40)), max_size=30), st.lists(st.integers(0, 30), max_size=5))
def test_joining_does_not_depend_on_how_the_rows_are_cut(rows, cuts):
    t = np.cumsum([0.01 * step for _, step in rows]) if rows else np.empty(0)
    x = np.arange(6.0 * len(rows)).reshape(-1, 6)
    for row, (kind, _) in zip(x, rows):
        if kind in ("acc", "none"):
            row[3:] = nan
        if kind in ("gyr", "none"):
            row[:3] = nan
    whole, pieces = RowJoiner(), RowJoiner()
    at_once = np.column_stack(whole.update(t, x))
    edges = [0, *sorted(min(cut, len(t)) for cut in cuts), len(t)]
    parts = [np.column_stack(pieces.update(t[a:b], x[a:b])) for a, b in pairwise(edges)]
    whole.finish()
    pieces.finish()
    assert np.array_equal(np.concatenate(parts), at_once)
    assert np.isfinite(at_once).all()
    assert whole.warnings == pieces.warnings


# Several devices


def test_rows_of_several_devices(path, session):
    other = session + np.array([0.007, 0, 0, 0, 0, 0, 0])
    other[:, 1:4] = session[:, [2, 3, 1]]
    lines = ["t,device,ax,ay,az,gx,gy,gz"]
    for name, rows in (("A", session), ("B (left)", other)):
        lines += [f"{row[0]:.6f},{name}," + ",".join(f"{value:.6f}" for value in row[1:]) for row in rows.tolist()]
    lines[1:] = sorted(lines[1:], key=lambda line: float(line.split(",")[0]))
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(RecordingError, match=r"those of 2: 'A', 'B .left.'; say which, as by --device 'A'"):
        read_csv(path)
    assert reads_as(path, session, device="A").warnings == ()
    reads_as(path, other, device="B (left)")
    with pytest.raises(RecordingError, match="rows of the device 'C', got 2: 'A', 'B"):
        read_csv(path, device="C")
    path.write_text(text(session))
    with pytest.raises(RecordingError, match="no column that names devices"):
        read_csv(path, device="A")


# Layouts of known programs


def sensor_log(session, user=False, time="loggingTime(s)"):
    """Write the session as SensorLog does on an iPhone: gravity is -1 g on an axis that points up."""
    axes = "XYZ"
    acc = -session[:, 1:4] / G
    columns = {time: session[:, 0], "loggingSample(N)": np.arange(len(session))}
    if user:
        down = acc / np.linalg.norm(acc, axis=1, keepdims=True)
        columns |= {f"motionUserAcceleration{axis}(G)": (acc - down)[:, i] for i, axis in enumerate(axes)}
        columns |= {f"motionGravity{axis}(G)": down[:, i] for i, axis in enumerate(axes)}
        columns |= {f"motionRotationRate{axis}(rad/s)": session[:, 4 + i] for i, axis in enumerate(axes)}
    else:
        columns |= {f"accelerometerAcceleration{axis}(G)": acc[:, i] for i, axis in enumerate(axes)}
        columns |= {f"gyroRotation{axis}(rad/s)": session[:, 4 + i] for i, axis in enumerate(axes)}
    rows = np.column_stack(list(columns.values())).tolist()
    return "\n".join([",".join(columns), *(",".join(f"{value:.9f}" for value in row) for row in rows)]) + "\n"


@pytest.mark.parametrize("user", [False, True])
def test_an_apple_export_brings_its_own_sign(path, session, user):
    path.write_text(sensor_log(session, user))
    recording = reads_as(path, session)
    assert "Apple" in recording.warnings[0]
    assert "turned round" in recording.warnings[0]
    assert forward_circles(path) == [(8, "forward")]
    assert inspect_csv(path).layout == "an Apple SensorLog export"


def test_an_apple_export_without_the_time_of_the_log_has_that_of_the_sensor(path, session):
    path.write_text(sensor_log(session, time="accelerometerTimestamp_sinceReboot(s)"))
    reads_as(path, session)
    assert forward_circles(path) == [(8, "forward")]


IN_G_AND_DEG = (1, G, G, G, DEG, DEG, DEG)
REFUSED = {
    "no time": ("time1,ax,ay,az,gx,gy,gz", MS2_RAD, "missing t.*rename", "t,ax,ay,az,gx,gy,gz"),
    "x, y, z": (
        "t,x,y,z,gx,gy,gz",
        (1, G, G, G, 1, 1, 1),
        r"missing ax, ay, az.*'ax \(g\)'",
        "t,ax (g),ay (g),az (g),gx,gy,gz",
    ),
    "two times": (
        "timestamp,time,ax,ay,az,gx,gy,gz",
        None,
        "name the one to go by t",
        "timestamp,t,ax,ay,az,gx,gy,gz",
    ),
    "an unknown unit": (
        "t,ax (G-force),ay (G-force),az (G-force),gx,gy,gz",
        (1, G, G, G, 1, 1, 1),
        "one of m/s.2, g, mg.*write one of these",
        "t,ax (g),ay (g),az (g),gx,gy,gz",
    ),
    "a unit on one column": (
        "t,ax (g),ay,az,gx,gy,gz",
        (1, G, G, G, 1, 1, 1),
        "a unit for each of ax, ay, az",
        "t,ax (g),ay (g),az (g),gx,gy,gz",
    ),
    "acceleration in g": (
        "t,ax,ay,az,gx,gy,gz",
        (1, G, G, G, 1, 1, 1),
        r"in g rather than m/s\^2.*'ax \(g\)'",
        "t,ax (g),ay (g),az (g),gx,gy,gz",
    ),
    "Physics Toolbox": (
        "time,gFx,gFy,gFz,wx,wy,wz",
        (1, G, G, G, 1, 1, 1),
        r"name gFx, gFy, gFz ax \(g\), ay \(g\), az \(g\), and wx, wy, wz gx \(rad/s\)",
        "time,ax (g),ay (g),az (g),gx (rad/s),gy (rad/s),gz (rad/s)",
    ),
    "WitMotion": (
        "time,AccX(g),AccY(g),AccZ(g),AsX(°/s),AsY(°/s),AsZ(°/s)",
        IN_G_AND_DEG,
        r"name AccX, AccY, AccZ ax \(g\).*gx \(deg/s\).*time t",
        "t,ax (g),ay (g),az (g),gx (deg/s),gy (deg/s),gz (deg/s)",
    ),
    "Movella DOT": (
        "SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z",
        (1e-6, 1, 1, 1, DEG, DEG, DEG),
        r"Movella DOT export.*t \(us\), ax \(m/s\^2\).*gx \(deg/s\)",
        "t (us),ax (m/s^2),ay (m/s^2),az (m/s^2),gx (deg/s),gy (deg/s),gz (deg/s)",
    ),
    "OpenLog": (
        "rtcTime,aX,aY,aZ,gX,gY,gZ",
        (1, G / 1e3, G / 1e3, G / 1e3, DEG, DEG, DEG),
        r"OpenLog Artemis.*ax \(mg\).*gx \(deg/s\).*rtcTime t",
        "t,ax (mg),ay (mg),az (mg),gx (deg/s),gy (deg/s),gz (deg/s)",
    ),
    "Core Motion": (
        "timestamp,accelerationX,accelerationY,accelerationZ,rotationRateX,rotationRateY,rotationRateZ",
        (1, -G, -G, -G, 1, 1, 1),
        r"Apple's signs.*ax \(g\), ay \(g\), az \(g\), with the opposite sign.*time t",
        "t,ax (g),ay (g),az (g),gx,gy,gz",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_whoever_follows_a_refusal_gets_the_right_samples(path, session, case):
    header, scale, words, followed = REFUSED[case]
    table = session / np.array(scale or MS2_RAD)
    if scale is None:
        table = np.column_stack([np.arange(len(table)), table])
    path.write_text(text(table, header.split(",")), encoding="utf-8")
    with pytest.raises(RecordingError, match=words):
        read_csv(path)
    if "opposite sign" in words:
        table = table * [1, -1, -1, -1, 1, 1, 1]
    path.write_text(text(table, followed.split(",")), encoding="utf-8")
    reads_as(path, session)


def test_gravity_in_gx_beside_the_angular_rate_in_rx(path, session):
    gravity = -session[:, 1:4] / np.linalg.norm(session[:, 1:4], axis=1, keepdims=True)
    table = np.column_stack([session[:, :4], gravity, session[:, 4:]])
    path.write_text(text(table, [*NAMES, "rx", "ry", "rz"]))
    with pytest.raises(RecordingError, match="name those gx, gy, gz, and the columns of gravity gravity_x"):
        read_csv(path)
    path.write_text(text(table, [*NAMES[:4], "gravity_x", "gravity_y", "gravity_z", *NAMES[4:]]))
    reads_as(path, session)


def test_layouts_are_told_apart():
    for layout in LAYOUTS:
        names = sorted(layout.markers)
        assert layout.fits(names)
        assert next(each for each in LAYOUTS if each.fits(names)).name == layout.name
        assert bool(layout.advice) != bool(layout.columns)


def test_an_inspection_goes_into_json(path, session):
    path.write_text(text(session, ["timestamp", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]))
    document = json.loads(json.dumps(inspect_csv(path).to_dict()))
    assert document["renamed"]["gz"] == "gyr_z"
    assert document["units"] == {"t": "s", "acc": "m/s^2", "gyr": "rad/s"}
    assert document["problem"] is None
