"""The virtual clip, through link, decoder and clock."""

import pytest
from clip_code import FAST, rep_lines
from command_line import PIPES, finished, on_terminal, run, start

from imucount.counting import count
from imucount.formats.csv_reader import read_csv
from imucount.views.session_table import totals_line


@pytest.fixture(scope="module")
def virtual(tmp_path_factory):
    """What `live` tells of a virtual clip, and the recording."""
    path = tmp_path_factory.mktemp("virtual") / "x.csv"
    arguments = ("live", "--sensor", "sim:forward", "--side", "right", "--record", path)
    code, out, err = finished(start(*arguments, code=FAST, text=True, **PIPES))
    assert (code, err) == (0, "")
    return out.splitlines(), path


def test_a_virtual_clip_is_counted_and_its_recording_counts_exactly_the_same(virtual):
    lines, path = virtual
    session = count(path)
    assert [(len(each.reps), each.direction) for each in session.sets] == [(10, "forward")]
    announced = [line for line in lines if line.startswith("set ")]
    assert announced == rep_lines(session)
    table = run("count", path).stdout.splitlines()
    assert lines[-len(table) : -1] == table[1:]
    header = read_csv(path)
    assert header.side == "right"
    assert {"sensor", "device", "acc_range_g", "gyr_range_dps", "clock", "start_utc"} <= set(header.metadata)
    notes = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    assert [note.split(":")[0] for note in notes[-3:]] == ["# time", "# packets", "# end_utc"]


@pytest.mark.long
def test_two_virtual_clips_on_one_clock(tmp_path):
    sensors = ("--sensor", "sim:forward", "--side", "left", "--sensor", "sim:forward", "--side", "right")
    process = start("live", *sensors, "--record", tmp_path / "x.csv", code=FAST, text=True, **PIPES)
    code, _, err = finished(process)
    assert (code, err) == (0, "")
    left, right = (count(tmp_path / f"x-{side}.csv") for side in ("left", "right"))
    for session in (left, right):
        assert [(len(each.reps), each.direction) for each in session.sets] == [(10, "forward")]
    # The clips begin one after the other, each when it is connected.
    assert abs(left.start_s - right.start_s) < 20.0


def test_what_the_virtual_clip_cannot_do_is_told():
    result = run("live", "--sensor", "sim:sideways")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "sideways" in result.stderr


def test_the_way_to_the_first_circle_is_said(virtual):
    said = [line for line in virtual[0] if not line.startswith("set ")]
    assert said[0] == "Looking for 'virtual-right' ..."
    assert [each for each in said if each.startswith(("Keep", "Begin")) or ": Connected" in each] == [
        next(each for each in said if ": Connected" in each),
        "Keep still for a moment.",
        "Begin when you like.",
    ]


@pytest.mark.long
def test_ctrl_c_ends_a_virtual_clip_on_a_terminal(tmp_path):
    path = tmp_path / "x.csv"
    arguments = ("live", "--sensor", "sim", "--side", "right", "--record", path)
    keys = [("Set 2, forward", b"\x03")]
    shown, err, code = on_terminal("stdout", *arguments, code=FAST, keys=keys)
    assert (code, err) == (0, b"")
    session = count(path)
    assert len(session.sets[0].reps) == 10
    lines = [line.rstrip() for line in shown.replace("\r", "").splitlines()]
    assert lines[-2:] == [totals_line(session), f"Recorded: {path}"]
