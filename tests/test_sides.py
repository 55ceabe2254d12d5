import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.sides import Sides, row_sums, slopes, steps_down_to

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
    x, y = np.random.default_rng(seed).normal(size=(2, 1, 30))
    counts = np.arange(30)[np.newaxis] < 20
    assert slopes(x, y, counts) == pytest.approx(np.polyfit(x[0, :20], y[0, :20], 1)[0], rel=1e-6, abs=1e-9)


def test_a_slope_over_what_does_not_vary_is_0():
    assert slopes(np.full((1, 5), 0.5), np.arange(5.0)[np.newaxis], np.ones((1, 5), dtype=bool)).tolist() == [0.0]


@given(SEEDS, st.integers(1, 9), st.integers(1, 300), st.integers(0, 300))
def test_a_sum_has_the_same_bits_alone_and_with_zeros_behind_it(seed, rows, n, zeros):
    x = np.random.default_rng(seed).normal(size=(rows, n))
    together = row_sums(np.pad(x, ((0, 0), (0, zeros))))
    assert [row_sums(each[np.newaxis])[0] for each in x] == together.tolist()
