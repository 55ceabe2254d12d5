"""Source: where samples come from as they are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, Self

from imucount.errors import SensorError
from imucount.samples import Samples
from imucount.sensors.sensor import module_fault
from imucount.sets import Side

__all__ = ["USED_UP", "Notice", "NoticeKind", "Source", "source_fault"]

USED_UP = "expected a source with samples to come, got one that was read to its end; open another one"
"""What is wrong with asking a source again that has ended."""

NoticeKind = Literal[
    "connected",
    "dropped",
    "reconnected",
    "silent",
    "battery",
    "signal",
    "packets",
    "clock",
    "addon",
    "recording",  # of the file that is written of the source; no source tells it
    "display",  # of what shows the source; no source tells it
]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a user of a source should know.

    Attributes
    ----------
    time_s : float
        When, on the clock of the samples, s.
    kind : NoticeKind
    text : str
        A sentence.
    """

    time_s: float
    kind: NoticeKind
    text: str


class Source(Protocol):
    """Samples as they come: `async with` opens and closes it, `async for` gives the samples.

    Attributes
    ----------
    name : str
        What to call it on a screen.
    side : {"left", "right"} or None
        The shoulder that wears the sensor, where the source knows it.
    has_gyroscope : bool
        Known once it is open.
    sampling_rate_hz : float or None
        Nominal rate, Hz, once it is open.
    metadata : dict of str to str
        What a recording's header should say, once it is open. "gyr_axes" and "acc_axes" in it are those that the
        source takes its samples' axes from: a recorder writes what the sensor measured, and them beside it.
    origin_utc : datetime or None
        When sample time was 0, in UTC, where the source knows it, once it is open.
    doing : str
        What it is doing on the way to its samples, in a few words such as "looking for 'clip-01'"; "" once they
        come.
    notices : list of Notice
        Grows while it is open.
    warnings : tuple of str
        What a session should say of the source, a sentence each.
    summary : dict of str to str
        What a recording should say of the source in its end, such as how good its clock was.
    """

    name: str
    side: Side | None
    has_gyroscope: bool
    sampling_rate_hz: float | None
    metadata: dict[str, str]
    origin_utc: datetime | None
    doing: str
    notices: list[Notice]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a session should say of the source, a sentence each."""

    @property
    def summary(self) -> dict[str, str]:
        """What a recording should say of the source in its end."""

    async def __aenter__(self) -> Self:
        """Open it: find the sensor, connect, start the stream."""

    async def __aexit__(self, *error: object) -> None:
        """Close it: stop the stream, leave the sensor as it was found."""

    def __aiter__(self) -> AsyncIterator[Samples]:
        """Give the samples as they come; ends with the stream. Asking again then is a SourceError."""

    def stop(self) -> None:
        """Ask for the end, on the event loop: what came so far is handed over, then iteration ends."""


def source_fault(source: Source, error: Exception) -> SensorError:
    """Make one sentence of what a source raised but may not; its traceback is logged, as debugging."""
    fault = module_fault(f"the source of {source.name} to give samples, or to say in its words what failed", error)
    fault.__cause__ = error
    return fault
