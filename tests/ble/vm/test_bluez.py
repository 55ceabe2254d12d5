"""What only a real BlueZ shows: its slowness, what it gives twice, and what becomes of us when it dies."""

import asyncio
import os
from contextlib import aclosing, asynccontextmanager

import pytest

from ble.air import Air
from ble.motion import Motion
from ble.peripherals.open_profile import OpenClip
from ble.peripherals.witmotion import NOTIFY, WitMotion
from ble.room import check_samples, count
from ble.vm.bluez import adapter, bluetoothd
from imucount.errors import BluetoothError, DisconnectedError
from imucount.sources.ble import BleRadio
from imucount.sources.link import Patience, SensorSource

pytestmark = pytest.mark.skipif(
    "IMUCOUNT_BLUEZ_VM" not in os.environ,
    reason="needs a BlueZ of its own: python tests/ble/vm/run.py python -m pytest tests/ble/vm",
)

TEN = Motion(period_s=1.6, seed=8)
SLOW_S = 180.0  # nothing here takes half of it, on an emulated processor


def run(test):
    async def limited():
        async with asyncio.timeout(SLOW_S):
            return await test

    return asyncio.run(limited())


@asynccontextmanager
async def near(peripheral):
    """Give the computer's radio, with a sensor near it."""
    air = Air()
    await peripheral.power_on(air)
    try:
        async with adapter(air):
            yield BleRadio()
    finally:
        await peripheral.power_off()


@pytest.fixture
def bluez():
    with bluetoothd() as daemon:
        yield daemon


async def heard_address(radio):
    async with aclosing(radio.scan()) as scan:
        async for found in scan:
            if found.advertisement.name == WitMotion.name:
                return found.address


def test_a_set_of_ten_is_counted(bluez):
    async def session():
        peripheral = OpenClip(TEN)
        async with near(peripheral) as radio:
            return peripheral, await count(radio, peripheral, "imucount", rate_hz=52.0)

    peripheral, counted = run(session())
    assert [rep.direction for rep in counted.session.reps] == ["forward"] * 10
    check_samples(counted, peripheral, tolerance_s=0.15)
    assert not peripheral.streams
    assert not peripheral.connected


def test_a_set_with_a_drop_in_it_is_counted(bluez):
    async def session():
        peripheral = OpenClip(Motion(reps=5, period_s=1.6, seed=8, sets=2, rest_s=14.0))

        async def drop(_):
            await asyncio.sleep(4.0 + 5 * 1.6 + 3.0)
            await peripheral.drop()

        async with near(peripheral) as radio:
            return await count(radio, peripheral, "imucount", rate_hz=52.0, meanwhile=drop)

    counted = run(session())
    assert [rep.direction for rep in counted.session.reps] == ["forward"] * 10
    assert len(counted.told("dropped")) == len(counted.told("reconnected")) == 1


def test_after_a_drop_every_notification_comes_once(bluez):
    """BlueZ gives them twice to the next client if the one before did not disconnect after the drop."""

    async def listen(radio, peripheral, address):
        """Tell how many notifications were sent, and how many came, from a connection to its drop."""
        lost, came, sent_before = asyncio.Event(), [], peripheral.sent
        async with radio.connect(address, lost.set, 30.0) as connection:
            await connection.subscribe(NOTIFY, came.append)
            await asyncio.sleep(3.0)
            sent = peripheral.sent - sent_before
            await peripheral.drop()
            await lost.wait()
        return sent, len(came)

    async def session():
        peripheral = WitMotion(TEN)
        peripheral.rate_hz = 50.0
        async with near(peripheral) as radio:
            outcomes = []
            for _ in range(3):
                outcomes.append(await listen(radio, peripheral, await heard_address(radio)))
        return outcomes

    for sent, came in run(session()):
        assert sent > 50
        assert sent / 2 < came < 1.2 * sent  # under way at the drop are a few, on a slow computer more


def test_a_bluetoothd_that_dies_ends_the_session_in_words(bluez):
    async def session():
        patience = Patience(silence_s=3.0, give_up_s=10.0, find_s=5.0)
        n = 0
        async with near(OpenClip(TEN)) as radio:
            try:
                async with SensorSource(radio, "imucount", patience=patience) as source:
                    async for samples in source:
                        n += len(samples)
                        if n > 100:
                            bluez.kill()
            except (DisconnectedError, BluetoothError) as error:
                return n, str(error)
        return n, ""

    n, told = run(session())
    assert n > 100
    assert "bluetoothd" in told


def test_no_adapter_is_told(bluez):
    async def session():
        async with SensorSource(BleRadio(), "imucount"):
            pass

    with pytest.raises(BluetoothError, match="no Bluetooth adapter"):
        run(session())


def test_no_bluetoothd_is_told():
    async def session():
        async with SensorSource(BleRadio(), "imucount"):
            pass

    with pytest.raises(BluetoothError, match="bluetoothd"):
        run(session())
