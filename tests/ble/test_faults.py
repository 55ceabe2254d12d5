"""What goes wrong between a sensor and a computer: the count stays right, or the session says what is missing."""

import asyncio
import itertools

import numpy as np
import pytest
from bumble.core import UUID
from short_run import one_in
from virtual_time import run

from ble import faults
from ble.motion import Motion
from ble.peripherals.adafruit import Adafruit
from ble.peripherals.metamotion import MetaMotion
from ble.peripherals.movella_dot import MovellaDot
from ble.peripherals.movesense import Movesense
from ble.peripherals.open_profile import OpenClip
from ble.peripherals.peripheral import Refused
from ble.peripherals.polar import PolarVeritySense
from ble.peripherals.thingy52 import Thingy52
from ble.peripherals.uart_text import PuckJs
from ble.peripherals.witmotion import WitMotion
from ble.room import check_samples, count_in_room, room
from imucount.errors import DisconnectedError, SensorError
from imucount.sources.link import Patience, SensorSource

SIX = Motion(reps=6, seed=3)
TWO_SETS = Motion(reps=5, period_s=2.0, seed=4, sets=2, rest_s=15.0)
REST_S = (TWO_SETS.reps[4].end_s, TWO_SETS.reps[5].start_s)
MID_SET_S = (SIX.reps[2].start_s + SIX.reps[2].end_s) / 2

WITH_DEVICE_TIME = [OpenClip, MovellaDot, PolarVeritySense, Movesense, MetaMotion, PuckJs]
WITHOUT = [WitMotion, Thingy52, Adafruit]
# A packet is at most some tenths of a second; one of Polar's is a second or two.
OF_SHORT_PACKETS = [make for make in (*WITH_DEVICE_TIME, *WITHOUT) if make is not PolarVeritySense]


def each(makes):
    """Each of these sensors; in a short run the first has to do."""
    return one_in(len(makes), makes)


def after(motion_s, happening):
    """Let something happen to a sensor at a time of its motion."""

    async def happens(peripheral):
        await asyncio.sleep(peripheral.began_s + motion_s - peripheral.now_s)
        await happening(peripheral)

    return happens


async def drop(peripheral):
    await peripheral.drop()


async def vanish(peripheral):
    await peripheral.vanish(3.0)


async def say_nothing(peripheral):
    peripheral.silent = True
    await asyncio.sleep(8.0)
    peripheral.silent = False


def directions(counted):
    return [rep.direction for rep in counted.session.reps]


def longest_gap_s(counted):
    """Where the longest stretch without samples is, s on the motion's clock."""
    t = counted.samples.t - counted.began_s
    longest = int(np.argmax(np.diff(t)))
    return t[longest], t[longest + 1]


def check_only_the_gap_is_missing(counted, motion):
    """Every circle that is wholly there is counted, the gap is named, and nothing is counted in it."""
    (start_s, end_s), (named,) = longest_gap_s(counted), counted.session.gaps
    assert (named.start_s, named.end_s) == pytest.approx((start_s + counted.began_s, end_s + counted.began_s))
    there = [rep for rep in motion.reps if rep.end_s < start_s - 0.2 or rep.start_s > end_s + 0.2]
    assert len(there) <= len(counted.session.reps) < len(motion.reps)
    assert set(directions(counted)) == {motion.direction}


@pytest.mark.parametrize("make", each([*WITH_DEVICE_TIME, *WITHOUT]))
def test_a_link_dropped_between_sets_costs_no_circle(make):
    check_both_sets_are_counted(make(TWO_SETS), drop)


@pytest.mark.parametrize("make", each([*WITH_DEVICE_TIME, *WITHOUT]))
def test_a_link_that_vanishes_between_sets_costs_no_circle(make):
    check_both_sets_are_counted(make(TWO_SETS), vanish)


def check_both_sets_are_counted(peripheral, lose):
    counted = run(count_in_room(peripheral, meanwhile=after(REST_S[0] + 4.0, lose)))
    assert directions(counted) == ["forward"] * 10
    start_s, end_s = longest_gap_s(counted)
    assert REST_S[0] < start_s < end_s < REST_S[1]
    assert len(counted.told("dropped")) == len(counted.told("reconnected")) == 1
    assert not peripheral.streams
    assert not peripheral.connected


@pytest.mark.parametrize("make", each([OpenClip, WitMotion]))
def test_a_drop_within_a_set_that_is_soon_over_is_bridged_and_told(make):
    counted = run(count_in_room(make(SIX), meanwhile=after(MID_SET_S, drop)))
    assert directions(counted) == ["forward"] * 6
    start_s, end_s = longest_gap_s(counted)
    assert start_s == pytest.approx(MID_SET_S, abs=0.2)
    (told,) = counted.told("reconnected")
    assert f"from {start_s + counted.began_s:.1f} to {end_s + counted.began_s:.1f} s" in told
    assert any("lost once" in warning for warning in counted.warnings)


@pytest.mark.parametrize("make", each([OpenClip, WitMotion]))
def test_vanishing_within_a_set_costs_only_the_circles_of_the_gap(make):
    counted = run(count_in_room(make(SIX), meanwhile=after(MID_SET_S, vanish)))
    assert longest_gap_s(counted)[0] == pytest.approx(MID_SET_S, abs=0.2)
    check_only_the_gap_is_missing(counted, SIX)


@pytest.mark.long
@pytest.mark.parametrize("make", each([OpenClip, MetaMotion, MovellaDot, WitMotion]))
def test_five_drops_in_a_row_cost_no_circle_of_the_sets_beside_them(make):
    async def five_times(peripheral):
        for _ in range(5):
            while not peripheral.streams or not peripheral.connected:
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3)
            await peripheral.drop()

    counted = run(count_in_room(make(TWO_SETS), meanwhile=after(REST_S[0] + 2.0, five_times)))
    assert directions(counted) == ["forward"] * 10
    assert all(REST_S[0] < start_s < end_s < REST_S[1] for start_s, end_s in counted.gaps_s(1.0))
    assert counted.told("reconnected")


@pytest.mark.long
@pytest.mark.parametrize("make", each([OpenClip, WitMotion]))
def test_silence_without_a_disconnection_is_noticed_and_ended(make):
    counted = run(count_in_room(make(TWO_SETS), meanwhile=after(REST_S[0] + 3.0, say_nothing)))
    assert directions(counted) == ["forward"] * 10
    assert len(counted.told("silent")) == 1
    assert "nothing" in counted.told("silent")[0]
    assert len(counted.told("reconnected")) == 1


def test_a_sensor_that_stays_away_ends_the_stream_with_what_was_counted():
    async def leave(peripheral):
        await peripheral.vanish(1000.0)

    async def session(peripheral, pieces):
        patience = Patience(give_up_s=20.0, find_s=3.0)
        leaving = None
        async with room(peripheral) as radio:
            try:
                async with SensorSource(radio, "imucount", patience=patience) as source:
                    async for samples in source:
                        leaving = leaving or asyncio.ensure_future(after(MID_SET_S, leave)(peripheral))
                        pieces.append(samples)
            finally:
                leaving.cancel()
                await asyncio.wait([leaving])

    peripheral, pieces = OpenClip(SIX), []
    with pytest.raises(DisconnectedError, match="charged and near"):
        run(session(peripheral, pieces))
    came, taken = sum(map(len, pieces)), len(peripheral.measurements[0])
    assert 0 <= taken - came < 2 * 104  # what was taken while the link was already dead


# Of the sensors with time those whose packets are whole, not lines that are cut anywhere.
@pytest.mark.parametrize("make", each([OpenClip, MovellaDot, PolarVeritySense, Movesense, MetaMotion]))
def test_packets_that_come_twice_leave_every_sample_once(make):
    peripheral = make(SIX)
    peripheral.disturb = faults.duplicated(0.05)
    counted = run(count_in_room(peripheral))
    assert directions(counted) == ["forward"] * 6
    check_samples(counted, peripheral, tolerance_s=0.05)


@pytest.mark.parametrize("make", each([OpenClip, WitMotion, Thingy52, Adafruit, PuckJs]))
def test_all_that_comes_twice_after_a_reconnect_is_taken_once_and_told(make):
    async def drop_and_double(peripheral):
        peripheral.disturb = faults.duplicated(1.0)
        await peripheral.drop()

    peripheral = make(TWO_SETS)
    counted = run(count_in_room(peripheral, meanwhile=after(REST_S[0] + 4.0, drop_and_double)))
    assert directions(counted) == ["forward"] * 10
    assert len([text for text in counted.warnings if "twice" in text]) == 1
    t = counted.samples.t - counted.began_s
    before_s, after_s = (np.median(np.diff(part)) for part in (t[t < REST_S[0]], t[t > REST_S[1]]))
    assert after_s == pytest.approx(before_s, rel=0.1)


@pytest.mark.long
def test_packets_that_are_overtaken_are_put_in_order_by_their_numbers():
    peripheral = OpenClip(SIX)
    peripheral.disturb = faults.swapped(0.05)
    counted = run(count_in_room(peripheral))
    assert directions(counted) == ["forward"] * 6
    check_samples(counted, peripheral, tolerance_s=0.05)


@pytest.mark.long
@pytest.mark.parametrize("make", each([MovellaDot, MetaMotion]))
def test_packets_that_are_overtaken_cost_no_circle_where_only_their_time_tells(make):
    peripheral = make(SIX)
    peripheral.disturb = faults.swapped(0.05)
    counted = run(count_in_room(peripheral))
    assert directions(counted) == ["forward"] * 6
    assert counted.gaps_s() == []
    assert "too late" in " ".join(counted.warnings)


@pytest.mark.parametrize("make", each(OF_SHORT_PACKETS))
def test_packets_lost_here_and_there_cost_no_circle(make):
    peripheral = make(SIX)
    peripheral.disturb = faults.lost(0.04, seed=5)
    counted = run(count_in_room(peripheral))
    assert directions(counted) == ["forward"] * 6


def test_long_frames_that_are_lost_are_a_gap_that_is_named():
    peripheral = PolarVeritySense(SIX)
    frames = itertools.count()
    peripheral.disturb = lambda data: () if 16 <= next(frames) < 22 else (data,)
    check_only_the_gap_is_missing(run(count_in_room(peripheral)), SIX)


@pytest.mark.parametrize("make", each(OF_SHORT_PACKETS))
def test_packets_that_are_cut_are_told_and_cost_no_circle(make):
    peripheral = make(SIX)
    peripheral.disturb = faults.shortened(0.02, seed=6)
    counted = run(count_in_room(peripheral))
    assert directions(counted) == ["forward"] * 6
    assert "could not be read" in " ".join(counted.warnings)


@pytest.mark.long
@pytest.mark.parametrize("make", each([OpenClip, WitMotion, MetaMotion, Thingy52, Adafruit, PuckJs]))
def test_sensors_of_short_packets_do_with_the_least_mtu(make):
    counted = run(count_in_room(make(SIX, mtu=23)))
    assert directions(counted) == ["forward"] * 6


@pytest.mark.parametrize("make", [MovellaDot, Movesense, PolarVeritySense])
def test_sensors_of_long_packets_say_that_the_connection_is_too_narrow(make):
    peripheral = make(SIX, mtu=23)
    with pytest.raises(SensorError, match=r"(?i)\bmtu\b"):
        run(count_in_room(peripheral), timeout_s=120.0)
    assert not peripheral.streams
    assert not peripheral.connected


def test_a_device_that_only_looks_like_a_sensor_is_said_to_be_none():
    class Impostor(WitMotion):
        name = "imu-0000"
        advertised_services = OpenClip.advertised_services

    peripheral = Impostor(SIX)
    with pytest.raises(SensorError, match="9d940001"):
        run(count_in_room(peripheral))
    assert not peripheral.connected


class StubbornDot(MovellaDot):
    def _measurement(self, data):
        if data[1] == 1:
            raise Refused
        super()._measurement(data)


class StubbornPolar(PolarVeritySense):
    def _start(self, measurement, parameters, offered):
        return 13, b""  # in charger


class StubbornMovesense(Movesense):
    def _done(self, command, reference, path):
        return (429, b"") if command == 1 else super()._done(command, reference, path)


class StubbornThingy(Thingy52):
    def _configure(self, data):
        raise Refused


@pytest.mark.parametrize("make", [StubbornDot, StubbornPolar, StubbornMovesense, StubbornThingy])
def test_a_refused_command_is_told_and_nothing_is_left_running(make):
    peripheral = make(SIX)
    with pytest.raises(SensorError):
        run(count_in_room(peripheral))
    assert not peripheral.streams
    assert not peripheral.connected


def test_a_sensor_without_the_battery_service_is_counted_all_the_same():
    counted = run(count_in_room(OpenClip(SIX, battery_percent=None)))
    assert directions(counted) == ["forward"] * 6
    assert counted.told("battery") == []


def test_a_battery_that_is_nearly_empty_is_told():
    counted = run(count_in_room(OpenClip(SIX, battery_percent=8)))
    assert directions(counted) == ["forward"] * 6
    (told,) = counted.told("battery")
    assert "8 %" in told


class Talkative(OpenClip):
    """Notifies on for a while when it was told to stop."""

    def subscribed(self, characteristic, on):
        if on:
            super().subscribed(characteristic, on)
        else:
            asyncio.get_running_loop().call_later(0.5, self.end_stream, "frames")

    async def notify(self, characteristic, data):
        if self._connection is not None:
            attribute = self._characteristics[UUID(characteristic)]
            await self.device.notify_subscriber(self._connection, attribute, data, force=True)


def test_notifications_while_stopping_harm_nothing():
    async def session():
        complaints = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        peripheral = Talkative(SIX)
        counted = await count_in_room(peripheral)
        await asyncio.sleep(2.0)
        return counted, complaints

    counted, complaints = run(session())
    assert directions(counted) == ["forward"] * 6
    assert complaints == []
