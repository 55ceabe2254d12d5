"""Boards in software that print lines over the Nordic UART service: a Puck.js, and one that prints by itself.

Of Espruino's documentation. The JavaScript that a Puck.js is told is not run here, only searched for what it does:
which rate it asks the accelerometer for, and which function switches it off.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["PrintingBoard", "PuckJs"]

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RECEIVE = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TRANSMIT = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
CHUNK = 20
ACC_DIGITS_PER_G = 8192.0
GYR_DPS_PER_DIGIT = 0.00875
RATES_HZ = (12.5, 26.0, 52.0, 104.0, 208.0)


class _Board(Peripheral):
    advertised_services: ClassVar[tuple[str, ...]] = (SERVICE,)

    def services(self) -> list[Service]:
        return [
            Service(
                SERVICE,
                [
                    self.characteristic(RECEIVE, "write", "write-without-response", written=self._received),
                    self.characteristic(TRANSMIT, "notify"),
                ],
            )
        ]

    async def _received(self, data: bytes) -> None:
        """Ignore what is written."""

    async def print(self, text: bytes) -> None:
        """Send text as it fits."""
        for start in range(0, len(text), CHUNK):
            await self.send(TRANSMIT, text[start : start + CHUNK])

    async def lines(self, rate_hz: float) -> None:
        """Print a line a sample."""
        async for device_s, acc, gyr in self.measure(rate_hz):
            await self.print(line(round(device_s[0] * 1000.0), acc[0], gyr[0]))


class PrintingBoard(_Board):
    """Prints from the moment that somebody listens, 50 lines a second, and has something to say before."""

    name = "my board"

    def subscribed(self, characteristic: str, on: bool) -> None:
        if on:
            self.stream("lines", self._greeted())
        else:
            self.end_stream("lines")

    async def _greeted(self) -> None:
        await self.print(b"hello, this is a sketch\r\n")
        await self.lines(52.0)


class PuckJs(_Board):
    """Prints what it is told to by JavaScript, when it is told."""

    name = "Puck.js 4a2f"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._typed = b""
        self._off: bytes | None = None

    async def _received(self, data: bytes) -> None:
        if len(data) > CHUNK:
            self.refuse(f"{len(data)} bytes at once")
        *ended, self._typed = (self._typed + data).split(b"\n")
        for each in ended:
            await self._evaluate(each)

    async def _evaluate(self, script: bytes) -> None:
        if not script.startswith(b"\x03\x10"):
            self.refuse("an echo would be mixed with the lines")
        script = script.lstrip(b"\x03\x10")
        if script.count(b"{") != script.count(b"}") or script.count(b"(") != script.count(b")"):
            await self.print(b"Uncaught SyntaxError: Got EOF\r\n")
            return self.refuse(f"no JavaScript: {script!r}")
        wanted = re.search(rb"Puck\.accelOn\(([\d.]+)\)", script)
        if wanted is not None:
            if float(wanted[1]) not in RATES_HZ:
                return self.refuse(f"no such rate: {wanted[1]!r}")
            off = re.search(rb"(\w+)=function\(\)\{[^{}]*Puck\.accelOff\(\)", script)
            self._off = None if off is None else off[1]
            self.stream("lines", self.lines(float(wanted[1])))
        elif b"Puck.accelOff()" in script or (self._off is not None and self._off + b"()" in script):
            self.end_stream("lines")


def line(ticks_ms: int, acc: FloatArray, gyr: FloatArray) -> bytes:
    """Make the line of one sample, of whole digits of the sensor: ms, g, deg/s."""
    acc_g = np.round(acc / STANDARD_GRAVITY * ACC_DIGITS_PER_G) / ACC_DIGITS_PER_G
    gyr_dps = np.round(np.degrees(gyr) / GYR_DPS_PER_DIGIT) * GYR_DPS_PER_DIGIT
    values = [f"{each:.3f}" for each in acc_g] + [f"{each:.1f}" for each in gyr_dps]
    return f"{ticks_ms},{','.join(values)}\r\n".encode()
