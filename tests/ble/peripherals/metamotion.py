"""A MetaMotion in software, with either chip: registers of modules, plain data or data with time.

Of the sources and tests of MbientLab's MetaWear C++ SDK. Time comes only through the "accounter" of the data
processor; plain and packed data have none.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["MetaMotion"]

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACC, GYRO, PROCESSOR, SETTINGS = 0x03, 0x13, 0x09, 0x11
INFO, POWER, ENABLE, CONFIG = 0x80, 0x01, 0x02, 0x03
CONNECTION_PARAMETERS = 0x09
ADD, NOTIFY_ALL, REMOVE, NOTIFY_ONE, REMOVE_ALL = 0x02, 0x03, 0x06, 0x07, 0x08
ACCOUNTER = bytes((0xFF, 0xA0, 0x11, 0x31, 0x03))  # of a sample whole, of its 6 bytes, 4 bytes of time before it
TICK_S = 48.0 / 32768.0
WRAPS_AFTER_S = 10.0
PACKED_SAMPLES = 3
GYRO_RANGES_DPS = (2000.0, 1000.0, 500.0, 250.0, 125.0)


@dataclass(frozen=True)
class Chip:
    implementations: dict[int, int]
    acc_rate_bits: int
    acc_ranges_g: dict[int, float]
    packed: dict[int, int]
    single: dict[int, int]


CHIPS = {
    "BMI160": Chip(
        {ACC: 1, GYRO: 0}, 0x20, {0x03: 2.0, 0x05: 4.0, 0x08: 8.0, 0x0C: 16.0}, {ACC: 0x1C, GYRO: 0x07},
        {ACC: 0x04, GYRO: 0x05},
    ),
    "BMI270": Chip(
        {ACC: 4, GYRO: 1}, 0xA0, {0: 2.0, 1: 4.0, 2: 8.0, 3: 16.0}, {ACC: 0x05, GYRO: 0x05},
        {ACC: 0x04, GYRO: 0x04},
    ),
}  # fmt: skip


@dataclass
class Module:
    rate_hz: float = 100.0
    full_scale: float = 0.0
    register: int | None = None
    enabled: bool = False
    powered: bool = False


@dataclass
class Accounter:
    module: int
    notifies: bool = False


class MetaMotion(Peripheral):
    name = "MetaWear"
    advertised_services: ClassVar[tuple[str, ...]] = (SERVICE,)

    def __init__(self, *args: Any, chip: Literal["BMI160", "BMI270"] = "BMI160", **options: Any) -> None:
        super().__init__(*args, **options)
        self.chip = CHIPS[chip]
        self.modules = {ACC: Module(full_scale=2.0), GYRO: Module(full_scale=2000.0)}
        self.accounters: dict[int, Accounter] = {}
        self._processors_notify = False

    def services(self) -> list[Service]:
        return [
            Service(
                SERVICE,
                [
                    self.characteristic(COMMAND, "write", "write-without-response", written=self._command),
                    self.characteristic(NOTIFY, "notify"),
                ],
            )
        ]

    def disconnected(self) -> None:
        """Stream on, to nobody: so the real one does."""

    def _command(self, data: bytes) -> None:
        """Take a command; the device is silent about one that it does not take."""
        if len(data) < 2:
            return self.refuse(f"not a command: {data.hex()}")
        module, register, values = data[0], data[1], data[2:]
        if register == INFO:
            implementation = self.chip.implementations.get(module)
            told = b"" if implementation is None else bytes([implementation, 1])
            self._answering = asyncio.ensure_future(self.notify(NOTIFY, bytes([module, INFO]) + told))
        elif (module, register) == (SETTINGS, CONNECTION_PARAMETERS):
            if len(values) != 8:
                self.refuse(f"connection parameters: {data.hex()}")
        elif module == PROCESSOR and self._process(register, values):
            for each in self.modules:
                self._play(each)
        elif module in self.modules and self._set(module, register, values):
            self._play(module)
        else:
            self.refuse(f"no such register or value: {data.hex()}")

    def _set(self, key: int, register: int, values: bytes) -> bool:
        module = self.modules[key]
        if register == CONFIG and len(values) == 2:
            odr = values[0] & 0x0F
            if key == ACC:
                full_scale = self.chip.acc_ranges_g.get(values[1])
                fits = values[0] & 0xF0 == self.chip.acc_rate_bits and 1 <= odr <= 12
            else:
                full_scale = dict(enumerate(GYRO_RANGES_DPS)).get(values[1])
                fits = values[0] & 0xF0 == 0x20 and 6 <= odr <= 13
            if full_scale is None or not fits:
                return False
            module.rate_hz, module.full_scale = 25.0 * 2.0 ** (odr - 6), full_scale
        elif register in (self.chip.packed[key], self.chip.single[key]) and values in (b"\0", b"\1"):
            module.register = register if values == b"\1" else None
        elif register == ENABLE and values in (b"\x01\x00", b"\x00\x01"):
            module.enabled = values == b"\x01\x00"
        elif register == POWER and values in (b"\0", b"\1", b"\2"):
            module.powered = values != b"\0"
        else:
            return False
        return True

    def _process(self, register: int, values: bytes) -> bool:
        if register == ADD and len(values) == 2 + len(ACCOUNTER):
            source, data, how = values[0], values[1], values[2:]
            if source not in self.modules or data != self.chip.single[source] or how != ACCOUNTER:
                return False
            number = len(self.accounters)
            self.accounters[number] = Accounter(source)
            self._answering = asyncio.ensure_future(self.notify(NOTIFY, bytes([PROCESSOR, ADD, number])))
        elif register == NOTIFY_ALL and len(values) == 1:
            self._processors_notify = values == b"\1"
        elif register == NOTIFY_ONE and len(values) == 2 and values[0] in self.accounters:
            self.accounters[values[0]].notifies = values[1] == 1
        elif register == REMOVE and len(values) == 1 and values[0] in self.accounters:
            del self.accounters[values[0]]
        elif register == REMOVE_ALL and not values:
            self.accounters.clear()
        else:
            return False
        return True

    def _play(self, key: int) -> None:
        """Stream what is measured and asked for, whole or through an accounter."""
        module = self.modules[key]
        streams: dict[str, Coroutine[Any, Any, None]] = {}
        if module.enabled and module.powered:
            if module.register is not None:
                streams[f"{key}"] = self._plain(key, module, module.register)
            for number, accounter in self.accounters.items():
                if accounter.module == key and accounter.notifies and self._processors_notify:
                    streams[f"{key} by {number}"] = self._accounted(key, module, number)
        for name in [name for name in self._streams if name.partition(" ")[0] == str(key)]:
            self.end_stream(name)
        for name, stream in streams.items():
            self.stream(name, stream)

    async def _plain(self, key: int, module: Module, register: int) -> None:
        n = PACKED_SAMPLES if register == self.chip.packed[key] else 1
        async for _, acc, gyr in self.measure(module.rate_hz, n):
            await self.send(NOTIFY, bytes([key, register]) + counts(key, module.full_scale, acc, gyr))

    async def _accounted(self, key: int, module: Module, number: int) -> None:
        async for device_s, acc, gyr in self.measure(module.rate_hz):
            ticks = round((device_s[0] - WRAPS_AFTER_S) / TICK_S) % 2**32
            header = struct.pack("<BBBI", PROCESSOR, NOTIFY_ALL, number, ticks)
            await self.send(NOTIFY, header + counts(key, module.full_scale, acc, gyr))


def counts(module: int, full_scale: float, acc: FloatArray, gyr: FloatArray) -> bytes:
    """Make the digits of a module's samples; `full_scale` is g or deg/s."""
    if module == ACC:
        digits = acc / STANDARD_GRAVITY * 32768.0 / full_scale
    else:
        digits = np.degrees(gyr) * 16.4 * 2000.0 / full_scale
    return np.clip(np.round(digits), -32768, 32767).astype("<i2").tobytes()
