"""Peripheral: what every sensor in software has, whatever it speaks."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, ClassVar
from uuid import UUID as LongUUID

import numpy as np
from bumble.att import ATT_Error, ErrorCode
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR

from ble.air import Air
from ble.motion import Motion
from imucount.samples import FloatArray

__all__ = ["Peripheral", "Refused", "bluetooth_uuid"]

CONNECTION_INTERVAL_S = 0.03  # what most phones and computers settle for
ADVERTISING_INTERVAL_MS = 100.0
PACKETS_AT_ONCE = 32  # computed ahead


class Refused(Exception):
    """The sensor does not take what was written."""


def bluetooth_uuid(number: int) -> str:
    """Write a UUID of the Bluetooth SIG in full."""
    return f"{number:08x}-0000-1000-8000-00805f9b34fb"


class Peripheral(ABC):
    """A sensor in software.

    It measures `motion` from the moment that it is first asked to stream, on a clock of its own, whether or not a
    link is there to send the samples. What it sends leaves at the next connection event, as over the air.

    Attributes
    ----------
    name : str
        What it advertises.
    refusals : list of str
        What it was told and did not take.
    measurements : list of list of float
        When each sample was taken, s on the motion's own clock; a list for each stream, as they began.
    silent : bool
        If set, it sends nothing of its own accord, and stays connected.
    disturb : callable
        What the air makes of a notification: none, one or several, now.

    Parameters
    ----------
    motion : Motion
    clock_error : float
        By how much its clock is fast, as a share.
    mtu : int
        The longest ATT packet that it takes.
    battery_percent : int or None
        None for a sensor without the battery service.
    """

    name: ClassVar[str]
    advertised_services: ClassVar[tuple[str, ...]] = ()
    manufacturer_data: ClassVar[bytes] = b""

    def __init__(
        self, motion: Motion, *, clock_error: float = 0.0, mtu: int = 247, battery_percent: int | None = 87
    ) -> None:
        self.motion = motion
        self.clock_error = clock_error
        self.mtu = mtu
        self.battery_percent = battery_percent
        self.refusals: list[str] = []
        self.measurements: list[list[float]] = []
        self.silent = False
        self.disturb: Callable[[bytes], Iterable[bytes]] = lambda data: (data,)
        self.sent = 0
        self._connection: Connection | None = None
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._advertisings: set[asyncio.Task[None]] = set()
        self._away = False
        self.began_s: float | None = None

    # what a sensor is

    @abstractmethod
    def services(self) -> list[Service]:
        """Make its services."""

    def disconnected(self) -> None:
        """Do what it does when the link is gone; without more, it streams no more."""
        for key in list(self._streams):
            self.end_stream(key)

    def subscribed(self, characteristic: str, on: bool) -> None:  # noqa: B027
        """Learn that a characteristic is to notify, or no longer; many sensors wait for a command besides."""

    @staticmethod
    def characteristic(
        uuid: str,
        *properties: str,
        read: Callable[[], bytes] | None = None,
        written: Callable[[bytes], Coroutine[Any, Any, None] | None] | None = None,
    ) -> Characteristic:
        """Make a characteristic; `written` raises Refused for what it does not take."""

        async def write(_: Connection, data: bytes) -> None:
            assert written is not None
            try:
                if (more := written(bytes(data))) is not None:
                    await more
            except Refused as error:
                raise ATT_Error(ErrorCode.VALUE_NOT_ALLOWED) from error

        flags = {
            "read": Characteristic.Properties.READ,
            "write": Characteristic.Properties.WRITE,
            "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
            "notify": Characteristic.Properties.NOTIFY,
            "indicate": Characteristic.Properties.INDICATE,
        }
        value = CharacteristicValue(
            read=None if read is None else lambda _: read(), write=None if written is None else write
        )
        flag = Characteristic.Properties(0)
        for each in properties:
            flag |= flags[each]
        return Characteristic(uuid, flag, Characteristic.READABLE | Characteristic.WRITEABLE, value)

    # its radio

    async def power_on(self, air: Air) -> None:
        """Begin to advertise."""
        self.device: Device = air.new_device(self.name)
        self._air = air
        services = self.services()
        if self.battery_percent is not None:
            level = self.characteristic(
                bluetooth_uuid(0x2A19), "read", "notify", read=lambda: bytes([self.battery_percent or 0])
            )
            services.append(Service(bluetooth_uuid(0x180F), [level]))
        self.device.add_services(services)
        self._characteristics = {each.uuid: each for service in services for each in service.characteristics}
        for each in self._characteristics.values():
            each.on(each.EVENT_SUBSCRIPTION, self._subscription_of(each))
        self.device.gatt_server.max_mtu = self.mtu
        self.device.on(self.device.EVENT_CONNECTION, self._connected)
        await self.device.power_on()
        await self._advertise()

    async def power_off(self) -> None:
        """Stop at once; what it streamed until then stays noted in `streams`."""
        running = [*self._streams.values(), *self._advertisings]
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @property
    def address(self) -> str:
        """What the radio of the other side calls it."""
        return str(self.device.random_address.to_string(with_type_qualifier=False))

    def advertising_data(self) -> bytes:
        """Say who it is."""
        parts = [(AdvertisingData.FLAGS, b"\x06"), (AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]
        for service in self.advertised_services:
            uuid = UUID(service)
            short = len(uuid.uuid_bytes) == 2
            kind = (
                AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
                if short
                else AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
            )
            parts.append((kind, uuid.uuid_bytes))
        if self.manufacturer_data:
            parts.append((AdvertisingData.MANUFACTURER_SPECIFIC_DATA, self.manufacturer_data))
        return bytes(AdvertisingData(parts))

    async def _advertise(self) -> None:
        await self.device.start_advertising(
            advertising_data=self.advertising_data(),
            advertising_interval_min=ADVERTISING_INTERVAL_MS,
            advertising_interval_max=ADVERTISING_INTERVAL_MS,
        )

    def _subscription_of(self, characteristic: Characteristic) -> Callable[[Connection, bool, bool], None]:
        uuid = str(LongUUID(bytes=bytes(reversed(characteristic.uuid.uuid_128_bytes))))
        return lambda _, notify, indicate: self.subscribed(uuid, notify or indicate)

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        connection.once(Connection.EVENT_DISCONNECTION, self._lost)

    def _lost(self, _reason: int) -> None:
        self._connection = None
        self.disconnected()
        if not self._away:
            advertising = asyncio.ensure_future(self._advertise())
            self._advertisings.add(advertising)
            advertising.add_done_callback(self._advertisings.discard)

    @property
    def connected(self) -> bool:
        """Whether somebody is connected to it."""
        return self._connection is not None

    async def drop(self) -> None:
        """End the connection politely, and advertise again."""
        assert self._connection is not None
        await self._connection.disconnect()

    async def vanish(self, duration_s: float, supervision_s: float = 0.7) -> None:
        """Be out of reach for a while; the other side learns it when the link's supervision ends."""
        assert self._connection is not None
        self._away = True
        peer = self._air.find_le_controller(self._connection.peer_address)
        own = self._air.find_le_controller(self.device.random_address)
        assert peer is not None
        assert own is not None
        self.silent, was_silent = True, self.silent
        await asyncio.sleep(supervision_s)
        for radio, address in ((peer, self.device.random_address), (own, self._connection.peer_address)):
            radio.on_le_disconnected(radio.le_connections[address], HCI_CONNECTION_TIMEOUT_ERROR)
        await asyncio.sleep(max(duration_s - supervision_s, 0.0))
        self.silent, self._away = was_silent, False
        await self._advertise()

    # its stream

    @property
    def now_s(self) -> float:
        """Time, s: everybody's."""
        return asyncio.get_running_loop().time()

    @property
    def device_s(self) -> float:
        """Time on its own clock since the motion began, s."""
        return self.device_time(self.now_s)

    def device_time(self, time_s: float) -> float:
        """Read its own clock at some time, s since the motion began."""
        assert self.began_s is not None
        return (time_s - self.began_s) * (1.0 + self.clock_error)

    def stream(self, key: str, samples: Coroutine[Any, Any, None]) -> None:
        """Stream, until told to end; one stream of a key at a time."""
        self.end_stream(key)
        if self.began_s is None:
            self.began_s = self.now_s
        self._streams[key] = asyncio.ensure_future(samples)

    def end_stream(self, key: str) -> None:
        """Stream no more."""
        if (stream := self._streams.pop(key, None)) is not None:
            stream.cancel()

    @property
    def streams(self) -> bool:
        """Whether it streams anything."""
        return bool(self._streams)

    async def measure(
        self, rate_hz: float, n: int = 1
    ) -> AsyncIterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Take samples by its own clock; give each n of them when they can leave.

        Gives (n,) times on its own clock, s, (n, 3) specific force, m/s², and (n, 3) angular rate, rad/s.
        """
        assert self.began_s is not None
        taken_s: list[float] = []
        self.measurements.append(taken_s)
        first = math.ceil(self.device_s * rate_hz)
        while True:
            device_s = np.arange(first, first + n * PACKETS_AT_ONCE) / rate_hz
            motion_s = device_s / (1.0 + self.clock_error)
            acc, gyr = self.motion.at(motion_s)
            for packet in (slice(i, i + n) for i in range(0, len(device_s), n)):
                event = math.floor(motion_s[packet][-1] / CONNECTION_INTERVAL_S) + 1
                leaves_s = self.began_s + event * CONNECTION_INTERVAL_S
                if leaves_s > self.now_s:
                    await asyncio.sleep(leaves_s - self.now_s)
                taken_s += motion_s[packet].tolist()
                yield device_s[packet], acc[packet], gyr[packet]
            first += len(device_s)

    async def send(self, characteristic: str, data: bytes) -> None:
        """Notify with samples, if the air lets it."""
        if self.silent:
            return
        for arrives in self.disturb(data):
            await self.notify(characteristic, arrives)
            self.sent += 1

    async def notify(self, characteristic: str, data: bytes) -> None:
        """Notify or indicate, whichever was subscribed to."""
        if self._connection is None:
            return
        attribute = self._characteristics[UUID(characteristic)]
        if attribute.properties & Characteristic.Properties.INDICATE:
            await self.device.indicate_subscriber(self._connection, attribute, data)
        else:
            await self.device.notify_subscriber(self._connection, attribute, data)

    def refuse(self, why: str) -> None:
        """Note that it was told something that it does not take."""
        self.refusals.append(why)
