import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.peers import SECOND, Board
from sensors.scripted_peer import decoded, drive

from imucount.errors import PacketError, SensorError
from imucount.sensors import Advertisement
from imucount.sensors.adafruit import (
    ACC_DATA,
    ACC_PERIOD,
    ACC_SERVICE,
    GYR_DATA,
    GYR_PERIOD,
    Adafruit,
)

float32 = st.floats(-40, 40, width=32)


def test_a_constructed_notification():
    """Built from Adafruit's sources: three 32-bit floats in SI units."""
    data = bytes.fromhex("00 00 80 3e 00 00 1c c1 00 00 c0 3f")
    (packet,) = Adafruit().decode(ACC_DATA, data)
    np.testing.assert_array_equal(packet.acc, [[0.25, -9.75, 1.5]])
    assert packet.gyr is None
    (packet,) = Adafruit().decode(GYR_DATA, data)
    np.testing.assert_array_equal(packet.gyr, [[0.25, -9.75, 1.5]])
    assert packet.acc is None


def test_both_periods_are_set_and_given_back():
    board, sensor = Board(), Adafruit()
    drive(sensor.start(), sensor, board)
    assert board.subscribed == {ACC_DATA, GYR_DATA}
    assert board.values == dict.fromkeys((ACC_PERIOD, GYR_PERIOD), struct.pack("<i", 20))
    assert sensor.has_gyroscope
    drive(sensor.stop(), sensor, board)
    assert board.subscribed == set()
    assert board.values == dict.fromkeys((ACC_PERIOD, GYR_PERIOD), SECOND)


def test_a_board_without_gyroscope_gives_acceleration():
    board, sensor = Board(has_gyroscope=False), Adafruit(100.0)
    drive(sensor.start(), sensor, board)
    assert not sensor.has_gyroscope
    assert board.subscribed == {ACC_DATA}
    assert board.values == {ACC_PERIOD: struct.pack("<i", 10)}
    drive(sensor.stop(), sensor, board)
    assert board.values == {ACC_PERIOD: SECOND}


def test_a_stop_goes_on_where_a_step_is_refused():
    board, sensor = Board(), Adafruit()
    drive(sensor.start(), sensor, board)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, board, refused=(0, 2))
    assert board.values[GYR_PERIOD] == SECOND


def test_a_period_that_is_refused_ends_the_start():
    board, sensor = Board(), Adafruit()
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.start(), sensor, board, refused=(2,))


@given(st.lists(st.tuples(st.sampled_from([ACC_DATA, GYR_DATA]), float32, float32, float32), max_size=20))
def test_samples_come_back(sent):
    sensor = Adafruit()
    for characteristic, *values in sent:
        (packet,) = sensor.decode(characteristic, struct.pack("<3f", *values))
        came = packet.acc if characteristic == ACC_DATA else packet.gyr
        np.testing.assert_allclose(came, [values])


@given(st.binary(max_size=30))
def test_any_bytes_are_finite_numbers_or_a_packet_error(data):
    packets, errors = decoded(Adafruit(), ACC_DATA, [data, bytes(12)])
    assert len(packets) + len(errors) == 2
    assert all(np.isfinite(packet.acc).all() for packet in packets)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(PacketError, match="at most"):
        Adafruit().decode(GYR_DATA, struct.pack("<3f", 0, value, 0))


def test_it_is_known_by_its_service_or_its_board():
    assert Adafruit.matches(Advertisement("CLUE", (ACC_SERVICE,)))
    assert Adafruit.matches(Advertisement("CIRCUITPY", (), {0x0822: bytes.fromhex("04 01 00 72 80")}))
    assert not Adafruit.matches(Advertisement("a colour", (), {0x0822: bytes.fromhex("06 00 00 01 02 03 04")}))


def test_other_characteristics_are_not_its():
    assert Adafruit().decode(ACC_PERIOD, bytes(12)) == []
