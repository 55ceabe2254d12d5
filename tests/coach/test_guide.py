from hypothesis import given
from hypothesis import strategies as st
from programme.test_assessment import WHOLE, circles

from imucount.coach.guide import Guide
from imucount.programme import PlannedSet, Programme, assess
from imucount.reps import Rep


def rep_at(start_s, direction="forward"):
    return Rep(start_s, start_s + 3.0, direction, (), 20.0, 12.0, 1.0)


def guided(programme, sets, *, tell_after_s=0.5, tick_s=0.25):
    """All that is said to somebody who makes these sets, with the time of each cue."""
    guide = Guide(programme)
    said = [(0.0, cue) for cue in guide.confirm(0.0)]
    reps = [rep for each in sets for rep in each.reps]
    end_s = (reps[-1].end_s if reps else 0.0) + 40.0
    for tick in range(int(end_s / tick_s)):
        now_s = tick * tick_s
        new = [rep for rep in reps if now_s - tick_s < rep.end_s + tell_after_s <= now_s]
        said += [(now_s, cue) for cue in guide.update(now_s, new)]
    return guide, said


def texts(said, *kinds):
    return [cue.text for _, cue in said if cue.kind in kinds]


def test_the_programme_is_led_to_its_end():
    guide, said = guided(Programme.prescribed(), circles(*WHOLE))
    assert texts(said, "count") == [str(number) for _ in range(6) for number in range(1, 11)]
    assert texts(said, "last") == ["One more."] * 6
    assert texts(said, "set over") == [f"Set {number} is done." for number in range(1, 7)]
    assert texts(said, "rest") == ["Rest for 30 seconds."] * 5
    assert texts(said, "done") == ["That was the last set. Well done."]
    assert guide.assessment == assess(Programme.prescribed(), circles(*WHOLE))
    assert guide.assessment.is_complete
    assert guide.standing(1000.0).stage == "done"


def test_how_a_circle_goes_is_said_once_for_each_direction():
    _, said = guided(Programme.prescribed(), circles(*WHOLE, rest_s=40.0))
    begun = texts(said, "begin")
    assert begun[0] == "Set 1 of 6: 10 forward. Back, up, forward, down. Begin."
    assert begun[1] == "Set 2 of 6: 10 forward. Begin."
    assert begun[3] == "Set 4 of 6: 10 backward. Up, back, down, relax. Begin."
    assert len(begun) == 6


def test_a_beginner_is_told_to_make_separate_moves():
    guide = Guide(Programme.prescribed(), beginner=True)
    guide.confirm(0.0)
    (cue,) = guide.update(3.0)
    assert "a move of its own" in cue.text


def test_the_set_up_is_confirmed_before_it_begins():
    guide = Guide(Programme.prescribed())
    assert any("fist and a half" in cue.text for cue in guide.welcome())
    assert guide.update(100.0) == []
    assert guide.standing(100.0).stage == "set-up"
    assert [cue.kind for cue in guide.confirm(100.0)] == ["still"]
    assert guide.update(102.9) == []
    assert [cue.kind for cue in guide.update(103.0)] == ["begin"]


def test_a_circle_before_the_set_up_is_confirmed_counts():
    guide = Guide(Programme.prescribed())
    assert [cue.text for cue in guide.update(10.0, [rep_at(5.0)])] == ["1"]
    assert guide.confirm(11.0) == []
    assert guide.standing(11.0).count == 1


def test_a_circle_the_other_way_is_announced_and_counted_apart():
    guide = Guide(Programme.prescribed())
    guide.update(10.0, [rep_at(5.0), rep_at(8.0, "backward"), rep_at(11.0)])
    standing = guide.standing(14.0)
    assert (standing.count, standing.n_wrong) == (2, 1)
    (cue,) = guide.update(18.0, [rep_at(14.0, "backward")])
    assert cue.kind == "wrong"
    assert cue.text == "That one went backward. Now it is forward: back, up, forward, down."


def test_a_rest_runs_down_is_announced_and_may_be_skipped():
    guide = Guide(Programme((PlannedSet(1, "forward", rest_s=20.0), PlannedSet(1, "backward"))))
    guide.update(8.0, [rep_at(5.0)])
    standing = guide.standing(18.0)
    assert (standing.stage, standing.set_number, standing.rest_left_s) == ("rest", 1, 10.0)
    assert standing.next == PlannedSet(1, "backward")
    assert [cue.kind for cue in guide.update(23.0)] == ["soon"]
    assert [cue.kind for cue in guide.skip_rest()] == ["begin"]
    assert guide.skip_rest() == []
    assert (guide.standing(23.5).stage, guide.standing(23.5).set_number) == ("set", 2)


def test_a_set_is_ended_by_hand_with_what_was_done():
    guide = Guide(Programme.prescribed())
    guide.update(10.0, [rep_at(5.0)])
    assert [cue.text for cue in guide.end_set(12.0)] == ["Set 1 ends with 1 of 10.", "Rest for 30 seconds."]
    assert [cue.text for cue in guide.end_set(13.0)] == ["Set 2 ends with 0 of 10.", "Rest for 30 seconds."]
    assert guide.standing(14.0).set_number == 2


def test_a_set_that_was_left_is_told_when_the_rest_shows_it():
    guide = Guide(Programme.prescribed())
    guide.update(10.0, [rep_at(5.0)])
    assert guide.update(22.0) == []
    assert [cue.text for cue in guide.update(24.0)] == ["Set 1 ends with 1 of 10.", "Rest for 30 seconds."]
    assert guide.standing(24.0).rest_left_s == 14.0


def test_the_last_circle_may_be_corrected_to_end_the_set():
    guide = Guide(Programme((PlannedSet(2, "forward"),)))
    guide.update(10.0, [rep_at(5.0)])
    assert [cue.text for cue in guide.add(11.0)] == ["2", "Set 1 is done.", "That was the last set. Well done."]
    assert [cue.text for cue in guide.undo(12.0)] == ["1"]
    assert guide.standing(12.0).stage == "set"


def test_more_circles_than_planned_are_counted_on():
    _, said = guided(Programme((PlannedSet(10, "forward"), PlannedSet(10, "backward"))), circles((12, "forward")))
    assert texts(said, "count")[-2:] == ["11", "12"]


acts = st.one_of(
    st.tuples(st.sampled_from(["forward", "backward", "unknown"]), st.floats(0.0, 45.0)),
    st.sampled_from(["confirm", "add", "undo", "end_set", "skip_rest", "wait"]),
)


@given(st.lists(acts, max_size=50))
def test_what_is_said_is_what_is_shown(acts):
    guide = Guide(
        Programme((PlannedSet(3, "forward"), PlannedSet(2, "any", rest_s=0.0), PlannedSet(2, "backward")))
    )
    now_s = 0.0
    for act in acts:
        if act == "skip_rest":
            cues = guide.skip_rest()
        elif act == "wait":
            now_s += 7.0
            cues = guide.update(now_s)
        elif isinstance(act, str):
            cues = getattr(guide, act)(now_s)
        else:
            rep = Rep(now_s + act[1], now_s + act[1] + 3.0, act[0], (), 20.0, 12.0, 1.0)
            now_s = rep.end_s
            cues = guide.update(now_s, [rep])
        standing = guide.standing(now_s)
        counts = [cue.text for cue in cues if cue.kind == "count"]
        if counts and not any(cue.kind == "begin" for cue in cues):
            assert counts[-1] == str(standing.count)
        assert 1 <= standing.set_number <= standing.n_sets + 1
        assert (standing.rest_left_s is not None) == (standing.stage == "rest")


def test_directions_that_are_not_known_count():
    guide, _ = guided(
        Programme((PlannedSet(10, "forward"), PlannedSet(10, "backward"))),
        circles((10, "unknown"), (10, "unknown")),
    )
    assert [outcome.verdict for outcome in guide.assessment.outcomes] == ["done", "done"]
