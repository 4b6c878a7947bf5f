"""The table of routes."""

import secrets

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from agent.status import Writable
from agent.web import front, probes
from agent.web.answers import error, protect
from agent.web.parts import PARTS, Parts
from agent.web.webhooks import LARGEST_BYTES, Webhooks

__all__ = ["Parts", "application"]

log = structlog.get_logger()
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address doesn't take that method.",
}


def application(parts: Parts) -> web.Application:
    """The handlers of one agent, which stand on `parts`."""
    app = web.Application(client_max_size=LARGEST_BYTES, middlewares=[_errors_as_json()])
    app[PARTS] = parts
    app.on_response_prepare.append(protect)
    app.router.add_post("/webhooks/github", Webhooks(parts).take)
    app.router.add_get("/", front.front)
    app.router.add_get("/healthz", probes.healthz)
    app.router.add_get("/readyz", probes.readyz(Writable(parts.store, parts.clock)))
    app.router.add_get("/status", probes.all_parts)
    app.router.add_get("/metrics", probes.figures)
    return app


def _errors_as_json() -> Middleware:
    @web.middleware
    async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPError as failure:
            answer = error(failure.status, _SENTENCES.get(failure.status, failure.reason))
            if allowed := failure.headers.get("Allow"):
                answer.headers["Allow"] = allowed
            return answer
        except Exception:  # the edge of all pages
            reference = secrets.token_hex(4)
            log.exception("a request failed", reference=reference, path=request.path)
            return error(500, f"Something went wrong here; the log says more about {reference}.")

    return errors_as_json
