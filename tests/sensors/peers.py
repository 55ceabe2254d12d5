"""Sensors in software that keep settings: what a board, a DOT, a Thingy and a clip do with what is written."""

import struct

from sensors.scripted_peer import Peer

from imucount.errors import SensorError
from imucount.sensors.adafruit import ACC_PERIOD, GYR_DATA, GYR_PERIOD
from imucount.sensors.movella_dot import BATTERY, CONTROL, MEDIUM_PAYLOAD, SETTINGS
from imucount.sensors.thingy52 import CONFIGURATION
from imucount.sensors.witmotion import COMMAND, NOTIFY

SECOND = struct.pack("<i", 1000)
FACTORY = bytes.fromhex("e8 03 f4 01 f4 01 0a 00 01")
"""Steps each 1000 ms, temperature and magnetometer every 500 ms, 10 Hz, wakes on motion: by Nordic's documents."""
# The tests of github.com/naugehyde/bt-sensors-plugin-sk, sensor_classes/WT901BLE.js.
STILL = bytes.fromhex("5561 e1ff 91ff 0008 0000 0000 0000 e9fd c800 c43a")


def registers(first, values):
    return b"\x55\x71" + struct.pack("<H8h", first, *values)


class Board(Peer):
    def __init__(self, has_gyroscope=True):
        super().__init__()
        self.values[ACC_PERIOD] = SECOND
        if has_gyroscope:
            self.values[GYR_PERIOD] = SECOND

    def do(self, action, sensor):
        if getattr(action, "characteristic", None) in (GYR_PERIOD, GYR_DATA) and GYR_PERIOD not in self.values:
            raise SensorError("expected a characteristic that is not there")
        return super().do(action, sensor)

    def written(self, characteristic, data):
        assert characteristic in self.values
        self.values[characteristic] = data
        return []


class Dot(Peer):
    """Settings that can be written only while it does not measure, and only those that are marked."""

    def __init__(self, rate_hz=60, measuring=False, synchronised=False, settings_bytes=32):
        super().__init__()
        settings = bytearray(range(32))
        struct.pack_into("<H", settings, 24, rate_hz)
        self.settings, self.found = settings, bytes(settings)
        self.measuring, self.synchronised = measuring, synchronised
        self.values = {BATTERY: b"\x4d\x00", SETTINGS: bytes(settings[:settings_bytes])}

    def written(self, characteristic, data):
        if characteristic == CONTROL:
            if data == bytes.fromhex("010115"):
                assert MEDIUM_PAYLOAD in self.subscribed
                self.measuring = True
            elif data == bytes.fromhex("010015"):
                self.measuring = False
        elif characteristic == SETTINGS:
            assert len(data) == 32
            if self.synchronised:
                raise SensorError("write not permitted")
            if data[0] == 0x10 and not self.measuring:
                self.settings[24:26] = data[24:26]
                self.values[SETTINGS] = bytes(self.settings)
        return []


class Thingy(Peer):
    def __init__(self, found=FACTORY):
        super().__init__()
        self.values[CONFIGURATION] = found
        self.writes = []

    def written(self, characteristic, data):
        assert characteristic == CONFIGURATION
        self.writes.append(data.hex(" "))
        self.values[CONFIGURATION] = data
        return []


class Clip(Peer):
    """A clip with a rate register, written to only when unlocked; `tells` whether it answers to reading."""

    def __init__(self, code=0x06, tells=True, takes=True):
        super().__init__()
        self.code, self.tells, self.takes = code, tells, takes
        self.unlocked = False

    def written(self, characteristic, data):
        assert characteristic == COMMAND
        if data == bytes.fromhex("ffaa270300"):
            return [(NOTIFY, STILL), (NOTIFY, STILL + registers(3, [self.code] + [0] * 7))] if self.tells else []
        if data == bytes.fromhex("ffaa6988b5"):
            self.unlocked = True
        elif data[:3] == bytes.fromhex("ffaa03") and self.unlocked and self.takes:
            self.code = data[3]
        return []
