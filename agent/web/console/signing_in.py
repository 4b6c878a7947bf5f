"""Signing in to the console: through GHES, which gives the audit a name, or by the password in an emergency.

GHES sends the browser back to `/link/callback`, the GitHub App's only callback URL; what is in `state` says that it
was for the console.
"""

import hmac
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from aiohttp import web

from agent.audit import Entry
from agent.ghes.answers import Unreachable
from agent.people.ports import Account, Granted
from agent.store import sign_in_failures
from agent.store.audit import note
from agent.store.port import StoreUnavailableError
from agent.store.round_trips import Back, Kind
from agent.web.console import forms
from agent.web.console.page import Drawn, Page, Wrong
from agent.web.console.parts import Console
from agent.web.console.sessions import BY_PASSWORD, is_ours, session_of, sign_in, sign_out
from agent.web.parts import parts_of

log = structlog.get_logger()
STATE_PREFIX = "console."
_WRONG = "That isn't the password."
_STALE = "This page was open too long: try it again."
_NO_PASSWORD = "There is no password: set AGENT_ADMIN_PASSWORD, or sign in with GitHub Enterprise."  # noqa: S105
_NO_GHES = (
    "Signing in with GitHub Enterprise needs the GitHub App and at least one login in AGENT_ADMINS: use the password."
)
_DECLINED = "GitHub Enterprise didn't confirm who you are: try it again."
_UNREACHABLE = "GitHub Enterprise gave no answer: try it again, or use the password."
_AWAY = "The store doesn't answer at the moment: try it again in a minute."
_NOT_OUT = "The store doesn't answer at the moment, so you are still signed in: sign out again in a minute."
_LOST = "This sign-in was begun in another browser, or more than ten minutes ago, or is used already: begin it again."


def add_sign_in(app: web.Application, pages: list[Page]) -> None:
    """Add the routes; `pages` are where one may want to go."""
    known = frozenset(page.path for page in pages)
    app.router.add_get("/setup/sign-in", _page)
    app.router.add_post("/setup/sign-in", partial(_by_password, known))
    app.router.add_post("/setup/sign-in/ghes", partial(_to_ghes, known))
    app.router.add_post("/setup/sign-out", _sign_out)


async def _page(request: web.Request) -> web.StreamResponse:
    return await _drawn(request)


async def _by_password(known: frozenset[str], request: web.Request) -> web.StreamResponse:
    console, session, form = _console(request), await session_of(request), await forms.fields(request)
    if isinstance(form, HTTPStatus):
        return await _drawn(request, form.phrase, form)
    if not is_ours(session, form.get("csrf", "")):
        return await _drawn(request, _STALE, HTTPStatus.FORBIDDEN)
    try:
        refused = await _tried(console, form.get("password", ""), parts_of(request).address_of(request))
    except StoreUnavailableError:
        refused = _AWAY, HTTPStatus.SERVICE_UNAVAILABLE
    if refused:
        return await _drawn(request, *refused)
    await sign_in(request, console)
    return _see(_target(request, known))


async def _tried(console: Console, password: str, address: str) -> tuple[str, HTTPStatus] | None:
    """Why the password isn't taken; None when it is right. Every try is counted before it is looked at."""
    if console.password is None:
        return _NO_PASSWORD, HTTPStatus.FORBIDDEN
    now = console.clock.now().timestamp()
    wait_s = await console.store.write(partial(sign_in_failures.begin, address=address, now=now))
    if wait_s:
        minutes = ceil(wait_s / 60)
        span = "a minute" if minutes == 1 else f"{minutes} minutes"
        says = f"Too many wrong passwords: wait {span}, or sign in with GitHub Enterprise."
        return says, HTTPStatus.TOO_MANY_REQUESTS
    if not _is(console.password, password):
        await _noted(console, BY_PASSWORD, "refused: wrong password")
        return _WRONG, HTTPStatus.UNAUTHORIZED
    await console.store.write(partial(sign_in_failures.forgive, address=address))
    await _noted(console, BY_PASSWORD, "done")
    return None


async def _to_ghes(known: frozenset[str], request: web.Request) -> web.StreamResponse:
    console, session, form = _console(request), await session_of(request), await forms.fields(request)
    if isinstance(form, HTTPStatus) or not is_ours(session, form.get("csrf", "")):
        return await _drawn(request, _STALE, HTTPStatus.FORBIDDEN, up="../")
    if console.oauth is None or not console.signs_in_by_ghes:
        return await _drawn(request, _NO_GHES, HTTPStatus.FORBIDDEN, up="../")
    detail = {"to": _target(request, known)}
    try:
        state = await console.round_trips.begin(Kind.ADMIN_SIGN_IN, session["browser"], detail)
    except StoreUnavailableError:
        return await _drawn(request, _AWAY, HTTPStatus.SERVICE_UNAVAILABLE, up="../")
    return _see(console.oauth.authorize_url(f"{STATE_PREFIX}{state}", _callback_url(console)))


async def returned(request: web.Request) -> web.StreamResponse:
    """GHES has sent the browser back to `/link/callback`, for the console."""
    console, session, asked = _console(request), await session_of(request), request.query
    state = asked.get("state", "").removeprefix(STATE_PREFIX)
    try:
        back = await console.round_trips.end(Kind.ADMIN_SIGN_IN, state, session["browser"])
        if not isinstance(back, Back):
            return await _drawn(request, _LOST, HTTPStatus.FORBIDDEN, up="../setup/")
        found = await _who(console, asked)
        if not isinstance(found, Account):
            return await _drawn(request, found, HTTPStatus.FORBIDDEN, up="../setup/")
        if found.login.lower() not in console.admins:
            await _noted(console, found.login, "refused: not in AGENT_ADMINS")
            says = f"{found.login} is no administrator here: somebody who is can add the login to AGENT_ADMINS."
            return await _drawn(request, says, HTTPStatus.FORBIDDEN, up="../setup/")
        await _noted(console, found.login, "done")
    except StoreUnavailableError:
        return await _drawn(request, _AWAY, HTTPStatus.SERVICE_UNAVAILABLE, up="../setup/")
    await sign_in(request, console, found.login)
    return _see(f"../setup/{back.detail['to']}")


async def _who(console: Console, asked: Mapping[str, str]) -> Account | str:
    """Whose account it is, or a sentence. The token is given back at once: nothing is done with it."""
    if console.oauth is None or not asked.get("code"):
        return _DECLINED
    granted = await console.oauth.exchange(asked["code"], _callback_url(console))
    if not isinstance(granted, Granted):
        return _UNREACHABLE if isinstance(granted, Unreachable) else _DECLINED
    account = await console.oauth.account(granted.tokens.access)
    await console.oauth.revoke(granted.tokens.access, everything=False)
    if isinstance(account, Account):
        return account
    return _UNREACHABLE if isinstance(account, Unreachable) else _DECLINED


async def _sign_out(request: web.Request) -> web.StreamResponse:
    session, form = await session_of(request), await forms.fields(request)
    if not isinstance(form, HTTPStatus) and is_ours(session, form.get("csrf", "")):
        try:
            await sign_out(session, _console(request))
        except StoreUnavailableError:
            return await _drawn(request, _NOT_OUT, HTTPStatus.SERVICE_UNAVAILABLE)
    return _see("sign-in")


async def _drawn(
    request: web.Request, says: str = "", status: HTTPStatus = HTTPStatus.OK, *, up: str = ""
) -> web.StreamResponse:
    from agent.web.console.frame import drawn  # it knows this module's routes

    console, session = _console(request), await session_of(request)
    context: dict[str, Any] = {
        "ghes": console.settings.ghes_url,
        "by_ghes": console.signs_in_by_ghes,
        "by_password": console.password is not None,
        "password_file": console.settings.is_sqlite and console.settings.agent_admin_password is None,
        "csrf": session["csrf"],
        "to": request.query.get("to", ""),
        "wrong": Wrong(says=says),
        "up": up,
    }
    found = Drawn(template="sign_in.html", context=context, forms_go=f"{console.settings.ghes_url} https:")
    return drawn(request, found, {}, status=status)


def _is(password: str, given: str) -> bool:
    """In a time that doesn't depend on either's length."""
    return hmac.compare_digest(sha256(password.encode()).digest(), sha256(given.encode()).digest())


def _target(request: web.Request, known: frozenset[str]) -> str:
    """Where one wanted to go; nowhere but to a page of ours."""
    wanted = request.query.get("to", "")
    return wanted if wanted in known else "settings"


async def _noted(console: Console, who: str, outcome: str) -> None:
    entry = Entry(team_id="", user_id="", login=who, action="console sign-in", outcome=outcome)
    now = console.clock.now().timestamp()
    await console.store.write(lambda connection: note(connection, now, entry))


def _callback_url(console: Console) -> str:
    return f"{console.settings.agent_url.rstrip('/')}/link/callback"


def _console(request: web.Request) -> Console:
    console = parts_of(request).console
    if console is None:
        raise web.HTTPNotFound
    return console


def _see(url: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
