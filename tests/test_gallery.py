"""The scripts of the gallery run, each public name is in the reference, and the pictures can be made again."""

import contextlib
import io
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from short_run import one_in

import imucount

DOCS = Path(__file__).parent.parent / "docs"
SCRIPTS = sorted(path.stem for path in (DOCS / "examples").glob("*.py") if path.stem != "simulated")
SAYS = {
    "a_cohort_to_one_table": "5 recordings, 0 counted otherwise, 0 not counted",
    "any_exercise": "<SeenSet of 8 cycles counted",
    "compare_sides": "elevation_deg",
    "count_a_file": "16 circles in 2 sets (8 forward, 8 backward)",
    "live_to_lsl": "10 circles in 1 set (10 forward)",
    "own_format": "6 circles in 1 set (6 backward)",
    "own_sensor": "6 circles in 1 set (6 forward)",
}


def printed_by(script, monkeypatch, folder, *arguments):
    pyplot = pytest.importorskip(
        "matplotlib.pyplot", reason="matplotlib is not installed: the extra `plot` brings it"
    )
    pyplot.switch_backend("Agg")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(DOCS / "examples"))
    monkeypatch.setattr(sys, "argv", [script, *arguments])
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        runpy.run_path(str(DOCS / "examples" / f"{script}.py"), run_name="__main__")
    pyplot.close("all")
    return output.getvalue()


@pytest.mark.parametrize("script", one_in(4, SCRIPTS))
def test_every_script_runs_and_says_what_was_simulated(script, monkeypatch, tmp_path):
    if script == "live_to_lsl":
        pytest.importorskip("pylsl", reason="pylsl is not installed: the extra `lsl` brings it")
    assert SAYS[script] in printed_by(script, monkeypatch, tmp_path, "5")


@pytest.mark.long
def test_two_hundred_recordings_of_mixed_formats_go_to_one_table_whose_counts_are_the_truth(monkeypatch, tmp_path):
    output = printed_by("a_cohort_to_one_table", monkeypatch, tmp_path, "200")
    assert "200 recordings, 0 counted otherwise, 0 not counted" in output


def test_every_public_name_is_in_the_reference():
    told = re.findall(r"\.\. auto(?:class|function|data):: (\w+)", (DOCS / "api.md").read_text("utf-8"))
    assert sorted(told) == imucount.__all__


def test_every_page_is_in_the_table_of_contents():
    index = (DOCS / "index.md").read_text("utf-8")
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    assert set(re.findall(r"^(\w+)$", index, re.MULTILINE)) == pages


@pytest.mark.long
def test_the_pictures_of_sessions_can_be_made_again(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot` brings it")
    code = "import runpy, sys, pathlib; runpy.run_path(sys.argv[1])['draw'](pathlib.Path(sys.argv[2]))"
    script = DOCS / "pictures" / "session.py"
    subprocess.run([sys.executable, "-c", code, script, tmp_path], check=True, timeout=300)
    names = {"session.png", "loops.png", "tempo.png", "cyclic.png", "shoulder_plane.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert names <= {path.name for path in script.parent.iterdir()}
