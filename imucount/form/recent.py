"""Recent: the latest samples of a stream, to look back at."""

from __future__ import annotations

from collections import deque

import numpy as np

from imucount.samples import Samples

__all__ = ["LONGEST_HOLE_S", "Recent"]

KEPT_S = 90.0
"""Samples are kept for so long, s: of slow circles the first is certain half a minute after it began."""

LONGEST_HOLE_S = 0.25
"""Where samples are missing for longer within a circle its shape is not measured: a twelfth of a usual one."""


class Recent:
    """Keeps the latest samples.

    Parameters
    ----------
    keep_s : float or None, default 90
        For how long, s; None is for good.
    """

    def __init__(self, keep_s: float | None = KEPT_S) -> None:
        self._keep_s = keep_s
        self._parts: deque[Samples] = deque()

    @property
    def now_s(self) -> float | None:
        """Time of the latest sample, s; None before the first."""
        return float(self._parts[-1].t[-1]) if self._parts else None

    def update(self, samples: Samples) -> None:
        """Take the next samples."""
        if not len(samples):
            return
        self._parts.append(samples)
        while self._keep_s is not None and self._parts[0].t[-1] < samples.t[-1] - self._keep_s:
            self._parts.popleft()

    def between(self, start_s: float, end_s: float) -> Samples | None:
        """Give the samples between two times, one more on either side; None where there are not all of them."""
        parts: list[Samples] = []
        for part in reversed(self._parts):
            if part.t[0] > end_s:
                parts = [part]  # one sample of the nearest of these
                continue
            parts.append(part)
            if part.t[0] <= start_s:
                break
        if not parts:
            return None
        joined = Samples.concatenate(parts[::-1])
        first, last = np.searchsorted(joined.t, [start_s, end_s]).tolist()
        around = joined[max(0, first - 1) : last + 1]
        if len(around) < 2 or around.t[0] > start_s + LONGEST_HOLE_S or around.t[-1] < end_s - LONGEST_HOLE_S:
            return None
        return None if float(np.diff(around.t).max()) > LONGEST_HOLE_S else around
