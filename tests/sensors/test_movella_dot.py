import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.peers import Dot
from sensors.scripted_peer import decoded, drive

from imucount.errors import PacketError, SensorError
from imucount.sensors.movella_dot import BATTERY, MEDIUM_PAYLOAD, MovellaDot
from imucount.sensors.sensor import Advertisement

# Free acceleration (mode 6) of a real DOT at 60 Hz, from github.com/protobioengineering/
# xsens-dot-python-examples, stream_free_acceleration_data.py: time and acceleration are as in rate quantities.
CAPTURED = [
    bytes.fromhex("d8052244 af964040 6b2aa740 5add14c0 00000000"),
    bytes.fromhex("f3462244 0da53c40 9c13a640 f01009c0 00000000"),
]
NO_TURNING = bytes(12)
# Constructed from the documented layout; not seen on a device.
CONSTRUCTED = bytes.fromhex("d8052244 0000003f 00001cc1 0000a03f 00002041 00807ac3 0000003e")

ACC = st.floats(-150, 150, width=32)
GYR = st.floats(-2000, 2000, width=32)


def encoded(time_us, acc, gyr, padding=0):
    return struct.pack("<I6f", time_us, *acc, *gyr) + bytes(padding)


def test_time_and_acceleration_of_captured_bytes_decode():
    packets, errors = decoded(MovellaDot(), MEDIUM_PAYLOAD, [data[:16] + NO_TURNING for data in CAPTURED])
    assert errors == []
    assert [packet.ticks for packet in packets] == [1143080408, 1143080408 + 16667]
    np.testing.assert_allclose(packets[0].acc, [(3.009197, 5.223928, -2.326010)], atol=1e-6)
    np.testing.assert_allclose(packets[1].acc, [(2.947574, 5.189894, -2.141659)], atol=1e-6)


@pytest.mark.parametrize("padding", [0, 12, 35])
def test_a_constructed_payload_decodes_whether_padded_or_not(padding):
    (packet,) = MovellaDot().decode(MEDIUM_PAYLOAD, CONSTRUCTED + bytes(padding))
    assert packet.ticks == 1143080408
    np.testing.assert_array_equal(packet.acc, [(0.5, -9.75, 1.25)])
    np.testing.assert_allclose(np.degrees(packet.gyr), [(10.0, -250.5, 0.125)], rtol=1e-12)


@given(st.integers(0, 2**32 - 1), st.tuples(ACC, ACC, ACC), st.tuples(GYR, GYR, GYR), st.integers(0, 35))
def test_samples_come_back(time_us, acc, gyr, padding):
    (packet,) = MovellaDot().decode(MEDIUM_PAYLOAD, encoded(time_us, acc, gyr, padding))
    assert (packet.ticks, packet.sequence) == (time_us, None)
    np.testing.assert_array_equal(packet.acc, [acc])
    np.testing.assert_allclose(packet.gyr, np.radians([gyr]), rtol=1e-12)


@given(st.lists(st.binary(max_size=70), max_size=5))
def test_any_bytes_are_decoded_or_told_and_the_next_packet_is_right(notifications):
    sensor = MovellaDot()
    packets, _ = decoded(sensor, MEDIUM_PAYLOAD, notifications)
    assert all(np.isfinite(packet.acc).all() and np.isfinite(packet.gyr).all() for packet in packets)
    assert len(sensor.decode(MEDIUM_PAYLOAD, CONSTRUCTED)) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (CONSTRUCTED[:20], "at least 28 bytes from the DOT, got 20.*MTU is below 43"),
        (b"", "got 0"),
        (encoded(0, (np.nan, 0, 0), (0, 0, 0)), "acceleration of at most 196"),
        (encoded(0, (0, 1e30, 0), (0, 0, 0)), "acceleration of at most 196"),
        (encoded(0, (0, 0, 9.8), (0, 0, -9000)), "angular rate of at most 44"),
    ],
)
def test_what_is_no_packet_is_told(data, words):
    with pytest.raises(PacketError, match=words):
        MovellaDot().decode(MEDIUM_PAYLOAD, data)


def test_other_characteristics_are_none_of_its_business():
    assert MovellaDot().decode(BATTERY, b"\x64\x00") == []


@pytest.mark.parametrize("measuring", [False, True])
@pytest.mark.parametrize("found_hz", [60, 30, 4])
def test_it_is_started_at_its_rate_and_left_as_found(found_hz, measuring):
    dot, sensor = Dot(found_hz, measuring), MovellaDot()
    drive(sensor.start(), sensor, dot)
    assert struct.unpack_from("<H", dot.settings, 24) == (60,)
    assert dot.measuring
    assert sensor.rate_hz == 60
    assert sensor.battery_percent == 77
    drive(sensor.stop(), sensor, dot)
    assert not dot.measuring
    assert bytes(dot.settings) == dot.found
    assert dot.subscribed == set()


def test_one_that_is_synchronised_is_told_what_to_do():
    dot, sensor = Dot(30, synchronised=True), MovellaDot()
    with pytest.raises(SensorError, match=r"expected the DOT to take 60 Hz, it refused.*unsynchronise"):
        drive(sensor.start(), sensor, dot)


def test_a_rate_that_is_not_taken_is_told():
    dot, sensor = Dot(30), MovellaDot()
    dot.written = lambda characteristic, data: []
    with pytest.raises(SensorError, match="expected the DOT to take 60 Hz, it kept 30 Hz"):
        drive(sensor.start(), sensor, dot)


def test_settings_that_are_too_short_are_told():
    dot, sensor = Dot(settings_bytes=8), MovellaDot()
    with pytest.raises(SensorError, match="expected 32 bytes of settings from the DOT, got 8"):
        drive(sensor.start(), sensor, dot)


@pytest.mark.parametrize("step", range(7))
def test_a_refusal_at_any_step_leaves_it_as_found(step):
    dot, sensor = Dot(30), MovellaDot()
    needless = step in (0, 1)  # to stop what may not stream, to read the battery
    try:
        drive(sensor.start(), sensor, dot, refused=[step])
    except SensorError:
        assert not needless
    else:
        assert needless
    drive(sensor.stop(), sensor, dot)
    assert not dot.measuring
    assert bytes(dot.settings) == dot.found
    assert dot.subscribed == set()


@pytest.mark.parametrize("step", range(3))
def test_stopping_goes_on_after_a_refusal_and_tells_it(step):
    dot, sensor = Dot(30), MovellaDot()
    drive(sensor.start(), sensor, dot)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, dot, refused=[step])
    assert dot.measuring == (step == 0)
    assert (bytes(dot.settings) == dot.found) == (step == 2)
    assert (dot.subscribed == set()) == (step != 2)


@pytest.mark.parametrize(
    ("advertisement", "matches"),
    [
        (Advertisement("Xsens DOT"), True),
        (Advertisement("Movella DOT"), True),
        (Advertisement("left arm", manufacturers={0x0886: b"\x01"}), True),
        (Advertisement("left arm"), False),
        (Advertisement(), False),
    ],
)
def test_it_is_recognised(advertisement, matches):
    assert MovellaDot.matches(advertisement) is matches
