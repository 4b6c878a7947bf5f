"""`/_slack/`: the pages on which somebody adds the Slack app to a workspace.

    GET /_slack/ ──▶ what it is, what it may do ──▶ POST /_slack/install ──▶ Slack ──▶ GET /_slack/oauth/callback
                                                     sets a cookie                      the same cookie; then to Slack

Whoever reaches the agent may look at them: Slack decides who may install an app. So they name no workspace.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp_jinja2
import structlog
from aiohttp import web

from agent.examining.scopes import COSTS, OPTIONAL, WANTED
from agent.setup.installing import Installed, Installing, Stopped
from agent.store.port import StoreUnavailableError
from agent.store.round_trips import LIFE_S
from agent.web.parts import parts_of
from agent.web.slack_texts import TEXTS

log = structlog.get_logger()
COOKIE = "ghe_slack_install"
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)
_STYLES = Path(str(files("agent.web"))) / "static" / "slack.css"

Page = Callable[[web.Request, Installing], Awaitable[web.StreamResponse]]


def add_slack_pages(app: web.Application) -> None:
    """Add the routes; `agent.web.linking` has set the templates up."""
    app.router.add_get("/_slack", _with_slash)
    app.router.add_get("/_slack/", _page(_invitation, up="../"))
    app.router.add_post("/_slack/install", _page(_install, up="../"))
    app.router.add_get("/_slack/oauth/callback", _page(_callback, up="../../"))
    app.router.add_get("/_slack/static/slack.css", _style)


def _page(draw: Page, *, up: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(request: web.Request) -> web.StreamResponse:
        request["up"] = up
        installing = parts_of(request).installing
        if installing is None:
            return _stopped(request, Stopped.NOT_SET_UP)
        if installing.stopped:
            return _stopped(request, installing.stopped)
        try:
            return await draw(request, installing)
        except StoreUnavailableError as failure:
            log.warning("nothing can be installed, since the store is away", reason=str(failure))
            return _stopped(request, Stopped.STORE_AWAY)

    return page


async def _with_slash(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "_slack/"})


async def _invitation(request: web.Request, installing: Installing) -> web.StreamResponse:
    parts = parts_of(request)
    context = {
        "ghes_url": parts.ghes_hosts.web,
        "command": parts.command,
        "known": installing.known,
        "restricted": installing.restricted,
        "optional": [(scope, COSTS[scope]) for scope in WANTED if scope in OPTIONAL],
    }
    return _drawn(request, "slack_install.html", context, forms_go=_sources(installing))


async def _install(request: web.Request, installing: Installing) -> web.StreamResponse:
    browser = _browser(request) or secrets.token_urlsafe(32)
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": await installing.begin(browser)})
    at = urlsplit(parts_of(request).agent_url)
    response.set_cookie(
        COOKIE,
        browser,
        max_age=int(LIFE_S),
        path=f"{at.path.rstrip('/')}/_slack",
        secure=at.scheme == "https",
        httponly=True,
        samesite="Lax",
    )
    return response


async def _callback(request: web.Request, installing: Installing) -> web.StreamResponse:
    asked = request.query
    found = await installing.returned(
        asked.get("state", ""), _browser(request), asked.get("code", ""), asked.get("error", "")
    )
    if isinstance(found, Installed):
        lacks = [(scope, COSTS[scope], scope in OPTIONAL) for scope in found.lacks]
        context = {"installed": found, "lacks": lacks, "command": parts_of(request).command}
        return _drawn(request, "slack_installed.html", context)
    return _stopped(request, found)


async def _style(_request: web.Request) -> web.StreamResponse:
    headers = {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(_STYLES, headers=headers)


def _stopped(request: web.Request, why: Stopped) -> web.StreamResponse:
    text = TEXTS[why]
    context = {
        "title": text.title,
        "says": text.says.format(redirect_url=f"{parts_of(request).agent_url}/_slack/oauth/callback"),
        "why": why.value,
        "again": why not in {Stopped.NOT_SET_UP, Stopped.SWITCHED_OFF},
    }
    return _drawn(request, "slack_stopped.html", context, status=text.status)


def _drawn(
    request: web.Request,
    template: str,
    context: Mapping[str, object],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    forms_go: str = "'none'",
) -> web.Response:
    around = {"up": request["up"], **context}
    response = aiohttp_jinja2.render_template(template, request, around, status=status)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action {forms_go}; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def _sources(installing: Installing) -> str:
    """Where the button may lead.

    Browsers hold every redirect against it, and Slack hands people on to their workspace, and to whatever signs them
    in there: hence all of https.
    """
    at = urlsplit(installing.authorize_url)
    return f"'self' {at.scheme}://{at.netloc} https:"


def _browser(request: web.Request) -> str:
    """The secret of the browser's cookie; empty without one of ours."""
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else ""
