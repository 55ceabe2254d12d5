import asyncio
import os
import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import PIPES, finished, start
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted, cut, short_session

import imucount
from imucount.counter import RepCounter
from imucount.counting import count
from imucount.errors import CountingError, DisconnectedError, ImucountError, SampleError, SourceError
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.live import count_live, watch
from imucount.live.recorder import Recorder
from imucount.samples import Samples
from imucount.sources import open_source
from imucount.sources.source import Notice

SAMPLES = short_session()
DROPPED = Notice(20.0, "dropped", "The link was lost.")
BACK = Notice(22.5, "reconnected", "The link is back after 2.5 s.")


async def counted(source, *, min_reps=2, **extra):
    async with source:
        return await count_live(source, RepCounter(source.side, min_reps=min_reps), **extra)


def live(*script, **extra):
    return asyncio.run(counted(Scripted(script), **extra))


def between(start_s, end_s):
    return SAMPLES[int(start_s * 100) : int(end_s * 100)]


def test_a_live_session_is_the_count_of_its_samples():
    assert live(*cut(SAMPLES, range(0, 5000, 25))) == count(SAMPLES, "right")


@settings(max_examples=settings.default.max_examples // 3)
@given(
    st.lists(st.integers(0, len(SAMPLES)), max_size=30),
    st.lists(st.tuples(st.floats(0.0, 40.0), st.floats(0.1, 5.0)), max_size=2),
    st.sampled_from(["left", "right", None]),
)
def test_a_live_session_is_the_count_of_its_recording(tmp_path_factory, cuts, drops, side):
    path = tmp_path_factory.mktemp("live") / "session.csv"
    script = []
    for piece in cut(SAMPLES, [*cuts, *(int(100 * drop_s) for drop_s, _ in drops)]):
        kept = piece
        for drop_s, length_s in drops:
            if len(kept) and drop_s <= kept.t[0] < drop_s + length_s:
                script += [replace(DROPPED, time_s=drop_s), replace(BACK, time_s=drop_s + length_s)]
                kept = kept[int(length_s * 100) :]
        script.append(kept)
    source = Scripted(script, side=side, warnings=("It was cold.",))
    with Recorder(path, source) as recorder:
        session = asyncio.run(counted(source, recorder=recorder))
    assert count(path) == session


def test_gaps_and_notices_are_in_the_session_and_in_the_recording(tmp_path):
    source = Scripted([between(0, 20), DROPPED, BACK, between(22.5, 40)], warnings=("Packets were lost.",))
    with Recorder(tmp_path / "x.csv", source) as recorder:
        session = asyncio.run(counted(source, recorder=recorder))
    assert [(round(gap.start_s), round(gap.end_s)) for gap in session.gaps] == [(20, 22)]
    assert session.warnings[0] == "Packets were lost."
    assert count(tmp_path / "x.csv") == session
    with open_csv(tmp_path / "x.csv") as reader:
        pieces = list(reader)
    assert reader.notes[1:3] == (
        "20.000 s: dropped: The link was lost.",
        "22.500 s: reconnected: The link is back after 2.5 s.",
    )
    assert pieces[-1].t[-1] == between(22.5, 40).t[-1]


def test_a_link_that_is_lost_for_good_leaves_the_session_so_far(tmp_path):
    before = between(0, 25)
    source = Scripted([*cut(before, [1000]), DROPPED, DisconnectedError("expected the clip back, got nothing")])
    with Recorder(tmp_path / "x.csv", source) as recorder:
        session = asyncio.run(counted(source, recorder=recorder))
    assert count(tmp_path / "x.csv") == session
    assert session.reps == count(before, "right").reps
    assert session.reps
    assert "The stream ended early: expected the clip back, got nothing" in session.warnings


def test_updates_tell_each_circle_and_each_notice_once_and_the_error_at_last():
    updates = []
    error = DisconnectedError("gone")
    session = live(*cut(SAMPLES, range(0, 5000, 50)), DROPPED, error, on_update=updates.append)
    assert tuple(rep for update in updates for rep in update.reps) == session.reps
    assert [notice for update in updates for notice in update.notices] == [DROPPED]
    assert [update.error for update in updates] == [None] * (len(updates) - 1) + [error]
    now = [update.now_s for update in updates]
    assert now == sorted(now)


def test_stopping_gives_the_session_so_far_and_lets_the_source_close():
    before = between(0, 25)
    source = Scripted(cut(before, [1000, 2000]), endless=True)

    async def stopped():
        asyncio.get_running_loop().call_later(0.3, source.stop)
        return await counted(source)

    assert asyncio.run(stopped()) == count(before, "right")
    assert not source.is_open


def test_cancelling_cancels_and_the_counter_and_the_recording_have_what_came(tmp_path):
    before = between(0, 25)
    source, counter = Scripted(cut(before, [1000, 2000]), endless=True), RepCounter("right")

    async def cancelled():
        async with source:
            with Recorder(tmp_path / "x.csv", source) as recorder:
                came = asyncio.Event()
                show = lambda update: came.set() if update.now_s >= before.t[-1] else None  # noqa: E731
                task = asyncio.create_task(count_live(source, counter, recorder=recorder, on_update=show))
                await came.wait()
                task.cancel()
                await asyncio.wait({task})
                return task.cancelled()

    assert asyncio.run(cancelled())
    assert counter.finish() == count(before, "right") == count(tmp_path / "x.csv")


@pytest.mark.parametrize("how", ["timeout", "wait_for", "group"])
def test_whatever_cancels_is_obeyed(how):
    source = Scripted([between(0, 5)], endless=True)
    counter = RepCounter("right")

    async def fail():
        raise KeyError

    async def limited():
        async with source:
            if how == "timeout":
                async with asyncio.timeout(0.2):
                    await count_live(source, counter)
            elif how == "wait_for":
                await asyncio.wait_for(count_live(source, counter), 0.2)
            else:
                async with asyncio.TaskGroup() as group:
                    group.create_task(count_live(source, counter))
                    group.create_task(fail())

    with pytest.raises(ExceptionGroup if how == "group" else TimeoutError):
        asyncio.run(limited())
    assert not source.is_open


def test_an_update_that_can_be_awaited_is():
    shown = []

    async def show(update):
        await asyncio.sleep(0)
        shown.append(update)

    session = live(*cut(SAMPLES, range(0, 5000, 100)), on_update=show)
    assert tuple(rep for update in shown for rep in update.reps) == session.reps
    assert shown[-1].start_s == SAMPLES.t[0]


def test_a_display_that_fails_costs_nothing_and_is_told_once(tmp_path):
    source = Scripted(cut(SAMPLES, range(0, 5000, 100)))
    notices = []

    def show(update):
        notices.extend(update.notices)
        raise KeyError("x")

    with Recorder(tmp_path / "x.csv", source) as recorder:
        session = asyncio.run(counted(source, recorder=recorder, on_update=show))
    assert session.reps == count(SAMPLES, "right").reps
    assert [notice.kind for notice in notices] == ["display"]
    assert [warning for warning in session.warnings if "KeyError('x')" in warning] == [notices[0].text]
    assert count(tmp_path / "x.csv") == session


def test_what_is_not_of_ours_that_a_source_raises_ends_it_as_a_fault_of_its_own(tmp_path):
    before = between(0, 25)
    source = Scripted([*cut(before, [1000]), ZeroDivisionError("of another package")])
    updates = []
    with Recorder(tmp_path / "x.csv", source) as recorder:
        session = asyncio.run(counted(source, recorder=recorder, on_update=updates.append))
    assert session.reps == count(before, "right").reps
    assert any("ZeroDivisionError" in warning and "\n" not in warning for warning in session.warnings)
    assert isinstance(updates[-1].error, ImucountError)
    assert isinstance(updates[-1].error.__cause__, ZeroDivisionError)
    assert count(tmp_path / "x.csv") == session


def test_a_source_that_is_used_up_says_so():
    async def twice(source, *counters):
        async with source:
            return [await count_live(source, counter) for counter in counters]

    source = open_source(f"csv:{Path(__file__).parents[2] / 'recordings' / 'fast.csv'}", speed=0)
    with pytest.raises(SourceError, match="read to its end"):
        asyncio.run(twice(source, RepCounter("right"), RepCounter("right")))
    with pytest.raises(SourceError, match="not opened yet"):
        asyncio.run(twice(source, RepCounter("right")))


def test_a_counter_that_is_used_up_says_so():
    counter = RepCounter("right")
    counter.finish()

    async def again():
        async with Scripted([SAMPLES]) as source:
            await count_live(source, counter)

    with pytest.raises(CountingError, match="new RepCounter"):
        asyncio.run(again())


COUNTING = """
import asyncio, sys
from imucount import RepCounter, count_live

sys.path.insert(0, sys.argv[1])
from scripted import Scripted, cut, short_session

async def main():
    samples = short_session()
    async with Scripted(cut(samples, range(0, 5000, 100))) as source:
        session = await count_live(source, RepCounter("right"))
    assert session.reps
    assert not {name.partition(".")[0] for name in sys.modules} & {"pandas", "rich", "scipy"}

asyncio.run(main())
"""


def test_counting_imports_nothing_slow_while_the_radio_waits():
    subprocess.run(
        [sys.executable, "-c", COUNTING, str(Path(__file__).parents[1])],
        env=os.environ | {"PYTHONPATH": str(Path(imucount.__file__).parents[1])},
        check=True,
        timeout=120,
    )


def test_time_goes_on_while_nothing_comes():
    async def times():
        source = Scripted([between(0, 2), 0.3, DROPPED, 0.2, between(4, 5)])
        async with source, aclosing(watch(source, tick_s=0.05)) as moments:
            return [(moment.now_s, moment.samples is not None, moment.notices) async for moment in moments]

    moments = asyncio.run(times())
    silent = [now_s for now_s, came, _ in moments[1:-1] if not came and now_s < 4]
    assert len(silent) >= 2
    assert silent == sorted(silent)
    assert all(1.99 < now_s < 4 for now_s in silent)
    assert [notices for _, _, notices in moments if notices] == [(DROPPED,)]


def test_nothing_is_lost_by_whoever_takes_long_over_a_moment():
    async def slowly():
        source = Scripted([0.02, *cut(between(0, 2), range(20, 200, 20))])
        async with source, aclosing(watch(source, tick_s=0.01)) as moments:
            came = []
            async for moment in moments:
                came += [moment.samples] if moment.samples else []
                await asyncio.sleep(0.05)
            return Samples.concatenate(came)

    assert asyncio.run(slowly()).t.tolist() == between(0, 2).t.tolist()


def test_samples_that_cannot_be_are_refused_and_yet_recorded(tmp_path):
    in_g = Samples(SAMPLES.t, SAMPLES.acc / 9.81, SAMPLES.gyr)
    source = Scripted(cut(in_g, range(0, 1000, 20)))
    with pytest.raises(SampleError, match="in g"), Recorder(tmp_path / "x.csv", source) as recorder:
        asyncio.run(counted(source, recorder=recorder))
    assert (tmp_path / "x.csv").stat().st_size > 10_000
    assert not source.is_open


def test_what_goes_wrong_later_leaves_the_session_so_far():
    before = between(0, 25)
    without = Samples(SAMPLES.t[2500:], SAMPLES.acc[2500:])
    session = live(*cut(before, [1000]), without)
    assert session.reps == count(before, "right").reps
    assert any("angular rate" in warning for warning in session.warnings)


def test_two_clips_at_once():
    async def both():
        sources = [Scripted(cut(SAMPLES, range(0, 5000, 70)), side=side) for side in ("left", "right")]
        return await asyncio.gather(*map(counted, sources))

    assert asyncio.run(both()) == [count(SAMPLES, "left"), count(SAMPLES, "right")]


def test_a_session_without_samples():
    assert live(DROPPED).reps == ()
    assert live(DisconnectedError("gone")).warnings[0].endswith("gone")


LIMITED = """
import asyncio, resource, sys
from imucount.live import count_live
from imucount.counter import RepCounter
from imucount.counting import count
from imucount.live.recorder import Recorder
sys.path.insert(0, sys.argv[2])
from scripted import Scripted, cut, short_session
samples = short_session()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
source = Scripted(cut(samples, range(0, 5000, 20)))
updates = []

async def run():
    async with source:
        with Recorder(sys.argv[1], source) as recorder:
            counter = RepCounter("right")
            return await count_live(source, counter, recorder=recorder, on_update=updates.append)

session = asyncio.run(run())
assert session.reps == count(samples, "right").reps
(warning,) = session.warnings
assert "The recording ends here, the count goes on: " in warning
(notice,) = [notice for update in updates for notice in update.notices]
assert notice.kind == "recording" and notice.text in warning
"""


@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited by a POSIX call")
def test_the_count_goes_on_when_the_disk_is_full(tmp_path):
    process = start(tmp_path / "x.csv", Path(__file__).parents[1], code=LIMITED, text=True, **PIPES)
    assert finished(process) == (0, "", "")
    back = read_csv(tmp_path / "x.csv").samples
    assert 100 < len(back) < 1000
    assert back.acc.tolist() == SAMPLES[: len(back)].acc.tolist()
