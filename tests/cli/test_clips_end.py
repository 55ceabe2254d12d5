"""How following a clip ends: readers that leave, signals, a terminal that is closed, a full disk."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from clip_code import BEFORE, CLIP, ENDING, RUN, rep_lines
from command_line import CLOSED, PIPES, finished, on_terminal, start

import imucount.sources
from imucount.cli.group import READER_LEFT
from imucount.counting import count
from imucount.formats.csv_reader import read_csv
from imucount.views.session_table import totals_line


@pytest.mark.skipif(os.name != "posix", reason="other systems tell a closed pipe otherwise")
@pytest.mark.parametrize("command", ["live", pytest.param("record", marks=pytest.mark.long)])
def test_a_reader_that_leaves_ends_the_output_and_not_the_recording(tmp_path, command):
    path = tmp_path / "x.csv"
    arguments = ("live", "--record", path) if command == "live" else ("record", path)
    process = start(*arguments, "--side", "right", code=CLIP + ENDING + RUN, **PIPES)
    if command == "live":  # of the few lines of `record` the last one may have come with the first
        process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    assert finished(process) == (READER_LEFT, None, b"")
    assert read_csv(path).warnings == ()  # it was finished
    assert count(path).reps == BEFORE.reps


@pytest.mark.skipif(os.name != "posix", reason="other systems tell a closed pipe otherwise")
def test_without_a_recording_nothing_goes_on_for_a_reader_that_has_left():
    process = start("live", code=CLIP + RUN, **PIPES)  # of a clip that never ends
    process.stdout.close()
    process.stdout = None
    assert finished(process) == (READER_LEFT, None, b"")


@pytest.mark.skipif(os.name != "posix", reason="which streams are open is said by a POSIX shell")
def test_with_stdout_closed_it_records_all_the_same(tmp_path):
    path = tmp_path / "x.csv"
    command = ["sh", "-c", 'exec "$0" -c "$1" record "$2" >&-', sys.executable, CLIP + ENDING + RUN, path]
    root = str(Path(imucount.__file__).parents[1])
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": root}, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert count(path, "right").reps == BEFORE.reps


@pytest.mark.skipif(os.name != "posix", reason="other systems have other signals")
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("live", "SIGINT"),
        pytest.param("live", "SIGTERM", marks=pytest.mark.long),
        pytest.param("live", "SIGHUP", marks=pytest.mark.long),
        pytest.param("record", "SIGINT", marks=pytest.mark.long),
        ("record", "SIGTERM"),
        ("record", "SIGHUP"),
    ],
)
def test_ctrl_c_and_being_told_to_end_where_no_terminal_is(tmp_path, command, name):
    path = tmp_path / "x.csv"
    arguments = ("live", "--side", "right", "--record", path) if command == "live" else ("record", path)
    process = start(*arguments, code=CLIP + RUN, text=True, **PIPES)
    lines = []
    while "The link was lost." not in (line := process.stdout.readline()):
        lines.append(line.rstrip())
    process.send_signal(getattr(signal, name))
    code, out, err = finished(process)
    assert (code, err) == (0, "")
    assert command == "record" or lines[2:] == rep_lines(BEFORE)[: len(lines) - 2] != []
    assert out.splitlines()[-1] == f"Recorded: {path}"
    assert read_csv(path).warnings == ()  # it was finished
    assert count(path, "right").reps == BEFORE.reps
    assert command == "record" or totals_line(BEFORE) in out


def test_a_terminal_that_is_closed_is_as_ctrl_c(tmp_path):
    path = tmp_path / "x.csv"
    keys = [("The link was lost.", CLOSED)]
    _, err, code = on_terminal("stdout", "record", path, code=CLIP + RUN, keys=keys)
    assert (code, err) == (0, b"")
    assert read_csv(path).warnings == ()  # it was finished
    assert count(path, "right").reps == BEFORE.reps


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited by a POSIX call")
def test_a_full_disk_is_told_at_once_and_in_the_exit_code_and_the_count_goes_on(tmp_path):
    path = tmp_path / "x.csv"
    arguments = ("live", "--side", "right", "--record", path)
    code, out, err = finished(start(*arguments, code=LIMITED + CLIP + ENDING + RUN, text=True, **PIPES))
    assert (code, err) == (1, "")
    lines = out.splitlines()
    (told,) = [number for number, line in enumerate(lines) if "The recording ends here" in line][:-1]
    assert told < lines.index(next(line for line in lines if line.startswith("set 1, rep 1")))
    assert totals_line(BEFORE) in lines
    assert lines[-1] == f"Recorded in part, until the fault: {path}"


@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited by a POSIX call")
def test_a_recording_without_a_count_ends_with_a_full_disk(tmp_path):
    path = tmp_path / "x.csv"
    code, out, err = finished(start("record", path, code=LIMITED + CLIP + RUN, text=True, **PIPES))
    assert code == 1
    assert re.fullmatch(rf"Error: {path}: expected a file that can be written, got: [^\n]+\n", err)
    assert out.splitlines()[-1] == f"Recorded in part, until the fault: {path}"
