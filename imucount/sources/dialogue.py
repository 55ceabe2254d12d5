"""Does over a connection what a sensor's dialogue asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from imucount.errors import DisconnectedError, ImucountError, SensorError
from imucount.sensors.sensor import (
    Action,
    Ask,
    Dialogue,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
    module_fault,
)
from imucount.sources.radio import Connection

__all__ = ["Conversation", "Notification"]


@dataclass(frozen=True, slots=True)
class Notification:
    """What a device told by itself.

    Attributes
    ----------
    arrival_s : float
        When it came, s, on the conversation's clock.
    characteristic : str
    data : bytes
    """

    arrival_s: float
    characteristic: str
    data: bytes


class Conversation:
    """What is said over one connection: dialogues, one at a time, and what the device notifies of meanwhile.

    Parameters
    ----------
    action_s : float
        How long the device may take for an action, s; an `Ask` brings its own time for the answer.
    clock : callable
        Tells the time, s.

    Attributes
    ----------
    inbox : asyncio.Queue of Notification or None
        Every notification that answers no `Ask`, without end; None once the link is lost.
    """

    def __init__(self, action_s: float, clock: Callable[[], float]) -> None:
        self.inbox: asyncio.Queue[Notification | None] = asyncio.Queue()
        self._action_s = action_s
        self._clock = clock
        self._subscribed: list[str] = []
        self._asked: tuple[Ask, asyncio.Future[bytes]] | None = None
        self._lost = False
        self._closed = False

    def begin(self, connection: Connection) -> None:
        """Give the connection, once it is there."""
        self._connection = connection

    def lose(self) -> None:
        """Tell that the link was lost: nothing is waited for any longer."""
        self._lost = True
        self.inbox.put_nowait(None)
        if self._asked is not None and not self._asked[1].done():
            self._asked[1].set_exception(_lost())

    async def hold(self, dialogue: Dialogue) -> None:
        """Do a dialogue's actions, one after the other.

        Raises
        ------
        SensorError
            If an action was refused, or not done in time, and the dialogue let it stand.
        DisconnectedError
            If the link was lost. The dialogue is not asked.
        """
        answer: bytes | None = None
        refused: SensorError | None = None
        try:
            while True:
                try:
                    action = dialogue.send(answer) if refused is None else dialogue.throw(refused)
                except StopIteration:
                    return
                except ImucountError:
                    raise
                except Exception as error:
                    name = getattr(dialogue, "__qualname__", "the sensor's dialogue")
                    raise module_fault(f"{name} to say what is to be done", error) from error
                answer = refused = None
                try:
                    answer = await self.do(action)
                except SensorError as error:
                    if self._lost:
                        raise _lost() from error
                    refused = error
        finally:
            with suppress(RuntimeError):  # a dialogue that would go on all the same
                dialogue.close()

    async def close(self) -> None:
        """End the notifications that no dialogue has ended, and pass on no more."""
        self._closed = True
        for characteristic in tuple(self._subscribed):
            with suppress(SensorError):
                await self.do(Unsubscribe(characteristic))

    async def do(self, action: Action) -> bytes | None:
        """Do one action; gives the bytes of a `Read` or `Ask`.

        Raises
        ------
        SensorError
            If it was refused, or not done in time.
        DisconnectedError
        """
        if self._lost:
            raise _lost()
        match action:
            case Pause():
                await asyncio.sleep(action.duration_s)
            case Read():
                async with _within(self._action_s, action):
                    return await self._connection.read(action.characteristic)
            case Write():
                async with _within(self._action_s, action):
                    await self._connection.write(action.characteristic, action.data, action.response)
            case Ask():
                return await self._ask(action)
            case Subscribe() if action.characteristic not in self._subscribed:
                notified = partial(self._notified, action.characteristic)
                async with _within(self._action_s, action):
                    await self._connection.subscribe(action.characteristic, notified)
                self._subscribed.append(action.characteristic)
            case Unsubscribe() if action.characteristic in self._subscribed:
                self._subscribed.remove(action.characteristic)
                async with _within(self._action_s, action):
                    await self._connection.unsubscribe(action.characteristic)
        return None

    async def _ask(self, ask: Ask) -> bytes:
        answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked = ask, answered  # before the write: the answer may overtake its confirmation
        try:
            async with _within(self._action_s, ask):
                await self._connection.write(ask.characteristic, ask.data, ask.response)
            async with _within(ask.timeout_s, ask):
                return await answered
        finally:
            self._asked = None
            if answered.done() and not answered.cancelled():
                answered.exception()  # asked for, so that one that nobody awaits any longer is not complained of

    def _notified(self, characteristic: str, data: bytes) -> None:
        arrival_s = self._clock()  # before anything else
        if self._asked is not None:
            ask, answered = self._asked
            if characteristic == ask.answers and not answered.done():
                try:
                    accepted = ask.accept(data)
                except Exception as error:  # here the radio would swallow it
                    fault = module_fault(f"the acceptor of {ask.data!r} to tell an answer", error)
                    fault.__cause__ = error
                    answered.set_exception(fault)
                    return
                if accepted:
                    answered.set_result(data)
                    return
        if not self._closed:
            self.inbox.put_nowait(Notification(arrival_s, characteristic, data))


@asynccontextmanager
async def _within(timeout_s: float, action: Action) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise SensorError(
            f"expected the sensor to answer within {timeout_s:g} s, got nothing to {action!r}; is it at the edge "
            "of reach, or busy with another program?"
        ) from error


def _lost() -> DisconnectedError:
    return DisconnectedError("the link was lost")
