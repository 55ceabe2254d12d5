"""Make the pictures of a coached programme again: `python docs/pictures/coach.py`.

It writes coach.svg, the terminal; page.png, the page; and report.png, the report. The latter two need playwright
and Chromium, as the tests of the page do.
"""

import asyncio
import shutil
from io import StringIO
from pathlib import Path

from rich.console import Console

import imucount
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.form import form_of
from imucount.programme import Programme
from imucount.views.coach_view import CoachView
from imucount.views.report_page import report_page
from imucount.web import Page

FOLDER = Path(__file__).parent
RECORDING = FOLDER.parents[1] / "recordings" / "programme_right.csv"
SHOWN_S = 76.0
"""In the second set, when most of its circles are done."""


def coaching_at(time_s: float) -> Coaching:
    """Play the recording to somebody who is coached, up to a time."""
    coaching = Coaching(Guide(Programme.prescribed(period_s=3.0, rest_s=13.0)), "right")
    coaching.act("confirm")
    samples = imucount.read_csv(RECORDING).samples
    counter = imucount.RepCounter("right")
    for start in range(0, len(samples), 10):
        piece = samples[start : start + 10]
        if piece.t[-1] > time_s:
            break
        coaching.update(float(piece.t[-1]), counter.update(piece), counter.progress, samples=piece)
    return coaching


def report() -> str:
    """Write the report of the whole recording, which kept to the programme."""
    recording = imucount.read_csv(RECORDING)
    session = imucount.count(recording)
    assessment = imucount.assess(Programme.prescribed(period_s=3.0, rest_s=13.0), session.sets)
    forms = form_of(recording.samples, session.reps, session.side)
    return report_page(session, assessment, forms, title=RECORDING.stem)


async def draw() -> None:
    """Make the pictures."""
    coaching = coaching_at(SHOWN_S)
    console = Console(width=72, height=24, record=True, file=StringIO(), force_terminal=True)
    console.print(CoachView.of(coaching.scene))
    console.save_svg(str(FOLDER / "coach.svg"), title="imucount coach")

    from playwright.async_api import async_playwright

    async with Page(coaching) as page, async_playwright() as driver:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = await browser.new_page(viewport={"width": 1000, "height": 700})
        await tab.goto(page.link)
        await tab.wait_for_timeout(500)
        await tab.screenshot(path=FOLDER / "page.png")
        tab = await browser.new_page(viewport={"width": 760, "height": 800})
        await tab.set_content(report())
        await tab.screenshot(path=FOLDER / "report.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
