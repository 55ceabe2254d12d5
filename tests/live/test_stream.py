"""The loop over what is new of a live count, and the same on Lab Streaming Layer."""

import asyncio
import json
import signal
import sys
import time

import numpy as np
import pytest
from command_line import PIPES, finished, start
from scripted import Scripted, cut, short_session
from xdf_files import channels, xdf

import imucount
from imucount.counter import RepCounter
from imucount.counting import count
from imucount.errors import DisconnectedError, SourceError
from imucount.live import LiveUpdate, count_live, stream
from imucount.live.lsl import LslOutlet
from imucount.live.recorder import Recorder
from imucount.samples import Samples
from imucount.sources.source import Notice

SAMPLES = short_session()
LOST = Notice(20.0, "dropped", "The link was lost.")


async def collected(source, **extra):
    async with source:
        return [update async for update in stream(source, RepCounter(source.side), **extra)]


def test_the_loop_gives_what_count_live_gives(tmp_path):
    script = [*cut(SAMPLES[:2000], range(0, 2000, 30)), LOST, *cut(SAMPLES[2500:], range(0, 1500, 30))]
    with Recorder(tmp_path / "x.csv", Scripted(script)) as recorder:
        updates = asyncio.run(collected(Scripted(script), recorder=recorder))
    seen = []

    async def live():
        async with Scripted(script) as source:
            return await count_live(source, RepCounter(source.side), on_update=seen.append)

    session = asyncio.run(live())
    assert updates[-1].session == session
    assert all(update.session is None for update in updates[:-1])
    assert sum((update.reps for update in updates), ()) == session.reps
    assert [notice for update in updates for notice in update.notices] == [LOST]
    given = Samples.concatenate([update.samples for update in updates if update.samples is not None])
    assert np.array_equal(given.t, np.concatenate([SAMPLES.t[:2000], SAMPLES.t[2500:]]))
    assert count(tmp_path / "x.csv").reps == session.reps
    assert sum((update.reps for update in seen), ()) == session.reps


def test_what_ends_the_stream_comes_with_the_last_update():
    updates = asyncio.run(collected(Scripted([SAMPLES[:3000], DisconnectedError("It has gone.")])))
    assert isinstance(updates[-1].error, DisconnectedError)
    assert "The stream ended early: It has gone." in updates[-1].session.warnings


def test_leaving_the_loop_closes_the_recording_and_keeps_the_counter(tmp_path):
    async def first():
        async with Scripted([*cut(SAMPLES, range(0, 5000, 100))], endless=True) as source:
            counter = RepCounter(source.side)
            with Recorder(tmp_path / "x.csv", source) as recorder:
                updates = stream(source, counter, recorder=recorder)
                async for update in updates:
                    if update.progress.reps >= 3:
                        break
                await updates.aclose()
            return counter.finish()

    session = asyncio.run(first())
    assert len(session.reps) >= 3
    assert count(tmp_path / "x.csv").reps == session.reps


@pytest.fixture
def lsl():
    """Lab Streaming Layer."""
    return pytest.importorskip("pylsl")


def inlet_of(lsl, prop, value):
    found = lsl.resolve_byprop(prop, value, timeout=20.0)
    if not found:
        pytest.skip("no stream of LSL can be found on this machine; is multicast switched off?")
    inlet = lsl.StreamInlet(found[0])
    inlet.open_stream(timeout=20.0)
    return inlet


def all_of(inlet, n):
    """Pull until so many samples are there."""
    values, stamps = [], []
    end_s = time.monotonic() + 30.0
    while len(stamps) < n and time.monotonic() < end_s:
        some, at = inlet.pull_chunk(timeout=0.2)
        values += some
        stamps += at
    return np.array(values), np.array(stamps)


@pytest.mark.parametrize("outage_s", [0.5, 2.0, 8.0])
def test_samples_and_reps_come_through_an_inlet_and_xdf(lsl, tmp_path, outage_s):
    """An outage is there, on the network, in the file, and in the session that is counted of it."""
    pytest.importorskip("pyxdf")
    outlet = LslOutlet("imucount test", side="right", sampling_rate_hz=100.0)
    behind = SAMPLES[2000 + round(100 * outage_s) :]
    pieces = [SAMPLES[:10], *cut(SAMPLES[10:2000], range(0, 1990, 50)), *cut(behind, range(0, 2200, 50))]
    pieces = [piece for piece in pieces if len(piece)]
    counter = RepCounter("right")
    inlets = []
    reps = []
    for piece in pieces:
        update = LiveUpdate(float(piece.t[-1]), tuple(counter.update(piece)), counter.progress, samples=piece)
        outlet.update(update)
        reps += update.reps
        if not inlets:
            inlets = [inlet_of(lsl, "name", name) for name in ("imucount test", "imucount test reps")]
    session = counter.finish()
    kept = Samples.concatenate(pieces[1:])
    values, stamps = all_of(inlets[0], len(kept))
    assert np.array_equal(values, np.hstack([kept.acc, kept.gyr]))
    assert np.allclose(stamps - stamps[0], kept.t - kept.t[0], atol=1e-9)
    markers, _ = all_of(inlets[1], len(reps))
    told = [json.loads(marker[0]) for marker in markers]
    assert [each["rep"] for each in told] == list(range(1, len(reps) + 1))
    assert [each["end_s"] for each in told] == [rep.end_s for rep in reps]
    description = inlets[0].info().as_xml()
    labels = [(label, "m/s^2" if label[0] == "a" else "rad/s") for label in ("ax", "ay", "az", "gx", "gy", "gz")]
    assert all(f"<label>{label}</label>" in description for label, _ in labels)
    outlet.close()
    path = xdf(tmp_path / "x.xdf", ("imucount test", "IMU", stamps, values, channels(*labels), 0.0))
    counted = imucount.count(path, "right")
    for gaps in (session.gaps, counted.gaps):
        assert [gap.duration_s for gap in gaps] == pytest.approx([outage_s], abs=0.02)
    assert [len(each.reps) for each in counted.sets] == [len(each.reps) for each in session.sets]


def test_the_command_puts_a_clip_on_the_network(lsl):
    process = start("live", "--sensor", "sim:forward", "--lsl", **PIPES)
    try:
        inlet = inlet_of(lsl, "name", "imucount")
        values, stamps = all_of(inlet, 100)
        assert values.shape[1] == 6
        assert np.median(np.diff(stamps)) == pytest.approx(0.01, abs=2e-3)
        assert 8.0 < np.median(np.linalg.norm(values[:, :3], axis=1)) < 12.0
    finally:
        process.send_signal(signal.SIGTERM)
        finished(process)


def test_without_pylsl_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(SourceError, match=r"pip install 'imucount\[lsl\]'"):
        LslOutlet("x")
