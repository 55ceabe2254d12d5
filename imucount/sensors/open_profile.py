"""imucount's open profile: a GATT service that any maker of a clip can implement.

`firmware_notes/open_profile.md` is the description to the byte. The data types here go both ways, `from_bytes` and
`bytes(...)`, so that a clip in software can be built of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import radians
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imucount.errors import PacketError, SensorError
from imucount.samples import STANDARD_GRAVITY, FloatArray
from imucount.sensors.sensor import (
    Advertisement,
    Counter,
    Dialogue,
    Packet,
    Read,
    Sensor,
    Subscribe,
    Ticks,
    Unsubscribe,
    Write,
    all_of,
)
from imucount.sets import Side

__all__ = [
    "CONFIGURATION",
    "DATA",
    "SERVICE",
    "Configuration",
    "Frame",
    "Limits",
    "OpenProfile",
    "Settings",
    "samples_per_frame",
]

SERVICE = "9d940001-6e24-439e-a062-4dc48f79e672"
DATA = "9d940002-6e24-439e-a062-4dc48f79e672"
CONFIGURATION = "9d940003-6e24-439e-a062-4dc48f79e672"

VERSION = 1
HEADER = struct.Struct("<BBHI")
SETTINGS = struct.Struct("<BBHHH")
LIMITS = struct.Struct("<HHHH")
GYROSCOPE = 0x10
ATT_OVERHEAD = 3
"""Bytes of an ATT MTU that a notification needs for itself (Bluetooth Core 5.4, vol 3, part F, 3.4.7.1)."""
SIDES: tuple[Side | None, ...] = (None, "left", "right")
COUNTS_PER_SCALE = 32768


@dataclass(frozen=True, slots=True)
class Settings:
    """What a clip is set to.

    Parameters
    ----------
    rate_hz : float
        Up to 6553.5, in steps of 0.1.
    acc_full_scale_g : float
        What a value of 32768 would mean, g; in steps of 0.001.
    gyr_full_scale_dps : float or None
        What a value of 32768 would mean, deg/s, in steps of 0.1; None where no angular rate is sent.
    side : {"left", "right"} or None
        The shoulder that the clip is worn on, None where it was never told.

    Examples
    --------
    >>> bytes(Settings(rate_hz=104, side="right")).hex(" ")
    '01 02 10 04 a0 0f 88 13'
    """

    rate_hz: float = 100.0
    acc_full_scale_g: float = 4.0
    gyr_full_scale_dps: float | None = 500.0
    side: Side | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the 8 bytes.

        Raises
        ------
        PacketError
            If they are no settings.
        """
        if len(data) != SETTINGS.size:
            raise PacketError(f"expected {SETTINGS.size} bytes of settings, got {len(data)}")
        version, side, rate, acc, gyr = SETTINGS.unpack(data)
        if version != VERSION:
            raise PacketError(f"expected settings of version {VERSION} of the open profile, got {version}")
        if side >= len(SIDES) or rate == 0 or acc == 0:
            raise PacketError(
                f"expected a side of 0 to 2, a rate and a full scale above 0, got {side}, {rate} and {acc}"
            )
        return cls(rate / 10, acc / 1000, gyr / 10 if gyr else None, SIDES[side])

    def __bytes__(self) -> bytes:
        return SETTINGS.pack(
            VERSION,
            SIDES.index(self.side),
            round(self.rate_hz * 10),
            round(self.acc_full_scale_g * 1000),
            round((self.gyr_full_scale_dps or 0) * 10),
        )

    @property
    def acc_step(self) -> float:
        """What a value of 1 means, m/s²."""
        return self.acc_full_scale_g * STANDARD_GRAVITY / COUNTS_PER_SCALE

    @property
    def gyr_step(self) -> float:
        """What a value of 1 means, rad/s; 0 where no angular rate is sent."""
        return radians(self.gyr_full_scale_dps or 0) / COUNTS_PER_SCALE


@dataclass(frozen=True, slots=True)
class Limits:
    """What a clip can be set to.

    Parameters
    ----------
    lowest_rate_hz, highest_rate_hz : float
    acc_full_scale_g : float
        The widest, g.
    gyr_full_scale_dps : float or None
        The widest, deg/s; None for a clip without gyroscope.
    """

    lowest_rate_hz: float = 25.0
    highest_rate_hz: float = 200.0
    acc_full_scale_g: float = 16.0
    gyr_full_scale_dps: float | None = 2000.0

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the 8 bytes.

        Raises
        ------
        PacketError
            If there are not 8 of them.
        """
        if len(data) != LIMITS.size:
            raise PacketError(f"expected {LIMITS.size} bytes of limits, got {len(data)}")
        lowest, highest, acc, gyr = LIMITS.unpack(data)
        return cls(lowest / 10, highest / 10, acc / 1000, gyr / 10 if gyr else None)

    def __bytes__(self) -> bytes:
        return LIMITS.pack(
            round(self.lowest_rate_hz * 10),
            round(self.highest_rate_hz * 10),
            round(self.acc_full_scale_g * 1000),
            round((self.gyr_full_scale_dps or 0) * 10),
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """What reading the configuration characteristic gives. Writing it takes `Settings` alone.

    Parameters
    ----------
    settings : Settings
        As they are now.
    limits : Limits
    """

    settings: Settings = Settings()
    limits: Limits = Limits()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read 16 bytes; what a later revision of the profile adds behind them is left unread.

        Raises
        ------
        PacketError
            If they are no configuration.
        """
        end = SETTINGS.size + LIMITS.size
        if len(data) < end:
            raise PacketError(f"expected at least {end} bytes of configuration, got {len(data)}")
        return cls(Settings.from_bytes(data[: SETTINGS.size]), Limits.from_bytes(data[SETTINGS.size : end]))

    def __bytes__(self) -> bytes:
        return bytes(self.settings) + bytes(self.limits)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A notification of the data characteristic.

    Parameters
    ----------
    sequence : int
        Number of the first sample since the stream began, modulo 65536.
    time_us : int
        When the first sample was taken, µs on the clip's clock, modulo 2**32.
    acc : (n, 3) array of int16
        In `Settings.acc_step`; n is 1 to 255.
    gyr : (n, 3) array of int16, optional
        In `Settings.gyr_step`.

    Examples
    --------
    >>> frame = Frame(258, 1_000_000, [[0, 0, 8192]], [[-655, 0, 66]])
    >>> bytes(frame).hex(" ")
    '11 01 02 01 40 42 0f 00 00 00 00 00 00 20 71 fd 00 00 42 00'
    >>> Frame.from_bytes(bytes(frame)).acc
    array([[   0,    0, 8192]], dtype=int16)
    """

    sequence: int
    time_us: int
    acc: NDArray[np.int16]
    gyr: NDArray[np.int16] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "acc", np.asarray(self.acc, dtype=np.int16))
        if self.gyr is not None:
            object.__setattr__(self, "gyr", np.asarray(self.gyr, dtype=np.int16))

    def __len__(self) -> int:
        return len(self.acc)

    @classmethod
    def of_samples(
        cls, settings: Settings, sequence: int, time_us: int, acc: ArrayLike, gyr: ArrayLike | None = None
    ) -> Self:
        """Make a frame of samples in SI units, as a clip does: rounded, and cut off at full scale.

        Parameters
        ----------
        settings : Settings
        sequence, time_us : int
            Before they wrap.
        acc : (n, 3) array, m/s²
        gyr : (n, 3) array, rad/s, optional
        """
        return cls(
            sequence % 2**16,
            time_us % 2**32,
            _counts(acc, settings.acc_step),
            None if gyr is None or settings.gyr_full_scale_dps is None else _counts(gyr, settings.gyr_step),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a notification.

        Raises
        ------
        PacketError
            If it is no frame of this version, or shorter or longer than it says.
        """
        if len(data) < HEADER.size:
            raise PacketError(f"expected a frame of at least {HEADER.size} bytes, got {len(data)}")
        kind, n, sequence, time_us = HEADER.unpack_from(data)
        if kind not in (VERSION, VERSION | GYROSCOPE):
            raise PacketError(
                f"expected a frame of version {VERSION} of the open profile, got first byte 0x{kind:02x}; "
                "does the clip's firmware need a newer imucount?"
            )
        axes = 6 if kind & GYROSCOPE else 3
        if n == 0 or len(data) != HEADER.size + 2 * axes * n:
            raise PacketError(
                f"expected {HEADER.size + 2 * axes * max(n, 1)} bytes for {n} samples of {axes} axes, "
                f"got {len(data)}; was the frame longer than the connection's MTU allows?"
            )
        values = np.frombuffer(data, "<i2", offset=HEADER.size).reshape(n, axes)
        return cls(sequence, time_us, values[:, :3], values[:, 3:] if axes == 6 else None)

    def __bytes__(self) -> bytes:
        kind = VERSION if self.gyr is None else VERSION | GYROSCOPE
        values = self.acc if self.gyr is None else np.hstack([self.acc, self.gyr])
        return HEADER.pack(kind, len(self), self.sequence, self.time_us) + values.astype("<i2").tobytes()


def samples_per_frame(mtu: int, has_gyroscope: bool) -> int:
    """How many samples a notification can carry.

    Parameters
    ----------
    mtu : int
        ATT MTU of the connection, bytes, at least 23.
    has_gyroscope : bool

    Examples
    --------
    >>> samples_per_frame(23, True), samples_per_frame(23, False), samples_per_frame(247, True)
    (1, 2, 19)
    """
    return min(255, (mtu - ATT_OVERHEAD - HEADER.size) // (12 if has_gyroscope else 6))


class OpenProfile(Sensor):
    """A clip that speaks imucount's open profile.

    Attributes
    ----------
    settings : Settings
        As the clip has them; they give the scale of its values.
    """

    key = "imucount"
    products = "clips with imucount's open profile (XIAO nRF52840 Sense, Nano 33 BLE Sense Rev2, your own)"
    rates_hz = (25.0, 50.0, 100.0, 200.0)
    acc_range_g = 4.0
    gyr_range_dps: float | None = 500.0
    latency_s = 0.2
    proven = "C and Python codecs against each other; reference sketch not run on a board"
    services = (SERVICE,)
    ticks = Ticks(tick_s=1e-6, modulus=2**32)
    counter = Counter(modulus=2**16, counts="samples")

    def __init__(self, rate_hz: float | None = None) -> None:
        super().__init__(rate_hz)
        self.settings = Settings(rate_hz=self.rate_hz)
        self._found: Settings | None = None

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Whether the service is advertised."""
        return SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Set what is nearest to the wanted rate, ±4 g and ±500 deg/s; the clip says what it took."""
        with _as_sensor_error():
            found = Configuration.from_bytes((yield Read(CONFIGURATION)) or b"")
        has_gyroscope = found.limits.gyr_full_scale_dps is not None
        wanted = Settings(
            self.rate_hz, self.acc_range_g, self.gyr_range_dps if has_gyroscope else None, found.settings.side
        )
        self._found = found.settings
        yield Write(CONFIGURATION, bytes(wanted))
        with _as_sensor_error():
            self.settings = Configuration.from_bytes((yield Read(CONFIGURATION)) or b"").settings
        self.rate_hz = self.settings.rate_hz
        self.acc_range_g = self.settings.acc_full_scale_g
        self.gyr_range_dps = self.settings.gyr_full_scale_dps
        self.has_gyroscope = self.gyr_range_dps is not None
        self.side = self.settings.side
        yield Subscribe(DATA)

    def stop(self) -> Dialogue:
        """End the stream, which is what unsubscribing does, and give back the settings that were found."""
        restore = [] if self._found is None else [Write(CONFIGURATION, bytes(self._found))]
        yield from all_of(Unsubscribe(DATA), *restore)

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of a frame."""
        if characteristic != DATA:
            return []
        frame = Frame.from_bytes(data)
        if frame.gyr is not None and self.settings.gyr_full_scale_dps is None:
            raise PacketError("expected frames without angular rate, as the clip is set, got one with it")
        acc = frame.acc.astype(np.float64) * self.settings.acc_step
        gyr = None if frame.gyr is None else frame.gyr.astype(np.float64) * self.settings.gyr_step
        return [Packet(acc, gyr, ticks=frame.time_us, sequence=frame.sequence)]


def _counts(values: ArrayLike, step: float) -> NDArray[np.int16]:
    rounded: FloatArray = np.rint(np.asarray(values, dtype=np.float64) / step)
    return np.clip(rounded, -32768, 32767).astype(np.int16)


@contextmanager
def _as_sensor_error() -> Iterator[None]:
    try:
        yield
    except PacketError as error:
        raise SensorError(
            f"the clip's configuration could not be read: {error}; does its firmware fit this imucount?"
        ) from error
