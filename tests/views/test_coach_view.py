import asyncio
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programme.test_assessment import WHOLE, circles
from rich.console import Console

from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.coach.scene import Beside, Said
from imucount.counter import Progress
from imucount.programme import Programme
from imucount.views.coach_view import CoachView, coach_table, coach_view
from imucount.views.live_view import big_number


def shown(scene, width, height):
    console = Console(width=width, height=height, file=io.StringIO(), color_system=None)
    console.print(coach_view(scene, width, height))
    return console.file.getvalue().rstrip("\n").split("\n")


@pytest.fixture(scope="module")
def scenes():
    """A scene after each circle of the programme, and before the first."""

    async def play():
        coaching = Coaching(Guide(Programme.prescribed(period_s=4.0)))
        scenes = [coaching.scene]
        for each in circles(*WHOLE):
            for rep in each.reps:
                coaching.update(rep.end_s + 0.4, [rep], Progress(1, 0, 0.6))
                scenes.append(coaching.scene)
        return scenes

    return asyncio.run(play())


@given(st.data(), st.integers(40, 200), st.integers(6, 60))
def test_it_fits_the_window_and_always_tells_the_count(scenes, data, width, height):
    scene = data.draw(st.sampled_from(scenes[1:]))
    lines = shown(scene, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert f"{scene.count}/{scene.target}" in lines[0]
    assert f"Set {scene.set_number} of 6" in lines[0]


@pytest.mark.parametrize(("width", "height"), [(40, 12), (80, 24)])
def test_the_keys_are_shown_on_a_small_terminal_too(scenes, width, height):
    *_, keys = shown(scenes[8], width, height)
    assert [part[:2] for part in keys.split("  ")] == ["u ", "a ", "s ", "e ", "q "]


def test_the_number_is_as_large_as_the_window_allows(scenes):
    sizes = [sum("█" in line for line in shown(scenes[8], 100, height)) for height in (6, 14, 24, 40)]
    assert sizes == sorted(sizes)
    assert sizes[-1] >= 20


def test_a_circle_that_is_not_certain_counts_at_once_and_is_marked(scenes):
    certain, marked = (shown(replace(scenes[7], provisional=n), 80, 12) for n in (0, 1))
    assert scenes[7].stage == "set"
    assert all(row in "\n".join(certain) for row in widened(big_number("7")))
    assert all(row in "\n".join(marked) for row in widened(big_number("8?")))
    assert certain[0] == marked[0]  # the line above has what is certain
    in_rest = replace(scenes[10], provisional=1)
    assert (in_rest.stage, shown(in_rest, 80, 12)) == ("rest", shown(scenes[10], 80, 12))


def widened(drawing):
    return ["".join(2 * each for each in row).rstrip() for row in drawing.splitlines()]


def test_two_clips_share_a_small_window(scenes):
    beside = (Beside("left", 7, 10, 1, 0, ""),)
    scene = replace(scenes[8], title="right", beside=beside)
    for width, height in [(40, 11), (80, 23), (40, 5)]:
        lines = shown(scene, width, height)
        assert len(lines) <= height
        assert max(map(len, lines)) <= width
        text = "\n".join(lines)
        assert "right: 8/10" in text
        assert "left: 7/10, 1 the" in text


def test_what_was_said_of_the_form_is_shown_in_the_rest(scenes):
    scene = replace(scenes[10], form="Rounder than the set before.")
    assert scene.stage == "rest"
    assert "Rounder than the set before." in "\n".join(shown(scene, 80, 24))


def test_the_set_up_is_told_before_the_first_circle(scenes):
    text = " ".join(" ".join(line.split()) for line in shown(scenes[0], 80, 24))
    assert "a fist and a half fits between the heels" in text
    assert "I am ready" in text


def test_what_went_the_other_way_is_told():
    async def play():
        coaching = Coaching(Guide(Programme.prescribed()))
        coaching.update(10.0, circles((2, "backward"))[0].reps, Progress(2, 0, None))
        return coaching.scene

    text = "\n".join(shown(asyncio.run(play()), 80, 24))
    assert "2 the other way" in text
    assert "Now it is forward: back, up, forward, down." in text


@pytest.mark.parametrize(("width", "height"), [(40, 11), (60, 16), (80, 23), (120, 40)])
def test_the_set_up_is_whole_with_its_keys_in_any_window(scenes, width, height):
    lines = shown(replace(scenes[0], notice="Connecting ..."), width, height)
    assert len(lines) <= height
    text = " ".join(" ".join(lines).split())
    for said in (*scenes[0].set_up, "Connecting ...", "Enter: I am ready"):
        assert said in text
    assert ("1 back" in text) == (height >= 23)  # the drawing, where there is room


def test_a_long_cue_has_more_lines_where_there_is_room(scenes):
    cue = Said(99, "begin", "Set 2 of 6: 10 forward, 4 s each. Back, up, forward, down. Begin.")
    scene = replace(scenes[8], said=(cue,))
    assert cue.text in " ".join(" ".join(shown(scene, 40, 11)).split())
    assert len(shown(scene, 40, 11)) <= 11
    assert "…" in "".join(shown(scene, 40, 8))


def test_the_rest_is_a_bar_as_wide_as_the_window(scenes):
    bars = [
        next(line for line in shown(replace(scenes[10], rest_left_s=left_s), 60, 20) if "░" in line)
        for left_s in (20, 10)
    ]
    assert [(len(bar), bar.count("█")) for bar in bars] == [(60, 40), (60, 20)]


def test_the_table_has_a_heading_for_all_and_none_for_what_is_not_there(scenes):
    table = coach_table(scenes[10])
    assert [column.header for column in table.columns] == ["Set", "Asked for", "Done", "Each", "Result"]
    wrong = (replace(scenes[10].sets[0], n_wrong=2), *scenes[10].sets[1:])
    table = coach_table(replace(scenes[10], sets=wrong))
    assert "Other way" in [column.header for column in table.columns]


def test_only_what_is_seen_makes_another_view(scenes):
    scene = replace(scenes[8], phase=0.50)
    assert CoachView.of(scene) == CoachView.of(replace(scene, phase=0.52, now_s=99.0, trail=((1.0, 2.0),)))
    assert CoachView.of(scene) != CoachView.of(replace(scene, phase=0.60))
    assert CoachView.of(scene) != CoachView.of(replace(scene, count=9))
