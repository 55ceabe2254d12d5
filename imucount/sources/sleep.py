"""Sleep: how long the computer has slept, while the clocks that programs go by stood still."""

from __future__ import annotations

import sys
import time

__all__ = ["asleep_s"]


def asleep_s() -> float:
    """Tell how long the computer has slept since it was started, s.

    `time.monotonic`, and with it the clock of an event loop, stands still meanwhile on Linux and macOS; another
    clock of theirs goes on. On Windows it goes on itself, so nothing is to be added there.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return 0.0
