"""Showing: something that changes, shown to any number of screens as scenes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal, get_args

from imucount.coach.guide import CueKind
from imucount.coach.scene import Link, Said, Scene
from imucount.errors import ProgrammeError
from imucount.form import FormMeter

if TYPE_CHECKING:
    import asyncio

    from imucount.counter import Progress
    from imucount.reps import Rep
    from imucount.samples import Samples
    from imucount.sets import Side
    from imucount.sources.source import Notice

__all__ = ["Action", "Showing"]

Action = Literal["confirm", "add", "undo", "skip", "end", "quit"]
"""What a person may ask for: the set-up is done, one more, one less, no more rest, the set is over, all is."""

NEWS_S = 10.0
"""What a source had to say is shown for so long, s."""

REMEMBERED = 12
"""So many of the latest cues stay in a scene, for a screen that missed the scene before."""

LASTING = ("battery", "recording", "display")
"""Kinds of notices of what holds on."""


class Showing(ABC):
    """A live count as screens see it.

    Parameters
    ----------
    side : {"left", "right"}, optional
        The shoulder that wears the clip.
    title : str, optional
        What to call the clip.

    Attributes
    ----------
    stop : asyncio.Event
        Set when the person asks to end it all.
    """

    def __init__(self, side: Side | None = None, title: str = "") -> None:
        import asyncio  # slow to import, and not needed to count recordings

        self.title = title
        self.stop: asyncio.Event = asyncio.Event()
        self._changed = asyncio.Event()
        self._version = 0
        self._is_over = False
        self._doing = ""
        self._now_s = 0.0
        self._phase: float | None = None
        self._provisional = 0
        self._news: Notice | None = None
        self._lasting: Notice | None = None
        self._link: Link = ""
        self._meter = FormMeter(side)
        self._said: tuple[Said, ...] = ()

    @property
    def side(self) -> Side | None:
        """The shoulder that wears the clip."""
        return self._meter.side

    def wear(self, side: Side | None) -> None:
        """Take it that the clip is on this shoulder, which may be known only once it is connected."""
        self._meter.side = side

    @property
    @abstractmethod
    def scene(self) -> Scene:
        """What is to be shown now."""

    def act(self, action: Action) -> None:
        """Do what the person asks for.

        Raises
        ------
        ProgrammeError
            If there is no such action.
        """
        if action not in get_args(Action):
            raise ProgrammeError(f"expected {' or '.join(get_args(Action))}, got {str(action)[:40]!r}")
        if action == "quit":
            self.stop.set()
        self._do(action)

    @property
    def notice(self) -> str:
        """What is being done before samples come, what the source had to say of late, or what holds."""
        if self._doing:
            return self._doing
        if self._news is not None and self._now_s < self._news.time_s + NEWS_S:
            return self._news.text
        return "" if self._lasting is None else self._lasting.text

    def update(
        self,
        now_s: float,
        reps: Sequence[Rep],
        progress: Progress,
        notices: Sequence[Notice] = (),
        samples: Samples | None = None,
    ) -> None:
        """Take what a live count tells, as a `LiveUpdate` has it."""
        self._doing = ""
        self._now_s = now_s
        self._phase, self._provisional = progress.phase, progress.provisional
        for notice in notices:
            self._notice(notice)
        if samples is not None:
            self._meter.update(samples)
        self._count(reps)

    def work(self, doing: str) -> None:
        """Tell what is being done, which holds until the next update."""
        self._doing = doing
        self._publish()

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

    @abstractmethod
    def _count(self, reps: Sequence[Rep]) -> None:
        """Take the circles that became certain, if any did, and show how it stands."""

    def _notice(self, notice: Notice) -> None:
        if notice.kind in ("dropped", "silent"):
            self._link = "lost"
        elif notice.kind in ("connected", "reconnected"):
            self._link = ""
        if notice.kind in LASTING:
            self._lasting = notice
        elif notice.kind != "connected":
            self._news = notice

    @abstractmethod
    def _do(self, action: Action) -> None:
        """Do it, if there is anything to do besides ending it all."""

    def _say(self, kind: CueKind, text: str) -> None:
        number = self._said[-1].number + 1 if self._said else 1
        self._said = (*self._said, Said(number, kind, text))[-REMEMBERED:]

    def _publish(self) -> None:
        import asyncio

        self._version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
