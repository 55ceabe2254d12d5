"""Notifications in, samples out: what comes twice, late, broken or apart."""

from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from short_run import one_in
from toy_sensor import ACC, GYR, Air, Device, ToySensor, encode

from imucount import Samples, count
from imucount.errors import SensorError
from imucount.packets.packet_stream import PacketProblems, PacketStream
from imucount.sensors.sensor import Counter, Ticks
from imucount.sensors.witmotion import NOTIFY, WitMotion
from imucount.simulate import Circles, Clip, Movement, simulate

MILLISECONDS = Ticks(1e-3, 1 << 16)
STAND = Movement("standing", 6.0)


def values(n):
    x = np.zeros((n, 6))
    x[:, 0] = np.arange(n) / 100
    return x


def fed(stream, arrivals, characteristic=ACC):
    """All samples of a stream, which must be in order."""
    parts = [part for arrival_s, data in arrivals for part in stream.update(characteristic, data, arrival_s)]
    parts += stream.finish()
    return np.concatenate([part.t for part in parts]), np.concatenate([part.acc[:, 0] for part in parts])


@given(data=st.binary(max_size=200))
def test_garbage_is_counted_and_what_follows_is_read(data):
    stream = PacketStream(ToySensor())
    stream.update(ACC, data, 0.0)
    bad = stream.problems.undecodable
    stream.update(ACC, encode(values(10)), 1.0)
    assert stream.problems.undecodable == bad
    assert sum(len(part) for part in stream.finish()) >= 10


def test_whole_packets_that_came_with_garbage_are_kept():
    sensor = WitMotion(100.0)
    stream = PacketStream(sensor)
    frame = bytes.fromhex("5561 e1ff 91ff 0008 0000 0000 0000 e9fd c800 c43a")
    stream.update(NOTIFY, frame + b"noise" + frame, 0.0)
    assert sum(len(part) for part in stream.finish()) == 2
    assert stream.problems == PacketProblems(undecodable=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e9])
def test_values_that_nothing_measures_are_bad_packets(value):
    stream = PacketStream(ToySensor())
    bad = values(3)
    bad[1, 4] = value
    stream.update(ACC, encode(bad), 0.0)
    assert stream.finish() == []
    assert stream.problems == PacketProblems(undecodable=1)


@pytest.mark.parametrize("counter", [Counter(256), Counter(256, "samples")], ids=["packets", "samples"])
@given(seed=st.integers(0, 1000))
@settings(max_examples=settings.default.max_examples // 8, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_numbered_packets_come_once_and_in_order(counter, seed):
    device = Device(counter=counter, per_packet=2)
    packets = device.packets(values(1000))
    arrivals = Air(doubling=0.2, swapping=0.2, seed=seed).carry(packets)
    stream = PacketStream(device.sensor())
    _, number = fed(stream, arrivals)
    assert number.tolist() == values(1000)[:, 0].tolist()
    assert stream.problems.duplicated == len(arrivals) - 500
    assert stream.problems.lost == stream.problems.late == 0


def test_packets_with_ticks_come_once():
    device = Device(ticks=MILLISECONDS)
    arrivals = Air(doubling=0.3, seed=1).carry(device.packets(values(1000)))
    stream = PacketStream(device.sensor())
    _, number = fed(stream, arrivals)
    assert number.tolist() == values(1000)[:, 0].tolist()
    assert stream.problems == PacketProblems(duplicated=len(arrivals) - 1000)


def test_a_lost_packet_holds_the_next_ones_back_only_briefly():
    device = Device(counter=Counter(256))
    packets = [(ready_s + 0.005, data) for ready_s, data in device.packets(values(400))]
    del packets[300]
    stream = PacketStream(device.sensor())
    for arrival_s, data in packets:
        for samples in stream.update(ACC, data, arrival_s):
            if arrival_s > 3.0:
                assert arrival_s - samples.t[0] < 0.06
    assert stream.problems == PacketProblems(lost=1)


@pytest.mark.parametrize(
    ("counter", "lengths"),
    [
        pytest.param(Counter(256), [*range(1, 40), *range(40, 240, 10), *range(240, 275)], id="packets"),
        pytest.param(Counter(256), range(1, 300), id="packets, each length", marks=pytest.mark.long),
        pytest.param(Counter(256, "samples"), range(1, 300), id="samples", marks=pytest.mark.long),
    ],
)
def test_a_loss_of_any_length_costs_no_packet_that_comes(counter, lengths):
    device = Device(counter=counter)
    packets = [(ready_s + 0.005, data) for ready_s, data in device.packets(values(400))]
    for lost in lengths:
        _, number = fed(PacketStream(device.sensor()), packets[:40] + packets[40 + lost :][:40])
        assert len(number) == 80


@pytest.mark.parametrize(
    "ticks", [None, MILLISECONDS, Ticks(1e-3, 1 << 16, "last")], ids=["none", "first", "last"]
)
def test_streams_that_come_apart_are_joined_by_time(ticks):
    device = Device(ticks=ticks, per_packet=5)
    t = device.times(2000)
    rate = np.stack([np.sin(t), np.cos(t), np.sin(2 * t)], axis=1)
    acc, gyr = np.stack([t, t, t], axis=1), rate
    sent = [(ready_s, ACC, data) for ready_s, data in device.packets(acc, "acc")]
    sent += [(ready_s + 0.003, GYR, data) for ready_s, data in device.packets(gyr, "gyr")]
    stream = PacketStream(device.sensor())
    parts = []
    for arrival_s, characteristic, data in Air(loss=0.01).carry(sorted(sent)):
        parts += stream.update(characteristic, data, arrival_s)
    parts += stream.finish()
    assert sum(len(part) for part in parts) > 1850
    for part in parts:
        truth = np.stack([np.sin(part.acc[:, 0]), np.cos(part.acc[:, 0]), np.sin(2 * part.acc[:, 0])], axis=1)
        assert np.abs(part.gyr - truth).max() < 0.2
    t = np.concatenate([part.t for part in parts])
    assert (np.diff(t) > 0).all()


@pytest.mark.parametrize(("stopped", "left"), [("gyr", ACC), ("acc", GYR)])
def test_a_stream_that_stops_is_an_error_and_the_rest_goes_on(stopped, left):
    device = Device(per_packet=5)
    sent = [(ready_s, ACC, data) for ready_s, data in device.packets(values(1500)[:, :3], "acc")]
    sent += [(ready_s, GYR, data) for ready_s, data in device.packets(values(1500)[:, 3:], "gyr")]
    stop = {ACC: "acc", GYR: "gyr"}
    stream, n, errors = PacketStream(device.sensor()), [0, 0], []
    for arrival_s, characteristic, data in Air().carry(sorted(sent)):
        if 5.0 < arrival_s < 12.5 and stop[characteristic] == stopped:
            continue
        try:
            for part in stream.update(characteristic, data, arrival_s):
                n[int(part.t[0] > 12.5)] += len(part)
        except SensorError as error:
            errors.append(str(error))
    assert len(errors) == 1
    assert "side by side" in errors[0]
    assert min(n) > 250


@pytest.mark.parametrize(("longer", "unpaired"), [(ACC, 100), (GYR, 0)])
def test_what_waits_for_its_other_half_when_the_link_is_lost_does_not_wait_beyond(longer, unpaired):
    device = Device(per_packet=5)
    sent = [(ready_s, ACC, data) for ready_s, data in device.packets(values(2000)[:, :3], "acc")]
    sent += [(ready_s, GYR, data) for ready_s, data in device.packets(values(2000)[:, 3:], "gyr")]
    stream = PacketStream(device.sensor())

    def n_of(packets):
        ordered = sorted(packets, key=lambda each: (each[0], each[1] != longer))
        return sum(len(part) for each in ordered for part in stream.update(*each[1:], each[0]))

    before = [each for each in sent if each[0] < (6.0 if each[1] == longer else 5.0)]
    assert n_of(before) == pytest.approx(400, abs=20)
    stream.restart(device.sensor())
    assert n_of(each for each in sent if each[0] > 14.0) == pytest.approx(700, abs=20)
    assert stream.problems.unpaired == pytest.approx(unpaired, abs=15)


@pytest.mark.parametrize("goes_on", [True, False], ids=["counts go on", "counts begin anew"])
@pytest.mark.parametrize("kind", one_in(3, ["device", "counter", "arrival"]))
def test_time_goes_on_over_reconnects(kind, goes_on):
    counts = {"device": {"ticks": MILLISECONDS}, "counter": {"counter": Counter(256)}, "arrival": {}}[kind]
    device = Device(**counts)
    stream, last_s, n = PacketStream(device.sensor()), 0.0, 3000
    truth, packets = device.times(n), device.packets(values(n))
    for connection in range(5):
        sent = packets[600 * connection : 600 * connection + 400]
        if not goes_on:
            sent = [
                (ready_s + truth[600 * connection] - truth[0], data)
                for ready_s, data in Device(**counts).packets(values(n)[600 * connection : 600 * connection + 400])
            ]
        parts = stream.restart(device.sensor()) if connection else []
        for arrival_s, data in Air(seed=connection).carry(sent):
            parts += stream.update(ACC, data, arrival_s)
        for part in parts:
            assert part.t[0] > last_s
            last_s = part.t[-1]
            assert np.abs(part.t - truth[np.round(100 * part.acc[:, 0]).astype(int)]).max() < 0.05
    assert stream.problems.duplicated == stream.problems.late == 0
    assert stream.quality.kind == kind


@cache
def performed(rate_hz):
    simulation = simulate(
        [STAND, Circles(4, "forward", 2.5), STAND], clip=Clip(sampling_rate_hz=rate_hz, packet_loss=0.0), seed=3
    )
    return simulation, count(simulation.samples, side="right")


@pytest.mark.parametrize(
    ("aim_s", "more"),
    one_in(
        3,
        [
            (0.05, {"ticks": Ticks(1e-6, 1 << 32), "first_ticks": (1 << 32) - 9_000_000, "drift": 500e-6}),
            (0.05, {"ticks": Ticks(1e-9, 1 << 64, "last"), "per_packet": 10, "drift": -500e-6}),
            (0.15, {"counter": Counter(256), "rate_error": -0.03}),
            (0.15, {"rate_error": -0.025}),
        ],
    ),
    ids=["ticks first", "ticks last", "counter", "nothing"],
)
@settings(max_examples=settings.default.max_examples // 12, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    interval_s=st.sampled_from([0.0075, 0.03, 0.1, 0.2]),
    failing=st.floats(0.0, 0.1),
    loss=st.sampled_from([0.0, 0.01]),
    stall=st.tuples(st.floats(7.0, 20.0), st.floats(0.1, 1.5)),
    seed=st.integers(0, 100),
)
def test_circles_end_when_they_end(aim_s, more, interval_s, failing, loss, stall, seed):
    rate_hz = 100.0 * (1.0 + more.get("rate_error", 0.0))
    simulation, expected = performed(rate_hz)
    samples = simulation.samples
    device = Device(start_s=0.0, **more)
    packets = device.packets(np.hstack([samples.acc, samples.gyr]))
    arrivals = Air(interval_s=interval_s, failing=failing, loss=loss, stalls=(stall,), seed=seed).carry(packets)
    stream = PacketStream(device.sensor())
    parts = [part for arrival_s, data in arrivals for part in stream.update(ACC, data, arrival_s)]
    session = count(Samples.concatenate([*parts, *stream.finish()]), side="right")
    ready_s = {data: ready_s for ready_s, data in packets}
    least_s = min(arrival_s - ready_s[data] for arrival_s, data in arrivals)
    assert [rep.direction for rep in session.reps] == [rep.direction for rep in simulation.reps]
    late_s = np.array([rep.end_s for rep in session.reps]) - np.array([rep.end_s for rep in expected.reps])
    assert late_s.min() > -aim_s
    assert late_s.max() < aim_s + least_s
