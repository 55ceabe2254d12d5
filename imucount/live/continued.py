"""A count that goes on where an earlier one ended, as if there had been a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from os import PathLike
from typing import Any, Self

import numpy as np

from imucount.counter import Progress, RepCounter
from imucount.formats.csv_reader import open_csv
from imucount.reps import Rep
from imucount.samples import Samples
from imucount.sets import Side
from imucount.sources.source import Notice, Source

__all__ = ["ContinuedSource", "TakenUp", "take_up"]

LEAST_AWAY_S = 3.0
"""The first sample is at least so long after the last one of before, s: longer than any gap that is bridged."""


class ContinuedSource:
    """Gives the samples of a source with the time that has passed since an earlier stream began.

    Parameters
    ----------
    source : Source
    origin_utc : datetime or None
        When the time of the earlier stream was 0; None if that is not known.
    last_s : float
        Time of its last sample, s.
    """

    has_gyroscope: bool
    sampling_rate_hz: float | None
    metadata: dict[str, str]
    doing: str
    warnings: tuple[str, ...]
    summary: dict[str, str]

    def __init__(self, source: Source, origin_utc: datetime | None, last_s: float) -> None:
        self._source = source
        self._last_s = last_s
        self._shift_s: float | None = None
        self._n_notices = 0
        self.name = source.name
        self.side: Side | None = source.side
        self.origin_utc = origin_utc
        self.notices: list[Notice] = []

    def __getattr__(self, name: str) -> Any:
        """Give what is as the source has it."""
        return getattr(self._source, name)

    async def __aenter__(self) -> Self:
        """Open the source."""
        await self._source.__aenter__()
        self.name, self.side = self._source.name, self._source.side
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the source."""
        await self._source.__aexit__(*error)

    async def __aiter__(self) -> AsyncIterator[Samples]:
        """Give its samples, later by the time that has passed."""
        async for samples in self._source:
            if self._shift_s is None:
                self._shift_s = self._shift(float(samples.t[0]))
            self._take_notices(self._shift_s)
            yield Samples(samples.t + self._shift_s, samples.acc, samples.gyr)
        self._take_notices(self._shift_s or 0.0)

    def stop(self) -> None:
        """Ask the source for its end."""
        self._source.stop()

    def _shift(self, first_s: float) -> float:
        least_s = self._last_s + LEAST_AWAY_S - first_s
        now_utc = self._source.origin_utc
        if self.origin_utc is None or now_utc is None:
            return least_s
        return max(least_s, (now_utc - self.origin_utc).total_seconds())

    def _take_notices(self, shift_s: float) -> None:
        new = self._source.notices[self._n_notices :]
        self._n_notices += len(new)
        self.notices += [Notice(each.time_s + shift_s, each.kind, each.text) for each in new]


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A count as it stands after what was recorded before.

    Attributes
    ----------
    counter : RepCounter
    origin_utc : datetime or None
        When the time of its samples was 0, for a `ContinuedSource`.
    last_s : float
        Time of the last sample, s.
    """

    counter: RepCounter
    origin_utc: datetime | None
    last_s: float


Shown = Callable[[float, Sequence[Rep], Progress, Sequence[Notice], Samples], None]


def take_up(
    paths: Sequence[str | PathLike[str]], side: Side | None, show: Shown, parted_s: Sequence[float] = ()
) -> TakenUp:
    """Count what was recorded before.

    Parameters
    ----------
    paths : sequence of path-like
        Recordings of one session, in order.
    side : {"left", "right"}, optional
        The shoulder that wears the clip; over what the first recording says.
    show : callable
        Given the time, s, the new reps, the counter's progress, no notices and the samples, piece by piece.
    parted_s : sequence of float, optional
        Times, s, at which something happened: no piece has samples of both before and after.

    Raises
    ------
    ImucountError
        If a recording cannot be read.
    """
    counter: RepCounter | None = None
    origin_utc: datetime | None = None
    last_s = 0.0
    for path in paths:
        with open_csv(path) as reader:
            is_first = counter is None
            counter = counter or RepCounter(side or reader.header.side)
            for samples in _parted(reader, parted_s):
                if is_first:
                    start_utc = _utc(reader.header.metadata.get("start_utc", ""))
                    first = timedelta(seconds=float(samples.t[0]))
                    origin_utc, is_first = None if start_utc is None else start_utc - first, False
                last_s = float(samples.t[-1])
                show(last_s, counter.update(samples), counter.progress, (), samples)
    return TakenUp(counter or RepCounter(side), origin_utc, last_s)


def _parted(pieces: Iterable[Samples], times_s: Sequence[float]) -> Iterator[Samples]:
    for samples in pieces:
        ends = sorted({*np.searchsorted(samples.t, times_s, side="right").tolist(), len(samples)} - {0})
        for start, end in pairwise([0, *ends]):
            yield samples[start:end]


def _utc(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
