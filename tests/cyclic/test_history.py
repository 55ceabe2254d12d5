"""Means of a signal between any moments, as long as it is remembered."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.cyclic.history import History, Window

X = np.random.default_rng(0).normal(size=(2, 400)).cumsum(axis=1)


def obvious_mean(x, start, end):
    """Mean of the polygon through the samples."""
    at = np.unique([start, *range(int(np.ceil(start)), int(end) + 1), end])
    return np.trapezoid(np.interp(at, np.arange(len(x)), x), at) / (end - start)


def remembered(cuts):
    history = History(60, channels=2)
    for start, end in itertools.pairwise([0, *sorted(cuts), X.shape[1]]):
        history.append(X[:, start:end])
    return history


@given(
    st.lists(st.integers(0, 400), max_size=30),
    st.lists(st.one_of(st.integers(341, 399), st.floats(341.0, 399.0)), min_size=2, max_size=9, unique=True),
)
def test_means_are_those_of_the_polygon_and_do_not_depend_on_how_the_samples_came(cuts, edges):
    edges = np.sort(np.array(edges, dtype=float))
    edges = edges[np.diff(edges, prepend=0.0) > 1e-6]
    means = remembered(cuts).means(edges)
    assert np.array_equal(means, remembered([]).means(edges))
    expected = [[obvious_mean(x, *part) for part in itertools.pairwise(edges)] for x in X]
    assert means == pytest.approx(np.array(expected).reshape(means.shape), abs=1e-8)


def test_means_do_not_depend_on_what_comes_later():
    early, late = History(500, 2), History(500, 2)
    early.append(X[:, :100])
    late.append(X)
    edges = [90.0, 97.5, 99.0]
    assert np.array_equal(early.means(edges), late.means(edges))


@given(st.lists(st.integers(0, 400), max_size=30))
def test_a_window_has_the_last_samples(cuts):
    window = Window(60, channels=2)
    for start, end in itertools.pairwise([0, *sorted(cuts), X.shape[1]]):
        window.append(X[:, start:end])
        last = np.arange(max(0, end - 60), end)
        assert np.array_equal(window.at(last), X[:, last])
        assert np.array_equal(window.of(np.ones_like(last), last), X[1, last])
    assert window.end == X.shape[1]
