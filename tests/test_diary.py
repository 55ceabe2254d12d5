from datetime import UTC, datetime, timedelta

import pytest
from programme.test_assessment import WHOLE, circles

from imucount import ImucountError, Programme, RecordingError, Session, assess
from imucount.diary import Diary

NOW = datetime(2026, 3, 4, 10, 15, tzinfo=UTC)


@pytest.fixture
def session():
    sets = circles(*WHOLE)
    return Session(0.0, 400.0, "left", 50.0, tuple(rep for each in sets for rep in each.reps), sets, (), ())


def test_what_is_kept_is_found_again(tmp_path, session):
    diary = Diary(tmp_path / "kept")
    assert diary.entries() == []
    entry = diary.new(NOW, "left")
    assert (entry.name, entry.start_utc) == ("2026-03-04T10-15-00Z-left", NOW)
    assessment = assess(Programme.prescribed(), session.sets)
    entry.save(session, assessment)
    assert diary.find("last").load() == diary.find("2026-03-04").load() == (session, assessment)


def test_two_sessions_of_a_second_are_two(tmp_path):
    diary = Diary(tmp_path)
    names = {diary.new(NOW, "left").name, diary.new(NOW, "left").name, diary.new(NOW, "right").name}
    assert len(names) == len(diary.entries()) == 3


def test_a_session_that_was_killed_is_known_by_its_recording(tmp_path, session):
    diary = Diary(tmp_path)
    entry = diary.new(NOW, None)
    assert diary.unfinished() == []
    entry.next_recording.write_text("t,ax,ay,az\n")
    assert diary.unfinished() == [entry]
    assert entry.next_recording.name == "recording-002.csv"
    entry.save(session)
    assert diary.unfinished() == []
    assert entry.load() == (session, None)


def test_an_unfinished_session_is_found_after_a_later_one(tmp_path, session):
    diary = Diary(tmp_path)
    killed = diary.new(NOW, None)
    killed.next_recording.write_text("t,ax,ay,az\n")
    diary.new(NOW + timedelta(hours=1), None).save(session)
    assert diary.unfinished() == [killed]


def test_a_session_that_a_program_holds_is_not_unfinished(tmp_path):
    diary = Diary(tmp_path)
    entry = diary.new(NOW, None)
    entry.next_recording.write_text("t,ax,ay,az\n")
    with entry.held():
        assert entry.is_going_on
        assert diary.unfinished() == []
    assert diary.unfinished() == [entry]


def test_one_that_was_killed_before_its_first_sample_is_not_taken_up(tmp_path):
    diary = Diary(tmp_path)
    entry = diary.new(NOW, None)
    entry.next_recording.touch()
    assert diary.unfinished() == []
    assert entry.next_recording.name == "recording-002.csv"


def test_one_without_a_recording_leaves_nothing(tmp_path):
    diary = Diary(tmp_path)
    entry = diary.new(NOW, None)
    with entry.held():
        entry.begin(Programme.prescribed())
        entry.note_pressed(0.0, "confirm")
    assert diary.entries() == []


def test_what_was_pressed_is_found_again_but_for_a_line_that_was_cut_short(tmp_path):
    entry = Diary(tmp_path).new(NOW, None)
    entry.note_pressed(1.25, "confirm")
    entry.note_pressed(20.0, "undo")
    with open(entry.folder / "pressed.txt", "a") as file:
        file.write("21.")
    assert entry.pressed() == [(1.25, "confirm"), (20.0, "undo")]


@pytest.mark.parametrize("name", ["", "last", "2026", "nothing", "../.."])
def test_a_name_that_is_none_is_told(tmp_path, name):
    with pytest.raises(RecordingError, match="imucount history"):
        Diary(tmp_path).find(name)


def test_a_damaged_result_is_told_with_its_place(tmp_path, session):
    entry = Diary(tmp_path).new(NOW, None)
    entry.save(session)
    (entry.folder / "session.json").write_text("{")
    with pytest.raises(ImucountError, match=r"session\.json"):
        entry.load()


def test_a_place_where_nothing_can_be_kept_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="--dir names another one"):
        Diary(tmp_path / "file" / "kept").new(NOW, None)
