import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from toy import CONTROL, DATA, SERVICE, ToyClip, ToyRadio, ToySensor, later
from virtual_time import run

from imucount.errors import BluetoothError, DeviceNotFoundError, DisconnectedError, SensorError, SourceError
from imucount.samples import Samples
from imucount.sensors.sensor import Advertisement
from imucount.sources.link import Patience, SensorSource


def source_of(radio, wanted="Toy 1", **options):
    return SensorSource(radio, wanted, sensor=ToySensor, **options)


async def take(source, duration_s=10.0, *happenings):
    """Open it, let things happen, stop it after a time; everything that came."""
    pieces = []
    async with source:
        for delay_s, happening in happenings:
            later(delay_s, happening)
        later(duration_s, source.stop)
        async for samples in source:
            pieces.append(samples)
    return Samples.concatenate(pieces)


def opened(source):
    async def open_and_close():
        async with source:
            pass

    return open_and_close()


def kinds(source):
    return [notice.kind for notice in source.notices]


def texts(source):
    return " ".join(notice.text for notice in source.notices)


def counts(samples):
    return samples.acc[:, 0].astype(int)


def is_idle(radio):
    return radio.connected == radio.scanning == 0


# a session without faults


def test_a_sensor_is_found_started_read_and_left_as_it_was():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio, side="right")
    samples = run(take(source, 10))
    assert 990 < len(samples) <= clip.sent
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)
    assert np.diff(samples.t) == pytest.approx(0.01, abs=0.003)
    assert clip.told[0] == "subscribe"
    assert clip.told[-3:] == ["halt", "unsubscribe", "unsubscribe"]
    assert is_idle(radio)
    assert (source.name, source.side, source.sampling_rate_hz) == ("Toy 1", "right", 100.0)
    assert source.metadata["sensor"] == "toy"
    assert source.metadata["clock"] == "device"
    assert source.battery_percent == 80
    assert kinds(source) == ["connected"]
    assert source.warnings == ()


def test_samples_wait_for_a_slow_reader():
    clip = ToyClip()

    async def read_slowly(source):
        pieces = []
        async with source:
            later(30, source.stop)
            async for samples in source:
                pieces.append(samples)
                await asyncio.sleep(0.1)
        return Samples.concatenate(pieces)

    samples = run(read_slowly(source_of(ToyRadio(clip))))
    assert len(samples) > 2990
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)


def test_leaving_early_leaves_the_sensor_as_it_was():
    clip = ToyClip()
    radio = ToyRadio(clip)

    async def leave_early():
        async with source_of(radio) as source:
            async for _ in source:
                break

    run(leave_early())
    assert clip.told[-3:] == ["halt", "unsubscribe", "unsubscribe"]
    assert is_idle(radio)


def test_two_clips_share_a_clock_and_take_turns():
    clips = ToyClip("Toy left", "AA:01"), ToyClip("Toy right", "AA:02")
    radio = ToyRadio(*clips)

    async def both():
        origin_s = asyncio.get_running_loop().time() - 100.0
        sources = [source_of(radio, clip.name, origin_s=origin_s) for clip in clips]
        return await asyncio.gather(*(take(source) for source in sources))

    left, right = run(both())
    assert 100 < left.t[0] < right.t[0] < 103
    assert abs(left.t - np.round(left.t, 2)).max() < 0.002


def test_a_source_that_was_read_to_its_end_says_so():
    async def read_twice(source):
        async with source:
            later(5, source.stop)
            return [len([samples async for samples in source]) for _ in range(2)]

    with pytest.raises(SourceError, match="read to its end"):
        run(read_twice(source_of(ToyRadio(ToyClip()))))


def test_a_source_that_is_read_on_gives_what_follows():
    async def read_on(source):
        pieces = []
        async with source:
            later(5, source.stop)
            async for samples in source:
                pieces.append(samples)
                break
            async for samples in source:
                pieces.append(samples)
        return Samples.concatenate(pieces)

    samples = run(read_on(source_of(ToyRadio(ToyClip()))))
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)


def test_a_source_is_opened_once():
    source = source_of(ToyRadio(ToyClip()))

    async def twice():
        async with source:
            pass
        async with source:
            pass

    with pytest.raises(SourceError, match="not opened yet"):
        run(twice())


def test_it_says_what_it_is_doing_until_samples_come():
    source = source_of(ToyRadio(ToyClip()))

    async def watched():
        said = []

        async def watch():
            while True:
                if source.doing not in said:
                    said.append(source.doing)
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(watch())
        async with source:
            watching.cancel()
            return said, source.doing

    said, after = run(watched())
    assert said == ["", "looking for 'Toy 1'", "connecting to Toy 1"]
    assert after == ""


def test_it_says_when_sample_time_was_0():
    async def opened_at():
        async with source_of(ToyRadio(ToyClip()), origin_s=asyncio.get_running_loop().time() - 100.0) as source:
            now_s = source.notices[-1].time_s
            return (datetime.now(UTC) - source.origin_utc).total_seconds() - now_s, now_s

    off_s, now_s = run(opened_at())
    assert off_s == pytest.approx(0.0, abs=0.05)
    assert now_s > 100


# the computer sleeps


@pytest.mark.parametrize("fate", ["lost", "held"])
def test_a_sleep_of_the_computer_is_a_gap_and_is_told(fate):
    """The clock of the loop stands still meanwhile; another one tells it. The clip's own goes on."""
    slept_s = [3600.0]  # before all this
    clip = ToyClip()
    source = source_of(ToyRadio(clip), asleep=lambda: slept_s[0], patience=Patience(give_up_s=30))

    def sleep():
        slept_s[0] += 60.0
        clip.ahead_s = 60.0
        if fate == "lost":
            clip.drop()

    samples = run(take(source, 20, (8, sleep)))
    gap = int(np.argmax(np.diff(samples.t)))
    assert 59.5 < np.diff(samples.t)[gap] < 63
    assert samples.duration_s == pytest.approx(80, abs=1)
    assert (np.diff(samples.t) > 0.5).sum() == 1
    (told,) = [notice for notice in source.notices if notice.kind == "clock"]
    assert "slept for 60 s" in told.text
    assert told.text in source.warnings
    assert kinds(source) == ["connected", *(["clock", "dropped", "reconnected"] if fate == "lost" else ["clock"])]


def test_patience_does_not_run_out_while_the_computer_sleeps():
    slept_s = [0.0]
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio, asleep=lambda: slept_s[0], patience=Patience(give_up_s=30))

    def sleep():
        slept_s[0] += 600.0
        radio.failures = [DisconnectedError("no answer")] * 3
        clip.drop()

    assert len(run(take(source, 30, (8, sleep)))) > 2000
    assert kinds(source) == ["connected", "clock", "dropped", "reconnected"]


def test_two_sources_are_on_one_clock_though_the_computer_slept_in_between():
    slept_s = [0.0]
    clips = ToyClip("Toy 1", "AA:01"), ToyClip("Toy 2", "AA:02")
    radio = ToyRadio(*clips)

    async def one_after_the_other():
        origin_s = asyncio.get_running_loop().time()
        first, second = (
            source_of(radio, clip.name, origin_s=origin_s, asleep=lambda: slept_s[0]) for clip in clips
        )
        later(5, slept_s.__setitem__, 0, 60.0)
        before = await take(first, 10)
        after = await take(second, 5)
        return before.t[-1], after.t[0]

    before_s, after_s = run(one_after_the_other())
    assert 0 < after_s - before_s < 4


# what comes twice


class Uncounted(ToySensor):
    """Packets without number and time."""

    ticks = counter = None

    def decode(self, characteristic, data):
        return [replace(packet, ticks=None, sequence=None) for packet in super().decode(characteristic, data)]


@pytest.mark.parametrize("sensor", [Uncounted, ToySensor])
def test_notifications_that_come_twice_after_a_reconnect_are_taken_once(sensor):
    clip = ToyClip()
    source = SensorSource(ToyRadio(clip), "Toy 1", sensor=sensor)

    def drop():
        clip.doubles = True
        clip.drop()

    samples = run(take(source, 20, (8, drop)))
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)
    assert clip.sent - 3 <= len(samples) <= clip.sent
    assert len([warning for warning in source.warnings if "all that Toy 1 sends twice" in warning]) == 1
    assert sorted(kinds(source)) == ["connected", "dropped", "packets", "reconnected"]


# finding


def test_a_name_that_comes_late_is_waited_for():
    clip = ToyClip()
    clip.advertisements = [Advertisement(None)] * 3 + [Advertisement("Toy 1")]
    run(opened(SensorSource(ToyRadio(clip), "toy 1", sensor=ToySensor)))


def test_a_sensor_is_found_by_its_address_and_by_its_kind():
    for wanted in ("aa:01", ""):
        clip = ToyClip(name=None)
        source = source_of(ToyRadio(ToyClip("Kettle", "CC:01", services=()), clip), wanted)
        run(opened(source))
        assert source.name == "AA:01"
        assert clip.connections == 1


def test_what_is_not_found_is_told_with_what_was_heard():
    radio = ToyRadio(ToyClip("Kettle", "CC:01", services=()), ToyClip("Toy 2", "AA:02"))
    with pytest.raises(DeviceNotFoundError, match=r"'Toy 1' in reach, got .*Kettle at CC:01.*switched on"):
        run(opened(source_of(radio)))
    assert is_idle(radio)
    with pytest.raises(DeviceNotFoundError, match="no device at all within 10 s"):
        run(opened(source_of(ToyRadio())))


def test_of_two_that_fit_none_is_guessed():
    radio = ToyRadio(ToyClip(address="AA:01"), ToyClip(address="AA:02"))
    with pytest.raises(
        DeviceNotFoundError, match=r"expected 'Toy 1' in reach, and no other, got 2: .*AA:01.*AA:02"
    ):
        run(opened(source_of(radio)))
    run(opened(source_of(radio, "AA:02")))


def test_a_device_of_no_known_kind_is_told_from_an_absent_one():
    radio = ToyRadio(ToyClip("Kettle", "CC:01", services=()))
    with pytest.raises(SensorError, match=r"got Kettle at CC:01, which advertises as none"):
        run(opened(SensorSource(radio, "kettle")))


# opening


def test_a_device_without_the_service_says_what_it_has():
    clip = ToyClip(services=("0000180f-0000-1000-8000-00805f9b34fb",))
    radio = ToyRadio(clip)
    with pytest.raises(SensorError, match=f"service {SERVICE}, got 0000180f"):
        run(opened(source_of(radio)))
    assert clip.told == []
    assert is_idle(radio)


def test_connecting_is_tried_again():
    radio = ToyRadio(ToyClip())
    radio.failures = [DisconnectedError("no answer")] * 2
    run(opened(source_of(radio)))
    radio.failures = [DisconnectedError("no answer")] * 3
    with pytest.raises(DisconnectedError, match="no answer"):
        run(opened(source_of(radio)))


def test_without_bluetooth_nothing_is_tried_again():
    radio = ToyRadio(ToyClip())
    radio.failures = [BluetoothError("Bluetooth is off")] * 2
    with pytest.raises(BluetoothError, match="is off"):
        run(opened(source_of(radio)))
    assert len(radio.failures) == 1


@pytest.mark.parametrize("fault", ["refuses", "ignores"])
@pytest.mark.parametrize("command", ["subscribe", "rate 100", "go"])
def test_a_sensor_that_does_not_obey_is_told_to_stop_and_let_go(fault, command):
    clip = ToyClip()
    getattr(clip, fault).add(command)
    radio = ToyRadio(clip)
    with pytest.raises(SensorError, match=r"refused: |to answer within \d+ s, got nothing to .*edge of reach"):
        run(opened(source_of(radio)))
    assert "halt" in clip.told
    assert is_idle(radio)


def test_a_drop_while_it_starts_is_tried_again():
    clip = ToyClip()
    clip.ignores.add("rate 100")
    radio = ToyRadio(clip)

    async def drop_while_starting(source):
        later(1.3, clip.drop)
        later(1.3, clip.ignores.clear)
        async with source:
            pass

    run(drop_while_starting(source_of(radio)))
    assert clip.connections == 2
    assert is_idle(radio)


def test_the_battery_may_be_absent_low_or_not_told():
    for battery, refuses, told in ((None, set(), None), (80, {"battery"}, None), (15, set(), 15), (80, set(), 80)):
        clip = ToyClip(battery=battery)
        clip.refuses |= refuses
        source = source_of(ToyRadio(clip))
        assert len(run(take(source, 5))) > 400
        assert source.battery_percent == told
        assert ("battery" in kinds(source)) == (told == 15)
        assert any("charge it" in warning for warning in source.warnings) == (told == 15)


def test_a_battery_that_runs_low_is_told_once_at_each_level():
    clip = ToyClip(battery=25)
    source = source_of(ToyRadio(clip), patience=Patience(battery_every_s=2))
    run(
        take(
            source,
            20,
            *((delay_s, lambda: setattr(clip, "battery", clip.battery - 2)) for delay_s in range(1, 19, 2)),
        )
    )
    assert [
        notice.text.split(" at ")[1].split(";")[0] for notice in source.notices if notice.kind == "battery"
    ] == [
        "19 %",
        "9 %",
    ]


def test_a_weak_signal_is_told():
    source = source_of(ToyRadio(ToyClip(rssi_dbm=-92)))
    run(opened(source))
    assert "weak (-92 dBm)" in source.warnings[0]


# faults of a sensor's module


class Faulty(ToySensor):
    """Of a package that has faults with some of what the clip sends."""

    faults = staticmethod(lambda number: number % 100 == 7)

    def decode(self, characteristic, data):
        if characteristic == DATA and self.faults(int.from_bytes(data[:2], "little")):
            return data[99]
        return super().decode(characteristic, data)


def test_a_fault_of_a_decoder_costs_its_notification_and_is_told_once(caplog):
    clip = ToyClip()
    source = SensorSource(ToyRadio(clip), "Toy 1", sensor=Faulty)
    with caplog.at_level(logging.DEBUG):
        samples = run(take(source, 10))
    assert len(samples) >= 0.98 * clip.sent - 3
    assert kinds(source) == ["connected", "packets"]
    told = [warning for warning in source.warnings if "test_link.Faulty.decode" in warning]
    assert len(told) == 1
    assert "IndexError" in told[0]
    assert "\n" not in told[0]
    assert "return data[99]" in caplog.text  # the traceback


def test_a_decoder_that_never_decodes_ends_as_the_fault_that_it_is():
    class Broken(Faulty):
        faults = staticmethod(lambda number: True)

    with pytest.raises(
        SensorError, match=r"got none for .*Broken\.decode to make packets, got IndexError"
    ) as told:
        run(take(SensorSource(ToyRadio(ToyClip()), "Toy 1", sensor=Broken), 60))
    assert "\n" not in str(told.value)
    assert isinstance(told.value.__cause__.__cause__, IndexError)


def test_a_radio_of_another_package_that_fails_is_told_in_a_sentence():
    radio = ToyRadio(ToyClip())
    radio.failures = [KeyError("adapter")]
    with pytest.raises(SensorError, match=r"the source of Toy 1 .*KeyError\('adapter'\)") as told:
        run(opened(source_of(radio)))
    assert isinstance(told.value.__cause__, KeyError)
    assert is_idle(radio)


def test_a_decoder_that_fails_later_leaves_what_came_before():
    class Failing(Faulty):
        faults = staticmethod(lambda number: number > 500)

    pieces = []

    async def read(source):
        async with source:
            async for samples in source:
                pieces.append(samples)

    with pytest.raises(DisconnectedError, match="IndexError"):
        run(read(SensorSource(ToyRadio(ToyClip()), "Toy 1", sensor=Failing)))
    assert sum(map(len, pieces)) == 501


# faults while it streams


def test_a_drop_is_told_and_mended_and_nothing_that_came_is_lost():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio)
    samples = run(take(source, 20, (8, clip.drop)))
    assert kinds(source) == ["connected", "dropped", "reconnected"]
    gap = int(np.argmax(np.diff(samples.t)))
    assert 0.3 < np.diff(samples.t)[gap] < 3
    assert f"from {samples.t[gap]:.1f} to {samples.t[gap + 1]:.1f} s" in source.notices[2].text
    assert "lost once" in source.warnings[0]
    assert len(samples) >= clip.sent - 3
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)
    assert clip.connections == 2
    assert is_idle(radio)


def test_a_drop_while_the_clock_still_settles_loses_nothing():
    clip = ToyClip()
    source = source_of(ToyRadio(clip))
    samples = run(take(source, 5, (0.5, clip.drop)))
    assert len(samples) >= clip.sent - 3
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)
    assert kinds(source) == ["connected", "dropped", "reconnected"]


@pytest.mark.parametrize("fault", ["vanish", "mute"])
def test_silence_is_told_and_mended(fault):
    clip = ToyClip()

    def fall_silent():
        if fault == "vanish":
            clip.vanish()
        else:
            clip.mute = True
            later(6, setattr, clip, "mute", False)

    source = source_of(ToyRadio(clip))
    samples = run(take(source, 30, (8, fall_silent)))
    assert kinds(source) == ["connected", "silent", "reconnected"]
    assert "sent nothing for 5.05 s" in texts(source)
    assert 5 < np.diff(samples.t).max() < 9
    assert clip.told.count("halt") == 1
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)


def test_a_reader_that_blocks_everything_is_not_taken_for_a_silent_sensor():
    clip = ToyClip()
    source = source_of(ToyRadio(clip))

    def block():
        asyncio.get_running_loop().time_passes(7.0)

    samples = run(take(source, 20, (8, block)))
    assert kinds(source) == ["connected"]
    assert len(samples) > 1100


def test_a_silence_that_ends_in_time_is_no_fault():
    clip = ToyClip()
    source = source_of(ToyRadio(clip))
    run(take(source, 20, (8, lambda: setattr(clip, "mute", True)), (12, lambda: setattr(clip, "mute", False))))
    assert kinds(source) == ["connected"]


def test_five_drops_in_a_row_are_mended():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio)
    samples = run(take(source, 60, *((delay_s, clip.drop) for delay_s in range(5, 55, 10))))
    assert kinds(source) == ["connected"] + ["dropped", "reconnected"] * 5
    assert "lost 5 times" in source.warnings[0]
    assert clip.connections == 6
    assert len(samples) >= clip.sent - 3
    assert (np.diff(samples.t) > 0.2).sum() == 5
    assert np.diff(samples.t).max() < 2
    assert is_idle(radio)


def test_what_the_sensor_was_found_with_is_known_after_a_reconnect():
    class Remembering(ToySensor):
        def start(self):
            self.found.setdefault(CONTROL, b"connection %d" % clip.connections)
            yield from super().start()

        def stop(self):
            given_back.append(self.found[CONTROL])
            yield from super().stop()

    given_back = []
    clip = ToyClip()

    source = SensorSource(ToyRadio(clip), "Toy 1", sensor=Remembering)
    run(take(source, 10, (3, clip.drop)))
    assert clip.connections == 2
    assert given_back == [b"connection 1"]


def test_whatever_fails_while_it_reconnects_is_tried_again():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio)

    def drop():
        radio.failures = [BluetoothError("its service died"), DisconnectedError("no answer"), SensorError("busy")]
        clip.drop()

    run(take(source, 40, (8, drop)))
    assert kinds(source) == ["connected", "dropped", "reconnected"]
    assert radio.failures == []


def test_a_sensor_that_stays_away_is_given_up_after_all_samples():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio, patience=Patience(give_up_s=60))
    pieces = []

    async def read_on():
        async with source:
            later(8, setattr, clip, "audible", False)
            later(8, clip.drop)
            async for samples in source:
                pieces.append(samples)

    with pytest.raises(DisconnectedError, match=r"expected Toy 1 back within 60 s, got: .*charged and near"):
        run(read_on(), timeout_s=100)
    assert len(Samples.concatenate(pieces)) == clip.sent > 700
    assert is_idle(radio)


def test_a_sensor_that_never_sends_is_given_up():
    clip = ToyClip()
    clip.mute = True
    source = source_of(ToyRadio(clip), patience=Patience(give_up_s=30))

    async def read():
        async with source:
            async for _ in source:
                pass

    with pytest.raises(DisconnectedError, match="sent nothing for"):
        run(read(), timeout_s=100)


def test_bytes_that_are_no_packet_are_counted_and_told():
    clip = ToyClip()
    source = source_of(ToyRadio(clip))
    garbage = [(delay_s, lambda: clip.link.callbacks[DATA](b"?")) for delay_s in (3, 4, 12)]
    samples = run(take(source, 15, *garbage, (8, clip.drop)))
    assert "3 notifications could not be read" in " ".join(source.warnings)
    assert np.array_equal(counts(samples), np.arange(len(samples)) % 30)


# the end


def cancelled_after(delay_s, radio, *, again_s=None):
    """Cancel the reader; what the clip was told, and when all was over."""

    async def read():
        async with source_of(radio, patience=Patience(give_up_s=1000)) as source:
            async for _ in source:
                pass

    async def cancel():
        reader = asyncio.create_task(read())
        later(delay_s, reader.cancel)
        if again_s is not None:
            later(delay_s + again_s, reader.cancel)
        with pytest.raises(asyncio.CancelledError):
            await reader
        return asyncio.get_running_loop().time()

    ended_s = run(cancel())
    assert is_idle(radio)
    return radio.clips[0].told, ended_s


@pytest.mark.parametrize("delay_s", [0, 0.05, 0.5, 1.15, 1.2, 1.25, 1.3, 1.34, 1.36, 1.4, 5])
def test_cancelled_at_any_time_it_lets_go(delay_s):
    clip = ToyClip()
    told, ended_s = cancelled_after(delay_s, ToyRadio(clip))
    assert not told or "halt" in told
    assert ended_s < delay_s + 1


def test_cancelled_while_it_reconnects_it_lets_go():
    clip = ToyClip()
    radio = ToyRadio(clip)

    async def read():
        async with source_of(radio) as source:
            later(5, setattr, clip, "audible", False)
            later(5, clip.drop)
            async for _ in source:
                pass

    for delay_s in (6.5, 20, 21, 22, 23):
        clip.audible = True

        async def cancel(delay_s=delay_s):
            reader = asyncio.create_task(read())
            later(delay_s, reader.cancel)
            with pytest.raises(asyncio.CancelledError):
                await reader

        run(cancel())
        assert is_idle(radio)


@pytest.mark.parametrize("again_s", [0.001, 0.01, 0.05, 0.5])
def test_cancelled_twice_it_still_disconnects(again_s):
    clip = ToyClip()
    clip.ignores.add("halt")
    assert cancelled_after(5, ToyRadio(clip), again_s=again_s)[1] < 5.2 + again_s


@pytest.mark.parametrize("fault", ["refuses", "ignores"])
@pytest.mark.parametrize("command", ["halt", "unsubscribe"])
def test_a_sensor_that_does_not_stop_is_let_go_in_time(fault, command):
    clip = ToyClip()
    getattr(clip, fault).add(command)
    radio = ToyRadio(clip)

    async def timed():
        await take(source_of(radio), 5)
        return asyncio.get_running_loop().time()

    assert run(timed()) < 13
    assert is_idle(radio)


def test_a_reader_does_not_wait_for_a_sensor_that_does_not_stop():
    clip = ToyClip()
    clip.ignores.add("halt")

    async def timed(source):
        async with source:
            began_s = asyncio.get_running_loop().time()
            later(5, source.stop)
            async for _ in source:
                pass
            return asyncio.get_running_loop().time() - began_s

    assert run(timed(source_of(ToyRadio(clip)))) == pytest.approx(5, abs=0.1)


def test_a_drop_while_stopping_is_the_end():
    clip = ToyClip()
    radio = ToyRadio(clip)
    clip.ignores.add("halt")
    run(take(source_of(radio), 5, (5.1, lambda: clip.drop())))
    assert is_idle(radio)


def test_what_comes_while_stopping_is_not_handed_over():
    clip = ToyClip()
    clip.refuses.add("halt")
    clip.refuses.add("unsubscribe")
    samples = run(take(source_of(ToyRadio(clip)), 5))
    assert len(samples) <= 505


def test_stopped_by_the_reader_everything_so_far_is_handed_over():
    clip = ToyClip()
    sent = []

    async def stop_by_hand(source):
        pieces = []
        async with source:
            async for samples in source:
                pieces.append(samples)
                if samples.t[-1] > 5:
                    source.stop()
                    sent.append(clip.sent)
        return Samples.concatenate(pieces)

    assert len(run(stop_by_hand(source_of(ToyRadio(clip))))) == sent[0]
