"""What goes wrong while somebody is coached, as the program meets it."""

import json
import os
import re
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from command_line import PIPES, assert_one_line_error, finished, on_terminal, run, start

ROOT = Path(__file__).parents[2]
FAST = f"csv:{ROOT / 'recordings' / 'fast.csv'}"
ON_A_TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="keys are those of a terminal of Unix")


def coach(folder, *arguments):
    return ("coach", "--no-voice", "--dir", str(folder), *arguments)


def resize(columns, rows, terminal):
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


OF_ITS_OWN_SIZE = """
import os
del os.environ["COLUMNS"], os.environ["LINES"]  # which would win over the size
"""
RUN = """
from imucount.__main__ import main
main()
"""


@ON_A_TERMINAL
def test_the_screen_follows_the_window_down_and_up(tmp_path):
    keys = [
        ("", partial(resize, 80, 24)),
        ("I am ready", b"\n"),
        ("e end set  q finish", partial(resize, 40, 12)),
        ("e end  q finish", partial(resize, 100, 35)),
        ("e end set  q finish", partial(resize, 40, 12)),
        ("e end  q finish", b"q"),
    ]
    arguments = coach(tmp_path, "--sensor", "sim:forward", "--side", "right", "--speed", "2")
    shown, _, code = on_terminal("stdout", *arguments, code=OF_ITS_OWN_SIZE + RUN, keys=keys, typed=True)
    assert code == 0
    small = "e end  q finish"
    assert "Asked for" in shown[shown.index(small) : shown.rindex(small)]  # where there is room for the table
    summary = " ".join(shown[shown.rindex(small) :].split())
    assert "Arms: not measured; a second clip on the upper arm would tell (--arm)." in summary  # no word is broken
    assert "Feet and trunk were not measured: one clip cannot tell them." in summary


@pytest.fixture
def killed(tmp_path):
    """A folder with a session that was killed after five circles."""
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("nothing kills like this here")
    process = start(*coach(tmp_path, "--source", FAST, "--side", "right", "--speed", "8"), text=True, **PIPES)
    for line in process.stdout:
        if line.endswith(": 5\n"):
            break
    process.kill()
    finished(process)
    return tmp_path


@ON_A_TERMINAL
def test_the_next_start_offers_to_go_on_with_what_was_killed(killed):
    keys = [("circles are done.", b"\n"), ("goes on with 5 of 10", b"u"), ("-1 by hand", b"q")]
    arguments = coach(killed, "--sensor", "sim:forward", "--side", "right")
    shown, _, code = on_terminal("stdout", *arguments, keys=keys, typed=True)
    assert code == 0
    assert "5 of 60 circles are done." in shown
    assert len(os.listdir(killed)) == 1
    assert "4 of 60" in run("history", "--dir", killed).output


@ON_A_TERMINAL
def test_what_is_not_gone_on_with_is_kept_as_it_is(killed):
    keys = [("circles are done.", b"n\n"), ("I am ready", b"q")]
    arguments = coach(killed, "--sensor", "sim:forward", "--side", "right")
    shown, _, code = on_terminal("stdout", *arguments, keys=keys, typed=True)
    assert code == 0
    assert "Kept as it is: " in shown
    listed = run("history", "--dir", killed).output
    assert "5 of 60" in listed
    assert "not finished" not in listed


def test_a_session_that_is_going_on_is_not_taken_from_its_program(tmp_path):
    first = start(*coach(tmp_path, "--sensor", "sim:forward", "--side", "right"), text=True, **PIPES)
    while "Begin." not in first.stdout.readline():
        pass
    assert run(*coach(tmp_path, "--sensor", "sim:forward", "--resume")).exit_code == 1
    first.send_signal(signal.SIGINT)
    assert finished(first)[0] == 0


def test_two_coaches_want_one_port(tmp_path):
    pytest.importorskip("aiohttp", reason="the page is served by aiohttp")
    first = start(*coach(tmp_path / "first", "--sensor", "sim:forward", "--web"), text=True, **PIPES)
    port = next(re.search(r"http://127.0.0.1:(\d+)/", line)[1] for line in first.stdout if "The page: " in line)
    second = run(*coach(tmp_path / "second", "--sensor", "sim:forward", "--web", "--port", port))
    first.send_signal(signal.SIGINT)
    assert finished(first)[0] == 0
    assert second.exit_code == 1
    assert re.fullmatch(rf"Error: [^\n]*port {port}[^\n]*another coach[^\n]*\n", second.stderr)
    assert os.listdir(tmp_path / "second") == []  # no session that never was


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
"""


@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited by a POSIX call")
def test_a_full_disk_is_told_and_the_coach_goes_on_to_the_end(tmp_path):
    arguments = coach(tmp_path, "--source", FAST, "--side", "right", "--speed", "50")
    code, out, err = finished(start(*arguments, code=LIMITED + RUN, text=True, **PIPES))
    assert code == 1
    assert [int(count) for count in re.findall(r": (\d+)$", out, re.M)] == [*range(1, 11), *range(1, 11)]
    assert "The recording ends here, the count goes on" in out
    assert "Traceback" not in err
    (folder,) = tmp_path.iterdir()
    with suppress(FileNotFoundError):  # whole or not at all
        json.loads((folder / "session.json").read_text())


@pytest.mark.parametrize(
    "text",
    [
        "[[sets]]\nreps = 'many'\n",
        "",
        "sets = 3",
        "[[sets]]\nreps = 10\ndirection = 'up'\n",
        "\x00",
        "[[sets]]\nrep = 1",
    ],
)
def test_a_programme_with_nonsense_is_one_line_and_begins_nothing(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    kept = tmp_path / "kept"
    assert_one_line_error(run(*coach(kept, "--source", FAST, "--programme", path)), path)
    assert not kept.exists()
