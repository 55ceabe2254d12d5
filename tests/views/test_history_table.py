import io
from datetime import UTC, datetime, timedelta

from programme.test_assessment import WHOLE, circles
from rich.console import Console

from imucount.form import Form
from imucount.programme import Programme, assess
from imucount.session import Session
from imucount.views.history_table import KeptSession, history_table

NOW = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)


def session(side):
    sets = circles(*WHOLE)
    return Session(0.0, 400.0, side, 50.0, tuple(rep for each in sets for rep in each.reps), sets, (), ())


def kept(days_ago, side, size_deg=10.0, roundness=0.8):
    done = session(side)
    forms = tuple(Form(rep.start_s, 3.0, size_deg, roundness, 0.8, -2.5) for rep in done.reps)
    start_utc = NOW - timedelta(days=days_ago)
    assessment = assess(Programme.prescribed(), done.sets)
    return KeptSession(f"{start_utc:%Y-%m-%d}-{side}", start_utc, done, assessment, forms)


def text_of(sessions):
    console = Console(width=200, file=io.StringIO())
    console.print(history_table(sessions, NOW))
    return console.file.getvalue()


def test_sides_that_were_worn_at_once_are_compared_with_each_other():
    text = text_of([kept(9, "left"), kept(2, "left", 9.0), kept(2, "right", 12.0), kept(1, "left", 11.0)])
    assert "size 9 and 12 deg (0.75 : 1)" in text
    assert "(medians, n = 60 and 60). Worn at once." in text


def test_sides_of_two_sessions_are_compared_where_they_were_not_worn_at_once():
    text = text_of([kept(3, "left", 9.0), kept(2, "right", 12.0)])
    assert "size 9 and 12 deg" in text
    assert "The last sessions of each." in text


def test_progress_and_the_last_week_are_told():
    text = text_of([kept(10, "right", 9.0, 0.7), kept(2, "right", 12.0, 0.9)])
    assert "Right, 2026-03-10 to 2026-03-18: size 9 to 12 deg, roundness 0.70 to 0.90" in text
    assert "Last 7 days: 60 circles in 1 session; the 7 days before: 60 circles in 1 session." in text


def test_what_was_not_finished_and_not_measured_is_listed():
    text = text_of([KeptSession("a", NOW, None), KeptSession("b", NOW, session("left"))])
    assert "not finished" in text
    assert "Left: median" in text
    assert "Left and right" not in text
