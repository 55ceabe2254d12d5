"""Polar sensors in software, with PMD: long frames, packed as differences, stamped with the last sample's time.

Of Polar's "Online Measurement" documents and the sources and tests of the Polar BLE SDK.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral, bluetooth_uuid
from imucount.samples import STANDARD_GRAVITY

__all__ = ["PolarH10", "PolarVeritySense"]

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
HEART_RATE = bluetooth_uuid(0x180D)

GET_SETTINGS, START, STOP, GET_SDK_SETTINGS = 1, 2, 3, 4
ACC, GYRO, SDK_MODE = 2, 5, 9
RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5
SIZES = {RATE: 2, RESOLUTION: 2, RANGE: 2, CHANNELS: 1}
OK, INVALID_COMMAND, INVALID_TYPE, INVALID_PARAMETER, ALREADY = 0, 1, 2, 5, 6
INVALID_OF = {RESOLUTION: 7, RATE: 8, RANGE: 9, CHANNELS: INVALID_PARAMETER}
INVALID_MTU, INVALID_STATE = 10, 12

GYRO_FACTOR = 2000.0 / 32768.0  # deg/s a digit; the real one's is not published, so a host has to read it
LONGEST_FRAME = 232
BLOCK_SAMPLES = 8
EPOCH_S = 820_000_000  # since 2000, as the sensor has it

Settings = dict[int, tuple[int, ...]]


class _Polar(Peripheral):
    features: ClassVar[bytes]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sdk_mode = False

    def services(self) -> list[Service]:
        return [
            Service(HEART_RATE, [self.characteristic(bluetooth_uuid(0x2A37), "notify")]),
            Service(
                SERVICE,
                [
                    self.characteristic(
                        CONTROL, "read", "write", "indicate", read=lambda: self.features, written=self._command
                    ),
                    self.characteristic(DATA, "notify"),
                ],
            ),
        ]

    def offered(self, measurement: int, sdk: bool) -> Settings | None:
        """What can be set of a measurement; None if it has no such."""
        raise NotImplementedError

    async def frames(self, measurement: int, settings: dict[int, int]) -> None:
        """Stream a measurement."""
        raise NotImplementedError

    async def _command(self, data: bytes) -> None:
        status, parameters = self._answer(data)
        if status != OK:
            self.refuse(f"{data.hex()}: status {status}")
        # As many parameters as an indication has room for behind its 5 bytes; the rest follows.
        room = self.mtu - 3 - 5
        for start in range(0, max(len(parameters), 1), room):
            more = start + room < len(parameters)
            header = b"\xf0" + data[:2].ljust(2, b"\0") + bytes([status, more])
            await self.notify(CONTROL, header + parameters[start : start + room])

    def _answer(self, data: bytes) -> tuple[int, bytes]:
        if len(data) < 2:
            return INVALID_COMMAND, b""
        command, measurement = data[0], data[1] & 0x3F
        if measurement == SDK_MODE and command in (START, STOP):
            if self.offered(ACC, sdk=True) is None:
                return INVALID_TYPE, b""
            if self.streams:
                return INVALID_STATE, b""
            self.sdk_mode = command == START
            return OK, b""
        settings = self.offered(measurement, self.sdk_mode or command == GET_SDK_SETTINGS)
        if settings is None:
            return INVALID_TYPE, b""
        if command in (GET_SETTINGS, GET_SDK_SETTINGS):
            return OK, b"".join(
                bytes([key, len(values)]) + b"".join(value.to_bytes(SIZES[key], "little") for value in values)
                for key, values in settings.items()
            )
        if command == STOP:
            self.end_stream(str(measurement))
            return OK, b""
        if command != START:
            return INVALID_COMMAND, b""
        return self._start(measurement, data[2:], settings)

    def _start(self, measurement: int, parameters: bytes, offered: Settings) -> tuple[int, bytes]:
        chosen: dict[int, int] = {}
        while parameters:
            key = parameters[0]
            if key not in SIZES or len(parameters) < 2 + SIZES[key] or parameters[1] != 1:
                return INVALID_PARAMETER, b""
            chosen[key] = int.from_bytes(parameters[2 : 2 + SIZES[key]], "little")
            parameters = parameters[2 + SIZES[key] :]
        if set(offered) - set(chosen):
            return INVALID_PARAMETER, b""
        for key, value in chosen.items():
            if value not in offered.get(key, (3,)):
                return INVALID_OF[key], b""
        if str(measurement) in self._streams:
            return ALREADY, b""
        if self.mtu < 70:
            return INVALID_MTU, b""
        self.stream(str(measurement), self.frames(measurement, chosen))
        return OK, struct.pack("<BBf", FACTOR, 1, GYRO_FACTOR) if measurement == GYRO else b""

    async def digits(self, measurement: int, rate_hz: int) -> AsyncIterator[tuple[int, list[int]]]:
        """Give each sample's time, ns, and digits: thousandths of g, or parts of `GYRO_FACTOR`."""
        async for device_s, acc, gyr in self.measure(rate_hz):
            values = acc[0] / STANDARD_GRAVITY * 1000.0 if measurement == ACC else np.degrees(gyr[0]) / GYRO_FACTOR
            ns = EPOCH_S * 1_000_000_000 + round(device_s[0] * 1e9)
            yield ns, [int(value) for value in np.clip(np.round(values), -32768, 32767)]


class PolarVeritySense(_Polar):
    name = "Polar Sense C1A2B3D4"
    features = bytes([0x0F, 0x04 | 0x20, 0x02]) + bytes(14)

    def offered(self, measurement: int, sdk: bool) -> Settings | None:
        if measurement not in (ACC, GYRO):
            return None
        ranges: tuple[int, ...] = (8,) if measurement == ACC else (2000,)
        if sdk:
            ranges = (2, 4, 8, 16) if measurement == ACC else (250, 500, 1000, 2000)
        return {RATE: (26, 52, 104, 208, 416) if sdk else (52,), RESOLUTION: (16,), RANGE: ranges, CHANNELS: (3,)}

    async def frames(self, measurement: int, settings: dict[int, int]) -> None:
        longest = min(LONGEST_FRAME, self.mtu - 3)
        kind = 0x81 if measurement == ACC else 0x80
        waiting: list[list[int]] = []
        frame = bytearray()
        async for ns, sample in self.digits(measurement, settings[RATE]):
            waiting.append(sample)
            if len(waiting) <= BLOCK_SAMPLES:
                continue
            packed = block(waiting)
            frame += packed if frame else struct.pack("<3h", *waiting[0]) + packed
            waiting = waiting[-1:]
            # Sent at once when another such block would not fit.
            if 10 + len(frame) + len(packed) > longest:
                await self.send(DATA, struct.pack("<BQB", measurement, ns, kind) + frame)
                frame, waiting = bytearray(), []


class PolarH10(_Polar):
    name = "Polar H10 7E2A9F01"
    advertised_services: ClassVar[tuple[str, ...]] = ("180D",)
    features = bytes([0x0F, 0x01 | 0x04]) + bytes(15)

    def offered(self, measurement: int, sdk: bool) -> Settings | None:
        if measurement != ACC or sdk:
            return None
        return {RATE: (25, 50, 100, 200), RESOLUTION: (16,), RANGE: (2, 4, 8)}

    async def frames(self, measurement: int, settings: dict[int, int]) -> None:
        longest = (min(LONGEST_FRAME, self.mtu - 3) - 10) // 6
        frame: list[int] = []
        async for ns, sample in self.digits(measurement, settings[RATE]):
            frame += sample
            if len(frame) == 3 * longest:
                await self.send(DATA, struct.pack(f"<BQB{len(frame)}h", measurement, ns, 0x01, *frame))
                frame = []


def block(samples: Sequence[Sequence[int]]) -> bytes:
    """Pack the differences from sample to sample; the first sample is what the block goes on from."""
    deltas = [b - a for old, new in itertools.pairwise(samples) for a, b in zip(old, new, strict=True)]
    bits = 1 + max((delta if delta >= 0 else ~delta).bit_length() for delta in deltas)
    packed = sum((delta & (1 << bits) - 1) << bits * i for i, delta in enumerate(deltas))
    return bytes([bits, len(samples) - 1]) + packed.to_bytes(-(-bits * len(deltas) // 8), "little")
