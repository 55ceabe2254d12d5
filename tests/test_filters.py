import itertools

import numpy as np
import pytest
import scipy_filters
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt, sosfilt_zi

from imucount.filters import EvenGrid, Lowpass, OnePole

N = 300
X = np.cumsum(np.random.default_rng(3).normal(size=(3, N)), axis=1)
CUTS = st.lists(st.integers(0, N), max_size=12)
RATE_HZ = 25.0


def pieces(x, cuts):
    edges = [0, *sorted(cuts), x.shape[-1]]
    return [x[..., start:end] for start, end in itertools.pairwise(edges)]


def in_pieces(stage, x, cuts):
    return np.concatenate([stage.update(piece) for piece in pieces(x, cuts)], axis=1)


def uneven_times(n=N, rate_hz=60.0, seed=4, start_s=0.0):
    """Jittered times with a few packets missing."""
    rng = np.random.default_rng(seed)
    steps_s = rng.uniform(0.2, 1.8, n) / rate_hz
    steps_s[rng.integers(0, n, 8)] += rng.uniform(0.1, 1.5, 8)
    return start_s + np.cumsum(steps_s)


def gridded(t, x, cuts=(), rate_hz=RATE_HZ):
    grid = EvenGrid(rate_hz)
    bins = [grid.update(*piece) for piece in zip(pieces(t, cuts), pieces(x, cuts))]
    return np.concatenate(bins, axis=1)


# whole equals pieces


@pytest.mark.parametrize(
    "new",
    [
        lambda: Lowpass(3.0, RATE_HZ),
        lambda: OnePole(1.3, RATE_HZ, np.array([1.0, -2.0, 0.5])),
    ],
    ids=["Lowpass", "OnePole"],
)
@given(cuts=CUTS)
def test_a_filter_gives_the_same_bits_however_the_stream_is_cut(new, cuts):
    assert np.array_equal(in_pieces(new(), X, cuts), new().update(X))


@given(cuts=CUTS)
def test_a_grid_gives_the_same_bits_however_the_stream_is_cut(cuts):
    t = uneven_times()
    assert np.array_equal(gridded(t, X, cuts), gridded(t, X))


@pytest.mark.parametrize("rate_hz", [10.0, 24.0, 25.0, 26.0, 100.0, 400.0])
def test_a_grid_takes_single_samples(rate_hz):
    t = np.arange(N) / rate_hz
    assert np.array_equal(gridded(t, X, range(N)), gridded(t, X))


# Lowpass


@given(cutoff_hz=st.floats(0.005, 0.495).map(lambda share: share * RATE_HZ))
def test_lowpass_is_scipys_filter_over_the_whole_signal(cutoff_hz):
    sos = butter(2, cutoff_hz, fs=RATE_HZ, output="sos")
    expected = np.stack([sosfilt(sos, x, zi=sosfilt_zi(sos) * x[0])[0] for x in X])
    assert Lowpass(cutoff_hz, RATE_HZ).update(X) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_lowpass_starts_settled():
    rest = np.tile([[9.81], [0.0], [-3.0]], 50)
    assert Lowpass(3.0, RATE_HZ).update(rest) == pytest.approx(rest, abs=1e-12)


def test_lowpass_halves_the_power_at_its_cutoff():
    t = np.arange(2000) / 100.0
    y = Lowpass(3.0, 100.0).update(np.sin(2 * np.pi * 3.0 * t)[np.newaxis])[0, 500:]
    assert np.std(y) == pytest.approx(0.5, rel=0.02)  # a sine's is sqrt(0.5)


@pytest.mark.parametrize("cutoff_hz", [1.0, 3.0, 8.0])
def test_lowpass_lags_behind_a_ramp_by_its_delay(cutoff_hz):
    lowpass = Lowpass(cutoff_hz, 400.0)
    t = np.arange(4000) / 400.0
    lag_s = t - lowpass.update(t[np.newaxis])[0]
    assert lag_s[-1] == pytest.approx(lowpass.delay_s, rel=0.01)


@pytest.mark.parametrize("cutoff_hz", [0.0, -1.0, 12.5, 60.0, np.nan])
def test_lowpass_refuses_a_cutoff_that_the_rate_cannot_carry(cutoff_hz):
    with pytest.raises(ValueError, match=r"between 0 and 12.5 Hz \(half of the 25 Hz sampling rate\), got"):
        Lowpass(cutoff_hz, RATE_HZ)


# OnePole


def test_one_pole_is_its_recursion():
    y = np.array([1.0, -2.0, 0.5])
    decay = np.exp(-1.0 / (1.3 * RATE_HZ))
    expected = np.empty_like(X)
    for index in range(N):
        y = decay * y + (1.0 - decay) * X[:, index]
        expected[:, index] = y
    assert OnePole(1.3, RATE_HZ, np.array([1.0, -2.0, 0.5])).update(X) == pytest.approx(expected, rel=1e-9)


@given(tau_s=st.floats(0.1, 60.0), start=st.floats(-10.0, 10.0), end=st.floats(-10.0, 10.0))
def test_one_pole_goes_63_percent_of_a_step_in_its_time_constant(tau_s, start, end):
    n = round(tau_s * 100.0)
    last = OnePole(n / 100.0, 100.0, np.array([start])).update(np.full((1, n), end))[0, -1]
    assert last == pytest.approx(end + (start - end) * np.exp(-1.0), abs=1e-9)


# EvenGrid


@given(cuts=CUTS, rate_hz=st.floats(5.0, 200.0), start_s=st.sampled_from([0.0, 1e6]))
def test_a_grid_is_what_numpy_makes_of_all_samples_at_once(cuts, rate_hz, start_s):
    t = uneven_times(start_s=start_s)
    expected = scipy_filters.EvenGrid(rate_hz).update(t, X)
    assert gridded(t, X, cuts, rate_hz) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def mean_by_fine_steps(t, x, start_s, end_s):
    """Mean of the signal drawn with straight lines, by the rectangle rule."""
    fine_s = start_s + (np.arange(4000) + 0.5) * (end_s - start_s) / 4000
    return np.array([np.interp(fine_s, t, row).mean() for row in x])


@pytest.mark.parametrize("rate_hz", [8.0, 25.0, 60.0, 300.0])
def test_a_bin_is_the_mean_of_the_signal_over_it(rate_hz):
    t = uneven_times(rate_hz=rate_hz, start_s=7.3)
    bins = gridded(t, X)
    assert bins.shape[1] > 20
    for index in [*range(15), *range(15, bins.shape[1], 23)]:
        edges_s = t[0] + np.array([index, index + 1]) / RATE_HZ
        assert bins[:, index] == pytest.approx(mean_by_fine_steps(t, X, *edges_s), abs=1e-3)


@given(
    steps_s=st.lists(st.floats(0.001, 1.9), min_size=1, max_size=40),
    rate_hz=st.sampled_from([10.0, 25.0, 30.0]),
    start_s=st.floats(-1e4, 1e4),
)
def test_a_grid_gives_every_bin_that_lies_before_the_last_sample(steps_s, rate_hz, start_s):
    t = start_s + np.cumsum([0.0, *steps_s])
    bins = gridded(t, np.ones((1, len(t))), rate_hz=rate_hz)
    assert bins.shape[1] == pytest.approx((t[-1] - t[0]) * rate_hz, abs=1.0 + 1e-6)
    assert bins == pytest.approx(np.ones_like(bins), abs=1e-6)


@given(slope=st.floats(-10.0, 10.0), offset=st.floats(-10.0, 10.0), seed=st.integers(0, 99))
def test_a_straight_line_stays_one_however_its_samples_lie(slope, offset, seed):
    t = uneven_times(60, seed=seed, start_s=2.0)
    bins = gridded(t, (offset + slope * t)[np.newaxis])[0]
    middles_s = t[0] + (np.arange(len(bins)) + 0.5) / RATE_HZ
    assert bins == pytest.approx(offset + slope * middles_s, abs=1e-6)


@given(seed=st.integers(0, 999), rate_hz=st.floats(20.0, 400.0))
def test_an_angle_integrated_on_the_grid_is_that_of_the_samples(seed, rate_hz):
    t = uneven_times(rate_hz=rate_hz, seed=seed)
    angle = np.concatenate([[0.0], np.cumsum(0.5 * (X[0, 1:] + X[0, :-1]) * np.diff(t))])
    on_grid = np.concatenate([[0.0], np.cumsum(gridded(t, X[:1])[0]) / RATE_HZ])
    edges_s = t[0] + np.arange(len(on_grid)) / RATE_HZ
    # Only where samples lie close the angle is known without saying what the signal does between them.
    close = np.diff(t)[np.searchsorted(t, edges_s, side="right") - 1] < 0.02
    assert on_grid[close] == pytest.approx(np.interp(edges_s, t, angle)[close], abs=0.02)


def test_what_is_above_half_the_grids_rate_is_averaged_away():
    t = np.arange(4000) / 400.0
    bins = gridded(t, np.sin(2 * np.pi * 50.0 * t)[np.newaxis])
    assert np.abs(bins).max() < 0.01


def test_no_samples_make_no_bins():
    grid = EvenGrid(RATE_HZ)
    assert grid.update(np.empty(0), np.empty((3, 0))).shape == (3, 0)
    assert grid.update(np.array([5.0]), np.ones((3, 1))).shape == (3, 0)
    assert grid.update(np.array([5.0401]), np.ones((3, 1))).shape == (3, 1)
