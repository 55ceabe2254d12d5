import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensors.peers import FACTORY, Thingy
from sensors.scripted_peer import decoded, drive

from imucount.errors import SensorError
from imucount.sensors import Advertisement
from imucount.sensors.sensor import Subscribe, Write
from imucount.sensors.thingy52 import CONFIGURATION, CONFIGURATION_SERVICE, RAW, Thingy52

int16 = st.integers(-32768, 32767)


def test_a_constructed_notification():
    """Built from Nordic's documentation: 6Q10 g, 11Q5 deg/s, 12Q4 µT."""
    data = bytes.fromhex("00 04 00 fe 10 00 20 00 80 f3 40 1f a0 00 c0 fe 10 00")
    (packet,) = Thingy52().decode(RAW, data)
    np.testing.assert_allclose(packet.acc / 9.80665, [[1.0, -0.5, 0.015625]])
    np.testing.assert_allclose(np.degrees(packet.gyr), [[1.0, -100.0, 250.0]])
    assert packet.ticks is None
    assert packet.sequence is None


def test_the_rate_is_set_and_the_rest_left_alone():
    thingy, sensor = Thingy(), Thingy52(100.0)
    drive(sensor.start(), sensor, thingy)
    assert thingy.writes == ["e8 03 f4 01 f4 01 64 00 01"]
    assert thingy.subscribed == {RAW}
    drive(sensor.stop(), sensor, thingy)
    assert thingy.values[CONFIGURATION] == FACTORY
    assert thingy.subscribed == set()


def test_a_rate_that_is_set_already_is_not_written_to_flash_again():
    thingy, sensor = Thingy(bytes.fromhex("e8 03 f4 01 f4 01 32 00 00")), Thingy52()
    drive(sensor.start(), sensor, thingy)
    drive(sensor.stop(), sensor, thingy)
    assert thingy.writes == []


def test_a_refused_rate_ends_the_start_and_the_stop_still_gives_back():
    thingy, sensor = Thingy(), Thingy52()
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.start(), sensor, thingy, refused=(1,))
    actions = drive(sensor.stop(), sensor, thingy)
    assert Write(CONFIGURATION, FACTORY) in actions


def test_a_stop_goes_on_where_a_step_is_refused():
    thingy, sensor = Thingy(), Thingy52()
    drive(sensor.start(), sensor, thingy)
    with pytest.raises(SensorError, match="refused"):
        drive(sensor.stop(), sensor, thingy, refused=(0,))
    assert thingy.values[CONFIGURATION] == FACTORY


@pytest.mark.parametrize("found", [b"", FACTORY[:-1], FACTORY + b"\0"])
def test_other_settings_ask_for_nordics_firmware(found):
    thingy, sensor = Thingy(found), Thingy52()
    with pytest.raises(SensorError, match="Nordic's own firmware"):
        drive(sensor.start(), sensor, thingy)
    assert Subscribe(RAW) not in thingy.writes


@given(st.lists(st.tuples(*[int16] * 9), max_size=20))
def test_samples_come_back(sent):
    packets, errors = decoded(Thingy52(), RAW, [struct.pack("<9h", *values) for values in sent])
    assert errors == []
    for packet, values in zip(packets, sent, strict=True):
        np.testing.assert_allclose(packet.acc, [np.array(values[:3]) / 1024 * 9.80665])
        np.testing.assert_allclose(packet.gyr, [np.radians(np.array(values[3:6]) / 32)])


@given(st.binary(max_size=40))
def test_bytes_of_another_length_are_refused_and_the_next_is_read(data):
    packets, errors = decoded(Thingy52(), RAW, [data, bytes(18)])
    assert len(errors) == (len(data) != 18)
    assert len(packets) == 2 - len(errors)


def test_it_is_known_by_its_service():
    assert Thingy52.matches(Advertisement("Thingy", (CONFIGURATION_SERVICE,)))
    assert not Thingy52.matches(Advertisement("Thingy"))


def test_other_characteristics_are_not_its():
    assert Thingy52().decode(CONFIGURATION, bytes(18)) == []
