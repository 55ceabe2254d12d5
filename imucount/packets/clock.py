"""Clock: when samples were taken, on the host's clock, from when their packets arrived.

A packet arrives when the radio pleases, always later than its samples were taken: in batches at connection
events, after retransmissions, after stalls. So an arrival says only "not later than this", and the earliest
arrivals say most. What the device counts, be it ticks or samples, runs evenly and goes to host time by a
straight line below all arrivals.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, overload

import numpy as np

from imucount.samples import FloatArray
from imucount.sensors.sensor import Ticks

__all__ = ["Clock", "LowerEnvelope", "TimeKind", "TimeQuality"]

TimeKind = Literal["device", "counter", "arrival"]

WINDOW_S = 60.0
"""Arrivals are remembered for so long: enough to know the drift to some ten ppm, short enough to follow a clock
that warms up on the skin."""

BUCKET_S = 0.5
"""One arrival is remembered of so much time, the earliest: at the longest usual connection interval, 200 ms,
there are two events in it."""

TRUSTED_SPAN_S = 10.0
"""Until a line is as long as this, it may not turn far from what was known before."""

TICKS_DRIFT = 500e-6
"""No crystal is further off: the Bluetooth core specification allows 500 ppm for a sleep clock, the least
accurate class."""

RATE_ERROR = 0.06
"""Cheap sensors sample by an RC oscillator; 97 Hz at "100 Hz" is usual, and data sheets of MEMS sensors allow
a few percent."""

WRONG_RATE = 0.15
"""A nominal rate further off than this is no rate at all, and the rate is measured."""

SETTLING_S = 1.0
"""First samples are held back for so long, until some arrivals have told where the line is."""

MEASURING_S = 3.0
"""The same, where the nominal rate is plainly wrong."""

MEASURED_S = 1.0
"""A rate that was measured wrongly is measured again about so long ago, over twice the time."""

AHEAD_S = 0.25
"""A device time so far later than its own arrival comes from a count that has jumped."""

DOUBTFUL_DELAY_S: dict[TimeKind, float] = {"device": 1.0, "counter": 0.5, "arrival": 0.06}
"""A longer delay is a stall, or else samples are missing that nobody told of; what comes next decides. Without
a count, any lost packet looks so."""

DOUBT_S: dict[TimeKind, float] = {"device": 2.0, "counter": 2.0, "arrival": 0.5}
"""If after so much of a steady flow nothing has caught up, it was no stall."""

HASTE = 0.25
"""Share of that which must do where another stall, or the end, comes first: one of the longest connection
intervals, since what a stall has kept back comes faster."""

CATCHING_UP_S = 0.01
"""A delay that still falls by this, and faster than the rate may be wrong, is a stall that is being worked off."""

LEARNED_S = 0.1
"""A slope from arrivals so unsure, s, is known to this over the span of the line."""

LONGEST_USUAL_S = 0.25
"""A longer delay is not that of a connection interval, but of a stall."""

FORGETTING = 0.999
"""Of the longest usual delay, a packet."""

STEP_GAIN = 0.05
"""Share of each packet in the running mean of the device's own sampling interval."""

LEAST_STEP_S = 1e-6
"""Between samples, where a packet leaves no room before its arrival."""


@dataclass(frozen=True, slots=True)
class TimeQuality:
    """What the time of samples is worth.

    Attributes
    ----------
    kind : {"device", "counter", "arrival"}
        What it rests on: the device's clock; its count of packets or samples, with no clock; or only the number
        of samples that arrived.
    drift_ppm : float
        By how much the device's clock, or its nominal rate, is slow against the host's, parts per million.
    mean_delay_s, longest_delay_s : float
        From the time given to a packet's last sample to the packet's arrival, s.
    resets : int
        How often the device's count, or what was known of it, began anew.
    lost : int
        Samples that were sent, or should have been, and did not come.
    """

    kind: TimeKind
    drift_ppm: float
    mean_delay_s: float
    longest_delay_s: float
    resets: int
    lost: int

    def __str__(self) -> str:
        basis = {
            "device": "the device's own clock",
            "counter": "the device's count of what it sent, and when that arrived",
            "arrival": "when packets arrived, without a count of them",
        }[self.kind]
        off = f"{self.drift_ppm:+.0f} ppm" if self.kind == "device" else f"{1e-4 * self.drift_ppm:+.1f} %"
        return (
            f"Time is from {basis} (each interval {off}); packets came {1000 * self.mean_delay_s:.0f} ms late on "
            f"average, {1000 * self.longest_delay_s:.0f} ms at worst, and {self.lost} samples were lost."
        )


class LowerEnvelope:
    """The straight line below all arrivals that is nearest to them.

    Parameters
    ----------
    lowest, highest : float
        Bounds of the slope, host seconds lost per device second.
    slope : float
        What is taken for it before two arrivals are there.
    trust : float, optional
        While the line is short, it may not be further than this from `slope`.

    Notes
    -----
    Of all lines below the points the one with the least sum of distances goes along the edge of their lower
    convex hull that lies at their mean: S. B. Moon, P. Skelly, D. Towsley, "Estimation and removal of clock
    skew from network delay measurements", INFOCOM 1999. Where the edge is steeper than allowed, the bound is
    the best slope, since the sum is convex in it.

    Examples
    --------
    >>> envelope = LowerEnvelope(-500e-6, 500e-6)
    >>> for second, delay_s in enumerate([0.04, 0.01, 0.2, 0.01, 0.03]):
    ...     envelope.add(second, 100.0 + delay_s)
    >>> round(envelope.at(4.0), 3)
    100.01
    """

    def __init__(self, lowest: float, highest: float, slope: float = 0.0, trust: float | None = None) -> None:
        self._bounds = lowest, highest
        self._near = self._bounds if trust is None else (max(lowest, slope - trust), min(highest, slope + trust))
        self._points: deque[tuple[float, float]] = deque()
        self._bucket = -1
        self._offset_s = 0.0
        self.slope = slope
        self.is_bound = False

    @property
    def span_s(self) -> float:
        """Device time between the first and the last arrival that it remembers, s."""
        return self._points[-1][0] - self._points[0][0] if self._points else 0.0

    @overload
    def at(self, device_s: float) -> float: ...

    @overload
    def at(self, device_s: FloatArray) -> FloatArray: ...

    def at(self, device_s: float | FloatArray) -> float | FloatArray:
        """By how much the host's clock is ahead of device times on the line, s."""
        return self._offset_s + self.slope * device_s

    def add(self, device_s: float, ahead_s: float) -> None:
        """Take an arrival: device time, s, and by how much the host's clock was ahead of it, s."""
        bucket = int(device_s // BUCKET_S)
        if bucket != self._bucket:
            self._bucket = bucket
            while self._points and self._points[0][0] < device_s - WINDOW_S:
                self._points.popleft()
            self._points.append((device_s, ahead_s))
            self._fit()
        elif ahead_s < self._points[-1][1]:
            self._points[-1] = device_s, ahead_s
            if ahead_s < self.at(device_s):
                self._fit()

    def free_slope(self, near_s: float) -> float:
        """Slope that the arrivals alone would give about a device time, s."""
        return self._edge(self._hull(), near_s)

    def since(self, device_s: float) -> list[tuple[float, float]]:
        """Return the arrivals it remembers from a device time on, as `add` took them."""
        return [point for point in self._points if point[0] >= device_s]

    def _fit(self) -> None:
        hull = self._hull()
        lowest, highest = self._near if self.span_s < TRUSTED_SPAN_S else self._bounds
        mean_s = sum(x for x, _ in self._points) / len(self._points)
        free = self._edge(hull, mean_s)
        self.slope = min(max(free, lowest), highest)
        self.is_bound = self.slope != free
        self._offset_s = min(ahead_s - self.slope * device_s for device_s, ahead_s in hull)

    def _hull(self) -> list[tuple[float, float]]:
        """Lower convex hull: A. M. Andrew's monotone chain."""
        hull: list[tuple[float, float]] = []
        for x, y in self._points:
            while len(hull) > 1:
                (x0, y0), (x1, y1) = hull[-2:]
                if (x1 - x0) * (y - y0) > (y1 - y0) * (x - x0):
                    break
                hull.pop()
            hull.append((x, y))
        return hull

    def _edge(self, hull: list[tuple[float, float]], near_s: float) -> float:
        if len(hull) < 2:
            return self.slope
        (x0, y0), (x1, y1) = next((pair for pair in pairwise(hull) if pair[1][0] >= near_s), hull[-2:])
        return (y1 - y0) / (x1 - x0)


@dataclass(frozen=True, slots=True)
class _Held:
    """A packet whose times are not given yet: samples, device time of the last, its step, s, and arrival, s."""

    n: int
    device_s: float
    step_s: float
    arrival_s: float

    @property
    def ahead_s(self) -> float:
        """By how much the host's clock was ahead of the device's, s."""
        return self.arrival_s - self.device_s


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Ticks as a packet told them, its samples, and its arrival, s."""

    ticks: int
    n: int
    arrival_s: float


class Clock:
    """Gives samples their times, once for all, as packets come.

    Times increase strictly and are never later than the packet's arrival. What they cannot hold is the shortest
    delay itself: the time that even the fastest packet took in the sensor and on the air, which no arrival
    tells.

    Parameters
    ----------
    rate_hz : float
        Nominal rate of the samples.
    ticks : Ticks, optional
        How the packets' device time is to be read, where they have one.
    counted : bool, default False
        Whether lost samples are told, as `missed`.
    after : Clock, optional
        The clock of the same sensor before it was connected anew. Time goes on from there.

    Notes
    -----
    Packets are held back for a second where nothing is known yet: at the start, and where the count has begun
    anew. The same is done when packets are late, until they have caught up, or enough others came that have not:
    then samples are missing that nobody told of, and the times jump.

    Examples
    --------
    >>> clock = Clock(rate_hz=10.0, ticks=Ticks(tick_s=0.001, modulus=1 << 16))
    >>> delays_s = [0.02, 0.09, 0.01, 0.04] * 3
    >>> arrivals_s = [5.0 + 0.1 * i + delay_s for i, delay_s in enumerate(delays_s)]
    >>> times = []
    >>> for i, arrival_s in enumerate(arrivals_s):
    ...     times += clock.update(1, arrival_s, ticks=(65300 + 100 * i) % (1 << 16))
    >>> [round(float(t[0]), 2) for t in times[-3:]]
    [5.91, 6.01, 6.11]
    """

    def __init__(
        self, rate_hz: float, ticks: Ticks | None = None, counted: bool = False, after: Clock | None = None
    ) -> None:
        self.kind: TimeKind = "device" if ticks is not None else "counter" if counted else "arrival"
        self._ticks = ticks
        self._nominal_step_s = self._step_s = 1.0 / rate_hz
        self._limit = TICKS_DRIFT if ticks is not None else RATE_ERROR
        self._centre = 0.0
        self._slope, self._trust = 0.0, self._limit
        self._counted = counted
        self._newest: _Stamp | None = None
        self._suspect: _Stamp | None = None
        self.wrong_ticks: int = 0 if after is None else after.wrong_ticks
        self._unwrapped = 0
        self._device_s = -self._step_s
        self._last_s = -np.inf
        self._arrival_s = -np.inf
        self._resets = self._lost = self._packets = 0
        self._delays_s = self._longest_s = 0.0
        if after is not None:
            self._last_s, self._arrival_s = after._last_s, after._arrival_s
            self._resets, self._lost, self._packets = after._resets, after._lost, after._packets
            self._delays_s, self._longest_s = after._delays_s, after._longest_s
            if after.kind == self.kind and after._nominal_step_s == self._nominal_step_s:
                after._learn()
                self._centre, self._slope, self._trust = after._centre, after._slope, after._trust
                self._step_s = after._step_s
        self._held: list[_Held] = []
        self._settling_since_s: float | None = None
        self._doubtful: LowerEnvelope | None = None
        self._doubt_at_s = self._flowing_s = 0.0
        self._first_delay_s = self._least_delay_s = self._usual_delay_s = 0.0
        self._n_caught_up = 0
        self._begin()

    @property
    def quality(self) -> TimeQuality:
        """What the times are worth so far."""
        return TimeQuality(
            kind=self.kind,
            drift_ppm=1e6 * self._envelope.slope,
            mean_delay_s=self._delays_s / self._packets if self._packets else 0.0,
            longest_delay_s=self._longest_s,
            resets=self._resets,
            lost=self._lost,
        )

    def update(self, n: int, arrival_s: float, *, ticks: int | None = None, missed: int = 0) -> list[FloatArray]:
        """Take the next packet.

        Parameters
        ----------
        n : int
            Samples in it, 1 or more.
        arrival_s : float
            When it arrived, host time, s.
        ticks : int, optional
            Its device time as sent.
        missed : int, default 0
            Samples before it that are known to be lost.

        Returns
        -------
        list of (n,) array, s
            Times of the oldest packets that had none yet, a packet each.
        """
        before_s, device_s = self._device_s, self._read(n, ticks, missed, arrival_s)
        self._device_s = device_s
        packet = _Held(n, device_s, self._step_s, arrival_s)
        self._lost += missed
        if self._settling_since_s is not None:
            return self._settle(packet, self._settling_since_s)
        delay_s = packet.ahead_s - self._envelope.at(device_s)
        if delay_s < -AHEAD_S:
            return self._anew() + self._settle(packet, np.inf)
        if self.kind == "device" and not self._counted:
            self._lost += self._skipped(device_s - before_s, n)
        if delay_s > DOUBTFUL_DELAY_S[self.kind]:
            return self._doubt(packet, delay_s)
        self._held.append(packet)
        if self._doubtful is not None:
            delay_s, self._doubtful = self._first_delay_s, None
        self._usual_delay_s = max(min(delay_s, LONGEST_USUAL_S), FORGETTING * self._usual_delay_s)
        self._envelope.add(device_s, packet.ahead_s)
        if self.kind != "device" and self._envelope.is_bound and self._envelope.span_s >= MEASURING_S:
            self._measure_again(device_s)
        return self.finish()

    def anew(self) -> list[FloatArray]:
        """Expect another count, since the device has begun again.

        Returns
        -------
        list of (n,) array, s
            As of `update`.
        """
        self._newest = self._suspect = None
        return self._anew()

    def finish(self) -> list[FloatArray]:
        """Give the packets that are held back their times, as of `update`."""
        if self._doubtful is not None and self._flowing_s > HASTE * DOUBT_S[self.kind]:
            return self._conclude()
        self._doubtful = None
        times = [self._times(packet) for packet in self._held]
        self._held.clear()
        return times

    def _anew(self) -> list[FloatArray]:
        times = self.finish()
        self._learn()
        self._resets += 1
        self._begin()
        return times

    def _begin(self) -> None:
        self._envelope = self._new_envelope()
        self._settling_since_s = np.inf
        self._doubtful = None

    def _new_envelope(self) -> LowerEnvelope:
        return LowerEnvelope(self._centre - self._limit, self._centre + self._limit, self._slope, self._trust)

    def _learn(self) -> None:
        """Keep what is known of the drift: the longer it was watched, the surer."""
        if self._envelope.span_s >= TRUSTED_SPAN_S:
            self._slope = self._envelope.slope
            self._trust = min(LEARNED_S / self._envelope.span_s, self._limit)

    def _read(self, n: int, ticks: int | None, missed: int, arrival_s: float) -> float:
        """Device time of a packet's last sample, s."""
        expected_s = self._device_s + (missed + n) * self._step_s
        if self._ticks is None:
            return expected_s
        assert ticks is not None
        now, before = _Stamp(ticks, n, arrival_s), self._newest
        if before is not None and not self._follows(now, before, missed):
            suspect = self._suspect
            self._suspect = now
            if suspect is None or not self._follows(now, suspect, missed):
                self.wrong_ticks += 1
                return expected_s
            # Two agree: the device has begun to count anew, and the first of them went where it was expected.
            self.wrong_ticks -= 1
            self._resets += 1
            of_last_s = self._device_s
            if self._ticks.stamps == "first":
                of_last_s -= (suspect.n - 1) * self._step_s
            self._unwrapped = round(of_last_s / self._ticks.tick_s)
            before = suspect
        self._suspect = None
        if before is not None:
            forward = (ticks - before.ticks) % self._ticks.modulus
            self._unwrapped += forward
            step_s = forward * self._ticks.tick_s / (n if self._ticks.stamps == "last" else before.n)
            if missed == 0 and abs(step_s / self._step_s - 1.0) < RATE_ERROR:
                self._step_s += STEP_GAIN * (step_s - self._step_s)
        self._newest = now
        stamp_s = self._unwrapped * self._ticks.tick_s
        return stamp_s if self._ticks.stamps == "last" else stamp_s + (n - 1) * self._step_s

    def _follows(self, now: _Stamp, before: _Stamp, missed: int) -> bool:
        """Whether no more time has passed for the device than a packet and its delay explain."""
        assert self._ticks is not None
        forward_s = (now.ticks - before.ticks) % self._ticks.modulus * self._ticks.tick_s
        samples_s = (missed + max(now.n, before.n)) * self._step_s
        return forward_s <= now.arrival_s - before.arrival_s + 1.5 * samples_s + AHEAD_S

    def _skipped(self, since_s: float, n: int) -> int:
        """Count the samples that are missing where n of them took so long."""
        # Ticks are cut, not rounded: an interval is up to one tick long.
        assert self._ticks is not None
        return max(round((since_s - 0.5 * self._ticks.tick_s) / self._step_s) - n, 0)

    def _settle(self, packet: _Held, since_s: float) -> list[FloatArray]:
        """Hold a packet back until it is known where the line is."""
        self._settling_since_s = min(since_s, packet.arrival_s)
        if self._held:
            # While a stall lasts, nothing is learned.
            waited_s = packet.arrival_s - self._held[-1].arrival_s
            self._settling_since_s += max(waited_s - LONGEST_USUAL_S - packet.n * packet.step_s, 0.0)
        self._held.append(packet)
        self._envelope.add(packet.device_s, packet.ahead_s)
        settled_s = packet.arrival_s - self._settling_since_s
        if settled_s < SETTLING_S:
            return []
        first, last = self._held[0], self._held[-1]
        slope = (last.ahead_s - first.ahead_s) / max(last.device_s - first.device_s, self._step_s)
        if self.kind != "device" and abs(slope - self._centre) > WRONG_RATE:
            if settled_s < MEASURING_S:
                return []
            # Where half of the time has passed, not half of the samples: many come at once after a stall.
            half_s = 0.5 * (first.arrival_s + last.arrival_s)
            slope = self._envelope.free_slope(next(h.device_s for h in self._held if h.arrival_s >= half_s))
        if self.kind != "device" and abs(slope - self._centre) > WRONG_RATE:
            self._centre = self._slope = slope
            self._trust = self._limit
            self._envelope = self._new_envelope()
            for held in self._held:
                self._envelope.add(held.device_s, held.ahead_s)
        self._settling_since_s = None
        return self.finish()

    def _measure_again(self, device_s: float) -> None:
        """Take another rate where the one that was measured, as on half of the packets, turns out to be none."""
        slope = self._envelope.free_slope(device_s - MEASURED_S)
        if abs(slope - self._centre) > WRONG_RATE:
            recent = self._envelope.since(device_s - 2.0 * MEASURED_S)
            self._centre = self._slope = slope
            self._trust = self._limit
            self._envelope = self._new_envelope()
            for point in recent:
                self._envelope.add(*point)

    def _doubt(self, packet: _Held, delay_s: float) -> list[FloatArray]:
        """Hold a late packet back until it is known whether others catch up."""
        times: list[FloatArray] = []
        # In usual batches a packet is later than the one before by no more than this.
        steep_s = 2.0 * self._usual_delay_s + DOUBTFUL_DELAY_S[self.kind]
        if self._doubtful is not None:
            rise_s = delay_s - self._least_delay_s
            # Else, where all packets are late, each batch would seem another stall, for ever.
            self._usual_delay_s = max(self._usual_delay_s, min(rise_s, LONGEST_USUAL_S))
            if rise_s > steep_s:
                # Another stall, or another loss, before it was known what the first one was.
                times = self.finish()
                delay_s = packet.ahead_s - self._envelope.at(packet.device_s)
        self._held.append(packet)
        if self._doubtful is None:
            self._learn()
            self._first_delay_s = delay_s
        drift_s = self._limit * self._flowing_s
        if self._doubtful is None or delay_s < self._least_delay_s - CATCHING_UP_S - drift_s:
            self._doubtful = self._new_envelope()
            self._flowing_s, self._least_delay_s = 0.0, delay_s
            self._n_caught_up = len(self._held)
        else:
            # A pause of the radio proves nothing.
            self._flowing_s += min(
                packet.arrival_s - self._doubt_at_s, self._usual_delay_s + packet.n * packet.step_s
            )
        self._doubt_at_s = packet.arrival_s
        self._doubtful.add(packet.device_s, packet.ahead_s)
        return times if self._flowing_s < DOUBT_S[self.kind] else times + self._conclude()

    def _conclude(self) -> list[FloatArray]:
        """Take what is late for a loss: times jump to where packets arrive now."""
        assert self._doubtful is not None
        times: list[FloatArray] = []
        if self._first_delay_s - self._least_delay_s > 2.0 * self._usual_delay_s + DOUBTFUL_DELAY_S[self.kind]:
            # More came at once than ever does: what the sensor had kept from before its memory was full.
            times = [self._times(kept) for kept in self._held[: self._n_caught_up]]
            del self._held[: self._n_caught_up]
        if self.kind != "device":
            self._lost += round(self._least_delay_s / self._step_s / (1.0 + self._centre))
        self._resets += 1
        self._envelope, self._doubtful = self._doubtful, None
        return times + self.finish()

    def _times(self, packet: _Held) -> FloatArray:
        """Put a packet's samples on the line, after all before and not after its arrival."""
        index = np.arange(float(packet.n))
        device_s = packet.device_s - packet.step_s * index[::-1]
        t: FloatArray = device_s + self._envelope.at(device_s)
        # Where the line has moved back, samples go at twice the pace until they are on it.
        least_step_s = 0.5 * packet.step_s * (1.0 + self._centre)
        if self._last_s == -np.inf:
            self._last_s = float(t[0]) - packet.step_s
        t[0] = max(t[0], self._last_s + least_step_s)
        t = np.maximum.accumulate(t - least_step_s * index) + least_step_s * index
        self._arrival_s = max(self._arrival_s, packet.arrival_s)
        if t[-1] > self._arrival_s:
            step_s = max((self._arrival_s - self._last_s) / packet.n, LEAST_STEP_S)
            t = np.minimum(t, self._last_s + step_s * (index + 1.0))
        self._last_s = float(t[-1])
        self._packets += 1
        self._delays_s += packet.arrival_s - self._last_s
        self._longest_s = max(self._longest_s, packet.arrival_s - self._last_s)
        return t
