"""A Movesense sensor in software, with the GATT SensorData protocol: paths, references, packets that come in two.

Of the `gatt_sensordata_app` and the API files of the Movesense device library.
"""

from __future__ import annotations

import asyncio
import re
import struct
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral, Refused
from imucount.samples import FloatArray

__all__ = ["Movesense"]

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA = "34800002-7185-4d5d-b431-630e7050e8f0"

HELLO, SUBSCRIBE, UNSUBSCRIBE, GET = 0, 1, 2, 4
RESPONSE, DATA_FIRST, DATA_SECOND = 1, 2, 3
OK, NOT_FOUND, TOO_MANY, NOT_IMPLEMENTED = 200, 404, 429, 501
RATES_HZ = {13: 1, 26: 2, 52: 4, 104: 8, 208: 16}  # and the samples of one packet
LONGEST_PART = 150
MOST_SUBSCRIPTIONS = 4
SERIAL = "213530000123"
WRAPS_AFTER_S = 14.0
GETS = {
    "/System/Energy/Level": bytes([87]),
    "/Meas/IMU/Config": struct.pack("<BHH", 8, 1000, 8),
    "/Meas/Acc/Info": bytes.fromhex("080d001a0034006800d000a00141038206040204 0810"),
    "/Meas/Gyro/Info": bytes.fromhex("080d001a0034006800d000a00141038206057d00f500f401e803d007"),
}


class Movesense(Peripheral):
    name = f"Movesense {SERIAL}"
    advertised_services: ClassVar[tuple[str, ...]] = ("FDF3", "180D")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._paths: dict[int, str] = {}

    def services(self) -> list[Service]:
        return [
            Service(
                SERVICE,
                [
                    self.characteristic(COMMAND, "write", written=self._command),
                    self.characteristic(DATA, "notify"),
                ],
            )
        ]

    def disconnected(self) -> None:
        self._paths.clear()
        super().disconnected()

    def _command(self, data: bytes) -> None:
        if len(data) < 2:
            raise Refused("a command and a reference expected")
        command, reference, payload = data[0], data[1], data[2:]
        self._answering = asyncio.ensure_future(self._answer(command, reference, payload))

    async def _answer(self, command: int, reference: int, payload: bytes) -> None:
        if command == HELLO:
            await self.notify(DATA, bytes([RESPONSE, reference]) + b"\x01" + SERIAL.encode() + b"\0")
            return
        status, body = self._done(command, reference, payload.rstrip(b"\0").decode("utf-8", "replace"))
        if status != OK:
            self.refuse(f"{command} {payload!r}: status {status}")
        await self.notify(DATA, struct.pack("<BBH", RESPONSE, reference, status) + body)

    def _done(self, command: int, reference: int, path: str) -> tuple[int, bytes]:
        if command == UNSUBSCRIBE:
            if self._paths.pop(reference, None) is None:
                return NOT_FOUND, b""
            self.end_stream(str(reference))
            return OK, b""
        if command == GET:
            return (OK, GETS[path]) if path in GETS else (NOT_FOUND, b"")
        if command != SUBSCRIBE:
            return NOT_IMPLEMENTED, b""
        wanted = re.fullmatch(r"/Meas/(IMU6|Acc|Gyro)/(\d+)", path)
        if wanted is None:
            return NOT_FOUND, b""
        if int(wanted[2]) not in RATES_HZ:
            return NOT_IMPLEMENTED, b""
        if len(self._paths) >= MOST_SUBSCRIPTIONS:
            return TOO_MANY, b""
        self._paths[reference] = path
        self.stream(str(reference), self._measurements(reference, wanted[1], int(wanted[2])))
        return OK, b""

    async def _measurements(self, reference: int, what: str, rate_hz: int) -> None:
        async for device_s, acc, gyr in self.measure(rate_hz, RATES_HZ[rate_hz]):
            arrays = {"IMU6": (acc, gyr), "Acc": (acc, None), "Gyro": (None, gyr)}[what]
            body = measurements(round((device_s[0] - WRAPS_AFTER_S) * 1000.0) % 2**32, *arrays)
            await self.send(DATA, bytes([DATA_FIRST, reference]) + body[:LONGEST_PART])
            if len(body) > LONGEST_PART:
                await self.send(DATA, bytes([DATA_SECOND, reference]) + body[LONGEST_PART:])


def measurements(ticks: int, acc: FloatArray | None, gyr: FloatArray | None) -> bytes:
    """Make the body of a packet: ms of the first sample, then one array after the other, m/s² and deg/s."""
    arrays = [] if acc is None else [acc]
    arrays += [] if gyr is None else [np.degrees(gyr)]
    return struct.pack("<I", ticks) + np.concatenate(arrays).astype("<f4").tobytes()
