"""Text from outside is shown as it is written, and never obeyed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from imucount.cli.screen import CountDisplay, console, panes
from imucount.counter import RepCounter
from imucount.outside_text import printable_line, quoted
from imucount.session import Session
from imucount.sources.source import Notice
from imucount.views.files_tables import sessions_table
from imucount.views.live_view import live_view, recording_view
from imucount.views.session_table import session_table

NASTY = [
    "[/red]",
    "[bold]x[/bold]",
    "[/]",
    ":smile:",
    "a\x1b[2Jb",
    "\x9b31m",
    "\r\nrm",
    "\u202eabc",
    "\x07",
    "\ud800",
]


@given(st.text(max_size=300), st.integers(10, 100))
def test_any_text_becomes_one_printable_line_of_a_length(text, longest):
    line = printable_line(text, longest)
    assert len(line) <= longest
    assert line.isprintable()
    assert printable_line(line, longest) == line
    assert quoted(text).isprintable()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=60))
def test_text_that_is_printable_stays_as_it_is(text):
    assert printable_line(text) == text


def drawn(view):
    screen = Console(file=io.StringIO(), width=100, markup=False, emoji=False, highlight=False)
    screen.print(view)
    return screen.file.getvalue()


@pytest.mark.parametrize("name", NASTY)
def test_views_show_it_as_text(name):
    session = Session(0.0, 9.0, "right", 100.0, (), (), (), (f"Columns that are not read: {name}.",))
    progress = RepCounter().progress
    for view in (
        session_table(session, name),
        sessions_table({name: session, "other": name}, "shoulder-circles"),
        live_view((), progress, 1.0, name, [Notice(0.5, "dropped", name)]),
        recording_view(1.0, 5, name, [Notice(0.5, "dropped", name)]),
    ):
        shown = drawn(view)
        assert printable_line(name) in shown.replace("\n", " ")
        assert all(character.isprintable() or character == "\n" for character in shown)


@pytest.mark.parametrize("name", NASTY)
def test_the_screen_takes_no_markup(name, capsys):
    console().print(f"{name}: stopping".encode(errors="replace").decode())
    with panes([name]) as (pane,):
        CountDisplay(pane, name, "shoulder-circles").update((), RepCounter().progress, 0.0)
        pane.tell(name)
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == printable_line(name)
