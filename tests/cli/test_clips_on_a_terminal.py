"""Clips on a terminal, and Ctrl-C."""

import os
import signal

import pytest
from clip_code import BEFORE, CLIP, FAST, RUN
from command_line import PIPES, finished, on_terminal, run, start
from short_run import one_in

from imucount.counting import count
from imucount.formats.csv_reader import read_csv
from imucount.views.session_table import totals_line


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


BROKEN = """
import itertools
from imucount.cli import screen

drawn, draw = itertools.count(), screen._Drawing.draw

def fail_later(self, *arguments, **options):
    if next(drawn) >= {good}:
        raise ZeroDivisionError("[bold]")
    draw(self, *arguments, **options)

screen._Drawing.draw = fail_later
"""


@pytest.mark.parametrize("good", [0, 40])
def test_a_display_that_fails_is_told_and_the_count_and_its_table_go_on(good, tmp_path):
    path = tmp_path / "x.csv"
    arguments = ("live", "--sensor", "sim:forward", "--side", "right", "--record", path)
    shown, err, code = on_terminal("stdout", *arguments, code=BROKEN.format(good=good) + FAST)
    assert (code, err) == (1, b"")  # it has failed, though nothing is lost
    lines = [line.rstrip() for line in shown.replace("\r", "").splitlines()]
    assert any("What shows how it stands has failed" in line for line in lines)
    assert totals_line(count(path)) in shown
    assert len(count(path).reps) == 10


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


COUNTING_FOR_EVER = """
CLOSING_S = 3600.0
import os, signal
import imucount.live.counting

async def count_live(*told, **options):
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(3600.0)

imucount.live.counting.count_live = count_live
"""


def test_ctrl_c_is_answered_while_it_counts_and_a_second_one_waits_for_nothing():
    code = CLIP + COUNTING_FOR_EVER + RUN
    shown, err, code = on_terminal("stdout", "live", code=code, keys=[("Stopping ...", b"\x03")])
    assert (code, err) == (0, b"")
    assert "No circles were counted." in shown


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
@pytest.mark.parametrize("command", one_in(2, [["live", "--record"], ["record"]]))
@pytest.mark.parametrize("when", ["click", "numpy", "imucount.sources.virtual"])
def test_ctrl_c_while_it_is_being_imported_ends_it_at_once(tmp_path, command, when):
    process = start(
        *command, tmp_path / "x.csv", "--sensor", "sim", code=INTERRUPTED.format(when=when), cold=True, **PIPES
    )
    assert finished(process) == (-signal.SIGINT, b"", b"")
    assert list(tmp_path.iterdir()) == []
