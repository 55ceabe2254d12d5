import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from programme.test_assessment import BACKWARD, FORWARD, WHOLE, circles

from imucount import count
from imucount.form import form_of
from imucount.programme import Programme, assess
from imucount.session import Session
from imucount.simulate import programme, simulate
from imucount.views.report_page import report_page

pytest.importorskip("jinja2", reason="reports are made with jinja2")


def session_of(*done, warnings=(), **options):
    sets = circles(*done, **options)
    reps = tuple(rep for each in sets for rep in each.reps)
    return Session(0.0, 400.0, "right", 50.0, reps, sets, (), tuple(warnings))


def page_of(session, programme=None, **options):
    return report_page(session, None if programme is None else assess(programme, session.sets), **options)


def test_the_whole_programme_is_told_and_drawn():
    page = page_of(session_of(*WHOLE), Programme.prescribed())
    assert "The whole programme was done: 60 of 60 circles." in page
    assert page.count("<tr><td>") == 6
    assert page.count("<td>done</td></tr>") == 6
    assert page.count('<circle class="forward"') == page.count('<circle class="backward"') == 60  # tempo and size


def test_what_was_not_as_planned_is_told_in_words():
    done = [FORWARD, (8, "forward"), *[BACKWARD] * 3, (3, "backward")]
    page = page_of(session_of(*done, rest_s=15.0), Programme.prescribed(period_s=5.0))
    assert "48 of 60 circles of the programme were done." in page
    assert "Set 3 was left out." in page
    assert "Set 2 has fewer circles than planned." in page
    assert "Sets 1, 2, 4, 5 and 6 were too fast." in page
    assert "Sets 2, 4, 5 and 6 began after too short a rest." in page
    assert "1 extra set was done." in page
    results = re.findall(r"<td>([^<]*)</td></tr>", page)
    assert results == ["done", "partial", "missing", "done", "done", "done", "extra"]


@pytest.mark.parametrize("programme", [None, Programme.prescribed()])
def test_every_column_has_a_heading(programme):
    page = page_of(session_of(*WHOLE), programme)
    headings = re.findall(r"<th>([^<]*)</th>", page)
    assert all(headings)
    first = page[page.index("<tbody>") :].partition("</tr>")[0]
    assert first.count("<td>") == len(headings)


def test_a_session_without_a_programme_is_told_too():
    assert "18 circles in 2 sets." in page_of(session_of(FORWARD, (8, "backward")))
    assert "0 circles in 0 sets." in page_of(session_of())


def test_text_from_outside_is_text():
    session = session_of(FORWARD, warnings=["<script>alert(1)</script>"])
    page = page_of(session, title='"><img src=x onerror=alert(1)>')
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_it_needs_no_network():
    page = page_of(session_of(*WHOLE), Programme.prescribed())
    assert re.findall(r"(?:src|href)=|url\(|@import", page) == []
    assert "default-src 'none'" in page


def test_a_session_of_any_exercise_has_no_size():
    session = session_of((10, "unknown"))
    reps = tuple(replace(rep, elevation_deg=None, protraction_deg=None) for rep in session.reps)
    page = page_of(replace(session, exercise="cyclic", reps=reps, sets=(replace(session.sets[0], reps=reps),)))
    assert "10 reps in 1 set." in page
    assert "Size, circle by circle" not in page


@pytest.fixture(scope="module")
def measured():
    """A programme of a virtual wearer, with the form of its circles."""
    samples = simulate(programme(period_s=2.0, rest_s=8.0), seed=3).samples
    session = count(samples, side="right")
    return session, assess(Programme.prescribed(), session.sets), form_of(samples, session.reps, "right")


def test_loops_are_drawn_set_by_set(measured):
    page = report_page(*measured)
    assert page.count('<polygon class="loop"') == len(measured[0].reps)
    assert page.count('class="mean forward-line"') == page.count('class="mean backward-line"') == 3
    assert "roundness 0.9" in page
    assert "Arms: not measured" in page
    assert ", 100 %" in page


@pytest.mark.long
def test_it_prints_on_two_pages(measured, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    page, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(report_page(*measured, title="a session"), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [chromium, *flags, f"--print-to-pdf={printed}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=100,
    )
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed.read_bytes())) == 2
