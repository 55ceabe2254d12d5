"""Exports of other programs, as each writes them: eight forward circles count as eight, forward.

The same movement goes into every layout, in its units, signs and order of axes, and comes out as it was.
"""

import gzip
import json
import zipfile
from importlib.metadata import EntryPoint

import numpy as np
import pytest

import imucount
from imucount.errors import RecordingError, SampleError
from imucount.formats.layouts import exports
from imucount.formats.layouts.export import Export, Signals, Vectors
from imucount.formats.named_columns import columns_of_option
from imucount.formats.sessions import sessions_of
from imucount.paths import files_of
from imucount.simulate import Circles, Clip, Movement, simulate

G = 9.80665
DEG = np.degrees(1.0)
UNIX_S = 1_700_000_000
AXES = "xyz"


@pytest.fixture(scope="module")
def clip():
    """Eight forward circles on the right shoulder, at 60 Hz."""
    still = Movement("standing", 4.0)
    return simulate([still, Circles(8, "forward", period_s=2.5), still], clip=Clip(60.0), seed=11).samples


def table(names, columns, before="", separator=",", decimal=".", end="\n", formats="{:.7f}"):
    """Write columns, of numbers or of text, below their names."""
    formats = [formats] * len(columns) if isinstance(formats, str) else formats
    cells = [
        [f.format(value).replace(".", decimal) if not isinstance(value, str) else value for value in column]
        for f, column in zip(formats, columns)
    ]
    lines = [separator.join(names), *map(separator.join, zip(*cells))]
    return before + end.join(lines) + end


def right(source, clip, atol=2e-5, shift_s=None, **options):
    """Read, compare with what was written, and count."""
    recording = imucount.read(source, **options)
    t, acc, gyr = recording.samples.t, recording.samples.acc, recording.samples.gyr
    at = t - t[0] + (clip.t[0] if shift_s is None else shift_s)
    for ours, theirs in ((acc, clip.acc), (gyr, clip.gyr)):
        expected = np.column_stack([np.interp(at, clip.t, axis) for axis in theirs.T])
        assert np.abs(ours - expected).max() < max(atol, 1e-9 + atol)
    session = imucount.count(source, side="right", **options)
    assert [(len(each.reps), each.direction) for each in session.sets] == [(8, "forward")]
    assert session.warnings[: len(recording.warnings)] == recording.warnings
    found = imucount.inspect_csv(source, **options)
    assert found.problem is None
    assert found.n_samples == len(recording.samples)
    return recording


# Movella DOT


def dot(clip, start=0, tick_s=1e-6, separator=",", decimal="."):
    ticks = [str((start + round(value / tick_s)) % 2**32) for value in clip.t]
    names = ["SampleTimeFine", *(f"Acc_{axis}" for axis in "XYZ"), *(f"Gyr_{axis}" for axis in "XYZ")]
    return names, [ticks, *clip.acc.T, *(DEG * clip.gyr).T], separator, decimal


DOT_PREAMBLE = (
    "sep=,\nDeviceTag:,1,,,,,\nFirmwareVersion:,3.0.0\nOutputRate:,60Hz\nFilterProfile:,General\n"
    "StartTime: ,2025-07-11_20:06:00_086 WEST\n© Movella Technologies B. V. 2005-2025\n\n"
)


@pytest.mark.parametrize("start", [0, 2**32 - 5_000_000])
def test_movella_dot_app(tmp_path, clip, start):
    path = tmp_path / "dot.txt"
    names, columns, *_ = dot(clip, start)
    columns = [[str(n) for n in range(len(clip))], *columns, [""] * len(clip)]
    path.write_text(table(["PacketCounter", *names], columns, DOT_PREAMBLE))
    recording = right(path, clip)
    assert recording.sampling_rate_hz == 60.0
    assert recording.metadata["device"] == "Movella DOT 1"


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ",")])
def test_movella_dot_pc_sdk(tmp_path, clip, separator, decimal):
    path = tmp_path / "logfile.csv"
    names, columns, *_ = dot(clip, tick_s=1e-4)
    path.write_text(table(names, columns, separator=separator, decimal=decimal))
    right(path, clip, atol=2e-3)


def test_movella_dot_that_cannot_be_counted_says_what_to_do(tmp_path, clip):
    path = tmp_path / "dot.csv"
    names, columns, *_ = dot(clip)
    path.write_text(table([name.replace("Acc", "FreeAcc") for name in names], columns, DOT_PREAMBLE))
    with pytest.raises(RecordingError, match=r"got free acceleration; record the payload Rate quantities"):
        imucount.count(path)
    path.write_text(table(names, columns, DOT_PREAMBLE.replace("60Hz", "30Hz")))
    with pytest.raises(RecordingError, match="to give the declared 30 Hz, got 60"):
        imucount.read(path)
    columns[0] = [str(n) for n in range(len(clip))]
    path.write_text(table(names, columns))
    with pytest.raises(RecordingError, match="the number of the row; give the rate that was recorded"):
        imucount.read(path)
    right(path, clip, sampling_rate_hz=60.0)


# Xsens MT Manager


@pytest.mark.parametrize("separator", ["\t", ";", ",", " "])
def test_xsens_goes_by_the_counter_of_packets(tmp_path, clip, separator):
    """Rows that the radio lost are missing in time too, though the file's rows go on."""
    path = tmp_path / "MT_0120.txt"
    kept = np.r_[0:200, 260:400, 405 : len(clip)]
    nan = ["NaN"] * len(kept)
    counters = [f"{(65400 + n) % 65536:05d}" for n in kept]
    names = ["PacketCounter", "SampleTimeFine", "Year", *dot(clip)[0][1:]]
    columns = [counters, nan, nan, *clip.acc[kept].T, *clip.gyr[kept].T]
    before = "// Start Time: Unknown\n// Update Rate: 60.0Hz\n//  DeviceId: 00B42D4B\n"
    path.write_text(table(names, columns, before, separator))
    recording = imucount.read(path)
    assert np.allclose(recording.samples.t, clip.t[kept] - clip.t[0])
    assert np.allclose(recording.samples.acc, clip.acc[kept], atol=1e-6)
    assert np.allclose(recording.samples.gyr, clip.gyr[kept], atol=1e-6)
    path.write_text(table(names, columns, before.replace("// Update Rate: 60.0Hz\n", ""), separator))
    with pytest.raises(RecordingError, match=r"line Update Rate.*give it, as by --rate 100"):
        imucount.read(path)
    assert len(imucount.read(path, sampling_rate_hz=60.0).samples) == len(kept)


def test_xsens_counts(tmp_path, clip):
    names = ["PacketCounter", "SampleTimeFine", "Year", *dot(clip)[0][1:]]
    n = [str(n) for n in range(len(clip))]
    path = tmp_path / "MT.csv"
    path.write_text(table(names, [n, n, n, *clip.acc.T, *clip.gyr.T], "// Update Rate: 60.0Hz\n", "\t"))
    right(path, clip)


# phyphox


def phyphox(kind, t, values, separator=",", decimal=".", names=None):
    unit, letter = ("rad/s", "Gyroscope") if kind == "gyr" else ("m/s^2", "Acceleration")
    names = names or ["Time (s)", *(f"{letter} {axis} ({unit})" for axis in AXES)]
    quoted = [f'"{name}"' for name in names]
    return table(quoted, [t, *values.T], separator=separator, decimal=decimal, formats="{:.9E}")


DIALECTS = [(",", "."), ("\t", "."), (";", "."), ("\t", ","), (";", ",")]


@pytest.mark.parametrize(
    ("separator", "decimal", "custom"),
    [
        *((*each, False) for each in DIALECTS),
        (*DIALECTS[-1], True),
        *(pytest.param(*each, True, marks=pytest.mark.long) for each in DIALECTS[:-1]),
    ],
)
def test_phyphox_in_a_zip_and_a_folder(tmp_path, clip, separator, decimal, custom):
    """The gyroscope starts later and has a clock of its own."""
    gyr_t = clip.t[:-1] + 0.0043
    gyr = np.column_stack([np.interp(gyr_t, clip.t, axis) for axis in clip.gyr.T])
    names = [["Time (s)", *(f"{axis} ({unit})" for axis in "XYZ")] for unit in ("m/s^2", "rad/s")]
    files = {
        "Accelerometer.csv": phyphox("acc", clip.t, clip.acc, separator, decimal, names[0] if custom else None),
        "Gyroscope.csv": phyphox("gyr", gyr_t, gyr, separator, decimal, names[1] if custom else None),
        "meta/device.csv": f'"property"{separator}"value"\n"deviceModel"{separator}"iPhone14,2"\n',
    }
    path = tmp_path / "walk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    recording = right(path, clip, atol=0.05, shift_s=float(gyr_t[0]))
    assert recording.warnings[0].endswith("that both have: the acceleration begins 0.0043 s earlier.")
    assert np.allclose(recording.samples.t, gyr_t)
    assert np.allclose(recording.samples.gyr, gyr, atol=1e-7)
    assert recording.metadata["device"] == "iPhone14,2"
    folder = tmp_path / "walk"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    for source in (folder, [folder / "Gyroscope.csv", folder / "Accelerometer.csv"]):
        again = imucount.read(source)
        assert np.array_equal(again.samples.acc, recording.samples.acc)
        assert again.warnings == recording.warnings


def test_phyphox_pauses_are_gaps(tmp_path, clip):
    folder = tmp_path / "walk"
    (folder / "meta").mkdir(parents=True)
    (folder / "Accelerometer.csv").write_text(phyphox("acc", clip.t, clip.acc))
    (folder / "Gyroscope.csv").write_text(phyphox("gyr", clip.t, clip.gyr))
    middle = float(clip.t[600])
    (folder / "meta/time.csv").write_text(
        '"event","experiment time","system time","system time text"\n'
        f'"START",0.0,1000.0,""\n"PAUSE",{middle},{1000 + middle},""\n"START",{middle},{1020 + middle},""\n'
    )
    steps = np.diff(imucount.read(folder).samples.t)
    assert steps[599] == pytest.approx(20 + clip.t[600] - clip.t[599])
    assert np.sum(steps > 1) == 1


def test_phyphox_without_gravity_is_refused_and_acceleration_alone_has_no_direction(tmp_path, clip):
    names = ["Time (s)", *(f"Linear Acceleration {axis} (m/s^2)" for axis in AXES)]
    path = tmp_path / "Raw Data.csv"
    path.write_text(phyphox("acc", clip.t, clip.acc, names=names))
    with pytest.raises(RecordingError, match=r"got linear acceleration; record .* with Acceleration \(with g\)"):
        imucount.count(path)
    path.write_text(phyphox("acc", clip.t, clip.acc))
    session = imucount.count(path, side="right")
    assert {rep.direction for rep in session.reps} == {"unknown"}
    assert "no angular rate" in session.warnings[0]


def test_phyphox_names_without_units_by_the_name_of_the_file(tmp_path, clip):
    for name, values in (("Accelerometer.csv", clip.acc), ("Gyroscope.csv", clip.gyr)):
        (tmp_path / name).write_text(phyphox("acc", clip.t, values, names=["t", "x", "y", "z"]))
    right(tmp_path, clip)


# Sensor Logger


def sensor_logger(folder, clip, platform, standardised="false", total=False):
    sign = -1 if platform == "ios" and standardised == "false" else 1
    gravity = np.array([0.5, 9.7, 1.2])
    time = [str(UNIX_S * 10**9 + round(value * 1e9)) for value in clip.t]
    parts = {"Accelerometer": sign * (clip.acc - gravity), "Gravity": sign * np.tile(gravity, (len(clip), 1))}
    parts = {"TotalAcceleration": sign * clip.acc} if total else parts
    for name, values in (parts | {"Gyroscope": clip.gyr}).items():
        text = table(["time", "seconds_elapsed", "z", "y", "x"], [time, clip.t, *values.T[::-1]])
        (folder / f"{name}.csv").write_text(text)
    (folder / "Magnetometer.csv").write_text("time,seconds_elapsed,z,y,x\n")
    (folder / "Metadata.csv").write_text(
        f"version,device name,platform,standardisation\n3,iPhone 14,{platform},{standardised}\n"
    )


@pytest.mark.parametrize("platform", [("android", "false"), ("ios", "false"), ("ios", "true")])
@pytest.mark.parametrize("total", [False, True])
def test_sensor_logger(tmp_path, clip, platform, total):
    sensor_logger(tmp_path, clip, *platform, total=total)
    recording = right(tmp_path, clip)
    assert recording.metadata["start_utc"].startswith("2023-11-14T22:13:20")
    assert any("turned round" in warning for warning in recording.warnings) == (platform == ("ios", "false"))


def test_sensor_logger_without_metadata_or_gravity(tmp_path, clip):
    sensor_logger(tmp_path, clip, "ios")
    (tmp_path / "Metadata.csv").unlink()
    with pytest.raises(RecordingError, match=r"Metadata.csv.*or say --acc-sign -1 for an iPhone"):
        imucount.count(tmp_path)
    right(tmp_path, clip, acc_sign=-1)
    (tmp_path / "Gravity.csv").unlink()
    with pytest.raises(RecordingError, match=r"give Gravity.csv or TotalAcceleration.csv"):
        imucount.count(tmp_path, acc_sign=-1)


def wrist_motion(folder, clip, standardised):
    """Write what a watch gives to Sensor Logger: parts of the acceleration, in g and Apple's signs."""
    sign, unit = (1, 1) if standardised == "true" else (-1, G)
    gravity = np.tile([0.5, 9.7, 1.2], (len(clip), 1))
    names = ["time", "seconds_elapsed", *(f"rotationRate{axis}" for axis in "XYZ")]
    names += [f"{what}{axis}" for what in ("gravity", "acceleration") for axis in "XYZ"]
    time = [str(UNIX_S * 10**9 + round(value * 1e9)) for value in clip.t]
    parts = [sign * gravity.T / unit, sign * (clip.acc - gravity).T / unit]
    (folder / "WristMotion.csv").write_text(table(names, [time, clip.t, *clip.gyr.T, *parts[0], *parts[1]]))
    (folder / "Metadata.csv").write_text(f"device name,platform,standardisation\niPhone,ios,{standardised}\n")


@pytest.mark.parametrize("standardised", ["false", "true"])
def test_sensor_logger_of_a_watch(tmp_path, clip, standardised):
    wrist_motion(tmp_path, clip, standardised)
    assert right(tmp_path / "WristMotion.csv", clip).metadata["device"] == "watch"


def test_sensor_logger_of_a_phone_and_a_watch(tmp_path, clip):
    sensor_logger(tmp_path, clip[:900], "ios")
    wrist_motion(tmp_path, clip, "false")
    with pytest.raises(RecordingError, match="got 2: 'watch', 'phone'"):
        imucount.read(tmp_path)
    right(tmp_path, clip, device="watch")
    assert len(imucount.read(tmp_path, device="phone").samples) == 900
    assert len(sessions_of(sorted(map(str, tmp_path.iterdir())))) == 2


# MetaBase, Polar, Movesense: a file a sensor


def metabase(folder, clip, label="a circle"):
    stem = f"{label}_MetaWear_2019-01-11T16.10.08.270_C42732BE255C"
    acc = slice(0, None, 2)
    ms = [str(UNIX_S * 1000 + round(value * 1000)) for value in clip.t]
    for sensor, t, unix, values, unit in (
        ("Accelerometer_30.000Hz", clip.t[acc], ms[acc], clip.acc[acc] / G, "g"),
        ("Gyroscope_60.000Hz", clip.t, ms, DEG * clip.gyr, "deg/s"),
    ):
        names = ["epoch (ms)", "time (01:00)", "elapsed (s)", *(f"{axis}-axis ({unit})" for axis in AXES)]
        text = table(names, [unix, ["2019-01-11T16:10:08.431"] * len(t), t - t[0], *values.T])
        (folder / f"{stem}_{sensor}_1.4.4.csv").write_text(text)


def test_metabase_joins_two_rates(tmp_path, clip):
    metabase(tmp_path, clip)
    recording = right(tmp_path, clip, atol=0.5)
    assert "Acceleration (30" in recording.warnings[0]
    assert "angular rate (" in recording.warnings[0]
    assert len(recording.samples) > 0.99 * len(clip)


def test_files_of_two_recordings_are_told_apart(tmp_path, clip):
    metabase(tmp_path, clip, "left")
    metabase(tmp_path, clip[:900], "right")
    with pytest.raises(RecordingError, match="files of one recording"):
        imucount.read(tmp_path)
    sessions = sessions_of(sorted(map(str, tmp_path.iterdir())))
    assert [len(session) for session in sessions] == [2, 2]
    assert all(len({file.rsplit("/", 1)[1].split("_")[0] for file in session}) == 1 for session in sessions)


def test_files_without_common_time_are_refused(tmp_path, clip):
    (tmp_path / "Accelerometer.csv").write_text(phyphox("acc", clip.t, clip.acc))
    (tmp_path / "Gyroscope.csv").write_text(phyphox("gyr", clip.t + 1000, clip.gyr))
    with pytest.raises(RecordingError, match="apart; are the files of two recordings"):
        imucount.read(tmp_path)


def test_polar_goes_by_the_sensors_clock(tmp_path, clip):
    stamps = [str(599_628_005_694_359_040 + round(value * 1e9)) for value in clip.t]
    phone = ["2026-06-10T21:15:41.382"] * len(clip)
    head = ["Phone timestamp", "sensor timestamp [ns]"]
    for kind, unit, values in (("ACC", "mg", clip.acc / G * 1000), ("GYRO", "dps", DEG * clip.gyr)):
        names = [*head, *(f"{axis} [{unit}]" for axis in "XYZ")]
        text = table(names, [phone, stamps, *values.T], separator=";").replace(f"Z [{unit}]", f"Z [{unit}];")
        (tmp_path / f"Polar_Sense_ACC123_20260610_{kind}.txt").write_text(text)
    (tmp_path / "Polar_Sense_ACC123_20260610_MAG.txt").write_text(
        "Phone timestamp;sensor timestamp [ns];X [G];Y [G];Z [G]\n2026-06-10T21:15:41.382;1;0;0;0\n"
    )
    right(tmp_path, clip, atol=1e-4)
    assert len(sessions_of(sorted(map(str, tmp_path.iterdir())))) == 1


@pytest.mark.parametrize("android", [False, True])
def test_movesense_spreads_a_packet(tmp_path, clip, android):
    clip = clip[: len(clip) // 8 * 8]
    for kind, unit, values in (("acc", "m/s^2", clip.acc), ("gyro", "dps", DEG * clip.gyr)):
        stamps = [f"{1000 * value + 5e6:.3f}" if n % 8 == 0 else "" for n, value in enumerate(clip.t)]
        if android:
            stamps = [f"{1000 * value + 5e6:.3f}" for value in clip.t]
        names = ["Timestamp (ms)", *(f"{axis}: ({unit})" for axis in "XYZ")] if android else ["timestamp", *AXES]
        end = ", \n" if android else "\n"
        (tmp_path / f"sensor_{kind}.csv").write_text(table(names, [stamps, *values.T], end=end))
    right(tmp_path, clip, atol=1e-3)


def test_movesense_files_of_unknown_sensors(tmp_path, clip):
    path = tmp_path / "one.csv"
    path.write_text(table(["timestamp", *AXES], [1000 * clip.t, *clip.acc.T]))
    with pytest.raises(RecordingError, match="put acc or gyro into the names"):
        imucount.read(path)


# One file


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
@pytest.mark.parametrize("declared", ['"sep=,"\n', '"sep=\\t"\n', ""])
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
        archive.writestr("xl/workbook.xml", "")
    for path, words in (
        (sto, "orientations or forces alone"),
        (xlsx, "spreadsheet"),
    ):
        with pytest.raises(RecordingError, match=words):
            imucount.count(path)


# Packed


def plain(clip):
    return table(["t", "ax", "ay", "az", "gx", "gy", "gz"], [clip.t, *clip.acc.T, *clip.gyr.T])


@pytest.mark.parametrize("packed", ["gzip", "zip"])
@pytest.mark.parametrize("kind", ["plain", "own", "export"])
def test_a_packed_file_is_read_as_what_is_in_it(tmp_path, clip, packed, kind):
    path = tmp_path / "x.csv"
    path.write_text(plain(clip) if kind == "plain" else table(*dot(clip)[:2], before=DOT_PREAMBLE))
    if kind == "own":
        imucount.write_csv(path, imucount.Recording(clip, "right", 60.0))
    before = imucount.read(path)
    data = path.read_bytes()
    path.unlink()
    path = tmp_path / ("x.csv.gz" if packed == "gzip" else "x.zip")
    if packed == "gzip":
        path.write_bytes(gzip.compress(data))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x.csv", data)
    recording = right(path, clip)
    assert (recording.side, recording.metadata) == (before.side, before.metadata)
    assert files_of([str(tmp_path)]) == [str(path)]


@pytest.mark.parametrize("export", [True, False])
def test_a_packed_file_that_is_cut_short_is_refused(tmp_path, clip, export):
    text = table(*dot(clip)[:2], before=DOT_PREAMBLE) if export else plain(clip)
    data = gzip.compress(text.encode())
    path = tmp_path / "x.csv.gz"
    for cut in (len(data) // 2, 20, len(data) - 4):
        path.write_bytes(data[:cut])
        with pytest.raises(RecordingError, match="Compressed file ended"):
            imucount.count(path)


# The ways out


def test_columns_that_a_user_names(tmp_path, clip):
    path = tmp_path / "own.csv"
    names = ["stamp", "p", "q", "r", "u", "v", "w"]
    path.write_text(table(names, [1000 * clip.t, *(clip.acc / G).T, *(DEG * clip.gyr).T]))
    with pytest.raises(RecordingError, match="expected the columns"):
        imucount.read(path)
    columns = columns_of_option("time=stamp,acc=p,q,r,gyr=u,v,w")
    units = {"t": "ms", "acc": "g", "gyr": "deg/s"}
    right(path, clip, columns=columns, units=units)
    with_units = {
        theirs: f"{our} ({units.get({'a': 'acc', 'g': 'gyr'}.get(our[0], 't'))})"
        for theirs, our in columns.items()
    }
    right(path, clip, columns=with_units)
    del with_units["stamp"]
    right(path, clip, atol=0.05, columns=with_units, sampling_rate_hz=60.0)
    with pytest.raises(RecordingError, match="are they spelled as in the file"):
        imucount.read(path, columns={"P": "ax", "q": "ay", "r": "az"})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("a,b", "columns such as time=t"),
        ("time=t,acc=a,b", "three columns of acc"),
        ("time=t,acc=a,b,a", "each column once"),
        ("time=t,time=u", "time once"),
    ],
)
def test_columns_that_are_not_written_so(columns, words):
    with pytest.raises(SampleError, match=words):
        columns_of_option(columns)


def bracelet(tables, ask):
    """Read a table of ticks of 10 ms, and counts of 1/1000 g and 1/10 deg/s."""
    table = tables[0]
    t = table.numbers(table.place("tick")) / 100.0
    acc = Vectors(t, table.vectors(table.places("a_{}")), "mg")
    return Signals(acc, Vectors(t, table.vectors(table.places("w_{}")) / 10.0, "deg/s"))


BRACELET = Export("a Bracelet log", lambda head: head.has("tick", "a_x", "w_x"), bracelet)


@pytest.mark.parametrize("broken", [False, True])
def test_another_package_adds_an_export(tmp_path, clip, monkeypatch, broken):
    entry = EntryPoint("bracelet", f"{__name__}:{'nothing' if broken else 'BRACELET'}", exports.ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda self: 1 / 0 if broken else BRACELET if self == entry else None)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [entry])
    monkeypatch.setattr(exports, "_faults", {})
    exports._added_exports.cache_clear()
    try:
        path = tmp_path / "bracelet.log"
        names = ["tick", *(f"a_{axis}" for axis in AXES), *(f"w_{axis}" for axis in AXES)]
        path.write_text(
            table(names, [100 * clip.t, *(1000 * clip.acc / G).T, *(10 * DEG * clip.gyr).T], "Bracelet 3\n")
        )
        if broken:
            with pytest.raises(RecordingError):
                imucount.read(path)
            assert "entry point" in str(exports.export_faults()[0])
        else:
            right(path, clip)
    finally:
        exports._added_exports.cache_clear()
