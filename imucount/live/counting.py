"""Count live: a source, a counter and a recorder brought together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from imucount.counter import Progress, RepCounter
from imucount.errors import ImucountError, RecordingError
from imucount.live.recorder import Recorder
from imucount.reps import Rep
from imucount.samples import Samples
from imucount.sets import Session
from imucount.sources.source import Notice, Source

__all__ = ["LiveUpdate", "Moment", "count_live", "watch"]

TICK_S = 0.25
"""A display that tells a rest, or that the link was lost, is renewed at least so often, s."""


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
    """

    now_s: float
    reps: tuple[Rep, ...]
    progress: Progress
    notices: tuple[Notice, ...] = ()
    error: ImucountError | None = None


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

    n_notices = 0
    host_s = asyncio.get_running_loop().time
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
                if error is not None:
                    raise error
                coming = asyncio.ensure_future(anext(pieces))
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration, ImucountError):
            await coming


async def count_live(
    source: Source,
    counter: RepCounter,
    *,
    recorder: Recorder | None = None,
    on_update: Callable[[LiveUpdate], None] | None = None,
) -> Session:
    """Count what an open source gives until it ends, fails or is stopped.

    Cancelling the task stops it: its result is the session so far then, as it is if the link is lost for good.
    Counting the recording gives the same reps, sets and gaps.

    Parameters
    ----------
    source : Source
        Open, as within its `async with`.
    counter : RepCounter
        A new one.
    recorder : Recorder, optional
        Gets the samples, too, and is closed in the end. If it fails, the count goes on and the session says so.
    on_update : callable, optional
        Called with a `LiveUpdate` as samples come, at least four times a second, and once in the end.

    Returns
    -------
    Session
        Its warnings tell the drops and whatever else the source had to say.

    Raises
    ------
    SampleError
        If the samples cannot be a worn sensor's in SI units from the beginning on.
    """
    import asyncio

    tell = on_update or (lambda update: None)
    error: ImucountError | None = None
    warnings: list[str] = []
    now_s = 0.0
    n_told = 0
    recording = _Recording(recorder)
    try:
        async with aclosing(watch(source)) as moments:
            async for moment in moments:
                now_s = moment.now_s
                failed = recording.take(moment)
                warnings += [notice.text for notice in failed]
                reps = [] if moment.samples is None else counter.update(moment.samples)
                n_told += len(reps)
                tell(LiveUpdate(now_s, tuple(reps), counter.progress, (*moment.notices, *failed)))
    except asyncio.CancelledError:
        _take_back_cancelling()
    except ImucountError as caught:
        error = caught
        warnings.append(f"The stream ended early: {caught}")
    finally:
        failed = recording.close(now_s, warnings)
    session = counter.finish()
    warnings += [notice.text for notice in failed]
    tell(LiveUpdate(now_s, session.reps[n_told:], counter.progress, failed, error))
    return replace(
        session,
        warnings=(*source.warnings, *warnings, *session.warnings),
        provenance=session.provenance.of(source.metadata),
    )


class _Recording:
    """A recorder that may be absent, and that may fail without ending the count."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder

    def take(self, moment: Moment) -> tuple[Notice, ...]:
        """Record what came; tell if that failed."""
        if self._recorder is None:
            return ()
        try:
            for notice in moment.notices:
                self._recorder.note(notice)
            if moment.samples is not None:
                self._recorder.append(moment.samples)
        except RecordingError as error:
            self.close(moment.now_s)
            return _failed(moment.now_s, error)
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


def _failed(now_s: float, error: RecordingError) -> tuple[Notice, ...]:
    return (Notice(now_s, "recording", f"The recording ends here, the count goes on: {error}."),)


def _take_back_cancelling() -> None:
    """Let what follows in this task, such as closing the source, run undisturbed."""
    import asyncio

    task = asyncio.current_task()
    assert task is not None  # only a task is cancelled
    task.uncancel()
