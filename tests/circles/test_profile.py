import csv
import json
import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st
from short_run import one_in

import imucount
from imucount import CountingError, Profile, RecordingError, Samples, teach
from imucount.simulate import Circles, Movement, Wearer, simulate

REAL = os.environ.get("IMUCOUNT_REAL_RECORDINGS")


def turning(turns=1, sense=1, axis=(0.0, 1.0, 0.0), up=(0.0, 0.0, 9.81), width=0.2, bias=(0.0, 0.0, 0.0)):
    """A sensor whose rotation vector goes round `axis`, rad, in 3 s a turn."""
    t = np.arange(0.0, 3.0 * turns, 0.01)
    axis = np.array(axis) / np.linalg.norm(axis)
    aside = np.cross(axis, [0.3, 0.2, 1.0])
    aside /= np.linalg.norm(aside)
    phase = 2.0 * np.pi * t / 3.0
    rate = 2.0 * np.pi / 3.0
    gyr = 0.2 * rate * np.outer(-np.sin(phase), aside)
    gyr += sense * width * rate * np.outer(np.cos(phase), np.cross(axis, aside))
    return Samples(t, np.tile(up, (len(t), 1)), gyr + bias)


directions = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(axis=directions, up=directions, bias=directions, turns=st.integers(1, 4))
def test_a_circle_is_told_from_its_opposite_on_any_mount(axis, up, bias, turns):
    profile = teach(turning(axis=axis, up=up), direction="backward")
    assert np.array(profile.forward) @ axis == pytest.approx(-np.linalg.norm(axis), rel=1e-3)
    assert profile.direction_of(turning(turns, 1, axis, up, bias=bias)) == "backward"
    assert profile.direction_of(turning(turns, -1, axis, up, bias=bias)) == "forward"


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("mount_seed", range(3))
def test_shoulder_circles_are_told_without_the_side(side, mount_seed):
    forward, backward = (
        simulate([Circles(2, way), Movement("standing", 2.0)], seed=mount_seed, wearer=Wearer(side=side))
        for way in ("forward", "backward")
    )
    profile = teach(forward.samples, direction="forward", side=side)
    assert profile.direction_of(forward.samples) == "forward"
    assert profile.direction_of(backward.samples) == "backward"
    assert teach(backward.samples, direction="backward", profile=profile).circles == 2


def test_the_second_circle_is_weighed_like_the_first():
    one = teach(turning(axis=(0.0, 1.0, 0.0)), direction="forward")
    both = teach(turning(axis=(0.6, 0.8, 0.0)), direction="forward", profile=one)
    half_way = np.array([0.6, 1.8, 0.0]) / np.hypot(0.6, 1.8)
    assert both.forward == pytest.approx(half_way, abs=1e-3)


def test_what_is_no_circle_has_no_direction_and_teaches_nothing():
    profile = teach(turning(), direction="forward")
    line, still = turning(width=0.0), turning()
    still = replace(still, gyr=np.zeros_like(still.gyr))
    for samples in (line, still):
        assert profile.direction_of(samples) == "unknown"
        with pytest.raises(CountingError, match="expected a circle"):
            teach(samples, direction="forward")


@pytest.mark.parametrize("n_backward", [3, 10])
def test_circles_of_both_directions_have_none_and_teach_nothing(n_backward):
    still = Movement("standing", 5.0)
    forward, backward = Circles(10, "forward"), Circles(n_backward, "backward")
    samples = simulate([still, forward, still, backward, still], seed=n_backward).samples
    with pytest.raises(CountingError, match="both directions"):
        teach(samples, direction="forward")
    profile = teach(simulate([still, forward, still], seed=n_backward).samples, direction="forward")
    assert profile.direction_of(samples) == "unknown"


def test_a_circle_askew_has_no_direction():
    profile = teach(turning(axis=(0.0, 1.0, 0.0)), direction="forward")
    assert profile.direction_of(turning(axis=(1.0, 0.1, 0.0))) == "unknown"


def test_a_clip_that_sits_otherwise_has_no_direction():
    profile = teach(turning(), direction="forward")
    assert profile.direction_of(turning(up=(0.0, 0.0, -9.81))) == "unknown"
    with pytest.raises(CountingError, match="put on anew"):
        teach(turning(up=(9.81, 0.0, 0.0)), direction="forward", profile=profile)


def test_a_contradiction_is_refused():
    profile = teach(turning(), direction="forward", side="left")
    with pytest.raises(CountingError, match="turns against them"):
        teach(turning(), direction="backward", profile=profile)
    with pytest.raises(CountingError, match="left side as before"):
        teach(turning(), direction="forward", side="right", profile=profile)


@pytest.mark.parametrize(
    ("samples", "arguments", "message"),
    [
        (turning(), {"direction": "clockwise"}, "clockwise"),
        (turning(), {"direction": "forward", "side": "top"}, "top"),
        (replace(turning(), gyr=None), {"direction": "forward"}, "acceleration only"),
        (turning()[:2], {"direction": "forward"}, "got 2"),
        ([1.0, 2.0], {"direction": "forward"}, "got list"),
    ],
)
def test_bad_arguments_are_refused(samples, arguments, message):
    with pytest.raises(CountingError, match=message):
        teach(samples, **arguments)


@given(axis=directions, up=directions, side=st.sampled_from(["left", "right", None]))
def test_a_profile_survives_saving_and_loading(axis, up, side, tmp_path_factory):
    profile = teach(turning(axis=axis, up=up), direction="forward", side=side)
    path = tmp_path_factory.mktemp("profiles") / "mine.json"
    profile.save(path)
    loaded = Profile.load(path)
    assert loaded.side == profile.side
    assert loaded.circles == profile.circles
    assert loaded.forward == pytest.approx(profile.forward, abs=1e-15)
    assert loaded.up == pytest.approx(profile.up, abs=1e-15)


GOOD = json.loads(teach(turning(), direction="forward").to_json())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "profile"),
        ("[]", "profile"),
        ("{}", "schema_version"),
        (json.dumps(GOOD | {"schema_version": 99}), "newer"),
        (json.dumps({"schema_version": 2, "normal": [0, 0, 1]}), "newer"),
        ("[" * 100_000, "profile"),
        (json.dumps(GOOD | {"forward": [0, 0, 0]}), "vector"),
        (json.dumps(GOOD | {"forward": [0, "x", 0]}), "profile"),
        (json.dumps(GOOD | {"forward": [0, 1]}), "profile"),
        (json.dumps(GOOD | {"side": "top"}), "top"),
        (json.dumps(GOOD | {"circles": True}), "True"),
    ],
)
def test_what_is_no_profile_is_refused_in_one_sentence(text, message, tmp_path):
    path = tmp_path / "profile.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match=message) as caught:
        Profile.load(path)
    assert caught.value.path == str(path)


def test_files_that_cannot_be_had_are_told(tmp_path):
    with pytest.raises(RecordingError, match="No such file"):
        Profile.load(tmp_path / "none.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError):
        Profile.load(tmp_path / "binary")
    with pytest.raises(RecordingError, match="directory"):
        teach(turning(), direction="forward").save(tmp_path)


# counting with a profile

STILL = Movement("standing", 5.0)
SESSION = [STILL, Circles(5, "forward"), Movement("standing", 8.0), Circles(4, "backward"), STILL]


def taught(wearer, seed):
    """A profile of the same mount, which the seed draws."""
    one = simulate([Circles(2, "forward"), Movement("standing", 2.0)], wearer=wearer, seed=seed)
    return teach(one.samples, direction="forward")


@pytest.mark.long
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("seed", range(4))
def test_a_profile_stands_in_for_the_side(side, seed):
    wearer = Wearer(side=side)
    session = imucount.count(simulate(SESSION, wearer=wearer, seed=seed).samples, profile=taught(wearer, seed))
    assert [(len(each.reps), each.direction) for each in session.sets] == [(5, "forward"), (4, "backward")]
    assert [rep.phases[0].position for rep in (session.reps[0], session.reps[-1])] == ["back", "forward"]
    assert session.warnings == ()


def test_a_profile_of_another_attitude_is_not_believed():
    wearer = Wearer(side="left")
    samples = simulate(SESSION, wearer=wearer, seed=1).samples
    profile = taught(wearer, 1)
    turned = replace(profile, up=tuple(-each for each in profile.up))
    by_side = imucount.count(samples, "left", profile=turned)
    assert [each.direction for each in by_side.sets] == ["forward", "backward"]
    assert "sits otherwise" in by_side.warnings[0]
    unknown = imucount.count(samples, profile=turned)
    assert {rep.direction for rep in unknown.reps} == {"unknown"}
    assert len(unknown.reps) == 9


@pytest.mark.parametrize(("side", "last"), one_in(2, [(None, "unknown"), ("left", "backward")]))
def test_each_circle_is_judged_by_how_the_clip_sat_then_however_the_stream_is_cut(side, last):
    wearer = Wearer(side="left")
    samples = simulate(SESSION, wearer=wearer, seed=1).samples
    turned = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]])
    after = samples.t > 25.0  # between the sets the clip is put on anew, upside down
    acc, gyr = (np.where(after[:, np.newaxis], x @ turned, x) for x in (samples.acc, samples.gyr))
    profile = taught(wearer, 1)

    def session(length):
        counter = imucount.RepCounter(side, profile=profile)
        for start in range(0, len(samples), length):
            stop = start + length
            counter.update(Samples(samples.t[start:stop], acc[start:stop], gyr[start:stop]))
        return counter.finish()

    whole = session(len(samples))
    assert [(len(each.reps), each.direction) for each in whole.sets] == [(5, "forward"), (4, last)]
    otherwise = [warning for warning in whole.warnings if "4 of 9 circles the clip sits otherwise" in warning]
    assert len(otherwise) == 1
    assert not [warning for warning in whole.warnings if "too slow" in warning or "askew" in warning]
    assert [session(10), session(333)] == [whole, whole]


def test_circles_askew_to_those_that_taught_are_told():
    wearer = Wearer(side="left")
    profile = taught(wearer, 1)
    askew = np.cross(profile.forward, profile.up)
    profile = replace(profile, forward=tuple(askew / np.linalg.norm(askew)))
    session = imucount.count(simulate(SESSION, wearer=wearer, seed=1).samples, profile=profile)
    assert {rep.direction for rep in session.reps} == {"unknown"}
    assert ["askew" in warning for warning in session.warnings] == [True]


def test_a_profile_of_the_other_shoulder_is_told():
    wearer = Wearer(side="left")
    profile = replace(taught(wearer, 1), side="left")
    samples = simulate(SESSION, wearer=wearer, seed=1).samples
    assert "taught on the left shoulder" in imucount.count(samples, "right", profile=profile).warnings[-1]
    assert imucount.count(samples, "left", profile=profile).warnings == ()


def test_what_has_no_direction_takes_no_profile():
    with pytest.raises(CountingError, match="no Profile"):
        imucount.RepCounter(exercise="cyclic", profile=teach(turning(), direction="forward"))


def test_the_side_that_was_taught_is_the_counters():
    assert imucount.RepCounter(profile=teach(turning(), direction="forward", side="left")).side == "left"


def test_the_command_line_teaches_and_uses_a_profile(tmp_path):
    wearer = Wearer(side="left")
    one, other, session, profile = (tmp_path / name for name in ("one.csv", "other.csv", "x.csv", "mine.json"))
    for path, script in ((one, [Circles(2, "forward")]), (other, [Circles(1, "backward")]), (session, SESSION)):
        imucount.write_csv(path, imucount.Recording(simulate([*script, STILL], wearer=wearer, seed=2).samples))
    assert run("teach", one, "--direction", "forward", "--out", profile).exit_code == 0
    again = run("teach", other, "--direction", "backward", "--profile", profile, "--out", profile)
    assert "2 recordings" in again.stdout
    for command in (["count", session, "--csv"], ["replay", session, "--speed", "0"]):
        assert "backward" not in run(*command).stdout
        counted = run(*command, "--profile", profile)
        assert counted.exit_code == 0
        assert counted.stdout.count("backward") >= 4
    taught_by_two = profile.read_bytes()
    kept = run("teach", one, "--direction", "forward", "--out", profile)
    assert (kept.exit_code, kept.stdout) == (1, "")
    assert "exists; --force replaces it" in kept.stderr
    assert run("teach", one, "--direction", "forward", "--out", one, "--force").exit_code == 2
    assert profile.read_bytes() == taught_by_two
    assert "1 recording:" in run("teach", one, "--direction", "forward", "--out", profile, "--force").stdout
    profile.write_bytes(taught_by_two)
    wrong = run("teach", other, "--direction", "forward", "--profile", profile, "--out", profile)
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert str(other) in wrong.stderr
    assert "turns against them" in wrong.stderr


@pytest.mark.skipif(REAL is None, reason="IMUCOUNT_REAL_RECORDINGS names no folder with real recordings")
def test_two_taught_circles_tell_a_real_wearers_other_ones():
    folder = Path(REAL)
    wearers = defaultdict(list)
    with open(folder / "truth.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"] == "grwd_circles":
                samples = imucount.read_csv(folder / row["dataset"] / f"{row['recording']}.csv").samples
                sense = {"clockwise": "forward", "counterclockwise": "backward"}[row["direction"]]
                wearers[row["subject"]].append((sense, samples))
    if not wearers:
        pytest.skip("there are no recordings of drawn circles")
    right = asked = 0
    rng = np.random.default_rng(1)
    for circles in wearers.values():
        one, other = rng.choice(len(circles), size=2, replace=False)
        profile = teach(circles[one][1], direction=circles[one][0])
        profile = teach(circles[other][1], direction=circles[other][0], profile=profile)
        for index, (sense, samples) in enumerate(circles):
            if index not in (one, other):
                asked += 1
                right += profile.direction_of(samples) == sense
    assert right >= 0.97 * asked
