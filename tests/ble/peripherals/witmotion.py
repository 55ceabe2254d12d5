"""A WitMotion WT901BLE in software: frames of 20 bytes as soon as somebody listens, no time and no number in them.

Of WitMotion's Python and Java examples for the BWT901BLE5.0 and the manuals of the WT901BLECL.
"""

from __future__ import annotations

import struct
from typing import ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["WitMotion"]

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"  # not the base of the Bluetooth SIG, which ends in 9b34fb
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"

UNLOCK = bytes.fromhex("ffaa6988b5")
UNLOCKED_S = 10.0
RATES_HZ = {1: 0.2, 2: 0.5, 3: 1.0, 4: 2.0, 5: 5.0, 6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 11: 200.0}
RATE_REGISTER, READ_REGISTER, SAVE_REGISTER = 0x03, 0x27, 0x00
BATTERY_REGISTER = 0x64
BATTERY_CENTIVOLTS = 393
FULL_SCALE = (16.0, 2000.0, 180.0)  # g, deg/s, deg


class WitMotion(Peripheral):
    name = "WT901BLE67"
    advertised_services: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"battery_percent": None, **options})  # type: ignore[arg-type]
        self.rate_hz = 10.0
        self.saved_hz = 10.0
        self._unlocked_at_s = -UNLOCKED_S

    def services(self) -> list[Service]:
        return [
            Service(
                SERVICE,
                [
                    self.characteristic(NOTIFY, "notify"),
                    self.characteristic(WRITE, "write", "write-without-response", written=self._command),
                ],
            )
        ]

    def subscribed(self, characteristic: str, on: bool) -> None:
        if on:
            self.stream("frames", self._frames())
        else:
            self.end_stream("frames")

    async def _command(self, data: bytes) -> None:
        """Take a command; the device is silent about one that it does not take."""
        if len(data) != 5 or data[:2] != b"\xff\xaa":
            return self.refuse(f"not a command: {data.hex()}")
        register, value = data[2], data[3] | data[4] << 8
        if data == UNLOCK:
            self._unlocked_at_s = self.now_s
        elif register == READ_REGISTER:
            await self._tell(value)
        elif self.now_s - self._unlocked_at_s > UNLOCKED_S:
            self.refuse(f"locked: {data.hex()}")
        elif register == RATE_REGISTER and value in RATES_HZ:
            self.rate_hz = RATES_HZ[value]
            if self.streams:
                self.stream("frames", self._frames())
        elif register == SAVE_REGISTER and value == 0:
            self.saved_hz = self.rate_hz
        else:
            self.refuse(f"no such setting: {data.hex()}")

    async def _tell(self, register: int) -> None:
        """Tell a register and the seven behind it."""
        codes = {rate_hz: code for code, rate_hz in RATES_HZ.items()}
        held = {RATE_REGISTER: codes[self.rate_hz], BATTERY_REGISTER: BATTERY_CENTIVOLTS}
        values = [held.get(each, 0) for each in range(register, register + 8)]
        await self.notify(NOTIFY, struct.pack("<2sH8h", b"\x55\x71", register, *values))

    async def _frames(self) -> None:
        async for _, acc, gyr in self.measure(self.rate_hz):
            await self.send(NOTIFY, frame(acc[0], gyr[0]))


def frame(acc: FloatArray, gyr: FloatArray) -> bytes:
    """Make the frame of one sample: three times three int16 of full scale."""
    physical = np.concatenate(
        [acc / STANDARD_GRAVITY / FULL_SCALE[0], np.degrees(gyr) / FULL_SCALE[1], np.zeros(3)]
    )
    counts = np.clip(np.round(physical * 32768.0), -32768, 32767).astype("<i2")
    return b"\x55\x61" + counts.tobytes()
