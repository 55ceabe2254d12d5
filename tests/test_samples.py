import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imucount.errors import SampleError
from imucount.samples import Samples

REST = [0.0, 0.0, 9.81]


def samples_of(n, gyroscope=True, start_s=0.0):
    rng = np.random.default_rng(n)
    gyr = rng.normal(size=(n, 3)) if gyroscope else None
    return Samples(start_s + np.arange(n) / 50.0, rng.normal(size=(n, 3)), gyr)


def same(one, other):
    return (
        np.array_equal(one.t, other.t)
        and np.array_equal(one.acc, other.acc)
        and one.has_gyroscope == other.has_gyroscope
        and (one.gyr is None or np.array_equal(one.gyr, other.gyr))
    )


def test_lists_become_arrays_of_floats():
    samples = Samples(t=[0, 1], acc=[[0, 0, 10]] * 2, gyr=[[0, 0, 0]] * 2)
    for values, shape in ((samples.t, (2,)), (samples.acc, (2, 3)), (samples.gyr, (2, 3))):
        assert values.dtype == np.float64
        assert values.shape == shape


def test_duration_is_from_the_first_sample_to_the_last():
    assert Samples([1.0, 1.5, 3.0], [REST] * 3).duration_s == 2.0
    assert Samples([1.0], [REST]).duration_s == 0.0
    assert Samples([], np.empty((0, 3))).duration_s == 0.0


@pytest.mark.parametrize("gyroscope", [True, False])
@given(st.data())
def test_cut_and_joined_again_is_the_same(gyroscope, data):
    whole = samples_of(20, gyroscope)
    cuts = sorted(data.draw(st.lists(st.integers(0, 20), max_size=6)))
    edges = [0, *cuts, 20]
    parts = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert sum(len(part) for part in parts) == 20
    assert same(Samples.concatenate(parts), whole)


@given(start=st.integers(-25, 25), stop=st.integers(-25, 25), step=st.integers(1, 4))
def test_a_slice_is_the_slice_of_each_array(start, stop, step):
    whole = samples_of(20)
    part = whole[start:stop:step]
    assert same(part, Samples(whole.t[start:stop:step], whole.acc[start:stop:step], whole.gyr[start:stop:step]))


@pytest.mark.parametrize("index", [0, slice(None, None, -1), slice(None, None, -2), [0, 1], "t"])
def test_an_index_that_is_no_forward_slice_is_refused(index):
    with pytest.raises(SampleError, match=r"samples\[10:20\]"):
        samples_of(5)[index]


def test_pieces_out_of_order_cannot_be_joined():
    whole = samples_of(10)
    with pytest.raises(SampleError, match="t must increase"):
        Samples.concatenate([whole[5:], whole[:5]])


def test_pieces_of_two_kinds_of_sensor_cannot_be_joined():
    with pytest.raises(SampleError, match="2 pieces of which 1 with"):
        Samples.concatenate([samples_of(5), samples_of(5, gyroscope=False, start_s=1.0)])


def test_no_pieces_cannot_be_joined():
    with pytest.raises(SampleError, match="at least one piece"):
        Samples.concatenate([])


@pytest.mark.parametrize(
    ("t", "acc", "gyr", "words"),
    [
        ([[0.0]], [REST], None, "one dimension"),
        ([0.0, 1.0], [REST], None, r"acc must have shape \(2, 3\).*\(1, 3\)"),
        ([0.0], [[0.0, 9.81]], None, r"acc must have shape \(1, 3\)"),
        ([0.0], [REST], [REST, REST], r"gyr must have shape \(1, 3\)"),
        ([0.0], REST, None, r"acc must have shape"),
        (["zero"], [REST], None, "t must be an array of numbers"),
        ([0.0], [REST], [[None] * 3], "gyr must be finite"),
        ([0.0, 0.0], [REST] * 2, None, "0 s then 0 s at index 1"),
        ([0.0, 2.0, 1.0], [REST] * 3, None, "2 s then 1 s at index 2"),
    ],
)
def test_arrays_that_are_not_one_signal_are_refused(t, acc, gyr, words):
    with pytest.raises(SampleError, match=words):
        Samples(t, acc, gyr)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["t", "acc", "gyr"])
def test_a_value_that_is_not_finite_is_refused_and_shown(name, value):
    arrays = {"t": np.arange(4.0), "acc": np.tile(REST, (4, 1)), "gyr": np.zeros((4, 3))}
    arrays[name][(2, 1)[: arrays[name].ndim]] = value
    with pytest.raises(SampleError, match=f"{name} must be finite, got.* {value}.* at index 2"):
        Samples(**arrays)


@given(hnp.arrays(np.float64, st.integers(0, 8), elements=st.floats(-1e6, 1e6)))
def test_times_are_taken_if_and_only_if_they_increase(t):
    acc = np.tile(REST, (len(t), 1))
    if (np.diff(t) > 0).all():
        assert len(Samples(t, acc)) == len(t)
    else:
        with pytest.raises(SampleError, match="t must increase"):
            Samples(t, acc)


def test_samples_cannot_be_changed():
    with pytest.raises(AttributeError):
        samples_of(3).t = np.arange(3.0)
