"""MbientLab MetaMotion R, RL, C (Bosch BMI160) and S (BMI270).

Layout after MbientLab's MetaWear-SDK-Cpp, its sources and tests; the decoder was checked against the bytes in
those tests, and nothing here on a device.

The board's plain and packed data carry neither time nor number: a lost packet would pass unseen, and two streams
could only be joined by when they arrived. Each stream is therefore led through a data processor of the board, an
"accounter", that puts the board's time in front of every sample. That makes one sample a notification, and is the
reason to prefer 50 Hz.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass
from math import radians

import numpy as np

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.sensor import (
    Action,
    Advertisement,
    Ask,
    Dialogue,
    Packet,
    Sensor,
    Subscribe,
    Ticks,
    Unsubscribe,
    Write,
    all_of,
)

__all__ = ["COMMAND", "NOTIFY", "SERVICE", "MetaMotion"]

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACCELEROMETER, PROCESSOR, GYROSCOPE = 0x03, 0x09, 0x13
"""Modules of the board; the first byte of whatever is sent either way."""

ACCOUNTED = struct.Struct("<3xI3h")
GYR_COUNTS_PER_SCALE = 32_800
"""Of the BMI160 and BMI270: 16.4 counts for 1 deg/s at ±2000, and likewise at the other ranges."""


@dataclass(frozen=True, slots=True)
class Part:
    """An accelerometer or a gyroscope as one chip has it.

    Attributes
    ----------
    data : int
        Register that its samples come from.
    rates : dict of float to int
        Rate, Hz, to the first byte of the configuration.
    ranges : dict of float to int
        Full scale, g or deg/s, to the second byte.
    """

    data: int
    rates: dict[float, int]
    ranges: dict[float, int]


ACCELEROMETERS = {
    1: Part(0x04, {25.0: 0x26, 50.0: 0x27, 100.0: 0x28}, {2.0: 3, 4.0: 5, 8.0: 8, 16.0: 12}),  # BMI160
    4: Part(0x04, {25.0: 0xA6, 50.0: 0xA7, 100.0: 0xA8}, {2.0: 0, 4.0: 1, 8.0: 2, 16.0: 3}),  # BMI270
}
GYR_RATES = {25.0: 0x26, 50.0: 0x27, 100.0: 0x28}
GYR_RANGES = {2000.0: 0, 1000.0: 1, 500.0: 2, 250.0: 3, 125.0: 4}
GYROSCOPES = {
    0: Part(0x05, GYR_RATES, GYR_RANGES),  # BMI160
    1: Part(0x04, GYR_RATES, GYR_RANGES),  # BMI270
}


class MetaMotion(Sensor):
    """A MetaMotion with BMI160 or BMI270.

    What other programs left running in the board's data processors is removed at the start: after a lost link it
    would stream beside the new stream. The ranges and rates that were set before are not put back; every program
    sets its own.
    """

    key = "metamotion"
    products = "MbientLab MetaMotion R, RL, C and S"
    rates_hz = (25.0, 50.0, 100.0)
    preferred_hz = 50.0
    acc_range_g = 4.0
    gyr_range_dps = 500.0
    latency_s = 0.05
    proven = "bytes of the vendor's tests; those of the gyroscope's time by analogy"
    services = (SERVICE,)
    ticks = Ticks(tick_s=48 / 32768, modulus=2**32)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._acc_step = self.acc_range_g * STANDARD_GRAVITY / 32768
        self._gyr_step = radians(self.gyr_range_dps) / GYR_COUNTS_PER_SCALE
        self._modules: dict[int, int] = {}  # which of the two an accounter's number stands for

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the MetaWear service is advertised; the name is the user's own."""
        return SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Find out which chip it is, set rates and ranges, make the accounters, and switch on."""
        yield Subscribe(NOTIFY)
        acc = ACCELEROMETERS.get((yield from self._implementation(ACCELEROMETER)))
        if acc is None:
            raise SensorError(
                "expected a MetaMotion with a BMI160 or BMI270, got a MetaWear board with another accelerometer; "
                "such boards are not supported"
            )
        gyr = GYROSCOPES.get((yield from self._implementation(GYROSCOPE)))
        self.has_gyroscope = gyr is not None
        parts = [(ACCELEROMETER, acc, self.acc_range_g)]
        if gyr is not None:
            parts.append((GYROSCOPE, gyr, self.gyr_range_dps))

        yield _command(PROCESSOR, 0x08)  # remove them all
        for module, part, full_scale in parts:
            yield _command(module, 0x03, part.rates[self.rate_hz], part.ranges[full_scale])
            processor = yield from self._accounter(module, part)
            self._modules[processor] = module
            yield _command(PROCESSOR, 0x07, processor, 1)
        yield _command(PROCESSOR, 0x03, 1)
        for module, _, _ in parts:
            yield _command(module, 0x02, 1, 0)
            yield _command(module, 0x01, 1)

    def stop(self) -> Dialogue:
        """Switch the chip off and take the accounters away."""
        yield from all_of(
            _command(GYROSCOPE, 0x01, 0),
            _command(GYROSCOPE, 0x02, 0, 1),
            _command(ACCELEROMETER, 0x01, 0),
            _command(ACCELEROMETER, 0x02, 0, 1),
            _command(PROCESSOR, 0x03, 0),
            *(_command(PROCESSOR, 0x06, processor) for processor in self._modules),
            Unsubscribe(NOTIFY),
        )

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of a sample that an accounter sent; what else the board tells makes none."""
        if characteristic != NOTIFY:
            return []
        if len(data) < 3:
            raise PacketError(f"expected module, register and data of a MetaMotion, got {len(data)} bytes")
        module = self._modules.get(data[2]) if data[:2] == bytes((PROCESSOR, 0x03)) else None
        if module is None:
            return []
        if len(data) != ACCOUNTED.size:
            raise PacketError(f"expected {ACCOUNTED.size} bytes of time and sample, got {len(data)}")
        ticks, *values = ACCOUNTED.unpack(data)
        sample = np.array([values], dtype=np.float64)
        if module == ACCELEROMETER:
            return [Packet(sample * self._acc_step, None, ticks)]
        return [Packet(None, sample * self._gyr_step, ticks)]

    def _implementation(self, module: int) -> Generator[Action, bytes | None, int]:
        """Ask which chip a module is; -1 for a module that the board has not."""
        answer = yield _ask(bytes((module, 0x80)))
        return answer[2] if answer is not None and len(answer) > 2 else -1

    def _accounter(self, module: int, part: Part) -> Generator[Action, bytes | None, int]:
        # 0xff: whole sample; 0xa0: its 6 bytes; 0x11: accounter; 0x31: 4 bytes of time; 3: ticks of 48/32768 s.
        try:
            answer = yield _ask(bytes((PROCESSOR, 0x02, module, part.data, 0xFF, 0xA0, 0x11, 0x31, 0x03)))
        except SensorError as error:
            raise SensorError(
                f"expected the MetaMotion to put times on its samples, got: {error}; "
                "its firmware may be too old, and MbientLab's MetaBase app updates it"
            ) from error
        if answer is None or len(answer) < 3:
            raise SensorError("expected the number of a data processor from the MetaMotion, got none; restart it")
        return answer[2]


def _command(*values: int) -> Write:
    return Write(COMMAND, bytes(values))


def _ask(command: bytes) -> Ask:
    """Ask; the answer begins with the same module and register."""
    return Ask(COMMAND, command, NOTIFY, lambda data: data[:2] == command[:2])
