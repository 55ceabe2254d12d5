"""An hour of streaming: nothing is lost, nothing comes twice, the clock is true, and memory stays as it is."""

import asyncio
import gc
import sys
from pathlib import Path

import numpy as np
import pytest
from virtual_time import run

from ble.peripherals.open_profile import OpenClip
from ble.room import room
from imucount.counter import RepCounter
from imucount.samples import STANDARD_GRAVITY
from imucount.sources.link import SensorSource

HOUR_S = 3600.0
LOOK_S = 600.0
CLOCK_ERROR = 200e-6  # of a cheap crystal: 0.7 s in an hour
NUMBERS = 2003  # a prime, which no loss of whole frames hits by chance
DIGIT_MPS2 = 3.998 / 32768 * STANDARD_GRAVITY  # of the clip at the range that is asked of it


class NumberedMotion:
    """Not a motion: the acceleration along x is the number of the sample, in digits."""

    side = "right"

    def at(self, t):
        acc = np.zeros((len(t), 3))
        acc[:, 0] = (np.round(t * 104.0 * (1.0 + CLOCK_ERROR)) % NUMBERS - NUMBERS // 2) * DIGIT_MPS2
        acc[:, 2] = STANDARD_GRAVITY
        gyr = np.random.default_rng(len(t)).normal(0.0, 0.01, (len(t), 3))
        return acc, gyr


class HourlyClip(OpenClip):
    """Forgets when it took its samples, but for the last, so that only the library's memory can grow."""

    longest_wait_s = 0.18

    async def send(self, characteristic, data):
        del self.measurements[-1][:-1]
        await super().send(characteristic, data)


def objects_and_memory():
    """Count Python's objects, and the process's bytes where the system tells them."""
    gc.collect()
    told = Path("/proc/self/statm")
    pages = int(told.read_text().split()[1]) if told.exists() else 0
    return sys.getallocatedblocks(), pages * 4096


async def stream(peripheral):
    """Take an hour; the numbers of the samples, how late each notification's last is, and memory now and then."""
    counter = RepCounter(side="right")
    numbers = np.zeros(round(110 * HOUR_S), dtype=np.int16)
    late_s = np.zeros(len(numbers))
    n = notifications = 0
    looks = []
    origin_s = asyncio.get_running_loop().time()
    async with room(peripheral) as radio, SensorSource(radio, "imucount", origin_s=origin_s) as source:
        async for samples in source:
            numbers[n : n + len(samples)] = np.round(samples.acc[:, 0] / DIGIT_MPS2)
            n += len(samples)
            late_s[notifications] = samples.t[-1] + origin_s - peripheral.began_s - peripheral.measurements[-1][-1]
            notifications += 1
            counter.update(samples)
            if samples.t[-1] > LOOK_S * (len(looks) + 1):
                looks.append(objects_and_memory())
            if samples.t[-1] > HOUR_S:
                break
    assert source.warnings == ()
    return numbers[:n].astype(int), late_s[:notifications], looks


@pytest.mark.long
def test_an_hour_at_104_hz():
    clip = HourlyClip(NumberedMotion(), clock_error=CLOCK_ERROR)
    numbers, late_s, looks = run(stream(clip), timeout_s=2 * HOUR_S)
    assert len(numbers) > 103.9 * HOUR_S
    assert (np.diff(numbers) % NUMBERS == 1).all()
    # A delay that never changes cannot be seen; what changes is the clock's error.
    assert np.ptp(late_s[100:]) < 0.05
    objects, memory = np.diff(looks[1:], axis=0).sum(axis=0)
    assert objects < 5_000
    assert memory < 5_000_000
