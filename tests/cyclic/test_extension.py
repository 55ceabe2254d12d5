"""What goes on beside cycles that are known, in a movement of which everything is known."""

import numpy as np
import pytest

from imucount.cyclic.extension import LOOKED_AT, Extension
from imucount.cyclic.history import History, Timing
from imucount.cyclic.set_edges import Cycle

TIMING = Timing(25.0, -0.1)
CHANNELS = 6


def made(*parts):
    """Cycles one after the other: how long they take, s, their size, and an offset; of size 0 it is stillness."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(CHANNELS, 3))
    pieces = []
    for seconds, size, offset in parts:
        phase = np.arange(round(seconds * TIMING.sampling_rate_hz)) / (seconds * TIMING.sampling_rate_hz)
        waves = np.stack([1.0 - np.cos(2.0 * np.pi * n * phase) for n in (1, 2, 3)])
        pieces.append(5.0 + offset + size * (weights @ waves))
    x = np.concatenate(pieces, axis=1)
    x += rng.normal(0.0, 0.05, x.shape)
    history = History(100_000, CHANNELS)
    history.append(x)
    return history, x.shape[1] - 1


def index(time_s):
    return round((time_s - TIMING.first_s) * TIMING.sampling_rate_hz)


REP, STILL = (3.0, 1.0, 0.0), (6.0, 0.0, 0.0)
FIRST_S = TIMING.first_s + 6.0  # where the reps begin after `STILL`


def extension(history, now, start_s=FIRST_S + 3.0, reps=3):
    """Of so many reps of a history, from one that starts at a time."""
    cycles = [
        Cycle(start_s + 3.0 * number, start_s + 3.0 * (number + 1), 0.05, 0.95, False) for number in range(reps)
    ]
    return Extension(cycles, history, TIMING, now)


@pytest.mark.parametrize(
    "other", [REP, (2.4, 1.0, 0.0), (4.0, 1.0, 0.0), (3.0, 0.6, 0.0), (3.0, 1.0, 0.3)], ids=str
)
def test_one_more_is_found_on_either_side(other):
    history, now = made(STILL, other, *[REP] * 4, other, STILL)
    start_s = FIRST_S + other[0]
    known = extension(history, now, start_s, 4)
    before = known.before(start_s, -np.inf, now)
    assert (before.start, before.end) == pytest.approx((FIRST_S, start_s), abs=0.4)
    after = known.after(start_s + 12.0, np.inf, now)
    assert (after.start, after.end) == pytest.approx((start_s + 12.0, start_s + 12.0 + other[0]), abs=0.4)
    assert known.length_s == pytest.approx(3.0)


def test_a_pause_before_it_is_none_of_it():
    history, now = made(STILL, *[REP] * 4, (1.0, 0.0, 0.0), REP, STILL)
    after = extension(history, now, FIRST_S, 4).after(FIRST_S + 12.0, np.inf, now)
    assert (after.start, after.end) == pytest.approx((FIRST_S + 13.0, FIRST_S + 16.0), abs=0.4)


@pytest.mark.parametrize(
    "other", [STILL, (3.0, -1.0, 0.0), (3.0, 1.0, 8.0)], ids=["still", "mirrored", "elsewhere"]
)
def test_what_is_no_rep_is_none(other):
    history, now = made(STILL, other, *[REP] * 4, other, STILL)
    start_s = FIRST_S + other[0]
    known = extension(history, now, start_s, 4)
    assert known.before(start_s, -np.inf, now) is None
    assert known.after(start_s + 12.0, np.inf, now) is None


def test_none_where_another_run_or_the_unknown_begins():
    history, now = made(STILL, *[REP] * 6, STILL)
    known = extension(history, now)
    end_s = FIRST_S + 12.0
    assert known.after(end_s, np.inf, now) is not None
    assert known.after(end_s, end_s + 2.0, now) is None
    assert known.after(end_s, np.inf, index(end_s + 1.9)) is None
    assert known.before(FIRST_S + 3.0, FIRST_S + 1.0, now) is None


def test_later_samples_change_nothing_once_all_places_are_known():
    history, now = made(STILL, *[REP] * 6, STILL)
    known = extension(history, now)
    end_s = FIRST_S + 12.0
    assert known.after(end_s, np.inf, index(end_s + LOOKED_AT * known.length_s) + 1) == known.after(
        end_s, np.inf, now
    )
