"""What goes wrong while somebody is coached: it is told, and no circle that was counted is lost."""

import asyncio
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programme.test_assessment import circles
from scripted import Scripted
from virtual_time import run

from imucount import Programme, RepCounter
from imucount.cli.coached import count_again
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.counter import Progress
from imucount.diary import Diary
from imucount.formats.recording import Recording, write_csv
from imucount.live import count_live
from imucount.programme import PlannedSet
from imucount.samples import Samples
from imucount.simulate import Circles, Movement, simulate
from imucount.sources.link import SensorSource

TWO_SETS = Programme((PlannedSet(3, "forward", rest_s=10.0), PlannedSet(3, "backward")))
NO_PHASE = Progress(0, 0, None)
NOW = datetime(2026, 3, 4, 10, 15, tzinfo=UTC)


async def coached(source, programme):
    """Coach what a source gives; the scenes after each update, and the session."""
    coaching, scenes = Coaching(Guide(programme), "right"), []
    coaching.act("confirm")

    def show(update):
        coaching.update(update.now_s, update.reps, update.progress, update.notices, update.samples)
        scenes.append(coaching.scene)

    session = await count_live(source, RepCounter("right"), on_update=show)
    return scenes, session


@pytest.fixture(scope="module")
def made():
    still = Movement("standing", 4.0)
    rest = Movement("standing", 12.0)
    script = [still, Circles(3, "forward", 2.4), rest, Circles(3, "backward", 2.4), still]
    return simulate(script, seed=5).samples


def test_a_link_that_is_lost_within_a_set_is_shown_and_the_set_goes_on():
    pytest.importorskip("bumble", reason="sensors in software are made with it")
    from ble.motion import Motion
    from ble.peripherals.open_profile import OpenClip
    from ble.room import room

    motion = Motion(reps=6, seed=3)
    lost_s = (motion.reps[2].start_s + motion.reps[2].end_s) / 2

    async def play():
        peripheral = OpenClip(motion)
        async with room(peripheral) as radio:
            origin_s = asyncio.get_running_loop().time()
            async with SensorSource(radio, peripheral.address, side="right", origin_s=origin_s) as source:

                async def fail():
                    while peripheral.began_s is None:
                        await asyncio.sleep(0.01)
                    await asyncio.sleep(peripheral.began_s + lost_s - peripheral.now_s)
                    await peripheral.vanish(3.0)
                    await asyncio.sleep(peripheral.began_s + motion.duration_s - 0.5 - peripheral.now_s)
                    source.stop()

                failing = asyncio.create_task(fail())
                result = await coached(source, Programme((PlannedSet(10, "forward"),)))
                await failing
                return result

    scenes, session = run(play())
    links = [scene.link for scene in scenes]
    assert "lost" in links
    assert scenes[-1].link == ""
    assert any("lost" in scene.notice for scene in scenes)
    counts = [scene.count for scene in scenes]
    assert counts == sorted(counts)  # nothing of the set is lost, and it is no other set
    assert counts[-1] == len(session.reps) >= 3
    assert {scene.set_number for scene in scenes} == {1}


def test_a_computer_that_sleeps_between_sets_finds_the_next_set_due(made):
    middle = int(np.searchsorted(made.t, 4.0 + 3 * 2.4 + 6.0))
    before, after = made[:middle], made[middle:]
    later = Samples(after.t + 3600.0, after.acc, after.gyr)  # stamped by a clock that went on meanwhile
    pieces = [part[i : i + 25] for part in (before, later) for i in range(0, len(part), 25)]
    scenes, session = asyncio.run(coached(Scripted(pieces), TWO_SETS))
    assert [row.count for row in scenes[-1].sets] == [3, 3]
    assert [row.verdict for row in scenes[-1].sets] == ["done", "done"]
    assert len(session.reps) == 6
    awake = next(scene for scene in scenes if scene.now_s > 3600.0)
    assert (awake.stage, awake.set_number) == ("set", 2)  # the rest is long over
    assert all(scene.rest_left_s is None or 0 <= scene.rest_left_s <= 10 for scene in scenes)


actions = st.sampled_from(["confirm", "add", "undo", "skip", "end"])


@settings(max_examples=5)
@given(presses=st.lists(st.tuples(st.floats(0.0, 33.0), actions), max_size=5), until_s=st.floats(5.0, 35.0))
def test_a_session_that_was_killed_is_taken_up_as_it_stood(made, tmp_path_factory, presses, until_s):
    entry = Diary(tmp_path_factory.mktemp("kept")).new(NOW, "right")
    live, counter = Coaching(Guide(TWO_SETS), "right"), RepCounter("right")
    live.keep = entry.note_pressed
    left = sorted(presses)
    there = made[: int(np.searchsorted(made.t, until_s))]
    for start in range(0, len(there), 25):
        piece = there[start : start + 25]
        while left and left[0][0] < piece.t[0]:
            live.act(left.pop(0)[1])
        live.update(float(piece.t[-1]), counter.update(piece), counter.progress, samples=piece)
    write_csv(entry.next_recording, Recording(there, side="right"))
    again = Coaching(Guide(TWO_SETS))
    taken = count_again(entry, again, None)
    assert again.guide.assessment == live.guide.assessment
    assert again.scene.count == live.scene.count
    assert (again.side, taken.counter.side) == ("right", "right")
    assert taken.last_s == pytest.approx(there.t[-1], abs=1e-3)


def test_a_set_that_was_begun_goes_on_after_a_long_time_away():
    coaching = Coaching(Guide(Programme.prescribed()))
    for rep in circles((5, "forward"))[0].reps:
        coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
    coaching.come_back()
    coaching.update(900.0, [], NO_PHASE)
    assert (coaching.scene.stage, coaching.scene.set_number, coaching.scene.count) == ("set", 1, 5)
    assert coaching.scene.said[-1].text == "Set 1 goes on with 5 of 10."
    coaching.update(914.0, [], NO_PHASE)
    assert coaching.scene.stage == "set"
    coaching.update(916.0, [], NO_PHASE)  # who does not go on has ended it
    assert (coaching.scene.set_number, coaching.scene.sets[0].verdict) == (2, "partial")


def test_who_is_ready_before_samples_come_keeps_still_once_they_do():
    coaching = Coaching(Guide(Programme.prescribed()))
    coaching.work("Connecting ...")
    coaching.act("add")  # there is nothing to correct yet
    coaching.act("confirm")
    assert (coaching.scene.stage, coaching.scene.count) == ("set-up", 0)
    assert coaching.scene.notice == "You are ready. Connecting ..."
    coaching.update(119.0, [], NO_PHASE)
    assert (coaching.scene.stage, coaching.scene.notice) == ("still", "")
    coaching.update(121.0, [], NO_PHASE)
    assert coaching.scene.stage == "still"
    coaching.update(122.0, [], NO_PHASE)
    assert coaching.scene.stage == "set"
