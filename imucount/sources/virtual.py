"""A virtual clip on a virtual shoulder, in reach of a virtual radio.

It speaks imucount's open profile, so what it sends takes the way of a real clip's: found, connected, configured,
notified of in batches, decoded, given its time. Movement and clip are those of `imucount.simulate`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import numpy as np

from imucount.errors import DeviceNotFoundError, PacketError, SensorError, SourceError
from imucount.samples import Samples
from imucount.sensors.open_profile import (
    CONFIGURATION,
    DATA,
    SERVICE,
    Configuration,
    Frame,
    Limits,
    OpenProfile,
    Settings,
)
from imucount.sensors.sensor import Advertisement
from imucount.sets import Side
from imucount.simulate import Circles, Clip, Movement, Part, Wearer, programme, simulate
from imucount.sources.aside import aside
from imucount.sources.link import SensorSource
from imucount.sources.radio import Connection, Found

__all__ = ["EXERCISES", "VirtualClip", "VirtualRadio", "virtual_source"]

EXERCISES: dict[str, Sequence[Part]] = {
    "programme": programme(lead_in_s=5.0, rest_s=15.0),
    "forward": (Movement("standing", 5.0), Circles(10, "forward"), Movement("standing", 5.0)),
    "backward": (Movement("standing", 5.0), Circles(10, "backward"), Movement("standing", 5.0)),
}
"""What a virtual wearer can be asked for: the prescribed programme of 3 sets of 10 forward and 3 sets of 10
backward circles, with rests of 15 s, or one set of 10."""

FRAME_SAMPLES = 10
"""Samples in a notification: 128 bytes, which any connection of today's carries at once."""

CONNECTION_INTERVAL_S = 0.03
"""Between two moments at which the radio may send, s; what phones and laptops ask for by default."""

MISSED_EVENTS = 0.05
"""Share of those moments that are lost to interference; what was to be sent then is sent at the next."""

ADVERTISING_S = 0.1


class VirtualClip:
    """A clip with the open profile whose wearer does an exercise, from when it is first subscribed to.

    Parameters
    ----------
    exercise : sequence of Part
        A script for `imucount.simulate.simulate`.
    side : {"right", "left"}
    rate_hz : float, default 100
    seed : int, default 0
        Of the wearer's and the clip's chances.
    speed : float, default 1
        Seconds of the exercise in a second.

    Attributes
    ----------
    name, address : str
    began_s : float
        When the exercise began, by the event loop's clock.
    ended : callable
        Called when the exercise is over and all of it was sent; to be set by who wants to know.
    """

    def __init__(
        self,
        exercise: Sequence[Part] = EXERCISES["programme"],
        *,
        side: Side = "right",
        rate_hz: float = 100.0,
        seed: int = 0,
        speed: float = 1.0,
    ) -> None:
        if not 0 < speed < math.inf:
            raise SourceError(f"speed must be above 0, got {speed!r}")
        self.name = f"virtual clip on the {side} shoulder"
        self.address = f"virtual-{side}"
        self.ended: Callable[[], None] = lambda: None
        self.configuration = Configuration(Settings(rate_hz=rate_hz, side=side), Limits(rate_hz, rate_hz))
        self._exercise = exercise
        self._wearer = Wearer(side=side)
        self._seed = seed
        self._speed = speed
        self._samples: Samples | None = None
        self.began_s = 0.0

    def configure(self, data: bytes) -> None:
        """Take what is written to the configuration characteristic.

        Raises
        ------
        SensorError
            If it is no settings, or some that it cannot do.
        """
        try:
            wanted = Settings.from_bytes(data)
        except PacketError as error:
            raise SensorError(f"the virtual clip refused its configuration: {error}") from error
        limits = self.configuration.limits
        self.configuration = Configuration(
            Settings(limits.highest_rate_hz, wanted.acc_full_scale_g, wanted.gyr_full_scale_dps, wanted.side),
            limits,
        )

    async def begin(self) -> None:
        """Begin the exercise with the present configuration, if it has not begun."""
        if self._samples is not None:
            return
        settings = self.configuration.settings
        clip = Clip(
            sampling_rate_hz=settings.rate_hz,
            acc_range_g=settings.acc_full_scale_g,
            gyr_range_dps=settings.gyr_full_scale_dps or 1.0,
            gyroscope=settings.gyr_full_scale_dps is not None,
        )
        perform = partial(simulate, self._exercise, wearer=self._wearer, clip=clip, seed=self._seed)
        self._samples = (await aside(perform)).samples
        self.began_s = asyncio.get_running_loop().time()

    async def stream(self, notified: Callable[[bytes], None]) -> None:
        """Send what the exercise makes of now on, as the radio allows, until it is over or nobody listens."""
        loop = asyncio.get_running_loop()
        settings = self.configuration.settings
        await self.begin()
        assert self._samples is not None
        samples = self._samples
        radio = np.random.default_rng(self._seed)
        first = int(np.searchsorted(samples.t, self._speed * (loop.time() - self.began_s)))
        for start in range(first, len(samples), FRAME_SAMPLES):
            part = samples[start : start + FRAME_SAMPLES]
            events = math.ceil(part.t[-1] / CONNECTION_INTERVAL_S) + radio.geometric(1.0 - MISSED_EVENTS) - 1
            sent_s = self.began_s + events * CONNECTION_INTERVAL_S / self._speed
            await asyncio.sleep(max(0.0, sent_s - loop.time()))
            time_us = round(1e6 * part.t[0])
            notified(bytes(Frame.of_samples(settings, start, time_us, part.acc, part.gyr)))
        self.ended()


class VirtualRadio:
    """A radio that has virtual clips in its reach, and nothing else.

    Parameters
    ----------
    *clips : VirtualClip
    """

    def __init__(self, *clips: VirtualClip) -> None:
        self._clips = {clip.address: clip for clip in clips}
        self._turn: asyncio.Lock | None = None

    def turn(self) -> asyncio.Lock:
        """Wait until nobody else searches or connects, and keep others from it meanwhile."""
        if self._turn is None:
            self._turn = asyncio.Lock()
        return self._turn

    async def scan(self) -> AsyncGenerator[Found, None]:
        """Tell of every clip, again and again."""
        while True:
            await asyncio.sleep(ADVERTISING_S)
            for clip in self._clips.values():
                yield Found(clip.address, Advertisement(clip.name, (SERVICE,)), rssi_dbm=-50)

    @asynccontextmanager
    async def connect(
        self, address: str, dropped: Callable[[], None], timeout_s: float
    ) -> AsyncIterator[Connection]:
        """Connect to a clip; the link is never lost, and always there in time."""
        if address not in self._clips:
            raise DeviceNotFoundError(
                f"expected a virtual clip, {' or '.join(self._clips) or 'of which there is none'}, got {address!r}"
            )
        connection = _VirtualConnection(self._clips[address])
        try:
            yield connection
        finally:
            await connection.close()


class _VirtualConnection:
    services = frozenset({SERVICE})
    characteristics = frozenset({CONFIGURATION, DATA})

    def __init__(self, clip: VirtualClip) -> None:
        self._clip = clip
        self._stream: asyncio.Task[None] | None = None

    async def write(self, characteristic: str, data: bytes, response: bool) -> None:
        self._check(characteristic, CONFIGURATION)
        self._clip.configure(data)

    async def read(self, characteristic: str) -> bytes:
        self._check(characteristic, CONFIGURATION)
        return bytes(self._clip.configuration)

    async def subscribe(self, characteristic: str, notified: Callable[[bytes], None]) -> None:
        self._check(characteristic, DATA)
        await self._clip.begin()  # before it is said to be subscribed to, as what follows may not be silent
        if self._stream is None:
            self._stream = asyncio.create_task(self._clip.stream(notified))

    async def unsubscribe(self, characteristic: str) -> None:
        self._check(characteristic, DATA)
        await self.close()

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()
            await asyncio.wait({stream})

    def _check(self, characteristic: str, possible: str) -> None:
        if characteristic != possible:
            raise SensorError(f"the virtual clip cannot do this with the characteristic {characteristic}")


def virtual_source(
    exercise: str = "",
    *,
    side: Side | None = None,
    rate_hz: float | None = None,
    origin_s: float | None = None,
    speed: float = 1.0,
    gyr_axes: str | None = None,
    acc_axes: str | None = None,
) -> SensorSource:
    """Make a source of a virtual clip's samples that ends with the exercise.

    Parameters
    ----------
    exercise : str
        One of `EXERCISES`; "" is the programme.
    side, rate_hz, origin_s, gyr_axes, acc_axes
        As of `SensorSource`; the side is the right one by default.
    speed : float, default 1
        Seconds of the exercise in a second. The clock of the samples runs as fast.
    """
    exercise = exercise or "programme"
    if exercise not in EXERCISES:
        raise SourceError(f"expected one of the exercises {', '.join(EXERCISES)}, got {exercise!r}")
    possible_hz = OpenProfile(rate_hz).rate_hz
    clip = VirtualClip(EXERCISES[exercise], side=side or "right", rate_hz=possible_hz, speed=speed)

    def now_s() -> float:
        return speed * asyncio.get_running_loop().time()

    source = SensorSource(
        VirtualRadio(clip),
        clip.address,
        side=side,
        rate_hz=rate_hz,
        origin_s=None if origin_s is None else speed * origin_s,
        clock=now_s,
        gyr_axes=gyr_axes,
        acc_axes=acc_axes,
        metadata={"simulated": "yes"},
    )
    clip.ended = source.stop
    return source
