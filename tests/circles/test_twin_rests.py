import numpy as np
from circles.twin_rests import has_stayed_low, steps_to_rest
from circles.twin_sides import Sides
from hypothesis import given
from hypothesis import strategies as st

RATE_HZ = 25.0


def steps_of(tilt, yaw, top, least_fall, linger=10):
    """Steps to rest after one high point; None if it does not rest."""
    fall = Sides(tilt[np.newaxis, top:], yaw[np.newaxis, top:], np.array([len(tilt) - top]))
    rise = Sides(tilt[np.newaxis, top::-1], yaw[np.newaxis, top::-1], np.array([top + 1]))
    steps = int(steps_to_rest(fall, lambda rows: rise[rows], np.array([least_fall]), linger)[0])
    return None if steps < 0 else steps


def a_fall(fall_s=1.5, rest_s=2.0, rise_s=1.5, depth=0.2):
    """A rise, a fall and a rest, and the index of the high point."""
    up, down, rest = (int(part * RATE_HZ) for part in (rise_s, fall_s, rest_s))
    rise = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, up)))
    fall = 0.5 * (1.0 + np.cos(np.linspace(0.0, np.pi, down)))
    return depth * np.concatenate([rise, fall, np.zeros(rest)]), up - 1


def test_a_fall_that_stays_low_has_come_to_rest():
    tilt, top = a_fall()
    steps = steps_of(tilt, np.zeros_like(tilt), top, 0.15)
    assert 1.2 * RATE_HZ < steps < 3.0 * RATE_HZ


def test_a_fall_that_goes_on_has_not_come_to_rest():
    tilt, top = a_fall(fall_s=2.0, rest_s=0.0)
    for n in range(top + 5, top + 35):
        assert steps_of(tilt[:n], np.zeros(n), top, 0.15) is None


def test_a_fall_that_is_too_small_has_not_arrived():
    tilt, top = a_fall(depth=0.1)
    assert steps_of(tilt, np.zeros_like(tilt), top, 0.15) is None


def test_a_hold_at_the_side_is_no_rest_before_the_yaw_has_come_back():
    tilt, top = a_fall(rest_s=0.9)
    out = np.clip((np.arange(len(tilt)) - top) / (1.0 * RATE_HZ), 0.0, 1.0)
    back = np.concatenate([out, np.linspace(1.0, 0.0, 25), np.zeros(25)])
    low = np.concatenate([tilt, np.zeros(50)])
    assert steps_of(tilt, 0.2 * out, top, 0.15) is None
    assert steps_of(low, 0.2 * back, top, 0.15) is not None


def test_rest_is_certain_at_the_same_sample_whatever_follows():
    tilt, top = a_fall()
    steps = steps_of(tilt, np.zeros_like(tilt), top, 0.15)
    n = top + steps + 1
    assert steps_of(tilt[:n], np.zeros(n), top, 0.15) == steps
    assert steps_of(tilt[: n - 1], np.zeros(n - 1), top, 0.15) is None


def test_a_fall_that_has_long_been_low_is_told_from_one_that_still_falls():
    falls = np.stack([np.linspace(1.0, 0.0, 101), np.r_[np.linspace(1.0, 0.0, 21), np.zeros(80)]])
    assert has_stayed_low(falls, np.array([0.75, 0.75])).tolist() == [False, True]
    assert has_stayed_low(falls, np.array([0.75, 1.25])).tolist() == [False, False]


@st.composite
def tops(draw):
    """Rises and falls that end in rest, or do not, one above the other."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 6))
    width = 90
    fall_s, depth = rng.uniform(0.5, 3.0, n), rng.uniform(0.1, 0.4, n)
    shares = np.clip(np.arange(width) / (RATE_HZ * fall_s[:, np.newaxis]), 0.0, 1.0)
    tilt = 0.5 * depth[:, np.newaxis] * (1.0 + np.cos(np.pi * shares)) + 1e-3 * rng.normal(size=(n, width))
    tilt[:, 0] = depth + 0.01
    yaw = np.cumsum(rng.normal(0.0, 0.01, (2, n, width)), axis=2)
    lengths = rng.integers(1, width + 1, (2, n))
    return Sides(tilt, yaw[0], lengths[0]), Sides(tilt, yaw[1], lengths[1]), 0.75 * depth


@given(tops())
def test_what_is_said_of_one_does_not_depend_on_the_others_or_on_what_lies_beyond(sides):
    falls, rises, least_fall = sides
    together = steps_to_rest(falls, lambda rows: rises[rows], least_fall, 10)
    for row, steps in enumerate(together):
        fall, rise = (
            Sides(each.tilt[row : row + 1, :n], each.yaw[row : row + 1, :n], each.length[row : row + 1])
            for each, n in ((falls, falls.length[row]), (rises, rises.length[row]))
        )
        alone = steps_to_rest(fall, lambda _, rise=rise: rise, least_fall[row : row + 1], 10)
        assert alone.tolist() == [steps]
