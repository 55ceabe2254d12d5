"""A backend of bleak over bumble: the public API of bleak, with a radio in software.

bleak takes backends as classes, so they are made for a radio: `backends(device)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID as LongUUID

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.core import TimeoutError as NoAnswer
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.hci import Address

__all__ = ["backends"]

PREFERRED_MTU = 247
SERVICE_LISTS = (
    AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
PROPERTIES = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}


def _uuid(uuid: UUID) -> str:
    """Write a UUID as bleak does: 128 bits, lower case, with dashes."""
    return str(LongUUID(bytes=bytes(reversed(uuid.uuid_128_bytes))))


def _told(advertisement: Advertisement) -> AdvertisementData:
    data = advertisement.data
    name = data.get(AdvertisingData.COMPLETE_LOCAL_NAME) or data.get(AdvertisingData.SHORTENED_LOCAL_NAME)
    services = [_uuid(uuid) for kind in SERVICE_LISTS for uuids in data.get_all(kind) for uuid in uuids]
    manufacturers = dict(data.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA))
    return AdvertisementData(name, manufacturers, {}, services, None, advertisement.rssi, ())


class _Scanner(BaseBleakScanner):
    radio: Device

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)

    def _heard(self, advertisement: Advertisement) -> None:
        told = _told(advertisement)
        if self.is_allowed_uuid(told.service_uuids):
            address = advertisement.address.to_string(with_type_qualifier=False)
            device = self.create_or_update_device(address, address, told.local_name, advertisement, told)
            self.call_detection_callbacks(device, told)

    async def start(self) -> None:
        self.seen_devices = {}
        self.radio.on(self.radio.EVENT_ADVERTISEMENT, self._heard)
        await self.radio.start_scanning(active=False)

    async def stop(self) -> None:
        self.radio.remove_listener(self.radio.EVENT_ADVERTISEMENT, self._heard)
        if not self.radio.listeners(self.radio.EVENT_ADVERTISEMENT):
            await self.radio.stop_scanning()


class _Client(BaseBleakClient):
    radio: Device
    connecting: asyncio.Lock  # a radio makes one connection at a time

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._listeners: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        return self.address

    @property
    def mtu_size(self) -> int:
        return int(self._peer.gatt_client.mtu) if self._peer else 23

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        try:
            address = Address(self.address)
        except ValueError as error:
            raise BleakDeviceNotFoundError(self.address) from error
        async with self.connecting:
            try:
                self._connection = await self.radio.connect(address, timeout=self._timeout)
            except NoAnswer as error:
                raise TimeoutError from error
        self._connection.once(Connection.EVENT_DISCONNECTION, self._disconnected)
        try:
            self._peer = Peer(self._connection)
            await self._guarded(self._peer.request_mtu(PREFERRED_MTU))
            await self._guarded(self._peer.discover_all())
        except BaseException:
            await self.disconnect()
            raise
        self.services = self._services()

    def _disconnected(self, _reason: int) -> None:
        self._connection = self._peer = self.services = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if (connection := self._connection) is not None:
            gone = asyncio.get_running_loop().create_future()
            connection.once(Connection.EVENT_DISCONNECTION, gone.set_result)
            await connection.disconnect()
            await gone

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    def _services(self) -> BleakGATTServiceCollection:
        assert self._peer is not None
        found = BleakGATTServiceCollection()
        for service in self._peer.services:
            there = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(there)
            for each in service.characteristics:
                properties = [name for flag, name in PROPERTIES.items() if each.properties & flag]
                characteristic = BleakGATTCharacteristic(
                    each,
                    each.handle,
                    _uuid(each.uuid),
                    properties,
                    lambda: self.mtu_size - 3,
                    there,  # type: ignore[arg-type]
                )
                found.add_characteristic(characteristic)
                for descriptor in each.descriptors:
                    found.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, _uuid(descriptor.type), characteristic)
                    )
        return found

    async def _guarded(self, request: Any) -> Any:
        """Await an answer, with what bumble raises said in bleak's words."""
        try:
            return await request
        except ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except asyncio.CancelledError:
            # bumble cancels what is pending when the link is lost.
            if self._connection is None and not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                raise BleakError("disconnected") from None
            raise
        except BaseBumbleError as error:
            raise BleakError(str(error)) from error

    def _connected_peer(self) -> Peer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        return bytearray(await self._guarded(self._connected_peer().read_value(characteristic.obj)))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:
        return bytearray(await self._guarded(self._connected_peer().read_value(descriptor.obj)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        peer = self._connected_peer()
        await self._guarded(peer.write_value(characteristic.obj, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        await self._guarded(self._connected_peer().write_value(descriptor.obj, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        if characteristic.handle in self._listeners:
            raise BleakError("Characteristic notifications already started")
        peer = self._connected_peer()

        def notified(data: bytes) -> None:
            callback(bytearray(data))

        self._listeners[characteristic.handle] = notified
        await self._guarded(peer.subscribe(characteristic.obj, notified))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        peer = self._connected_peer()
        listener = self._listeners.pop(characteristic.handle)
        await self._guarded(peer.unsubscribe(characteristic.obj, listener))


def backends(radio: Device) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Make the two backends that bleak needs, over one radio."""
    scanner = type("BumbleScanner", (_Scanner,), {"radio": radio})
    client = type("BumbleClient", (_Client,), {"radio": radio, "connecting": asyncio.Lock()})
    return scanner, client
