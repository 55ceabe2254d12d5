"""Nordic Thingy:52, its motion service's raw data.

Layout after Nordic's Thingy:52 firmware documentation and sources; nothing here was checked on a device.
"""

from __future__ import annotations

import struct
from math import radians

import numpy as np

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.sensor import (
    Action,
    Advertisement,
    Dialogue,
    Packet,
    Read,
    Sensor,
    Subscribe,
    Unsubscribe,
    Write,
    all_of,
)

__all__ = ["CONFIGURATION", "CONFIGURATION_SERVICE", "MOTION_SERVICE", "RAW", "Thingy52"]

CONFIGURATION_SERVICE = "ef680100-9b35-4933-9b10-52ffa9740042"
MOTION_SERVICE = "ef680400-9b35-4933-9b10-52ffa9740042"
CONFIGURATION = "ef680401-9b35-4933-9b10-52ffa9740042"
RAW = "ef680406-9b35-4933-9b10-52ffa9740042"

ACC_STEP = STANDARD_GRAVITY / 2**10
GYR_STEP = radians(1) / 2**5
"""Fixed point of the raw data, 6Q10 g and 11Q5 deg/s, whatever range the chip is set to."""

SETTINGS = struct.Struct("<HHHHB")
"""Step counter, temperature and magnetometer intervals, ms; motion rate, Hz; wake on motion."""


class Thingy52(Sensor):
    """A Thingy:52 with Nordic's own firmware."""

    key = "thingy52"
    products = "Nordic Thingy:52"
    rates_hz = (25.0, 50.0, 100.0, 200.0)
    preferred_hz = 50.0  # packets have no number: the fewer there are, the fewer are lost unseen
    latency_s = 0.05
    proven = "bytes built from the vendor's documentation"
    services = (MOTION_SERVICE,)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._found: bytes | None = None

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the Thingy's configuration service is advertised."""
        return CONFIGURATION_SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Set the motion rate and subscribe to the raw data, which wakes the sensor."""
        found = (yield Read(CONFIGURATION)) or b""
        if len(found) != SETTINGS.size:
            raise SensorError(
                f"expected {SETTINGS.size} bytes of motion settings from the Thingy:52, got {len(found)}; "
                "does it run Nordic's own firmware?"
            )
        steps_ms, temperature_ms, magnetometer_ms, rate, wake = SETTINGS.unpack(found)
        if rate != round(self.rate_hz):  # the Thingy keeps its settings in flash, which wears
            self._found = found
            wanted = SETTINGS.pack(steps_ms, temperature_ms, magnetometer_ms, round(self.rate_hz), wake)
            yield Write(CONFIGURATION, wanted)
        yield Subscribe(RAW)

    def stop(self) -> Dialogue:
        """Unsubscribe, which lets the sensor sleep, and give back the rate that was found."""
        actions: list[Action] = [Unsubscribe(RAW)]
        if self._found is not None:
            actions.append(Write(CONFIGURATION, self._found))
        yield from all_of(*actions)

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of acceleration, angular rate and, left out, magnetic field."""
        if characteristic != RAW:
            return []
        if len(data) != 18:
            raise PacketError(f"expected 18 bytes of raw motion data, got {len(data)}")
        values = np.frombuffer(data, "<i2").astype(np.float64).reshape(3, 1, 3)
        return [Packet(values[0] * ACC_STEP, values[1] * GYR_STEP)]
