"""An event loop on which nobody waits: when all sleep, its clock goes to whoever wakes first."""

import asyncio
import selectors
import threading

from imucount.sources.aside import THREAD


class _Skipping(selectors.DefaultSelector):
    skipped_s = 0.0

    def select(self, timeout=None):
        events, is_at_work = [], True
        while is_at_work and not events:
            # What a thread does takes its time, none of the loop's. Looked at first: what it gave is then seen.
            is_at_work = any(thread.name == THREAD for thread in threading.enumerate())
            events = super().select(0.01 if is_at_work else 0)
        if not events:
            assert timeout is not None, "everything waits for ever"
            self.skipped_s += timeout
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self):
        return self._skipping.skipped_s

    def time_passes(self, duration_s):
        """As when a callback takes so long."""
        self._skipping.skipped_s += duration_s


def run(main, timeout_s=600.0):
    """Run like `asyncio.run`, hours in a second; nothing of it may be left running."""

    async def limited():
        async with asyncio.timeout(timeout_s):
            result = await main
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"left running: {left}"
        return result

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(limited())
