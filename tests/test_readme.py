"""The README and the pages: their Python runs, prints what they say, and their commands and files exist."""

import contextlib
import io
import re
import runpy
import subprocess
import sys
from pathlib import Path

import click
import pytest

from imucount.cli import main
from imucount.sources.virtual import EXERCISES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
README = TEXTS["README.md"]
ALL = "\n".join(TEXTS.values())
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
BLOCKS = [(name, *block) for name, text in TEXTS.items() for block in BLOCK.findall(text)]
LIVE = 1  # is run in a process of its own
SHELL = re.findall(r"^```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
FILES = sorted(set(re.findall(r"\b(?:recordings|benchmarks|firmware_notes|findings|tests)/[\w./]+\w", ALL)))
LINKS = [
    (path, target)
    for path in [*PAGES, ROOT / "findings" / "README.md"]
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(
    ("name", "code", "printed"),
    [
        pytest.param(
            *block, id=f"{block[0]} {n}", marks=[pytest.mark.long] * ("batch(" in block[1])
        )  # starts processes
        for n, block in enumerate(BLOCKS)
        if n != LIVE
    ],
)
def test_the_python_runs_and_prints_what_is_shown(name, code, printed, monkeypatch):
    monkeypatch.chdir(ROOT)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    assert output.getvalue()
    if printed:
        assert output.getvalue() == printed


def test_there_is_a_block_for_recordings_one_for_live_use_and_one_to_teach():
    uses = ("imucount.count(", "open_source(", "RepCounter(", "teach(")
    assert [(name, *(use in code for use in uses)) for name, code, _ in BLOCKS] == [
        ("README.md", True, False, False, False),
        ("README.md", False, True, True, False),
        ("coach.md", True, False, False, False),
        ("coach.md", True, False, False, False),
        ("coming_from.md", True, False, False, False),
        ("coming_from.md", True, False, False, False),
        ("live.md", False, True, True, False),
        ("live.md", False, True, True, False),
        ("live.md", False, False, True, False),
        ("many_recordings.md", False, False, False, False),
        ("signals.md", True, False, False, False),
        ("wear_and_teach.md", False, False, False, True),
    ]


@pytest.mark.long
def test_the_live_block_counts_ten_in_a_process_that_has_imported_nothing():
    code = BLOCKS[LIVE][1] + "\nprint(len(session.reps))"
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
    assert set(re.findall(r"`imucount ([a-z]+)\b", ALL)) == set(main.commands)


def test_the_options_are_those_that_exist():
    known = {name for command in main.commands.values() for name in option_names(command)}
    assert {option for option in re.findall(r"`[^`\n]*?(--[a-z-]+)", ALL) if option not in known} <= {
        "--extra",  # uv's
        "--from",
        "--help",
        "--hypothesis-profile",  # pytest's
        "--max-rows",  # of the validator of BIDS
    }


def option_names(command):
    return [name for option in command.params if isinstance(option, click.Option) for name in option.opts]


@pytest.mark.parametrize("file", FILES)
def test_the_files_exist(file):
    assert (ROOT / file.replace("NAME", "polar")).exists()


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{page.name} {target}" for page, target in LINKS])
def test_the_links_lead_somewhere(page, target):
    assert (page.parent / target).exists()


def test_the_readme_is_short_and_leads_to_every_page():
    assert len(README.splitlines()) < 150
    assert [path.name for path in PAGES[2:] if f"](docs/{path.name})" not in README] == []


def test_every_finding_is_told_in_a_line():
    told = (ROOT / "findings" / "README.md").read_text(encoding="utf-8")
    scripts = sorted(path.name for path in (ROOT / "findings").glob("*.sh"))
    assert sorted(re.findall(r"\]\((\w+\.sh)\)", told)) == scripts


def test_the_picture_of_the_screen_can_be_made_again(tmp_path):
    script = ROOT / "docs" / "pictures" / "screen.py"
    runpy.run_path(str(script))["main"](tmp_path / "screen.svg")
    made, shown = ((folder / "screen.svg").read_text("utf-8") for folder in (tmp_path, script.parent))
    words = [re.findall(r">([^<>]*circles&#160;in&#160;all[^<>]*)<", picture) for picture in (made, shown)]
    assert words[0] == words[1]
    assert words[0]


def test_the_forms_of_sensor_are_told_and_can_be_opened():
    table = (
        TEXTS["command_line.md"]
        .split("| `--sensor` | where the samples come from |\n|---|---|\n")[1]
        .split("\n\n")[0]
    )
    assert re.findall(r"`([\w:]+)`", table) == [
        "sim",
        *(f"sim:{name}" for name in EXERCISES if name != "programme"),
        "csv:FILE",
    ]
