"""A source over a radio of toys, and what came of it."""

from toy import ToySensor, later

from imucount.samples import Samples
from imucount.sources.link import SensorSource


def source_of(radio, wanted="Toy 1", **options):
    return SensorSource(radio, wanted, sensor=ToySensor, **options)


async def take(source, duration_s=10.0, *happenings):
    """Open it, let things happen, stop it after a time; everything that came."""
    pieces = []
    async with source:
        for delay_s, happening in happenings:
            later(delay_s, happening)
        later(duration_s, source.stop)
        async for samples in source:
            pieces.append(samples)
    return Samples.concatenate(pieces)


def opened(source):
    async def open_and_close():
        async with source:
            pass

    return open_and_close()


def kinds(source):
    return [notice.kind for notice in source.notices]


def texts(source):
    return " ".join(notice.text for notice in source.notices)


def counts(samples):
    return samples.acc[:, 0].astype(int)


def is_idle(radio):
    return radio.connected == radio.scanning == 0
