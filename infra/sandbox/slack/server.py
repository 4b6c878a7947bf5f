"""The stand-in as a server.

    async with running(world) as urls:
        client = AsyncWebClient(token=world.team("acme").bot_token, base_url=urls.api_url)

`/api/<method>` is the Web API, `/link/` Socket Mode, `/commands/…` and `/actions/…` are response URLs; what
people see in a browser is in `app_pages`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from infra.sandbox.slack import api, hooks, sockets
from infra.sandbox.slack.app_pages import add_app_pages
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.catalogue import catalogue
from infra.sandbox.slack.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where a running stand-in is: `api_url` ends with `/api/`, `base_url` has no slash at its end."""

    base_url: str
    api_url: str


def app(world: World) -> web.Application:
    """Return the aiohttp application of this world. It delivers nothing until `running` has opened the line."""
    table = catalogue()

    async def answer(request: web.Request) -> web.StreamResponse:
        return await api.respond(world, table, request)

    async def link(request: web.Request) -> web.StreamResponse:
        return await sockets.link(world, request)

    async def hook(request: web.Request) -> web.StreamResponse:
        return await hooks.respond(world, request)

    application = web.Application(client_max_size=8 * 1024 * 1024)
    application.add_routes(
        [
            web.get("/api/{method}", answer),
            web.post("/api/{method}", answer),
            web.get("/link/", link),
            web.post("/commands/{rest:.*}", hook),
            web.post("/actions/{rest:.*}", hook),
        ]
    )
    add_app_pages(application, world)
    return application


@asynccontextmanager
async def running(
    world: World, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, name: str | None = None
) -> AsyncIterator[Urls]:
    """Serve the world and deliver its envelopes until the block is left; port 0 takes any free one.

    `name`: the host name in URLs, if it isn't `host` (a certificate's, say).
    """
    runner = web.AppRunner(app(world), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls)
    try:
        await site.start()
        world.public_url = f"{'https' if tls else 'http'}://{name or host}:{runner.addresses[0][1]}"
        async with asyncio.TaskGroup() as tasks:
            world.line.open(tasks)
            try:
                yield Urls(base_url=world.public_url, api_url=f"{world.public_url}/api/")
            finally:
                world.line.close()
    finally:
        for socket in open_sockets(world):
            socket.reset()
        await runner.cleanup()
