"""Alive, ready, well, and in figures."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from agent import status
from agent.store.port import StoreUnavailableError
from agent.web.answers import error, json_answer
from agent.web.parts import parts_of


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return json_answer(HTTPStatus.OK, {"ok": True})


def readyz(writable: status.Writable) -> Handler:
    """The handler that says whether webhooks can be stored. Sockets don't count."""

    async def ready(request: web.Request) -> web.Response:
        if await writable():
            return json_answer(HTTPStatus.OK, {"ok": True})
        parts_of(request).on_unavailable()
        return error(HTTPStatus.SERVICE_UNAVAILABLE, "The store can't be written to.", Retry_After="5")

    return ready


async def all_parts(request: web.Request) -> web.Response:
    """How every part is; 503 names those that somebody must look at."""
    found = await status.look(parts_of(request).status)
    unwell = [name for name, part in found.items() if not part.ok]
    shown = {name: {"ok": part.ok, "says": part.says, **part.facts} for name, part in found.items()}
    code = HTTPStatus.SERVICE_UNAVAILABLE if unwell else HTTPStatus.OK
    return json_answer(code, {"ok": not unwell, "unwell": unwell, "parts": shown})


async def figures(request: web.Request) -> web.Response:
    """Prometheus text; the gauges are read now, and stay as they were while the store doesn't answer."""
    parts = parts_of(request)
    metrics = parts.metrics
    metrics.sockets.set(parts.open_sockets())
    try:
        queue = await parts.store.read(status.queue)
    except StoreUnavailableError:
        queue = None
    if queue is not None:
        for state, count in queue.by_state.items():
            metrics.waiting.labels(state=state).set(count)
        metrics.queue_age_s.set(queue.age_s(parts.clock.now()))
    return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
