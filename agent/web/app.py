"""The table of routes."""

import secrets

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from agent.status import Writable
from agent.web import front, probes
from agent.web.answers import error, protect
from agent.web.console.frame import add_console
from agent.web.installed import installed
from agent.web.linking import add_link_pages
from agent.web.origin import keep_secure
from agent.web.parts import BOARD, Board, Parts
from agent.web.slack_pages import add_slack_pages
from agent.web.webhooks import LARGEST_BYTES, Webhooks

__all__ = ["Parts", "application"]

log = structlog.get_logger()
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address doesn't take that method.",
    413: "That is more than this address takes.",
}


def application(parts: Parts) -> web.Application:
    """The handlers of one agent, which stand on `parts`; `app[BOARD]` takes other ones later."""
    app = web.Application(client_max_size=LARGEST_BYTES, middlewares=[keep_secure, _errors_as_json()])
    app[BOARD] = board = Board(parts=parts)
    app.on_response_prepare.append(protect)
    app.router.add_post("/webhooks/github", Webhooks(board).take)
    app.router.add_get("/", front.front)
    app.router.add_get("/healthz", probes.healthz)
    app.router.add_get("/readyz", probes.readyz(Writable(parts.store, parts.clock)))
    app.router.add_get("/status", probes.all_parts)
    app.router.add_get("/metrics", probes.figures)
    app.router.add_get("/setup/installed", installed)
    add_link_pages(app)
    add_slack_pages(app)
    if parts.console:
        add_console(app, parts.console)
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
            log.exception("a request failed", reference=reference, path=_place(request))
            return error(500, f"Something went wrong here; the log says more about {reference}.")

    return errors_as_json


def _place(request: web.Request) -> str:
    """The pattern of the address: the address itself may hold the secret of a link."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
