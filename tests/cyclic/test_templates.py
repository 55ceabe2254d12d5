"""Shapes of cycles: all at once as one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.cyclic.templates import PARTS, Cycle, Shapes, cycle_lengths, likeness, shape_of


def walk(seed, n):
    return np.cumsum(np.random.default_rng(seed).normal(size=(6, n)), axis=1)


@given(seed=st.integers(0, 10_000), n=st.integers(1, 90), usual=st.floats(4.0, 20.0), m=st.integers(1, 5))
def test_all_cycles_are_as_like_templates_as_each_by_itself(seed, n, usual, m):
    shapes = Shapes(walk(seed, n), cycle_lengths(usual))
    templates = np.random.default_rng(seed).normal(0.0, 3.0, (m, 6, PARTS))
    alike = shapes.likeness(templates)
    assert alike.shape == (m, n + 1, len(shapes.lengths))
    ends, rows = np.nonzero(shapes.is_there)
    if len(ends):
        expected = likeness(shapes.shapes(ends, rows), templates)
        assert alike[:, ends, rows] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10_000), n=st.integers(30, 90))
def test_a_shape_is_the_means_of_the_parts_of_its_cycle(seed, n):
    y = walk(seed, n)
    shapes = Shapes(y, cycle_lengths(15.0))
    for length in shapes.lengths.tolist():
        cycle = Cycle(n - length, n, 1.0)
        assert shapes.of([cycle])[:, 0] == pytest.approx(shape_of(y, n - length, n), rel=1e-9, abs=1e-9)
