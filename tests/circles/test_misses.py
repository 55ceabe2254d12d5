from math import log

from imucount.circles.misses import Miss, misses_warning
from imucount.circles.scores import Traits


def miss(start_s, elevation_deg, yaw_deg, n=8):
    traits = Traits(
        n,
        n * log(3.0),
        n * log(elevation_deg),
        n * log(yaw_deg / elevation_deg),
        (1.0, 0.2, 0.1),
        (1.0, 0.2, 0.1),
        (0.0, 1.0),
    )
    return Miss(start_s, start_s + 3.0 * n, traits, has_gyroscope=True)


def test_nothing_missed_is_not_told():
    assert misses_warning([]) is None


def test_small_ones_are_told_with_their_size_and_what_to_do():
    warning = misses_warning([miss(12.0, 3.0, 2.4)])
    assert "At 12 s" in warning
    assert "8 times" in warning
    assert "3 deg" in warning
    assert "closer to the outer end" in warning


def test_odd_ones_are_not_called_small():
    assert "unlike" in misses_warning([miss(12.0, 20.0, 1.0)])


def test_many_make_one_sentence():
    warning = misses_warning([miss(40.0 * number, 3.0, 2.4) for number in range(9)])
    assert "and later" in warning
    assert "320" not in warning


def test_one_is_told_as_one():
    assert "went round once" in misses_warning([miss(12.0, 3.0, 2.4, n=1)])
