import numpy as np
import pytest
from toy import ToyClip, ToyRadio, ToySensor, later
from virtual_time import run

from imucount.samples import Samples
from imucount.sources.link import SensorSource


def source_of(radio, wanted="Toy 1", **options):
    return SensorSource(radio, wanted, sensor=ToySensor, **options)


async def take(source, duration_s):
    """Open it, take what comes within a time, stop it and take the rest."""
    pieces = []
    async with source:
        later(duration_s, source.stop)
        async for samples in source:
            pieces.append(samples)
    return Samples.concatenate(pieces)


def kinds(source):
    return [notice.kind for notice in source.notices]


def test_a_sensor_is_found_started_read_and_left_as_it_was():
    clip = ToyClip()
    radio = ToyRadio(clip)
    source = source_of(radio, side="right")
    samples = run(take(source, 10))
    assert 990 < len(samples) <= clip.sent
    assert np.array_equal(samples.acc[:, 0], np.arange(len(samples)) % 30)
    assert np.diff(samples.t) == pytest.approx(0.01, abs=0.003)
    assert clip.told[0] == "subscribe"
    assert clip.told[-3:] == ["halt", "unsubscribe", "unsubscribe"]
    assert radio.connected == radio.scanning == 0
    assert (source.name, source.side, source.sampling_rate_hz) == ("Toy 1", "right", 100.0)
    assert source.metadata["sensor"] == "toy"
    assert source.battery_percent == 80
    assert kinds(source) == ["connected"]
    assert source.warnings == ()
