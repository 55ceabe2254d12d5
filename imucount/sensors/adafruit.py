"""Adafruit's sensor services: CLUE, Feather Bluefruit Sense, Circuit Playground Bluefruit.

Layout after Adafruit's libraries Adafruit_CircuitPython_BLE_Adafruit and Adafruit_nRF52_Arduino; nothing here was
checked on a device.
"""

from __future__ import annotations

import struct
from math import degrees

import numpy as np

from imucount.errors import PacketError
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
    if_possible,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = [
    "ACC_DATA",
    "ACC_PERIOD",
    "ACC_SERVICE",
    "GYR_DATA",
    "GYR_PERIOD",
    "GYR_SERVICE",
    "Adafruit",
]

ACC_SERVICE = "adaf0200-c332-42a8-93bd-25e905756cb8"
ACC_DATA = "adaf0201-c332-42a8-93bd-25e905756cb8"
GYR_SERVICE = "adaf0400-c332-42a8-93bd-25e905756cb8"
GYR_DATA = "adaf0401-c332-42a8-93bd-25e905756cb8"

PERIOD = "adaf0001-c332-42a8-93bd-25e905756cb8"
ACC_PERIOD = f"{ACC_SERVICE}/{PERIOD}"
GYR_PERIOD = f"{GYR_SERVICE}/{PERIOD}"
"""Each service has a measurement period of its own, under the same UUID."""

COMPANY = 0x0822
BOARD = bytes((4, 1, 0))
"""How the manufacturer data of a board with these services begins; its USB product follows."""


class Adafruit(Sensor):
    """A board with Adafruit's accelerometer service and, if it has one, gyroscope service."""

    key = "adafruit"
    products = "Adafruit CLUE, Feather Bluefruit Sense; Circuit Playground Bluefruit (acceleration only)"
    rates_hz = (25.0, 50.0, 100.0)
    preferred_hz = 50.0  # two notifications a sample, from interpreted Python on most boards
    latency_s = 0.05
    proven = "bytes built from the vendor's sources"
    services = (ACC_SERVICE,)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._found: dict[str, bytes] = {}

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the service is advertised, or the board as one that Adafruit's apps know."""
        return ACC_SERVICE in advertisement.services or advertisement.manufacturers.get(COMPANY, b"").startswith(
            BOARD
        )

    def start(self) -> Dialogue:
        """Set the periods and subscribe; a board without gyroscope service gives acceleration alone."""
        self._found[ACC_PERIOD] = (yield Read(ACC_PERIOD)) or b""
        period = yield from if_possible(Read(GYR_PERIOD))
        self.has_gyroscope = period is not None
        if period is not None:
            self._found[GYR_PERIOD] = period
        for characteristic in self._found:
            yield Write(characteristic, struct.pack("<i", round(1000 / self.rate_hz)))
        yield Subscribe(ACC_DATA)
        if self.has_gyroscope:
            yield Subscribe(GYR_DATA)

    def stop(self) -> Dialogue:
        """Unsubscribe and give back the periods that were found."""
        actions: list[Action] = [Unsubscribe(ACC_DATA)]
        if self.has_gyroscope:
            actions.append(Unsubscribe(GYR_DATA))
        actions += [Write(characteristic, period) for characteristic, period in self._found.items() if period]
        yield from all_of(*actions)

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of three numbers, which the boards send in SI units."""
        if characteristic not in (ACC_DATA, GYR_DATA):
            return []
        if len(data) != 12:
            raise PacketError(f"expected 12 bytes, three 32-bit floats, got {len(data)}")
        sent = np.frombuffer(data, "<f4").reshape(1, 3)
        if characteristic == ACC_DATA:
            return [Packet(acc_of(sent, unit_mps2=1.0), None)]
        return [Packet(None, gyr_of(sent, unit_dps=degrees(1)))]
