import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.circles.stillness import REST_S, attitude_at_rest, last_rest, rested

RATE_HZ = 25.0


def swing(seconds, range_deg, period_s=3.0):
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 0.5 * np.radians(range_deg) * (1.0 - np.cos(2.0 * np.pi * t / period_s))


def hold(seconds, angle_deg=0.0):
    return np.full(round(seconds * RATE_HZ), np.radians(angle_deg))


def has_rested(elevation):
    return rested(elevation, np.zeros(len(elevation)), 12.0, 8.0, RATE_HZ)


@given(before_s=st.floats(0.0, 6.0), after_s=st.floats(0.0, 6.0), still_s=st.floats(REST_S + 0.5, 8.0))
def test_standing_still_for_long_is_a_rest_whatever_is_around_it(before_s, after_s, still_s):
    assert has_rested(np.concatenate([swing(before_s, 12.0), hold(still_s), swing(after_s, 12.0)]))


@pytest.mark.parametrize("seconds", [0.0, 0.5, 4.0, 12.0])
def test_moving_all_the_time_is_no_rest(seconds):
    assert not has_rested(swing(seconds, 12.0))


def test_a_short_stop_is_no_rest():
    assert not has_rested(np.concatenate([swing(3.0, 12.0), hold(1.5), swing(3.0, 12.0)]))


def test_sway_is_a_rest():
    assert has_rested(swing(6.0, 0.8))


def test_the_protraction_is_looked_at_too():
    assert not rested(hold(6.0), swing(6.0, 8.0), 12.0, 8.0, RATE_HZ)


def test_the_last_rest_is_where_the_shoulder_was():
    elevation = np.concatenate([hold(4.0, 9.0), swing(3.0, 12.0), hold(2.5, 3.0), swing(3.0, 12.0)])
    rest = last_rest(elevation, np.zeros(len(elevation)), 12.0, 8.0, 2.0, RATE_HZ)
    assert np.degrees(rest) == pytest.approx(3.0, abs=0.3)
    assert last_rest(swing(9.0, 12.0), hold(9.0), 12.0, 8.0, 2.0, RATE_HZ) is None


def test_who_is_still_higher_up_holds_a_circle():
    up, down = np.split(swing(3.0, 12.0), [38])
    assert not has_rested(np.concatenate([up, hold(4.0, 12.0), down]))
    assert has_rested(np.concatenate([up, down, hold(4.0)]))


@given(still_at_s=st.floats(2.0, 8.0), angle_deg=st.floats(-10.0, 10.0))
def test_where_it_rested_is_found_wherever_that_is(still_at_s, angle_deg):
    elevation = np.concatenate([swing(still_at_s, 12.0), hold(1.4, angle_deg), swing(4.0, 12.0)])
    attitude = attitude_at_rest(np.stack([elevation, 0.5 * elevation]), 12.0, RATE_HZ)
    assert np.allclose(np.degrees(attitude), [angle_deg, 0.5 * angle_deg])


def test_who_moves_all_the_time_or_hardly_began_rested_nowhere():
    assert attitude_at_rest(swing(8.0, 12.0)[np.newaxis], 12.0, RATE_HZ) is None
    assert attitude_at_rest(np.zeros((2, 20)), 12.0, RATE_HZ) is None
