"""Showing: something that changes, shown to any number of screens as scenes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal

from imucount.coach.scene import Link, Scene

if TYPE_CHECKING:
    import asyncio

    from imucount.counter import Progress
    from imucount.reps import Rep
    from imucount.samples import Samples
    from imucount.sources.source import Notice

__all__ = ["Action", "Showing"]

Action = Literal["confirm", "add", "undo", "skip", "end", "quit"]
"""What a person may ask for: the set-up is done, one more, one less, no more rest, the set is over, all is."""

NEWS_S = 10.0
"""What a source had to say is shown for so long, s."""

LASTING = ("battery", "recording", "display")
"""Kinds of notices of what holds on."""


class Showing(ABC):
    """A live count as screens see it.

    Attributes
    ----------
    stop : asyncio.Event
        Set when the person asks to end it all.
    """

    def __init__(self) -> None:
        import asyncio  # slow to import, and not needed to count recordings

        self.stop: asyncio.Event = asyncio.Event()
        self._changed = asyncio.Event()
        self._version = 0
        self._is_over = False
        self._now_s = 0.0
        self._phase: float | None = None
        self._provisional = 0
        self._news: Notice | None = None
        self._lasting: Notice | None = None
        self._link: Link = ""

    @property
    @abstractmethod
    def scene(self) -> Scene:
        """What is to be shown now."""

    @abstractmethod
    def act(self, action: Action) -> None:
        """Do what the person asks for.

        Raises
        ------
        ProgrammeError
            If there is no such action.
        """

    @property
    def notice(self) -> str:
        """What the source had to say of late, or what holds; empty for nothing."""
        if self._news is not None and self._now_s < self._news.time_s + NEWS_S:
            return self._news.text
        return "" if self._lasting is None else self._lasting.text

    @abstractmethod
    def update(
        self,
        now_s: float,
        reps: Sequence[Rep],
        progress: Progress,
        notices: Sequence[Notice] = (),
        samples: Samples | None = None,
    ) -> None:
        """Take what a live count tells, as a `LiveUpdate` has it."""

    def finish(self) -> None:
        """Tell those who watch that nothing more comes."""
        self._is_over = True
        self._publish()

    async def scenes(self) -> AsyncIterator[Scene]:
        """Give the scene now, and anew whenever it changes; who is slow misses what was in between."""
        seen = -1
        while True:
            if seen == self._version:
                await self._changed.wait()
            seen = self._version
            scene = self.scene
            yield scene
            if scene.is_over:
                return

    def _take(self, now_s: float, progress: Progress, notices: Sequence[Notice]) -> None:
        self._now_s = now_s
        self._phase, self._provisional = progress.phase, progress.provisional
        for notice in notices:
            if notice.kind in ("dropped", "silent"):
                self._link = "lost"
            elif notice.kind in ("connected", "reconnected"):
                self._link = ""
            if notice.kind in LASTING:
                self._lasting = notice
            elif notice.kind != "connected":
                self._news = notice

    def _publish(self) -> None:
        import asyncio

        self._version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
