import re

import pytest

import imucount.sensors
from imucount.errors import SensorError
from imucount.sensors import Advertisement, known_sensors, recognise, sensor_faults, sensor_of_key

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize("sensor", known_sensors(), ids=lambda sensor: sensor.key)
def test_a_sensor_says_what_users_and_the_link_need(sensor):
    assert re.fullmatch(r"[a-z0-9-]+", sensor.key)
    assert sensor_of_key(sensor.key) is sensor
    assert sensor.products
    assert sensor.proven
    assert sensor.services
    assert all(UUID.fullmatch(service) for service in sensor.services)
    assert sensor().rate_hz in sensor.rates_hz
    assert sensor(min(sensor.rates_hz)).rate_hz == min(sensor.rates_hz)
    assert not sensor.matches(Advertisement())
    assert sensor.__doc__


def test_keys_are_unique():
    keys = [sensor.key for sensor in known_sensors()]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("WT901BLE68", "witmotion"),
        ("Xsens DOT", "movella-dot"),
        ("Polar Sense 9A1B2C3D", "polar"),
        ("Movesense 250230002214", "movesense"),
    ],
)
def test_a_name_that_was_seen_or_documented_is_recognised(name, key):
    sensor = recognise(Advertisement(name))
    assert sensor is not None
    assert sensor.key == key


def test_what_is_no_sensor_is_not_recognised():
    assert recognise(Advertisement("Headphones")) is None


def test_a_kind_that_cannot_tell_is_passed_over_and_named(monkeypatch):
    monkeypatch.setattr(imucount.sensors, "_faults", {})

    class Broken(sensor_of_key("thingy52")):
        @classmethod
        def matches(cls, advertisement):
            return advertisement.manufacturers[7]

    other = sensor_of_key("witmotion")
    kinds = [Broken, other]
    assert recognise(Advertisement("WT901BLE68"), kinds) is other
    assert recognise(Advertisement(manufacturers={7: b"1"}), kinds) is Broken
    (fault,) = [str(fault) for fault in sensor_faults() if "Broken" in str(fault)]
    assert re.search(r"Broken\.matches .*got KeyError\(7\)", fault)


def test_an_unknown_key_is_answered_with_the_known_ones():
    with pytest.raises(SensorError, match=r"expected one of the sensors .*witmotion.*, got 'fitbit'"):
        sensor_of_key("fitbit")
