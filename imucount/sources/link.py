"""SensorSource: the samples of one sensor over one radio, held through drops."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from imucount.axis_map import AXES_KEYS, axes_told, mapped
from imucount.errors import DeviceError, DisconnectedError, ImucountError, SensorError, SourceError
from imucount.packets.packet_stream import PacketProblems, PacketStream
from imucount.samples import Samples
from imucount.sensors import sensor_faults
from imucount.sensors.sensor import Sensor
from imucount.sets import Side
from imucount.sources.battery import read_battery_level
from imucount.sources.dialogue import Conversation, Notification
from imucount.sources.doubled import Doubled
from imucount.sources.finding import find, meant
from imucount.sources.nearby import Nearby
from imucount.sources.radio import Connection, Radio
from imucount.sources.sleep import asleep_s
from imucount.sources.source import USED_UP, Notice, NoticeKind, source_fault

__all__ = ["Patience", "SensorSource"]

LOW_BATTERY_PERCENT = (20.0, 10.0, 5.0)
"""A user is told once at each of them."""

WEAK_SIGNAL_DBM = -85
"""From here on links begin to drop: receivers of the kind used in clips lose packets at -90 to -95 dBm."""

SLEPT_S = 1.0
"""A shorter sleep of the computer is none: nothing is read from two clocks at the same moment."""

TOLD: tuple[NoticeKind, ...] = ("battery", "signal", "packets", "clock", "addon")
"""Kinds of notices that a session should tell, too."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the link waits, s. While the computer sleeps, its patience does not run out.

    Attributes
    ----------
    find_s : float
        For the sensor to be heard. Sensors that save power advertise once in 1 to 2 s, and not all is heard.
    connect_s : float
        For a connection.
    connect_attempts : int
        How often connecting is tried before the source is open.
    action_s : float
        For each command, and for the battery's level.
    silence_s : float
        Without a notification, beyond the sensor's own latency, until the link is taken for dead. A link that is
        alive may be silent for its supervision timeout, which is up to 4 to 6 s in sensors, and then tells all.
    stop_s : float
        For the commands that leave the sensor as it was found.
    give_up_s : float
        Without a sample, until the sensor is given up; the attempt that goes on then is the last.
    backoff_s, longest_backoff_s : float
        Before the first attempt to connect again, and at most before a later one; doubled in between, and cut by
        up to a half at random, so that two clips do not disturb each other forever.
    battery_every_s : float
        Between two looks at the battery.
    """

    find_s: float = 10.0
    connect_s: float = 20.0
    connect_attempts: int = 3
    action_s: float = 10.0
    silence_s: float = 5.0
    stop_s: float = 5.0
    give_up_s: float = 120.0
    backoff_s: float = 0.5
    longest_backoff_s: float = 8.0
    battery_every_s: float = 300.0


@dataclass(frozen=True, slots=True)
class _End:
    error: ImucountError | None


class _SilentError(DisconnectedError):
    """Nothing came for too long, though the link did not tell that it was lost."""


class SensorSource:
    """A source of the samples of one sensor: found, connected, started, and connected again when it is lost.

    Samples wait until they are asked for; none is dropped however long that takes. Where the link was lost, they
    have a gap. Before an error ends the stream, all that came is handed over.

    Parameters
    ----------
    radio : Radio
    wanted : str, default ""
        The sensor's name or address, or the key of its kind; "" is any known sensor.
    side : {"left", "right"}, optional
        The shoulder that wears it; by default what the sensor says, if it does.
    rate_hz : float, optional
        Rate to ask for; the nearest that the sensor has is taken.
    sensor : type of Sensor, optional
        Its kind, where that is known better than it advertises.
    origin_s : float, optional
        The `time.monotonic` at which sample time is 0, for several sources on one clock; by default it is when
        the source is opened.
    patience : Patience, optional
    clock : callable, optional
        What tells the time, s; that of the event loop by default.
    gyr_axes, acc_axes : str, optional
        Which of the sensor's axes each axis x, y, z is taken from, such as "y,-x,z"; over what its kind says.
    metadata : mapping of str to str, optional
        What a recording's header should say besides what the sensor tells.
    asleep : callable, optional
        What tells how long that clock stood still because the computer slept, s. By default the computer does.

    Attributes
    ----------
    name, side, has_gyroscope, sampling_rate_hz, metadata, origin_utc, doing, notices
        As of `Source`.
    battery_percent : float or None
        As last told.

    Raises
    ------
    BluetoothError, DeviceNotFoundError, SensorError, DisconnectedError
        On opening, and `SourceError` on opening twice. Once open, `SensorError` if nothing of what the sensor
        sends can be read; once it has streamed, only `DisconnectedError`: after `Patience.give_up_s`.
    """

    def __init__(
        self,
        radio: Radio,
        wanted: str = "",
        *,
        side: Side | None = None,
        rate_hz: float | None = None,
        sensor: type[Sensor] | None = None,
        origin_s: float | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] | None = None,
        gyr_axes: str | None = None,
        acc_axes: str | None = None,
        metadata: Mapping[str, str] | None = None,
        asleep: Callable[[], float] = asleep_s,
    ) -> None:
        self.name = wanted or "sensor"
        self.side = side
        self.has_gyroscope = True
        self.sampling_rate_hz: float | None = None
        self.metadata = dict(metadata or {})
        self.origin_utc: datetime | None = None
        self.doing = ""
        self.notices: list[Notice] = []
        self.battery_percent: float | None = None
        self._radio = radio
        self._wanted = wanted
        self._rate_hz = rate_hz
        self._kind = sensor
        self._axes = axes_told({"gyr_axes": gyr_axes, "acc_axes": acc_axes})
        self._origin_s = origin_s
        self._patience = Patience() if patience is None else patience
        self._clock = clock
        self._asleep = asleep if clock is None else _awake_s
        self._asleep_before_s = self._asleep()
        self._slept_s = 0.0
        self._samples: asyncio.Queue[Samples | _End] = asyncio.Queue()
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._ended = self._used_up = False
        self._found: dict[str, bytes] = {}
        self._stream: PacketStream | None = None
        self._doubled = Doubled()
        self._is_lost = self._is_fault_told = False
        self._last_t: float | None = None
        self._handed_over_s = 0.0
        self._drops = 0
        self._told_percent = 100.0

    # What a user calls

    async def __aenter__(self) -> Self:
        """Find the sensor, connect, start the stream."""
        if self._task is not None:
            raise SourceError("expected a source that was not opened yet, got one that was; make another one")
        if self._clock is None:
            self._clock = asyncio.get_running_loop().time  # time.monotonic, but for loops of tests
        if self._origin_s is None:
            self._origin_s, self._asleep_before_s = self._clock(), self._asleep()
        self._task = asyncio.create_task(self._run())
        opened = asyncio.create_task(self._opened.wait())
        try:
            await asyncio.wait({self._task, opened}, return_when=asyncio.FIRST_COMPLETED)
            if not self._opened.is_set():
                end = self._samples.get_nowait()
                assert isinstance(end, _End)
                raise end.error or DisconnectedError("stopped before the sensor was connected")
        except BaseException:
            await self.__aexit__()
            raise
        finally:
            opened.cancel()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop the stream and leave the sensor as it was found, even when cancelled meanwhile."""
        task = self._task
        assert task is not None
        self.stop()
        cancelled: asyncio.CancelledError | None = None
        while not task.done():  # it ends: all that it waits for has a time
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as again:
                cancelled = again
                task.cancel()  # cuts the commands to the sensor short, not the disconnection
        if cancelled is not None:
            raise cancelled

    async def __aiter__(self) -> AsyncGenerator[Samples, None]:
        """Give the samples as they come; ends after `stop`. Whoever asks again then is told so."""
        if self._task is None:
            raise SourceError("expected an open source; say `async with source:` first")
        if self._used_up:
            raise SourceError(USED_UP)
        while True:
            item = await self._samples.get()
            if isinstance(item, _End):
                self._used_up = True
                if item.error is not None:
                    raise item.error
                return
            yield item

    def stop(self) -> None:
        """Ask for the end: what came so far is handed over, then iteration ends."""
        if self._task is not None and not self._stopping:
            self._stopping = True
            self._task.cancel()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a session should say of the source, a sentence each."""
        said = [notice.text for notice in self.notices if notice.kind in TOLD]
        if self._drops:
            said.append(
                f"The link to {self.name} was lost {_times(self._drops)}; what was done meanwhile is missing."
            )
        if self._stream is not None and self._stream.problems != PacketProblems():
            said.append(f"Of what {self.name} sent, {self._stream.problems}.")
        if (
            self._stream is not None
            and self._stream.quality is not None
            and self._stream.quality.kind == "arrival"
        ):
            said.append(str(self._stream.quality))
        return tuple(said)

    @property
    def summary(self) -> dict[str, str]:
        """What a recording should say of the link in its end: how good the time is, and what was lost."""
        if self._stream is None or self._stream.quality is None:
            return {}
        return {"time": str(self._stream.quality), "packets": str(self._stream.problems)}

    # One task from the first search to the last disconnection

    async def _run(self) -> None:
        error: ImucountError | None = None
        try:
            await self._follow()
        except asyncio.CancelledError:
            pass  # asked for, by `stop`
        except ImucountError as raised:
            error = raised
        except Exception as raised:  # of a radio that another package brings, or of ours
            error = source_fault(self, raised)
        finally:
            self._end(error)

    async def _follow(self) -> None:
        """Connect, and again whenever the link is lost."""
        wanted, kind = self._wanted, self._kind
        attempts = 0
        backoff_s = self._patience.backoff_s
        while not self._stopping:
            began_s = self._waited_s()
            try:
                async with AsyncExitStack() as stack:
                    conversation = Conversation(self._patience.action_s, self._now_s)
                    async with self._radio.turn():
                        # Before every connection: a device that is not heard would be waited for much longer.
                        self.doing = f"looking for {meant(self._wanted, self._kind)}"
                        nearby = await find(self._radio, wanted, kind, self._patience.find_s)
                        self._tell_of_faults()
                        self.doing = f"connecting to {nearby.found.advertisement.name or nearby.found.address}"
                        connection = await stack.enter_async_context(
                            self._radio.connect(nearby.found.address, conversation.lose, self._patience.connect_s)
                        )
                    conversation.begin(connection)
                    wanted, kind = nearby.found.address, nearby.sensor
                    self.name = nearby.found.advertisement.name or nearby.found.address
                    await self._talk(nearby, connection, conversation)
            except DeviceError as error:
                attempts += 1
                self._lose("silent" if isinstance(error, _SilentError) else "dropped", str(error))
                if not self._opened.is_set():
                    if not isinstance(error, DisconnectedError) or attempts >= self._patience.connect_attempts:
                        raise
                elif self._last_t is None and not isinstance(error, DisconnectedError):
                    raise  # a sensor that never gave a sample will not give one later
                elif self._waited_s() - self._handed_over_s > self._patience.give_up_s:
                    raise DisconnectedError(
                        f"expected {self.name} back within {self._patience.give_up_s:g} s, got: {error}; is it "
                        "charged and near? All samples up to then are there"
                    ) from error
            if self._handed_over_s > began_s:
                backoff_s = self._patience.backoff_s
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1.0))
            backoff_s = min(2.0 * backoff_s, self._patience.longest_backoff_s)

    async def _talk(self, nearby: Nearby, connection: Connection, conversation: Conversation) -> None:
        """Start the sensor and hand over its samples, until the link is lost, which is a DisconnectedError."""
        assert nearby.sensor is not None
        _check_services(nearby, connection)
        sensor = nearby.sensor(self._rate_hz)
        sensor.found = self._found  # after a drop a sensor has what was set here, not what it was found with
        try:
            await conversation.hold(sensor.start())
            await self._look_at_battery(sensor, connection)
            self._begin(nearby, sensor)
            try:
                await self._pump(sensor, connection, conversation)
            finally:
                self._hand_over_the_rest(conversation)
        except DisconnectedError:
            raise  # there is nobody left to be told to stop
        except BaseException:
            # If it fails, the disconnection that follows ends the notifications in any case.
            with suppress(TimeoutError, DeviceError):
                async with asyncio.timeout(self._patience.stop_s):
                    await conversation.hold(sensor.stop())
                    await conversation.close()
            raise

    def _begin(self, nearby: Nearby, sensor: Sensor) -> None:
        """Take note of what is known once the sensor is started."""
        found = nearby.found
        self.doing = ""
        self._doubled = Doubled()
        if self._stream is None:
            self._stream = PacketStream(sensor)
        else:
            self._hand_over(self._stream.restart(sensor))
        weak = found.rssi_dbm is not None and found.rssi_dbm <= WEAK_SIGNAL_DBM
        if weak and not any(notice.kind == "signal" for notice in self.notices):
            self._note(
                "signal",
                f"The signal of {self.name} is weak ({found.rssi_dbm} dBm); bring it nearer, nobody in between.",
            )
        if self._opened.is_set():
            return  # "reconnected" is told with the first samples
        self.side = self.side or sensor.side
        self.has_gyroscope = sensor.has_gyroscope
        self.sampling_rate_hz = sensor.rate_hz
        self.metadata |= {"sensor": sensor.key, "device": f"{self.name}, {found.address}"}
        if sensor.acc_range_g is not None:
            self.metadata["acc_range_g"] = f"{sensor.acc_range_g:g}"
        if sensor.gyr_range_dps is not None and sensor.has_gyroscope:
            self.metadata["gyr_range_dps"] = f"{sensor.gyr_range_dps:g}"
        self._axes = axes_told({"gyr_axes": sensor.gyr_axes, "acc_axes": sensor.acc_axes}) | self._axes
        self.metadata |= {AXES_KEYS[quantity]: axes.text for quantity, axes in self._axes.items()}
        self.metadata["clock"] = "device" if sensor.ticks else "counter" if sensor.counter else "arrival"
        self.origin_utc = datetime.now(UTC) - timedelta(seconds=self._now_s())
        self._note("connected", f"Connected to {nearby}.")
        self._handed_over_s = self._waited_s()
        self._opened.set()

    async def _pump(self, sensor: Sensor, connection: Connection, conversation: Conversation) -> None:
        """Hand over samples until the link is lost or silent, or nothing of what comes is a sample."""
        silence_s = self._patience.silence_s + sensor.latency_s
        unreadable_s = 2.0 * silence_s
        unread: int | None = None
        began_s = self._waited_s()
        battery_due_s = began_s + self._patience.battery_every_s
        while True:
            try:
                async with asyncio.timeout(silence_s):
                    notification = await conversation.inbox.get()
            except TimeoutError:
                if not conversation.inbox.empty():
                    continue  # the program was busy for as long, not the sensor silent
                raise _SilentError(f"{self.name} has sent nothing for {silence_s:g} s") from None
            if notification is None:
                raise DisconnectedError(f"the link to {self.name} was lost")
            self._take(notification)
            assert self._stream is not None
            if self._waited_s() - max(began_s, self._handed_over_s) <= unreadable_s:
                unread = None
            elif unread is None:  # the program may have been busy, and all may be well with what waited meanwhile
                unread = self._stream.problems.undecodable
            elif self._stream.problems.undecodable > unread:
                fault = self._stream.fault
                raise SensorError(
                    f"expected samples from {self.name}, got {unreadable_s:g} s of what cannot be read "
                    f"({self._stream.problems}); "
                    "is the connection too narrow for its packets (the computer must grant an MTU of more than "
                    "23), or its firmware of another version?"
                    if fault is None
                    else f"expected samples from {self.name}, got none for {unreadable_s:g} s: {fault}"
                ) from fault
            if self._waited_s() > battery_due_s:
                battery_due_s += self._patience.battery_every_s
                await self._look_at_battery(sensor, connection)

    def _take(self, notification: Notification) -> None:
        was_doubled = self._doubled.found
        self._read(self._doubled.update(notification))
        if self._doubled.found and not was_doubled:
            self._note("packets", f"The system hands over all that {self.name} sends twice; it is taken once.")

    def _read(self, notifications: Iterable[Notification]) -> None:
        assert self._stream is not None
        for each in notifications:
            self._hand_over(self._stream.update(each.characteristic, each.data, each.arrival_s))
        if self._stream.fault is not None and not self._is_fault_told:
            self._is_fault_told = True
            self._note("packets", f"Not all that {self.name} sends can be read: {self._stream.fault}.")

    def _hand_over_the_rest(self, conversation: Conversation) -> None:
        """Hand over what has come but was not looked at, or was held back."""
        assert self._stream is not None
        while not conversation.inbox.empty():
            notification = conversation.inbox.get_nowait()
            if notification is not None:
                with suppress(SensorError):  # of what is at its end anyhow
                    self._take(notification)
        with suppress(SensorError):
            self._read(self._doubled.finish())
        with suppress(SensorError):
            self._hand_over(self._stream.finish())
        if self._stopping:
            self._end(None)  # nobody needs to wait until the sensor has been told

    def _hand_over(self, pieces: Iterable[Samples]) -> None:
        for samples in pieces:
            self._samples.put_nowait(mapped(samples, self._axes))
            self._handed_over_s = self._waited_s()
            if self._is_lost:
                self._is_lost = False
                since = (
                    ""
                    if self._last_t is None
                    else f", without samples from {self._last_t:.1f} to {samples.t[0]:.1f} s"
                )
                self._note("reconnected", f"The link to {self.name} is back{since}.")
            self._last_t = float(samples.t[-1])

    async def _look_at_battery(self, sensor: Sensor, connection: Connection) -> None:
        percent = sensor.battery_percent
        if percent is None:
            percent = await read_battery_level(connection)
        if percent is None:
            return
        self.battery_percent = percent
        passed = [level for level in LOW_BATTERY_PERCENT if percent <= level < self._told_percent]
        if passed:
            self._told_percent = passed[-1]
            self._note("battery", f"The battery of {self.name} is at {percent:.0f} %; charge it soon.")

    def _lose(self, kind: NoticeKind, text: str) -> None:
        """Tell once that the link is lost."""
        if self._opened.is_set() and not self._is_lost:
            self._is_lost = True
            self._drops += 1
            self._note(kind, f"{text[0].upper()}{text[1:]}; connecting again.")

    def _note(self, kind: NoticeKind, text: str) -> None:
        self.notices.append(Notice(self._now_s(), kind, text))

    def _tell_of_faults(self) -> None:
        """Tell once what is wrong with sensors of other packages: one of them may be the one that is meant."""
        told = {notice.text for notice in self.notices}
        for fault in sensor_faults():
            text = f"A kind of sensor is left aside: {fault}."
            if text not in told:
                self._note("addon", text)

    def _end(self, error: ImucountError | None) -> None:
        if not self._ended:
            self._ended = True
            self._samples.put_nowait(_End(error))

    def _now_s(self) -> float:
        """Tell the time on the clock of the samples, s, which goes on while the computer sleeps."""
        slept_s = self._asleep() - self._asleep_before_s
        longer_s = slept_s - self._slept_s
        if longer_s > SLEPT_S:
            self._slept_s = slept_s
            if self._opened.is_set():
                self._note(
                    "clock", f"The computer slept for {longer_s:.0f} s; what was done meanwhile may be missing."
                )
        return self._waited_s() + self._slept_s

    def _waited_s(self) -> float:
        """Tell how long the computer was awake, s, by which patience is measured."""
        assert self._clock is not None
        assert self._origin_s is not None
        return self._clock() - self._origin_s


def _check_services(nearby: Nearby, connection: Connection) -> None:
    assert nearby.sensor is not None
    missing = set(nearby.sensor.services) - connection.services
    if missing:
        raise SensorError(
            f"expected {nearby} to have the service {', '.join(sorted(missing))}, got "
            f"{', '.join(sorted(connection.services)) or 'none'}; is it another kind of sensor, or is its "
            "firmware of another version?"
        )


def _awake_s() -> float:
    """Of a clock that is not the computer's own, nothing is known to stand still."""
    return 0.0


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
