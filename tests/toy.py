"""A toy sensor, a clip that speaks its protocol, and a radio in software that obeys a test."""

import asyncio
import struct
from contextlib import asynccontextmanager
from functools import partial

import numpy as np

from imucount.errors import DeviceNotFoundError, DisconnectedError, PacketError, SensorError
from imucount.sensors import Packet, Sensor
from imucount.sensors.sensor import Advertisement, Ask, Counter, Subscribe, Ticks, Unsubscribe, Write
from imucount.sources.battery import BATTERY_LEVEL
from imucount.sources.radio import Found

SERVICE = "0000aaaa-0000-1000-8000-00805f9b34fb"
DATA = "0000aaab-0000-1000-8000-00805f9b34fb"
CONTROL = "0000aaac-0000-1000-8000-00805f9b34fb"
PACKET = struct.Struct("<HI6f")


class ToySensor(Sensor):
    key = "toy"
    products = "none"
    rates_hz = (50.0, 100.0)
    acc_range_g = 4.0
    latency_s = 0.05
    proven = "this test"
    services = (SERVICE,)
    ticks = Ticks(1e-3, 2**32)
    counter = Counter(2**16)

    @classmethod
    def matches(cls, advertisement):
        return SERVICE in advertisement.services or (advertisement.name or "").startswith("Toy")

    def start(self):
        yield Subscribe(CONTROL)
        answer = yield Ask(CONTROL, b"rate %d" % self.rate_hz, CONTROL, lambda data: data.startswith(b"rate"))
        self.rate_hz = float(answer.split()[1])
        yield Subscribe(DATA)
        yield Write(CONTROL, b"go")

    def stop(self):
        for action in (Write(CONTROL, b"halt"), Unsubscribe(DATA), Unsubscribe(CONTROL)):
            try:
                yield action
            except SensorError:
                continue

    def decode(self, characteristic, data):
        if characteristic != DATA:
            return []
        if len(data) != PACKET.size:
            raise PacketError(f"expected {PACKET.size} bytes, got {len(data)}")
        sequence, ticks, *values = PACKET.unpack(data)
        acc, gyr = np.array(values).reshape(2, 1, 3)
        return [Packet(acc, gyr, ticks=ticks, sequence=sequence)]


class ToyClip:
    """Streams 100 samples a second while it is told to; acc x counts them."""

    def __init__(self, name="Toy 1", address="AA:01", *, services=(SERVICE,), battery=80, rssi_dbm=-60):
        self.name, self.address, self.services, self.rssi_dbm = name, address, services, rssi_dbm
        self.advertisements = [Advertisement(name, services)]
        self.battery = battery
        self.audible = True
        self.refuses, self.ignores = set(), set()  # of what it is told
        self.mute = self.doubles = False
        self.ahead_s = 0.0  # of its clock before that of the loop
        self.told = []
        self.connections = 0
        self.link = None
        self.sent = 0

    async def stream(self, link):
        while True:
            await asyncio.sleep(0.01)
            if not self.mute and DATA in link.callbacks and link.running:
                now_s = asyncio.get_running_loop().time() + self.ahead_s
                sequence, ticks = self.sent % 2**16, round(1000 * now_s)
                data = PACKET.pack(sequence, ticks, self.sent % 30, 0, 9.81, 0, 0, 0)
                self.sent += 1
                for _ in range(2 if self.doubles else 1):
                    link.callbacks[DATA](data)

    def drop(self):
        """Lose the link, politely: the host is told."""
        self.link.lost = True
        self.link.task.cancel()
        self.link.dropped()

    def vanish(self):
        """Lose the link without a word."""
        self.link.lost = True
        self.link.task.cancel()


class ToyLink:
    def __init__(self, clip, dropped):
        self.clip, self.dropped = clip, dropped
        self.callbacks = {}
        self.running = self.lost = False
        self.services = frozenset(clip.services)
        self.characteristics = frozenset(
            {DATA, CONTROL} | ({BATTERY_LEVEL} if clip.battery is not None else set())
        )
        self.task = asyncio.create_task(clip.stream(self))

    async def end(self):
        self.task.cancel()
        await asyncio.wait({self.task})

    async def _tell(self, what):
        self.clip.told.append(what)
        await asyncio.sleep(0.02)
        if what in self.clip.ignores:
            await asyncio.sleep(3600)
        if self.lost:
            raise DisconnectedError("the link was lost")
        if what in self.clip.refuses:
            raise SensorError(f"refused: {what}")

    async def write(self, characteristic, data, response):
        await self._tell(data.decode())
        if data == b"go":
            self.running = True
        elif data == b"halt":
            self.running = False
        elif data.startswith(b"rate"):
            self.callbacks[CONTROL](b"noise")
            self.callbacks[CONTROL](b"rate 100")

    async def read(self, characteristic):
        await self._tell("battery" if characteristic == BATTERY_LEVEL else characteristic)
        return bytes([self.clip.battery])

    async def subscribe(self, characteristic, notified):
        await self._tell("subscribe")
        self.callbacks[characteristic] = notified

    async def unsubscribe(self, characteristic):
        await self._tell("unsubscribe")
        del self.callbacks[characteristic]


class ToyRadio:
    def __init__(self, *clips, connect_s=0.1):
        self.clips = clips
        self.connect_s = connect_s
        self.failures = []  # raised by the next connections
        self.scanning = self.connected = 0
        self._turn = None

    def turn(self):
        self._turn = self._turn or asyncio.Lock()
        return self._turn

    async def scan(self):
        assert not self.scanning, "two searches at once"
        self.scanning += 1
        try:
            while True:
                await asyncio.sleep(0.1)
                for clip in self.clips:
                    if clip.audible:
                        for advertisement in clip.advertisements:
                            yield Found(clip.address, advertisement, clip.rssi_dbm)
        finally:
            self.scanning -= 1

    @asynccontextmanager
    async def connect(self, address, dropped, timeout_s):
        await asyncio.sleep(self.connect_s)
        if self.failures:
            raise self.failures.pop(0)
        clip = next((clip for clip in self.clips if clip.address == address and clip.audible), None)
        if clip is None:
            raise DeviceNotFoundError(f"expected {address} in reach")
        assert clip.link is None, "connected twice"
        clip.link = ToyLink(clip, dropped)
        clip.connections += 1
        self.connected += 1
        try:
            yield clip.link
        finally:
            await clip.link.end()
            await asyncio.sleep(0.05)
            clip.link = None
            self.connected -= 1


async def after(delay_s, function, *arguments):
    await asyncio.sleep(delay_s)
    function(*arguments)


def later(delay_s, function, *arguments):
    asyncio.get_running_loop().call_later(delay_s, partial(function, *arguments))
