"""Memory: whether a simulation fits the computer, asked before it begins."""

from __future__ import annotations

import os

from imucount.errors import CountingError

__all__ = ["check_memory"]

BYTES_PER_STEP = 441
"""Peak for each step of the motion, as `tracemalloc` measured it for 5 minutes at 50, 100 and 200 Hz alike."""


def check_memory(steps: int, duration_s: float, sampling_rate_hz: float) -> None:
    """Refuse a simulation that needs more memory than the computer has.

    Parameters
    ----------
    steps : int
        Of the motion; several for a sample.
    duration_s, sampling_rate_hz : float
        For the sentence.

    Raises
    ------
    CountingError
    """
    has = _memory_bytes()
    needs = steps * BYTES_PER_STEP
    if has is not None and needs > has:
        raise CountingError(
            f"expected a simulation that fits the memory, {has / 1e9:.1f} GB, got one of "
            f"{duration_s / 3600:.3g} h at {sampling_rate_hz:g} Hz, "
            f"which takes {needs / 1e9:.1f} GB; simulate it in shorter parts"
        )


def _memory_bytes() -> int | None:
    """Memory of the computer; None where it does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # not on Windows
        return None
