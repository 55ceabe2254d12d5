"""count and inspect take several files and folders; one that fails is told and the rest counted."""

import io
import json

import pandas as pd
import pytest
from command_line import run

from imucount import count
from imucount.errors import RecordingError
from imucount.formats.recording import Recording, write_csv
from imucount.paths import files_of, short_names
from imucount.session import Session
from imucount.simulate import Circles, Movement, simulate

NASTY = "b[red]\x1b[31mad.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two recordings, one of them in a folder below, and a file that is none; and what is no table."""
    folder = tmp_path_factory.mktemp("day")
    (folder / "sub").mkdir()
    still = Movement("standing", 4.0)
    for name, direction in (("one.csv", "forward"), ("sub/two.txt", "backward")):
        samples = simulate([still, Circles(3, direction), still], seed=5).samples
        write_csv(folder / name, Recording(samples, "right", 100.0))
    (folder / NASTY).write_text("t,ax\n1,2\n")
    (folder / "notes.md").write_text("# not a table")
    return folder


def test_a_folder_is_a_row_a_file(folder):
    result = run("count", folder)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["File", "Circles", "Sets"]
    rows = {line.split()[0]: line.split()[1:] for line in lines if ".csv" in line or ".txt" in line}
    assert rows["one.csv"][:5] == ["3", "1", "3", "0", "0"]
    assert rows["sub/two.txt"][:5] == ["3", "1", "0", "3", "0"]
    assert "6 circles in 2 files; 1 file could not be counted" in result.stdout
    assert "Error: " in result.stdout
    assert "missing ay, az" in result.stdout.replace("\n", " ")
    assert "\x1b" not in result.output


def test_files_that_can_all_be_counted(folder):
    result = run("count", folder / "one.csv", folder / "sub/two.txt")
    assert result.exit_code == 0
    assert "Error" not in result.output


def test_json_has_each_session_or_why_there_is_none(folder):
    result = run("count", folder, "--json")
    assert result.exit_code == 1
    documents = {each["file"]: each for each in json.loads(result.stdout)}
    session = Session.from_json(json.dumps(documents["one.csv"]["session"]))
    assert session.reps == count(folder / "one.csv").reps
    assert "missing ay" in documents[NASTY]["error"]


def test_csv_has_a_column_for_the_file(folder):
    result = run("count", folder, "--csv")
    assert result.exit_code == 1
    table = pd.read_csv(io.StringIO(result.stdout))
    assert list(table.columns[:3]) == ["file", "rep", "set"]
    assert table.groupby("file").size().to_dict() == {"one.csv": 3, "sub/two.txt": 3}
    assert "Error: " in result.stderr
    assert "\x1b" not in result.output


def test_inspect_tells_of_each(folder):
    result = run("inspect", folder)
    assert result.exit_code == 1
    assert "one.csv" in result.stdout
    assert "missing ay" in result.stdout.replace("\n", " ")
    documents = {each["file"]: each for each in json.loads(run("inspect", folder, "--json").stdout)}
    assert documents["one.csv"]["inspection"]["side"] == "right"
    table = pd.read_csv(io.StringIO(run("inspect", folder, "--csv").stdout))
    assert table["file"].tolist() == ["one.csv", "sub/two.txt"]
    alone = json.loads(run("inspect", folder / "one.csv", "--json").stdout)
    assert alone == documents["one.csv"]["inspection"]


def test_paths(folder, tmp_path):
    assert [str(folder / "one.csv")] == files_of([str(folder / "one.csv")] * 2)
    assert len(files_of([str(folder), str(folder / "one.csv")])) == 3
    with pytest.raises(RecordingError, match="got none"):
        files_of([str(tmp_path)])
    assert short_names(["a.csv"]) == ["a.csv"]
    assert short_names(["/a/x.csv", "b/x.csv"]) == ["/a/x.csv", "b/x.csv"]


def test_a_device_is_chosen(tmp_path):
    path = tmp_path / "two.csv"
    samples = simulate([Movement("standing", 3.0)], seed=1).samples
    rows = [
        ",".join([f"{t:.3f}", name, *(f"{value:.4f}" for value in (*acc, *gyr))])
        for t, acc, gyr in zip(samples.t, samples.acc, samples.gyr)
        for name in "AB"
    ]
    path.write_text("\n".join(["t,device,ax,ay,az,gx,gy,gz", *rows]) + "\n")
    refused = run("count", path)
    assert refused.exit_code == 1
    assert "--device 'A'" in refused.output
    assert run("count", path, "--device", "A").exit_code == 0
    assert run("inspect", path, "--device", "B").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["simulate", "{}/none/x.csv"],
        ["simulate", "{}/x.csv", "--labels", "{}"],
        ["simulate", "{}/x.csv", "--sets", "100", "--reps", "1000", "--period", "60", "--rate", "1000"],
        ["teach", "{}/one.csv", "--direction", "forward", "--out", "{}/none/mine.json"],
        ["count", "{}/one.csv", "--profile", "/dev/zero"],
    ],
)
def test_what_cannot_be_done_is_told_before_the_work(folder, arguments):
    result = run(*(each.format(folder) for each in arguments))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert not (folder / "x.csv").exists()
