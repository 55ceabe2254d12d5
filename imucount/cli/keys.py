"""Keys: what is pressed on a terminal, one at a time, while a program runs on the event loop."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["keys_pressed"]


@contextmanager
def keys_pressed(take: Callable[[str], None]) -> Iterator[bool]:
    """Hand over each key that is pressed, until the `with` statement ends; tell whether there are keys at all.

    What was typed before is dropped: it was meant for something else. There are no keys where standard input is
    no terminal, and on systems without terminals like those of Unix.

    Parameters
    ----------
    take : callable
        Called on the event loop with each character; Enter is a line end.
    """
    try:
        import termios
        import tty

        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    except (ImportError, OSError, ValueError, AttributeError):  # AttributeError: there is no standard input
        yield False
        return
    except termios.error:
        yield False
        return
    import asyncio

    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            pressed = os.read(number, 64)
        except OSError:
            pressed = b""
        if not pressed:  # the terminal is gone
            loop.remove_reader(number)
        for character in pressed.decode("utf-8", errors="ignore"):
            take(character)

    tty.setcbreak(number)
    loop.add_reader(number, read)
    try:
        yield True
    finally:
        loop.remove_reader(number)
        termios.tcsetattr(number, termios.TCSADRAIN, before)
