"""Replay: the samples of a recording, handed over at the pace at which they were taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from imucount.samples import Samples

__all__ = ["replay"]

TICK_S = 0.1


def replay(
    chunks: Iterable[Samples],
    speed: float = 1.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[float, Samples]]:
    """Hand over a stream piece by piece, each when its time has come.

    Parameters
    ----------
    chunks : iterable of Samples
        A recorded stream in pieces of any length, such as a `CsvReader`. Each is handed over once the next one
        was read, so what is wrong with a short recording shows before it begins.
    speed : float, default 1
        Seconds of the recording in a second. 0 hands everything over at once, in the pieces that came.
    clock, sleep : callable
        What tells the time and what waits, s.

    Yields
    ------
    now_s : float
        How far the replay is, s on the recording's clock.
    samples : Samples
        Those that came since the last piece, ten pieces a second. There are none in a gap of the recording,
        which lasts as long as it did.

    Examples
    --------
    >>> samples = Samples(t=[0.0, 0.04, 0.5], acc=[[0, 0, 9.81]] * 3)
    >>> [(round(now_s, 1), len(piece)) for now_s, piece in replay([samples], speed=2.0)]
    [(0.2, 2), (0.4, 0), (0.5, 1)]
    """
    if not 0 <= speed < float("inf"):
        raise ValueError(f"speed must be 0 or more, got {speed!r}")
    if speed == 0:
        yield from ((float(samples.t[-1]), samples) for samples in _one_ahead(chunks))
        return
    first_s: float | None = None
    began = 0.0
    ticks = 0
    for samples in _one_ahead(chunks):
        if first_s is None:
            first_s, began = float(samples.t[0]), clock()
        handed_over = 0
        while True:
            now_s = first_s + (ticks + 1) * TICK_S * speed
            stop = int(np.searchsorted(samples.t, now_s))
            if stop == len(samples):
                break  # the rest belongs to a tick that goes on in the next chunk
            ticks += 1
            wait_s = began + ticks * TICK_S - clock()
            if wait_s > 0:
                sleep(wait_s)
            yield now_s, samples[handed_over:stop]
            handed_over = stop
        yield float(samples.t[-1]), samples[handed_over:]


def _one_ahead(chunks: Iterable[Samples]) -> Iterator[Samples]:
    """Give each piece that is not empty once the one after it is there."""
    last: Samples | None = None
    for samples in chunks:
        if not len(samples):
            continue
        if last is not None:
            yield last
        last = samples
    if last is not None:
        yield last
