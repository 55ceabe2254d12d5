"""Polar Verity Sense, and the acceleration of H10 and OH1, by Polar's measurement data (PMD) service.

Acceleration and angular rate are two streams. A notification is one frame of one of them, little-endian: kind,
device time of the last sample as uint64 in ns, frame type, samples. In a compressed frame (type with 0x80) a first
sample comes whole, and then blocks of differences: their size in bits, how many samples, the differences packed
from the lowest bit on.

A frame is sent when it fills the connection's MTU, so what a sample waits depends on the rate. In normal mode the
Verity Sense knows 52 Hz alone: 55 to 130 samples a frame, 1 to 2.5 s. Its SDK mode has higher rates, and switches
off the lamps that measure the pulse, which spares the battery. So 104 Hz in SDK mode is what imucount asks for:
half the wait, and moving arms fill frames faster than resting ones. 208 Hz halves it again for twice the radio; at
about 400 Hz users report losses. Who asks for 52 Hz gets the normal mode.

Sources: github.com/polarofficial/polar-ble-sdk (its documents, the tests of its decoders, and issues #317, #331,
#439, #443 and #467 with bytes and figures of real devices).

Never checked on a device: the factor and the frame type of the gyroscope in today's firmware, that the Verity
Sense advertises as "Polar Sense", the wait in SDK mode (worked out, not measured), and the signs of the axes.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors.sensor import (
    Action,
    Advertisement,
    Ask,
    Dialogue,
    Packet,
    Read,
    Sensor,
    Subscribe,
    Ticks,
    Unsubscribe,
    all_of,
    if_possible,
)
from imucount.sensors.vectors import acc_of, gyr_of

__all__ = ["Polar", "Settings", "settings_of"]

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

ASK_SETTINGS, START, STOP = 1, 2, 3


class Kind(IntEnum):
    """What can be started, of what the service knows."""

    ACCELERATION = 2
    ANGULAR_RATE = 5
    SDK_MODE = 9


KIND_BITS = 0x3F  # of a byte that says also where a recording is kept

# Features, as the control point tells them when read: bits of its second and third byte.
HAS_ACC, HAS_GYR = 0x04, 0x20
HAS_SDK_MODE = 0x02

RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5
SETTING_BYTES = {RATE: 2, RESOLUTION: 2, RANGE: 2, 3: 4, CHANNELS: 1, FACTOR: 4, 6: 16}
CHOSEN = (RATE, RESOLUTION, RANGE, CHANNELS)

REPLY = 0xF0
DONE, ALREADY = 0, 6
ADVICE = {
    3: "this model has no such stream",
    6: "another program is using it: close Polar's app on the phone",
    10: "the connection's MTU is too small for it: connect anew, or use another Bluetooth adapter",
    12: "it is recording or in swimming mode: press its button until it is in the heart-rate mode",
    13: "it is in the charger: take it out",
}

HEAD = struct.Struct("<BQB")
MILLI_G_MPS2 = STANDARD_GRAVITY / 1000
NORMAL_HZ = 52.0
WANTED_RANGES = {Kind.ACCELERATION: 4, Kind.ANGULAR_RATE: 500}  # g, deg/s: arms in shoulder circles stay within

Settings = Mapping[int, tuple[int | float, ...]]


class Polar(Sensor):
    """A Polar Verity Sense, or an H10 or OH1, which have no gyroscope, with device time.

    Rates and ranges are the nearest that the model has: 52 Hz, ±8 g and ±2000 deg/s for a Verity Sense in normal
    mode, 50 Hz and ±8 g for an OH1. It is left in normal mode, in which heart-rate apps need it.
    """

    key = "polar"
    products = "Polar Verity Sense; without gyroscope H10, OH1"
    rates_hz = (NORMAL_HZ, 104.0, 208.0)
    preferred_hz = 104.0
    acc_range_g: float | None = 4.0
    gyr_range_dps: float | None = 500.0
    latency_s = 2.5
    proven = "the vendor's test vectors, and bytes of real devices (acceleration)"
    services = (SERVICE,)
    ticks = Ticks(tick_s=1e-9, modulus=2**64, stamps="last")

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self._in_sdk_mode = False
        self._factors = {Kind.ACCELERATION: 1.0, Kind.ANGULAR_RATE: 1.0}

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the name is "Polar", one of the models, and an identifier."""
        return (advertisement.name or "").lower().startswith(("polar sense", "polar h10", "polar oh1"))

    def start(self) -> Dialogue:
        """End what still streams, enter the SDK mode where it serves, start both streams."""
        yield Subscribe(CONTROL)
        features = (yield Read(CONTROL)) or b""
        if len(features) < 2 or not features[1] & HAS_ACC:
            raise SensorError(
                f"expected a Polar sensor that streams acceleration, got features {features.hex(' ') or '-'}; "
                "is it a Verity Sense, H10 or OH1, and its firmware up to date?"
            )
        self.has_gyroscope = bool(features[1] & HAS_GYR)
        if not self.has_gyroscope:
            self.gyr_range_dps = None
        for kind in self._kinds:
            yield from if_possible(_Request(STOP, kind).ask())
        if len(features) > 2 and features[2] & HAS_SDK_MODE and self.rate_hz > NORMAL_HZ:
            request = _Request(START, Kind.SDK_MODE)
            yield from if_possible(request.ask())
            self._in_sdk_mode = request.status in (DONE, ALREADY)
        yield Subscribe(DATA)
        for kind in self._kinds:
            yield from self._start_stream(kind)

    def stop(self) -> Dialogue:
        """End the streams and leave the SDK mode."""
        kinds = (*self._kinds, Kind.SDK_MODE) if self._in_sdk_mode else self._kinds
        self._in_sdk_mode = False
        yield from all_of(*(_Request(STOP, kind).ask() for kind in kinds), Unsubscribe(DATA), Unsubscribe(CONTROL))

    @property
    def _kinds(self) -> tuple[Kind, ...]:
        return (Kind.ACCELERATION, Kind.ANGULAR_RATE) if self.has_gyroscope else (Kind.ACCELERATION,)

    def _start_stream(self, kind: Kind) -> Generator[Action, bytes | None, None]:
        request = _Request(ASK_SETTINGS, kind)
        yield request.ask()
        offered = settings_of(request.checked())
        if not (offered.get(RATE) and offered.get(RANGE)):
            raise SensorError(
                f"expected the Polar to tell the rates and ranges of its {_name(kind)}, "
                f"got settings {dict(offered)}; switch it off and on, and try again"
            )
        wanted_range = WANTED_RANGES[kind]
        chosen = {number: max(offered[number]) for number in CHOSEN if offered.get(number)}
        chosen[RATE] = min(offered[RATE], key=lambda rate_hz: abs(rate_hz - self.rate_hz))
        chosen[RANGE] = min((most for most in offered[RANGE] if most >= wanted_range), default=max(offered[RANGE]))
        # All of them are told: a sensor that is left to choose one may choose odd rates.
        told = b"".join(
            bytes([number, 1]) + int(value).to_bytes(SETTING_BYTES[number], "little")
            for number, value in chosen.items()
        )
        request = _Request(START, kind, told)
        yield request.ask()
        self._factors[kind] = float(settings_of(request.checked()).get(FACTOR, (1.0,))[0])
        if kind == Kind.ACCELERATION:
            self.rate_hz, self.acc_range_g = float(chosen[RATE]), float(chosen[RANGE])
        else:
            self.gyr_range_dps = float(chosen[RANGE])

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of a notification; see `Sensor.decode`."""
        if characteristic != DATA:
            return []
        if len(data) <= HEAD.size:
            raise PacketError(
                f"expected a frame of more than {HEAD.size} bytes from the Polar, got {len(data)}: "
                f"{data.hex(' ')}; was it cut because the connection's MTU is too small?"
            )
        kind, time_ns, frame_type = HEAD.unpack_from(data)
        payload = data[HEAD.size :]
        match kind & KIND_BITS, frame_type:
            case (Kind.ACCELERATION, 0 | 1 | 2):
                acc = acc_of(_raw(payload, width=frame_type + 1), MILLI_G_MPS2)
            case (Kind.ACCELERATION, 0x80):
                acc = acc_of(_decompressed(payload, width=2), self._factors[Kind.ACCELERATION] * STANDARD_GRAVITY)
            case (Kind.ACCELERATION, 0x81):
                acc = acc_of(_decompressed(payload, width=2), self._factors[Kind.ACCELERATION] * MILLI_G_MPS2)
            case (Kind.ANGULAR_RATE, 0x80):
                gyr = gyr_of(_decompressed(payload, width=2), self._factors[Kind.ANGULAR_RATE])
                return [Packet(acc=None, gyr=gyr, ticks=time_ns)]
            case (
                Kind.ANGULAR_RATE,
                0x81,
            ):  # the bits of float32, counted up and down as if they were whole numbers
                floats = (_decompressed(payload, width=4) & 0xFFFFFFFF).astype(np.uint32).view(np.float32)
                return [Packet(acc=None, gyr=gyr_of(floats, self._factors[Kind.ANGULAR_RATE]), ticks=time_ns)]
            case _:
                raise PacketError(
                    f"expected acceleration or angular rate in a known frame type from the Polar, got kind "
                    f"{kind} of type {frame_type:#04x}; is its firmware newer than this decoder?"
                )
        return [Packet(acc=acc, gyr=None, ticks=time_ns)]


def settings_of(told: bytes) -> Settings:
    """Read settings as the control point tells them.

    Parameters
    ----------
    told : bytes
        For each setting its number, how many values, the values.

    Returns
    -------
    mapping of int to tuple of numbers
        What a number that is not known, or a cut, leaves readable.
    """
    settings: dict[int, tuple[int | float, ...]] = {}
    while len(told) >= 2 and told[0] in SETTING_BYTES:
        size = SETTING_BYTES[told[0]]
        values = told[2 : 2 + told[1] * size]
        if len(values) < told[1] * size:
            break
        each = [values[at : at + size] for at in range(0, len(values), size)]
        settings[told[0]] = tuple(
            struct.unpack("<f", value)[0] if told[0] == FACTOR else int.from_bytes(value, "little")
            for value in each
        )
        told = told[2 + len(values) :]
    return settings


class _Request:
    """A request to the control point, and its answer, which may come in several indications."""

    def __init__(self, command: int, kind: Kind, parameters: bytes = b"") -> None:
        self._kind = kind
        self._sent = bytes([command, kind]) + parameters
        self.status: int | None = None
        self._answer = b""

    def ask(self) -> Ask:
        return Ask(CONTROL, self._sent, answers=CONTROL, accept=self._completes)

    def _completes(self, data: bytes) -> bool:
        if len(data) < 4 or data[:3] != bytes([REPLY]) + self._sent[:2]:
            return False
        self.status = data[3]
        self._answer += data[5:]
        more_follows = data[4:5] > b"\0"
        return self.status != DONE or not more_follows

    def checked(self) -> bytes:
        """Give what the sensor answered; SensorError if it refused."""
        if self.status != DONE:
            raise SensorError(
                f"expected the Polar to start its {_name(self._kind)}, it refused with status {self.status}; "
                f"{ADVICE.get(self.status or 0, 'switch it off and on, and try again')}"
            )
        return self._answer


def _name(kind: Kind) -> str:
    return kind.name.replace("_", " ").lower()


def _raw(payload: bytes, width: int) -> NDArray[np.int64]:
    n, rest = divmod(len(payload), 3 * width)
    if n < 1 or rest:
        raise PacketError(
            f"expected samples of {3 * width} bytes from the Polar, got {len(payload)} bytes; was the frame cut?"
        )
    values = [
        int.from_bytes(payload[at : at + width], "little", signed=True) for at in range(0, len(payload), width)
    ]
    return np.array(values, np.int64).reshape(n, 3)


def _decompressed(payload: bytes, width: int) -> NDArray[np.int64]:
    at = 3 * width
    steps = [_raw(payload[:at], width)]
    while at < len(payload):
        bits, count = payload[at], payload[at + 1] if at + 1 < len(payload) else 0
        start, at = at + 2, at + 2 + (3 * bits * count + 7) // 8
        if at > len(payload) or bits > 32:
            raise PacketError(
                f"expected a block of {count} samples of 3 x {bits} bits in the Polar's frame, got "
                f"{max(len(payload) - start, 0)} bytes; was the frame cut?"
            )
        steps.append(_differences(payload[start:at], bits, count))
    return np.concatenate(steps).cumsum(axis=0)


def _differences(block: bytes, bits: int, count: int) -> NDArray[np.int64]:
    ordered = np.unpackbits(np.frombuffer(block, np.uint8), bitorder="little")[: 3 * count * bits]
    weights = 2 ** np.arange(bits, dtype=np.int64)
    weights[-1:] *= -1  # two's complement
    return (ordered.reshape(3 * count, bits) @ weights).reshape(count, 3)
