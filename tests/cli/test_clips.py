"""Clips that are followed: counted and recorded, one or two at once, and what goes wrong with them."""

import asyncio
import re

import pytest
from clip_code import SAMPLES, rep_lines
from command_line import assert_one_line_error, run
from scripted import Scripted, cut

import imucount.sources
from imucount.counting import count
from imucount.errors import DeviceNotFoundError, DisconnectedError
from imucount.formats.csv_reader import read_csv
from imucount.samples import Samples
from imucount.sources.source import Notice
from imucount.views.session_table import totals_line

PIECES = cut(SAMPLES, range(0, 5000, 50))
DROPPED = Notice(20.0, "dropped", "The link was lost; connecting again.")
BEFORE_20_S = cut(SAMPLES[:2000], range(0, 2000, 20))


@pytest.fixture
def clips(monkeypatch):
    """Clips by what --sensor says of them."""
    scripts = {"ble:": PIECES, "ble:A": PIECES, "ble:B": PIECES}

    def open_source(spec, *, side=None, rate_hz=None, radio=None, origin_s=None, gyr_axes=None, acc_axes=None):
        return Scripted(scripts[spec], side=side, name=f"clip {spec}")

    monkeypatch.setattr(imucount.sources, "open_source", open_source, raising=False)
    return scripts


def test_live_announces_each_circle_and_ends_with_the_table(clips):
    result = run("live", "--side", "right")
    session = count(SAMPLES, "right")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Keep still for a moment.", "Begin when you like."]
    del lines[:2]
    assert lines[: len(session.reps)] == rep_lines(session)
    assert lines[len(session.reps)].startswith("clip ble:: ")
    assert lines[-1] == totals_line(session)


def test_the_recording_of_a_live_session_counts_the_same(clips, tmp_path):
    path = tmp_path / "session.csv"
    clips["ble:A"] = [*BEFORE_20_S, DROPPED, *cut(SAMPLES[2300:], range(0, 5000, 33))]
    result = run("live", "--sensor", "A", "--side", "left", "--record", path, "--min-reps", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == f"Recorded: {path}"
    told = result.stdout.splitlines()
    assert "at 20.0 s: The link was lost; connecting again." in told
    counted = run("count", path, "--min-reps", "1").stdout.splitlines()
    # The first line is the title.
    assert told[-len(counted) : -1] == counted[1:]
    assert read_csv(path).side == "left"


@pytest.mark.long
def test_two_clips_at_once_each_with_its_recording(clips, tmp_path):
    sensors = ("--sensor", "A", "--side", "left", "--sensor", "B", "--side", "right")
    clips["ble:B"] = BEFORE_20_S
    result = run("live", *sensors, "--record", tmp_path / "both.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    left, right = (count(samples, side) for samples, side in ((SAMPLES, "left"), (SAMPLES[:2000], "right")))
    for session in (left, right):
        announced = rep_lines(session, f"{session.side}: ")
        assert [line for line in lines if line.startswith(f"{session.side}: set ")] == announced
        assert totals_line(session) in lines
        path = tmp_path / f"both-{session.side}.csv"
        assert count(path) == session
        assert f"Recorded: {path}" in lines
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        (["A", "left", "B", "right"], ["left", "right"]),
        (["A", "right", "B", "right"], ["right A", "right B"]),
        (["A", "B"], ["A", "B"]),
        (["sim:forward", "left", "sim:forward", "left"], ["left sim:forward 1", "left sim:forward 2"]),
    ],
)
def test_clips_can_be_told_apart(clips, arguments, titles):
    clips.update(dict.fromkeys(["ble:A", "ble:B", "sim:forward"], cut(SAMPLES[:2000], range(0, 2000, 100))))
    options = ["--side" if each in ("left", "right") else "--sensor" for each in arguments]
    result = run("live", *(part for pair in zip(options, arguments) for part in pair))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    for title in titles:
        assert any(line.startswith(f"{title}: set 1, rep 1") for line in lines)  # as it is counted
        assert any(line.startswith(f"{title}: 0:") for line in lines)  # over its table


@pytest.mark.parametrize(
    "arguments",
    [
        ["live", "--sensor", "A", "--side", "left", "--side", "right"],
        ["live", "--sensor", "A", "--sensor", "B", "--side", "left"],
        ["live", "--sensor", "A", "--sensor", "A"],
        ["live", "--side", "up"],
        ["live", "--rate", "0"],
        ["live", "file.csv"],
        ["live", "--profile", "mine.json", "--exercise", "cyclic"],
        ["live", "--profile", "mine.json", "--sensor", "A", "--sensor", "B"],
        ["record"],
        ["scan", "--time", "0"],
        ["sensors", "all"],
    ],
)
def test_wrong_use_is_told(clips, arguments):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: " in result.stderr


@pytest.mark.parametrize("command", [["live", "--record"], ["record"]])
def test_a_file_that_exists_is_kept_and_no_clip_is_sought(clips, tmp_path, command):
    path = tmp_path / "mine.csv"
    path.write_text("mine")
    clips["ble:"] = [DisconnectedError("it was sought")]
    result = run(*command, path)
    assert_one_line_error(result, path)
    assert "exists" in result.stderr
    assert path.read_text() == "mine"


@pytest.mark.parametrize("command", [["live", "--record"], ["record"]])
def test_a_clip_that_is_not_found_is_one_line_and_leaves_no_file(clips, tmp_path, monkeypatch, command):
    async def refuse(self):
        raise DeviceNotFoundError("expected 'A' in reach, got no device at all")

    monkeypatch.setattr(Scripted, "__aenter__", refuse)
    result = run(*command, tmp_path / "x.csv", "--sensor", "A")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: expected 'A' in reach, got no device at all\n"
    assert list(tmp_path.iterdir()) == []


def test_one_clip_of_two_that_is_not_found_loses_nothing_of_the_other(monkeypatch):
    async def enter(self):
        if self.name == "clip ble:B":
            while len(first.notices) == 0:
                await asyncio.sleep(0.01)
            raise DeviceNotFoundError("expected 'B' in reach")
        return self

    first = Scripted([*BEFORE_20_S, DROPPED, 60.0], side="right", name="clip ble:A")
    second = Scripted([], name="clip ble:B")
    monkeypatch.setattr(Scripted, "__aenter__", enter)
    monkeypatch.setattr(imucount.sources, "open_source", lambda spec, **options: first if "A" in spec else second)
    result = run("live", "--sensor", "A", "--sensor", "B")
    assert result.exit_code == 1
    assert result.stderr == "Error: expected 'B' in reach\n"
    assert totals_line(count(SAMPLES[:2000], "right")) in result.stdout


def test_a_link_that_is_lost_for_good_ends_with_the_table_and_code_1(clips):
    clips["ble:"] = [*BEFORE_20_S, DROPPED, DisconnectedError("expected the clip back")]
    result = run("live", "--side", "right")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert totals_line(count(SAMPLES[:2000], "right")) in result.stdout
    assert result.stdout.splitlines()[-1] == "Warning: The stream ended early: expected the clip back"


def test_an_error_that_leaves_no_session_leaves_the_recording_and_tells_where(clips, tmp_path):
    in_g = Samples(SAMPLES.t, SAMPLES.acc / 9.81, SAMPLES.gyr)
    clips["ble:"] = cut(in_g, range(0, 1000, 20))
    path = tmp_path / "x.csv"
    result = run("live", "--record", path)
    assert result.exit_code == 1
    assert re.fullmatch(r"Error: [^\n]+ in g rather than [^\n]+\n", result.stderr)
    assert result.stdout.splitlines()[-1] == f"Recorded: {path}"
    assert path.stat().st_size > 10_000


def test_one_clip_of_two_that_fails_leaves_both_recordings_and_tells_where(clips, tmp_path):
    clips["ble:B"] = cut(Samples(SAMPLES.t, SAMPLES.acc / 9.81, SAMPLES.gyr), range(0, 1000, 20))
    result = run("live", "--sensor", "A", "--sensor", "B", "--record", tmp_path / "x.csv")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    recorded = [line for line in result.stdout.splitlines() if line.startswith("Recorded: ")]
    assert recorded == [f"Recorded: {tmp_path / f'x-{number}.csv'}" for number in (1, 2)]


def test_recording_without_counting(clips, tmp_path):
    clips["ble:A"] = [*BEFORE_20_S, DROPPED]
    result = run("record", tmp_path / "x.csv", "--sensor", "A", "--side", "right")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "at 20.0 s: The link was lost; connecting again.",
        f"Recorded: {tmp_path / 'x.csv'}",
    ]
    assert count(tmp_path / "x.csv") == count(SAMPLES[:2000], "right")


def test_a_recording_that_ends_with_the_link_is_kept_and_an_error(clips, tmp_path):
    clips["ble:"] = [*BEFORE_20_S, DisconnectedError("expected the clip back")]
    result = run("record", tmp_path / "x.csv")
    assert (result.exit_code, result.stderr) == (1, "Error: expected the clip back\n")
    assert len(read_csv(tmp_path / "x.csv").samples) == 2000


@pytest.mark.long
@pytest.mark.parametrize("command", [["live", "--record"], ["record"]])
def test_one_clip_of_two_whose_link_is_lost_does_not_end_the_other(clips, tmp_path, command):
    clips["ble:A"] = [*BEFORE_20_S, DisconnectedError("expected the clip back")]
    clips["ble:B"] = [0.3, *PIECES]
    sensors = ("--sensor", "A", "--side", "left", "--sensor", "B", "--side", "right")
    result = run(*command, tmp_path / "x.csv", *sensors)
    assert result.exit_code == 1
    assert count(tmp_path / "x-left.csv").reps == count(SAMPLES[:2000], "left").reps
    assert count(tmp_path / "x-right.csv") == count(SAMPLES, "right")
    assert "The stream ended early: expected the clip back" in read_csv(tmp_path / "x-left.csv").warnings


@pytest.mark.long
@pytest.mark.parametrize("command", [["live", "--record"], ["record"]])
def test_a_display_with_a_fault_costs_no_sample_and_is_told(clips, tmp_path, monkeypatch, command):
    def fail(notice):
        raise KeyError("a fault of the display")

    clips["ble:"] = [*BEFORE_20_S, DROPPED, *cut(SAMPLES[2000:], range(0, 5000, 20))]
    monkeypatch.setattr("imucount.views.live_view.notice_line", fail)
    result = run(*command, tmp_path / "x.csv", "--side", "right")
    assert (result.exit_code, result.stderr) == (1, "")
    assert count(tmp_path / "x.csv").reps == count(SAMPLES, "right").reps
    assert "a fault of the display" in (tmp_path / "x.csv").read_text("utf-8")
