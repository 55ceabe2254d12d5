"""Finding a sensor and opening it."""

import pytest
from sources.linked import is_idle, kinds, opened, source_of, take
from toy import SERVICE, ToyClip, ToyRadio, ToySensor, later
from virtual_time import run

from imucount.errors import BluetoothError, DeviceNotFoundError, DisconnectedError, SensorError
from imucount.sensors.sensor import Advertisement
from imucount.sources.link import Patience, SensorSource

# finding


def test_a_name_that_comes_late_is_waited_for():
    clip = ToyClip()
    clip.advertisements = [Advertisement(None)] * 3 + [Advertisement("Toy 1")]
    run(opened(SensorSource(ToyRadio(clip), "toy 1", sensor=ToySensor)))


def test_a_sensor_is_found_by_its_address_and_by_its_kind():
    for wanted in ("aa:01", ""):
        clip = ToyClip(name=None)
        source = source_of(ToyRadio(ToyClip("Kettle", "CC:01", services=()), clip), wanted)
        run(opened(source))
        assert source.name == "AA:01"
        assert clip.connections == 1


def test_what_is_not_found_is_told_with_what_was_heard():
    radio = ToyRadio(ToyClip("Kettle", "CC:01", services=()), ToyClip("Toy 2", "AA:02"))
    with pytest.raises(DeviceNotFoundError, match=r"'Toy 1' in reach, got .*Kettle at CC:01.*switched on"):
        run(opened(source_of(radio)))
    assert is_idle(radio)
    with pytest.raises(DeviceNotFoundError, match="no device at all within 10 s"):
        run(opened(source_of(ToyRadio())))


def test_of_two_that_fit_none_is_guessed():
    radio = ToyRadio(ToyClip(address="AA:01"), ToyClip(address="AA:02"))
    with pytest.raises(
        DeviceNotFoundError, match=r"expected 'Toy 1' in reach, and no other, got 2: .*AA:01.*AA:02"
    ):
        run(opened(source_of(radio)))
    run(opened(source_of(radio, "AA:02")))


def test_a_device_of_no_known_kind_is_told_from_an_absent_one():
    radio = ToyRadio(ToyClip("Kettle", "CC:01", services=()))
    with pytest.raises(SensorError, match=r"got Kettle at CC:01, which advertises as none"):
        run(opened(SensorSource(radio, "kettle")))


# opening


def test_a_device_without_the_service_says_what_it_has():
    clip = ToyClip(services=("0000180f-0000-1000-8000-00805f9b34fb",))
    radio = ToyRadio(clip)
    with pytest.raises(SensorError, match=f"service {SERVICE}, got 0000180f"):
        run(opened(source_of(radio)))
    assert clip.told == []
    assert is_idle(radio)


def test_connecting_is_tried_again():
    radio = ToyRadio(ToyClip())
    radio.failures = [DisconnectedError("no answer")] * 2
    run(opened(source_of(radio)))
    radio.failures = [DisconnectedError("no answer")] * 3
    with pytest.raises(DisconnectedError, match="no answer"):
        run(opened(source_of(radio)))


def test_without_bluetooth_nothing_is_tried_again():
    radio = ToyRadio(ToyClip())
    radio.failures = [BluetoothError("Bluetooth is off")] * 2
    with pytest.raises(BluetoothError, match="is off"):
        run(opened(source_of(radio)))
    assert len(radio.failures) == 1


@pytest.mark.parametrize("fault", ["refuses", "ignores"])
@pytest.mark.parametrize("command", ["subscribe", "rate 100", "go"])
def test_a_sensor_that_does_not_obey_is_told_to_stop_and_let_go(fault, command):
    clip = ToyClip()
    getattr(clip, fault).add(command)
    radio = ToyRadio(clip)
    with pytest.raises(SensorError, match=r"refused: |to answer within \d+ s, got nothing to .*edge of reach"):
        run(opened(source_of(radio)))
    assert "halt" in clip.told
    assert is_idle(radio)


def test_a_drop_while_it_starts_is_tried_again():
    clip = ToyClip()
    clip.ignores.add("rate 100")
    radio = ToyRadio(clip)

    async def drop_while_starting(source):
        later(1.3, clip.drop)
        later(1.3, clip.ignores.clear)
        async with source:
            pass

    run(drop_while_starting(source_of(radio)))
    assert clip.connections == 2
    assert is_idle(radio)


def test_the_battery_may_be_absent_low_or_not_told():
    for battery, refuses, told in ((None, set(), None), (80, {"battery"}, None), (15, set(), 15), (80, set(), 80)):
        clip = ToyClip(battery=battery)
        clip.refuses |= refuses
        source = source_of(ToyRadio(clip))
        assert len(run(take(source, 5))) > 400
        assert source.battery_percent == told
        assert ("battery" in kinds(source)) == (told == 15)
        assert any("charge it" in warning for warning in source.warnings) == (told == 15)


def test_a_battery_that_runs_low_is_told_once_at_each_level():
    clip = ToyClip(battery=25)
    source = source_of(ToyRadio(clip), patience=Patience(battery_every_s=2))
    run(
        take(
            source,
            20,
            *((delay_s, lambda: setattr(clip, "battery", clip.battery - 2)) for delay_s in range(1, 19, 2)),
        )
    )
    assert [
        notice.text.split(" at ")[1].split(";")[0] for notice in source.notices if notice.kind == "battery"
    ] == [
        "19 %",
        "9 %",
    ]


def test_a_weak_signal_is_told():
    source = source_of(ToyRadio(ToyClip(rssi_dbm=-92)))
    run(opened(source))
    assert "weak (-92 dBm)" in source.warnings[0]
