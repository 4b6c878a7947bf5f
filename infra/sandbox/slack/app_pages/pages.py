"""What the pages have in common: how they are drawn, what a form holds, and the sentence for each refusal."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from jinja2 import FileSystemLoader, StrictUndefined

from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.world import World

WORLD = web.AppKey("WORLD", World)
Row = tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]
"""Method, path and handler."""
Form = Mapping[str, list[str]]
"""All values of each field."""
STYLE = "/apps/style.css"
_FOLDER = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
_FORBIDDEN, _NOT_FOUND, _WRONG = HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY
REFUSALS: Mapping[str, tuple[HTTPStatus, str]] = {
    "invalid_client_id": (_NOT_FOUND, "No app has this client_id. Look it up on the app's page, Basic Information."),
    "no_scopes": (_WRONG, "The address asks for no scope. Begin at the program that sent you here."),
    "invalid_scope": (_WRONG, "The address asks for scopes that the app's manifest doesn't have. Bring it up to date."),
    "bad_redirect_uri": (
        _WRONG,
        "The redirect_uri is none of the app's redirect URLs, and below none. Add it to the app's manifest.",
    ),
    "invalid_team_for_non_distributed_app": (
        _FORBIDDEN,
        "This app isn't distributed: only its own workspace can install it. Its owner can change that on its page.",
    ),
    "org_deploy_not_enabled": (
        _FORBIDDEN,
        "This app isn't for whole organisations: choose a workspace, or set org_deploy_enabled in its manifest.",
    ),
    "restricted_action": (_FORBIDDEN, "Guests can't do this. Ask a member of the workspace."),
    "cannot_install_an_org_installed_app": (
        _FORBIDDEN,
        "The organisation of this workspace has installed the app already, and has let it in here.",
    ),
    "invalid_manifest": (_WRONG, "The manifest can't be taken. Mend what is listed, and try again."),
}
"""By Slack's code: the status of the page, and what it says."""


class WrongError(Exception):
    """The form can't be taken; the text says why."""


def mount(application: web.Application, world: World, rows: tuple[Row, ...]) -> None:
    """Add the pages of this world to the stand-in's server."""
    application[WORLD] = world
    aiohttp_jinja2.setup(
        application, loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=StrictUndefined
    )
    application.router.add_get(STYLE, _style)
    for method, path, handler in rows:
        application.router.add_route(method, path, handler)


def page(
    request: web.Request,
    template: str,
    context: Mapping[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    leads_away: bool = False,
) -> web.Response:
    """Draw a page. `leads_away`: its form sends the browser to another server, which the app chooses."""
    drawn = aiohttp_jinja2.render_template(template, request, {"here": request.path_qs, **context}, status=status)
    drawn.headers["Content-Security-Policy"] = _POLICY if leads_away else f"{_POLICY}; form-action 'self'"
    drawn.headers["Cache-Control"] = "no-store"
    drawn.headers["Referrer-Policy"] = "no-referrer"
    return drawn


def problem(
    request: web.Request, says: str, *, status: HTTPStatus = _NOT_FOUND, code: str = "", back: str = ""
) -> web.Response:
    """A page that says what is wrong; `code` is Slack's word for it, `back` where one tries again."""
    return page(request, "problem.html", {"says": says, "code": code, "back": back}, status=status)


def refused(request: web.Request, refusal: Refused, *, back: str = "") -> web.Response:
    """The page for a refusal."""
    status, says = said(refusal)
    return problem(request, says, status=status, code=refusal.code, back=back)


def said(refusal: Refused) -> tuple[HTTPStatus, str]:
    """The status for a refusal and its sentence."""
    return REFUSALS.get(refusal.code, (_FORBIDDEN, "Slack refuses this."))


async def form(request: web.Request) -> Form:
    """The form that was posted; files aren't in it."""
    posted = await request.post()
    return {name: [it for it in posted.getall(name) if isinstance(it, str)] for name in posted}


def one(fields: Form, name: str) -> str:
    """The first value of a field, trimmed; empty without any."""
    return next(iter(fields.get(name, ())), "").strip()


def sent_to(url: str) -> web.Response:
    """A redirect, after which the browser asks with GET."""
    return web.Response(status=HTTPStatus.FOUND, headers={"Location": url, "Cache-Control": "no-store"})


async def _style(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(_FOLDER / "static" / "style.css", headers={"Cache-Control": "no-cache"})
