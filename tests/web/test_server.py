"""The page's server as a program meets it that is not the page."""

import asyncio
import json

import aiohttp
import pytest

from imucount import ProgrammeError
from imucount.coach.coaching import Coaching
from imucount.coach.guide import Guide
from imucount.counter import Progress
from imucount.programme import Programme
from imucount.web import Page


def served(play, **options):
    """Run `play(page, coaching, browser)` against a page that is served."""

    async def run():
        coaching = Coaching(Guide(Programme.prescribed()))
        async with Page(coaching, **options) as page, aiohttp.ClientSession() as browser:
            await play(page, coaching, browser)

    asyncio.run(run())


def origin_of(page):
    return page.link.partition("?")[0].rstrip("/")


def test_the_parts_of_the_page_are_there_and_take_nothing_from_elsewhere():
    async def play(page, coaching, browser):
        for part in ("", "coach.js", "coach.css", "icon.svg"):
            async with browser.get(page.link + part) as answer:
                assert answer.status == 200
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert "unsafe" not in answer.headers["Content-Security-Policy"]
                text = await answer.text()
                assert "//" not in text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")

    served(play)


def test_what_is_pressed_is_done():
    async def play(page, coaching, browser):
        headers = {"Origin": origin_of(page)}
        async with browser.post(page.link + "act", json={"action": "confirm"}, headers=headers) as answer:
            assert answer.status == 204
        assert coaching.scene.stage == "still"

    served(play)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://example.org"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}],
)
def test_another_page_cannot_press(headers):
    async def play(page, coaching, browser):
        async with browser.post(page.link + "act", json={"action": "confirm"}, headers=headers) as answer:
            assert answer.status == 403
        assert coaching.scene.stage == "set-up"

    served(play)


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org:80", ""])
def test_another_name_for_this_address_is_refused(host):
    async def play(page, coaching, browser):
        for path in ("", "scenes"):
            async with browser.get(page.link + path, headers={"Host": host}) as answer:
                assert answer.status in (400, 403)

    served(play)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"action": "explode"}', b'{"action": {}}', b"[" * 200, b"x" * 1000]
)
def test_what_is_no_action_is_refused(body):
    async def play(page, coaching, browser):
        headers = {"Origin": origin_of(page), "Content-Type": "application/json"}
        async with browser.post(page.link + "act", data=body, headers=headers) as answer:
            assert answer.status in (400, 413)
        assert coaching.scene.stage == "set-up"

    served(play)


def test_scenes_come_as_they_change_until_it_is_over():
    async def play(page, coaching, browser):
        scenes = []
        async with browser.get(page.link + "scenes") as answer:
            async for line in answer.content:
                if line.startswith(b"data: "):
                    scenes.append(json.loads(line[6:]))
                    if len(scenes) == 1:
                        coaching.act("confirm")
                    elif len(scenes) == 2:
                        coaching.update(1.0, [], Progress(0, 0, 0.5))  # nothing that a page shows
                        coaching.finish()
        whole, confirmed, over = scenes
        assert (whole["stage"], len(whole["set_up"]), whole["is_over"]) == ("set-up", 3, False)
        assert (confirmed["stage"], sorted(confirmed)) == ("still", ["said", "stage"])
        assert over == {"is_over": True}

    served(play)


def test_on_an_address_that_others_reach_a_link_lets_one_browser_in():
    async def play(page, coaching, browser):
        link = page.link.replace("0.0.0.0", "127.0.0.1")
        bare = link.partition("?")[0]
        host = {"Host": page.link.partition("//")[2].partition("/")[0]}
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as phone:
            async with phone.get(bare, headers=host) as answer:
                assert answer.status == 403
            async with phone.get(link, headers=host, allow_redirects=False) as answer:
                assert answer.status == 303
                assert answer.cookies["imucount"]["httponly"]
            async with phone.get(bare, headers=host) as answer:
                assert answer.status == 200
        async with browser.get(link, headers=host) as answer:
            assert answer.status == 403
        assert page.link.partition("?")[2] != link.partition("?")[2]

    served(play, host="0.0.0.0")


def test_a_port_that_is_taken_is_told():
    async def play(page, coaching, browser):
        port = int(page.link.rstrip("/").rpartition(":")[2])
        with pytest.raises(ProgrammeError, match="is another coach running there"):
            async with Page(coaching, port=port):
                pass

    served(play)
