import dataclasses
from itertools import pairwise
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.reps import POSITIONS, Phase, Rep, Tempo


def rep_of(start_s, quarters_s, direction="forward"):
    edges_s = [start_s]
    for quarter_s in quarters_s:
        edges_s.append(edges_s[-1] + quarter_s)
    phases = tuple(Phase(name, *edges) for name, edges in zip(POSITIONS[direction], pairwise(edges_s)))
    return Rep(start_s, edges_s[-1], direction, phases, 12.0, 8.0, 0.9)


QUARTERS = st.lists(st.floats(0.1, 3.0), min_size=4, max_size=4)
REPS = st.lists(QUARTERS.map(lambda quarters: rep_of(1.0, quarters)), min_size=1, max_size=8)


def test_a_forward_circle_goes_back_up_forward_down():
    assert POSITIONS["forward"] == ("back", "up", "forward", "down")


def test_a_backward_circle_is_a_forward_one_in_reverse():
    top_first = POSITIONS["forward"][2::-1]
    assert POSITIONS["backward"] == (*top_first, "down")


def test_without_a_direction_up_and_down_are_still_known():
    assert POSITIONS["unknown"] == ("unknown", "up", "unknown", "down")


def test_no_reps_have_no_tempo():
    assert Tempo.of([]) is None


def test_a_single_rep_has_no_spread():
    tempo = Tempo.of([rep_of(0.0, [1.0, 0.5, 1.0, 0.5])])
    assert (tempo.period_s, tempo.period_sd_s, tempo.cadence_per_min) == (3.0, 0.0, 20.0)


@given(REPS)
def test_tempo_is_mean_and_sample_deviation(reps):
    tempo = Tempo.of(reps)
    durations_s = [rep.end_s - rep.start_s for rep in reps]
    assert tempo.period_s == pytest.approx(fmean(durations_s))
    assert tempo.cadence_per_min * tempo.period_s == pytest.approx(60.0)
    if len(reps) > 1:
        assert tempo.period_sd_s == pytest.approx(stdev(durations_s))


@given(REPS)
def test_the_quarters_of_a_tempo_make_its_period(reps):
    tempo = Tempo.of(reps)
    assert tempo.back_s + tempo.up_s + tempo.forward_s + tempo.down_s == pytest.approx(tempo.period_s)


def test_quarters_are_told_by_position_and_not_by_order():
    forward = Tempo.of([rep_of(0.0, [1.0, 2.0, 3.0, 4.0])])
    backward = Tempo.of([rep_of(0.0, [1.0, 2.0, 3.0, 4.0], "backward")])
    assert (forward.back_s, forward.up_s, forward.forward_s, forward.down_s) == (1.0, 2.0, 3.0, 4.0)
    assert (backward.back_s, backward.up_s, backward.forward_s, backward.down_s) == (3.0, 2.0, 1.0, 4.0)


def test_without_a_direction_back_and_forward_have_no_time():
    tempo = Tempo.of([rep_of(0.0, [1.0, 2.0, 3.0, 4.0], "unknown")])
    assert (tempo.back_s, tempo.up_s, tempo.forward_s, tempo.down_s) == (None, 2.0, None, 4.0)


@pytest.mark.parametrize("thing", [rep_of(0.0, [1.0] * 4), Phase("up", 0.0, 1.0)])
def test_results_cannot_be_changed(thing):
    with pytest.raises(dataclasses.FrozenInstanceError):
        thing.end_s = 5.0
