"""GHES on a socket: the REST API of a `World`, and the sending of its webhooks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cache
from ssl import SSLContext
from typing import assert_never
from uuid import uuid4

import aiohttp
from aiohttp import web

from infra.sandbox.ghes.answers import RefusalError, not_found, respond
from infra.sandbox.ghes.browser import ROWS
from infra.sandbox.ghes.endpoints import ENDPOINTS
from infra.sandbox.ghes.faults import Fault, LostAfterWrite, PrimaryLimit, SecondaryLimit, ServerError, Slow, strike
from infra.sandbox.ghes.gate import API, WORLD, mounted
from infra.sandbox.ghes.hooks import pump
from infra.sandbox.ghes.world import World

SUPPORTED_API_VERSIONS = {"2022-11-28"}
BODY_LIMIT_BYTES = 26 * 2**20
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that listens; `url` is its web root without a slash."""

    url: str
    world: World

    @property
    def api_url(self) -> str:
        """Root of the REST API."""
        return self.url + API


def app(world: World) -> web.Application:
    """Return the REST API of the world, and the pages of its web host; its webhooks flow only under `running`."""
    application = web.Application(middlewares=[_serve], client_max_size=BODY_LIMIT_BYTES)
    application[WORLD] = world
    for resource in _resources():
        application.router.register_resource(resource)
    return application


@cache
def _resources() -> Sequence[web.AbstractResource]:
    """All paths with their handlers, which find their world in the request: made once for all worlds."""
    router = web.UrlDispatcher()
    for endpoint in ENDPOINTS:
        for method, path, handler in mounted(endpoint):
            router.add_route(method, path, handler)
    for method, path, handler in ROWS:
        router.add_route(method, path, handler)
    return tuple(router.resources())


@asynccontextmanager
async def running(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    ssl: SSLContext | None = None,
    *,
    name: str = "",
    hook_ssl: SSLContext | None = None,
) -> AsyncIterator[Running]:
    """Serve the world and send its webhooks until the block is left.

    `name` is the host name that links carry, `host` when empty. `ssl` is the server's own certificate, `hook_ssl`
    whom it trusts when it sends webhooks.
    """
    runner = web.AppRunner(app(world), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=ssl).start()
    world.web_url = f"{'https' if ssl else 'http'}://{name or host}:{runner.addresses[0][1]}"
    connector = aiohttp.TCPConnector(ssl=hook_ssl or True)
    async with aiohttp.ClientSession(connector=connector) as session:
        pumping = asyncio.create_task(pump(world, session))
        try:
            yield Running(url=world.web_url, world=world)
        finally:
            pumping.cancel()
            with suppress(asyncio.CancelledError):
                await pumping
            await runner.cleanup()


@web.middleware
async def _serve(request: web.Request, handler: Next) -> web.StreamResponse:
    """Let a fault strike, run the endpoint, word refusals, and sign with the server's version and time."""
    world = request.app[WORLD]
    fault = strike(world.faults, request.method, request.path)
    try:
        if isinstance(fault, Slow):
            await world.clock.sleep(fault.seconds)
        _raise(world, fault)
        _check_api_version(world, request.headers.get("X-GitHub-Api-Version", "2022-11-28"))
        response = await handler(request)
    except RefusalError as refusal:
        response = respond(request, refusal.answer)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        response = respond(request, not_found().answer)
    if isinstance(fault, LostAfterWrite) and request.transport:
        request.transport.abort()
    response.headers["X-GitHub-Enterprise-Version"] = world.version
    response.headers["Date"] = format_datetime(world.now(), usegmt=True)
    response.headers["X-GitHub-Request-Id"] = str(uuid4())
    return response


def _check_api_version(world: World, version: str) -> None:
    if version in world.withdrawn_api_versions:
        raise RefusalError(410, "This API version is no longer supported.")
    if version not in SUPPORTED_API_VERSIONS:
        raise RefusalError(400, f"Version {version!r} is not supported on this server.")


def _raise(world: World, fault: Fault | None) -> None:
    match fault:
        case ServerError():
            raise RefusalError(fault.status, "Server Error")
        case PrimaryLimit():
            raise _primary(world, fault)
        case SecondaryLimit():
            raise _secondary(fault)
        case LostAfterWrite() | Slow() | None:
            return
        case never:
            assert_never(never)


def _primary(world: World, fault: PrimaryLimit) -> RefusalError:
    headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Used": "5000",
        "X-RateLimit-Reset": str(int(world.now().timestamp()) + fault.reset_in_s),
        "X-RateLimit-Resource": "core",
    }
    return RefusalError(fault.status, "API rate limit exceeded for installation.", headers=headers)


def _secondary(fault: SecondaryLimit) -> RefusalError:
    text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    return RefusalError(fault.status, text, headers=headers)
