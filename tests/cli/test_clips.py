import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CLOSED, PIPES, assert_one_line_error, finished, on_terminal, run, start
from scripted import Scripted, cut, short_session
from toy import ToyClip, ToyRadio

import imucount.sources
from imucount.cli.group import READER_LEFT
from imucount.counting import count
from imucount.errors import DeviceNotFoundError, DisconnectedError
from imucount.formats.csv_reader import read_csv
from imucount.samples import Samples
from imucount.sensors import known_sensors, sensor_of_key
from imucount.sources.source import Notice
from imucount.views.live_view import rep_line
from imucount.views.session_table import totals_line

SAMPLES = short_session()
PIECES = cut(SAMPLES, range(0, 5000, 50))
DROPPED = Notice(20.0, "dropped", "The link was lost; connecting again.")
BEFORE_20_S = cut(SAMPLES[:2000], range(0, 2000, 20))


@pytest.fixture
def clips(monkeypatch):
    """Clips by what --sensor says of them."""
    scripts = {"ble:": PIECES, "ble:A": PIECES, "ble:B": PIECES}

    def open_source(spec, *, side=None, rate_hz=None, radio=None, origin_s=None):
        return Scripted(scripts[spec], side=side, name=f"clip {spec}")

    monkeypatch.setattr(imucount.sources, "open_source", open_source, raising=False)
    return scripts


def rep_lines(session, before=""):
    return [
        before + rep_line(set_number, number, rep)
        for set_number, rep_set in enumerate(session.sets, start=1)
        for number, rep in enumerate(rep_set.reps, start=1)
    ]


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


# What is near, and what is supported


def test_sensors_tells_each_kind_and_how_far_it_was_proven():
    result = run("sensors")
    assert (result.exit_code, result.stderr) == (0, "")
    words = " ".join(result.stdout.split())
    for sensor in known_sensors():
        assert f"{sensor.key}: {sensor.products}" in words
        assert " ".join(sensor.proven.split()) in words


@pytest.fixture
def toys(monkeypatch):
    """A radio with a clip of the open profile, another farther away, and something else near."""
    services = sensor_of_key("imucount").services
    clips = [
        ToyClip("Clip far", "AA:02", services=services, rssi_dbm=-88),
        ToyClip("Clip", "AA:01", services=services),
        ToyClip("TV \x1b[31m", "AA:03", services=()),
    ]
    monkeypatch.setattr("imucount.sources.ble.BleRadio", lambda: ToyRadio(*clips))


@pytest.mark.usefixtures("toys")
def test_scan_tells_the_known_sensors_that_are_near():
    result = run("scan", "--time", "0.5")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines() if "AA:0" in line]
    assert rows == [
        ["Clip", "imucount", "-60", "dBm", "AA:01"],
        ["Clip", "far", "imucount", "-88", "dBm", "AA:02"],
    ]
    assert "Other devices: 1; --all shows them." in result.stdout
    result = run("scan", "--time", "0.5", "--all")
    assert re.search(r"TV \\x1b\[31m +- +-60 dBm +AA:03", result.stdout)


@pytest.mark.usefixtures("toys")
def test_scan_asks_known_sensors_for_their_battery():
    result = run("scan", "--time", "0.5", "--all", "--battery")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"Clip +imucount +-60 dBm +80 % +AA:01", result.stdout)
    assert re.search(r"TV \\x1b\[31m +- +-60 dBm +- +AA:03", result.stdout)
    assert "Battery" not in run("scan", "--time", "0.5").stdout


def test_scan_says_when_nothing_is_near(monkeypatch):
    monkeypatch.setattr("imucount.sources.ble.BleRadio", ToyRadio)
    result = run("scan", "--time", "0.2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("No known sensor was heard.")


# A terminal, and Ctrl-C

CLIP = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import imucount.sources
from imucount.sources.source import Notice
from scripted import Scripted, cut, short_session
samples = short_session()
pieces = cut(samples[:2000], range(0, 5000, 20))

class Clip(Scripted):
    async def __aexit__(self, *error):
        await asyncio.sleep(CLOSING_S)

    async def __aenter__(self):
        await asyncio.sleep(OPENING_S)
        return self

CLOSING_S = OPENING_S = 0.0
DROPPED = Notice(20.0, "dropped", "The link was lost.")
imucount.sources.open_source = lambda spec, side=None, **options: Clip(
    [*pieces, DROPPED], side=side, name="the clip", endless=ENDLESS
)
ENDLESS = True
from imucount.cli import main
"""
ENDING = "ENDLESS = False\n"
RUN = "main()\n"
BEFORE = count(SAMPLES[:2000], "right")


def test_a_terminal_shows_the_number_growing_and_ctrl_c_ends_it(tmp_path):
    path = tmp_path / "x.csv"
    arguments = ("live", "--side", "right", "--record", path)
    keys = [("The link was lost.", b"\x03")]
    shown, err, code = on_terminal("stdout", *arguments, code=CLIP + RUN, keys=keys)
    assert (code, err) == (0, b"")
    assert "the clip at " in shown
    assert "Set 1, forward" in shown
    assert f"{len(BEFORE.reps)} circles in all" in shown
    lines = [line.rstrip() for line in shown.replace("\r", "").splitlines()]
    table = run("count", path).stdout.splitlines()
    assert lines[-len(table) : -1] == [line.rstrip() for line in table[1:]]
    assert lines[-1] == f"Recorded: {path}"
    assert count(path).reps == BEFORE.reps


@pytest.mark.long
def test_two_clips_are_shown_side_by_side_in_time():
    keys = [("left at 1", b""), ("right at 1", b"\x03")]
    arguments = ("live", "--sensor", "A", "--side", "left", "--sensor", "B", "--side", "right")
    shown, err, code = on_terminal("stdout", *arguments, code=CLIP + RUN, keys=keys)
    assert (code, err) == (0, b"")
    assert "left at 1" in shown
    assert "right at 1" in shown


RESIZED = """
import fcntl, os, struct, termios
from imucount.cli.screen import panes
from imucount.views.live_view import plain_view

del os.environ["COLUMNS"], os.environ["LINES"]  # which would win over the size

def resize(columns):
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

resize(100)
with panes(["first", "second"]) as (pane, other):
    pane.draw(lambda: plain_view("long " * 18), urgent=True)
    other.draw(lambda: plain_view("beside it"), urgent=True)
    pane.draw(lambda: plain_view("as before"), urgent=True)
    resize(40)
    pane.draw(lambda: plain_view("afterwards"), urgent=True)
"""


def test_nothing_stale_is_left_where_the_size_of_the_terminal_changes():
    shown, err, code = on_terminal("stdout", code=RESIZED, raw=True)
    assert (code, err) == (0, b"")
    before, after = shown.split("as before")
    assert "beside it" in before
    assert "beside it" in after
    clear = "\x1b[2J"
    assert clear not in before
    assert after.index(clear) < after.index("afterwards")


def test_a_second_ctrl_c_ends_at_once_and_still_shows_the_session():
    code = CLIP + "CLOSING_S = 3600.0\n" + RUN
    keys = [("The link was lost.", b"\x03"), ("Stopping ...", b"\x03")]
    shown, err, code = on_terminal("stdout", "live", "--side", "right", code=code, keys=keys)
    assert (code, err) == (0, b"")
    assert totals_line(BEFORE) in shown


def test_ctrl_c_while_the_clip_is_sought(tmp_path):
    code = CLIP + "OPENING_S = 3600.0\n" + RUN
    arguments = ("live", "--record", tmp_path / "x.csv")
    shown, err, code = on_terminal("stdout", *arguments, code=code, keys=[("the clip", b"\x03")])
    assert (code, err) == (0, b"")
    assert "Ended before a clip was connected." in shown
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_shows_a_recording_grow_and_ctrl_c_ends_it(tmp_path):
    keys = [("2000 samples", b"\x03")]
    shown, err, code = on_terminal("stdout", "record", tmp_path / "x.csv", code=CLIP + RUN, keys=keys)
    assert (code, err) == (0, b"")
    assert shown.replace("\r", "").endswith(f"Recorded: {tmp_path / 'x.csv'}\n")
    assert len(read_csv(tmp_path / "x.csv").samples) == 2000


INTERRUPTED = """
import os, signal, sys

class CtrlC:
    def find_spec(name, path, target=None):
        if name == {when!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, CtrlC)
from imucount.__main__ import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal")
@pytest.mark.parametrize("command", [["live", "--record"], ["record"]])
@pytest.mark.parametrize("when", ["click", "numpy", "imucount.sources.virtual"])
def test_ctrl_c_while_it_is_being_imported_ends_it_at_once(tmp_path, command, when):
    process = start(
        *command, tmp_path / "x.csv", "--sensor", "sim", code=INTERRUPTED.format(when=when), cold=True, **PIPES
    )
    assert finished(process) == (-signal.SIGINT, b"", b"")
    assert list(tmp_path.iterdir()) == []


# The virtual clip, through link, decoder and clock

FAST = """
import functools, imucount.sources
imucount.sources.open_source = functools.partial(imucount.sources.open_source, speed=8.0)
from imucount.cli import main
main()
"""


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
