import pytest
from hypothesis import given
from hypothesis import strategies as st
from programme.test_assessment import BACKWARD, FORWARD, WHOLE, circles

from imucount.programme import Ledger, PlannedSet, Programme, assess


def ledger_of(programme, *done, **options):
    ledger = Ledger(programme)
    for each in circles(*done, **options):
        for rep in each.reps:
            ledger.take(rep)
    return ledger


@pytest.mark.parametrize(
    "done",
    [
        WHOLE,
        [],
        [FORWARD] * 3,
        [*WHOLE, (4, "backward")],
        [(12, "forward"), *WHOLE[1:]],
        [FORWARD] * 3 + [(8, "backward"), *[BACKWARD] * 2],
        [FORWARD] * 6,
    ],
)
def test_what_was_done_in_order_is_assessed_alike_live_and_afterwards(done):
    programme = Programme.prescribed()
    assert ledger_of(programme, *done).assessment == assess(programme, circles(*done))


def test_a_set_is_over_with_its_last_circle_and_the_next_one_is_due():
    programme = Programme.prescribed()
    ledger = Ledger(programme)
    (forward,) = circles(FORWARD)
    for number, rep in enumerate(forward.reps, start=1):
        ledger.take(rep)
        assert ledger.outcome.count == number
        assert ledger.is_in_set == (number < 10)
    assert (ledger.number, ledger.due) == (2, programme.sets[1])


def test_who_stops_for_a_moment_goes_on_with_the_set_and_who_rests_has_ended_it():
    parts = [(6, "forward"), (4, "forward")]
    assert [
        each.count for each in ledger_of(Programme.prescribed(), *parts, rest_s=6).assessment.outcomes[:2]
    ] == [10, 0]
    assert [
        each.count for each in ledger_of(Programme.prescribed(), *parts, rest_s=20).assessment.outcomes[:2]
    ] == [6, 4]


def test_a_set_without_circles_for_so_long_is_over():
    ledger = ledger_of(Programme.prescribed(), (6, "forward"))
    ledger.rest_until(18.0 + 14.0)
    assert ledger.is_in_set
    ledger.rest_until(18.0 + 16.0)
    assert not ledger.is_in_set


def test_a_circle_the_other_way_is_counted_apart():
    ledger = ledger_of(Programme.prescribed(), (6, "forward"), (1, "backward"), (4, "forward"), rest_s=0.0)
    outcome = ledger.outcome
    assert (outcome.count, len(outcome.wrong), outcome.verdict) == (10, 1, "done")


def test_corrections_stand_beside_what_was_counted():
    ledger = ledger_of(Programme.prescribed(), (9, "forward"))
    ledger.add()
    assert (ledger.outcome.count, len(ledger.outcome.reps), ledger.outcome.corrected) == (10, 9, 1)
    assert (ledger.is_in_set, ledger.number) == (False, 2)
    ledger.undo()
    assert (ledger.outcome.count, ledger.is_in_set, ledger.number) == (9, True, 1)


def test_nothing_can_be_taken_back_from_nothing():
    ledger = Ledger(Programme.prescribed())
    ledger.undo()
    assert ledger.outcome is None
    ledger.add()
    ledger.undo()
    ledger.undo()
    assert ledger.outcome.count == 0


def test_a_set_may_be_passed_over():
    programme = Programme.prescribed()
    ledger = Ledger(programme)
    ledger.end_set()
    assert ledger.outcome.verdict == "missing"
    assert ledger.due == programme.sets[1]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["forward", "backward", "unknown"]), st.floats(0.0, 60.0)),
            st.sampled_from(["add", "undo", "end_set"]),
        ),
        max_size=60,
    )
)
def test_whatever_happens_no_circle_is_lost_and_no_set_is_counted_twice(events):
    programme = Programme((PlannedSet(3, "forward"), PlannedSet(2, "any"), PlannedSet(2, "backward")))
    ledger = Ledger(programme)
    at_s, taken = 0.0, []
    for event in events:
        if isinstance(event, str):
            getattr(ledger, event)()
            continue
        direction, pause_s = event
        (each,) = circles((1, direction))
        rep = type(each.reps[0])(at_s + pause_s, at_s + pause_s + 3.0, direction, (), None, None, 1.0)
        at_s = rep.end_s
        taken.append(rep)
        ledger.take(rep)
    outcomes = ledger.assessment.outcomes
    kept = sorted([rep for each in outcomes for rep in (*each.reps, *each.wrong)], key=lambda rep: rep.start_s)
    assert kept == taken
    assert tuple(each.planned for each in outcomes if each.planned is not None) == programme.sets
