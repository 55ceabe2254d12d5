"""A session without faults, over the sleep of the computer, and with everything twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sources.linked import counts, is_idle, kinds, source_of, take
from toy import ToyClip, ToyRadio, ToySensor, later
from virtual_time import run

from imucount.errors import DisconnectedError, SourceError
from imucount.samples import Samples
from imucount.sources.link import Patience, SensorSource

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


@pytest.mark.long
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


@pytest.mark.long
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
