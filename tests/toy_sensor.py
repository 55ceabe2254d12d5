"""A sensor of any make and a radio of any mood, for tests of the time of samples.

What is simulated of the radio: notifications go out at connection events, in order, a few at each; an event may
fail, and all wait for the next; for a while none may succeed; the sensor drops what it has no room to keep; the
host hands on after a little while.
"""

import math
import struct
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from imucount.errors import PacketError
from imucount.sensors.sensor import Counter, Packet, Sensor, Ticks

HEADER = struct.Struct("<QQBB")
PARTS = ("both", "acc", "gyr")
ACC, GYR = "0000acc0-0000-1000-8000-00805f9b34fb", "00009e90-0000-1000-8000-00805f9b34fb"


class ToySensor(Sensor):
    key = "toy"
    products = "none"
    rates_hz = (10.0, 25.0, 50.0, 52.0, 60.0, 100.0, 104.0, 200.0)
    proven = "these tests"
    services = ()

    def __init__(self, rate_hz=100.0, ticks=None, counter=None, has_gyroscope=True):
        super().__init__(rate_hz)
        self.ticks, self.counter, self.has_gyroscope = ticks, counter, has_gyroscope

    @classmethod
    def matches(cls, advertisement):
        return False

    def start(self):
        yield from ()

    stop = start

    def decode(self, characteristic, data):
        try:
            ticks, sequence, part, n = HEADER.unpack_from(data)
            columns = 6 if part == 0 else 3
            values = np.frombuffer(data, "<f8", offset=HEADER.size).reshape(n, columns)
        except (struct.error, ValueError) as error:
            raise PacketError(f"expected a toy packet, got {len(data)} bytes") from error
        return [
            Packet(
                acc=values[:, :3].copy() if part != 2 else None,
                gyr=values[:, -3:].copy() if part != 1 else None,
                ticks=None if self.ticks is None else ticks,
                sequence=None if self.counter is None else sequence,
            )
        ]


def encode(values, ticks=0, sequence=0, part="both"):
    return HEADER.pack(ticks, sequence, PARTS.index(part), len(values)) + values.astype("<f8").tobytes()


@dataclass
class Device:
    """Samples i are taken at `start_s + i / true_rate_hz`, the truth."""

    rate_hz: float = 100.0
    rate_error: float = 0.0  # of the true rate against the nominal one
    drift: float = 0.0  # of its ticks against the truth
    ticks: Ticks | None = None
    counter: Counter | None = None
    per_packet: int = 1
    first_ticks: int = 0
    first_sequence: int = 0
    start_s: float = 1.0

    def sensor(self, **more):
        return ToySensor(self.rate_hz, self.ticks, self.counter, **more)

    def times(self, n):
        return self.start_s + np.arange(n) / (self.rate_hz * (1.0 + self.rate_error))

    def packets(self, values, part="both"):
        """(time the last sample was taken, bytes) of each packet; of a remainder there is none."""
        t = self.times(len(values))
        packets = []
        for number in range(len(values) // self.per_packet):
            first = number * self.per_packet
            last = first + self.per_packet - 1
            ticks = sequence = 0
            if self.ticks is not None:
                stamped = first if self.ticks.stamps == "first" else last
                device_s = (t[stamped] - self.start_s) * (1.0 + self.drift)
                ticks = (self.first_ticks + int(device_s / self.ticks.tick_s)) % self.ticks.modulus
            if self.counter is not None:
                count = number if self.counter.counts == "packets" else first
                sequence = (self.first_sequence + count) % self.counter.modulus
            packets.append((t[last], encode(values[first : last + 1], ticks, sequence, part)))
        return packets


@dataclass
class Air:
    interval_s: float = 0.03
    failing: float = 0.05  # share of connection events
    stalls: tuple = ()  # (start, length), s
    loss: float = 0.0  # share of packets
    outages: tuple = ()  # (start, length), s: what is taken then is lost
    doubling: float = 0.0
    swapping: float = 0.0
    host_delay_s: float = 0.002
    room: int = 10_000  # packets that the sensor keeps
    per_event: int = 1000
    latency_s: float = 0.003
    seed: int = 0
    dropped: int = field(default=0, init=False)

    def carry(self, packets):
        """Turn (ready time, *what) into a list of (arrival time, *what), in order of arrival."""
        rng = np.random.default_rng(self.seed)
        phase_s = rng.uniform(0, self.interval_s)
        free_event, arrivals, in_event, host_s = 0, [], 0, -math.inf
        leaving_s = deque()
        for ready_s, *what in packets:
            if rng.random() < self.loss or any(a <= ready_s < a + length for a, length in self.outages):
                self.dropped += 1
                continue
            while leaving_s and leaving_s[0] <= ready_s:
                leaving_s.popleft()
            if len(leaving_s) >= self.room:
                self.dropped += 1
                continue
            event = math.ceil((ready_s + self.latency_s - phase_s) / self.interval_s)
            if event > free_event:
                free_event, in_event = event, 0
                while rng.random() < self.failing:
                    free_event += 1
            elif in_event >= self.per_event:
                free_event, in_event = free_event + 1, 0
            for start_s, length_s in self.stalls:
                if start_s <= phase_s + free_event * self.interval_s < start_s + length_s:
                    free_event = math.ceil((start_s + length_s - phase_s) / self.interval_s)
            in_event += 1
            sent_s = phase_s + free_event * self.interval_s
            leaving_s.append(sent_s)
            host_s = max(host_s + 1e-5, sent_s + rng.exponential(self.host_delay_s))
            arrivals.append((host_s, *what))
            if rng.random() < self.doubling:
                host_s += 1e-5
                arrivals.append((host_s, *what))
        # Not the first: that anything is before it nobody can know.
        for i in range(2, len(arrivals) - 1, 2):
            if rng.random() < self.swapping:
                (a_s, *a), (b_s, *b) = arrivals[i : i + 2]
                arrivals[i : i + 2] = [(a_s, *b), (b_s, *a)]
        return arrivals
