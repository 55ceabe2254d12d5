"""CsvSource: a recording as if it came now."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from typing import Self, Unpack

from imucount.errors import SourceError
from imucount.formats.opening import Paths, Reader, open_recording, path_of
from imucount.formats.reading import ReadingOptions
from imucount.samples import Samples
from imucount.sets import Side
from imucount.sources.aside import aside
from imucount.sources.replay import replay
from imucount.sources.source import USED_UP, Notice

__all__ = ["CsvSource"]


class CsvSource:
    """A source of the samples of a recording. Times are those of the recording.

    Parameters
    ----------
    path : path-like, or sequence of them
        A file, a folder or zip archive of one recording, or the files of one recording.
    side : {"left", "right"}, optional
        By default what the file's header says.
    speed : float, default 1
        Seconds of the recording in a second. 0 hands everything over at once.
    **told
        How to read it, as of `imucount.read`.

    Raises
    ------
    RecordingError
        On opening for the header, while iterating for the samples.
    """

    def __init__(
        self, path: Paths, *, side: Side | None = None, speed: float = 1.0, **told: Unpack[ReadingOptions]
    ) -> None:
        if not 0 <= speed < math.inf:
            raise SourceError(f"speed must be 0 or more, got {speed!r}")
        self.name = path_of(path)
        self._path = path
        self._told = told
        self.side = side
        self.has_gyroscope = True
        self.sampling_rate_hz: float | None = None
        self.metadata: dict[str, str] = {}
        self.origin_utc: datetime | None = None
        self.doing = ""
        self.notices: list[Notice] = []
        self._speed = speed
        self._reader: Reader | None = None
        self._stopped = asyncio.Event()
        self._ended = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a session should say of the recording, a sentence each."""
        return () if self._reader is None else tuple(self._reader.warnings)

    @property
    def summary(self) -> dict[str, str]:
        """Nothing: the notes of the recording are its reader's."""
        return {}

    async def __aenter__(self) -> Self:
        """Open the file and read its header."""
        if self._reader is not None:
            raise SourceError("expected a source that was not opened yet, got one that was; make another one")
        # Whoever counts it judges it. Aside, for what reads files is slow to import.
        self._reader = await aside(lambda: open_recording(self._path, check=False, **self._told))
        header = self._reader.header
        self.side = self.side or header.side
        self.has_gyroscope = header.has_gyroscope
        self.sampling_rate_hz = header.sampling_rate_hz
        self.metadata = {**header.metadata, **header.axes_told}
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the file."""
        if self._reader is not None:
            self._reader.close()

    async def __aiter__(self) -> AsyncGenerator[Samples, None]:
        """Give the samples, each when its time has come."""
        if self._reader is None:
            raise SourceError("expected an open source; say `async with source:` first")
        if self._ended:
            raise SourceError(USED_UP)
        waits_s: list[float] = []
        loop = asyncio.get_running_loop()
        for _, samples in replay(self._reader, self._speed, clock=loop.time, sleep=waits_s.append):
            # What the replay would sleep is slept here instead, where others can run meanwhile.
            if await self._stopped_within(waits_s.pop() if waits_s else 0.0):
                break
            if len(samples):
                yield samples
        self._ended = True

    def stop(self) -> None:
        """Ask for the end: iteration ends with what came so far."""
        self._stopped.set()

    async def _stopped_within(self, duration_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await self._stopped.wait()
        return self._stopped.is_set()
