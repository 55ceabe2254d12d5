"""JSON from outside gives what was asked for, or one short sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.circles.profile import Profile
from imucount.errors import CountingError, RecordingError
from imucount.json_text import JsonObject, read_json_file

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
GOOD = json.loads(Profile((0.0, 0.6, 0.8), (0.0, 0.0, 1.0), "left", 2).to_json())


def one_short_sentence(error):
    text = str(error)
    return text.startswith("expected") and text.isprintable() and len(text) < 300


@given(st.sampled_from([*GOOD, "other"]), ANYTHING)
def test_a_profile_with_any_member_is_a_profile_or_one_sentence(name, value):
    text = json.dumps(GOOD | {name: value})
    try:
        profile = Profile.from_json(text)
    except CountingError as error:
        assert one_short_sentence(error)  # noqa: PT017 - not raising is fine too
    else:
        again = json.loads(profile.to_json())
        assert all(again[key] == pytest.approx(GOOD[key]) for key in ("forward", "up") if key != name)


@given(st.integers(0, 400), st.binary(max_size=4), st.integers(0, 4))
def test_a_damaged_profile_is_a_profile_or_one_sentence(place, bytes_, taken):
    text = json.dumps(GOOD).encode()
    damaged = text[:place] + bytes_ + text[place + taken :]
    try:
        Profile.from_json(damaged.decode(errors="replace"))
    except CountingError as error:
        assert one_short_sentence(error)  # noqa: PT017 - not raising is fine too


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "9" * 10_000, "NaN", "{", '"x"', '{"schema_version": 1e999}', "{}"]
)
def test_text_that_is_no_such_object(text):
    with pytest.raises(CountingError) as caught:
        Profile.from_json(text)
    assert one_short_sentence(caught.value)


def test_members_by_kind():
    members = (
        '{"n": 3, "x": 0.5, "none": null, "huge": 1' + "0" * 400 + ', "ts": ["a"], "os": [{"x": 1}], "s": "a"}'
    )
    found = JsonObject.from_text(members, "an example")
    assert (found.whole("n"), found.number("x", 0.0, 1.0), found.number_or_none("none")) == (3, 0.5, None)
    assert (found.texts("ts"), found.text("s"), "n" in found) == (("a",), "a", True)
    assert [each.number("x") for each in found.objects("os", "a part")] == [1.0]
    for wrong in (
        lambda: found.whole("n", low=4),
        lambda: found.number("x", 0.6),
        lambda: found.number("x", high=0.4),
        lambda: found.number("huge"),
        lambda: found.number("absent"),
        lambda: found.texts("os"),
        lambda: found.objects("ts", "a part"),
        lambda: found.text("n"),
        lambda: found.choice("s", "b", None),
    ):
        with pytest.raises(CountingError) as caught:
            wrong()
        assert one_short_sentence(caught.value)


def test_a_file_that_is_too_long_or_no_text(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"{}" + b" " * 100)
    assert read_json_file(path, "an example").strip() == "{}"
    with pytest.raises(RecordingError, match="more than 50 bytes"):
        read_json_file(path, "an example", longest=50)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(RecordingError, match="no text in UTF-8"):
        read_json_file(path, "an example")


def test_a_profile_that_never_ends():
    with pytest.raises(RecordingError, match="which none has"):
        Profile.load("/dev/zero")


def test_saving_a_profile_without_space_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    old = Profile((0.0, 0.6, 0.8), (0.0, 0.0, 1.0))
    old.save(path)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RecordingError, match="No space"):
        Profile((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)).save(path)
    assert Profile.load(path) == old
    assert len(list(tmp_path.iterdir())) == 1
