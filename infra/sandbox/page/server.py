"""The page as a server on loopback: static files, and the few calls that they make.

Only requests with a JSON body change anything: another site's form, which can't send one, reaches nothing.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web

from infra.sandbox.page import acting, forms, shown, stream, watching
from infra.sandbox.page.acting import Place
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.troubles import troubles_of

STATIC = Path(str(files("infra.sandbox.page"))) / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Body = dict[str, Any]
Answer = Callable[[Body], Awaitable[str | Body]]
Start = Callable[[Coroutine[None, None, None]], None]


@asynccontextmanager
async def serving(parts: Parts, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the page on a bound socket as long as the block runs."""
    news, watched = stream.Stream(), watching.Watched()
    running: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as tasks:

        def start(work: Coroutine[None, None, None]) -> None:
            task = tasks.create_task(work)
            running.add(task)
            task.add_done_callback(running.discard)

        runner = web.AppRunner(_application(parts, news, watched, start), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        start(stream.relay_slack(parts, news))
        start(
            watching.watch(
                parts,
                watched,
                lambda seen: news.publish("watched", seen),
                lambda: news.publish("snapshot", shown.snapshot(parts)),
            )
        )
        try:
            yield
        finally:
            await runner.cleanup()
            for task in running:
                task.cancel()


def _application(parts: Parts, news: stream.Stream, watched: watching.Watched, start: Start) -> web.Application:
    async def index(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def state(_request: web.Request) -> web.Response:
        return web.json_response(shown.snapshot(parts) | {"watched": watched.now})

    async def events(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        async for event in stream.events(parts, news, watched):
            await response.write(event)
        return response

    async def say(body: Body) -> str:
        return await acting.say(parts, _place(body), body["text"])

    async def click(body: Body) -> str:
        used = {name: body.get(name) for name in ("value", "values")}
        return await acting.click(parts, _place(body), body["ts"], body["action_id"], **used)

    async def happen(body: Body) -> str:
        return acting.act(parts, body["action"], body["repository"], body["by"])

    async def trouble(body: Body) -> str:
        start(troubles_of(parts)[body["trouble"]].start(parts))
        return ""

    application = web.Application()
    application.on_response_prepare.append(_guard)
    application.add_routes(
        [
            web.get("/", index),
            web.get("/api/state", state),
            web.get("/api/events", events),
            web.post("/api/say", _route(say)),
            web.post("/api/click", _route(click)),
            web.post("/api/happen", _route(happen)),
            web.post("/api/trouble", _route(trouble)),
            *(web.post(path, _route(answer)) for path, answer in _form_calls(parts).items()),
            web.static("/static", STATIC),
        ]
    )
    return application


def _form_calls(parts: Parts) -> dict[str, Answer]:
    """What the page asks about modals, Home and shortcuts, by its path."""

    async def submit(body: Body) -> Body:
        return await forms.submit(parts, _place(body), body["view"], body.get("values", {}))

    async def close(body: Body) -> Body:
        return await forms.close(parts, _place(body), body["view"], everything=bool(body.get("everything")))

    async def click(body: Body) -> Body:
        used = (body["element"], body.get("value"), body.get("values", {}))
        return await forms.click(parts, _place(body), body["view"], *used)

    async def suggest(body: Body) -> Body:
        asked = (body["element"], body["typed"])
        if "ts" in body:
            return await forms.suggest_in_message(parts, _place(body), body["ts"], *asked)
        return await forms.suggest(parts, _place(body), body["view"], *asked, body.get("values", {}))

    async def shortcut(body: Body) -> Body:
        if "ts" in body:
            return await forms.message_shortcut(parts, _place(body), body["ts"], body["callback_id"])
        return await forms.shortcut(parts, _place(body), body["callback_id"])

    async def home(body: Body) -> Body:
        return await forms.home(parts, _place(body), body.get("tab", "home"))

    return {
        "/api/view/submit": submit,
        "/api/view/close": close,
        "/api/view/click": click,
        "/api/suggest": suggest,
        "/api/shortcut": shortcut,
        "/api/home": home,
    }


def _route(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A POST of JSON, answered with `{"notice": "…"}` and more; what it names and isn't there is a 404."""

    async def respond(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            said = await answer(await request.json())
            return web.json_response({"notice": said} if isinstance(said, str) else {"notice": "", **said})
        except LookupError:
            return web.json_response({"notice": "That is no longer there. Reload the page."}, status=404)

    return respond


async def _guard(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _place(body: Body) -> Place:
    return Place(team=body["team"], channel=body["channel"], user=body["user"])
