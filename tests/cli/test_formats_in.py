"""Exports on the command line: a row or a table a recording, in however many files it is, by every command."""

import json
import os
import zipfile

import numpy as np
import pandas as pd
import pytest
from command_line import run

from imucount.circles.profile import Profile
from imucount.cohort.task import count_recording
from imucount.formats.csv_reader import read_csv
from imucount.simulate import Circles, Clip, Movement, simulate

NAMES = {"Accelerometer.csv": ("Acceleration", "m/s^2"), "Gyroscope.csv": ("Gyroscope", "rad/s")}
COLUMNS = ("--columns", "time=stamp,acc=p,q,r,gyr=u,v,w", "--units", "t=ms", "--units", "acc=g")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A phyphox recording of eight forward circles, as a folder and a zip beside it, and a table of nobody's."""
    folder = tmp_path_factory.mktemp("exports")
    still = Movement("standing", 3.0)
    clip = simulate([still, Circles(8, "forward", period_s=2.0), still], clip=Clip(50.0), seed=3).samples
    walk = folder / "walk"
    walk.mkdir()
    for (file, (name, unit)), values in zip(NAMES.items(), (clip.acc, clip.gyr)):
        header = ",".join(['"Time (s)"', *(f'"{name} {axis} ({unit})"' for axis in "xyz")])
        np.savetxt(walk / file, np.column_stack([clip.t, values]), "%.7g", ",", header=header, comments="")
    (walk / "Location.csv").write_text('"Time (s)","Latitude (°)","Longitude (°)"\n')
    with zipfile.ZipFile(folder / "walk.zip", "w") as archive:
        for file in NAMES:
            archive.write(walk / file, file)
    table = np.column_stack([1000 * clip.t, clip.acc / 9.80665, clip.gyr])
    np.savetxt(folder / "own.csv", table, "%.7g", ";", header="stamp;p;q;r;u;v;w", comments="")
    return folder


WAYS = {
    "zip": ("walk.zip",),
    "files": ("walk/Accelerometer.csv", "walk/Gyroscope.csv"),
    "columns": ("own.csv", *COLUMNS),
}


@pytest.fixture(params=WAYS)
def recording(request, folder):
    """The same recording in another form, as words of a command line: files, and what is said of them."""
    words = WAYS[request.param]
    files = [str(folder / each) for each in words if each.endswith((".csv", ".zip"))]
    return files, [each for each in words if not each.endswith((".csv", ".zip"))]


def ran(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_command_takes_a_recording_in_any_form(recording, tmp_path, monkeypatch):
    one_by_one = lambda tasks, _: ((each, count_recording(each)) for each in tasks)  # noqa: E731 - without processes
    monkeypatch.setattr("imucount.cohort.running.in_processes", one_by_one)
    files, told = recording
    session = json.loads(ran("count", *files, *told, "--side", "right", "--json"))
    assert [(len(each["reps"]), each["direction"]) for each in session["sets"]] == [(8, "forward")]
    assert json.loads(ran("inspect", *files, *told, "--json"))["problem"] is None
    assert "forward" in ran("replay", *files, *told, "--side", "right", "--speed", "0")
    ran("teach", *files, *told, "--direction", "forward", "--side", "right", "--out", tmp_path / "mine.json")
    assert Profile.load(tmp_path / "mine.json").circles == 1
    ran("batch", *files, *told, "--side", "right", "--out", tmp_path / "out")
    assert pd.read_csv(tmp_path / "out" / "reps.csv")["direction"].tolist() == ["forward"] * 8


def test_a_recording_in_any_form_comes_as_if_live(recording, tmp_path, monkeypatch):
    files, told = recording
    monkeypatch.setattr("imucount.sources.recorded.replay", at_once)
    source = f"csv:{os.pathsep.join(files)}"
    ran("record", tmp_path / "x.csv", "--sensor", source, *told, "--side", "right")
    samples = read_csv(tmp_path / "x.csv").samples
    assert len(samples) > 1000
    assert samples.has_gyroscope
    assert "8" in ran("live", "--sensor", source, *told, "--side", "right")


def at_once(chunks, speed, **_):
    return ((float(samples.t[-1]), samples) for samples in chunks)


def test_what_is_told_of_files_is_refused_for_a_clip():
    result = run("live", "--sensor", "sim:forward", "--device", "A", "--separator", ";")
    assert result.exit_code == 2
    assert "--device, --separator: that is of a recording" in result.output.replace("\n", " ")


def test_a_folder_has_a_row_for_each_recording(folder):
    rows = json.loads(run("count", folder, "--side", "right", "--json").stdout)
    by_file = {row["file"]: row for row in rows}
    assert by_file.keys() == {"own.csv", "walk.zip", "walk/Accelerometer.csv"}
    for name in ("walk.zip", "walk/Accelerometer.csv"):
        assert [len(each["reps"]) for each in by_file[name]["session"]["sets"]] == [8]
    assert "expected the columns" in by_file["own.csv"]["error"]


def test_a_name_that_is_not_there_is_told_among_the_files_of_a_recording(folder):
    result = run("count", *(folder / "walk" / name for name in (*NAMES, "Gyroscop.csv")))
    assert result.exit_code == 1
    assert "Gyroscop.csv" in result.output


def test_the_table_of_several_names_the_file_once(folder):
    table = ran("count", folder / "walk.zip", folder / "walk/Accelerometer.csv", "--csv")
    assert table.splitlines()[0].split(",").count("file") == 1


def test_a_layout_is_kept_and_read_with(folder, tmp_path):
    layout = tmp_path / "mine.toml"
    ran("inspect", folder / "own.csv", *COLUMNS, "--separator", ";", "--save-layout", layout)
    counted = [ran("count", folder / "own.csv", *how, "--csv") for how in (COLUMNS, ("--layout", layout))]
    assert counted[0] == counted[1]
    again = run("inspect", folder / "own.csv", *COLUMNS, "--save-layout", layout)
    assert again.exit_code == 1
    assert "--force replaces it" in again.output
    of_program = run("inspect", folder / "walk.zip", "--save-layout", tmp_path / "x.toml")
    assert "got a phyphox export, which is read as it is" in of_program.output
    assert not (tmp_path / "x.toml").exists()
