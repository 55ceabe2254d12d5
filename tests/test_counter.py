from dataclasses import replace
from functools import cache
from itertools import pairwise
from statistics import fmean, median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from short_run import one_in

from imucount import CountingError, Recording, RepCounter, SampleError, Samples, count, write_csv
from imucount.reps import POSITIONS
from imucount.simulate import PROGRAMME, Circles, Clip, Movement, Reclip, Wearer, programme, simulate

STAND = Movement("standing", 5.0)
OTHER = {"forward": "backward", "backward": "forward", "unknown": "unknown"}


def a_set(reps=6, direction="forward", period_s=3.0, **circles):
    return (STAND, Circles(reps, direction, period_s, **circles), STAND)


A_SET = a_set()


@cache
def simulation(script=A_SET, seed=21, wearer=None, clip=None):
    return simulate(script, seed=seed, wearer=wearer, clip=clip)


def sets_of(session):
    return [(len(each.reps), each.direction) for each in session.sets]


def labels_of(truth):
    return [(len(each.reps), each.direction) for each in truth.sets]


def counted(truth, **options):
    return count(truth.samples, **({"side": truth.side} | options))


SAMPLES = simulation().samples
SESSION = count(SAMPLES, "right")


# counts equal labels


@pytest.mark.parametrize(
    ("side", "period_s"),
    one_in(3, [("right", 2.0), ("left", 2.0), ("right", 4.0), ("left", 4.0), ("right", 3.0), ("left", 3.0)]),
)
def test_the_programme(side, period_s):
    truth = simulation(programme(period_s=period_s, rest_s=8.0), 31, Wearer(side=side))
    session = counted(truth)
    assert sets_of(session) == [(10, "forward")] * 3 + [(10, "backward")] * 3
    assert session.warnings == ()
    assert session.side == side
    assert session.total("forward") == session.total("backward") == 30


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize(
    ("reps", "circles"),
    [
        (1, {}),
        (2, {}),
        (3, {}),
        (30, {"period_s": 2.0}),
        (8, {"period_s": 1.2}),
        (8, {"period_s": 5.0}),
        (8, {"period_s": 4.0, "separate": True}),
        (8, {"elevation_deg": 12.0, "protraction_deg": 8.0}),
    ],
    ids=["one", "two", "three", "thirty", "fast", "slow", "four moves", "small"],
)
def test_one_set(direction, reps, circles):
    truth = simulation(a_set(reps, direction, **circles))
    assert sets_of(counted(truth)) == [(reps, direction)]


def test_seven_seconds_a_circle():
    truth = simulation((Movement("standing", 10.0), Circles(6, "forward", 7.0), STAND), 33)
    assert sets_of(counted(truth)) == [(6, "forward")]


def test_a_change_of_direction_without_a_rest():
    truth = simulation((STAND, Circles(6, "forward"), Circles(6, "backward"), STAND))
    assert sets_of(counted(truth)) == [(6, "forward"), (6, "backward")]


@pytest.mark.parametrize("seed", [23, 24, 25])
def test_circles_from_the_first_sample_on_cost_at_most_one(seed):
    truth = simulation((Circles(6, "forward"), STAND), seed)
    session = counted(truth)
    assert {rep.direction for rep in session.reps} == {"forward"}
    middles_s = [0.5 * (rep.start_s + rep.end_s) for rep in session.reps]
    found = [sum(true.start_s < middle_s < true.end_s for middle_s in middles_s) for true in truth.reps]
    assert len(session.reps) == sum(found) >= 5
    assert max(found) == 1


@pytest.mark.parametrize("rate_hz", [20.0, 25.0, 59.5, 104.0, 200.0, 390.0])
def test_any_rate(rate_hz):
    truth = simulation(a_set(direction="backward"), clip=Clip(sampling_rate_hz=rate_hz))
    session = counted(truth)
    assert sets_of(session) == [(6, "backward")]
    assert session.sampling_rate_hz == pytest.approx(rate_hz, rel=1e-6)


@pytest.mark.parametrize(
    "kind", ["standing", "walking", "arm_swings", "shrugs", "squeezes", "twists", "bows", "sitting"]
)
def test_other_movements_count_nothing(kind):
    assert counted(simulation((Movement(kind, 30.0),), 41)).reps == ()


def test_movements_between_sets_do_not_disturb_them():
    walk = Movement("walking", 12.0)
    truth = simulation((STAND, Circles(6, "forward"), walk, Circles(6, "backward"), STAND))
    assert sets_of(counted(truth)) == [(6, "forward"), (6, "backward")]


def test_a_clip_put_on_in_another_attitude():
    truth = simulation((STAND, Circles(8, "forward"), STAND, Reclip(), STAND, Circles(8, "backward"), STAND), 25)
    session = counted(truth)
    assert sets_of(session) == [(8, "forward"), (8, "backward")]
    assert [warning for warning in session.warnings if "another attitude" in warning]


def test_lost_packets_are_bridged_and_told():
    session = counted(simulation(a_set(10), clip=Clip(packet_loss=0.15)))
    assert sets_of(session) == [(10, "forward")]
    assert session.gaps == ()
    assert any("% of the samples were lost" in warning for warning in session.warnings)


def test_a_short_outage_is_bridged():
    session = counted(simulation(a_set(10), clip=Clip(outages=((17.0, 1.0),))))
    assert sets_of(session) == [(10, "forward")]
    (gap,) = session.gaps
    assert (gap.start_s, gap.end_s, gap.is_bridged) == (
        pytest.approx(17.0, abs=0.02),
        pytest.approx(18.0, abs=0.02),
        True,
    )
    assert not [warning for warning in session.warnings if "gap" in warning]


def test_a_long_outage_is_a_gap_and_costs_no_more_than_what_is_in_it():
    truth = simulation(a_set(14), clip=Clip(outages=((22.0, 5.0),)))
    session = counted(truth)
    (gap,) = session.gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((22.0, 27.0), abs=0.02)
    assert [warning for warning in session.warnings if "1 gap of 5.0 s" in warning]
    assert {rep.direction for rep in session.reps} == {"forward"}
    assert all(rep.end_s <= 22.1 or rep.start_s >= 26.9 for rep in session.reps)
    # A circle that the outage cuts may be missing, and the first after it, whose start was not seen.
    whole = [rep for rep in truth.reps if rep.end_s < 21.9 or rep.start_s > 30.5]
    middles_s = [0.5 * (rep.start_s + rep.end_s) for rep in whole]
    found = [sum(rep.start_s < middle_s < rep.end_s for rep in session.reps) for middle_s in middles_s]
    assert found == [1] * len(whole)


# what cannot be known


def test_without_a_gyroscope_circles_are_counted_and_their_direction_is_unknown():
    session = counted(simulation(a_set(10), clip=Clip(gyroscope=False)))
    assert sets_of(session) == [(10, "unknown")]
    assert [warning for warning in session.warnings if "no gyroscope" in warning]
    assert {rep.protraction_deg for rep in session.reps} == {None}
    assert {tuple(phase.position for phase in rep.phases) for rep in session.reps} == {("up", "down")}


def test_without_a_side_circles_are_counted_and_their_direction_is_unknown():
    session = count(SAMPLES)
    assert sets_of(session) == [(6, "unknown")]
    (warning,) = [warning for warning in session.warnings if "side is not known" in warning]
    assert 'side="left"' in warning
    assert "--side" in warning
    assert [(rep.start_s, rep.end_s) for rep in session.reps] == [(rep.start_s, rep.end_s) for rep in SESSION.reps]


@pytest.mark.parametrize("side", ["left", "right", None])
def test_nothing_counted_needs_no_warning_of_the_direction(side):
    assert count(simulation((STAND,)).samples, side).warnings == ()


# min_reps


@pytest.mark.parametrize(
    ("reps", "min_reps", "expected"),
    [(1, 1, 1), (1, 2, 1), (1, 3, 0), (2, 1, 2), (2, 2, 2), (2, 3, 0), (3, 3, 3), (3, 4, 0)],
)
def test_so_many_circles_must_resemble_each_other(reps, min_reps, expected):
    session = counted(simulation(a_set(reps)), min_reps=min_reps)
    assert len(session.reps) == expected


def test_with_one_each_circle_counts_as_soon_as_it_is_complete():
    first = simulation().reps[0]
    until = int(np.searchsorted(SAMPLES.t, first.end_s + 0.8))
    known = {}
    for min_reps in (1, 2):
        counter = RepCounter("right", min_reps=min_reps)
        known[min_reps] = len(counter.update(SAMPLES[:until]))
    assert known == {1: 1, 2: 0}


# invariances


@cache
def steady():
    return simulation(a_set(5, period_s=2.5), 51, clip=Clip(sampling_rate_hz=50.0))


def unit_quaternions():
    numbers = st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4)
    return numbers.filter(lambda quat: np.linalg.norm(quat) > 0.1).map(Rotation.from_quat)


def roms(session):
    return (
        fmean(rep.elevation_deg for rep in session.reps),
        fmean(rep.protraction_deg for rep in session.reps),
    )


@settings(max_examples=settings.default.max_examples // 2)
@given(unit_quaternions())
def test_how_the_clip_sits_does_not_matter(rotation):
    samples = steady().samples
    turned = count(Samples(samples.t, rotation.apply(samples.acc), rotation.apply(samples.gyr)), "right")
    assert sets_of(turned) == [(5, "forward")]
    assert roms(turned) == pytest.approx(roms(counted(steady())), rel=0.02)


@pytest.mark.parametrize("rate_dps", [-4.0, 4.0])
def test_a_wearer_who_slowly_turns_makes_the_same_circles(rate_dps):
    samples, up = steady().samples, Rotation.from_quat(steady().quat, scalar_first=True).inv().apply([0, 0, 1])
    turning = Samples(samples.t, samples.acc, samples.gyr + np.radians(rate_dps) * up)
    assert sets_of(count(turning, "right")) == [(5, "forward")]


def test_where_the_wearer_faces_does_not_matter():
    truth = simulation((STAND, Circles(5, "forward"), Movement("standing", 8.0), Circles(5, "forward"), STAND))
    samples, up = truth.samples, Rotation.from_quat(truth.quat, scalar_first=True).inv().apply([0, 0, 1])
    middle_s = 0.5 * (truth.sets[0].end_s + truth.sets[1].start_s)
    about_turn = np.pi / 2.0 * (np.abs(samples.t - middle_s) < 1.0)  # rad/s, for 2 s
    turned = Samples(samples.t, samples.acc, samples.gyr + about_turn[:, np.newaxis] * up)
    assert sets_of(count(turned, "right")) == [(5, "forward"), (5, "forward")]


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_left_wearer_is_the_mirror_image_of_a_right_one(direction):
    samples = simulation(a_set(direction=direction)).samples
    mirror = np.array([1.0, -1.0, 1.0])
    mirrored = count(Samples(samples.t, mirror * samples.acc, -mirror * samples.gyr), "left")
    session = count(samples, "right")
    assert sets_of(mirrored) == sets_of(session) == [(6, direction)]
    assert roms(mirrored) == pytest.approx(roms(session), rel=1e-6)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_same_motion_on_the_other_side_is_the_opposite_direction(direction):
    samples = simulation(a_set(direction=direction)).samples
    right, left = count(samples, "right"), count(samples, "left")
    assert len(right.reps) == 6
    for one, other in zip(right.reps, left.reps, strict=True):
        assert one.direction == direction
        names = POSITIONS[OTHER[direction]]
        phases = tuple(replace(phase, position=name) for phase, name in zip(one.phases, names, strict=True))
        assert other == replace(one, direction=OTHER[direction], phases=phases)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_played_backwards_the_direction_is_the_opposite(direction):
    samples = simulation(a_set(direction=direction)).samples
    backwards = Samples(-samples.t[::-1], samples.acc[::-1], -samples.gyr[::-1])
    assert sets_of(count(backwards, "right")) == [(6, OTHER[direction])]


@pytest.mark.parametrize("shift_s", [-1000.0, 0.123, 86_400.0 * 365.0, 1.7e9])
def test_another_start_of_the_clock_shifts_the_session(shift_s):
    shifted = count(Samples(SAMPLES.t + shift_s, SAMPLES.acc, SAMPLES.gyr), "right")
    assert sets_of(shifted) == sets_of(SESSION)
    assert shifted.start_s == shift_s
    for one, other in zip(SESSION.reps, shifted.reps, strict=True):
        assert (other.start_s - shift_s, other.end_s - shift_s) == pytest.approx(
            (one.start_s, one.end_s), abs=1e-5
        )
        assert other.elevation_deg == pytest.approx(one.elevation_deg, abs=1e-4)


@pytest.mark.parametrize("share", [1.5, 0.7])
def test_a_faster_clock_makes_shorter_circles(share):
    truth = simulation(a_set(direction="backward"))
    samples = truth.samples
    quicker = count(Samples(samples.t / share, samples.acc, samples.gyr * share), "right")
    assert len(quicker.reps) == 6
    assert quicker.tempo.period_s == pytest.approx(counted(truth).tempo.period_s / share, rel=0.02)


# accuracy


@pytest.mark.parametrize("seed", [61, 62])
@pytest.mark.parametrize("side", ["right", "left"])
def test_times_and_ranges_are_near_the_truth(side, seed):
    truth = simulation(programme(sets=1, rest_s=8.0), seed, Wearer(side=side))
    session = counted(truth)
    pairs = list(zip(session.reps, truth.reps, strict=True))
    assert median(abs(rep.end_s - true.end_s) for rep, true in pairs) <= 0.1
    assert median(abs(rep.duration_s / true.duration_s - 1.0) for rep, true in pairs) <= 0.05
    for each, true_set in zip(session.sets, truth.sets, strict=True):
        for name in ("elevation_deg", "protraction_deg"):
            found, true = (fmean(getattr(rep, name) for rep in reps) for reps in (each.reps, true_set.reps))
            assert found == pytest.approx(true, rel=0.15), name


@pytest.mark.long
def test_an_established_set_is_told_at_once():
    truth = simulation(programme(sets=1, rest_s=8.0), 63)
    counter = RepCounter("right")
    late_s = []
    for start in range(0, len(truth.samples), 20):
        piece = truth.samples[start : start + 20]
        late_s += [piece.t[-1] - rep.end_s for rep in counter.update(piece)]
    assert len(late_s) == 20
    assert min(late_s) > 0.0
    established = [*late_s[2:10], *late_s[12:]]
    assert median(established) <= 0.6


# what a session says holds together


@pytest.mark.parametrize(
    "truth",
    [
        lambda: simulation(),
        lambda: simulation(a_set(8, "backward", 4.0, separate=True)),
        lambda: simulation(a_set(10), clip=Clip(outages=((17.0, 5.0),))),
        lambda: simulation(a_set(), clip=Clip(gyroscope=False)),
        lambda: simulation((Movement("fidgeting", 60.0),), 44),
        lambda: simulation((STAND, Circles(6, "forward"), Circles(6, "backward"), STAND)),
    ],
    ids=["fluid", "four moves", "a gap", "accelerometer only", "fidgeting", "change"],
)
@pytest.mark.parametrize("side", ["right", None])
def test_reps_and_phases_are_in_order(truth, side):
    session = count(truth().samples, side, min_reps=1)
    for before, after in pairwise(session.reps):
        assert before.end_s <= after.start_s
    for rep in session.reps:
        assert session.start_s <= rep.start_s < rep.end_s <= session.end_s
        edges_s = [rep.start_s, *(phase.end_s for phase in rep.phases)]
        assert [phase.start_s for phase in rep.phases] == edges_s[:-1]
        assert edges_s == sorted(edges_s)
        assert edges_s[-1] == rep.end_s
        assert sum(phase.duration_s for phase in rep.phases) == pytest.approx(rep.duration_s)
        positions = tuple(phase.position for phase in rep.phases)
        assert positions in (POSITIONS[rep.direction], POSITIONS["unknown"][1::2])
        assert 0.0 < rep.confidence <= 1.0
        assert rep.elevation_deg > 0.0
    assert tuple(rep for each in session.sets for rep in each.reps) == session.reps


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_quarters_end_where_the_shoulder_is_farthest_out(direction):
    truth = simulation(a_set(8, direction))
    t, ahead_deg = truth.samples.t, truth.protraction_deg
    late_s = []
    for rep, true in zip(counted(truth).reps[1:-1], truth.reps[1:-1], strict=True):
        within = (t >= true.start_s) & (t <= true.end_s)
        farthest = {"up": truth.elevation_deg, "forward": ahead_deg, "back": -ahead_deg}
        for phase in rep.phases[:3]:
            late_s.append(phase.end_s - t[within][np.argmax(farthest[phase.position][within])])
    assert median(np.abs(late_s)) <= 0.15
    assert median(late_s) == pytest.approx(0.0, abs=0.1)


# progress


def test_progress_before_the_first_sample():
    progress = RepCounter("right").progress
    assert (progress.reps, progress.pending, progress.phase) == (0, 0, None)


def test_phase_goes_round_once_a_circle():
    counter = RepCounter("right")
    phases = []
    third, last = simulation().reps[2], simulation().reps[-1]
    for start in range(0, len(SAMPLES), 20):
        piece = SAMPLES[start : start + 20]
        counter.update(piece)
        phase = counter.progress.phase
        assert phase is None or 0.0 <= phase < 1.0
        if piece.t[-1] < simulation().reps[0].start_s:
            assert phase is None
        if third.end_s + 0.5 < piece.t[-1] < last.end_s:
            phases.append(phase)
    steps = (np.diff(phases) + 0.5) % 1.0 - 0.5
    assert np.mean(steps > 0.0) > 0.9
    turns = (last.end_s - third.end_s - 0.5) / 3.0
    assert steps.sum() == pytest.approx(turns, abs=0.5)
    assert counter.progress.phase is None or SAMPLES.t[-1] - last.end_s < 4.5
    counter.finish()
    assert counter.progress.phase is None


def test_a_rest_ends_the_present_circle():
    samples = simulation((STAND, Circles(4, "forward"), Movement("standing", 12.0))).samples
    counter = RepCounter("right")
    counter.update(samples)
    assert len(counter.finish().reps) == 4
    counter = RepCounter("right")
    counter.update(samples)
    assert counter.progress.reps == 4
    assert counter.progress.phase is None


def test_a_first_circle_is_pending_until_the_second_confirms_it():
    counter = RepCounter("right")
    seen = []
    for start in range(0, len(SAMPLES), 20):
        new = counter.update(SAMPLES[start : start + 10])
        progress = counter.progress
        assert progress.pending >= 0
        seen.append((progress.reps, progress.pending))
        assert len(new) <= progress.reps
    assert (0, 1) in seen
    assert [reps for reps, _ in seen] == sorted(reps for reps, _ in seen)
    counter.finish()
    assert (counter.progress.reps, counter.progress.pending) == (6, 0)


# sources


def test_samples_recordings_frames_and_files_are_counted_alike(tmp_path):
    recording = Recording(SAMPLES, "right")
    write_csv(tmp_path / "set.csv", recording)
    columns = np.column_stack([SAMPLES.t, SAMPLES.acc, SAMPLES.gyr]).T
    frame = pd.DataFrame(dict(zip(["t", "ax", "ay", "az", "gx", "gy", "gz"], columns, strict=True)))
    assert count(recording) == SESSION
    assert count(frame, "right") == SESSION
    assert count(tmp_path / "set.csv") == SESSION
    assert count(str(tmp_path / "set.csv")) == SESSION


def test_an_argument_wins_over_what_the_recording_says():
    session = count(Recording(SAMPLES, "right", warnings=("Look out.",)), "left")
    assert sets_of(session) == [(6, "backward")]
    assert "right" in session.warnings[0]
    assert "left" in session.warnings[0]
    assert session.warnings[1:] == ("Look out.",)


def test_progress_of_a_file_comes_to_its_end(tmp_path):
    write_csv(tmp_path / "set.csv", Recording(SAMPLES, "right"))
    shares = []
    count(tmp_path / "set.csv", progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


# wrong use and wrong samples


@pytest.mark.parametrize("side", ["Right", "", "both", 1, True, ["left"]])
def test_a_side_that_is_none_is_refused(side):
    with pytest.raises(CountingError, match='expected side "left", "right" or None, got'):
        RepCounter(side)
    with pytest.raises(CountingError, match="side"):
        count(SAMPLES, side)


@pytest.mark.parametrize("min_reps", [0, -1, 2.0, "2", None, True])
def test_a_wrong_number_of_reps_is_refused(min_reps):
    with pytest.raises(CountingError, match="expected min_reps to be a whole number of 1 or more, got"):
        RepCounter("right", min_reps=min_reps)


def test_samples_after_the_end_are_refused():
    counter = RepCounter("right")
    counter.update(SAMPLES[:1000])
    session = counter.finish()
    with pytest.raises(CountingError, match=r"after finish\(\).*new RepCounter"):
        counter.update(SAMPLES[1000:])
    assert counter.finish() == session


REFUSED = {
    "another recording": (lambda: SAMPLES[:100], "got 14.99 s and then 0.0 s; were two recordings joined"),
    "no gyroscope any more": (
        lambda: Samples(SAMPLES.t[1500:1600], SAMPLES.acc[1500:1600]),
        "with angular rate as before, got some without; do they come from one sensor",
    ),
}


@pytest.mark.parametrize(("packet", "words"), REFUSED.values(), ids=REFUSED)
def test_a_refused_packet_costs_nothing_but_itself(packet, words):
    counter = RepCounter("right")
    counter.update(SAMPLES[:1500])
    progress = counter.progress
    with pytest.raises(SampleError, match=words):
        counter.update(packet())
    assert counter.progress == progress
    counter.update(SAMPLES[1500:])
    assert counter.finish() == SESSION


def test_samples_with_a_gyroscope_after_samples_without_are_refused():
    counter = RepCounter("right")
    counter.update(Samples(SAMPLES.t[:100], SAMPLES.acc[:100]))
    with pytest.raises(SampleError, match="without angular rate as before, got some with"):
        counter.update(SAMPLES[100:200])


WRONG = {
    "g": (lambda s: Samples(s.t, s.acc / 9.80665, s.gyr), r"\|acc\| near 9.807 m/s\^2.* in g rather than"),
    "mg": (lambda s: Samples(s.t, s.acc / 9.80665e-3, s.gyr), "in mg rather than"),
    "without gravity": (lambda s: Samples(s.t, s.acc - s.acc.mean(axis=0), s.gyr), "has gravity been removed"),
    "10 Hz": (lambda s: s[::10], "20 to 8000 samples a second, got 10 Hz"),
    "ms": (lambda s: Samples(1000.0 * s.t, s.acc, s.gyr), "is t in ms rather than s"),
}


@pytest.mark.parametrize(("spoil", "words"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("length", [10, 100_000])
def test_what_cannot_be_in_si_units_is_refused(spoil, words, length):
    samples = spoil(SAMPLES)
    counter = RepCounter("right")
    with pytest.raises(SampleError, match=words):  # noqa: PT012 - some pieces pass before enough is known
        for start in range(0, len(samples), length):
            counter.update(samples[start : start + length])
        counter.finish()


def test_a_short_wrong_stream_is_refused_at_its_end():
    counter = RepCounter("right")
    counter.update(Samples(SAMPLES.t[:50], SAMPLES.acc[:50] / 9.81, SAMPLES.gyr[:50]))
    with pytest.raises(SampleError, match="in g rather than"):
        counter.finish()


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_samples_make_an_empty_session(n):
    session = count(SAMPLES[:n], "right")
    assert (session.reps, session.sets, session.sampling_rate_hz, session.duration_s) == ((), (), None, 0.0)


def test_no_samples_are_no_stream_yet():
    counter = RepCounter("right")
    assert counter.update(Samples([], np.empty((0, 3)))) == []
    counter.update(SAMPLES)
    assert counter.finish() == SESSION


def test_the_shipped_programme_is_what_is_prescribed():
    assert [(part.reps, part.direction) for part in PROGRAMME if isinstance(part, Circles)] == [
        *[(10, "forward")] * 3,
        *[(10, "backward")] * 3,
    ]


@pytest.mark.parametrize("wrong", [None, [1.0], (SAMPLES.t, SAMPLES.acc), Recording(SAMPLES)])
def test_what_is_no_samples_is_refused_with_advice(wrong):
    with pytest.raises(CountingError, match=r"expected Samples, got \w+; arrays make"):
        RepCounter().update(wrong)


def test_a_path_is_no_profile():
    with pytest.raises(CountingError, match=r"Profile\.load"):
        RepCounter(profile="mine.json")


def test_a_rate_that_another_exercise_takes_says_so():
    t = np.arange(0.0, 10.0, 0.1)
    with pytest.raises(SampleError, match="--exercise cyclic"):
        count(Samples(t, np.tile([0.0, 0.0, 9.81], (len(t), 1))))
