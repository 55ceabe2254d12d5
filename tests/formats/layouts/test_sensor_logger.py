"""Sensor Logger, on both phones and on the watch."""

import numpy as np
import pytest
from exported import UNIX_S, G, right, table
from short_run import one_in

import imucount
from imucount.errors import RecordingError
from imucount.formats.sessions import sessions_of


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
@pytest.mark.parametrize("total", one_in(2, [False, True]))
def test_sensor_logger(tmp_path, clip, platform, total):
    sensor_logger(tmp_path, clip, *platform, total=total)
    recording = right(tmp_path, clip)
    assert recording.metadata["start_utc"].startswith("2023-11-14T22:13:20")
    assert any("turned round" in warning for warning in recording.warnings) == (platform == ("ios", "false"))


@pytest.mark.parametrize(("first", "between"), [("", ";"), ("sep=\t\n", "\t")])
def test_metadata_that_a_spreadsheet_wrote_tell_an_iphone(tmp_path, clip, first, between):
    sensor_logger(tmp_path, clip, "ios")
    path = tmp_path / "Metadata.csv"
    path.write_text(first + path.read_text().replace(",", between))
    assert any("turned round" in warning for warning in right(tmp_path, clip).warnings)


def test_metadata_without_the_platform_leave_the_sign_open(tmp_path, clip):
    sensor_logger(tmp_path, clip, "ios")
    (tmp_path / "Metadata.csv").write_text("version,device name\n3,iPhone 14\n")
    with pytest.raises(RecordingError, match=r"--acc-sign -1 for an iPhone"):
        imucount.count(tmp_path)


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


@pytest.mark.long
def test_sensor_logger_of_a_phone_and_a_watch(tmp_path, clip):
    sensor_logger(tmp_path, clip[:900], "ios")
    wrist_motion(tmp_path, clip, "false")
    with pytest.raises(RecordingError, match="got 2: 'watch', 'phone'"):
        imucount.read(tmp_path)
    right(tmp_path, clip, device="watch")
    assert len(imucount.read(tmp_path, device="phone").samples) == 900
    assert len(sessions_of(sorted(map(str, tmp_path.iterdir())))) == 2
