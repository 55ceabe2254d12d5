"""Make the pictures of a coached programme again: `python docs/pictures/coach.py` writes coach.svg and page.png.

page.png needs playwright and Chromium, as the tests of the page do.
"""

import asyncio
import shutil
from io import StringIO
from pathlib import Path

from rich.console import Console

import imucount
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.programme import Programme
from imucount.views.coach_view import CoachView
from imucount.web import Page

FOLDER = Path(__file__).parent
RECORDING = FOLDER.parents[1] / "recordings" / "programme_right.csv"
SHOWN_S = 76.0
"""In the second set, when most of its circles are done."""


def coaching_at(time_s: float) -> Coaching:
    """Play the recording to somebody who is coached, up to a time."""
    coaching = Coaching(Guide(Programme.prescribed(period_s=3.0, rest_s=13.0)))
    coaching.act("confirm")
    samples = imucount.read_csv(RECORDING).samples
    counter = imucount.RepCounter("right")
    for start in range(0, len(samples), 10):
        piece = samples[start : start + 10]
        if piece.t[-1] > time_s:
            break
        coaching.update(float(piece.t[-1]), counter.update(piece), counter.progress)
    return coaching


async def draw() -> None:
    """Make both pictures."""
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
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
