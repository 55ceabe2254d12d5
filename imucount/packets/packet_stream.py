"""Packet stream: a sensor's notifications in, samples with their times out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from imucount.errors import PacketError, SensorError
from imucount.packets.clock import Clock, TimeQuality
from imucount.packets.packet_order import InOrder, PacketOrder
from imucount.packets.stream_joiner import StreamJoiner
from imucount.samples import STANDARD_GRAVITY, FloatArray, Samples
from imucount.sensors.sensor import Packet, Sensor, module_fault

__all__ = ["PacketProblems", "PacketStream"]

RANGE_MARGIN = 1.25
"""Values over full scale by calibration are true; what is further over is no measurement."""

LARGEST_ACC_G = 400.0
LARGEST_GYR_DPS = 8000.0
"""Where the sensor does not say its range: of the widest that wearables have, with room to spare."""


@dataclass(frozen=True, slots=True)
class PacketProblems:
    """What was wrong with packets, since the stream began.

    Attributes
    ----------
    undecodable : int
        Notifications that were no packets of the sensor, and packets of values that it cannot have measured.
    lost : int
        Samples that did not come, as far as anything tells.
    duplicated, late : int
        Packets that were dropped: come before; come after those that follow them.
    unpaired : int
        Samples of acceleration that were dropped because the angular rate about them was lost.
    mistimed : int
        Packets whose own time was wrong; they were put where they were expected.
    """

    undecodable: int = 0
    lost: int = 0
    duplicated: int = 0
    late: int = 0
    unpaired: int = 0
    mistimed: int = 0

    def __str__(self) -> str:
        told = {
            "notifications could not be read": self.undecodable,
            "samples were lost": self.lost,
            "packets came twice": self.duplicated,
            "packets came too late": self.late,
            "samples lacked their angular rate": self.unpaired,
            "packets told a wrong time": self.mistimed,
        }
        return ", ".join(f"{number} {what}" for what, number in told.items() if number) or "no problems"


class _Channel:
    """Packets of one kind, a sensor sends one or two: their order, their clock, those without time yet."""

    def __init__(self, sensor: Sensor, before: _Channel | None) -> None:
        self.order = PacketOrder(sensor.counter, sensor.ticks)
        former = None if before is None else before.clock
        self.clock: Clock = Clock(sensor.rate_hz, sensor.ticks, sensor.counter is not None, former)
        self._waiting: list[Packet] = []

    def update(self, packet: Packet, arrival_s: float) -> list[tuple[FloatArray, Packet]]:
        """Take a packet, return those whose times are known by now."""
        return self._timed(self.order.update(packet, arrival_s))

    def finish(self) -> list[tuple[FloatArray, Packet]]:
        """Return the packets that were held back, with the best times there are."""
        timed = self._timed(self.order.finish())
        return timed + self._matched(self.clock.finish())

    def _timed(self, packets: Iterable[InOrder]) -> list[tuple[FloatArray, Packet]]:
        timed: list[tuple[FloatArray, Packet]] = []
        for each in packets:
            if each.anew:
                timed += self._matched(self.clock.anew())
            self._waiting.append(each.packet)
            times = self.clock.update(
                len(each.packet), each.arrival_s, ticks=each.packet.ticks, missed=each.missed
            )
            timed += self._matched(times)
        return timed

    def _matched(self, times: list[FloatArray]) -> list[tuple[FloatArray, Packet]]:
        packets, self._waiting = self._waiting[: len(times)], self._waiting[len(times) :]
        return list(zip(times, packets))


class PacketStream:
    """Turns a sensor's notifications into samples: decoded, in order, with times, and joined.

    It knows no radio and waits for nothing: `arrival_s` is the only clock. It keeps no more than a few seconds.

    Parameters
    ----------
    sensor : Sensor
        Its `start` has been done, at the latest when the first packet comes.

    Notes
    -----
    Times increase strictly over the whole stream, reconnects included, and no sample is later than its packet's
    arrival. Where packets are lost, times jump; no sample is made up. A fixed delay of sensor and radio cannot be
    seen, so all times may be late by the least delay there was.
    """

    def __init__(self, sensor: Sensor) -> None:
        self._sensor = sensor
        self._channels: dict[str, _Channel] = {}
        self._former: dict[str, _Channel] = {}
        self._joiner = StreamJoiner()
        self._had_gyroscope: bool | None = None
        self._undecodable = self._duplicated = self._late = 0
        self._fault: SensorError | None = None

    @property
    def quality(self) -> TimeQuality | None:
        """What the times are worth; None before the first packet.

        Of two streams the acceleration's counts, since it gives the samples their times.
        """
        channels = self._former | self._channels
        for kind in ("both", "acc", "gyr"):
            if kind in channels:
                return channels[kind].clock.quality
        return None

    @property
    def problems(self) -> PacketProblems:
        """What was wrong with packets so far."""
        channels = self._channels.values()
        clocks = [channel.clock for channel in (self._former | self._channels).values()]
        lost = [clock.quality.lost for clock in clocks]
        return PacketProblems(
            undecodable=self._undecodable,
            lost=max(lost, default=0),
            duplicated=self._duplicated + sum(channel.order.duplicated for channel in channels),
            late=self._late + sum(channel.order.late for channel in channels),
            unpaired=self._joiner.unpaired,
            mistimed=max((clock.wrong_ticks for clock in clocks), default=0),
        )

    @property
    def fault(self) -> SensorError | None:
        """What `Sensor.decode` raised first besides `PacketError`, which is a fault of its module."""
        return self._fault

    def update(self, characteristic: str, data: bytes, arrival_s: float) -> list[Samples]:
        """Take a notification.

        Parameters
        ----------
        characteristic : str
            UUID, as `Sensor.decode` takes it.
        data : bytes
        arrival_s : float
            When it came, s, on the clock that the samples' times are to be on; never earlier than before.

        Returns
        -------
        list of Samples
            Those that became complete, in order of time.

        Raises
        ------
        SensorError
            If acceleration and angular rate come apart and one of them has stopped, or if there is angular rate
            before a reconnect and none after, or the other way round. The stream may be used on.
        """
        samples: list[Samples] = []
        for packet in self._decoded(characteristic, data):
            if not self._is_measured(packet):
                self._undecodable += 1
                continue
            kind = "gyr" if packet.acc is None else "acc" if packet.gyr is None else "both"
            if kind not in self._channels:
                self._channels[kind] = _Channel(self._sensor, self._former.get(kind))
            samples += self._samples(self._channels[kind].update(packet, arrival_s))
        return samples

    def restart(self, sensor: Sensor) -> list[Samples]:
        """Go on with the same device after a reconnect.

        Parameters
        ----------
        sensor : Sensor
            Made anew. Its counts may go on or begin anew.

        Returns
        -------
        list of Samples
            Those that were held back before.
        """
        samples = self.finish()
        self._joiner.restart()
        self._duplicated += sum(channel.order.duplicated for channel in self._channels.values())
        self._late += sum(channel.order.late for channel in self._channels.values())
        self._former |= self._channels
        self._channels = {}
        self._sensor = sensor
        return samples

    def finish(self) -> list[Samples]:
        """Return the samples that were held back, with the best times there are."""
        samples: list[Samples] = []
        for kind in sorted(self._channels, reverse=True):
            samples += self._samples(self._channels[kind].finish())
        return samples

    def _decoded(self, characteristic: str, data: bytes) -> list[Packet]:
        """Have a notification decoded; one for which the sensor's module has a fault is lost, and no more."""
        try:
            return list(self._sensor.decode(characteristic, data))
        except PacketError as error:
            self._undecodable += 1
            return list(error.packets)
        except Exception as error:
            self._undecodable += 1
            kind = type(self._sensor)
            fault = module_fault(f"{kind.__module__}.{kind.__qualname__}.decode to make packets", error)
            fault.__cause__ = error
            self._fault = self._fault or fault
            return []

    def _samples(self, timed: list[tuple[FloatArray, Packet]]) -> list[Samples]:
        """Make samples, or let parts of them wait for their other half."""
        has_gyroscope = self._sensor.has_gyroscope
        whole: list[Samples] = []
        for t, packet in timed:
            if not has_gyroscope:
                if packet.acc is not None:
                    whole.append(Samples(t, packet.acc))
            elif packet.acc is None:
                assert packet.gyr is not None
                self._joiner.add_gyr(t, packet.gyr)
            elif packet.gyr is None:
                self._joiner.add_acc(t, packet.acc)
            else:
                whole.append(Samples(t, packet.acc, packet.gyr))
        if timed and has_gyroscope and not whole:
            joined = self._joiner.joined()
            whole = [joined] if len(joined) else []
        if whole and self._had_gyroscope not in (None, has_gyroscope):
            before, now = ("with", "without") if self._had_gyroscope else ("without", "with")
            raise SensorError(
                f"expected a sensor {before} a gyroscope as before, got one {now}; is it another sensor, or was "
                "its gyroscope switched off?"
            )
        if whole:
            self._had_gyroscope = has_gyroscope
        return whole

    def _is_measured(self, packet: Packet) -> bool:
        """Whether a packet holds what its sensor can have sent."""
        sensor = self._sensor
        largest_acc = STANDARD_GRAVITY * (
            LARGEST_ACC_G if sensor.acc_range_g is None else RANGE_MARGIN * sensor.acc_range_g
        )
        largest_gyr = np.radians(
            LARGEST_GYR_DPS if sensor.gyr_range_dps is None else RANGE_MARGIN * sensor.gyr_range_dps
        )
        return (
            len(packet) > 0
            and (sensor.ticks is None or packet.ticks is not None)
            and (sensor.counter is None or packet.sequence is not None)
            and _is_within(packet.acc, len(packet), largest_acc)
            and _is_within(packet.gyr, len(packet), largest_gyr)
        )


def _is_within(values: FloatArray | None, n: int, largest: float) -> bool:
    # NaN is not below anything.
    return values is None or (values.shape == (n, 3) and bool((np.abs(values) <= largest).all()))
