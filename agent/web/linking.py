"""`/link`: the pages on which a person links an account, from the link in Slack to the verification code.

    GET /link/<token> ──▶ who will be linked? ──▶ POST (Continue) ──▶ GHES ──▶ GET /link/callback ──▶ the code
         sets a cookie                             the same cookie, and        the same cookie
                                                   its proof in the form

What Slack's and other scanners fetch spends nothing. The cookie is the browser: a link that one browser continued, or
another site's form, comes to nothing elsewhere.
"""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp_jinja2
import structlog
from aiohttp import web
from jinja2 import FileSystemLoader, StrictUndefined

from agent.people.dead_ends import DeadEnd
from agent.people.signing_in import Linking, Verified
from agent.store.links import CODE_S
from agent.store.port import StoreUnavailableError
from agent.web.console import signing_in as console
from agent.web.link_texts import TEXTS
from agent.web.parts import Parts, parts_of

log = structlog.get_logger()
COOKIE = "ghe_slack_link"
_FOLDER = Path(str(files("agent.web")))
_STATIC = {"link.css": "text/css", "copy.js": "text/javascript"}
_SECRET = re.compile(r"[\w-]{43}", re.ASCII)
_FORM = "application/x-www-form-urlencoded"
LARGEST_BYTES = 4096
"""Of a form: it holds a proof of 64 characters."""

Page = Callable[[web.Request, Linking], Awaitable[web.StreamResponse]]


def add_link_pages(app: web.Application) -> None:
    """Add the routes, and the templates that they are drawn with."""
    aiohttp_jinja2.setup(
        app, loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=StrictUndefined
    )
    app.router.add_get("/link/callback", _callback_of_either)
    app.router.add_get("/link/static/{name}", _static)
    app.router.add_get("/link/{token}", _page(_invitation))
    app.router.add_post("/link/{token}", _page(_continue))


def _page(draw: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def page(request: web.Request) -> web.StreamResponse:
        linking = parts_of(request).linking
        if linking is None:
            return _dead_end(request, DeadEnd.NOT_SET_UP)
        try:
            return await draw(request, linking)
        except StoreUnavailableError as failure:
            log.warning("a link's page can't be drawn, since the store is away", reason=str(failure))
            return _dead_end(request, DeadEnd.STORE_AWAY)

    return page


async def _callback_of_either(request: web.Request) -> web.StreamResponse:
    """GHES has sent a browser back: a person who links an account, or an administrator."""
    for_console = request.query.get("state", "").startswith(console.STATE_PREFIX)
    return await (console.returned if for_console else _page(_callback))(request)


async def _invitation(request: web.Request, linking: Linking) -> web.StreamResponse:
    token = request.match_info["token"]
    found = await linking.invitation(token)
    if isinstance(found, DeadEnd):
        return _dead_end(request, found)
    parts, browser = parts_of(request), _browser(request) or secrets.token_urlsafe(32)
    response = _drawn(
        request,
        "link_invitation.html",
        {"invitation": found, "proof": _proof(browser, token), "ghes_url": parts.ghes_hosts.web},
        forms_go=_sources(parts),
    )
    at = urlsplit(parts.agent_url)
    secure, path = at.scheme == "https", f"{at.path.rstrip('/')}/link"
    response.set_cookie(COOKIE, browser, path=path, secure=secure, httponly=True, samesite="Lax")
    return response


async def _continue(request: web.Request, linking: Linking) -> web.StreamResponse:
    token, browser = request.match_info["token"], _browser(request)
    if (request.content_length or 0) > LARGEST_BYTES:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BYTES, request.content_length or 0)
    # A copy bounds what doesn't say its length, too: the application's own bound is that of webhooks.
    form = await request.clone(client_max_size=LARGEST_BYTES).post() if request.content_type == _FORM else {}
    if not hmac.compare_digest(_proof(browser, token).encode(), str(form.get("proof", "")).encode()) or not browser:
        return _dead_end(request, DeadEnd.OTHER_BROWSER)
    found = await linking.continued(token, browser)
    if isinstance(found, DeadEnd):
        return _dead_end(request, found)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": found})


async def _callback(request: web.Request, linking: Linking) -> web.StreamResponse:
    asked = request.query
    found = await linking.returned(
        asked.get("state", ""), _browser(request), asked.get("code", ""), asked.get("error", "")
    )
    if isinstance(found, Verified):
        return _drawn(request, "link_code.html", {"verified": found, "minutes": int(CODE_S // 60)})
    return _dead_end(request, found)


async def _static(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    headers = {"Content-Type": f"{_STATIC[name]}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(_FOLDER / "static" / name, headers=headers)


def _dead_end(request: web.Request, why: DeadEnd) -> web.StreamResponse:
    text, command = TEXTS[why], f"{parts_of(request).command} signin"
    context = {"title": text.title, "says": text.says.format(command=command), "why": why.value}
    return _drawn(request, "link_dead_end.html", context, status=text.status)


def _drawn(
    request: web.Request,
    template: str,
    context: Mapping[str, object],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    forms_go: str = "'none'",
) -> web.Response:
    response = aiohttp_jinja2.render_template(template, request, context, status=status)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; script-src 'self'; form-action {forms_go}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def _sources(parts: Parts) -> str:
    """Where *Continue* may lead.

    Browsers hold every redirect against it, and GHES may hand a person on to any identity provider before it says a
    word of its own: hence all of https, and not GHES alone.
    """
    return f"'self' {parts.ghes_hosts.web} https:"


def _browser(request: web.Request) -> str:
    """The secret of the browser's cookie; empty without one of ours."""
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else ""


def _proof(browser: str, token: str) -> str:
    """What only a page that this browser was shown can send along."""
    return hmac.new(browser.encode(), token.encode(), sha256).hexdigest()
