"""What is near, and what is supported."""

import re

import pytest
from command_line import run
from toy import ToyClip, ToyRadio

from imucount.sensors import known_sensors, sensor_of_key


def test_sensors_tells_each_kind_and_how_far_it_was_proven():
    result = run("sensors")
    assert (result.exit_code, result.stderr) == (0, "")
    words = " ".join(result.stdout.split())
    for sensor in known_sensors():
        assert f"{sensor.key}: {sensor.products}" in words
        assert " ".join(sensor.proven.split()) in words


@pytest.fixture
def toys(monkeypatch):
    """A radio with a clip of the open profile, another farther away, and something else near."""
    services = sensor_of_key("imucount").services
    clips = [
        ToyClip("Clip far", "AA:02", services=services, rssi_dbm=-88),
        ToyClip("Clip", "AA:01", services=services),
        ToyClip("TV \x1b[31m", "AA:03", services=()),
    ]
    monkeypatch.setattr("imucount.sources.ble.BleRadio", lambda: ToyRadio(*clips))


@pytest.mark.usefixtures("toys")
def test_scan_tells_the_known_sensors_that_are_near():
    result = run("scan", "--time", "0.5")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines() if "AA:0" in line]
    assert rows == [
        ["Clip", "imucount", "-60", "dBm", "AA:01"],
        ["Clip", "far", "imucount", "-88", "dBm", "AA:02"],
    ]
    assert "Other devices: 1; --all shows them." in result.stdout
    result = run("scan", "--time", "0.5", "--all")
    assert re.search(r"TV \\x1b\[31m +- +-60 dBm +AA:03", result.stdout)


@pytest.mark.usefixtures("toys")
def test_scan_asks_known_sensors_for_their_battery():
    result = run("scan", "--time", "0.5", "--all", "--battery")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.search(r"Clip +imucount +-60 dBm +80 % +AA:01", result.stdout)
    assert re.search(r"TV \\x1b\[31m +- +-60 dBm +- +AA:03", result.stdout)
    assert "Battery" not in run("scan", "--time", "0.5").stdout


def test_scan_says_when_nothing_is_near(monkeypatch):
    monkeypatch.setattr("imucount.sources.ble.BleRadio", ToyRadio)
    result = run("scan", "--time", "0.2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("No known sensor was heard.")
