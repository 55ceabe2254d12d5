"""phyphox, in its dialects."""

import zipfile

import numpy as np
import pytest
from exported import AXES, phyphox, right
from short_run import one_in

import imucount
from imucount.errors import RecordingError

DIALECTS = [(",", "."), ("\t", "."), (";", "."), ("\t", ","), (";", ",")]


@pytest.mark.parametrize(
    ("separator", "decimal", "custom"),
    [
        *one_in(4, ((*each, False) for each in DIALECTS)),
        *one_in(5, ((*each, True) for each in reversed(DIALECTS))),
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


@pytest.mark.parametrize("unit", ["", " (m/s^2)"])
def test_phyphox_gravity_in_a_file_of_its_own_is_added_and_must_have_rows(tmp_path, clip, unit):
    gravity = np.full_like(clip.acc, [0.0, 0.0, 9.81])
    names = ["t", *(f"{axis}{unit}" for axis in AXES)]
    for name, values in (("Linear Acceleration.csv", clip.acc - gravity), ("Gravity.csv", gravity)):
        (tmp_path / name).write_text(phyphox("acc", clip.t, values, names=names))
    (tmp_path / "Gyroscope.csv").write_text(phyphox("gyr", clip.t, clip.gyr))
    right(tmp_path, clip)
    (tmp_path / "Gravity.csv").write_text(phyphox("acc", clip.t[:0], gravity[:0], names=names))
    with pytest.raises(RecordingError, match="expected rows in the file of gravity"):
        imucount.read(tmp_path)
