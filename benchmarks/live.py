"""What live counting costs and how soon it tells: `python -m benchmarks.live`.

The whole way of a clip's bytes is measured, with the virtual clip of `imucount.sources.virtual` in place of a real
one and without a radio's driver: link, decoder, order, clock, counter. The clip's own work is in the figures, too.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.conditions import FIRST_SEED
from imucount import RepCounter
from imucount.packets.packet_stream import PacketStream
from imucount.sensors.open_profile import DATA, Frame, OpenProfile, Settings
from imucount.simulate import Clip, programme, simulate
from imucount.sources.link import SensorSource
from imucount.sources.virtual import EXERCISES, VirtualClip, VirtualRadio

RATE_HZ = 100.0
LIVE_SEED = FIRST_SEED + 60_000_000
ARRIVAL_S = 0.02

Row = tuple[str, str, str]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument(
        "--sets", type=int, default=1, help="sets of ten counted at true pace, 40 s each (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    RepCounter().update(simulate(EXERCISES["forward"]).samples)  # what is imported late is imported here
    rows = [row for samples in (1, 10) for row in through_the_stages(samples)]
    rows += at_true_pace(options.sets)
    print("| what | found | aim |", "|---|---|---|", sep="\n")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def through_the_stages(samples_in_a_packet: int) -> list[Row]:
    """Samples a second through decoder, clock and counter, as fast as they go."""
    simulation = simulate(programme(), clip=Clip(sampling_rate_hz=RATE_HZ), seed=LIVE_SEED)
    samples = simulation.samples
    settings = Settings(rate_hz=RATE_HZ)
    packets = []
    for start in range(0, len(samples), samples_in_a_packet):
        part = samples[start : start + samples_in_a_packet]
        frame = Frame.of_samples(settings, start, round(1e6 * part.t[0]), part.acc, part.gyr)
        packets.append((bytes(frame), float(part.t[-1]) + ARRIVAL_S))
    sensor = OpenProfile(RATE_HZ)
    stream, counter = PacketStream(sensor), RepCounter("right")
    took_s = {"decode and clock": 0.0, "count": 0.0}
    reps = 0
    for data, arrival_s in packets:
        began = time.process_time()
        pieces = stream.update(DATA, data, arrival_s)
        timed = time.process_time()
        for piece in pieces:
            reps += len(counter.update(piece))
        took_s["decode and clock"] += timed - began
        took_s["count"] += time.process_time() - timed
    for piece in stream.finish():
        counter.update(piece)
    if len(counter.finish().reps) != len(simulation.reps):
        raise RuntimeError(f"expected {len(simulation.reps)} circles, got {len(counter.finish().reps)}")
    share = sum(took_s.values()) / samples.duration_s
    packet = f"packets of {samples_in_a_packet}"
    return [
        (
            f"{packet}: samples a second, decode, clock and count",
            f"{len(samples) / sum(took_s.values()):,.0f}",
            "",
        ),
        (f"{packet}: share of a core for a clip at 100 Hz", f"{100 * share:.2f} %", "< 3 %"),
        (f"{packet}: of which the count", f"{100 * took_s['count'] / samples.duration_s:.2f} %", ""),
        (f"{packet}: clips that a core can serve", f"{1.0 / share:.0f}", ">= 20"),
    ]


def at_true_pace(sets: int) -> list[Row]:
    """What a set of ten takes of a core, and how soon its circles are told."""
    shares, delays_s = [], []
    for number in range(sets):
        began = time.process_time(), time.perf_counter()
        delays_s += asyncio.run(delays_of_a_set(LIVE_SEED + number))
        shares.append((time.process_time() - began[0]) / (time.perf_counter() - began[1]))
    return [
        ("at true pace, link and virtual clip included: share of a core", f"{100 * max(shares):.2f} %", "< 3 %"),
        (
            "from the sample that makes a circle certain to its report, median",
            f"{1e3 * statistics.median(delays_s):.0f} ms",
            "< 50 ms",
        ),
        ("the same, 95th percentile", f"{1e3 * float(np.percentile(delays_s, 95)):.0f} ms", ""),
    ]


async def delays_of_a_set(seed: int) -> list[float]:
    """How long after the last sample that it needed each circle of a set was told, s, by the loop's clock."""
    loop = asyncio.get_running_loop()
    clip = VirtualClip(EXERCISES["forward"], seed=seed)
    source = SensorSource(VirtualRadio(clip), clip.address)
    clip.ended = source.stop
    counter = RepCounter("right")
    delays_s: list[float] = []
    received = 0
    async with source:
        async for samples in source:
            received += len(samples)
            reps = counter.update(samples)
            taken_s = clip.began_s + (received - 1) / RATE_HZ
            delays_s += [loop.time() - taken_s] * len(reps)
    if len(counter.finish().reps) != 10:
        raise RuntimeError(f"expected 10 circles, got {len(counter.finish().reps)}")
    return delays_s


if __name__ == "__main__":
    main()
