"""Programs that write one file: eight forward circles count as eight, forward."""

import json
import zipfile

import numpy as np
import pytest
from exported import AXES, DEG, UNIX_S, G, right, table
from short_run import one_in

import imucount
from imucount.errors import RecordingError
from imucount.formats.sessions import sessions_of


def day(t):
    seconds = np.round(t, 6)
    return [f"2026-01-31T12:{int(value // 60):02d}:{value % 60:09.6f}" for value in seconds]


WIT = [
    "time",
    "DeviceName",
    "ChipTime()",
    *(f"Acc{a}(g)" for a in "XYZ"),
    *(f"As{a}(°/s)" for a in "XYZ"),
    "AngleX(°)",
]
WIT_CHINESE = [
    "时间",
    "设备名称",
    "片上时间()",
    *(f"加速度{a}(g)" for a in "XYZ"),
    *(f"角速度{a}(°/s)" for a in "XYZ"),
    "角度X(°)",
]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("names", [WIT, WIT_CHINESE])
def test_witmotion_of_one_of_two_devices(tmp_path, clip, names, encoding):
    n = len(clip)
    rows = table(
        names, [day(clip.t), ["A(00:0C)"] * n, ["null"] * n, *(clip.acc / G).T, *(DEG * clip.gyr).T, [""] * n]
    )
    lines = rows.replace(",", "\t").splitlines()
    mixed = [lines[0]]
    for number, line in enumerate(lines[1:]):
        mixed += [line, line.replace("A(00:0C)", "B(00:0D)").replace(".", ".1", 1)]
        mixed += [lines[0]] if number == 500 else []
    path = tmp_path / "wit.txt"
    path.write_bytes("\r\n".join(mixed).encode(encoding))
    with pytest.raises(RecordingError, match=r"got 2: 'A\(00:0C\)', 'B\(00:0D\)'; say which"):
        imucount.read(path)
    right(path, clip, atol=1e-4, device="A(00:0C)")
    with pytest.raises(RecordingError, match="the device 'C'"):
        imucount.read(path, device="C")


def test_witmotion_serial_recorder(tmp_path, clip):
    names = ["Chiptime", *(f"a{a}(g)" for a in AXES), *(f"w{a}(deg/s)" for a in AXES), "AngleX(deg)", "T(C)"]
    zero = np.zeros(len(clip))
    path = tmp_path / "wit.txt"
    columns = [day(clip.t), *(clip.acc / G).T, *(DEG * clip.gyr).T, zero, zero]
    path.write_text(table(names, columns, separator="\t", end="\r\n"))
    right(path, clip, atol=1e-4)


@pytest.mark.parametrize("kinds", [("LN",), ("WR",), ("LN", "WR")])
@pytest.mark.parametrize("declared", one_in(3, ['"sep=,"\n', '"sep=\\t"\n', ""]))
def test_shimmer(tmp_path, clip, kinds, declared):
    separator = "\t" if "t" in declared else ","
    names = ["S_1_Timestamp_Unix_CAL"]
    units, columns = ["ms"], [[f"{1e3 * (UNIX_S + value):.3f}" for value in clip.t]]
    for kind in kinds:
        names += [f"S_1_Accel_{kind}_{axis}_CAL" for axis in "XYZ"]
        columns += list(clip.acc.T)
    names += [f"S_1_Gyro_{axis}_CAL" for axis in "XYZ"]
    units += ["m/(s^2)"] * 3 * len(kinds) + ["deg/s"] * 3
    text = table(names, [*columns, *(DEG * clip.gyr).T], declared, separator)
    head, first, rest = text.partition("CAL\n")
    path = tmp_path / "shimmer.csv"
    path.write_text(head + first.strip() + separator + "\n" + separator.join(units) + separator + "\n" + rest)
    recording = right(path, clip, atol=1e-4)
    assert recording.metadata == {"device": "S_1", "start_utc": "2023-11-14T22:13:20.000+00:00"}
    assert len(recording.warnings) == len(kinds) - 1


def test_shimmer_with_dates_as_text(tmp_path, clip):
    """Over midnight, as the date is not read."""
    clock = [f"{int(s // 3600) % 24:02d}:{int(s // 60) % 60:02d}:{s % 60:06.3f}" for s in 86390.0 + clip.t]
    names = ["S_Timestamp_FormattedUnix_CAL", *(f"S_Accel_WR_{axis}_CAL" for axis in "XYZ")]
    names += [f"S_Gyro_{axis}_CAL" for axis in "XYZ"]
    text = table(names, [[f"2026/01/31 {each}" for each in clock], *clip.acc.T, *(DEG * clip.gyr).T])
    units = ["yyyy/mm/dd hh:mm:ss.000", *["m/(s^2)"] * 3, *["deg/s"] * 3]
    path = tmp_path / "shimmer.csv"
    path.write_text(text.replace("\n", "\n" + ",".join(units) + "\n", 1))
    recording = right(path, clip, atol=0.01)
    assert "start_utc" not in recording.metadata


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ",")])
def test_physics_toolbox(tmp_path, clip, separator, decimal):
    names = ["time", "gFx", "gFy", "gFz", "ax", "ay", "az", "wx", "wy", "wz", ""]
    gyr = clip.gyr.copy()
    gyr[:20] = 0.0  # before the first event of the gyroscope
    columns = [clip.t, *(clip.acc / G).T, *(clip.acc - [0, 0, G]).T, *gyr.T, [""] * len(clip)]
    path = tmp_path / "toolbox.csv"
    path.write_text(table(names, columns, "\n", separator, decimal))
    recording = right(path, clip, shift_s=float(clip.t[20]))
    assert len(recording.samples) == len(clip) - 20
    path.write_text(table(["time", "ax", "ay", "az", "aT"], [clip.t, *clip.acc.T, clip.t], "\n"))
    with pytest.raises(RecordingError, match=r"with gravity.*record the g-force meter and the gyroscope"):
        imucount.read(path)


def test_openlog_artemis_over_midnight(tmp_path, clip):
    clock = [f"{int(s // 3600) % 24:02d}:{int(s // 60) % 60:02d}:{s % 60:07.4f}" for s in 86390.0 + clip.t]
    names = ["rtcDate", "rtcTime", "aX", "aY", "aZ", "gX", "gY", "gZ", "imu_degC", "output_Hz", ""]
    n = len(clip)
    columns = [["01/31/2026"] * n, clock, *(1000 * clip.acc / G).T, *(DEG * clip.gyr).T, ["25.1"] * n, ["60"] * n]
    rows = table(names, [*columns, [""] * n]).splitlines()
    rows.insert(300, rows[0])  # it was reset
    path = tmp_path / "dataLog00001.TXT"
    path.write_text("4.1,25.0,60.000,\n" + "\n".join(rows) + "\n")
    right(path, clip, atol=2e-3)
    path.write_text(table(names[2:], [*columns[2:], [""] * n]))
    right(path, clip, atol=0.05)


def test_actigraph(tmp_path, clip):
    before = (
        "------------ Data File Created By ActiGraph Link IMU ActiLife v6.13.3 date format M/d/yyyy at 60 Hz -,,\n"
        "Serial Number: TAS1,,,\nStart Time 08:58:00,,,\n--------------------,,\n"
    )
    acc, gyr = ([f"{what} {axis}" for axis in "XYZ"] for what in ("Accelerometer", "Gyroscope"))
    path = tmp_path / "actigraph.csv"
    columns = [day(clip.t), *(clip.acc / G).T, [""] * len(clip), *(DEG * clip.gyr).T]
    path.write_text(table(["Timestamp", *acc, "Temperature", *gyr], columns, before))
    recording = right(path, clip, atol=1e-4)
    assert recording.metadata["device"] == "ActiGraph TAS1"
    path.write_text(table(acc, list((clip.acc / G).T), before))
    without = imucount.read(path)
    assert np.allclose(without.samples.t, clip.t - clip.t[0], atol=1e-3)
    assert without.sampling_rate_hz == 60.0


def test_gaitmap_with_two_header_rows(tmp_path, clip):
    names = ["sensor", *["left"] * 6, *["right"] * 6]
    axes = [*(f"acc_{axis}" for axis in AXES), *(f"gyr_{axis}" for axis in AXES)]
    values = [*clip.acc.T, *(DEG * clip.gyr).T]
    other = [np.roll(value, 7) for value in values]
    text = table(names, [[str(n) for n in range(len(clip))], *other, *values])
    path = tmp_path / "gaitmap.csv"
    path.write_text(text.replace("\n", "\n" + ",".join(["axis", *axes, *axes]) + "\n", 1))
    with pytest.raises(RecordingError, match="got 2: 'left', 'right'"):
        imucount.read(path)
    with pytest.raises(RecordingError, match="index is the number of the row, got neither; give it, as by --rate"):
        imucount.read(path, device="right")
    right(path, clip, device="right", sampling_rate_hz=60.0)


def test_gaitmap_with_one_header_row(tmp_path, clip):
    names = [*(f"acc_{axis}" for axis in AXES), *(f"gyr_{axis}" for axis in AXES)]
    path = tmp_path / "gaitmap.csv"
    path.write_text(table(names, [*clip.acc.T, *(DEG * clip.gyr).T]))
    with pytest.raises(RecordingError, match=r"no column has the time, got neither; give it, as by --rate"):
        imucount.read(path)
    right(path, clip, sampling_rate_hz=60.0)


def test_gaitmap_with_an_index_in_seconds(tmp_path, clip):
    names = ["", *(f"acc_{axis}" for axis in AXES), *(f"gyr_{axis}" for axis in AXES)]
    path = tmp_path / "gaitmap.csv"
    path.write_text(table(names, [clip.t, *clip.acc.T, *(DEG * clip.gyr).T]))
    right(path, clip)


def test_apdm_devices_side_by_side(tmp_path, clip):
    sensors = ["Accelerometer", "", "", "Gyroscope", "", "", "Barometer"]
    lines = [
        ["Format=7", "5718", "", "", "Lumbar", "", "", "", "5778", "", "", "Chest", "", "", ""],
        ["Time", *sensors, *sensors],
        ["", *["X", "Y", "Z", "X", "Y", "Z", ""] * 2],
    ]
    zero = np.zeros(len(clip))
    time = [str(UNIX_S * 10**6 + round(value * 1e6)) for value in clip.t]
    columns = [time, *np.roll(clip.acc, 9, 0).T, *clip.gyr.T, zero, *clip.acc.T, *clip.gyr.T, zero]
    path = tmp_path / "apdm.csv"
    path.write_text("".join(",".join(line) + "\n" for line in lines[:2]) + table(lines[2], columns))
    recording = right(path, clip, device="Chest")
    assert recording.metadata["start_utc"].startswith("2023-11-14")
    with pytest.raises(RecordingError, match="got 2: 'Lumbar', 'Chest'"):
        imucount.read(path)


def test_an_ios_table_brings_apples_sign(tmp_path, clip):
    names = ["Date", "Timestamp", "DeviceOrientation", *(f"Acceleration{axis}" for axis in "XYZ"), "Label"]
    n = len(clip)
    columns = [["2024-10-17 14:57:32"] * n, UNIX_S + clip.t, ["faceUp"] * n, *(-clip.acc / G).T, [""] * n]
    path = tmp_path / "running.csv"
    path.write_text(table(names, columns, separator=";"))
    recording = imucount.read(path)
    assert np.allclose(recording.samples.acc, clip.acc, atol=1e-5)
    assert "turned round" in recording.warnings[0]


def test_an_ios_table_of_the_users_acceleration(tmp_path, clip):
    """What Core Motion calls the user's acceleration lacks the gravity that it gives beside it."""
    gravity = np.tile([0.05, 0.99, 0.1], (len(clip), 1))
    names = [
        "timestamp",
        *(f"{what}{axis}" for what in ("userAcceleration", "rotationRate", "gravity") for axis in "XYZ"),
    ]
    columns = [UNIX_S + clip.t, *(-clip.acc / G - gravity).T, *clip.gyr.T, *gravity.T]
    path = tmp_path / "watch.csv"
    path.write_text(table(names, columns))
    right(path, clip, atol=1e-4)
    path.write_text(table(names[:7], columns[:7]))
    with pytest.raises(RecordingError, match=r"with gravity.*record its gravity with it"):
        imucount.read(path)


def test_androsensor(tmp_path, clip):
    whats = (
        ("ACCELEROMETER", "m/s²"),
        ("GRAVITY", "m/s²"),
        ("LINEAR ACCELERATION", "m/s²"),
        ("GYROSCOPE", "rad/s"),
    )
    names = [f"{what} {axis} ({unit})" for what, unit in whats for axis in "XYZ"]
    zero = np.zeros((len(clip), 3))
    columns = [
        *np.hstack([clip.acc, zero, zero, clip.gyr]).T,
        1000 * clip.t,
        ["2026-01-01 12-00-00_000"] * len(clip),
    ]
    path = tmp_path / "Sensor_record.csv"
    names += ["Time since start in ms ", "YYYY-MO-DD HH-MI-SS_SSS"]
    path.write_text(table(names, columns, separator=";", formats="{:.5f}", before="sep=;\n"))
    right(path, clip, atol=1e-4)


def test_times_that_are_no_dates_are_told(tmp_path, clip):
    path = tmp_path / "watch.csv"
    names = ["timestamp", *(f"acceleration{axis}" for axis in "XYZ"), *(f"rotationRate{axis}" for axis in "XYZ")]
    path.write_text(table(names, [1e12 * (UNIX_S + clip.t), *(-clip.acc / G).T, *clip.gyr.T]))
    with pytest.raises(RecordingError, match="no date"):
        imucount.read(path)


def test_motion_bids(tmp_path, clip):
    stem = tmp_path / "sub-1_task-circles_tracksys-imu"
    channels = ["name\tcomponent\ttype\ttracked_point\tunits"]
    for point in ("wrist", "shoulder"):
        for kind, unit in (("ACCEL", "m/s^2"), ("GYRO", "deg/s")):
            channels += [f"{point}_{kind}_{axis}\t{axis}\t{kind}\t{point}\t{unit}" for axis in AXES]
    values = np.column_stack([clip.acc, DEG * clip.gyr])
    motion = tmp_path / f"{stem.name}_motion.tsv"
    motion.write_text(
        "".join("\t".join(map(repr, row)) + "\n" for row in np.hstack([values[::-1], values]).tolist())
    )
    with pytest.raises(RecordingError, match=r"_channels.tsv beside it"):
        imucount.read(motion)
    (tmp_path / f"{stem.name}_channels.tsv").write_text("\n".join(channels) + "\n")
    (tmp_path / f"{stem.name}_motion.json").write_text(json.dumps({"TaskName": "c", "SamplingFrequency": 60.0}))
    with pytest.raises(RecordingError, match="got 2: 'wrist', 'shoulder'"):
        imucount.read(motion)
    for source in (motion, tmp_path):
        right(source, clip, device="shoulder")
    assert sessions_of(sorted(map(str, tmp_path.iterdir()))) == [(str(motion),)]


def test_what_holds_no_acceleration_is_refused_with_the_reason(tmp_path):
    sto = tmp_path / "orientations.sto"
    sto.write_text("DataRate=100\nDataType=Quaternion\nendheader\ntime\ta_imu\tb_imu\n0\t1,0,0,0\t1,0,0,0\n")
    xlsx = tmp_path / "mvn.xlsx"
    with zipfile.ZipFile(xlsx, "w") as archive:
        archive.writestr("xl/workbook.xml", '<sheets><sheet sheetId="1" name="Left &amp; right"/></sheets>')
    for path, words in (
        (sto, "orientations or forces alone"),
        (xlsx, "spreadsheet with the sheets Left & right; save that"),
    ):
        with pytest.raises(RecordingError, match=words):
            imucount.count(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n "TaskName": "walk",\n "SamplingFrequency": 100.0\n}\n', "description of .*; give the _motion.tsv"),
        ('# notes\n[{"t": 0.0, "ax": 1.0}]', "a file in JSON; make a table"),
        ("<!DOCTYPE html>\n<html><body>Log in, please, to load it</body></html>\n", "a page of the web; open it"),
        ('"property","value"\n"version","1.1.16"\n"deviceModel","iPhone14,2"\n', "the phone of a phyphox export"),
        (
            "import pylsl\nx = f(a, b, c)\ny = g(a, b, c)\nz = h(a, b, c)\n",
            "text alone; give the file that .*[.]xdf",
        ),
        ("Frame,Pelvis x,Pelvis y,Pelvis z\n0,0.1,0.1,0.1\n", "sheets of Xsens MVN, .*MT Manager"),
        ("onset\tduration\ttrial_type\n1.0\t2.0\tforward\n", "the events of one; give the _motion.tsv"),
    ],
)
def test_what_is_no_recording_is_told_as_what_it_is(tmp_path, text, words):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(RecordingError, match=words):
        imucount.read(path)


def test_results_are_no_recording_and_are_left_aside_beside_one(tmp_path, clip):
    session = imucount.count(clip, "right")
    (tmp_path / "session.json").write_text(session.to_json())
    session.to_csv(tmp_path / "reps.csv")
    session.to_csv(tmp_path / "sets.csv", "sets")
    for path, what in (
        ("reps.csv", "a table of reps or sets"),
        ("sets.csv", "a table of reps or sets"),
        ("session.json", "the results of a count in JSON"),
    ):
        with pytest.raises(RecordingError, match=f"got {what}; give the recording that"):
            imucount.read(tmp_path / path)
    rows = [f"{1e6 * t:.0f},{x},{y},{z}" for t, (x, y, z) in zip(clip.t, clip.acc)]
    (tmp_path / "dot.csv").write_text("\n".join(["sep=,", "SampleTimeFine,Acc_X,Acc_Y,Acc_Z", *rows]))
    assert len(imucount.read(tmp_path).samples) == len(clip)
