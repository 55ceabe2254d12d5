"""Room: sensors in software and a computer that hears them, and what is counted of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from ble.air import Air
from ble.backend import backends
from ble.peripherals.peripheral import Peripheral
from imucount.counter import RepCounter
from imucount.samples import Samples
from imucount.session import Session
from imucount.sources.ble import BleRadio
from imucount.sources.link import SensorSource
from imucount.sources.source import Notice

__all__ = ["Counted", "check_samples", "count", "count_in_room", "room"]

AT_THE_START = 10
ACC_TOLERANCE_MPS2 = 0.01  # half a digit of the coarsest of the sensors
# Of two streams the angular rate is interpolated, and each has a clock of its own.
GYR_TOLERANCE_RADPS = 0.05


@dataclass(frozen=True)
class Counted:
    """What a live session came to.

    Attributes
    ----------
    session : Session
    samples : Samples
        All that came, joined.
    notices : list of Notice
    warnings : tuple of str
    began_s : float
        When the motion began, on the clock of the samples, s.
    metadata : dict of str to str
    """

    session: Session
    samples: Samples
    notices: list[Notice]
    warnings: tuple[str, ...]
    began_s: float
    metadata: dict[str, str]

    def told(self, *kinds: str) -> list[str]:
        """List what was told of some kinds."""
        return [notice.text for notice in self.notices if notice.kind in kinds]

    def gaps_s(self, longest_s: float = 0.25) -> list[tuple[float, float]]:
        """List where samples are missing for longer than this, s on the motion's clock."""
        t = self.samples.t - self.began_s
        return [(t[i], t[i + 1]) for i in np.flatnonzero(np.diff(t) > longest_s)]


def check_samples(counted: Counted, peripheral: Peripheral, tolerance_s: float) -> None:
    """Every sample that was taken is there, once, has the value it was taken with, and the time, nearly."""
    taken_s = np.array(max(peripheral.measurements, key=len))
    acc, gyr = peripheral.motion.at(taken_s)
    came = counted.samples[AT_THE_START:]
    # At the start a few may be missing too, or have been taken before the sensor was set up; at the end, too late.
    first = min(range(100), key=lambda i: np.abs(acc[i : i + 100] - came.acc[:100]).mean())
    there = slice(first, first + len(came))
    assert np.abs(came.acc - acc[there]).max() < ACC_TOLERANCE_MPS2
    if came.gyr is not None:
        assert np.abs(came.gyr - gyr[there]).max() < GYR_TOLERANCE_RADPS
    assert np.abs(came.t - counted.began_s - taken_s[there]).max() < tolerance_s


@asynccontextmanager
async def room(*peripherals: Peripheral) -> AsyncIterator[BleRadio]:
    """Switch sensors on, and give the radio of a computer that is near them."""
    air = Air()
    for peripheral in peripherals:
        await peripheral.power_on(air)
    computer = air.new_device("computer")
    await computer.power_on()
    scanner, client = backends(computer)
    try:
        yield BleRadio(scanner_backend=scanner, client_backend=client)
    finally:
        for peripheral in peripherals:
            await peripheral.power_off()


async def count(
    radio: BleRadio,
    peripheral: Peripheral,
    wanted: str = "",
    *,
    meanwhile: Callable[[Peripheral], Awaitable[None]] | None = None,
    **options: Any,
) -> Counted:
    """Count what is made with a sensor on, from its first sample to the end of its motion.

    `meanwhile` happens beside it, from the first sample on.
    """
    motion = peripheral.motion
    counter = RepCounter(side=motion.side)
    pieces: list[Samples] = []
    happening: asyncio.Task[None] | None = None
    origin_s = asyncio.get_running_loop().time()
    wanted = wanted or peripheral.address
    async with SensorSource(radio, wanted, side=motion.side, origin_s=origin_s, **options) as source:
        async for samples in source:
            if happening is None and meanwhile is not None:
                happening = asyncio.ensure_future(meanwhile(peripheral))
            pieces.append(samples)
            assert peripheral.began_s is not None
            if samples.t[-1] + origin_s - peripheral.began_s > motion.duration_s - 1.0:
                break
        if happening is not None:
            await happening
    assert peripheral.began_s is not None
    samples = Samples.concatenate(pieces)
    counter.update(samples)  # whole as in pieces, and much faster
    return Counted(
        counter.finish(),
        samples,
        list(source.notices),
        source.warnings,
        peripheral.began_s - origin_s,
        source.metadata,
    )


async def count_in_room(peripheral: Peripheral, wanted: str = "", **options: Any) -> Counted:
    """Count with one sensor, alone in the room."""
    async with room(peripheral) as radio:
        return await count(radio, peripheral, wanted, **options)
