import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount import SampleError
from imucount.form import spectral_arc_length

RATE_HZ = 100.0


def minimum_jerk(t):
    return np.where((t >= 0) & (t <= 1), 30.0 * t**2 * (1.0 - t) ** 2, 0.0)


def as_published(movement, fs):
    """The definition, step by step: Balasubramanian et al. 2015, section "SPARC", with K = 4."""
    n = 2 ** (int(np.ceil(np.log2(len(movement)))) + 4)
    frequencies = [k * fs / n for k in range(n) if k * fs / n <= 10.0]
    spectrum = np.abs(np.fft.fft(movement, n))
    heights = [spectrum[k] / spectrum.max() for k in range(len(frequencies))]
    heard = [k for k, height in enumerate(heights) if height >= 0.05]
    first, last = heard[0], heard[-1]
    span = frequencies[last] - frequencies[first]
    steps = range(first, last)
    return -sum(
        (((frequencies[k + 1] - frequencies[k]) / span) ** 2 + (heights[k + 1] - heights[k]) ** 2) ** 0.5
        for k in steps
    )


def test_it_is_the_published_value_for_the_published_example():
    t = np.arange(-1.0, 1.0, 0.01)
    assert f"{spectral_arc_length(np.exp(-5.0 * t**2), 100.0):.5f}" == "-1.41403"


@given(st.integers(5, 400), st.floats(20.0, 200.0), st.integers(0, 10**6))
def test_it_is_what_the_definition_says(n, rate_hz, seed):
    speed = np.abs(np.random.default_rng(seed).standard_normal(n).cumsum()) + 0.1
    assert spectral_arc_length(speed, rate_hz) == pytest.approx(as_published(speed, rate_hz))


@given(st.floats(1.0, 4.0), st.floats(0.01, 100.0))
def test_neither_size_nor_tempo_matters(stretched, size):
    t = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    once = spectral_arc_length(minimum_jerk(t), RATE_HZ)
    assert spectral_arc_length(size * minimum_jerk(t / stretched), RATE_HZ) == pytest.approx(once, abs=0.05)


def test_the_more_stops_the_less_smooth():
    t = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    strokes = [sum(minimum_jerk((t - 4.0 * k / n) * n / 4.0) for k in range(n)) for n in (1, 2, 4, 8)]
    values = [spectral_arc_length(each, RATE_HZ) for each in strokes]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("speed", [np.zeros(100), np.ones(3), np.empty(0)])
def test_what_does_not_move_has_none(speed):
    with pytest.raises(SampleError, match="expected the speed of a movement"):
        spectral_arc_length(speed, RATE_HZ)
