import asyncio
from pathlib import Path

import numpy as np
import pytest
from toy import ToyClip, ToyRadio, ToySensor
from virtual_time import run

import imucount
from imucount.errors import DeviceNotFoundError, RecordingError, SampleError, SourceError
from imucount.samples import Samples
from imucount.sensors.open_profile import SERVICE
from imucount.sensors.sensor import Advertisement
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate
from imucount.sources.battery import battery_percent
from imucount.sources.finding import find
from imucount.sources.link import SensorSource
from imucount.sources.recorded import CsvSource
from imucount.sources.virtual import EXERCISES, VirtualClip, VirtualRadio

RECORDING = Path(__file__).parents[2] / "recordings" / "fast.csv"


async def read(source):
    async with source:
        return Samples.concatenate([samples async for samples in source])


async def timed(source):
    samples = await read(source)
    return samples, asyncio.get_running_loop().time()


# the virtual clip


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_virtual_clip_makes_ten_circles(direction, side):
    source = imucount.open_source(f"sim:{direction}", side=side)
    samples, took_s = run(timed(source))
    assert took_s == pytest.approx(samples.duration_s, abs=3)
    session = imucount.count(samples, side=source.side)
    assert [(rep_set.direction, len(rep_set.reps)) for rep_set in session.sets] == [(direction, 10)]
    assert source.warnings == ()


@pytest.mark.long
def test_by_default_the_virtual_clip_does_the_programme():
    source = imucount.open_source("sim:")
    session = imucount.count(run(read(source)), side=source.side)
    directions = ["forward"] * 3 + ["backward"] * 3
    assert [(rep_set.direction, len(rep_set.reps)) for rep_set in session.sets] == [
        (each, 10) for each in directions
    ]


def test_what_the_virtual_clip_sends_is_the_simulation_on_the_hosts_clock():
    script = [Movement("standing", 5), Circles(2, "forward"), Movement("standing", 5)]
    radio = VirtualRadio(VirtualClip(script, side="left", seed=3))
    source = SensorSource(radio)

    async def read_for_a_while():
        pieces = []
        async with source:
            async for samples in source:
                pieces.append(samples)
                if len(Samples.concatenate(pieces)) >= len(true):
                    source.stop()
        return Samples.concatenate(pieces)

    clip = Clip(acc_range_g=4, gyr_range_dps=500)
    true = simulate(script, wearer=Wearer("left"), clip=clip, seed=3).samples
    samples = run(read_for_a_while())
    assert source.side == "left"
    assert samples.acc == pytest.approx(true.acc, abs=4 * 9.81 / 32768)
    assert samples.gyr == pytest.approx(true.gyr, abs=np.radians(500) / 32768)
    assert np.diff(samples.t - true.t) == pytest.approx(0, abs=0.002)


def test_a_recording_too_slow_for_circles_can_be_played_for_what_else_is_counted(tmp_path):
    path = tmp_path / "slow.csv"
    script = [Movement("standing", 4.0), Circles(6, "forward"), Movement("standing", 9.0)]
    samples = simulate(script, clip=Clip(sampling_rate_hz=12.0), seed=3).samples
    imucount.write_csv(path, imucount.Recording(samples))
    played = run(read(imucount.open_source(f"csv:{path}", speed=0)))
    assert np.array_equal(played.t, samples.t)
    assert imucount.count(played, exercise="cyclic") == imucount.count(path, exercise="cyclic")
    with pytest.raises(SampleError, match="expected 20 to 8000 samples a second"):
        imucount.count(played)


@pytest.mark.long
def test_a_faster_virtual_clip_tells_the_same():
    slow = run(read(imucount.open_source("sim:forward")))
    fast, took_s = run(timed(imucount.open_source("sim:forward", speed=10)))
    assert took_s < slow.duration_s / 9
    assert np.array_equal(slow.acc, fast.acc)
    assert np.diff(fast.t) == pytest.approx(np.diff(slow.t), abs=0.005)


def test_a_virtual_clip_counts_at_another_rate():
    source = imucount.open_source("sim:backward", side="right", rate_hz=50)
    samples = run(read(source))
    assert source.sampling_rate_hz == 50
    assert len(samples) == pytest.approx(50 * samples.duration_s, abs=2)
    assert len(imucount.count(samples, side="right").reps) == 10


def test_the_virtual_wearer_goes_on_while_nobody_listens():
    radio = VirtualRadio(VirtualClip(EXERCISES["forward"]))

    async def listen_for(duration_s):
        source = SensorSource(radio, origin_s=0.0)
        asyncio.get_running_loop().call_later(duration_s, source.stop)
        return await read(source)

    async def listen_twice():
        return await listen_for(10), await asyncio.sleep(5), await listen_for(10)

    before, _, after = run(listen_twice())
    clip = Clip(acc_range_g=4, gyr_range_dps=500)
    true = simulate(EXERCISES["forward"], clip=clip).samples
    delay_s = before.t[0] - true.t[0]
    start = int(np.searchsorted(true.t, after.t[0] - delay_s - 0.005))
    assert start > 1300
    assert after.acc == pytest.approx(true.acc[start : start + len(after)], abs=0.01)


@pytest.mark.long
def test_two_virtual_clips_are_on_one_clock():
    async def both():
        origin_s = asyncio.get_running_loop().time() - 50
        sides = ("left", "right")
        return await asyncio.gather(
            *(read(imucount.open_source("sim:forward", side=side, origin_s=origin_s)) for side in sides)
        )

    left, right = run(both())
    assert left.t[0] > 50
    assert right.t[0] == pytest.approx(left.t[0], abs=0.05)
    assert right.t[-1] == pytest.approx(left.t[-1], abs=0.05)


def test_in_true_time_the_virtual_clip_keeps_pace():
    # Sped up, since nothing is skipped here: the loop of the standard library, as a user runs it.
    source = imucount.open_source("sim:forward", speed=20)
    assert len(imucount.count(asyncio.run(read(source)), side="right").reps) == 10


# recordings


@pytest.mark.parametrize("speed", [0, 1, 8])
def test_a_recording_comes_as_it_was_at_any_pace(speed):
    recording = imucount.read_csv(RECORDING)
    source = imucount.open_source(f"csv:{RECORDING}", speed=speed)
    samples, took_s = run(timed(source))
    for name in ("t", "acc", "gyr"):
        assert np.array_equal(getattr(samples, name), getattr(recording.samples, name))
    assert took_s == pytest.approx(recording.samples.duration_s / speed if speed else 0, abs=0.2)
    assert (source.side, source.sampling_rate_hz) == (recording.side, recording.sampling_rate_hz)
    assert source.metadata == recording.metadata
    assert source.warnings == recording.warnings


def test_a_recording_that_is_played_can_be_stopped():
    async def stopped():
        async with imucount.open_source(f"csv:{RECORDING}") as source:
            asyncio.get_running_loop().call_later(5.05, source.stop)
            return Samples.concatenate([samples async for samples in source])

    whole = imucount.read_csv(RECORDING).samples
    samples = run(stopped())
    assert samples.duration_s == pytest.approx(5.0, abs=0.1)
    assert np.array_equal(samples.acc, whole.acc[: len(samples)])


def test_an_argument_wins_over_the_header():
    other = "left" if imucount.read_csv(RECORDING).side == "right" else "right"

    async def open_it():
        async with CsvSource(RECORDING, side=other) as source:
            return source.side

    assert run(open_it()) == other


def test_a_recording_that_is_not_there_is_told_on_opening():
    with pytest.raises(RecordingError, match="not-there"):
        run(read(imucount.open_source("csv:not-there.csv")))


# what is asked for


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        ("clip-01", {}, "must begin with"),
        ("usb:1", {}, "must begin with"),
        ("sim:dance", {}, "programme, forward, backward"),
        ("sim:", {"speed": 0}, "speed must be above 0"),
        ("csv:x.csv", {"speed": -1}, "speed must be 0 or more"),
        ("ble:x", {"speed": 2, "radio": VirtualRadio()}, "a sensor has its own"),
        (None, {}, "must begin with"),
        ("sim:", {"side": "up"}, 'side "left", "right" or None'),
        ("sim:", {"rate_hz": 0}, "rate_hz above 0"),
        ("sim:", {"rate_hz": float("nan")}, "rate_hz above 0"),
    ],
)
def test_what_cannot_be_opened_is_refused_at_once(spec, options, message):
    with pytest.raises(SourceError, match=message):
        imucount.open_source(spec, **options)


def test_a_radio_can_be_handed_in_and_a_sensor_be_named_by_kind():
    for wanted in ("", "imucount", "virtual-right", "Virtual clip on the right shoulder"):
        radio = VirtualRadio(VirtualClip(EXERCISES["forward"]))

        async def first(wanted=wanted, radio=radio):
            async with imucount.open_source(f"ble:{wanted}", radio=radio) as source:
                async for samples in source:
                    assert len(samples)
                    return source.metadata["sensor"]

        assert run(first()) == "imucount"
    with pytest.raises(
        DeviceNotFoundError, match=r"expected a sensor of the kind imucount in reach, got no device"
    ):
        run(read(imucount.open_source("ble:imucount", radio=VirtualRadio())))


def test_what_a_device_tells_in_pieces_is_put_together():
    clip = ToyClip("Clip", "AA:01")
    clip.advertisements = [
        Advertisement("Clip"),
        Advertisement(None, (SERVICE,)),
        Advertisement(None, (), {1: b"x"}),
    ]
    nearby = run(find(ToyRadio(clip), "clip", None, 5.0))
    assert nearby.sensor.key == "imucount"
    heard = run(imucount.scan(2.0, radio=ToyRadio(clip)))[0].found.advertisement
    assert (heard.name, heard.services, heard.manufacturers) == ("Clip", (SERVICE,), {1: b"x"})


def test_a_battery_is_asked_for_without_starting_the_sensor():
    clips = [ToyClip(battery=70), ToyClip("Toy 2", "AA:02", battery=None), ToyClip("Toy 3", "AA:03")]
    clips[2].audible = False
    radio = ToyRadio(*clips)

    async def ask():
        return [await battery_percent(radio, clip.address) for clip in clips]

    assert run(ask()) == [70, None, None]
    assert [clip.told for clip in clips] == [["battery"], [], []]
    assert radio.connected == 0


def test_a_scan_tells_the_battery_of_known_sensors_where_it_is_asked_for():
    clips = [
        ToyClip("Clip", "AA:01", services=(SERVICE,), battery=70, rssi_dbm=-50),
        ToyClip("Mute", "AA:02", services=(SERVICE,), battery=None, rssi_dbm=-60),
        ToyClip("Kettle", "CC:01", services=(), battery=50),
    ]
    radio = ToyRadio(*clips)
    nearby = run(imucount.scan(2.0, radio=radio, with_battery=True))
    assert [each.battery_percent for each in nearby] == [70, None, None]
    assert [clip.connections for clip in clips] == [1, 1, 0]
    assert radio.connected == 0
    assert [each.battery_percent for each in run(imucount.scan(2.0, radio=radio))] == [None] * 3


def test_a_scan_lists_known_sensors_first_and_the_nearest_first_of_each():
    clips = [
        ToyClip("Kettle", "CC:01", services=(), rssi_dbm=-40),
        ToyClip("Radiator", "CC:02", services=(), rssi_dbm=-30),
        ToyClip("Clip", "AA:01", services=(SERVICE,), rssi_dbm=-80),
    ]
    nearby = run(imucount.scan(2.0, radio=ToyRadio(*clips)))
    assert [(str(each), each.sensor and each.sensor.key) for each in nearby] == [
        ("Clip (imucount) at AA:01", "imucount"),
        ("Radiator at CC:02", None),
        ("Kettle at CC:01", None),
    ]
    assert ToySensor not in [each.sensor for each in nearby]


@pytest.mark.parametrize(("wanted_hz", "given_hz"), [(None, 100.0), (5.0, 25.0), (1000.0, 200.0)])
def test_the_virtual_clip_has_the_rates_of_the_open_profile(wanted_hz, given_hz):
    async def open_it():
        async with imucount.open_source("sim:forward", rate_hz=wanted_hz, speed=20) as source:
            return source.sampling_rate_hz

    assert asyncio.run(open_it()) == given_hz
