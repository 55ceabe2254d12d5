import csv
import io
import json
import math
from dataclasses import replace
from itertools import pairwise, product
from math import prod

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.errors import CountingError, RecordingError
from imucount.provenance import Provenance
from imucount.reps import POSITIONS, Phase, Rep, Tempo
from imucount.session import UNSURE, Session
from imucount.sets import Gap, RepSet, group_reps

COLUMNS = [
    *("set", "direction", "start_s", "end_s", "duration_s", "back_s", "up_s", "forward_s", "down_s"),
    *("elevation_deg", "protraction_deg", "confidence"),
]
ORIGIN = ["side", "exercise", "file", "start_utc", "device", "simulated", "settings", "profile", "version"]


def rep_of(start_s, duration_s=3.0, direction="forward"):
    edges_s = [start_s + share * duration_s for share in (0.0, 0.2, 0.5, 0.8, 1.0)]
    phases = tuple(Phase(name, *edges) for name, edges in zip(POSITIONS[direction], pairwise(edges_s)))
    return Rep(edges_s[0], edges_s[-1], direction, phases, 12.0, 8.0, 0.9)


def session_of(reps, **changes):
    end_s = reps[-1].end_s + 1.0 if reps else 0.0
    session = Session(0.0, end_s, "right", 100.0, tuple(reps), group_reps(reps), (), ())
    return replace(session, **changes)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.none() | st.text()
JSON = st.dictionaries(
    st.text(), st.none() | st.integers(-9, 9) | FINITE | st.text() | st.lists(FINITE), max_size=2
)
PROVENANCES = st.builds(
    Provenance,
    *(TEXT, TEXT, TEXT, TEXT, st.sampled_from([True, False, None])),
    settings=JSON,
    profile=st.none() | JSON,
)
TOLD = Provenance("1.2.3", "a.csv", "2026-01-31T12:00:00Z", "clip 7", True, {"min_reps": 2}, {"circles": 1})


@st.composite
def any_reps(draw):
    reps = []
    now_s = draw(st.floats(0.0, 1e6))
    for _ in range(draw(st.integers(0, 6))):
        now_s += draw(st.sampled_from([0.0, 0.3, 2.0, 4.0, 60.0]))
        direction = draw(st.sampled_from(["forward", "backward", "unknown"]))
        rep = rep_of(now_s, draw(st.floats(0.7, 14.0)), direction)
        if draw(st.booleans()):
            rep = replace(rep, protraction_deg=None, phases=rep.phases[1::2])
        reps.append(replace(rep, elevation_deg=draw(FINITE), confidence=draw(st.floats(0.0, 1.0))))
        now_s = rep.end_s
    return reps


@st.composite
def any_session(draw):
    return session_of(
        draw(any_reps()),
        start_s=draw(FINITE),
        end_s=draw(FINITE),
        side=draw(st.sampled_from(["left", "right", None])),
        sampling_rate_hz=draw(st.none() | FINITE),
        gaps=tuple(draw(st.lists(st.builds(Gap, FINITE, FINITE), max_size=2))),
        warnings=tuple(draw(st.lists(st.text(), max_size=2))),
        exercise=draw(st.sampled_from(["shoulder-circles", "cyclic"])),
        provenance=draw(PROVENANCES),
    )


# sets


def directions_and_sizes(reps):
    return [(each.direction, len(each.reps)) for each in group_reps(reps)]


@given(any_reps())
def test_grouping_keeps_every_rep_once_and_in_order(reps):
    assert [rep for each in group_reps(reps) for rep in each.reps] == reps


@given(any_reps())
def test_all_reps_of_a_set_have_its_direction(reps):
    for each in group_reps(reps):
        assert {rep.direction for rep in each.reps} == {each.direction}


@given(any_reps())
def test_the_rest_before_a_set_is_the_time_since_the_set_before(reps):
    sets = group_reps(reps)
    if sets:
        assert sets[0].rest_before_s is None
    for before, after in pairwise(sets):
        assert after.rest_before_s == after.start_s - before.end_s


def test_circles_that_follow_at_once_are_one_set():
    assert directions_and_sizes([rep_of(3.0 * number) for number in range(10)]) == [("forward", 10)]


def test_another_direction_begins_a_new_set_without_a_rest():
    reps = [*(rep_of(3.0 * number) for number in range(4)), rep_of(12.0, direction="backward")]
    sets = group_reps(reps)
    assert [(each.direction, len(each.reps)) for each in sets] == [("forward", 4), ("backward", 1)]
    assert sets[1].rest_before_s == 0.0


@pytest.mark.parametrize(("pause_s", "sets"), [(0.0, 1), (1.0, 1), (2.5, 1), (3.5, 2), (30.0, 2)])
def test_three_seconds_of_rest_begin_a_new_set(pause_s, sets):
    assert len(group_reps([rep_of(0.0, 2.0), rep_of(2.0 + pause_s, 2.0)])) == sets


@pytest.mark.parametrize(("pause_s", "sets"), [(4.0, 1), (8.0, 1), (10.0, 2)])
def test_one_slow_circle_missed_is_no_rest(pause_s, sets):
    assert len(group_reps([rep_of(0.0, 8.0), rep_of(8.0 + pause_s, 8.0)])) == sets


def test_no_reps_make_no_sets():
    assert group_reps([]) == ()


def test_reps_that_are_told_to_be_joined_are_one_set_however_late():
    reps = [rep_of(0.0, 3.0), rep_of(12.0, 3.0)]
    assert [len(each.reps) for each in group_reps(reps)] == [1, 1]
    assert [len(each.reps) for each in group_reps(reps, {12.0})] == [2]


def test_a_set_lasts_from_its_first_rep_to_its_last():
    reps = [rep_of(5.0), rep_of(8.0, 2.0)]
    (each,) = group_reps(reps)
    assert (each.start_s, each.end_s) == (5.0, 10.0)
    assert each.tempo == Tempo.of(reps)


# sessions


def test_totals_are_by_direction():
    session = session_of([rep_of(0.0), rep_of(3.0), rep_of(6.0, direction="backward")])
    assert [session.total(name) for name in ("forward", "backward", "unknown")] == [2, 1, 0]


@pytest.mark.parametrize("word", ["Forward", "left", ""])
def test_a_word_that_is_no_direction_is_refused(word):
    with pytest.raises(ValueError, match=f'"forward", "backward" or "unknown", got {word!r}'):
        Session(0.0, 9.0, None, None, (), (), (), ()).total(word)


def test_the_tempo_of_a_session_is_that_of_all_its_reps():
    reps = [rep_of(0.0, 2.0), rep_of(40.0, 4.0)]
    assert session_of(reps).tempo == Tempo.of(reps)
    assert session_of([]).tempo is None


def test_durations_are_from_start_to_end():
    assert session_of([], start_s=2.0, end_s=7.5).duration_s == 5.5
    assert Gap(2.0, 7.5).duration_s == 5.5


# JSON


@given(any_session())
def test_any_session_survives_json(session):
    again = Session.from_json(session.to_json())
    assert again == session
    assert again.provenance == session.provenance


@given(any_session())
def test_json_is_strict(session):
    def refuse(text):
        raise AssertionError(f"{text} is not JSON")

    assert json.loads(session.to_json(), parse_constant=refuse)["schema_version"] == 1


def test_json_can_be_read_without_imucount():
    session = session_of([rep_of(2.0), rep_of(5.0), rep_of(30.0, direction="backward")], warnings=("Look out.",))
    document = json.loads(session.to_json())
    assert document["side"] == "right"
    assert document["warnings"] == ["Look out."]
    assert [(each["direction"], len(each["reps"])) for each in document["sets"]] == [
        ("forward", 2),
        ("backward", 1),
    ]
    first = document["sets"][0]
    assert first["tempo"]["cadence_per_min"] == 20.0
    assert first["tempo"]["period_s"] == 3.0
    assert first["reps"][0]["phases"][0] == {"position": "back", "start_s": 2.0, "end_s": pytest.approx(2.6)}
    assert document["sets"][1]["rest_before_s"] == 22.0


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "3", "{}", '{"schema_version": 2}', '{"schema_version": true}', "NaN", "\x00"),
        *("[" * 100_000, '{"a":' * 100_000, "9" * 5000, '{"schema_version": ' + "9" * 5000 + "}"),
    ],
    ids=lambda text: text[:12],
)
def test_text_that_is_no_session_is_refused(text):
    with pytest.raises(CountingError, match="a session") as refusal:
        Session.from_json(text)
    assert len(str(refusal.value)) < 250


def test_a_session_of_another_release_is_named():
    document = json.loads(session_of([]).to_json()) | {"schema_version": 99}
    with pytest.raises(CountingError, match="version 1, got 99"):
        Session.from_json(json.dumps(document))


def test_a_session_of_the_first_release_is_read():
    session = session_of([rep_of(2.0)], provenance=TOLD)
    document = json.loads(session.to_json())
    for name in ("exercise", "version", "file", "start_utc", "device", "simulated", "settings", "profile"):
        del document[name]
    again = Session.from_json(json.dumps(document))
    assert again == session
    assert again.provenance == Provenance()


def places(value, at=()):
    """Every place in JSON, as the keys that lead there."""
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*at, key))


FULL = {"gaps": (Gap(9.0, 12.0),), "warnings": ("Look out.",), "provenance": TOLD}
WHOLE = json.loads(session_of([rep_of(2.0)], **FULL).to_json())
ODD = [None, True, -1, 0, 1e400, 10**400, float("nan"), "", "x" * 5000, "forward", [], [[]], [None], {}, {"a": {}}]


@pytest.mark.parametrize("at", [at for at in places(WHOLE) if at], ids=lambda at: ".".join(map(str, at)))
def test_whatever_a_damaged_session_holds_it_is_read_or_refused(at):
    *way, last = at
    for odd in [*ODD, ...]:
        document = json.loads(json.dumps(WHOLE))
        parent = document
        for key in way:
            parent = parent[key]
        if odd is ...:
            del parent[last]
        else:
            parent[last] = odd
        session = read_or_refused(json.dumps(document))
        if session is not None:  # then nothing that it is asked for fails
            assert repr(session)
            assert Session.from_json(session.to_json()) == session


@given(st.data())
def test_a_session_that_is_cut_short_or_changed_by_a_letter_is_read_or_refused(data):
    text = json.dumps(WHOLE)
    at = data.draw(st.integers(0, len(text) - 1))
    read_or_refused(
        text[:at] + data.draw(st.sampled_from(["", text[at + 1 :], "9" + text[at:], "\x00" + text[at:]]))
    )


def read_or_refused(text):
    """Read a session; None if it is refused in a short sentence."""
    try:
        return Session.from_json(text)
    except CountingError as error:
        message = str(error)
    assert len(message) < 250
    assert "\n" not in message
    return None


def test_what_is_not_finite_is_not_written():
    with pytest.raises(CountingError, match="finite"):
        session_of([], sampling_rate_hz=math.nan).to_json()


# tables


def test_a_frame_has_a_row_a_rep():
    frame = session_of([rep_of(2.0), rep_of(5.0), rep_of(30.0, 2.0, "backward")]).to_frame()
    assert list(frame.columns) == [*COLUMNS, *ORIGIN]
    assert frame.index.name == "rep"
    assert list(frame.index) == [1, 2, 3]
    assert list(frame["set"]) == [1, 1, 2]
    assert list(frame["direction"]) == ["forward", "forward", "backward"]
    assert frame.loc[3, ["start_s", "end_s", "duration_s"]].to_list() == [30.0, 32.0, 2.0]
    # Quarters of 0.2, 0.3, 0.3 and 0.2 of the circle, in the order of the path.
    assert frame.loc[1, ["back_s", "up_s", "forward_s", "down_s"]].to_list() == pytest.approx([0.6, 0.9, 0.9, 0.6])
    assert frame.loc[3, ["back_s", "up_s", "forward_s", "down_s"]].to_list() == pytest.approx([0.6, 0.6, 0.4, 0.4])


def test_what_is_not_known_is_nan_in_a_frame():
    rep = replace(rep_of(2.0, direction="unknown"), protraction_deg=None)
    row = session_of([rep]).to_frame().loc[1]
    assert [name for name in COLUMNS if pd.isna(row[name])] == ["back_s", "forward_s", "protraction_deg"]


def test_the_frame_of_nothing_has_the_same_columns_and_types():
    empty, full = session_of([]).to_frame(), session_of([rep_of(0.0)]).to_frame()
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()
    assert empty.index.name == "rep"
    assert session_of([]).to_frame("sets").dtypes.equals(session_of([rep_of(0.0)]).to_frame("sets").dtypes)


@pytest.mark.parametrize("rows", ["reps", "sets"])
def test_types_hold_where_a_column_is_empty(rows):
    known = session_of([rep_of(0.0)], provenance=TOLD).to_frame(rows)
    bare = replace(rep_of(0.0, direction="unknown"), phases=(), elevation_deg=None, protraction_deg=None)
    unknown = session_of([bare], side=None).to_frame(rows)
    assert unknown.dtypes.equals(known.dtypes)
    assert known.notna().drop(columns="rest_before_s", errors="ignore").all(axis=None)
    assert unknown[["back_s", "elevation_deg", "side", "file", "simulated", "profile"]].isna().all(axis=None)
    both = pd.concat([known, unknown])
    assert both.dtypes.equals(known.dtypes)
    assert "value" not in both.columns


def test_a_frame_has_a_row_a_set():
    reps = [replace(rep_of(2.0), elevation_deg=10.0), replace(rep_of(5.0), elevation_deg=13.0), rep_of(30.0, 2.0)]
    session = session_of(reps, provenance=TOLD)
    frame = session.to_frame("sets")
    assert frame.index.name == "set"
    assert list(frame.index) == [1, 2]
    assert list(frame["reps"]) == [2, 1]
    first = frame.loc[1]
    assert first[["start_s", "end_s", "duration_s"]].to_list() == [2.0, 8.0, 6.0]
    assert first["elevation_deg"] == 11.5
    assert first["cadence_per_min"] == session.sets[0].tempo.cadence_per_min
    assert frame["rest_before_s"].isna().to_list() == [True, False]
    assert frame.loc[2, "rest_before_s"] == 22.0


@pytest.mark.parametrize("rows", ["reps", "sets"])
def test_every_row_says_what_it_is_of(rows):
    frame = session_of([rep_of(2.0), rep_of(30.0)], provenance=TOLD).to_frame(rows)
    for name in ("file", "start_utc", "device", "simulated", "version"):
        assert frame[name].to_list() == [getattr(TOLD, name)] * 2
    assert frame["side"].to_list() == ["right"] * 2
    assert frame["exercise"].to_list() == ["shoulder-circles"] * 2
    assert [json.loads(each) for each in frame["settings"]] == [TOLD.settings] * 2
    assert [json.loads(each) for each in frame["profile"]] == [TOLD.profile] * 2


def test_other_rows_are_refused():
    with pytest.raises(CountingError, match='"reps" or "sets", got \'phases\''):
        session_of([]).to_frame("phases")


def test_a_csv_that_cannot_be_written_is_told_and_leaves_the_old_one(tmp_path):
    with pytest.raises(RecordingError, match="can be written"):
        session_of([]).to_csv(tmp_path)
    with pytest.raises(RecordingError, match="can be written"):
        session_of([]).to_csv(tmp_path / "none" / "reps.csv")


def test_a_csv_reads_back_as_the_frame(tmp_path):
    session = session_of([rep_of(2.1), rep_of(5.1), replace(rep_of(30.0, 1 / 3, "unknown"), protraction_deg=None)])
    session.to_csv(tmp_path / "reps.csv")
    with open(tmp_path / "reps.csv", encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["rep", *COLUMNS, *ORIGIN]
    frame = session.to_frame()
    for (number, *cells), (index, row) in zip(rows, frame.iterrows(), strict=True):
        assert int(number) == index
        for name, cell in zip([*COLUMNS, *ORIGIN], cells, strict=True):
            if cell and name in ("direction", *ORIGIN):
                assert cell == row[name]
            else:
                assert pd.isna(row[name]) if cell == "" else float(cell) == row[name]


@pytest.mark.parametrize("rows", ["reps", "sets"])
def test_a_csv_of_either_rows_is_its_frame(rows, tmp_path):
    session = session_of([rep_of(2.1), rep_of(30.0)], provenance=TOLD)
    session.to_csv(tmp_path / "table.csv", rows)
    written = (tmp_path / "table.csv").read_text("utf-8")
    assert written == session.to_frame(rows).to_csv(lineterminator="\n")
    frame = pd.read_csv(io.StringIO(written), index_col=0)
    pd.testing.assert_frame_equal(frame, session.to_frame(rows), check_dtype=False, check_index_type=False)


# how they look


def test_a_session_shows_its_sets():
    reps = [rep_of(2.0), rep_of(5.0), rep_of(30.0, direction="backward")]
    session = session_of(reps, provenance=TOLD, warnings=("Look <out>.",))
    first, _, *rows, warning = repr(session).splitlines()
    assert first == (
        "Session: 3 circles in 2 sets (2 forward, 1 backward); a.csv, simulated, 34.0 s at 100 Hz, right shoulder"
    )
    assert [row.split()[:5] for row in rows] == [
        ["1", "forward", "2", "2.00", "8.00"],
        ["2", "backward", "1", "30.00", "33.00"],
    ]
    assert warning == "Warning: Look <out>."
    html = session._repr_html_()
    assert html.count("<tr") == 3
    assert "Look &lt;out&gt;." in html


def test_a_session_shows_little_however_long_it_is():
    reps = [rep_of(10.0 * number) for number in range(500)]
    assert len(repr(session_of(reps))) < 10_000
    assert len(session_of(reps)._repr_html_()) < 60_000


def test_a_session_of_nothing_and_of_any_exercise_can_be_shown():
    assert repr(session_of([])) == "Session: 0 circles in 0 sets; 0.0 s at 100 Hz, right shoulder"
    cyclic = session_of([replace(rep_of(0.0, direction="unknown"), elevation_deg=None)], exercise="cyclic")
    assert "1 rep in 1 set;" in repr(cyclic)
    assert "direction" not in repr(cyclic)


def test_a_name_from_outside_is_shown_and_not_obeyed():
    session = session_of([], provenance=Provenance(file="\x1b[31m<b>.csv"))
    assert "\x1b" not in repr(session)
    assert "<b>" not in session._repr_html_()


def test_a_set_is_shown_in_a_few_words():
    assert repr(RepSet((rep_of(2.0), rep_of(5.0)), None)) == "<RepSet of 2 forward, 2.0 to 8.0 s>"


# where they come from


def test_sessions_are_equal_wherever_they_come_from():
    assert session_of([], provenance=TOLD) == session_of([])


def test_a_name_that_is_no_text_can_be_written(tmp_path):
    told = Provenance().of({}, b"\xff.csv")
    session_of([rep_of(0.0)], provenance=told).to_csv(tmp_path / "reps.csv")
    assert told.file.endswith(".csv")


def test_a_set_knows_its_direction_from_its_reps():
    assert RepSet((rep_of(0.0, direction="backward"),), None).direction == "backward"


@given(st.lists(st.floats(0.0, 1.0), max_size=6))
def test_so_many_are_right_in_nineteen_sessions_of_twenty(confidences):
    reps = tuple(replace(rep_of(3.0 * n, 3.0), confidence=each) for n, each in enumerate(confidences))
    chances = [0.0] * (len(reps) + 1)
    for outcome in product((True, False), repeat=len(reps)):
        chances[sum(outcome)] += prod(
            each if is_right else 1.0 - each for each, is_right in zip(confidences, outcome)
        )
    sure = Session(0.0, 20.0, None, None, reps, (), (), (), "cyclic").sure_reps
    assert sum(chances[sure:]) >= 1.0 - UNSURE - 1e-9
    assert sum(chances[: sure + 1]) > UNSURE - 1e-9


@pytest.mark.parametrize(("confidences", "sure"), [((0.99, 0.99), 10), ((0.99, 0.8), 5), ((0.7, 0.7), 0)])
def test_circles_of_a_set_are_right_or_wrong_together(confidences, sure):
    reps = [
        replace(rep_of(40.0 * number + 3.0 * n, 3.0), confidence=confidence)
        for number, confidence in enumerate(confidences)
        for n in range(5)
    ]
    assert session_of(reps).sure_reps == sure
