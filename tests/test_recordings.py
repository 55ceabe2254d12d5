"""The shipped recordings: counted as labelled, and made by the script beside them."""

import csv
import filecmp
import importlib.util
import sys
from pathlib import Path

import pytest

import imucount
from imucount import read_csv

FOLDER = Path(__file__).parent.parent / "recordings"
LABEL_FILES = ("labels.csv", "labels_reps.csv")
RECORDINGS = sorted(path.name for path in FOLDER.glob("*.csv") if path.name not in LABEL_FILES)
MEGABYTE = 1_000_000


def labelled(name, labels="labels.csv"):
    with open(FOLDER / labels, encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["file"] == name]


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("recordings_make", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_count_is_the_label(name):
    session = imucount.count(FOLDER / name)
    found = [(found_set.direction, len(found_set.reps)) for found_set in session.sets]
    direction = {"direction": "unknown"} if name == "accelerometer_only.csv" else {}
    true = [((row | direction)["direction"], int(row["reps"])) for row in labelled(name)]
    assert found == true
    assert len(session.reps) == len(labelled(name, "labels_reps.csv"))


@pytest.mark.parametrize("name", [name for name in RECORDINGS if labelled(name)])
def test_each_circle_is_where_the_label_says(name):
    for rep, row in zip(imucount.count(FOLDER / name).reps, labelled(name, "labels_reps.csv"), strict=True):
        middle_s = 0.5 * (rep.start_s + rep.end_s)
        assert float(row["start_s"]) < middle_s < float(row["end_s"])


def test_every_file_is_labelled_but_the_one_without_circles():
    assert [name for name in RECORDINGS if not labelled(name)] == ["other_movements.csv"]
    for labels in LABEL_FILES:
        with open(FOLDER / labels, encoding="utf-8", newline="") as stream:
            assert {row["file"] for row in csv.DictReader(stream)} < set(RECORDINGS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_header_says_that_it_is_simulated(name):
    recording = read_csv(FOLDER / name)
    assert recording.metadata["simulated"] == "yes"
    assert recording.side in ("left", "right")
    assert recording.samples.has_gyroscope == (name != "accelerometer_only.csv")
    assert recording.warnings == ()


def test_the_script_makes_exactly_these_files(make, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make.py", str(tmp_path)])
    make.main()
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted([*RECORDINGS, *LABEL_FILES])
    assert filecmp.cmpfiles(FOLDER, tmp_path, made, shallow=False) == (made, [], [])


def test_the_folder_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 10 * MEGABYTE


def test_the_readme_names_every_file():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in [*RECORDINGS, *LABEL_FILES] if f"`{name}`" not in readme] == []
