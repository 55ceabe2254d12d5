"""Ctrl-C while nothing is open yet that would have to be closed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ended_at_once"]


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let Ctrl-C end the program at once and without a word, as it ends programs that do not listen to it.

    Python's own answer would come up in the middle of an import, which takes it for a fault of what is imported.
    Left as it is where something else answers, or is told not to.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
