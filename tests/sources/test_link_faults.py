"""Faults of a sensor and of its module while it streams: what came is kept, and what can be is mended."""

import asyncio
import logging

import numpy as np
import pytest
from short_run import one_in
from sources.linked import counts, is_idle, kinds, opened, source_of, take, texts
from toy import CONTROL, DATA, ToyClip, ToyRadio, ToySensor, later
from virtual_time import run

from imucount.errors import BluetoothError, DisconnectedError, SensorError
from imucount.samples import Samples
from imucount.sources.link import Patience, SensorSource

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
    told = [warning for warning in source.warnings if "test_link_faults.Faulty.decode" in warning]
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


@pytest.mark.long
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


@pytest.mark.parametrize("fault", one_in(2, ["vanish", "mute"]))
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


@pytest.mark.long
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


@pytest.mark.long
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
