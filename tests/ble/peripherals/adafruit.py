"""An Adafruit board in software: two measurements, each in notifications of its own, as floats.

Of Adafruit_CircuitPython_BLE_Adafruit and the BLEAdafruitService library for Arduino. Each service has a
measurement period and a version of its own, under the same two UUIDs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, ClassVar

from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral, Refused
from imucount.samples import FloatArray

__all__ = ["Adafruit"]


def uuid(number: int) -> str:
    return f"adaf{number:04x}-c332-42a8-93bd-25e905756cb8"


PERIOD, VERSION = uuid(0x0001), uuid(0x0002)
ACCELEROMETER, GYROSCOPE = 0x0200, 0x0400
DEFAULT_PERIOD_MS = 1000


class Adafruit(Peripheral):
    name = "CLUE"
    advertised_services: ClassVar[tuple[str, ...]] = (uuid(ACCELEROMETER),)
    manufacturer_data: ClassVar[bytes] = struct.pack("<HBHH", 0x0822, 4, 1, 0x8072)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.periods_ms = dict.fromkeys((ACCELEROMETER, GYROSCOPE), DEFAULT_PERIOD_MS)
        self._listened = dict.fromkeys((ACCELEROMETER, GYROSCOPE), False)

    def services(self) -> list[Service]:
        return [self._service(ACCELEROMETER), self._service(GYROSCOPE)]

    def _service(self, number: int) -> Service:
        return Service(
            uuid(number),
            [
                self.characteristic(uuid(number + 1), "read", "notify", read=lambda: bytes(12)),
                self.characteristic(
                    PERIOD,
                    "read",
                    "write",
                    read=lambda: struct.pack("<i", self.periods_ms[number]),
                    written=self._period_of(number),
                ),
                self.characteristic(VERSION, "read", read=lambda: struct.pack("<I", 1)),
            ],
        )

    def _period_of(self, number: int) -> Callable[[bytes], None]:
        def written(data: bytes) -> None:
            if len(data) != 4:
                raise Refused("an int32 of ms expected")
            (self.periods_ms[number],) = struct.unpack("<i", data)
            self._play(number)

        return written

    def subscribed(self, characteristic: str, on: bool) -> None:
        for number in self._listened:
            if characteristic == uuid(number + 1):
                self._listened[number] = on
                self._play(number)

    def disconnected(self) -> None:
        self._listened = dict.fromkeys(self._listened, False)
        super().disconnected()

    def _play(self, number: int) -> None:
        if self._listened[number] and self.periods_ms[number] > 0:
            self.stream(uuid(number), self._values(number))
        else:
            self.end_stream(uuid(number))

    async def _values(self, number: int) -> None:
        async for _, acc, gyr in self.measure(1000.0 / self.periods_ms[number]):
            await self.send(uuid(number + 1), vector((acc if number == ACCELEROMETER else gyr)[0]))


def vector(values: FloatArray) -> bytes:
    """Make the 12 bytes of one measurement: m/s² or rad/s."""
    return struct.pack("<3f", *values)
