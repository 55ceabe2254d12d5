"""An event loop whose clock jumps over the time in which nothing happens.

Whatever waits does so by the loop's clock: the sensors' sampling, the radio's intervals, timeouts, the arrival
of a notification. So a set of thirty seconds takes as long as its bytes take to be handled, and what is measured
in the loop's time is the same in every run.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

__all__ = ["VirtualTimeLoop", "run"]


class _Leap(selectors.DefaultSelector):
    """Does not wait for a timer: tells how long the wait would have been."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is left but what another thread brings
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.skipped_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that stands still while it works, and jumps to the next timer when it has nothing to do."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        """Time that was jumped over, s. It has an arbitrary origin, as every loop's."""
        return 1000.0 + self._leap.skipped_s


def run(coroutine: Coroutine[Any, Any, Any], time_limit_s: float = 3600.0) -> Any:
    """Run to the end in virtual time; an error if that takes longer than `time_limit_s` of it."""

    async def limited() -> Any:
        async with asyncio.timeout(time_limit_s):
            return await coroutine

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(limited())
