"""A Nordic Thingy:52 in software: its motion service, 18 bytes a sample, no time and no number.

Of the firmware's sources and documentation (NordicSemiconductor/Nordic-Thingy52-FW).
"""

from __future__ import annotations

import struct
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral, Refused
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["Thingy52"]


def uuid(number: int) -> str:
    return f"ef68{number:04x}-9b35-4933-9b10-52ffa9740042"


CONFIGURATION, CONNECTION_PARAMETERS = uuid(0x0100), uuid(0x0104)
MOTION, MOTION_CONFIG, RAW = uuid(0x0400), uuid(0x0401), uuid(0x0406)
CONFIG = struct.Struct("<HHHHB")


class Thingy52(Peripheral):
    name = "Thingy"
    advertised_services: ClassVar[tuple[str, ...]] = (CONFIGURATION,)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.config = CONFIG.pack(1000, 500, 500, 10, 1)
        self.parameters = struct.pack("<4H", 6, 16, 0, 320)

    def services(self) -> list[Service]:
        return [
            Service(
                CONFIGURATION,
                [
                    self.characteristic(
                        CONNECTION_PARAMETERS, "read", "write", read=lambda: self.parameters, written=self._connect
                    )
                ],
            ),
            Service(
                MOTION,
                [
                    self.characteristic(
                        MOTION_CONFIG, "read", "write", read=lambda: self.config, written=self._configure
                    ),
                    self.characteristic(uuid(0x0404), "notify"),
                    self.characteristic(RAW, "notify"),
                ],
            ),
        ]

    def _connect(self, data: bytes) -> None:
        if len(data) != 8 or struct.unpack("<4H", data)[0] < 6:
            raise Refused("four u16 expected, the shortest interval 7.5 ms")
        self.parameters = data

    def _configure(self, data: bytes) -> None:
        if len(data) != CONFIG.size:
            raise Refused(f"{CONFIG.size} bytes expected")
        step_ms, temperature_ms, magnetometer_ms, rate_hz, wake = CONFIG.unpack(data)
        fits = 100 <= step_ms <= 5000 and 100 <= temperature_ms <= 5000 and 100 <= magnetometer_ms <= 1000
        if not (fits and 5 <= rate_hz <= 200 and wake <= 1):
            raise Refused(f"out of range: {data.hex()}")
        self.config = data
        if self.streams:
            self.stream("raw", self._raw())

    def subscribed(self, characteristic: str, on: bool) -> None:
        if characteristic == RAW and on:
            self.stream("raw", self._raw())
        elif characteristic == RAW:
            self.end_stream("raw")

    async def _raw(self) -> None:
        async for _, acc, gyr in self.measure(CONFIG.unpack(self.config)[3]):
            await self.send(RAW, raw(acc[0], gyr[0]))


def raw(acc: FloatArray, gyr: FloatArray, compass_ut: FloatArray | None = None) -> bytes:
    """Make the 18 bytes of one sample: g in 6Q10, deg/s in 11Q5, µT in 12Q4."""
    compass = np.array([10.0, -20.0, 1.0]) if compass_ut is None else compass_ut
    fixed = np.concatenate([acc / STANDARD_GRAVITY * 1024.0, np.degrees(gyr) * 32.0, compass * 16.0])
    return np.clip(np.round(fixed), -32768, 32767).astype("<i2").tobytes()
