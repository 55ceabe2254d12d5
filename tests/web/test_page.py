"""The page in a real browser."""

import asyncio
import itertools
import shutil

import pytest
from programme.test_assessment import WHOLE, circles

from imucount.coach.coaching import Coaching
from imucount.coach.following import Following
from imucount.coach.guide import Guide
from imucount.counter import Progress, RepCounter
from imucount.programme import Programme
from imucount.simulate import Circles, Movement, Wearer, simulate
from imucount.web import Page

playwright = pytest.importorskip("playwright.async_api", reason="the page is tested with playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NO_PHASE = Progress(0, 0, None)


def coached():
    return Coaching(Guide(Programme.prescribed()))


def browsed(play, viewport=(1280, 800), showing=coached, *, problems_are_expected=False):
    """Run `play(tab, page, coaching, context)` with a tab on a page that is served."""

    async def run():
        coaching = showing()
        async with Page(coaching) as page, playwright.async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = await browser.new_context(viewport={"width": viewport[0], "height": viewport[1]})
            tab = await context.new_page()
            problems = []
            tab.on("pageerror", lambda error: problems.append(str(error)))
            tab.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
            await tab.goto(page.link)
            await playwright.expect(tab.locator("body")).not_to_have_attribute("data-stage", "")
            try:
                await play(tab, page, coaching, context)
            finally:
                await browser.close()
            assert problems_are_expected or problems == []

    asyncio.run(run())


PRESS_FROM_ELSEWHERE = """async (link) => {
    const body = JSON.stringify({action: "add"});
    const headers = {"Content-Type": "application/json"};
    for (const mode of ["cors", "no-cors"]) {
        for (const more of [{headers}, {}]) {
            try { await fetch(link + "act", {method: "POST", mode, body, ...more}); } catch (error) {}
        }
    }
    return "tried";
}"""

MUTE = """() => {
    speechSynthesis.speak = (words) => words.dispatchEvent(
        new SpeechSynthesisErrorEvent("error", {utterance: words, error: "synthesis-failed"}));
}"""


async def until(tab, what, value):
    await playwright.expect(tab.locator(f"#{what}")).to_have_text(value, timeout=10_000)


def test_the_page_shows_every_count_of_the_programme():
    async def play(tab, page, coaching, context):
        assert await tab.locator("#set-up li").count() == 3
        await tab.get_by_role("button", name="I am ready").click()
        await playwright.expect(tab.locator("body")).to_have_attribute("data-stage", "still")
        for set_number, each in enumerate(circles(*WHOLE), start=1):
            for number, rep in enumerate(each.reps, start=1):
                if number == 5:
                    coaching.update(rep.end_s, [], Progress(number - 1, 0, 0.95, 1))
                    await until(tab, "provisional", "+1?")
                coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
                await until(tab, "number", str(number))
                await until(tab, "provisional", "")
                assert coaching.scene.count == number
            assert await tab.locator("#set").text_content() == f"Set {set_number} of 6"
        await until(tab, "message", "That was the last set. Well done.")
        assert await tab.locator("#sets tr").count() == 6
        coaching.finish()
        await until(tab, "message", "The session has ended. You may close this page.")

    browsed(play)


POINTS = """(id) => document.getElementById(id).getAttribute("points").split(" ").filter(Boolean)
    .map((point) => point.split(",").map(Number))"""


@pytest.mark.parametrize(("side", "direction"), [("right", "forward"), ("left", "backward")])
def test_the_loop_is_drawn_as_it_is_made(side, direction):
    """Forward is clockwise, seen from the wearer's right side, whichever shoulder it is."""
    still = Movement("standing", 4.0)
    samples = simulate([still, Circles(6, direction), still], wearer=Wearer(side=side), seed=2).samples

    async def play(tab, page, coaching, context):
        coaching.wear(side)
        counter = RepCounter(side)
        for start in range(0, len(samples), 10):
            piece = samples[start : start + 10]
            reps = counter.update(piece)
            coaching.update(float(piece.t[-1]), reps, counter.progress, samples=piece)
            if counter.progress.reps == 4:
                break
        assert len(coaching.scene.trail) > 3
        n = len(coaching.scene.trail)
        await playwright.expect(tab.locator("#dot")).to_be_visible()
        trail = await tab.evaluate(POINTS, "trail")
        loop = await tab.evaluate(POINTS, "last-loop")
        assert (len(trail), len(loop)) == (n, 33)
        area = sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in itertools.pairwise(loop))
        assert (area > 0.0) == (direction == "forward")  # y points down here
        assert max(abs(value) for point in loop for value in point) < 45.0

    browsed(play)


def test_a_count_that_nobody_leads_is_shown_too():
    async def play(tab, page, following, context):
        for number, rep in enumerate(circles((3, "forward"))[0].reps, start=1):
            following.update(rep.end_s + 0.4, [rep], NO_PHASE)
            await until(tab, "number", str(number))
        await until(tab, "set", "Set 1")
        await playwright.expect(tab.get_by_role("button", name="One more", exact=True)).to_be_hidden()
        await tab.get_by_role("button", name="Finish").click()
        await asyncio.wait_for(following.stop.wait(), 10.0)

    browsed(play, showing=Following)


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)])
def test_the_rest_that_is_left_is_seen_without_scrolling(viewport):
    async def play(tab, page, coaching, context):
        first, *_ = circles(*WHOLE)
        for number, rep in enumerate(first.reps, start=1):
            if number == 10:
                coaching.update(rep.end_s, [], Progress(9, 0, 0.9, 1))
                await until(tab, "provisional", "+1?")
                await playwright.expect(tab.locator("#dial")).to_be_in_viewport(ratio=1.0)
            coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
        await until(tab, "number", "10")
        await until(tab, "rest-left", "30 s")
        for what in ("number", "rest-bar", "rest-left", "rest-next"):
            await playwright.expect(tab.locator(f"#{what}")).to_be_in_viewport(ratio=1.0)
        await playwright.expect(tab.get_by_role("button", name="Skip the rest")).to_be_in_viewport()
        await tab.reload()
        await until(tab, "rest-left", "30 s")
        assert await tab.evaluate("document.getElementById('rest-bar').max") == 30
        assert await tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    browsed(play, viewport)


def test_a_page_that_lost_the_coach_goes_on_by_itself():
    async def play(tab, page, coaching, context):
        (first, *_) = circles(*WHOLE)
        coaching.update(first.reps[0].end_s + 0.4, [first.reps[0]], NO_PHASE)
        await until(tab, "number", "1")
        port = int(page.link.rstrip("/").rpartition(":")[2])
        await page.__aexit__(None, None, None)
        await playwright.expect(tab.locator("#link")).to_contain_text("cannot be reached")
        for rep in first.reps[1:4]:
            coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
        async with Page(coaching, port=port):
            await until(tab, "number", "4")
            await until(tab, "link", "")

    browsed(play, problems_are_expected=True)


def test_two_clips_are_shown_and_corrected_apart():
    async def play(tab, page, coaching, context):
        left = Coaching(Guide(Programme.prescribed()), "left", "left")
        coaching.join(left)
        (first, *_) = circles(*WHOLE)
        for number, rep in enumerate(first.reps[:3], start=1):
            coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
            if number < 3:
                left.update(rep.end_s + 0.4, [rep], NO_PHASE)
        await until(tab, "number", "3")
        line = tab.locator("#beside span")
        await playwright.expect(line).to_have_text("left: 2 / 10")
        await tab.get_by_role("button", name="One more, left").click()
        await playwright.expect(line).to_have_text("left: 3 / 10")
        assert (coaching.scene.count, left.scene.count) == (3, 3)

    browsed(play)


def test_a_reload_and_a_second_tab_lose_nothing():
    async def play(tab, page, coaching, context):
        (first, *_) = circles(*WHOLE)
        for rep in first.reps[:4]:
            coaching.update(rep.end_s + 0.4, [rep], NO_PHASE)
        await until(tab, "number", "4")
        await tab.reload()
        await until(tab, "number", "4")
        second = await context.new_page()
        await second.goto(page.link)
        coaching.update(first.reps[4].end_s + 0.4, [first.reps[4]], NO_PHASE)
        await until(tab, "number", "5")
        await until(second, "number", "5")
        await second.get_by_role("button", name="One less").click()
        await until(tab, "number", "4")
        assert await tab.locator("#sets tr").first.locator("td").nth(2).text_content() == "4 (-1 by hand)"

    browsed(play)


def test_a_page_of_another_origin_cannot_press():
    async def play(tab, page, coaching, context):
        other = await context.new_page()
        await other.goto("about:blank")
        outcome = await other.evaluate(PRESS_FROM_ELSEWHERE, page.link)
        assert outcome == "tried"
        assert coaching.scene.count == 0

    browsed(play)


def test_a_voice_that_fails_is_told_and_a_tone_counts():
    async def play(tab, page, coaching, context):
        await tab.evaluate(MUTE)
        await tab.get_by_role("button", name="Turn the voice on").click()
        await until(tab, "sound", "This browser cannot speak here, so a tone counts instead.")
        coaching.update(10.0, [circles((1, "forward"))[0].reps[0]], NO_PHASE)
        await playwright.expect(tab.locator("body")).to_have_attribute("data-tones", "2")

    browsed(play)


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)])
def test_it_can_be_used_without_a_mouse_and_read_aloud(viewport):
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe looks for barriers")

    async def play(tab, page, coaching, context):
        for stage in ("set-up", "set"):
            found = await axe.Axe().run(tab)
            serious = [
                each["id"] for each in found.response["violations"] if each["impact"] in ("serious", "critical")
            ]
            assert serious == [], stage
            if stage == "set-up":
                await tab.get_by_role("button", name="I am ready").focus()
                await tab.keyboard.press("Enter")
                await playwright.expect(tab.locator("body")).to_have_attribute("data-stage", "still")
                coaching.update(10.0, [circles((1, "forward"))[0].reps[0]], Progress(1, 0, 0.3))
                await until(tab, "number", "1")
        assert await tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    browsed(play, viewport)
