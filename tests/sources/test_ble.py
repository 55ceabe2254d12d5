"""The bleak side, on backends that fail as those of the platforms do."""

import asyncio
import sys

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from virtual_time import run

from imucount.errors import BluetoothError, DeviceNotFoundError, DisconnectedError, SensorError
from imucount.sources.ble import BleRadio

ADDRESS = "AA:BB:CC:DD:EE:FF"
SERVICE = "0000AAAA-0000-1000-8000-00805F9B34FB"
CHARACTERISTIC = "0000aaab-0000-1000-8000-00805f9b34fb"
COMMAND = "0000aaac-0000-1000-8000-00805f9b34fb"


def advertisement(name=None, rssi=-60):
    return AdvertisementData(name, {0x0886: b"\x01"}, {}, [SERVICE], None, rssi, ())


class Scanner(BaseBleakScanner):
    fault = None
    hangs = False
    heard = (
        (ADDRESS.replace(":", "-"), None, -127),
        ("Clip", "Clip", -60),
    )  # the system's name, the one told, rssi
    running = 0

    def __init__(self, detection_callback, service_uuids, scanning_mode, **_):
        super().__init__(detection_callback, service_uuids)

    async def start(self):
        if self.hangs:
            await asyncio.sleep(3600)
        if self.fault is not None:
            raise self.fault
        type(self).running += 1
        for system_name, name, rssi in self.heard:
            data = advertisement(name, rssi)
            device = self.create_or_update_device(ADDRESS, ADDRESS, system_name, None, data)
            self.call_detection_callbacks(device, data)

    async def stop(self):
        if self.running:
            type(self).running -= 1


class Client(BaseBleakClient):
    """Fails where and as it is told; counts what is open."""

    connect_fault = fault = None
    hangs = ()
    loses_link = False
    open = 0
    writes = ()

    def __init__(self, device, **options):
        super().__init__(device, **options)
        self._connected = False

    @property
    def mtu_size(self):
        return 23

    @property
    def is_connected(self):
        return self._connected

    async def connect(self, pair, **_):
        if "connect" in self.hangs:
            await asyncio.sleep(3600)
        if self.connect_fault is not None:
            raise self.connect_fault
        self._connected = True
        type(self).open += 1
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, SERVICE)
        self.services.add_service(service)
        for handle, uuid, properties in (
            (2, CHARACTERISTIC, ["read", "write", "notify"]),
            (4, COMMAND, ["write-without-response"]),
        ):
            characteristic = BleakGATTCharacteristic(None, handle, uuid, properties, lambda: 20, service)
            self.services.add_characteristic(characteristic)

    async def disconnect(self):
        if "disconnect" in self.hangs:
            await asyncio.sleep(3600)
        if self._connected:
            type(self).open -= 1
            self._connected = False
            self._disconnected_callback()  # as BlueZ does even for an own disconnection

    def _fail(self):
        if self.loses_link:
            self._connected = False
            type(self).open -= 1
        if self.fault is not None:
            raise self.fault

    async def read_gatt_char(self, characteristic, **_):
        self._fail()
        return bytearray(b"read")

    async def write_gatt_char(self, characteristic, data, response):
        self._fail()
        self.writes.append((characteristic.uuid, bytes(data), response))

    async def start_notify(self, characteristic, callback, **_):
        self._fail()
        callback(bytearray(b"told"))

    async def stop_notify(self, characteristic):
        self._fail()

    async def pair(self, *_, **__):
        raise NotImplementedError

    async def unpair(self):
        raise NotImplementedError

    async def read_gatt_descriptor(self, *_, **__):
        raise NotImplementedError

    async def write_gatt_descriptor(self, *_, **__):
        raise NotImplementedError


def radio_of(*, scanner=None, client=None):
    return BleRadio(
        scanner_backend=type("AScanner", (Scanner,), scanner or {}),
        client_backend=type("AClient", (Client,), {"writes": [], **(client or {})}),
    )


async def heard(radio, number=2):
    found = []
    scan = radio.scan()
    async for each in scan:
        found.append(each)
        if len(found) == number:
            break
    await scan.aclose()
    return found


def connected(radio, use=None, dropped=lambda: None):
    async def connect():
        await heard(radio)
        async with radio.connect(ADDRESS, dropped, 20.0) as connection:
            return None if use is None else await use(connection)

    return run(connect())


def test_a_device_is_told_with_its_name_once_it_says_it():
    radio = radio_of()
    first, second = run(heard(radio))
    assert (first.advertisement.name, first.rssi_dbm) == (None, None)
    assert (second.advertisement.name, second.rssi_dbm) == ("Clip", -60)
    assert second.address == ADDRESS
    assert second.advertisement.services == (SERVICE.lower(),)
    assert second.advertisement.manufacturers == {0x0886: b"\x01"}
    assert radio._scanner_backend.running == 0


POWERED_OFF, NO_BLUETOOTH, NO_CENTRAL, DENIED, UNKNOWN = (
    BleakBluetoothNotAvailableError("words of the system", reason)
    for reason in (
        BleakBluetoothNotAvailableReason.POWERED_OFF,
        BleakBluetoothNotAvailableReason.NO_BLUETOOTH,
        BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE,
        BleakBluetoothNotAvailableReason.DENIED_BY_USER,
        BleakBluetoothNotAvailableReason.UNKNOWN,
    )
)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (POWERED_OFF, "Bluetooth is off; switch it on"),
        (NO_BLUETOOTH, "no Bluetooth adapter; is one built in or plugged in"),
        (NO_CENTRAL, "cannot do Bluetooth Low Energy as a central"),
        (DENIED, "no permission to use it; "),
        (UNKNOWN, "words of the system; does it help"),
        (FileNotFoundError(2, "No such file or directory"), "no D-Bus .*is bluetoothd running"),
        (ConnectionRefusedError(111, "refused"), "no D-Bus .*is bluetoothd running"),
        (PermissionError(13, "denied"), "no permission to use it .*allowed to talk to bluetoothd"),
        (EOFError(), "end of the connection to its service; is bluetoothd running"),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]), "no answer from its service"),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]), "no permission"),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), "Bluetooth is off"),
        (BleakDBusError("org.bluez.Error.InProgress", ["busy"]), "busy; does it help"),
        (BleakError("odd"), "odd; does it help to switch it off and on"),
        (AssertionError(), "AssertionError; does it help"),
    ],
)
def test_what_keeps_it_from_listening_is_told_with_what_to_do(fault, message):
    with pytest.raises(BluetoothError, match=message) as raised:
        run(heard(radio_of(scanner={"fault": fault})))
    assert raised.value.__cause__ is fault


@pytest.mark.parametrize(
    ("platform", "message"),
    [("darwin", "if macOS asks for permission, allow it"), ("linux", "bluetoothd running")],
)
def test_a_radio_that_never_begins_to_listen_is_not_waited_for_forever(platform, message, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(BluetoothError, match=message):
        run(heard(radio_of(scanner={"hangs": True})), timeout_s=60)


@pytest.mark.parametrize(
    ("client", "kind", "message"),
    [
        ({"connect_fault": BleakDeviceNotFoundError(ADDRESS, "gone")}, DeviceNotFoundError, "no longer knows it"),
        ({"connect_fault": TimeoutError()}, DisconnectedError, "no answer in time; .*not connected to a phone"),
        ({"hangs": ("connect",)}, DisconnectedError, "no answer in time; .*not connected to a phone"),
        (
            {"connect_fault": BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"])},
            DisconnectedError,
            "le-connection-abort-by-local",
        ),
        ({"connect_fault": POWERED_OFF}, BluetoothError, "is off"),
        ({"connect_fault": EOFError()}, BluetoothError, "bluetoothd"),
    ],
)
def test_what_keeps_it_from_connecting_is_told(client, kind, message):
    with pytest.raises(kind, match=message):
        connected(radio_of(client=client))


def test_only_what_was_heard_can_be_connected_to():
    async def connect():
        async with radio_of().connect("11:22", lambda: None, 1.0):
            pass

    with pytest.raises(DeviceNotFoundError, match="was heard, got '11:22'"):
        run(connect())


OPERATIONS = {
    "read": lambda connection: connection.read(CHARACTERISTIC),
    "write": lambda connection: connection.write(CHARACTERISTIC, b"x", True),
    "subscribe": lambda connection: connection.subscribe(CHARACTERISTIC, lambda data: None),
    "unsubscribe": lambda connection: connection.unsubscribe(CHARACTERISTIC),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_the_sensor_refuses_is_told(operation):
    fault = BleakGATTProtocolError(3)
    with pytest.raises(SensorError, match=r"refused: GATT Protocol Error: Write Not Permitted; .*paired"):
        connected(radio_of(client={"fault": fault}), OPERATIONS[operation])


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", [BleakError("Service Discovery has not been performed yet"), AssertionError()])
def test_what_fails_for_want_of_a_link_is_a_disconnection(operation, fault):
    with pytest.raises(DisconnectedError, match=f"link to {ADDRESS} was lost"):
        connected(radio_of(client={"fault": fault, "loses_link": True}), OPERATIONS[operation])


def test_a_characteristic_that_is_absent_is_told():
    with pytest.raises(SensorError, match="have the characteristic 1234, got none such; is it another kind"):
        connected(radio_of(), lambda connection: connection.read("1234"))


def test_writes_go_the_way_that_the_characteristic_has():
    radio = radio_of()

    async def write(connection):
        assert connection.services == {SERVICE.lower()}
        assert connection.characteristics == {CHARACTERISTIC, COMMAND}
        for characteristic in (CHARACTERISTIC, COMMAND):
            for response in (True, False):
                await connection.write(characteristic, b"x", response)

    connected(radio, write)
    assert [response for _, _, response in radio._client_backend.writes] == [True, True, False, False]


def test_notifications_are_bytes():
    told = []
    connected(radio_of(), lambda connection: connection.subscribe(CHARACTERISTIC, told.append))
    assert told == [b"told"]
    assert type(told[0]) is bytes


def test_an_own_disconnection_is_no_drop():
    drops = []
    connected(radio_of(), dropped=lambda: drops.append(1))
    assert drops == []


def test_a_disconnection_that_hangs_is_not_waited_for_forever():
    async def timed():
        radio = radio_of(client={"hangs": ("disconnect",)})
        await heard(radio)
        async with radio.connect(ADDRESS, lambda: None, 20.0):
            pass
        return asyncio.get_running_loop().time()

    assert run(timed()) < 10


def test_cancelled_while_it_disconnects_it_does_so_first():
    radio = radio_of()

    async def slow(self):
        await asyncio.sleep(2)
        await Client.disconnect(self)

    radio._client_backend.disconnect = slow

    async def connect():
        await heard(radio)
        async with radio.connect(ADDRESS, lambda: None, 20.0):
            pass

    async def cancel():
        task = asyncio.create_task(connect())
        for _ in range(3):
            await asyncio.sleep(0.5)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancel())
    assert radio._client_backend.open == 0
