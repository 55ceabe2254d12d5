"""Stamps of many kinds that are not the times of samples, recorded and live."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from short_run import one_in

from imucount import RepCounter, SampleError, Samples, count
from imucount.intake.bursts import BurstSpreader, usual_interval
from imucount.intake.row_order import BackwardsError, RowOrder
from imucount.intake.stamps import PATIENCE, Stamps
from imucount.simulate import Circles, Clip, Movement, Wearer, simulate

STAND = Movement("standing", 4.0)


@cache
def session(seed, rate_hz, side="right"):
    script = (STAND, Circles(5, "forward", 2.5), STAND)
    return simulate(script, seed=seed, wearer=Wearer(side=side), clip=Clip(sampling_rate_hz=rate_hz)).samples


def table(samples):
    return samples.t, np.column_stack([samples.acc, samples.gyr])


def whole(t, x, patience=PATIENCE):
    stamps = Stamps(patience)
    return *stamps.whole(t, x), stamps.notes


def in_pieces(t, x, cuts, patience=PATIENCE):
    stamps = Stamps(patience)
    edges = [0, *sorted(cuts), len(t)]
    parts = [stamps.update(t[a:b], x[a:b]) for a, b in pairwise(edges)]
    parts.append(stamps.finish())
    parts = [part for part in parts if len(part[0])]
    return np.concatenate([t for t, _ in parts]), np.concatenate([x for _, x in parts]), stamps.notes


# Kinds: each takes true times and gives stamps


def arrival(interval_s, host_s=0.001):
    """Packets go at connection events, and are stamped sample by sample in a callback."""

    def stamp(t, rng):
        events = np.ceil(t / interval_s) * interval_s
        stamps = np.empty(len(t))
        free_s = 0.0
        for event_s in np.unique(events):
            here = events == event_s
            free_s = max(free_s, event_s + rng.exponential(host_s)) + rng.uniform(1e-4, 6e-4, here.sum()).cumsum()
            stamps[here] = free_s
            free_s = free_s[-1]
        return 1.7e9 + stamps

    return stamp


def by_packet(n):
    return lambda t, rng: t[np.arange(len(t)) // n * n]


def rounded_down(step_s):
    return lambda t, rng: np.floor(t / step_s) * step_s


def stall(start_s, end_s):
    """Nothing comes meanwhile; then all of it does, 1.5 ms apart."""

    def stamp(t, rng):
        stamps = t.copy()
        kept = (t >= start_s) & (t < end_s)
        stamps[kept] = end_s + 0.0015 * np.arange(kept.sum())
        return np.maximum.accumulate(stamps)

    return stamp


def wrapping(modulus, lowest=0.0):
    return lambda t, rng: (t - t[0] - rng.uniform(5.0, 15.0)) % modulus + lowest


def wrong(index, by_s):
    def stamp(t, rng):
        stamps = t.copy()
        stamps[index] += by_s
        return stamps

    return stamp


BURSTS = {
    "packets at 50 ms": arrival(0.05),
    "packets at 200 ms": arrival(0.2),
    "a stamp for three": by_packet(3),
    "a stamp for twenty-five": by_packet(25),
    "rounded to 0.1 s": rounded_down(0.1),
    "rounded to 1 s": rounded_down(1.0),
    "a stall at the start": stall(0.0, 2.2),
    "a stall soon after": stall(0.8, 2.7),
    "a stall amid circles": stall(7.0, 8.5),
}
CLOCKS = {
    "32 bits of us": wrapping(2**32 * 1e-6),
    "32 bits of us with a sign": wrapping(2**32 * 1e-6, -(2**31) * 1e-6),
    "32 bits of ms": wrapping(2**32 * 1e-3),
    "30 bits of ms": wrapping(2**30 * 1e-3),
    "16 bits of ms": wrapping(65.536),
    "midnight": wrapping(86400.0),
    "the full hour": wrapping(3600.0),
}
WRONG = {
    "the first, later": wrong(0, 430.0),
    "the first, earlier": wrong(0, -430.0),
    "one, later": wrong(17, 430.0),
    "one, earlier": wrong(17, -430.0),
    "one, by as much as a gap": wrong(23, 3.0),
    "one, by less": wrong(23, 0.4),
    "one, absurd": wrong(19, 1e300),
    "the last": wrong(-1, 1e4),
    "ten of them": wrong(np.arange(30, 330, 30), 77.0),
}


@pytest.mark.parametrize(("seed", "rate_hz", "side"), one_in(2, [(1, 50.0, "right"), (2, 100.0, "left")]))
@pytest.mark.parametrize("name", one_in(3, BURSTS | CLOCKS | WRONG))
def test_circles_are_counted_whatever_the_stamps(name, seed, rate_hz, side):
    samples = session(seed, rate_hz, side)
    true_t, x = table(samples)
    stamps = (BURSTS | CLOCKS | WRONG)[name](true_t, np.random.default_rng(seed))
    t, x, notes = whole(stamps, x)
    assert len(notes) == 1 or "less" in name
    counted = count(Samples(t, x[:, :3], x[:, 3:]), side)
    assert [rep.direction for rep in counted.reps] == ["forward"] * 5
    assert counted.duration_s == pytest.approx(samples.duration_s, abs=1.1)
    truth = count(samples, side)
    periods_s = [[rep.duration_s for rep in each.reps] for each in (counted, truth)]
    assert periods_s[0] == pytest.approx(periods_s[1], abs=0.2)


@pytest.mark.parametrize(
    "name",
    one_in(
        3,
        [
            "packets at 200 ms",
            "packets at 50 ms",
            "a stall at the start",
            "a stall amid circles",
            "a stall soon after",
        ],
    ),
)
def test_live_bursts_are_counted_as_they_come(name):
    samples = session(3, 50.0)
    t, x = table(samples)
    arrival_s = BURSTS[name](t, np.random.default_rng(3))
    counter = RepCounter("right")
    reps = []
    for row in range(len(t)):  # a callback for each notification
        reps += counter.update(Samples(arrival_s[row : row + 1], x[row : row + 1, :3], x[row : row + 1, 3:]))
    counted = counter.finish()
    assert [rep.direction for rep in counted.reps] == ["forward"] * 5
    assert len(reps) >= 3
    assert [warning for warning in counted.warnings if "spread evenly" in warning]


@pytest.mark.parametrize(
    ("index", "by_s"),
    one_in(4, [(0, -430.0), (30, 1e9), (12, 430.0), (40, -2.0)]),
)
def test_a_wrong_stamp_costs_its_sample_live_and_does_not_move_the_session(index, by_s):
    samples = session(3, 50.0)
    t, x = table(samples)
    stamps = wrong(index, by_s)(t, None)
    counter = RepCounter("right")
    for row in range(len(t)):
        counter.update(Samples(stamps[row : row + 1], x[row : row + 1, :3], x[row : row + 1, 3:]))
    counted = counter.finish()
    assert len(counted.reps) == 5
    assert counted.duration_s == pytest.approx(samples.duration_s, abs=0.05)
    assert [warning for warning in counted.warnings if warning.startswith("1 sample was left out")]


def test_a_packet_that_comes_twice_is_dropped_and_told():
    samples = session(3, 50.0)
    counter = RepCounter("right")
    for start in range(0, len(samples), 5):
        counter.update(samples[start : start + 5])
        if start > 400:
            counter.update(samples[start : start + 5])
    counted = counter.finish()
    assert (counted.reps, counted.gaps) == (count(samples, "right").reps, ())
    assert [warning for warning in counted.warnings if "came twice" in warning]


# What is sound


@pytest.mark.parametrize("rate_hz", [20.0, 25.0, 104.0, 400.0, 1000.0])
@pytest.mark.parametrize("patience", [0, PATIENCE])
def test_what_is_sound_goes_through_to_the_bit(rate_hz, patience):
    rng = np.random.default_rng(0)
    t = 1.7e9 + np.arange(3000) / rate_hz
    t = t[rng.random(len(t)) > 0.2]  # lost
    t[1000:] += 0.9
    t[2000:] += 100.0
    t = np.round(t, 3) if rate_hz < 500 else t
    x = rng.normal(size=(len(t), 6))
    after_t, after_x, notes = whole(t, x, patience)
    assert np.array_equal(after_t, t)
    assert np.array_equal(after_x, x)
    assert notes == ()


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from([*BURSTS, *CLOCKS, *WRONG]), patience=st.sampled_from([0, PATIENCE]))
def test_whole_equals_pieces(data, kind, patience):
    rng = np.random.default_rng(data.draw(st.integers(0, 50)))
    t = np.arange(600) / 50.0
    t = t[rng.random(len(t)) > 0.05]
    x = rng.normal(size=(len(t), 6)).round(2)
    stamps = (BURSTS | CLOCKS | WRONG)[kind](t, rng)
    order = np.arange(len(t))
    for index in rng.integers(0, len(t) - 4, 5):
        order[index : index + 3] = order[index : index + 3][::-1]
    if data.draw(st.booleans()):
        order = np.sort(np.concatenate([order, rng.integers(0, len(t), 10)]))
    stamps, x = stamps[order], x[order]
    index = st.integers(0, len(t))
    cuts = data.draw(st.lists(index, max_size=12)) if data.draw(st.booleans()) else range(0, len(t), 3)

    def outcome(cuts):
        try:
            return in_pieces(stamps, x, cuts, patience)
        except SampleError as error:
            return str(error)

    at_once, cut = outcome([]), outcome(cuts)
    assert type(at_once) is type(cut)
    if isinstance(at_once, str):
        assert at_once == cut
    else:
        assert np.array_equal(at_once[0], cut[0])
        assert np.array_equal(at_once[1], cut[1])
        assert at_once[2] == cut[2]
        assert (np.diff(at_once[0]) > 0).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), max_size=60), st.sampled_from([0, PATIENCE]))
def test_whatever_comes_times_increase_or_it_is_refused(stamps, patience):
    t = np.array(stamps)
    try:
        after, x, _ = whole(t, np.arange(4.0 * len(t)).reshape(-1, 4), patience)
    except BackwardsError:
        return
    assert (np.diff(after) > 0).all()
    assert len(after) == len(x) <= len(t)


def test_spread_again_nothing_changes():
    t, x = table(session(4, 50.0))
    for stamp in BURSTS.values():
        once, x_once, _ = whole(stamp(t, np.random.default_rng(4)), x)
        assert np.array_equal(whole(once, x_once)[0], once)


# Order


def test_rows_that_are_swapped_are_put_right():
    t, x = table(session(4, 50.0))
    order = np.arange(len(t))
    for start in range(40, len(t) - 20, 60):
        order[start : start + 10] = np.roll(order[start : start + 10], 5)
    after_t, after_x, (note,) = whole(t[order], x[order])
    assert np.array_equal(after_t, t)
    assert np.array_equal(after_x, x)
    assert "out of order" in note


def test_rows_at_rest_with_one_stamp_for_each_packet_have_not_come_twice():
    t, x = table(session(4, 50.0))
    x = x.round(2)
    order = RowOrder(PATIENCE)
    order.update(by_packet(5)(t, None), x)
    order.finish()
    assert order.repeated == 0


@pytest.mark.parametrize("patience", [0, PATIENCE])
def test_two_recordings_in_one_are_refused_with_their_row(patience):
    t = np.tile(np.arange(500) / 50.0, 2)
    with pytest.raises(BackwardsError, match=r"9\.98 s and then 0\.0 s; were two recordings joined") as caught:
        whole(t, np.random.default_rng(0).normal(size=(1000, 6)), patience)
    assert caught.value.row == 500


# The start


@pytest.mark.parametrize("n", [1, 60, 100, 400])
def test_zeros_at_the_start_are_left_out_and_told(n):
    t, x = table(session(5, 50.0))
    x = x.copy()
    x[:n] = 0.0
    after_t, _, (note,) = whole(t, x)
    assert after_t[0] == t[n]
    assert "exactly zero" in note
    session_of = count(Samples(t, x[:, :3], x[:, 3:]), "right")
    assert session_of.start_s == t[n]
    assert note in session_of.warnings


def test_nothing_but_zeros_is_not_left_out():
    t = np.arange(300) / 50.0
    assert len(whole(t, np.zeros((300, 6)))[0]) == 300
    with pytest.raises(SampleError, match="the same values in every sample"):
        count(Samples(t, np.zeros((300, 3)), np.zeros((300, 3))))


# The interval


@pytest.mark.parametrize("rate_hz", [25.0, 50.0, 104.0])
def test_the_interval_is_found_in_bursts_and_losses(rate_hz):
    rng = np.random.default_rng(0)
    t = np.arange(round(2.5 * rate_hz)) / rate_hz
    kinds = [t, t[rng.random(len(t)) > 0.3], by_packet(5)(t, rng), stall(0.0, 0.8)(t, rng)]
    for stamps in [*kinds, arrival(0.1)(t, rng)]:
        assert usual_interval(stamps) == pytest.approx(1.0 / rate_hz, rel=0.25)


def test_a_rate_that_rises_is_followed():
    t = np.concatenate([np.arange(0.0, 10.0, 0.05), np.arange(10.0, 60.0, 0.005)])
    spreader = BurstSpreader()
    spread, _ = spreader.update(t, np.zeros((len(t), 6)))
    assert spreader.interval_s == pytest.approx(0.005, rel=0.05)
    assert np.abs(spread - t[: len(spread)]).max() < 2.0
    assert np.array_equal(spread[-5000:], t[len(spread) - 5000 : len(spread)])


def test_who_follows_the_refusal_of_one_stamp_for_each_packet_counts_right():
    samples = session(3, 50.0)
    stamps = samples.t[np.minimum(np.arange(len(samples)) // 5 * 5 + 4, len(samples) - 1)]
    with pytest.raises(SampleError, match="has a packet one stamp for all of its samples"):
        Samples(stamps[:5], samples.acc[:5], samples.gyr[:5])
    counter = RepCounter("right")
    for index in range(len(samples)):
        each = slice(index, index + 1)
        counter.update(Samples(stamps[each], samples.acc[each], samples.gyr[each]))
    assert [rep.direction for rep in counter.finish().reps] == ["forward"] * 5


def test_many_packets_lost_in_the_first_seconds_do_not_refuse_a_session():
    samples = session(6, 25.0)
    rng = np.random.default_rng(6)
    kept = (samples.t > 2.0) | (rng.random(len(samples)) < 0.4)
    kept[:55:3] = True
    few = Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept])
    counter = RepCounter("right")
    for start in range(0, len(few), 5):
        counter.update(few[start : start + 5])
    assert len(counter.finish().reps) == 5


def test_samples_that_the_caller_uses_again_may_change():
    samples = session(5, 50.0)
    acc = np.empty((10, 3))
    counter = RepCounter("right")
    for start in range(0, len(samples) - 10, 10):
        acc[:] = samples.acc[start : start + 10]
        counter.update(Samples(samples.t[start : start + 10], acc))
        acc[:] = np.nan
    assert len(counter.finish().reps) == 5
