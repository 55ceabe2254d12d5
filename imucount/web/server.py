"""Page: serves what a live count shows, its scenes as server-sent events, and takes what is pressed on it.

The page is for the person at this computer. It is served on 127.0.0.1; on another address, for a phone on the same
network, only with a token that one browser can use once. Whatever another page tries in the person's browser is
refused by the Host and the Origin that the browser tells.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import fields
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, Self, get_args

from aiohttp import web

from imucount.coach.coaching import Coaching
from imucount.coach.scene import Scene
from imucount.coach.showing import Action, Showing
from imucount.errors import ProgrammeError

__all__ = ["Page"]

COOKIE = "imucount"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

PARTS = {
    "/": ("index.html", "text/html"),
    "/coach.js": ("coach.js", "text/javascript"),
    "/coach.css": ("coach.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}

LARGEST_ACTION = 256
"""Bytes of what a page posts; an action has a tenth."""

KEEP_ALIVE_S = 5.0
"""Between scenes a comment goes out so often, s, so that a page that is gone is found out."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves a live count on a page, from `async with` on.

    Parameters
    ----------
    showing : Showing
    host : str, default "127.0.0.1"
        An address of this computer. On one that others can reach, the link has a token that can be used once.
    port : int, default 0
        0 is any that is free.
    let_in : callable, optional
        Told a sentence with the next link when one was used.

    Raises
    ------
    ProgrammeError
        On entering, if the address or the port cannot be had.
    """

    def __init__(
        self,
        showing: Showing,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        let_in: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._tell = let_in
        self._showing = showing
        self._host = host
        self._port = port
        self._token: str | None = None
        self._sessions: set[str] = set()
        self._runner: web.AppRunner | None = None
        self._is_closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin to serve."""
        try:
            is_own = ip_address(self._host).is_loopback
        except ValueError:
            is_own = self._host == "localhost"
        self._token = None if is_own else secrets.token_urlsafe(16)
        app = web.Application(middlewares=[self._guarded], client_max_size=LARGEST_ACTION)
        app.add_routes([web.get(path, self._part) for path in PARTS])
        app.add_routes([web.get("/scenes", self._scenes), web.post("/act", self._act)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            raise ProgrammeError(
                f"expected to serve the page on {self._host}, port {self._port}, got: "
                f"{getattr(error, 'strerror', None) or error}; is another coach running there?"
            ) from error
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        """End the streams of all pages, and serve no more."""
        self._is_closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def link(self) -> str:
        """Where the page is; on an address that others can reach, with a token for one browser, new after each."""
        token = "" if self._token is None else f"?token={self._token}"
        return f"http://{self._authority}/{token}"

    @property
    def _authority(self) -> str:
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer only who asks for this very address, from this very page."""
        if request.host not in self._hosts:
            raise web.HTTPForbidden(text="This address is not served here.", headers=HEADERS)
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{request.host}":
            raise web.HTTPForbidden(text="Another page may not do this.", headers=HEADERS)
        if request.method == "POST" and origin is None:
            raise web.HTTPForbidden(text="What is pressed must come from the page.", headers=HEADERS)
        if self._token is not None and request.cookies.get(COOKIE) not in self._sessions:
            return self._let_in(request)
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            answer.headers.update(HEADERS)
            raise
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    @property
    def _hosts(self) -> set[str]:
        own = {f"127.0.0.1:{self._port}", f"localhost:{self._port}"} if self._token is None else set()
        return {self._authority, *own}

    def _let_in(self, request: web.Request) -> web.StreamResponse:
        """Change a token for a cookie, once."""
        token = request.query.get("token", "")
        if self._token is None or not secrets.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPForbidden(
                text="This link was used, or is not complete. The coach shows a new one.", headers=HEADERS
            )
        self._token = secrets.token_urlsafe(16)
        session = secrets.token_urlsafe(16)
        self._sessions.add(session)
        self._tell(f"A browser was let in. For another one: {self.link}")
        response = web.Response(status=303, headers={"Location": "/", **HEADERS})
        response.set_cookie(COOKIE, session, httponly=True, samesite="Strict", path="/")
        return response

    async def _part(self, request: web.Request) -> web.Response:
        name, kind = PARTS[request.path]
        return web.Response(text=(files("imucount.web") / "page" / name).read_text("utf-8"), content_type=kind)

    async def _act(self, request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            action, clip = asked.get("action"), asked.get("clip", 0)
        except (ValueError, AttributeError, RecursionError) as error:
            raise web.HTTPBadRequest(text="Expected an action as JSON.") from error
        companions = self._showing.companions if isinstance(self._showing, Coaching) else ()
        clips = [self._showing, *companions]
        if (
            request.content_type != "application/json"
            or action not in get_args(Action)
            or clip not in range(len(clips))
        ):
            raise web.HTTPBadRequest(text="Expected an action as JSON.")
        clips[clip].act(action)
        return web.Response(status=204)

    async def _scenes(self, request: web.Request) -> web.StreamResponse:
        """Stream scenes for as long as the page listens; it asks again by itself when the connection is lost."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
        await response.prepare(request)
        loop = asyncio.get_running_loop()
        scenes = self._showing.scenes()
        closing = asyncio.ensure_future(self._is_closing.wait())
        coming = asyncio.ensure_future(anext(scenes))
        shown: Scene | None = None
        written_s = loop.time()
        try:
            with suppress(ConnectionResetError, StopAsyncIteration):
                while not closing.done():
                    done, _ = await asyncio.wait(
                        {coming, closing}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED
                    )
                    news: dict[str, Any] = {}
                    if coming in done:
                        news = changes(shown, coming.result())
                        shown = coming.result() if news else shown
                        coming = asyncio.ensure_future(anext(scenes))
                    if news or loop.time() >= written_s + KEEP_ALIVE_S:
                        await response.write(_event(news) if news else b": still here\n\n")
                        written_s = loop.time()
        finally:
            closing.cancel()
            coming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming
        return response


SHOWN = tuple(field.name for field in fields(Scene) if field.name not in ("now_s", "phase"))
"""Members of a scene that the page shows: it draws the loop in place of the phase."""


def changes(shown: Scene | None, now: Scene) -> dict[str, Any]:
    """Tell a page what is new in a scene since the one that it shows: all of it, if it shows none.

    Of a trail that has grown longer only the points that were added are told, as `trail_more`.
    """
    if shown is None:
        return {name: getattr(now, name) for name in SHOWN}
    news = {name: getattr(now, name) for name in SHOWN if getattr(now, name) != getattr(shown, name)}
    if "trail" in news and shown.trail == now.trail[: len(shown.trail)]:
        del news["trail"]
        news["trail_more"] = now.trail[len(shown.trail) :]
    return news


def _event(news: dict[str, Any]) -> bytes:
    data = json.dumps(news, default=_members, allow_nan=False, separators=(",", ":"))
    return f"data: {data}\n\n".encode()


def _members(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}
