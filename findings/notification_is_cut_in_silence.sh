#!/usr/bin/env bash
# A Bluetooth notification that is longer than the connection takes arrives cut, and neither side hears of it (bumble 0.0.236).
#
# Expected: a sensor that notifies 240 bytes over a connection with an ATT MTU of 185 gets an error, or the receiver does.
# Seen:     the receiver is given the first 182 bytes as if that were all. The specification wants it so (Core, Vol 3,
#           Part F, 3.4.7.1: at most ATT_MTU - 3 octets); the longer value is never read by anybody. Whether a packet is
#           whole only its own length or count can tell.
set -eu
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
python3 -m venv "$box/venv"
"$box/venv/bin/pip" install -q --disable-pip-version-check bumble==0.0.236
"$box/venv/bin/python" - <<'PYTHON'
import asyncio
from importlib.metadata import version

from bumble.controller import Controller
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

LENGTHS = (100, 182, 183, 240)


def radio(link, name, number):
    controller = Controller(name, link=link, public_address=f"00:00:00:00:00:{number:02X}")
    controller.random_address = Address(f"F0:00:00:00:00:{number:02X}")
    return Device(name=name, address=controller.random_address, host=Host(controller, AsyncPipeSink(controller)))


async def main():
    link = LocalLink()
    sensor, computer = radio(link, "sensor", 1), radio(link, "computer", 2)
    samples = Characteristic(
        "9D940002-0000-1000-8000-00805F9B34FB", Characteristic.Properties.NOTIFY, Characteristic.Permissions(0)
    )
    sensor.add_service(Service("9D940001-0000-1000-8000-00805F9B34FB", [samples]))
    await sensor.power_on()
    await computer.power_on()
    await sensor.start_advertising()
    peer = Peer(await computer.connect(sensor.random_address))
    mtu = await peer.request_mtu(185)
    await peer.discover_services()
    await peer.discover_characteristics()
    (found,) = peer.get_characteristics_by_uuid(samples.uuid)
    came = []
    await peer.subscribe(found, came.append)
    for length in LENGTHS:
        await sensor.notify_subscribers(samples, bytes(range(length)))
        await asyncio.sleep(0.2)
    print("bumble", version("bumble"), "MTU", mtu)
    print("sent", LENGTHS, "came", tuple(map(len, came)))
    assert mtu == 185
    assert [bytes(value) for value in came] == [bytes(range(min(length, 182))) for length in LENGTHS]


asyncio.run(main())
PYTHON
