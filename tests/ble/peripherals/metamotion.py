"""A MetaMotion in software, with either chip: registers of modules, three samples a notification.

Of the sources and tests of MbientLab's MetaWear C++ SDK. Time comes only through the "accounter" of the data
processor; plain and packed data have none.
"""

from __future__ import annotations

import asyncio
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

ACC, GYRO, SETTINGS = 0x03, 0x13, 0x11
INFO, POWER, ENABLE, CONFIG = 0x80, 0x01, 0x02, 0x03
CONNECTION_PARAMETERS = 0x09
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


class MetaMotion(Peripheral):
    name = "MetaWear"
    advertised_services: ClassVar[tuple[str, ...]] = (SERVICE,)

    def __init__(self, *args: Any, chip: Literal["BMI160", "BMI270"] = "BMI160", **options: Any) -> None:
        super().__init__(*args, **options)
        self.chip = CHIPS[chip]
        self.modules = {ACC: Module(full_scale=2.0), GYRO: Module(full_scale=2000.0)}

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

    def _play(self, key: int) -> None:
        module = self.modules[key]
        if module.register is not None and module.enabled and module.powered:
            self.stream(str(key), self._packets(key, module))
        else:
            self.end_stream(str(key))

    async def _packets(self, key: int, module: Module) -> None:
        assert module.register is not None
        n = PACKED_SAMPLES if module.register == self.chip.packed[key] else 1
        async for _, acc, gyr in self.measure(module.rate_hz, n):
            values = acc / STANDARD_GRAVITY if key == ACC else np.degrees(gyr)
            await self.send(NOTIFY, bytes([key, module.register]) + counts(key, module.full_scale, values))


def counts(module: int, full_scale: float, values: FloatArray) -> bytes:
    """Make the digits of samples: g or deg/s."""
    digits_per_unit = 32768.0 / full_scale if module == ACC else 16.4 * 2000.0 / full_scale
    return np.clip(np.round(values * digits_per_unit), -32768, 32767).astype("<i2").tobytes()
