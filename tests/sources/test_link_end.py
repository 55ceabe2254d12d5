"""How a session ends: stopped, cancelled, or by the sensor."""

import asyncio

import pytest
from sources.linked import is_idle, source_of, take
from toy import ToyClip, ToyRadio, later
from virtual_time import run

from imucount.samples import Samples
from imucount.sources.link import Patience


def cancelled_after(delay_s, radio, *, again_s=None):
    """Cancel the reader; what the clip was told, and when all was over."""

    async def read():
        async with source_of(radio, patience=Patience(give_up_s=1000)) as source:
            async for _ in source:
                pass

    async def cancel():
        reader = asyncio.create_task(read())
        later(delay_s, reader.cancel)
        if again_s is not None:
            later(delay_s + again_s, reader.cancel)
        with pytest.raises(asyncio.CancelledError):
            await reader
        return asyncio.get_running_loop().time()

    ended_s = run(cancel())
    assert is_idle(radio)
    return radio.clips[0].told, ended_s


@pytest.mark.parametrize("delay_s", [0, 0.05, 0.5, 1.15, 1.2, 1.25, 1.3, 1.34, 1.36, 1.4, 5])
def test_cancelled_at_any_time_it_lets_go(delay_s):
    clip = ToyClip()
    told, ended_s = cancelled_after(delay_s, ToyRadio(clip))
    assert not told or "halt" in told
    assert ended_s < delay_s + 1


@pytest.mark.long
def test_cancelled_while_it_reconnects_it_lets_go():
    clip = ToyClip()
    radio = ToyRadio(clip)

    async def read():
        async with source_of(radio) as source:
            later(5, setattr, clip, "audible", False)
            later(5, clip.drop)
            async for _ in source:
                pass

    for delay_s in (6.5, 20, 21, 22, 23):
        clip.audible = True

        async def cancel(delay_s=delay_s):
            reader = asyncio.create_task(read())
            later(delay_s, reader.cancel)
            with pytest.raises(asyncio.CancelledError):
                await reader

        run(cancel())
        assert is_idle(radio)


@pytest.mark.parametrize("again_s", [0.001, 0.01, 0.05, 0.5])
def test_cancelled_twice_it_still_disconnects(again_s):
    clip = ToyClip()
    clip.ignores.add("halt")
    assert cancelled_after(5, ToyRadio(clip), again_s=again_s)[1] < 5.2 + again_s


@pytest.mark.parametrize("fault", ["refuses", "ignores"])
@pytest.mark.parametrize("command", ["halt", "unsubscribe"])
def test_a_sensor_that_does_not_stop_is_let_go_in_time(fault, command):
    clip = ToyClip()
    getattr(clip, fault).add(command)
    radio = ToyRadio(clip)

    async def timed():
        await take(source_of(radio), 5)
        return asyncio.get_running_loop().time()

    assert run(timed()) < 13
    assert is_idle(radio)


def test_a_reader_does_not_wait_for_a_sensor_that_does_not_stop():
    clip = ToyClip()
    clip.ignores.add("halt")

    async def timed(source):
        async with source:
            began_s = asyncio.get_running_loop().time()
            later(5, source.stop)
            async for _ in source:
                pass
            return asyncio.get_running_loop().time() - began_s

    assert run(timed(source_of(ToyRadio(clip)))) == pytest.approx(5, abs=0.1)


def test_a_drop_while_stopping_is_the_end():
    clip = ToyClip()
    radio = ToyRadio(clip)
    clip.ignores.add("halt")
    run(take(source_of(radio), 5, (5.1, lambda: clip.drop())))
    assert is_idle(radio)


def test_what_comes_while_stopping_is_not_handed_over():
    clip = ToyClip()
    clip.refuses.add("halt")
    clip.refuses.add("unsubscribe")
    samples = run(take(source_of(ToyRadio(clip)), 5))
    assert len(samples) <= 505


def test_stopped_by_the_reader_everything_so_far_is_handed_over():
    clip = ToyClip()
    sent = []

    async def stop_by_hand(source):
        pieces = []
        async with source:
            async for samples in source:
                pieces.append(samples)
                if samples.t[-1] > 5:
                    source.stop()
                    sent.append(clip.sent)
        return Samples.concatenate(pieces)

    assert len(run(stop_by_hand(source_of(ToyRadio(clip))))) == sent[0]
