"""Room: sensors in software and a computer that hears them, and what is counted of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from imucount.sources.ble import BleRadio
from imucount.sources.link import SensorSource

from ble.air import Air
from ble.backend import backends
from ble.peripherals.peripheral import Peripheral
from imucount.counter import RepCounter
from imucount.samples import Samples
from imucount.sets import Session
from imucount.sources.source import Notice

__all__ = ["Counted", "count", "count_in_room", "room"]


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
