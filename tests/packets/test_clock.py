"""Times of samples against the truth, over a simulated radio."""

import pickle

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from short_run import one_in
from toy_sensor import ACC, HEADER, Air, Device

from imucount.packets.clock import Clock
from imucount.packets.packet_stream import PacketStream
from imucount.sensors.sensor import Counter, Ticks

SETTLED_S = 5.0
BEFORE_S, AFTER_S = 0.25, 1.0
MICROSECONDS = Ticks(1e-6, 1 << 32)
DEVICES = {
    "microseconds that wrap": {
        "ticks": MICROSECONDS,
        "first_ticks": (1 << 32) - 7_000_000,
        "drift": 500e-6,
    },
    "milliseconds of the first of 8": {"ticks": Ticks(1e-3, 1 << 32), "per_packet": 8, "drift": -500e-6},
    "nanoseconds of the last of 26": {"ticks": Ticks(1e-9, 1 << 64, "last"), "per_packet": 26, "rate_error": 0.01},
    "coarse ticks that wrap": {"ticks": Ticks(8e-3, 1 << 16), "first_ticks": 65000, "drift": 300e-6},
    "ticks and a counter": {"ticks": MICROSECONDS, "counter": Counter(256), "per_packet": 4},
    "one byte of counter": {"counter": Counter(256), "rate_error": -0.03},
    "a count of samples": {"counter": Counter(1 << 16, "samples"), "per_packet": 3, "rate_error": 0.03},
    "nothing": {"rate_error": -0.025, "drift": 0.0},
    "nothing, three at once": {"rate_error": 0.03, "per_packet": 3},
    "nothing, half the rate": {"rate_error": -0.5},
}
COUNTERS = [
    pytest.param(None, id="ticks alone"),
    pytest.param(Counter(256), id="with a counter", marks=pytest.mark.long),
]
AIMS_S = {"device": 0.05, "counter": 0.15, "arrival": 0.15}


def marked(n):
    """Values by which each sample is known again."""
    values = np.zeros((n, 6))
    values[:, 0] = np.arange(n) / 100
    return values


def marks(samples):
    return np.round(100 * samples.acc[:, 0]).astype(int)


def streamed(device, arrivals, stream=None):
    """Times and numbers of all samples, checked for order; and the stream."""
    stream = PacketStream(device.sensor()) if stream is None else stream
    t, number = [np.empty(0)], [np.empty(0, dtype=int)]
    for arrival_s, data in arrivals:
        for samples in stream.update(ACC, data, arrival_s):
            assert samples.t[-1] <= arrival_s + 1e-4
            t.append(samples.t)
            number.append(marks(samples))
    for samples in stream.finish():
        t.append(samples.t)
        number.append(marks(samples))
    t, number = np.concatenate(t), np.concatenate(number)
    assert (np.diff(t) > 0).all()
    assert (np.diff(number) > 0).all()
    return t, number, stream


def least_delay_s(device, packets, arrivals):
    """What no arrival tells: the delay that even the fastest packet had."""
    ready_s = {data: ready_s for ready_s, data in packets}
    return min(arrival_s - ready_s[data] for arrival_s, data in arrivals)


def check_times(name, interval_s, failing, loss, stalls, outages, latency_s, seed):
    """Times are true but for what every packet is late by at least."""
    device = Device(**DEVICES[name])
    n = 2400
    packets = device.packets(marked(n))
    # A byte counts packets of one sample for 2.6 s; over a longer loss it tells nothing.
    is_counted = device.ticks is not None or device.counter not in (None, Counter(256))
    air = Air(
        interval_s=interval_s,
        failing=failing,
        loss=loss,
        stalls=tuple(stalls),
        # Without a count, nothing tells on which side of a loss a sample was that a stall kept back,
        outages=() if stalls and not is_counted else tuple(outages),
        latency_s=latency_s,
        seed=seed,
    )
    arrivals = air.carry(packets)
    t, number, stream = streamed(device, arrivals)
    assert len(number) == device.per_packet * len(arrivals)
    taken_s = device.times(n)[number]
    is_known = t > t[0] + SETTLED_S
    if not is_counted:
        # and events that fail are a short stall.
        for start_s, length_s in air.outages:
            is_known &= (taken_s < start_s - BEFORE_S) | (taken_s > start_s + length_s + AFTER_S)
    error_s = np.sort((t - taken_s)[is_known])
    if not is_counted:
        # A few samples at the edge of the loss of a packet may be taken for those at its other edge.
        error_s = error_s[len(error_s) // 100 : len(error_s) * 99 // 100]
    aim_s = AIMS_S[stream.quality.kind]
    assert error_s[-1] < aim_s + least_delay_s(device, packets, arrivals)
    assert error_s[0] > -aim_s


@pytest.mark.parametrize("name", one_in(3, DEVICES))
@settings(max_examples=settings.default.max_examples // 12, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    interval_s=st.sampled_from([0.0075, 0.015, 0.03, 0.05, 0.1, 0.2]),
    failing=st.floats(0.0, 0.1),
    loss=st.sampled_from([0.0, 0.0, 0.005, 0.02]),
    stalls=st.lists(st.tuples(st.floats(4.0, 20.0), st.floats(0.1, 2.0)), max_size=2),
    outages=st.lists(st.tuples(st.floats(4.0, 20.0), st.floats(0.5, 4.0)), max_size=1),
    latency_s=st.sampled_from([0.003, 0.05]),
    seed=st.integers(0, 1000),
)
def test_times_are_true_but_for_the_least_delay(name, **radio):
    check_times(name, **radio)


@pytest.mark.parametrize(
    "name", [name if name == "nothing" else pytest.param(name, marks=pytest.mark.long) for name in DEVICES]
)
@pytest.mark.parametrize(
    "radio",
    one_in(
        4,
        [
            # What all is late by must not hide what batches are.
            [0.2, 0.001, 0.02, [], [(17.276036771034224, 3.330912726943825)], 0.003, 159],
            [0.2, 0.001, 0.02, [], [(10.207445235075191, 2.949505305620748)], 0.05, 627],
            # A loss near the end, and one that radio events fail soon after.
            [0.0075, 0.0, 0.02, [], [(19.93602990202131, 3.562391870324835)], 0.05, 272],
            [0.2, 0.1, 0.0, [], [(19.333622040358172, 3.058851664172794)], 0.003, 131],
            # As many packets as make the next look like one of the past.
            [0.0075, 0.1, 0.005, [], [(19.964388143133228, 2.286866347765417)], 0.003, 253],
            # Events that fail beside a loss: a stall and a loss at once.
            [0.2, 0.1, 0.0, [], [(8.349749775816635, 0.5182628131964462)], 0.003, 582],
            [0.2, 0.010794936732215966, 0.0, [], [(12.98968908772689, 0.5263361926776198)], 0.05, 817],
            [0.2, 0.09743856798448156, 0.0, [], [(6.622779985281152, 0.8614881535528377)], 0.003, 453],
            [0.2, 0.1, 0.02, [], [(7.714023581560072, 3.9575888473959697)], 0.05, 918],
        ],
    ),
    ids=lambda radio: f"seed {radio[-1]}",
)
def test_times_are_true_over_radios_that_once_were_hard(name, radio):
    check_times(name, *radio)


@pytest.mark.parametrize("name", one_in(3, DEVICES))
def test_the_rate_is_found(name):
    device = Device(**DEVICES[name])
    stream = streamed(device, Air().carry(device.packets(marked(2000))))[2]
    if device.ticks is not None:
        assert stream.quality.kind == "device"
        assert stream.quality.drift_ppm == pytest.approx(-1e6 * device.drift, abs=250)
    else:
        assert stream.quality.kind == ("arrival" if device.counter is None else "counter")
        assert 1e-6 * stream.quality.drift_ppm == pytest.approx(1 / (1 + device.rate_error) - 1, abs=0.002)
    assert stream.quality.resets == stream.quality.lost == 0
    assert 0 < stream.quality.mean_delay_s < stream.quality.longest_delay_s < 0.5


@pytest.mark.parametrize("to", [0, 5_000_000, 12_000_000, (1 << 32) - 1_000_000], ids=str)
@pytest.mark.parametrize("counter", COUNTERS)
def test_ticks_that_jump_begin_a_new_line(to, counter):
    """A device that reboots at 10 s without a reconnect, and one that sets its clock."""
    device = Device(ticks=MICROSECONDS, counter=counter, first_ticks=3_000_000)
    packets = device.packets(marked(2000))
    later = Device(ticks=MICROSECONDS, counter=counter, first_ticks=to, first_sequence=1000 % 256)
    later.start_s = device.times(1001)[-1]
    again = [(ready_s, data) for ready_s, data in later.packets(marked(2000)[1000:])]
    t, number, stream = streamed(device, Air().carry(packets[:1000] + again))
    error_s = t - device.times(2000)[number]
    assert abs(error_s[number < 1000]).max() < 0.05
    assert abs(error_s[number > 1500]).max() < 0.05
    assert len(number) > 1980
    assert stream.quality.resets == 1


@pytest.mark.parametrize("name", ["microseconds that wrap", "one byte of counter", "nothing, three at once"])
def test_a_loss_is_told(name):
    device = Device(**DEVICES[name])
    air = Air(outages=((8.0, 1.0), (14.0, 0.4)))
    t, number, stream = streamed(device, air.carry(device.packets(marked(2100))))
    assert stream.problems.lost == pytest.approx(2100 - len(number), abs=0 if "nothing" not in name else 12)
    assert np.sort(np.diff(t))[-2:] == pytest.approx([0.4, 1.0], abs=0.1)


@pytest.mark.long
@pytest.mark.parametrize("name", ["microseconds that wrap", "one byte of counter", "nothing"])
def test_an_hour_stays_true_and_small(name):
    device = Device(**DEVICES[name])
    device.per_packet, n = 20, 360_000
    packets = device.packets(np.resize(marked(10_000), (n, 6)))
    truth, stream = device.times(n), PacketStream(device.sensor())
    sizes, seen, last_s = [], 0, 0.0
    for number, (arrival_s, data) in enumerate(Air(interval_s=0.05).carry(packets)):
        for samples in stream.update(ACC, data, arrival_s):
            assert samples.t[0] > last_s
            last_s = samples.t[-1]
            assert abs(last_s - truth[seen + len(samples) - 1]) < 0.1
            seen += len(samples)
        if number % 3000 == 2999:
            sizes.append(len(pickle.dumps(stream)))
    assert seen + sum(len(samples) for samples in stream.finish()) == n
    assert stream.quality.lost == stream.quality.resets == 0
    assert max(sizes) < 1.2 * min(sizes) < 30_000


def test_packets_that_arrive_at_the_same_instant_still_follow_each_other():
    clock = Clock(100.0)
    times = [t for i in range(1000) for t in clock.update(1, float(i // 100))]
    t = np.concatenate(times)
    assert (np.diff(t) > 0).all()
    assert (t <= np.arange(len(t)) // 100 + 1e-3).all()


def test_the_quality_is_a_sentence():
    device = Device(ticks=MICROSECONDS)
    stream = streamed(device, Air(loss=0.1).carry(device.packets(marked(1000))))[2]
    assert str(stream.quality).startswith("Time is from the device's own clock")
    assert f"{stream.quality.lost} samples were lost" in str(stream.quality)


@pytest.mark.parametrize("index", [0, 7, pytest.param(40, marks=pytest.mark.long)])
@pytest.mark.parametrize("by_s", one_in(2, [430.0, -430.0, 2.0, -2.0, 0.7]))
@pytest.mark.parametrize("counter", COUNTERS)
def test_one_packet_with_a_wrong_time_moves_nothing_else(index, by_s, counter):
    device = Device(ticks=MICROSECONDS, counter=counter, first_ticks=5_000_000)
    packets = device.packets(marked(1000))
    ready_s, data = packets[index]
    ticks, *rest = HEADER.unpack_from(data)
    header = HEADER.pack((ticks + round(by_s * 1e6)) % (1 << 32), *rest)
    packets[index] = ready_s, header + data[HEADER.size :]
    t, number, stream = streamed(device, Air().carry(packets))
    assert abs(t - device.times(1000)[number]).max() < 0.1
    assert len(number) > 900
    if abs(by_s) > 100.0 and index:
        assert stream.problems.mistimed == 1
        assert "1 packets told a wrong time" in str(stream.problems)


@pytest.mark.parametrize(
    "name", ["a count of samples", "one byte of counter", "nothing", "nothing, half the rate"]
)
@pytest.mark.parametrize(
    ("start_s", "length_s"),
    one_in(3, [(1.3, 4.0), (1.1, 0.9), (1.9, 2.0)]),
)
def test_a_stall_as_the_stream_begins_does_not_spoil_the_rate(name, start_s, length_s):
    device = Device(**DEVICES[name])
    t, number, _stream = streamed(
        device, Air(stalls=((start_s, length_s),), seed=3).carry(device.packets(marked(1500)))
    )
    rate = (number[-1] - number[-500]) / (t[-1] - t[-500])
    assert rate == pytest.approx(device.rate_hz * (1 + device.rate_error), rel=0.01)
    taken_s = device.times(1500)[number]
    assert abs((t - taken_s)[taken_s > start_s + length_s + SETTLED_S]).max() < 0.15


@pytest.mark.parametrize(
    "name", ["microseconds that wrap", "one byte of counter", "nothing", "nothing, three at once"]
)
def test_the_rate_is_right_within_seconds_where_half_was_lost_at_first(name):
    device = Device(**DEVICES[name])
    rng = np.random.default_rng(4)
    packets = [packet for packet in device.packets(marked(1500)) if packet[0] > 3.0 or rng.random() < 0.5]
    t, number, _stream = streamed(device, Air().carry(packets))
    taken_s = device.times(1500)[number]
    assert abs((t - taken_s)[taken_s > 3.0 + SETTLED_S]).max() < 0.15
    rate = (number[-1] - number[-500]) / (t[-1] - t[-500])
    assert rate == pytest.approx(device.rate_hz * (1 + device.rate_error), rel=0.01)
