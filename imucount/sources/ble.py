"""Bluetooth Low Energy, over bleak: the only module that imports it. It knows no sensor.

What bleak and the systems below it raise is translated here, where it enters, into imucount's own errors.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
)

from imucount.errors import BluetoothError, DeviceError, DeviceNotFoundError, DisconnectedError, SensorError
from imucount.sensors.sensor import Advertisement
from imucount.sources.radio import Connection, Found

__all__ = ["BleRadio"]

SCAN_START_S = 30.0  # the first time, macOS waits here for its user to allow Bluetooth
SCAN_STOP_S = 5.0
DISCONNECT_S = 5.0  # BlueZ takes 1.8 to 2.4 s
NO_RSSI_DBM = -127  # what the Bluetooth Core Specification and BlueZ say for "not known"

_BLUEZ_HINT = "is bluetoothd running (systemctl status bluetooth)?"
_MACOS_HINT = "allow it for the terminal in System Settings > Privacy & Security > Bluetooth"
_PERMISSION_HINT = {
    "darwin": _MACOS_HINT,
    "win32": "allow it in Settings > Privacy & security > Radios",
    "linux": "is this user allowed to talk to bluetoothd (on some systems the group bluetooth)?",
}
_UNAVAILABLE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: (
        "no Bluetooth adapter; is one built in or plugged in, and its driver loaded?"
    ),
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "an adapter that cannot do Bluetooth Low Energy as a central; does it support Bluetooth 4.0 or later?"
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: "Bluetooth is off; switch it on and try again",
}
_DENIED = (
    BleakBluetoothNotAvailableReason.DENIED_BY_USER,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN,
)
_DBUS_NOT_STARTED = ("org.freedesktop.DBus.Error.Spawn.", "org.freedesktop.systemd1.")
"""How the errors begin that tell that D-Bus, or systemd for it, tried to start bluetoothd in vain."""

_DBUS_SERVICE_GONE = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
    "org.freedesktop.DBus.Error.UnknownMethod",  # of an object that went with bluetoothd
)

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""One for all radios of an event loop. BlueZ refuses a second search of the same program, and connections that
are made at the same time disturb each other."""


class BleRadio:
    """The computer's Bluetooth.

    Parameters
    ----------
    scanner_backend, client_backend : class, optional
        Handed to bleak in place of those of the platform.
    adapter : str, optional
        On Linux, which adapter, such as "hci0".
    """

    def __init__(
        self,
        *,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
        adapter: str | None = None,
    ) -> None:
        self._scanner_backend = scanner_backend
        self._client_backend = client_backend
        self._adapter = adapter
        self._devices: dict[str, BLEDevice] = {}

    def turn(self) -> asyncio.Lock:
        """Wait until nobody else of this program searches or connects, and keep others from it meanwhile."""
        return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def scan(self) -> AsyncGenerator[Found, None]:
        """Tell what is heard, the same device again whenever it says more or something new, until closed.

        Raises
        ------
        BluetoothError
            If there is no Bluetooth to be had.
        """
        heard: asyncio.Queue[Found] = asyncio.Queue()

        def detected(device: BLEDevice, data: AdvertisementData) -> None:
            self._devices[device.address] = device
            heard.put_nowait(_found(device, data))

        with _translated(_scan_failed):
            scanner = BleakScanner(
                detected, bluez={"adapter": self._adapter} if self._adapter else {}, backend=self._scanner_backend
            )
        try:
            with _translated(_scan_failed):
                async with asyncio.timeout(SCAN_START_S):
                    await scanner.start()
            while True:
                yield await heard.get()
        finally:
            await _to_its_end(scanner.stop(), SCAN_STOP_S)

    @asynccontextmanager
    async def connect(
        self, address: str, dropped: Callable[[], None], timeout_s: float
    ) -> AsyncIterator[Connection]:
        """Connect to a device that `scan` found; disconnected on exit.

        Parameters
        ----------
        address : str
        dropped : callable
            Called if the link is lost meanwhile.
        timeout_s : float
            How long connecting may take, s.

        Raises
        ------
        BluetoothError, DeviceNotFoundError, DisconnectedError
        """
        if address not in self._devices:
            raise DeviceNotFoundError(f"expected the address of a device that was heard, got {address!r}")
        leaving = False

        def disconnected(_: BleakClient) -> None:
            if not leaving:  # bleak tells of the disconnection that was asked for as well
                dropped()

        # The device and not its address: with an address bleak scans once more, one scan at a time for all.
        client = BleakClient(
            self._devices[address],
            disconnected_callback=disconnected,
            timeout=timeout_s,
            bluez={"adapter": self._adapter} if self._adapter else {},
            backend=self._client_backend,
        )
        try:
            with _translated(_connecting_failed):
                async with asyncio.timeout(timeout_s):
                    await client.connect()
            yield _BleConnection(client)
        finally:
            leaving = True
            # After a drop too: without it BlueZ gives every notification twice to the next client.
            await _to_its_end(client.disconnect(), DISCONNECT_S)


class _BleConnection:
    def __init__(self, client: BleakClient) -> None:
        self._client = client
        self.services = frozenset(service.uuid.lower() for service in client.services)
        self._characteristics: dict[str, BleakGATTCharacteristic] = {}
        self.characteristics = frozenset(each.uuid.lower() for each in client.services.characteristics.values())
        for each in client.services.characteristics.values():
            self._characteristics[each.uuid.lower()] = each
            self._characteristics[f"{each.service_uuid}/{each.uuid}".lower()] = each

    async def write(self, characteristic: str, data: bytes, response: bool) -> None:
        with self._translated(f"a write to {characteristic}"):
            target = self._characteristic(characteristic)
            if {"write", "write-without-response"} <= set(target.properties):
                asked = response
            else:  # the one way that it has
                asked = "write" in target.properties
            await self._client.write_gatt_char(target, data, response=asked)

    async def read(self, characteristic: str) -> bytes:
        with self._translated(f"a read of {characteristic}"):
            return bytes(await self._client.read_gatt_char(self._characteristic(characteristic)))

    async def subscribe(self, characteristic: str, notified: Callable[[bytes], None]) -> None:
        def received(_: BleakGATTCharacteristic, data: bytearray) -> None:
            notified(bytes(data))

        with self._translated(f"to notify of {characteristic}"):
            await self._client.start_notify(self._characteristic(characteristic), received)

    async def unsubscribe(self, characteristic: str) -> None:
        with self._translated(f"to end the notifications of {characteristic}"):
            await self._client.stop_notify(self._characteristic(characteristic))

    def _characteristic(self, uuid: str) -> BleakGATTCharacteristic:
        # Kept from the connecting: after a drop bleak says that it has not looked for services yet.
        if uuid not in self._characteristics:
            raise BleakCharacteristicNotFoundError(uuid)
        return self._characteristics[uuid]

    @contextmanager
    def _translated(self, asked: str) -> Iterator[None]:
        def failed(error: Exception) -> DeviceError:
            if not self._client.is_connected:
                return DisconnectedError(f"the link to {self._client.address} was lost ({_words(error)})")
            if isinstance(error, BleakCharacteristicNotFoundError):
                return SensorError(
                    f"expected the sensor to have the characteristic {error.char_specifier}, got none such; "
                    "is it another kind of sensor, or is its firmware of another version?"
                )
            return SensorError(
                f"expected the sensor to grant {asked}, got {_words(error)}; is its firmware of another version, "
                "or must it be paired with this computer first?"
            )

        with _translated(failed):
            yield


# ---------------------------------------------------------------------------------------------
# translation


@contextmanager
def _translated(failed: Callable[[Exception], DeviceError]) -> Iterator[None]:
    """Raise imucount's own errors in place of others; `failed` says what those mean that are not the radio's."""
    try:
        yield
    # Every one: beside its own errors bleak lets through those of D-Bus, Windows and macOS, and of its asserts.
    except Exception as error:
        raise _radio_error(error) or failed(error) from error


def _radio_error(error: Exception) -> BluetoothError | None:
    """Tell what is wrong with the computer's own Bluetooth; None if it is something else."""
    expected = "expected Bluetooth to be ready, got "
    match error:
        case BleakBluetoothNotAvailableError():
            if error.reason in _DENIED:
                hint = _PERMISSION_HINT.get(sys.platform, "allow it in the system's settings")
                return BluetoothError(f"{expected}no permission to use it; {hint}")
            if error.reason in _UNAVAILABLE:
                return BluetoothError(expected + _UNAVAILABLE[error.reason])
            return BluetoothError(f"{expected}{_words(error)}; does it help to switch it off and on?")
        case BleakDBusError():
            details = error.dbus_error_details or ""
            if error.dbus_error in _DBUS_SERVICE_GONE or error.dbus_error.startswith(_DBUS_NOT_STARTED):
                return BluetoothError(f"{expected}no answer from its service ({_words(error)}); {_BLUEZ_HINT}")
            if error.dbus_error == "org.freedesktop.DBus.Error.AccessDenied":
                return BluetoothError(f"{expected}no permission to use it; {_PERMISSION_HINT['linux']}")
            if error.dbus_error == "org.bluez.Error.NotReady" or "Not Powered" in details:
                return BluetoothError(expected + _UNAVAILABLE[BleakBluetoothNotAvailableReason.POWERED_OFF])
            return None
        case FileNotFoundError() | ConnectionRefusedError():
            return BluetoothError(
                f"{expected}no D-Bus to reach it by ({_words(error)}); {_BLUEZ_HINT} "
                "A container needs the host's /run/dbus"
            )
        case PermissionError():
            return BluetoothError(
                f"{expected}no permission to use it ({_words(error)}); {_PERMISSION_HINT['linux']}"
            )
        case EOFError() | ConnectionError():
            return BluetoothError(f"{expected}the end of the connection to its service; {_BLUEZ_HINT}")
    return None


def _scan_failed(error: Exception) -> DeviceError:
    if isinstance(error, TimeoutError):
        hint = f"if macOS asks for permission, {_MACOS_HINT}" if sys.platform == "darwin" else _BLUEZ_HINT
        return BluetoothError(
            f"expected Bluetooth to begin to listen within {SCAN_START_S:g} s, got nothing; {hint}"
        )
    return BluetoothError(
        f"expected Bluetooth to listen, got {_words(error)}; does it help to switch it off and on?"
    )


def _connecting_failed(error: Exception) -> DeviceError:
    if isinstance(error, BleakDeviceNotFoundError):
        return DeviceNotFoundError(
            f"expected {error.identifier} in reach, but the system no longer knows it; is it switched on and near?"
        )
    got = "no answer in time" if isinstance(error, TimeoutError) else _words(error)
    return DisconnectedError(
        f"expected the device to connect, got {got}; is it near, and not connected to a phone or another computer?"
    )


def _words(error: Exception) -> str:
    """Put what a foreign error says into one line."""
    if isinstance(error, BleakGATTProtocolError):
        return f"refused: {error.args[1]}"
    text = str(error.args[0] if isinstance(error, BleakBluetoothNotAvailableError) else error)
    return " ".join(text.split()) or type(error).__name__


def _found(device: BLEDevice, data: AdvertisementData) -> Found:
    name = data.local_name or device.name
    if name and name.replace("-", ":").upper() == device.address.upper():  # BlueZ's stand-in for an unknown name
        name = None
    return Found(
        address=device.address,
        advertisement=Advertisement(
            name=name or None,
            services=tuple(uuid.lower() for uuid in data.service_uuids),
            manufacturers=dict(data.manufacturer_data),
        ),
        rssi_dbm=None if data.rssi <= NO_RSSI_DBM else data.rssi,
    )


async def _to_its_end(cleaning: Coroutine[Any, Any, None], timeout_s: float) -> None:
    """Clean up within a time, even if cancelled meanwhile: a device left connected is lost to everybody."""

    async def limited() -> None:
        with suppress(Exception):  # nothing can be done about what cannot be cleaned up
            async with asyncio.timeout(timeout_s):
                await cleaning

    task = asyncio.create_task(limited())
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
