"""Who is signed in: an encrypted cookie, which holds 8 hours; what is stored elsewhere are the ends of sessions only.

It is worth nothing any more once its session was ended, the password is another one, or the login isn't an
administrator's.
"""

import hmac
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp_session import Session, get_session, new_session
from aiohttp_session.cookie_storage import EncryptedCookieStorage

from agent.store.port import StoreUnavailableError
from agent.web.console.parts import Console

COOKIE = "ghe_slack_console"
LIFE_S = 8 * 3600
BY_PASSWORD = "password"  # noqa: S105 - a name
"""Who signed in by it has no other name. No login on GHES: those are compared with `AGENT_ADMINS` only."""


def storage(console: Console) -> EncryptedCookieStorage:
    """For `aiohttp_session.session_middleware`."""
    at = urlsplit(console.settings.agent_url)
    return EncryptedCookieStorage(
        console.secrets.derived("the console's cookie"),
        cookie_name=COOKIE,
        max_age=LIFE_S,
        path=f"{at.path.rstrip('/')}/",
        secure=at.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


async def session_of(request: web.Request) -> Session:
    """The browser's session, also of one that isn't signed in."""
    session = await get_session(request)
    if "browser" not in session:
        session["browser"], session["csrf"] = token_urlsafe(32), token_urlsafe(32)
    return session


def admin_of(session: Session, console: Console) -> str:
    """Who is signed in: a login, or `password`; empty for nobody."""
    name, until = session.get("admin", ""), session.get("until", 0.0)
    if not name or until <= console.clock.now().timestamp():
        return ""
    if session.get("proof"):
        return BY_PASSWORD if hmac.compare_digest(session["proof"], proof(console)) else ""
    return str(name) if str(name).lower() in console.admins else ""


async def signed_in(session: Session, console: Console) -> str:
    """The same, and empty for a session that somebody has ended: its cookie may have been copied before.

    A store that doesn't answer ends nothing, and lets nothing be seen or done either.
    """
    admin = admin_of(session, console)
    try:
        return "" if admin and await console.round_trips.is_signed_out(session["browser"]) else admin
    except StoreUnavailableError:
        return admin


async def sign_out(session: Session, console: Console) -> None:
    """End a session, here and in every copy of its cookie. Raises `StoreUnavailableError`."""
    if admin_of(session, console):
        await console.round_trips.sign_out(session["browser"], session["until"])
    session.invalidate()


async def sign_in(request: web.Request, console: Console, login: str = "") -> None:
    """Begin a session anew, so that nothing of the one before is worth anything; without a login: by the password."""
    session = await new_session(request)
    session["browser"], session["csrf"] = token_urlsafe(32), token_urlsafe(32)
    session["admin"] = login or BY_PASSWORD
    session["proof"] = "" if login else proof(console)
    session["until"] = console.clock.now().timestamp() + LIFE_S


def proof(console: Console) -> str:
    """What a session by password holds, so that it ends with the password."""
    key = console.secrets.derived("the console's password")
    return hmac.new(key, (console.password or "").encode(), sha256).hexdigest()


def is_ours(session: Session, token: str) -> bool:
    """Whether a form came from a page that this browser was shown."""
    return hmac.compare_digest(str(session["csrf"]).encode(), token.encode())
