"""WitMotion's BLE clips: WT901BLE, WT901BLECL, WT9011DCL-BT5.0, BWT901BLE5.0.

They send frames of 20 bytes without number, time or checksum: `55 61`, then acceleration, angular rate and angles
as nine int16, little-endian, of ±16 g, ±2000 deg/s and ±180°. A register that was asked for comes between them
as `55 71`, its number as uint16, and eight int16 from there on. A notification may hold several frames, and a
frame may begin in one and end in the next.

Sources: the vendor's samples (github.com/WITMOTION/WitBluetooth_BWT901BLE5_0), the WT901BLECL 5.0 manual, and the
decoder with tests of github.com/naugehyde/bt-sensors-plugin-sk.

Never checked on a device: which units do 100 and 200 Hz (those of 2018 with BLE 4.0 are specified up to 50 Hz),
that a rate is followed without being saved to flash, that the rate can be read back, and the signs of the axes.
"""

from __future__ import annotations

import struct
from collections.abc import Generator

import numpy as np

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.sensor import (
    Action,
    Advertisement,
    Ask,
    Dialogue,
    Packet,
    Pause,
    Sensor,
    Subscribe,
    Unsubscribe,
    Write,
    all_of,
    if_possible,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = ["WitMotion", "register_values"]

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"  # not the SIG's base, which ends in 9b34fb
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND = "0000ffe9-0000-1000-8000-00805f9a34fb"

ACC_RANGE_G = 16.0  # fixed: no source has a command for the ranges
GYR_RANGE_DPS = 2000.0
INT16_FULL_SCALE = 32768
FRAME_BYTES = 20
MEASURED = b"\x55\x61"
REGISTERS = b"\x55\x71"
RATE_REGISTER = 0x03
RATE_CODES = {50.0: 0x08, 100.0: 0x09, 200.0: 0x0B}
UNLOCK = bytes.fromhex("ffaa6988b5")
# The vendor's programs wait 0.1 s after the unlocking and after every setting.
SETTLING = Pause(0.1)


def register_values(frame: bytes) -> tuple[int, tuple[int, ...]]:
    """Read a frame that tells registers.

    Parameters
    ----------
    frame : bytes
        20 bytes that begin with `55 71`.

    Returns
    -------
    first : int
        Number of the first register.
    values : tuple of 8 int
        What it and the next seven hold.
    """
    first, *values = struct.unpack_from("<H8h", frame, len(REGISTERS))
    return first, tuple(values)


class WitMotion(Sensor):
    """A WitMotion BLE clip: acceleration and angular rate, timed by arrival alone.

    It is left at the rate it was found with, where it tells that; nothing is saved to its flash. A clip whose link
    is lost for good keeps imucount's rate until it is switched off.
    """

    key = "witmotion"
    products = "WitMotion WT901BLE, WT901BLECL, WT9011DCL, BWT901BLE5.0"
    # 50 Hz is enough for circles, and all that the BLE 4.0 units have.
    rates_hz = tuple(RATE_CODES)
    preferred_hz = 50.0
    acc_range_g = ACC_RANGE_G
    gyr_range_dps = GYR_RANGE_DPS
    proven = "published frames of real devices"
    services = (SERVICE,)

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._kept = b""
        self._at_rate = True

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the name begins with WT or BWT, or the vendor's service is advertised."""
        name = (advertisement.name or "").upper()
        return name.startswith(("WT", "BWT")) or SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Set the rate where it is another; it streams unprompted."""
        self._at_rate = False
        yield Subscribe(NOTIFY)
        code = RATE_CODES[self.rate_hz]
        found_code = yield from self._rate_code()
        if found_code is not None and not 0 <= found_code <= 0xFF:  # it could not be given back
            raise SensorError(
                f"expected the clip's register of the rate to hold a code of one byte, got {found_code}; is it "
                "another kind of sensor, or is its firmware of another version?"
            )
        if found_code != code:
            if found_code is not None:
                self.found.setdefault(COMMAND, bytes([found_code]))
            yield from _rate_commands(code)
            taken_code = yield from self._rate_code()
            if taken_code not in (code, None):
                raise SensorError(
                    f"expected the clip to take {self.rate_hz:g} Hz (code {code:#04x}), its register says "
                    f"{taken_code:#04x}; older clips end at 50 Hz, so ask for that rate"
                )
        self._at_rate = True

    def stop(self) -> Dialogue:
        """Put the rate back."""
        self._at_rate = False
        restore = _rate_commands(self.found.pop(COMMAND)[0]) if COMMAND in self.found else []
        yield from all_of(*restore, Unsubscribe(NOTIFY))

    def _rate_code(self) -> Generator[Action, bytes | None, int | None]:
        head = REGISTERS + struct.pack("<H", RATE_REGISTER)
        told = yield from if_possible(
            Ask(
                COMMAND,
                bytes([0xFF, 0xAA, 0x27, RATE_REGISTER, 0x00]),
                answers=NOTIFY,
                accept=lambda data: 0 <= data.find(head) <= len(data) - FRAME_BYTES,
                timeout_s=1.0,
            )
        )
        return None if told is None else register_values(told[told.find(head) :])[1][0]

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make packets of a notification; see `Sensor.decode`.

        While `start` and `stop` change the rate there are none: nothing but the rate tells when samples were
        taken.
        """
        if characteristic != NOTIFY:
            return []
        lost = b""
        if _is_header(data[:2]):  # then what is kept was cut
            lost, self._kept = self._kept, b""
        frames, junk, self._kept = _framed(self._kept + data, len(self._kept))
        lost += junk
        packets = [_measured(frame) for frame in frames if self._at_rate and frame.startswith(MEASURED)]
        if lost:
            raise PacketError(
                f"expected frames of {FRAME_BYTES} bytes that begin with 55 61 or 55 71, got {len(lost)} bytes "
                f"that are in none: {lost[:24].hex(' ')}; was a notification cut or lost?",
                packets,
            )
        return packets


def _rate_commands(code: int) -> list[Action]:
    return [
        Write(COMMAND, UNLOCK),
        SETTLING,
        Write(COMMAND, bytes([0xFF, 0xAA, RATE_REGISTER, code, 0x00])),
        SETTLING,
    ]


def _measured(frame: bytes) -> Packet:
    values = np.frombuffer(frame, "<i2", count=6, offset=len(MEASURED)).reshape(2, 1, 3)
    return Packet(
        acc=acc_of(values[0], ACC_RANGE_G / INT16_FULL_SCALE * STANDARD_GRAVITY),
        gyr=gyr_of(values[1], GYR_RANGE_DPS / INT16_FULL_SCALE),
    )


def _is_header(data: bytes) -> bool:
    return data in (MEASURED, REGISTERS)


def _framed(data: bytes, boundary: int) -> tuple[list[bytes], bytes, bytes]:
    """Cut bytes into frames.

    `55 61` may occur inside a frame too, so one counts as a header only where a frame may be looked for: at the
    beginning of a notification (`boundary`), right after a frame, or where another header or the end follows.

    Returns
    -------
    frames : list of bytes
    junk : bytes
        What is in no frame.
    rest : bytes
        The beginning of a frame that is not complete yet.
    """
    frames: list[bytes] = []
    junk = b""
    at = 0
    expected_at = boundary
    while at < len(data):
        if not _is_header(data[at : at + 2]) and data[at:] != MEASURED[:1]:
            junk += data[at : at + 1]
            at += 1
            continue
        end = at + FRAME_BYTES
        if end > len(data):
            return frames, junk, data[at:]
        follower = data[end : end + 2]
        if at == expected_at or _is_header(follower) or follower in (b"", MEASURED[:1]):
            frames.append(data[at:end])
            at = expected_at = end
        else:
            junk += data[at : at + 1]
            at += 1
    return frames, junk, b""
