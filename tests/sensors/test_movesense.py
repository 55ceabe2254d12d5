import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.scripted_peer import Peer, decoded, drive

from imucount.errors import PacketError, SensorError
from imucount.sensors.movesense import COMMAND, NOTIFY, SERVICE, Movesense
from imucount.sensors.sensor import Advertisement, Ask

# `/Meas/IMU9/52` of a Movesense Flash at rest, from github.com/sokolmarek/movesense-commander,
# src/lib/gsp/layouts.hardware.test.ts: time, 4 x acceleration, 4 x angular rate, 4 x magnetic field.
CAPTURED_IMU9 = bytes.fromhex(
    "159e0100 5c6e61bd56d29cbd8c2a1dc1 ee54e6bdccd5febc8c2a1dc1 c987dcbd310513bd273e1dc1 ccd5febdec0644bdf7a91dc1"
    "48e1fa3f8fc225c0c3f5683f 66660640cdcc1cc03e0a573f 85eb0140cdcc1cc03e0a573f 66660640ae4721c0b81e453f"
    "52a86f42817bb0c272e85a43 1b6e6a42f053acc24add5a43 77706d4204ecb1c2db615943 35906f420b7eb0c2d2345a43"
)
# IMU6 is the same without the magnetic field.
CAPTURED_IMU6 = CAPTURED_IMU9[:100]

ACC = st.floats(-150, 150, width=32)
GYR = st.floats(-2000, 2000, width=32)
SAMPLES = st.lists(st.tuples(ACC, ACC, ACC, GYR, GYR, GYR), min_size=1, max_size=8)


def encoded(time_ms, samples, reference=99):
    acc = b"".join(struct.pack("<3f", *sample[:3]) for sample in samples)
    gyr = b"".join(struct.pack("<3f", *sample[3:]) for sample in samples)
    body = struct.pack("<I", time_ms) + acc + gyr
    parts = [bytes([2, reference]) + body[:150]]
    if len(body) > 150:
        parts.append(bytes([3, reference]) + body[150:])
    return parts


EIGHT = [(0.0, 1.0, 9.5, 10.0, -20.0, 30.0)] * 8


def test_captured_bytes_decode():
    assert len(CAPTURED_IMU9) == 148
    (packet,) = Movesense().decode(NOTIFY, b"\x02\x63" + CAPTURED_IMU6)
    assert packet.ticks == 106005
    assert len(packet) == 4
    np.testing.assert_allclose(packet.acc[0], (-0.055, -0.077, -9.823), atol=6e-4)
    np.testing.assert_allclose(np.degrees(packet.gyr[0]), (1.96, -2.59, 0.91), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(packet.acc, axis=1), 9.82, atol=0.04)
    np.testing.assert_allclose(np.degrees(packet.gyr[3]), (2.1, -2.52, 0.77), atol=1e-5)


@given(st.integers(0, 2**32 - 1), SAMPLES)
def test_samples_come_back_in_one_part_or_two(time_ms, samples):
    sensor = Movesense()
    packets, errors = decoded(sensor, NOTIFY, encoded(time_ms, samples))
    assert errors == []
    (packet,) = packets
    assert (packet.ticks, packet.sequence) == (time_ms, None)
    np.testing.assert_array_equal(packet.acc, np.array(samples)[:, :3])
    np.testing.assert_allclose(packet.gyr, np.radians(np.array(samples)[:, 3:]), rtol=1e-12)


def test_at_104_hz_a_packet_comes_in_two_parts():
    first, second = encoded(1000, EIGHT)
    assert (len(first), len(second)) == (152, 48)
    sensor = Movesense()
    assert sensor.decode(NOTIFY, first) == []
    assert len(sensor.decode(NOTIFY, second)[0]) == 8


def test_a_lost_second_part_costs_its_packet_alone():
    first, second = encoded(1000, EIGHT)
    packets, errors = decoded(Movesense(), NOTIFY, [first, first, second])
    assert [packet.ticks for packet in packets] == [1000]
    assert len(errors) == 1
    packets, errors = decoded(Movesense(), NOTIFY, [first, b"\x02\x63" + CAPTURED_IMU6])
    assert [packet.ticks for packet in packets] == [106005]
    assert "150 bytes before" in str(errors[0])


def test_a_lost_first_part_costs_its_packet_alone():
    first, second = encoded(1000, EIGHT)
    packets, errors = decoded(Movesense(), NOTIFY, [second, first, second])
    assert len(packets) == len(errors) == 1


@given(st.lists(st.tuples(st.sampled_from([b"\x01\x63", b"\x02\x63", b"\x03\x63", b""]), st.binary(max_size=160))))
def test_any_bytes_are_decoded_or_told_and_the_next_packet_is_right(notifications):
    sensor = Movesense()
    decoded(sensor, NOTIFY, [code + body for code, body in notifications])
    packets, _ = decoded(sensor, NOTIFY, [b"\x02\x63" + CAPTURED_IMU6])
    assert packets[-1].ticks == 106005


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "expected a notification of code 2"),
        (b"\x09\x63\x00", "expected a notification of code 2"),
        (b"\x02\x63" + CAPTURED_IMU6[:18], "24 for each sample, got 18.*MTU is below 161"),
        (b"\x02\x63" + CAPTURED_IMU6[:4], "24 for each sample, got 4"),
        (b"\x02\x63" + bytes(4) + struct.pack("<6f", *[float("nan")] * 6), "acceleration of at most"),
    ],
)
def test_what_is_no_packet_is_told(data, words):
    with pytest.raises(PacketError, match=words):
        Movesense().decode(NOTIFY, data)


def test_late_answers_and_other_characteristics_are_no_samples():
    assert Movesense().decode(NOTIFY, bytes.fromhex("0163c800")) == []
    assert Movesense().decode(SERVICE, b"\x02") == []


class Clip(Peer):
    """Answers requests by reference, and streams in between."""

    def __init__(self, status=200, tells=True):
        super().__init__()
        self.status, self.tells = status, tells
        self.streams = {}

    def written(self, characteristic, data):
        assert characteristic == COMMAND
        command, reference, path = data[0], data[1], data[2:]
        status, told = 200, b""
        if command == 1:
            assert path.endswith(b"\0")
            status = self.status
            if status == 200:
                self.streams[reference] = path[:-1].decode()
        elif command == 2:
            status = 200 if self.streams.pop(reference, None) else 404
        elif command == 4 and self.tells:
            told = {b"/System/Energy/Level\0": b"\x5a", b"/Meas/IMU/Config\0": struct.pack("<BHH", 8, 1000, 5000)}[
                path
            ]
        else:
            status = 404
        return [
            (NOTIFY, b"\x01\x2a" + struct.pack("<H", 200)),  # of another request
            (NOTIFY, b"\x02\x63" + CAPTURED_IMU6),
            (NOTIFY, bytes([1, reference]) + struct.pack("<H", status) + told),
        ]


@pytest.mark.parametrize(("rate_hz", "path"), [(None, "/Meas/IMU6/52"), (104, "/Meas/IMU6/104")])
def test_it_is_subscribed_to_and_left_without_subscription(rate_hz, path):
    clip, sensor = Clip(), Movesense(rate_hz)
    drive(sensor.start(), sensor, clip)
    assert list(clip.streams.values()) == [path]
    assert sensor.battery_percent == 90
    assert (sensor.acc_range_g, sensor.gyr_range_dps) == (8, 1000)
    drive(sensor.stop(), sensor, clip)
    assert clip.streams == {}
    assert clip.subscribed == set()


def test_the_commands_are_those_of_the_protocol():
    clip, sensor = Clip(), Movesense()
    actions = drive(sensor.start(), sensor, clip) + drive(sensor.stop(), sensor, clip)
    asked = [action.data for action in actions if isinstance(action, Ask)]
    # Constructed from the documented layout; not seen on a device.
    assert asked[-2:] == [bytes.fromhex("01632f4d6561732f494d55362f353200"), bytes.fromhex("0263")]


def test_the_answer_is_told_by_reference():
    asked = [action for action in drive(Movesense().start(), Movesense(), Clip()) if isinstance(action, Ask)]
    # The second is of the protocol's own tests (framing.test.ts), the first of another reference.
    assert asked[-1].accept(bytes.fromhex("0163c800"))
    assert not asked[-1].accept(bytes.fromhex("012ac800aa"))


def test_ranges_and_battery_that_are_not_told_are_not_known():
    clip, sensor = Clip(tells=False), Movesense()
    drive(sensor.start(), sensor, clip)
    assert clip.streams
    assert (sensor.battery_percent, sensor.acc_range_g, sensor.gyr_range_dps) == (None, None, None)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "answered 429; it has run out of room for requests.*take the battery out"),
        (501, "answered 501; it does not do this rate"),
        (404, "answered 404; its firmware has no such resource"),
        (418, "answered 418; take its battery out"),
    ],
)
def test_refusals_say_what_to_do(status, words):
    clip, sensor = Clip(status), Movesense()
    with pytest.raises(SensorError, match=words):
        drive(sensor.start(), sensor, clip)


@pytest.mark.parametrize("step", range(4))
def test_a_refusal_at_any_step_leaves_it_as_found(step):
    clip, sensor = Clip(), Movesense()
    needless = step in (1, 2)  # to ask for battery and ranges
    if needless:
        drive(sensor.start(), sensor, clip, refused=[step])
        assert clip.streams
    else:
        with pytest.raises(SensorError, match="refused"):
            drive(sensor.start(), sensor, clip, refused=[step])
    clip.subscribed.add(NOTIFY)
    drive(sensor.stop(), sensor, clip)
    assert clip.streams == {}
    assert clip.subscribed == set()


def test_stopping_goes_on_after_a_refusal_and_tells_it():
    clip, sensor = Clip(), Movesense()
    drive(sensor.start(), sensor, clip)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, clip, refused=[0])
    assert clip.subscribed == set()


@pytest.mark.parametrize(
    ("advertisement", "matches"),
    [
        (Advertisement("Movesense 250230002214", services=("0000fdf3-0000-1000-8000-00805f9b34fb",)), True),
        (Advertisement(None, services=(SERVICE,)), True),
        (Advertisement("Move"), False),
        (Advertisement(), False),
    ],
)
def test_it_is_recognised(advertisement, matches):
    assert Movesense.matches(advertisement) is matches
