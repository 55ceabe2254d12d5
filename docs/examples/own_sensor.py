"""
Your own sensor
===============

A module turns the bytes of a sensor into packets. It knows no radio and no clock, so it is tried without either.
"""

import struct
from math import radians

import numpy as np

import imucount
from imucount.samples import STANDARD_GRAVITY
from imucount.sensors import Advertisement, Packet, Sensor
from imucount.sensors.sensor import Dialogue, Subscribe, Unsubscribe, Write, all_of
from imucount.simulate import Circles, Clip, Movement, simulate

SERVICE = "4b1d0000-9c5e-4f0a-8a53-2f6f0d3c7a10"
DATA = "4b1d0001-9c5e-4f0a-8a53-2f6f0d3c7a10"
CONTROL = "4b1d0002-9c5e-4f0a-8a53-2f6f0d3c7a10"
LAYOUT = struct.Struct("<6h")


class AcmeClip(Sensor):
    """A clip that nobody sells: 1/8192 g and 1/65.536 deg/s, as six numbers of 16 bits."""

    key = "acme"
    products = "Acme clip"
    rates_hz = (50.0,)
    acc_range_g = 4.0
    gyr_range_dps = 500.0
    latency_s = 0.05
    proven = "an example"
    services = (SERVICE,)

    @classmethod
    def matches(cls, advertisement: Advertisement) -> bool:
        """Tell it by its service."""
        return SERVICE in advertisement.services

    def start(self) -> Dialogue:
        """Say how it is started."""
        yield Subscribe(DATA)
        yield Write(CONTROL, b"\x01")

    def stop(self) -> Dialogue:
        """Say how it is stopped."""
        yield from all_of(Write(CONTROL, b"\x00"), Unsubscribe(DATA))

    def decode(self, characteristic: str, data: bytes) -> list[Packet]:
        """Make a packet of what it notifies."""
        acc, gyr = np.array(LAYOUT.unpack(data), dtype=float).reshape(2, 1, 3)
        return [Packet(acc * STANDARD_GRAVITY / 8192, gyr * radians(1) / 65.536)]


# %%
# What such a clip would send of six circles, and what is made of it:
still = Movement("standing", 5.0)
samples = simulate([still, Circles(6, "forward"), still], clip=Clip(50.0), seed=5).samples
raw = np.rint(np.hstack([samples.acc / STANDARD_GRAVITY * 8192, np.degrees(samples.gyr) * 65.536])).astype(int)

clip = AcmeClip()
counter = imucount.RepCounter(side="right")
for t, row in zip(samples.t, raw, strict=True):
    (packet,) = clip.decode(DATA, LAYOUT.pack(*row))
    for rep in counter.update(imucount.Samples([t], packet.acc, packet.gyr)):
        print(f"{rep.direction} circle, {rep.duration_s:.1f} s")
print(counter.finish())

# %%
# Installed with the entry point ``imucount.sensors``, it is scanned for and connected like those that come along.
