"""The commands as one: how every foreseen error becomes one line, and what any terminal can read."""

from __future__ import annotations

import codecs
import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from imucount.errors import ImucountError
from imucount.outside_text import printable_line

if TYPE_CHECKING:
    from imucount.circles.profile import Profile
    from imucount.diary import Diary

Command = TypeVar("Command", bound=Callable[..., Any])

_PLAIN = str.maketrans({"±": "+/-", "°": " deg", "²": "2", "µ": "u", "√": "sqrt ", "█": "#", "░": ".", "…": "..."})


READER_LEFT = 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
"""The exit code of a program whose reader has left, such as `head`: as shells tell it where the system ends it."""


def give_up_stdout() -> None:
    """Lead what could not be written nowhere, so that Python does not try once more at its exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Commands(click.Group):
    """Commands of which every foreseen error becomes one line on stderr and exit code 1."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, also where not even the help can be written."""
        if sys.stdout is None:  # closed by whoever started this
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
        try:
            return super().main(*args, **extra)
        except OSError as error:  # before any command, as when help cannot be written
            sys.stderr.write(f"Error: {error.strerror or error}\n")
            give_up_stdout()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except ImucountError as error:
            raise click.ClickException(printable_line(str(error))) from error
        except BrokenPipeError:  # whoever read the output has left
            give_up_stdout()
            sys.exit(READER_LEFT)
        except OSError as error:
            give_up_stdout()
            reason = error.strerror or str(error)
            where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
            raise click.ClickException(printable_line(where + reason)) from error
        except click.ClickException as error:
            error.message = printable_line(error.message)  # type: ignore[misc]
            raise


class Number(click.FloatRange):
    """A finite number within a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Make a number of text."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


_min_reps_option = click.option(
    "--min-reps",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="Circles that must follow each other before they count. With 1 every circle counts at once; with 2 a "
    "single one still counts when it is unmistakable. Of any exercise a set has at least two.",
)
exercise_option = click.option(
    "--exercise",
    type=click.Choice(["shoulder-circles", "cyclic"]),
    default="shoulder-circles",
    show_default=True,
    help="What is counted. cyclic is any exercise, with a sensor anywhere on the body: whatever repeats itself.",
)
_profile_option = click.option(
    "--profile",
    type=click.Path(),
    metavar="FILE",
    help="What `imucount teach` learned of how the clip sits: it tells the direction in place of the side.",
)
without_option = click.option(
    "--without",
    type=click.Choice(["steps"]),
    help="Leave this out: with --exercise cyclic a walk between sets is counted, too, as a set of steps.",
)


folder_option = click.option(
    "--dir", "folder", type=click.Path(), metavar="FOLDER", help="Where sessions are kept; by default your home."
)


_web_option = click.option(
    "--web", is_flag=True, help="Show a page in the browser, too, with a voice of its own, and buttons."
)
_host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve the page on.")
_port_option = click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the page; by default a free one."
)


def page_options(command: Command) -> Command:
    """Add what may be said about a page in the browser."""
    return _web_option(_host_option(_port_option(command)))


def check_page() -> None:
    """Make sure, before anything is connected, that a page can be served.

    Raises
    ------
    click.ClickException
        If what serves it is not installed.
    """
    try:
        import imucount.web  # noqa: F401 - whether it can be had is to be known before the exercise
    except ImportError as error:
        raise click.ClickException("--web needs aiohttp; pip install 'imucount[coach]' brings it.") from error


def counting_options(command: Command) -> Command:
    """Add what may be said about how to count."""
    return _min_reps_option(exercise_option(_profile_option(command)))


def load_profile(path: str | None) -> Profile | None:
    """Load what `--profile` names, if it names something."""
    if path is None:
        return None
    from imucount.circles.profile import Profile

    return Profile.load(path)


def open_diary(folder: str | None) -> Diary:
    """Open the diary in what `--dir` names."""
    from imucount.diary import Diary

    return Diary(folder)


def make_readable(*streams: TextIO) -> None:
    """Let streams write something to read in place of characters that their encoding lacks."""
    codecs.register_error("imucount", _readable)
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="imucount")


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Replace what a terminal's encoding lacks by something to read, for `codecs.register_error`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(character if character.isascii() else "?" for character in text), error.end
