import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scripted import Scripted

from imucount.live.continued import ContinuedSource
from imucount.samples import Samples
from imucount.sources.source import Notice

THEN = datetime(2026, 3, 4, 10, 15, tzinfo=UTC)


def taken(source):
    async def take():
        async with source:
            return [samples async for samples in source]

    return asyncio.run(take())


def pieces():
    t = np.arange(100) / 50.0
    samples = Samples(t, np.tile([0.0, 0.0, 9.81], (100, 1)), np.zeros((100, 3)))
    return [samples[:40], samples[40:]]


@pytest.mark.parametrize(("away_s", "begins_s"), [(500.0, 500.0), (12.0, 23.0)])
def test_time_goes_on_by_what_has_passed_and_never_back(away_s, begins_s):
    source = Scripted(pieces())
    source.origin_utc = THEN + timedelta(seconds=away_s)
    t = np.concatenate([samples.t for samples in taken(ContinuedSource(source, THEN, 20.0))])
    assert t[0] == pytest.approx(begins_s)
    assert np.diff(t) == pytest.approx(0.02)


def test_where_no_clock_tells_it_goes_on_after_a_gap():
    source = Scripted(pieces())
    source.origin_utc = None
    assert taken(ContinuedSource(source, THEN, 20.0))[0].t[0] == pytest.approx(23.0)


def test_notices_are_told_on_the_same_clock():
    source = Scripted(pieces())
    source.origin_utc = None
    source.notices.append(Notice(1.0, "signal", "The signal is weak."))
    continued = ContinuedSource(source, THEN, 20.0)
    taken(continued)
    assert [notice.time_s for notice in continued.notices] == [pytest.approx(24.0)]
