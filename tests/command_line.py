"""The command line as the tests use it: in this process, in its own, on a terminal."""

import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from warm import WarmProcess

import imucount
from imucount.cli import main

ENVIRONMENT = {"COLUMNS": "80", "FORCE_COLOR": None, "NO_COLOR": None, "TTY_COMPATIBLE": None}


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=ENVIRONMENT)


def start(
    *arguments, code=None, env=None, cold=False, terminal=None, text=False, stdin=subprocess.DEVNULL, **outputs
):
    """A real process with the command line.

    Parameters
    ----------
    code : str, optional
        Is run in place of it.
    cold : bool
        Whether it has to import all it needs itself.
    terminal : int, optional
        Which of its streams is the terminal that commands it.
    """
    root = str(Path(imucount.__file__).parents[1])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    changed = os.environ | ENVIRONMENT | {"PYTHONPATH": paths} | (env or {})
    env = {name: value for name, value in changed.items() if value is not None}
    arguments = [*map(str, arguments)]
    if sys.platform == "linux" and not cold:
        return WarmProcess(arguments, code=code, env=env, terminal=terminal, text=text, stdin=stdin, **outputs)
    command = ["-m", "imucount"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *command, *arguments],
        env=env,
        text=text,
        stdin=stdin,
        start_new_session=terminal is not None,
        preexec_fn=None if terminal is None else partial(_take_command, terminal),
        **outputs,
    )


def _take_command(terminal):
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def finished(process):
    """The end of a process; what `readline` had read ahead is in it, which `communicate` would lose."""
    patience = threading.Timer(60.0, process.kill)
    patience.start()
    with process, ThreadPoolExecutor() as readers:
        out, err = readers.map(lambda stream: stream and stream.read(), (process.stdout, process.stderr))
    patience.cancel()
    return process.returncode, out, err


CLOSED = object()
"""In place of what is pressed: the terminal is closed."""

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def on_terminal(stream, *arguments, code=None, keys=(), raw=False, typed=False, **options):
    """What a process writes to a terminal, what it writes to its other stream, and its exit code.

    Parameters
    ----------
    keys : iterable of (str, bytes or callable)
        What is pressed in turn, each once this text was shown after the one before; `CLOSED` is the end. What can
        be called is, with the number of the terminal.
    raw : bool
        Whether what commands the terminal is left in.
    typed : bool
        Whether what is pressed is the input of the process, too, besides what the terminal makes of it.
    """
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    env = {"TERM": "xterm-256color", "LINES": "24"}
    streams = PIPES | {stream: terminal} | ({"stdin": terminal} if typed else {})
    number = {"stdout": 1, "stderr": 2}[stream]
    process = start(*arguments, code=code, env=env, terminal=number, **streams, **options)
    os.close(terminal)
    patience = threading.Timer(60.0, process.kill)
    patience.start()
    shown, seen = b"", 0
    keys = list(keys)
    try:
        while piece := os.read(screen, 65536):
            shown += piece
            if keys and keys[0][0] in plain(shown[seen:]):
                seen = len(shown)
                key = keys.pop(0)[1]
                if key is CLOSED:
                    break
                key(screen) if callable(key) else os.write(screen, key)
    except OSError:  # how Linux tells the end of a terminal
        pass
    finally:
        os.close(screen)
        patience.cancel()
    code, out, err = finished(process)
    return shown.decode() if raw else plain(shown), out or err or b"", code


def plain(shown):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode(errors="replace"))


def assert_one_line_error(result, path):
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(rf"Error: {re.escape(str(path))}\b[^\n]+\n", result.stderr)
