"""Aside: something slow beside an event loop, which goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

__all__ = ["THREAD", "aside"]

THREAD = "imucount aside"
"""Name of the threads that it makes."""

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """Do something slow in a thread of its own, without keeping the loop from serving the radio.

    Unlike with `asyncio.to_thread`, a program may end before the work does: nobody waits for it then.

    Parameters
    ----------
    work : callable

    Returns
    -------
    object
        What the work gave. What it raised is raised.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def give(result: T) -> None:
        if not done.done():
            done.set_result(result)

    def fail(error: BaseException) -> None:
        if not done.done():
            done.set_exception(error)

    def run() -> None:
        with suppress(RuntimeError):  # the loop is closed by now
            try:
                result = work()
            except BaseException as error:
                loop.call_soon_threadsafe(fail, error)
            else:
                loop.call_soon_threadsafe(give, result)

    Thread(target=run, name=THREAD, daemon=True).start()
    return await done
