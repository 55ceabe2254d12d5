"""MetaBase, Polar Sensor Logger, Movesense: a file a sensor."""

import pytest
from exported import AXES, DEG, UNIX_S, G, phyphox, right, table

import imucount
from imucount.errors import RecordingError
from imucount.formats.sessions import sessions_of


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
