r"""Lines of text over the Nordic UART service: Puck.js, and any board that can print.

A line is `t,ax,ay,az,gx,gy,gz` and a newline: whole milliseconds of the board's clock, acceleration in g, angular
rate in deg/s, for instance `123456,0.012,-0.034,1.002,-12.3,0.5,100.2`. Whatever does not begin with a digit is
talk and passed over.

A board may print as soon as it is subscribed to. A Puck.js prints because of the JavaScript that is written to it
here; other boards ignore what is written to them. The layout of its values is after Espruino's reference and the
data sheet of its LSM6DS3TR-C; nothing here was checked on a device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from imucount.errors import PacketError
from imucount.sensors.sensor import (
    Advertisement,
    Dialogue,
    Packet,
    Sensor,
    Subscribe,
    Ticks,
    Unsubscribe,
    Write,
    all_of,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = ["RECEIVE", "SERVICE", "TRANSMIT", "UartText"]

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RECEIVE = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TRANSMIT = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
"""As the board sees it: it receives what is written to it."""

NUMBER = rb"[+-]?(?:\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE][+-]?\d{1,2})?"
LINE = re.compile(rb"\s*(\d{1,19})" + rb"\s*,\s*(" + rb")\s*,\s*(".join([NUMBER] * 6) + rb")\s*")
TICKS_MODULUS = 2**32
LONGEST_LINE = 256
"""Bytes, several times as long as a line gets."""

CHUNK = 20
"""Bytes of a write at the smallest ATT MTU."""

CLEAR = b"\x03\x10"
"""To Espruino: forget the line that was begun, and do not echo this one."""

OFF = b"if(global.imucountOff)imucountOff()"
ON = (
    b"imucountT=getTime();"
    b"imucountOn=function(s){var a=s.acc,g=s.gyro;Bluetooth.println(["
    b"Math.round((getTime()-imucountT)*1E3),"
    b"(a.x/8192).toFixed(3),(a.y/8192).toFixed(3),(a.z/8192).toFixed(3),"
    b"(g.x*.00875).toFixed(1),(g.y*.00875).toFixed(1),(g.z*.00875).toFixed(1)].join())};"
    b"imucountOff=function(){Puck.removeListener('accel',imucountOn);"
    b"NRF.removeListener('disconnect',imucountOff);"
    b"Puck.accelOff();delete global.imucountOff};"
    b"Puck.on('accel',imucountOn);"
    b"NRF.on('disconnect',imucountOff);"
    b"Puck.accelOn(%g)"
)
"""At ±4 g 8192 counts are 1 g, at ±245 deg/s a count is 8.75 mdeg/s (data sheet of the LSM6DS3TR-C)."""


class UartText(Sensor):
    """A Puck.js v2, or a board that prints lines over the Nordic UART service."""

    key = "uart-text"
    products = "Puck.js v2 and any board that prints t,ax,ay,az,gx,gy,gz"
    rates_hz = (26.0, 52.0, 104.0)
    preferred_hz = 52.0
    latency_s = 0.1
    proven = "lines built from the description; the JavaScript run, but not on a Puck.js"
    services = (SERVICE,)
    ticks = Ticks(tick_s=0.001, modulus=TICKS_MODULUS)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._begun = b""
        self._in_step = False  # whether what was begun is the beginning of a line

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the Nordic UART service is advertised, or the name a Puck.js has from the factory."""
        return SERVICE in advertisement.services or (advertisement.name or "").startswith("Puck.js")

    def start(self) -> Dialogue:
        """Subscribe, and give a Puck.js the JavaScript that prints."""
        yield Subscribe(TRANSMIT)
        yield from _spoken(CLEAR + b"if(1){" + OFF + b";" + ON % self.rate_hz + b"}\n")

    def stop(self) -> Dialogue:
        """Let a Puck.js print no more, and unsubscribe."""
        yield from all_of(*_spoken(CLEAR + OFF + b"\n"), Unsubscribe(TRANSMIT))

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make packets of the lines that end in a notification; the last, unended one waits for the next.

        What comes before the first newline may be the end of a line, and is passed over.
        """
        if characteristic != TRANSMIT:
            return []
        *ended, self._begun = (self._begun + data).split(b"\n")
        packets: list[Packet] = []
        bad: bytes | None = None
        for line in ended:
            if self._in_step and line[:1].isdigit():
                packet = _packet(line)
                if packet is None:
                    bad = line
                else:
                    packets.append(packet)
            self._in_step = True
        if len(self._begun) > LONGEST_LINE:
            bad, self._begun, self._in_step = self._begun, b"", False
        if bad is not None:
            raise PacketError(f"expected a line t,ax,ay,az,gx,gy,gz, got {bad[:80]!r}", packets)
        return packets


def _packet(line: bytes) -> Packet | None:
    match = LINE.fullmatch(line)
    if match is None:
        return None
    sent = np.array([float(number) for number in match.groups()[1:]]).reshape(2, 1, 3)
    try:
        return Packet(acc_of(sent[0]), gyr_of(sent[1]), int(match[1]) % TICKS_MODULUS)
    except PacketError:
        return None


def _spoken(text: bytes) -> Iterator[Write]:
    return (Write(RECEIVE, text[start : start + CHUNK]) for start in range(0, len(text), CHUNK))
