"""BlueZ with an adapter that is a program."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from bumble.controller import Controller
from bumble.hci import LeFeatureMask
from bumble.transport import open_transport

from ble.air import LONGEST_ACL_PACKET, Air
from ble.vm.run import BLUETOOTHD

__all__ = ["adapter", "bluetoothd"]

ADAPTER = "/org/bluez/hci0"
HAS_COME = [
    *("dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"),
    *("org.freedesktop.DBus.NameHasOwner", "string:org.bluez"),
]
# bumble's controller tells of a connection by the older of two events, but with these features the kernel waits
# for the newer one.
NOT_TOLD = LeFeatureMask.LL_PRIVACY | LeFeatureMask.LE_EXTENDED_ADVERTISING


@contextmanager
def bluetoothd() -> Iterator[subprocess.Popen[bytes]]:
    """Run BlueZ's daemon."""
    with subprocess.Popen([BLUETOOTHD, "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            while b"boolean true" not in subprocess.run(HAS_COME, capture_output=True, check=True).stdout:
                time.sleep(0.1)
            yield daemon
        finally:
            daemon.kill()


@asynccontextmanager
async def adapter(air: Air) -> AsyncIterator[None]:
    """Plug an adapter in that hears what is in the air, and switch it on."""
    async with await open_transport("vhci") as transport:
        radio = Controller(
            "adapter",
            host_source=transport.source,
            host_sink=transport.sink,
            link=air,
            public_address="00:AA:01:00:00:42",
        )
        radio.le_features &= ~NOT_TOLD
        radio.le_acl_data_packet_length = LONGEST_ACL_PACKET
        await _switch_on()
        yield


async def _switch_on() -> None:
    from dbus_fast import BusType, Message, MessageType, Variant  # bleak has it on Linux alone
    from dbus_fast.aio import MessageBus

    switch_on = Message(
        destination="org.bluez",
        path=ADAPTER,
        interface="org.freedesktop.DBus.Properties",
        member="Set",
        signature="ssv",
        body=["org.bluez.Adapter1", "Powered", Variant("b", True)],
    )
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        async with asyncio.timeout(60):
            while True:
                switch_on.serial = bus.next_serial()
                answer = await bus.call(switch_on)
                if answer is not None and answer.message_type is MessageType.METHOD_RETURN:
                    return
                await asyncio.sleep(0.2)  # bluetoothd, or its adapter, is not there yet
    finally:
        bus.disconnect()
