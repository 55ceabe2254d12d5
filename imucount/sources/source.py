"""Source: where samples come from as they are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from imucount.samples import Samples
from imucount.sets import Side

__all__ = ["Notice", "NoticeKind", "Source"]

NoticeKind = Literal[
    "connected",
    "dropped",
    "reconnected",
    "silent",
    "battery",
    "signal",
    "packets",
    "clock",
    "recording",  # of the file that is written of the source; no source tells it
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
        What a recording's header should say, once it is open.
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
        """Give the samples as they come; ends with the stream."""
