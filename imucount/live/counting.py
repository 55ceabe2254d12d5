"""Count live: a source, a counter and a recorder brought together."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from imucount.axis_map import axes_told
from imucount.counter import Progress, RepCounter
from imucount.errors import CountingError, ImucountError, RecordingError, SourceError
from imucount.live.recorder import Recorder
from imucount.outside_text import in_words
from imucount.reps import Rep
from imucount.samples import Samples
from imucount.session import Session
from imucount.sources.sleep import asleep_s
from imucount.sources.source import Notice, Source, source_fault

__all__ = ["Display", "LiveUpdate", "Moment", "count_live", "stream", "watch"]

TICK_S = 0.25
"""A display that tells a rest, or that the link was lost, is renewed at least so often, s."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """What came of a source since the last moment.

    Attributes
    ----------
    now_s : float
        The present, s on the clock of the samples. It goes on while none come.
    samples : Samples or None
    notices : tuple of Notice
    """

    now_s: float
    samples: Samples | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class LiveUpdate:
    """What a display of a live count needs to know.

    Attributes
    ----------
    now_s : float
        The present, s on the clock of the samples.
    reps : tuple of Rep
        Those that became certain since the last update.
    progress : Progress
        Of the counter.
    notices : tuple of Notice
        Since the last update.
    error : ImucountError or None
        What ended the stream, with the last update.
    start_s : float or None
        Time of the first sample, s; None before it came.
    samples : Samples or None
        Those that came since the last update.
    session : Session or None
        The whole of it, with the last update.
    """

    now_s: float
    reps: tuple[Rep, ...]
    progress: Progress
    notices: tuple[Notice, ...] = ()
    error: ImucountError | None = None
    start_s: float | None = None
    samples: Samples | None = None
    session: Session | None = None


async def watch(source: Source, tick_s: float = TICK_S) -> AsyncGenerator[Moment, None]:
    """Tell what comes of an open source, and four times a second that nothing came.

    Parameters
    ----------
    source : Source
    tick_s : float, default 0.25
        The longest time between two moments, s.

    Raises
    ------
    ImucountError
        As the source does, after a moment with its last notices.
    """
    import asyncio  # slow to import, and not needed to count recordings

    loop = asyncio.get_running_loop()

    def host_s() -> float:
        return loop.time() + asleep_s()

    n_notices = 0
    now_s, came_s = 0.0, host_s()
    pieces = aiter(source)
    coming = asyncio.ensure_future(anext(pieces))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=tick_s)
            samples = coming.result() if done and coming.exception() is None else None
            if samples:
                now_s, came_s = float(samples.t[-1]), host_s()
            notices = tuple(source.notices[n_notices:])
            n_notices += len(notices)
            yield Moment(now_s + (0.0 if samples else host_s() - came_s), samples, notices)
            if done:  # as it was before others ran
                error = coming.exception()
                if isinstance(error, StopAsyncIteration):
                    return
                if isinstance(error, Exception) and not isinstance(error, ImucountError):
                    raise source_fault(source, error)
                if error is not None:
                    raise error
                coming = asyncio.ensure_future(anext(pieces))
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        if not coming.cancelled():
            coming.exception()  # asked for, so that one that came meanwhile is not complained of


async def count_live(
    source: Source,
    counter: RepCounter,
    *,
    recorder: Recorder | None = None,
    on_update: Callable[[LiveUpdate], Awaitable[None] | None] | None = None,
) -> Session:
    """Count what an open source gives until it ends, fails or is stopped.

    `source.stop()` ends it with the session so far, as losing the link for good does. Cancelling the task, as
    `asyncio.timeout` does, ends it without a result; the counter outlives it, and its `finish` gives the session.
    Counting the recording gives the same reps, sets and gaps.

    Parameters
    ----------
    source : Source
        Open, as within its `async with`, and not read to its end.
    counter : RepCounter
        A new one.
    recorder : Recorder, optional
        Gets the samples, too, and is closed in the end, also when cancelled. If it fails, the count goes on and
        the session says so.
    on_update : callable, optional
        Called with a `LiveUpdate` as samples come, at least four times a second, and once in the end; what it
        gives is awaited if it can be. If it fails, the count goes on and the session says so.

    Returns
    -------
    Session
        Its warnings tell the drops and whatever else the source had to say.

    Raises
    ------
    SampleError
        If the samples cannot be a worn sensor's in SI units from the beginning on.
    SourceError
        If the source is not open, or was read to its end before.
    CountingError
        If the counter has been finished before.

    Notes
    -----
    Nothing slow is imported meanwhile, so that the event loop goes on serving the radio.

    Examples
    --------
    Stop it, here once three circles are certain, and have the session so far:

    >>> import asyncio
    >>> from imucount import RepCounter, count_live, open_source
    >>> async def three_circles():
    ...     async with open_source("sim:forward", speed=8) as source:
    ...
    ...         def update(now):
    ...             if now.progress.reps >= 3:
    ...                 source.stop()  # as a button or a timer may, anywhere on this event loop
    ...
    ...         return await count_live(source, RepCounter(source.side), on_update=update)
    >>> len(asyncio.run(three_circles()).reps) >= 3
    True

    Where the task is cancelled, the counter still has what came:

    >>> async def for_half_a_second():
    ...     async with open_source("sim:forward") as source:
    ...         counter = RepCounter(source.side)
    ...         try:
    ...             async with asyncio.timeout(0.5):
    ...                 return await count_live(source, counter)
    ...         except TimeoutError:
    ...             return counter.finish()
    >>> asyncio.run(for_half_a_second()).side
    'right'
    """
    live, display = _Live(source, counter, recorder), Display(on_update)
    async with aclosing(live.updates()) as updates:
        async for update in updates:
            live.tell(await display.show(update), update.now_s)
    return live.session


async def stream(
    source: Source, counter: RepCounter, *, recorder: Recorder | None = None
) -> AsyncGenerator[LiveUpdate, None]:
    """Count what a source gives, and hand over what is new as it comes.

    `source.stop()` ends it with the session so far. Leaving the loop early ends it without a session; the counter
    outlives it, and its `finish` gives the session, as of `count_live`, which is this loop with a display.

    Parameters
    ----------
    source : Source
        Open, as within its `async with`, and not read to its end.
    counter, recorder
        As of `count_live`.

    Yields
    ------
    LiveUpdate
        As samples come, and at least four times a second: reps that became certain, notices, how it stands. The
        last one has the `session`, and the `error` if one ended the stream.

    Raises
    ------
    SampleError, SourceError, CountingError
        As of `count_live`.

    Examples
    --------
    >>> import asyncio
    >>> from imucount import RepCounter, open_source, stream
    >>> async def directions():
    ...     async with open_source("csv:recordings/fast.csv", speed=0) as source:
    ...         async for update in stream(source, RepCounter(source.side)):
    ...             for rep in update.reps:
    ...                 yield rep.direction
    >>> async def main():
    ...     return [direction async for direction in directions()]
    >>> len(asyncio.run(main()))
    40
    """
    async with aclosing(_Live(source, counter, recorder).updates()) as updates:
        async for update in updates:
            yield update


class _Live:
    """A live count as it goes on, and what is to be said of it."""

    def __init__(self, source: Source, counter: RepCounter, recorder: Recorder | None) -> None:
        self._source = source
        self._counter = counter
        self._recording = _Recording(recorder)
        self._ours: list[Notice] = []  # of the recording and the display
        self._n_shown = 0
        self._ended: tuple[str, ...] = ()
        self._counted: Session | None = None

    async def updates(self) -> AsyncGenerator[LiveUpdate, None]:
        """Count until the source ends, fails or is stopped; the last update has the session."""
        self._counter.taken_axes = axes_told(self._source.metadata)
        error: ImucountError | None = None
        now_s, start_s = 0.0, None
        told: list[Rep] = []
        try:
            async with aclosing(watch(self._source)) as moments:
                async for moment in moments:
                    now_s = moment.now_s
                    if start_s is None and moment.samples:
                        start_s = float(moment.samples.t[0])
                    self._ours += self._recording.take(moment)
                    reps = [] if moment.samples is None else self._counter.update(moment.samples)
                    told += reps
                    yield LiveUpdate(
                        now_s,
                        tuple(reps),
                        self._counter.progress,
                        (*moment.notices, *self._untold_notices()),
                        start_s=start_s,
                        samples=moment.samples,
                    )
        except (SourceError, CountingError):
            raise  # of who calls, not of what comes
        except ImucountError as caught:
            error = caught
        finally:
            self._ended = () if error is None else (f"The stream ended early: {error}",)
            said = [*(notice.text for notice in self._ours), *self._ended]
            self._ours += self._recording.close(now_s, said)
        self._counted = self._counter.finish()
        yield LiveUpdate(
            now_s,
            _untold(self._counted.reps, told),
            self._counter.progress,
            self._untold_notices(),
            error=error,
            start_s=start_s,
            session=self.session,
        )

    def tell(self, notices: Sequence[Notice], now_s: float) -> None:
        """Have it said in the session, and in the recording, what happened to what shows how it stands."""
        self._ours += (*notices, *self._recording.note(notices, now_s))

    @property
    def session(self) -> Session:
        """What was counted, with what the source and the recording had to say."""
        assert self._counted is not None, "of a count that has ended"
        told = (notice.text for notice in self._ours)
        return replace(
            self._counted,
            warnings=(*self._source.warnings, *told, *self._ended, *self._counted.warnings),
            provenance=self._counted.provenance.of(self._source.metadata),
        )

    def _untold_notices(self) -> tuple[Notice, ...]:
        new = tuple(self._ours[self._n_shown :])
        self._n_shown = len(self._ours)
        return new


def _untold(reps: tuple[Rep, ...], told: Sequence[Rep]) -> tuple[Rep, ...]:
    """Reps of a session that were not told: where those that were are not the session's, the later ones."""
    if reps[: len(told)] == tuple(told):
        return reps[len(told) :]
    return tuple(rep for rep in reps if rep.start_s >= told[-1].end_s)


class _Recording:
    """A recorder that may be absent, and that may fail without ending the count."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._n_notices = 0

    def take(self, moment: Moment) -> tuple[Notice, ...]:
        """Record what came; tell what happened to the file."""
        told = self.note(moment.notices, moment.now_s)
        recorder = self._recorder
        if recorder is None or moment.samples is None:
            return told
        try:
            recorder.append(moment.samples)
        except RecordingError as error:
            return (*told, *self._end(moment.now_s, error))
        happened = recorder.notices[self._n_notices :]
        self._n_notices += len(happened)
        return (*told, *happened)

    def note(self, notices: Iterable[Notice], now_s: float) -> tuple[Notice, ...]:
        """Record what is told; tell if that failed."""
        try:
            if self._recorder is not None:
                for notice in notices:
                    self._recorder.note(notice)
        except RecordingError as error:
            return self._end(now_s, error)
        return ()

    def close(self, now_s: float, warnings: Iterable[str] = ()) -> tuple[Notice, ...]:
        """Finish the file; tell if that failed."""
        recorder, self._recorder = self._recorder, None
        try:
            if recorder is not None:
                recorder.close(warnings)
        except RecordingError as error:
            return _failed(now_s, error)
        return ()

    def _end(self, now_s: float, error: RecordingError) -> tuple[Notice, ...]:
        self.close(now_s)
        return _failed(now_s, error)


def _failed(now_s: float, error: RecordingError) -> tuple[Notice, ...]:
    return (Notice(now_s, "recording", f"The recording ends here, the count goes on: {error}."),)


Shown = TypeVar("Shown", LiveUpdate, Moment)


class Display(Generic[Shown]):
    """What shows how it stands, if anything does, and may fail without ending what is shown.

    Parameters
    ----------
    show : callable or None
        What it gives is awaited if it can be.
    """

    def __init__(self, show: Callable[[Shown], Awaitable[None] | None] | None) -> None:
        self._show: Callable[[Shown], Awaitable[None] | None] | None = show
        self._has_failed = False

    async def show(self, update: Shown) -> tuple[Notice, ...]:
        """Show an update; tell if that failed for the first time."""
        if self._show is None:
            return ()
        try:
            shown = self._show(update)
            if inspect.isawaitable(shown):
                await shown
        except Exception as error:  # whatever it is, no sample is to be lost for it
            _logger.debug("expected %r to show how it stands", self._show, exc_info=error)
            if not self._has_failed:
                self._has_failed = True
                text = f"What shows how it stands has failed, all else goes on: {in_words(error)}."
                return (Notice(update.now_s, "display", text),)
        return ()
