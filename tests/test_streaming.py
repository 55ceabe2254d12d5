"""The session is the same, to the bit, however the stream is cut."""

import copy
import itertools
import pickle
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imucount import RepCounter, SampleError, Samples, count
from imucount.simulate import Circles, Clip, Movement, Reclip, Wearer, simulate

STAND = Movement("standing", 4.0)
SET = (STAND, Circles(5, "forward", 2.5), STAND)
RATE_HZ = 40.0


def samples_of(script=SET, seed=11, **clip):
    return simulate(script, clip=Clip(sampling_rate_hz=RATE_HZ, **clip), seed=seed).samples


def irregular():
    samples = samples_of()
    rng = np.random.default_rng(0)
    kept = np.sort(rng.choice(len(samples), int(0.8 * len(samples)), replace=False))
    t = samples.t[kept] + rng.uniform(-0.4, 0.4, len(kept)) / RATE_HZ
    return Samples(t, samples.acc[kept], samples.gyr[kept])


def slowing_down():
    """A sensor that saves power: a quarter of the rate from the fifth second on."""
    samples = simulate(SET, clip=Clip(sampling_rate_hz=100.0), seed=11).samples
    kept = np.concatenate([np.arange(500), np.arange(500, len(samples), 4)])
    return Samples(samples.t[kept], samples.acc[kept], samples.gyr[kept])


RECORDINGS = {
    "a set": samples_of,
    "gaps": lambda: samples_of(
        [STAND, Circles(9, "forward", 2.5), STAND], outages=((2.0, 0.7), (12.0, 3.0), (27.0, 2.1))
    ),
    "ends after a gap": lambda: samples_of(outages=((17.0, 3.8),)),
    "lost packets": lambda: samples_of(packet_loss=0.2),
    "another attitude": lambda: samples_of(
        [STAND, Circles(3, "forward", 2.0), STAND, Reclip(), STAND, Circles(3, "backward", 2.0), STAND]
    ),
    "accelerometer only": lambda: samples_of(gyroscope=False),
    "irregular": irregular,
    "slowing down": slowing_down,
    "other movements": lambda: samples_of([Movement("walking", 8.0), Movement("fidgeting", 12.0)]),
    "perfectly still": lambda: (
        simulate(
            SET,
            wearer=Wearer(sway_deg=0, breathing_deg=0, posture_drift_deg=0),
            clip=Clip(
                sampling_rate_hz=RATE_HZ, wobble_deg=0, acc_noise_ug=0, gyr_noise_mdps=0, bits=10, gyr_bias_dps=0
            ),
            seed=1,
        ).samples
    ),
    "no lead-in": lambda: samples_of([Circles(3, "backward", 2.0), STAND]),
}


@cache
def recording(name):
    return RECORDINGS[name]()


@cache
def whole(name):
    counter = RepCounter("right")
    reps = counter.update(recording(name))
    return reps, counter.progress, counter.finish()


def fed(samples, cuts):
    counter = RepCounter("right")
    reps = []
    edges = [0, *sorted(cuts), len(samples)]
    for start, end in itertools.pairwise(edges):
        reps += counter.update(samples[start:end])
    return reps, counter


def test_the_recordings_have_what_is_to_be_cut():
    sizes = {name: len(whole(name)[2].reps) for name in RECORDINGS}
    assert [name for name, size in sizes.items() if size < 2] == ["other movements"]
    assert [gap.is_bridged for gap in whole("gaps")[2].gaps] == [True, False, False]
    assert 0.0 < recording("ends after a gap").t[-1] - whole("ends after a gap")[2].gaps[0].end_s < 0.5
    assert any("lost" in warning for warning in whole("lost packets")[2].warnings)
    assert any("attitude" in warning for warning in whole("another attitude")[2].warnings)


@pytest.mark.parametrize("name", RECORDINGS)
@settings(max_examples=settings.default.max_examples // 6)
@given(data=st.data())
def test_the_session_does_not_depend_on_how_the_stream_is_cut(name, data):
    samples = recording(name)
    index = st.integers(0, len(samples))
    # Cuts that lie close make empty pieces and single samples.
    runs = st.lists(st.tuples(index, st.lists(st.integers(0, 3), max_size=4)), max_size=8)
    cuts = [min(at + step, len(samples)) for at, steps in data.draw(runs) for step in [0, *steps]]
    reps, counter = fed(samples, cuts)
    progress = counter.progress
    session = counter.finish()
    assert session == whole(name)[2]
    assert reps == whole(name)[0]
    assert progress == whole(name)[1]


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize("length", [*(pytest.param(n, marks=pytest.mark.long) for n in (1, 7)), 33])
def test_pieces_of_one_length_make_the_same_session(name, length):
    reps, counter = fed(recording(name), range(0, len(recording(name)), length))
    assert reps == whole(name)[0]
    assert counter.finish() == whole(name)[2]


@pytest.mark.parametrize("name", RECORDINGS)
@settings(max_examples=settings.default.max_examples // 12)
@given(data=st.data())
def test_what_is_known_at_a_sample_does_not_depend_on_the_cuts_before(name, data):
    samples = recording(name)[: data.draw(st.integers(0, len(recording(name))))]
    reps, counter = fed(samples, data.draw(st.lists(st.integers(0, len(samples)), max_size=12)))
    reps_at_once, at_once = fed(samples, [])
    assert reps == reps_at_once
    assert counter.progress == at_once.progress


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda counter: pickle.loads(pickle.dumps(counter))])
def test_a_copy_of_a_counter_counts_on_by_itself(copied):
    name = "another attitude"
    middle = len(recording(name)) // 2
    _, counter = fed(recording(name)[:middle], [])
    twin = copied(counter)
    assert counter.update(recording(name)[middle:]) == twin.update(recording(name)[middle:])
    assert counter.finish() == twin.finish() == whole(name)[2]


@pytest.mark.parametrize("name", RECORDINGS)
def test_reps_that_became_certain_are_the_first_of_the_session(name):
    reps, _, session = whole(name)
    assert tuple(reps) == session.reps[: len(reps)]


def test_reps_held_back_until_the_end_are_told_by_finish():
    samples = samples_of([STAND, Circles(1, "forward", 2.5), STAND], seed=12)
    middle = int(np.searchsorted(samples.t, 7.0))
    counter = RepCounter("right")
    assert counter.update(samples[:middle]) == []
    assert len(counter.finish().reps) == 1


def test_finishing_twice_gives_the_same_session():
    counter = RepCounter("right")
    counter.update(recording("a set"))
    assert counter.finish() is counter.finish()


def test_looking_changes_nothing():
    counter = RepCounter("right")
    for start in range(0, len(recording("a set")), 40):
        counter.update(recording("a set")[start : start + 40])
        assert counter.progress == counter.progress
    assert counter.finish() == whole("a set")[2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: Samples(s.t, s.acc * np.where(s.t < 2.6, 0.1, 1.0)[:, np.newaxis], s.gyr),
        lambda s: Samples(s.t[[*range(0, 100, 4), *range(100, len(s))]], *_rows(s, [*range(0, 100, 4)])),
        lambda s: Samples(s.t, s.acc / 9.81, s.gyr),
    ],
    ids=["first seconds in g", "first seconds too slow", "all in g"],
)
def test_whether_a_stream_is_refused_does_not_depend_on_the_cuts(spoil):
    samples = spoil(recording("a set"))

    def outcome(cuts):
        try:
            return fed(samples, cuts)[1].finish()
        except SampleError as error:
            return str(error)

    at_once = outcome([])
    for length in (3, 70):
        assert outcome(range(0, len(samples), length)) == at_once


@pytest.mark.parametrize("start_s", [pytest.param(0.0, marks=pytest.mark.long), 0.30000000000000004, 1e6])
def test_how_much_was_lost_does_not_depend_on_the_cuts_or_on_when_the_clock_starts(start_s):
    samples = recording("lost packets")[:300]
    # From 0.3 s on, 2 s later is 2.3 s, and 2.3 s is less than 2 s later: numbers are rounded.
    samples = Samples(samples.t + start_s, samples.acc, samples.gyr)
    warnings = [fed(samples, range(0, len(samples), n))[1].finish().warnings for n in (len(samples), 25, 1)]
    assert any("lost" in warning for warning in warnings[0])
    assert warnings == [warnings[0]] * 3


def _rows(samples, first):
    kept = [*first, *range(100, len(samples))]
    return samples.acc[kept], samples.gyr[kept]


def test_counting_a_recording_is_feeding_a_counter():
    assert count(recording("a set"), "right") == whole("a set")[2]
