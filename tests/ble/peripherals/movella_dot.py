"""A Movella DOT in software: one sample a notification in floats, with a time in µs; it streams on without a link.

Of the "Xsens DOT BLE Services Specifications" (XD0506P, revision F) and the user manual (XD0502P, revision E).
"""

from __future__ import annotations

import struct
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral, Refused
from imucount.samples import FloatArray

__all__ = ["MovellaDot"]


def uuid(number: int) -> str:
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


INFO, CONTROL, REPORT = uuid(0x1001), uuid(0x1002), uuid(0x1004)
MEASUREMENT, LONG, MEDIUM, SHORT = uuid(0x2001), uuid(0x2002), uuid(0x2003), uuid(0x2004)
BATTERY = uuid(0x3001)

CONTROL_SIZE, RATE_OFFSET, VISIT_RATE = 32, 24, 0x10
RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
RATE_QUANTITIES = 21
MEDIUM_SIZE = 40
WRAPS_AFTER_S = 12.0  # into the motion, so that every test meets a wrap


class MovellaDot(Peripheral):
    name = "Xsens DOT"
    manufacturer_data: ClassVar[bytes] = struct.pack("<H", 0x0886) + bytes(6)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"battery_percent": None, **options})
        self.control = bytearray(CONTROL_SIZE)
        struct.pack_into("<H", self.control, RATE_OFFSET, 60)

    def services(self) -> list[Service]:
        return [
            Service(
                uuid(0x1000),
                [
                    self.characteristic(INFO, "read", read=lambda: bytes(34)),
                    self.characteristic(
                        CONTROL, "read", "write", read=lambda: bytes(self.control), written=self._configure
                    ),
                    self.characteristic(REPORT, "notify"),
                ],
            ),
            Service(
                uuid(0x2000),
                [
                    self.characteristic(
                        MEASUREMENT,
                        "read",
                        "write",
                        read=lambda: bytes([1, self.streams, RATE_QUANTITIES]),
                        written=self._measurement,
                    ),
                    *(self.characteristic(payload, "notify") for payload in (LONG, MEDIUM, SHORT)),
                ],
            ),
            Service(uuid(0x3000), [self.characteristic(BATTERY, "read", "notify", read=lambda: bytes([76, 0]))]),
        ]

    def disconnected(self) -> None:
        """Stream on: so the real one does."""

    def _configure(self, data: bytes) -> None:
        if len(data) != CONTROL_SIZE:
            raise Refused(f"{CONTROL_SIZE} bytes of device control expected, got {len(data)}")
        if data[0] & VISIT_RATE:
            (rate_hz,) = struct.unpack_from("<H", data, RATE_OFFSET)
            if self.streams:
                raise Refused("the rate cannot change while measuring")
            if rate_hz not in RATES_HZ:
                raise Refused(f"no such rate: {rate_hz} Hz")
            struct.pack_into("<H", self.control, RATE_OFFSET, rate_hz)

    def _measurement(self, data: bytes) -> None:
        if len(data) != 3 or data[0] != 1 or data[1] > 1:
            raise Refused(f"not a measurement control: {data.hex()}")
        if data[1] == 0:
            self.end_stream("payload")
        elif data[2] != RATE_QUANTITIES:
            raise Refused(f"only rate quantities are played here, got mode {data[2]}")
        else:
            self.stream("payload", self._payloads())

    async def _payloads(self) -> None:
        (rate_hz,) = struct.unpack_from("<H", self.control, RATE_OFFSET)
        async for device_s, acc, gyr in self.measure(rate_hz):
            ticks = round((device_s[0] - WRAPS_AFTER_S) * 1e6) % 2**32
            await self.send(MEDIUM, payload(ticks, acc[0], gyr[0]).ljust(MEDIUM_SIZE, b"\0"))


def payload(ticks: int, acc: FloatArray, gyr: FloatArray) -> bytes:
    """Make the 28 bytes of one sample: µs, m/s², deg/s."""
    return struct.pack("<I6f", ticks, *acc, *np.degrees(gyr))
