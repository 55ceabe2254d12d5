"""An exercise that was taught: it counts, and nothing else does."""

import json
import os

import numpy as np
import pytest
from cyclic.test_chain import joined, sizes, swinging
from hypothesis import given, settings
from hypothesis import strategies as st

from imucount import (
    CountingError,
    ExerciseProfile,
    Profile,
    RecordingError,
    RepCounter,
    Samples,
    count,
    teach_reps,
)
from imucount.cyclic.templates import PARTS


@pytest.fixture(scope="module")
def example():
    return swinging(reps=(3,), seed=4)


@pytest.fixture(scope="module")
def profile(example):
    return teach_reps(example, reps=3)


def test_three_reps_teach_an_exercise(profile):
    assert profile.length_s == pytest.approx(3.0, rel=0.1)
    assert sizes(count(swinging(reps=(2, 7)), exercise="cyclic", profile=profile)) == [2, 7]


def test_nothing_else_counts(profile):
    session = joined(swinging(reps=(5,)), swinging(reps=(10,), period_s=1.0, angle_deg=20.0, mount=4))
    assert sizes(count(session, exercise="cyclic")) == [5, 10]
    assert sizes(count(session, exercise="cyclic", profile=profile)) == [5]


def test_spans_say_where_the_reps_are(example):
    taught = teach_reps(example, spans=[(15.0, 18.0), (18.0, 21.0)])
    assert taught.length_s == pytest.approx(3.0)
    assert sizes(count(swinging(reps=(2, 7)), exercise="cyclic", profile=taught)) == [2, 7]
    alone = (example.t >= 15.0) & (example.t < 18.0)
    one = Samples(example.t[alone], example.acc[alone], example.gyr[alone])
    assert sizes(count(swinging(reps=(6,)), exercise="cyclic", profile=teach_reps(one, reps=1))) == [6]


@pytest.mark.long
@settings(max_examples=settings.default.max_examples // 4)
@given(st.lists(st.integers(0, 2700), max_size=6))
def test_pieces_make_the_same_session(profile, cuts):
    samples = swinging(reps=(4, 3), rate_hz=25.0)
    counter = RepCounter(exercise="cyclic", profile=profile)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(samples)], strict=True):
        counter.update(samples[start:end])
    assert counter.finish() == count(samples, exercise="cyclic", profile=profile)


def test_a_profile_survives_its_file(profile, tmp_path):
    profile.save(tmp_path / "swing.json")
    assert ExerciseProfile.load(tmp_path / "swing.json") == profile
    for text in ("", "{}", '{"schema_version": 2, "kind": "exercise"}', '{"schema_version": 1, "kind": "circle"}'):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(RecordingError, match=r"expected the (JSON of the )?profile of an exercise"):
            ExerciseProfile.load(tmp_path / "other.json")
    with pytest.raises(RecordingError):
        ExerciseProfile.load(tmp_path / "none.json")


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([10**400, [], {}, [[]] * 6]),
)


@given(st.sampled_from(["schema_version", "kind", "template", "length_s", "other"]), st.integers(0, 7), ANYTHING)
def test_a_damaged_profile_is_a_profile_or_one_sentence(name, row, value):
    document = {"schema_version": 1, "kind": "exercise", "template": [[0.5] * PARTS] * 6, "length_s": 2.0}
    document[name] = [*document[name][:row], value] if row < 6 and name == "template" else value
    try:
        taught = ExerciseProfile.from_json(json.dumps(document))
    except CountingError as error:
        text = str(error)
        assert text.startswith("expected")
        assert text.isprintable()
        assert len(text) < 300
    else:
        assert ExerciseProfile.from_json(taught.to_json()) == taught
        assert np.isfinite(taught.movement.length)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"kind": "exercise"', "9" * 10_000, '{"kind": "\\ud800"}'])
def test_text_that_is_no_profile_is_refused_in_a_sentence(text, tmp_path):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(RecordingError, match="expected the JSON of the profile of an exercise"):
        ExerciseProfile.load(tmp_path / "x.json")


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero here")
def test_a_file_that_never_ends_is_refused():
    with pytest.raises(RecordingError, match="which none has"):
        ExerciseProfile.load("/dev/zero")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_profile_that_cannot_be_written_whole_is_told(profile):
    with pytest.raises(RecordingError):
        profile.save("/dev/full")


def test_what_cannot_be_a_template_is_refused():
    with pytest.raises(CountingError, match="6 times 12"):
        ExerciseProfile(((0.0,) * PARTS,) * 5, 2.0)
    with pytest.raises(CountingError, match="finite"):
        ExerciseProfile(((np.nan,) * PARTS,) * 6, 2.0)
    with pytest.raises(CountingError, match=r"a rep of 0\.2 s or more"):
        ExerciseProfile(((0.0,) * PARTS,) * 6, 0.01)


def test_an_example_without_so_many_reps_is_refused(example):
    with pytest.raises(CountingError, match="expected 9 reps that are like each other"):
        teach_reps(example, reps=9)
    with pytest.raises(CountingError, match="whole number"):
        teach_reps(example, reps=0)
    for spans in ([(0.0, 500.0)], [(3.0, 3.0)], []):
        with pytest.raises(CountingError, match="expected spans"):
            teach_reps(example, spans=spans)


def test_a_profile_is_for_its_exercise(profile):
    with pytest.raises(CountingError, match="ExerciseProfile"):
        RepCounter(profile=profile)
    with pytest.raises(CountingError, match="teach_reps"):
        RepCounter(exercise="cyclic", profile=Profile((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))
