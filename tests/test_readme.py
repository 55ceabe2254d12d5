"""The README: its Python runs, prints what it says, and its commands exist."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from imucount.cli import main
from imucount.sources.virtual import EXERCISES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```\n(?:\n^```text\n(.*?)^```\n)?", README, re.MULTILINE | re.DOTALL)
SHELL = re.findall(r"^```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
FILES = sorted(set(re.findall(r"\b(?:recordings|benchmarks|firmware_notes)/[\w./]+\w", README)))


@pytest.mark.parametrize(("code", "printed"), BLOCKS, ids=range(1, len(BLOCKS) + 1))
def test_the_python_runs_and_prints_what_is_shown(code, printed, monkeypatch):
    monkeypatch.chdir(ROOT)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert output.getvalue()
    if printed:
        assert output.getvalue() == printed


def test_there_is_a_block_for_recordings_one_for_live_use_and_one_to_teach():
    uses = ("imucount.count(", "open_source(", "teach(")
    assert [[use in code for use in uses] for code, _ in BLOCKS] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_the_live_block_counts_ten_in_a_process_that_has_imported_nothing():
    code = BLOCKS[1][0] + "\nprint(len(session.reps))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "10"


def test_the_checks_run_the_test_command():
    count, test = SHELL
    assert count.endswith("imucount count recordings/programme_right.csv")
    assert test in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "\n" not in count + test


def test_the_commands_are_those_that_exist():
    assert set(re.findall(r"`imucount ([a-z]+)\b", README)) == set(main.commands)


def test_the_options_are_those_that_exist():
    known = {name for command in main.commands.values() for name in option_names(command)}
    assert {option for option in re.findall(r"`[^`\n]*?(--[a-z-]+)", README) if option not in known} <= {
        "--extra",  # uv's
        "--from",
        "--help",
    }


def option_names(command):
    return [name for option in command.params if isinstance(option, click.Option) for name in option.opts]


@pytest.mark.parametrize("file", FILES)
def test_the_files_exist(file):
    assert (ROOT / file).exists()


def test_the_forms_of_sensor_are_told_and_can_be_opened():
    table = README.split("| `--sensor` | where the samples come from |\n|---|---|\n")[1].split("\n\n")[0]
    assert re.findall(r"`([\w:]+)`", table) == [
        "sim",
        *(f"sim:{name}" for name in EXERCISES if name != "programme"),
        "csv:FILE",
    ]
