"""The benchmarks that take a folder of recordings with a truth file: they count what is in it, and no more."""

import csv
import shutil

import pytest

from benchmarks import counting, counting_units, directions, false_circles
from imucount import Recording, write_csv
from imucount.simulate import Circles, Movement, Wearer, simulate

STILL = Movement("standing", 3.0)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Two wearers with three circles each way, and a minute of walking."""
    folder = tmp_path_factory.mktemp("recorded")
    rows = []
    for subject, side, seed in (("a", "left", 3), ("b", "right", 4)):
        for number, way in enumerate(("forward", "backward") * 3):
            simulation = simulate([Circles(1, way), STILL], wearer=Wearer(side=side), seed=seed)
            name = f"{subject}{number}"
            write_csv(folder / f"{name}.csv", Recording(simulation.samples))
            rows.append({"recording": name, "reps": 1, "subject": subject, "placement": "clip", "direction": way})
    write_csv(folder / "walking.csv", Recording(simulate([Movement("walking", 60.0)], seed=5).samples))
    rows.append({"recording": "walking", "reps": 0, "subject": "a", "placement": "clip", "direction": ""})
    write_truth(folder, rows)
    return folder


@pytest.fixture
def folder(recorded, tmp_path):
    """The same, to be changed."""
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    return tmp_path


def write_truth(folder, rows):
    with open(folder / "truth.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_directions_are_asked_of_every_circle_that_did_not_teach(folder):
    wearers = directions.circles_of(folder)
    assert {subject: len(circles) for subject, circles in wearers.items()} == {"a": 6, "b": 6}
    outcomes = directions.by_profile(wearers, repeats=2)
    assert len(outcomes) == 2 * 2 * (6 - 2)
    assert all(told == true for true, told in outcomes)


def test_a_wrong_label_shows(folder):
    (true, samples), *others = directions.circles_of(folder)["a"]
    wrong = "backward" if true == "forward" else "forward"
    outcomes = directions.by_sensor_axis({"a": [*others, (wrong, samples)]})
    assert [label == told for label, told in outcomes] == [True] * 5 + [False]


def test_false_circles_are_those_of_recordings_without_direction(folder):
    ((key, (recordings, hours, circles)),) = false_circles.false_circles(folder).items()
    assert key == ("", "clip")
    assert recordings == 1
    assert hours == pytest.approx(1 / 60, rel=0.01)
    assert circles == 0
    write_csv(folder / "circles.csv", Recording(simulate([STILL, Circles(5, "forward"), STILL]).samples))
    write_truth(folder, [{"recording": "circles", "reps": 5, "placement": "clip", "direction": ""}])
    assert false_circles.false_circles(folder)["", "clip"][2] == 5


@pytest.mark.parametrize("benchmark", [counting, directions, false_circles])
def test_a_folder_without_truth_or_without_its_recordings_is_one_sentence(benchmark, folder, tmp_path, capsys):
    for recording in folder.glob("*[0-9g].csv"):
        recording.unlink()
    for arguments, words in (
        ([str(tmp_path / "none")], "is the folder right?"),
        ([str(folder)], "expected a file, got nothing of that name"),
    ):
        with pytest.raises(SystemExit) as ended:
            benchmark.main(arguments)
        assert ended.value.code == 2
        usage, _, error = capsys.readouterr().err.partition(" error: ")
        assert usage.startswith("usage: ")
        assert words in error
        assert error.count("\n") == 1


def test_a_truth_file_that_is_given_is_the_one_that_is_missed(folder, capsys):
    with pytest.raises(SystemExit):
        counting.main([str(folder), str(folder / "other.csv")])
    assert f"{folder / 'other.csv'}: expected" in capsys.readouterr().err


def test_the_tables_are_printed(folder, capsys):
    directions.main([str(folder), "--repeats", "1"])
    assert "| a profile of two circles | 8 | 100.0 % | 0.0 % |" in capsys.readouterr().out
    false_circles.main([str(folder)])
    assert "| clip | 1 | 0.02 | 0 | 0.0 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        ("", "is it empty"),
        ("recording,reps\n", "the header alone"),
        ("recording;reps\na0;1\n", "separated by commas"),
        ("recording,number\na0,1\n", "recording, reps"),
        ("recording,reps\na0,twenty\n", "whole number of reps, got 'twenty'"),
        ("recording,reps\na0,-3\n", "whole number of reps, got '-3'"),
        ("dataset,recording,reps\nuci_physio,mine,30\n", "in a folder of that name"),
    ],
)
def test_a_truth_file_that_cannot_be_used_is_told_in_a_sentence(folder, capsys, truth, told):
    (folder / "truth.csv").write_text(truth, encoding="utf-8")
    with pytest.raises(SystemExit) as exit_:
        counting.main([str(folder), "--peers", ""])
    assert exit_.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        ("recording,start_s,end_s\na0,1,2\n", "start_s, end_s, reps"),
        ("recording,start_s,end_s,reps\na0,x,2,1\n", "'x'"),
    ],
)
def test_a_table_of_spans_that_cannot_be_used_is_told_in_a_sentence(folder, capsys, segments, told):
    (folder / "segments.csv").write_text(segments, encoding="utf-8")
    with pytest.raises(SystemExit):
        counting.main([str(folder), "--peers", ""])
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--peers", "nonesuch"], ["--peers", "", "--subjects", "nobody"]])
def test_peers_and_subjects_that_there_are_not_are_told(folder, capsys, options):
    with pytest.raises(SystemExit):
        counting.main([str(folder), *options])
    assert "expected" in capsys.readouterr().err


def test_turned_recordings_have_the_same_circles(folder):
    """With the side, in any attitude."""
    units = [unit for unit in counting_units.units_of(folder) if unit.direction]
    for unit in units[:2]:
        (straight,) = counting.judge(unit, ["imucount"], "shoulder-circles")
        (turned,) = counting.judge(unit, ["imucount"], "shoulder-circles", turned=1)
        assert turned.found == straight.found
