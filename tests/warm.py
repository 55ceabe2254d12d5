"""Processes that have imported what is slow before they begin.

Importing scipy and pandas takes longer than what most commands do then. So one process, this file as a program,
imports them once and forks whenever a command is to run: a process of its own all the same, with its own signals,
terminal and end.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from functools import cache

IMPORTED = (
    "bleak",
    "pandas",
    "rich.live",
    "rich.progress",
    "imucount.cli",
    "imucount.counting",
    "imucount.live",
    "imucount.sources.virtual",
    "imucount.views.live_view",
    "imucount.views.session_table",
)
STREAMS = ("stdin", "stdout", "stderr")
LONGEST_ORDER = 1 << 17


class WarmProcess:
    """As much as the tests need of what `subprocess.Popen` is of a process that begins cold.

    Parameters
    ----------
    arguments : list of str
        Of the command line.
    code : str or None
        Is run in place of the command line.
    env : dict of str
    terminal : int or None
        Which of its streams is the terminal that commands it; it is in a session of its own then.
    text : bool
        Whether what it writes is read as text.
    streams
        stdin, stdout and stderr: a file, its number, or what `subprocess` has in place of one.
    """

    def __init__(self, arguments, *, code, env, terminal, text, **streams):
        theirs = []
        for name in STREAMS:
            stream, mine = streams[name], None
            if stream == subprocess.PIPE:
                number, taken = os.pipe()
                mine = os.fdopen(number, encoding="utf-8") if text else os.fdopen(number, "rb")
            elif stream == subprocess.DEVNULL:
                taken = os.open(os.devnull, os.O_RDWR)
            else:
                taken = os.dup(stream if isinstance(stream, int) else stream.fileno())
            setattr(self, name, mine)
            theirs.append(taken)
        ours, told = os.pipe()
        order = {"arguments": arguments, "code": code, "env": env, "cwd": os.getcwd(), "terminal": terminal}
        socket.send_fds(_forking(), [json.dumps(order).encode()], [*theirs, told])
        for number in (*theirs, told):
            os.close(number)
        self._told = os.fdopen(ours, encoding="ascii")
        self.pid = int(self._told.readline())
        self.returncode = None

    def wait(self):
        if self.returncode is None:
            with self._told:
                self.returncode = int(self._told.readline())
        return self.returncode

    def send_signal(self, number):
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()


@cache
def _forking():
    """Start the process that forks; a socket to it, which ends it when it is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen([sys.executable, __file__], stdin=theirs, env=env, start_new_session=True)
    theirs.close()

    def end():
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def next_order(orders):
    """Wait for orders and fork, again and again; give each, with its files, to the process that follows it."""
    while True:
        message, numbers, *_ = socket.recv_fds(orders, LONGEST_ORDER, len(STREAMS) + 1)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            *streams, told = numbers
            pid = os.fork()
            if pid == 0:
                os.close(told)
                return json.loads(message), streams
            for number in streams:
                os.close(number)
            os.write(told, f"{pid}\n".encode())
            os.write(told, f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())
            os._exit(0)
        for number in numbers:
            os.close(number)
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def follow(order, streams):
    """Become what Python is when it begins with these files, and run."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if order["terminal"] is not None:
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(order["terminal"], termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(
        1, "w", encoding=encoding or None, errors=errors or None, closefd=False
    )
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", closefd=False, errors="backslashreplace")
    sys.stderr.reconfigure(line_buffering=True)
    sys.argv = ["-c", *order["arguments"]]
    if order["code"] is None:
        runpy.run_module("imucount", run_name="__main__", alter_sys=True)
    else:
        exec(compile(order["code"], "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    follow(*next_order(socket.socket(fileno=os.dup(0))))
