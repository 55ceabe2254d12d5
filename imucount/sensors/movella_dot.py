"""Movella DOT, sold as Xsens DOT before 2023.

It is let stream its "rate quantities" (mode 21): a notification of 28 bytes, little-endian, is one sample: device
time as uint32 in µs, acceleration in m/s² and angular rate in deg/s as three float32 each. Longer notifications
are padded with zeros.

Sources: "Xsens DOT BLE Services Specifications" (XD0506P rev. F) and user manual (XD0502P rev. E), both in
github.com/adamkewley/xdc; the vendor's github.com/xsens/xsens_dot_server; captured bytes in
github.com/protobioengineering/xsens-dot-python-examples.

Never checked on a device: how long the notifications of this mode are, what every firmware calls itself, that the
tag's other settings survive the writing back of the rate, and the two bytes of the battery.
"""

from __future__ import annotations

import struct

import numpy as np

from imucount.errors import PacketError, SensorError
from imucount.sensors.sensor import (
    Action,
    Advertisement,
    Dialogue,
    Packet,
    Read,
    Sensor,
    Subscribe,
    Ticks,
    Unsubscribe,
    Write,
    all_of,
    if_possible,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = ["MovellaDot"]


def _uuid(short: str) -> str:
    return f"1517{short}-4947-11e9-8646-d663bd873d93"


CONFIGURATION, MEASUREMENT = _uuid("1000"), _uuid("2000")
SETTINGS = _uuid("1002")
CONTROL = _uuid("2001")
MEDIUM_PAYLOAD = _uuid("2003")
BATTERY = _uuid("3001")

COMPANY = 0x0886  # Xsens Technologies B.V.
NAMES = ("Xsens DOT", "Movella DOT")

RATE_QUANTITIES = 0x15
START = bytes([1, 1, RATE_QUANTITIES])
STOP = bytes([1, 0, RATE_QUANTITIES])
PAYLOAD_BYTES = 28

# The settings are written back as they were read; their first byte says which of them are meant.
SETTINGS_BYTES = 32
RATE_ALONE = 0x10
RATE_AT = 24


class MovellaDot(Sensor):
    """A Movella (Xsens) DOT: acceleration and angular rate, with device time, up to 60 Hz."""

    key = "movella-dot"
    products = "Movella DOT (Xsens DOT)"
    rates_hz = (30.0, 60.0)  # of its slower ones none suits circles; 120 Hz is for its own memory alone
    acc_range_g = 16.0
    gyr_range_dps = 2000.0
    proven = "the published specification, and bytes of a real device in a related mode"
    services = (CONFIGURATION, MEASUREMENT)
    ticks = Ticks(tick_s=1e-6, modulus=2**32)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._found_settings: bytes | None = None

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether it has the vendor's company identifier, or a name of the shop; users may rename theirs."""
        return COMPANY in advertisement.manufacturers or (advertisement.name or "").startswith(NAMES)

    def start(self) -> Dialogue:
        """Stop what still streams, set the rate where it is another, subscribe, start."""
        # It streams on when a link is lost, and takes no settings meanwhile.
        yield from if_possible(Write(CONTROL, STOP))
        battery = yield from if_possible(Read(BATTERY))
        if battery and battery[0] <= 100:
            self.battery_percent = float(battery[0])
        settings = yield Read(SETTINGS)
        if settings is None or len(settings) < SETTINGS_BYTES:
            raise SensorError(
                f"expected {SETTINGS_BYTES} bytes of settings from the DOT, got {len(settings or b'')}; "
                "is its firmware up to date? The vendor's app updates it"
            )
        if _rate_of(settings) != self.rate_hz:
            self._found_settings = settings
            try:
                yield Write(SETTINGS, _with_rate(settings, round(self.rate_hz)))
            except SensorError as error:
                raise SensorError(
                    f"expected the DOT to take {self.rate_hz:g} Hz, it refused ({error}); it does so while it "
                    "measures or is synchronised with others: switch it off and on, or unsynchronise it in its app"
                ) from error
            taken = yield Read(SETTINGS)
            if taken is None or len(taken) < SETTINGS_BYTES or _rate_of(taken) != self.rate_hz:
                raise SensorError(
                    f"expected the DOT to take {self.rate_hz:g} Hz, it kept {_rate_of(settings)} Hz; "
                    "is it recording, or synchronised with others? Switch it off and on"
                )
        yield Subscribe(MEDIUM_PAYLOAD)
        yield Write(CONTROL, START)

    def stop(self) -> Dialogue:
        """Stop the stream and put the rate back."""
        restore: list[Action] = []
        if self._found_settings is not None:
            restore.append(Write(SETTINGS, _with_rate(self._found_settings, _rate_of(self._found_settings))))
            self._found_settings = None
        yield from all_of(Write(CONTROL, STOP), *restore, Unsubscribe(MEDIUM_PAYLOAD))

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of a notification; see `Sensor.decode`."""
        if characteristic != MEDIUM_PAYLOAD:
            return []
        if len(data) < PAYLOAD_BYTES:
            raise PacketError(
                f"expected at least {PAYLOAD_BYTES} bytes from the DOT, got {len(data)}: {data.hex(' ')}; "
                "was it cut because the connection's MTU is below 43, or does the DOT stream another mode?"
            )
        (time_us,) = struct.unpack_from("<I", data)
        values = np.frombuffer(data, "<f4", count=6, offset=4).reshape(2, 1, 3)
        return [Packet(acc=acc_of(values[0], unit_mps2=1.0), gyr=gyr_of(values[1]), ticks=time_us)]


def _rate_of(settings: bytes) -> int:
    (rate_hz,) = struct.unpack_from("<H", settings, RATE_AT)
    return int(rate_hz)


def _with_rate(settings: bytes, rate_hz: int) -> bytes:
    changed = bytearray(settings)
    changed[0] = RATE_ALONE
    struct.pack_into("<H", changed, RATE_AT, rate_hz)
    return bytes(changed)
