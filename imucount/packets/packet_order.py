"""Packet order: packets put back into the order they were sent in, each of them once.

Bluetooth itself repeats and swaps nothing, but what hands notifications on may: two subscriptions at once, or
threads between the system's service and the program.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from imucount.sensors.sensor import Counter, Packet, Ticks

__all__ = ["InOrder", "PacketOrder"]

REMEMBERED = 32
"""So many packets back a number is known as one of the past; further back, the device has begun to count anew."""

ANEW = 8
"""After so many packets of the past in a row, it was the device that went back, and not a few packets late."""

HELD_PACKETS = 3
"""A missing packet is waited for until so many others have come,"""

HELD_S = 0.05
"""or until this has passed; a screen should not lag more."""

PAST_S = 1.0
"""Ticks so far back are a late packet's. After so long without any packet, none is late."""


@dataclass(frozen=True, slots=True, eq=False)
class InOrder:
    """The next packet.

    Attributes
    ----------
    packet : Packet
    arrival_s : float
        s.
    missed : int
        Samples between the packet before and this that were never received; 0 where nobody counts.
    anew : bool
        Whether the device has begun to count anew, so that nothing is known of what is missing.
    """

    packet: Packet
    arrival_s: float
    missed: int = 0
    anew: bool = False


class PacketOrder:
    """Removes repeated packets and puts swapped ones right, by their sequence number or, without one, their ticks.

    By ticks, what is late is dropped: only a number tells at once that one is missing.

    Parameters
    ----------
    counter : Counter, optional
    ticks : Ticks, optional
        Taken where there is no counter. With neither, packets pass as they come.

    Attributes
    ----------
    duplicated, late : int
        Packets that were dropped: come before; come after those that follow them.

    Examples
    --------
    >>> order = PacketOrder(Counter(modulus=256))
    >>> def packet(number):
    ...     return Packet(acc=None, gyr=None, sequence=number)
    >>> received = [254, 255, 255, 1, 0, 2]
    >>> [each.packet.sequence for number in received for each in order.update(packet(number), 0.0)]
    [254, 255, 0, 1, 2]
    >>> order.duplicated
    1
    """

    def __init__(self, counter: Counter | None = None, ticks: Ticks | None = None) -> None:
        self._counter = counter
        self._ticks = ticks
        self._past: deque[int] = deque(maxlen=REMEMBERED)
        self._expected: int | None = None
        self._held: dict[int, tuple[Packet, float]] = {}
        self._n = 1
        self._stale = 0
        self._heard_s = -math.inf
        self.duplicated = 0
        self.late = 0

    def update(self, packet: Packet, arrival_s: float) -> list[InOrder]:
        """Take a packet as it was received, return those whose turn it is."""
        if self._counter is not None:
            released = self._by_number(packet, arrival_s, self._counter)
        elif self._ticks is not None:
            released = self._by_ticks(packet, arrival_s, self._ticks)
        else:
            released = [InOrder(packet, arrival_s)]
        self._heard_s = arrival_s
        return released

    def finish(self) -> list[InOrder]:
        """Wait no more for missing packets: return those that were held back."""
        return self._release(wait=False)

    def _by_number(self, packet: Packet, arrival_s: float, counter: Counter) -> list[InOrder]:
        assert packet.sequence is not None
        sequence = packet.sequence % counter.modulus
        if self._expected is None:
            self._expected = sequence
        unit = len(packet) if counter.counts == "samples" else 1
        near = min(REMEMBERED * unit, counter.modulus // 2)
        newest = max(self._held, default=self._expected)
        following = newest + (sequence - newest) % counter.modulus
        number = self._expected + (sequence - self._expected) % counter.modulus
        if following - newest < near:
            # Even where so many were lost before the newest that this would seem to be of the past.
            number = following
        elif self._expected + counter.modulus - number <= near:
            if not self._has_gone_back(sequence, arrival_s):
                return []
            before = self.finish()
            self._expected = sequence + unit
            self._past.append(sequence)
            return [*before, InOrder(packet, arrival_s, anew=True)]
        self._stale = 0
        if number in self._held:
            self.duplicated += 1
            return []
        self._held[number] = packet, arrival_s
        return self._release()

    def _release(self, wait: bool = True) -> list[InOrder]:
        """Take those packets out of `_held` that nothing is missing before, or not worth waiting for."""
        released: list[InOrder] = []
        while self._held:
            assert self._counter is not None
            assert self._expected is not None
            number = min(self._held)
            arrivals_s = [arrival_s for _, arrival_s in self._held.values()]
            is_due = len(self._held) > HELD_PACKETS or max(arrivals_s) - min(arrivals_s) >= HELD_S
            if number != self._expected and wait and not is_due:
                break
            packet, arrival_s = self._held.pop(number)
            of_samples = self._counter.counts == "samples"
            missed = (number - self._expected) * (1 if of_samples else self._n)
            self._n = len(packet)
            self._past.append(number % self._counter.modulus)
            self._expected = number + (self._n if of_samples else 1)
            released.append(InOrder(packet, arrival_s, missed))
        return released

    def _by_ticks(self, packet: Packet, arrival_s: float, ticks: Ticks) -> list[InOrder]:
        assert packet.ticks is not None
        count, anew = packet.ticks % ticks.modulus, False
        if self._expected is not None and (self._expected - count) % ticks.modulus * ticks.tick_s <= PAST_S:
            if not self._has_gone_back(count, arrival_s):
                return []
            anew = True
        self._stale = 0
        self._expected = count
        self._past.append(count)
        return [InOrder(packet, arrival_s, anew=anew)]

    def _has_gone_back(self, number: int, arrival_s: float) -> bool:
        """Count a packet of the past, unless there were so many that the present must be there."""
        self._stale += 1
        if self._stale >= ANEW or arrival_s > self._heard_s + PAST_S:
            self._stale = 0
            self._past.clear()
            return True
        if number in self._past:
            self.duplicated += 1
        else:
            self.late += 1
        return False
