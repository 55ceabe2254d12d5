import numpy as np
import pytest
from circles.twin_sides import Sides, outward, row_sums, slopes, steps_down_to, windows
from hypothesis import given
from hypothesis import strategies as st

SEEDS = st.integers(0, 2**32 - 1)


@given(share=st.floats(0.05, 0.95), depth=st.floats(0.1, 10.0))
def test_a_straight_fall_is_down_to_a_share_in_proportion(share, depth):
    fall = np.linspace(depth, 0.0, 41)[np.newaxis]
    side = Sides(fall, fall, np.array([41]))
    assert steps_down_to(side, np.array([share * depth])) == pytest.approx(40.0 * (1.0 - share), abs=1e-6)


def test_a_side_that_ends_before_is_never_down():
    fall = np.linspace(1.0, 0.0, 41)[np.newaxis]
    assert steps_down_to(Sides(fall, fall, np.array([20])), np.array([0.25])).tolist() == [0.0]


def test_the_lowest_is_looked_for_within_the_length():
    tilt = np.array([[3.0, 2.0, 4.0, 1.0]] * 2)
    assert Sides(tilt, tilt, np.array([3, 4])).lowest().tolist() == [1, 3]


@given(SEEDS)
def test_a_slope_is_that_of_the_line_of_least_squares(seed):
    one, other = np.random.default_rng(seed).normal(size=(2, 2, 1, 30))
    x, y = np.concatenate([one[:, 0, :20], other[:, 0, :10]], axis=1)
    sides = Sides(*one, np.array([20])), Sides(*other, np.array([10]))
    assert slopes(*sides) == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-6, abs=1e-9)


def test_a_slope_over_what_does_not_vary_is_0():
    side = Sides(np.full((1, 5), 0.5), np.arange(5.0)[np.newaxis], np.array([5]))
    assert slopes(side).tolist() == [0.0]


@given(SEEDS, st.integers(1, 9), st.integers(1, 300), st.integers(0, 300))
def test_a_sum_has_the_same_bits_alone_and_with_zeros_behind_it(seed, rows, n, zeros):
    x = np.random.default_rng(seed).normal(size=(rows, n))
    together = row_sums(np.pad(x, ((0, 0), (0, zeros))))
    assert [row_sums(each[np.newaxis])[0] for each in x] == together.tolist()


def test_windows_are_cut_out_and_filled_up_with_zeros():
    x = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    cut = windows(x, np.array([0, 3, -2]), 3)
    assert cut[0].tolist() == [[1.0, 2.0, 3.0], [4.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert cut[1].tolist() == [[5.0, 6.0, 7.0], [8.0, 0.0, 0.0], [0.0, 0.0, 5.0]]


def test_outward_is_either_way_from_the_point():
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert outward(x, np.array([2, 1]), 1, 2).tolist() == [[[3.0, 4.0], [2.0, 3.0]]]
    assert outward(x, np.array([2, 1]), -1, 3).tolist() == [[[3.0, 2.0, 1.0], [2.0, 1.0, 0.0]]]
