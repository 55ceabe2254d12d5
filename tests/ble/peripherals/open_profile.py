"""A clip in software that speaks the open profile, as `firmware_notes/open_profile.md` writes it down."""

from __future__ import annotations

import struct
from typing import Any, ClassVar

import numpy as np
from bumble.gatt import Service

from ble.peripherals.peripheral import Peripheral
from imucount.samples import STANDARD_GRAVITY, FloatArray

__all__ = ["OpenClip"]

SERVICE = "9d940001-6e24-439e-a062-4dc48f79e672"
DATA = "9d940002-6e24-439e-a062-4dc48f79e672"
CONFIGURATION = "9d940003-6e24-439e-a062-4dc48f79e672"

RATES_HZ = (26.0, 52.0, 104.0, 208.0)
ACC_SCALES_G = (1.999, 3.998, 7.995, 15.991)
GYR_SCALES_DPS = (286.7, 573.4, 1146.9, 2293.8)
WRAPS_AFTER_S = 16.0


class OpenClip(Peripheral):
    name = "imu-4a2f"
    longest_wait_s = 0.1  # of the first sample of a frame for its last
    advertised_services: ClassVar[tuple[str, ...]] = (SERVICE,)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.side = 0
        self.rate_hz = RATES_HZ[0]
        self.acc_scale_g = ACC_SCALES_G[0]
        self.gyr_scale_dps = GYR_SCALES_DPS[0]

    def services(self) -> list[Service]:
        return [
            Service(
                SERVICE,
                [
                    self.characteristic(DATA, "notify"),
                    self.characteristic(
                        CONFIGURATION, "read", "write", read=self._configuration, written=self._configure
                    ),
                ],
            )
        ]

    def subscribed(self, characteristic: str, on: bool) -> None:
        if on:
            self.stream("frames", self._frames())
        else:
            self.end_stream("frames")

    def _configuration(self) -> bytes:
        return struct.pack(
            "<BB7H",
            1,
            self.side,
            round(self.rate_hz * 10),
            round(self.acc_scale_g * 1000),
            round(self.gyr_scale_dps * 10),
            round(RATES_HZ[0] * 10),
            round(RATES_HZ[-1] * 10),
            round(ACC_SCALES_G[-1] * 1000),
            round(GYR_SCALES_DPS[-1] * 10),
        )

    def _configure(self, data: bytes) -> None:
        """Take the nearest of everything; leave all as it is where that makes no sense."""
        if len(data) != 8 or data[0] != 1 or data[1] > 2:
            return self.refuse(f"no settings: {data.hex()}")
        _, self.side, rate, acc, gyr = struct.unpack("<BBHHH", data)
        self.rate_hz = nearest(RATES_HZ, rate / 10)
        self.acc_scale_g = nearest(ACC_SCALES_G, acc / 1000)
        if gyr:
            self.gyr_scale_dps = nearest(GYR_SCALES_DPS, gyr / 10)
        else:
            self.gyr_scale_dps = 0.0

    async def _frames(self) -> None:
        axes = 6 if self.gyr_scale_dps else 3
        fits = (min(self.mtu, 247) - 11) // (2 * axes)
        n = max(1, min(fits, int(self.longest_wait_s * self.rate_hz)))
        sequence = 0
        async for device_s, acc, gyr in self.measure(self.rate_hz, n):
            values = [acc / STANDARD_GRAVITY / self.acc_scale_g]
            if self.gyr_scale_dps:
                values.append(np.degrees(gyr) / self.gyr_scale_dps)
            ticks = round((device_s[0] - WRAPS_AFTER_S) * 1e6)
            await self.send(DATA, frame(sequence, ticks, np.hstack(values)))
            sequence += n


def nearest(offered: tuple[float, ...], wanted: float) -> float:
    return min(offered, key=lambda each: abs(each - wanted))


def frame(sequence: int, ticks: int, full_scales: FloatArray) -> bytes:
    """Make a frame of (n, 3) or (n, 6) samples, in full scales."""
    first = 0x11 if full_scales.shape[1] == 6 else 0x01
    counts = np.clip(np.round(full_scales * 32768.0), -32768, 32767).astype("<i2")
    return struct.pack("<BBHI", first, len(counts), sequence % 2**16, ticks % 2**32) + counts.tobytes()
