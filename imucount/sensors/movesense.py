"""Movesense, by the GATT SensorData protocol of its firmware (2.3 and later, Medical and sport).

Resources are subscribed to by their path. A notification is a code, the reference that the client chose, and a
body, little-endian. The body of `/Meas/IMU6/52` is device time of the first sample as uint32 in ms, n
accelerations in m/s², then n angular rates in deg/s, all float32; n follows from the length. A body of more than
150 bytes comes in two notifications, the second with a code of its own.

Sources: github.com/sokolmarek/movesense-commander, with captures of a Movesense Flash (`docs/gsp-protocol.md`,
`src/lib/gsp/layouts.hardware.test.ts`); the vendor's library and samples, mirrored in
github.com/alexisduque/movesense-device-lib.

Never checked on a device: n at 104 Hz, what `/Meas/IMU/Config` answers, the signs of the axes. The ranges cannot
be set by this protocol and are as found.
"""

from __future__ import annotations

import struct
from collections.abc import Generator

import numpy as np

from imucount.errors import PacketError, SensorError
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
    all_of,
    if_possible,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = ["Movesense"]

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"

SUBSCRIBE, UNSUBSCRIBE, GET = 1, 2, 4
RESPONSE, DATA, DATA_PART2 = 1, 2, 3
STREAM, BATTERY, CONFIG = 99, 100, 101  # references; the sensor only gives them back
OK = 200

FIRST_PART_BYTES = 150
TIME_BYTES = 4
SAMPLE_BYTES = 24

ADVICE = {
    404: "its firmware has no such resource: update it with the Movesense Showcase app to 2.3 or later",
    409: "another stream is still open: take the battery out for a moment",
    429: "it has run out of room for requests, and only a restart helps: take the battery out for a moment",
    501: "it does not do this rate: ask for 52 Hz",
    503: "it is busy: wait some seconds and try again",
}


class Movesense(Sensor):
    """A Movesense sensor: acceleration and angular rate, with device time.

    52 Hz is preferred over 104: its four samples fit one notification, so a lost one costs 77 ms, and the coin
    cell lasts longer.
    """

    key = "movesense"
    products = "Movesense Flash, HR+, HR2, Medical (firmware 2.3 or later)"
    rates_hz = (52.0, 104.0)
    preferred_hz = 52.0
    proven = "bytes of a real device at rest"
    services = (SERVICE,)
    ticks = Ticks(tick_s=1e-3, modulus=2**32, stamps="first")

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._first_part: bytes | None = None

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the name begins with Movesense; the service does not fit beside it."""
        return (advertisement.name or "").startswith("Movesense") or SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Ask for battery and ranges, subscribe to the rate."""
        yield Subscribe(NOTIFY)
        battery = yield from _get("/System/Energy/Level", BATTERY)
        if len(battery) == 1 and battery[0] <= 100:
            self.battery_percent = float(battery[0])
        config = yield from _get("/Meas/IMU/Config", CONFIG)
        if len(config) >= struct.calcsize("<BH"):
            self.acc_range_g, self.gyr_range_dps = (float(most) for most in struct.unpack_from("<BH", config))
        path = f"/Meas/IMU6/{self.rate_hz:.0f}"
        status = _status_of((yield _request(SUBSCRIBE, STREAM, path)))
        if status != OK:
            raise SensorError(
                f"expected the Movesense to stream {path}, it answered {status}; "
                f"{ADVICE.get(status, 'take its battery out for a moment and try again')}"
            )

    def stop(self) -> Dialogue:
        """End the subscription."""
        yield from all_of(_request(UNSUBSCRIBE, STREAM), Unsubscribe(NOTIFY))

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of a notification, or of two; see `Sensor.decode`."""
        if characteristic != NOTIFY or data[:1] == bytes([RESPONSE]):
            return []
        code, body = data[:1], data[2:]
        first_part, self._first_part = self._first_part, None
        if code == bytes([DATA_PART2]) and first_part is not None:
            return [_measured(first_part + body)]
        if code != bytes([DATA]):
            raise PacketError(
                f"expected a notification of code {DATA}, or {DATA_PART2} after one of {FIRST_PART_BYTES} bytes, "
                f"got {data[:24].hex(' ')}; was the one before it lost?"
            )
        packets = []
        if len(body) == FIRST_PART_BYTES:
            self._first_part = body
        else:
            packets.append(_measured(body))
        if first_part is not None:
            raise PacketError(
                f"expected the second part of a packet, got a new one; a notification was lost, and with it the "
                f"{len(first_part)} bytes before",
                packets,
            )
        return packets


def _measured(body: bytes) -> Packet:
    n, rest = divmod(len(body) - TIME_BYTES, SAMPLE_BYTES)
    if n < 1 or rest:
        raise PacketError(
            f"expected {TIME_BYTES} bytes of time and {SAMPLE_BYTES} for each sample, got {len(body)}; "
            "was a notification lost, or cut because the connection's MTU is below 161?"
        )
    (time_ms,) = struct.unpack_from("<I", body)
    values = np.frombuffer(body, "<f4", offset=TIME_BYTES).reshape(2, n, 3)
    return Packet(acc=acc_of(values[0], unit_mps2=1.0), gyr=gyr_of(values[1]), ticks=time_ms)


def _request(command: int, reference: int, path: str | None = None) -> Ask:
    return Ask(
        COMMAND,
        bytes([command, reference]) + (b"" if path is None else path.encode() + b"\0"),
        answers=NOTIFY,
        accept=lambda data: data[:2] == bytes([RESPONSE, reference]) and len(data) >= 4,
    )


def _status_of(response: bytes | None) -> int:
    return int.from_bytes((response or b"")[2:4], "little")


def _get(path: str, reference: int) -> Generator[Action, bytes | None, bytes]:
    """Read a resource; empty where the sensor does not tell it."""
    response = yield from if_possible(_request(GET, reference, path))
    return response[4:] if response and _status_of(response) == OK else b""
