"""The stand-in's pages: plain HTML, a form each, and a cookie that remembers who sits at the browser."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

COOKIE = "signed_in_as"
Row = tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]
STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0}main{max-width:38rem;margin:2rem auto;padding:0 1rem}"
    "header{padding:.6rem 1rem;background:#24292f;color:#fff;font-size:.875rem}h1{font-size:1.5rem;margin:0 0 1rem}"
    "fieldset{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;border:1px solid #8c959f66;border-radius:6px}"
    "fieldset{margin:0 0 1rem}"
    "label{padding:.2rem 0}button{font:inherit;padding:.4rem 1rem;margin-right:.5rem;border-radius:6px;"
    "border:1px solid #8c959f66;cursor:pointer}button:first-child{background:#1f883d;color:#fff;font-weight:600}"
    "button[value=delete],button[value=uninstall]{background:#cf222e;color:#fff}"
    "h2{font-size:1.25rem;margin:2rem 0 .5rem}ul.wide{columns:12rem}"
    "input:not([type]),textarea,select{font:inherit;max-width:100%;box-sizing:border-box}textarea{width:100%}"
    "input[size],code{overflow-wrap:anywhere}[role]{border-left:4px solid #1f883d;padding-left:.6rem}"
    "[role=alert]{border-color:#cf222e}a.button{display:inline-block;padding:.4rem 1rem;border-radius:6px;"
    "background:#1f883d;color:#fff;font-weight:600;text-decoration:none}"
)


def linked(url: str, query: Mapping[str, str]) -> str:
    """The URL with this query behind what it has already."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


def page(title: str, body: str, *, status: int = 200) -> web.Response:
    """A page; `body` is HTML."""
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><header>GitHub Enterprise Server (the sandbox's)</header>"
        f"<main><h1>{escape(title)}</h1>{body}</main></html>"
    )
    return web.Response(text=text, content_type="text/html", status=status, headers={"Cache-Control": "no-store"})


def problem(text: str, *, status: int) -> web.Response:
    """A page that says what is wrong."""
    return page("This doesn't work", f"<p>{escape(text)}</p>", status=status)


def note(text: str) -> str:
    """HTML: what was done."""
    return f'<p role="status">{escape(text)}</p>'


def alert(*texts: str) -> str:
    """HTML: what must be mended; nothing when all is well."""
    return "".join(f'<p role="alert">{escape(it)}</p>' for it in texts if it)


def form(path: str, kept: Mapping[str, str], inner: str, buttons: Mapping[str, str]) -> str:
    """A form that posts what is `kept`, and in `decision` the button that was chosen (value to label)."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in kept.items()
    )
    choices = "".join(
        f'<button name="decision" value="{escape(value)}"{" formnovalidate" if value == "cancel" else ""}>'
        f"{escape(label)}</button>"
        for value, label in buttons.items()
    )
    return f'<form method="post" action="{escape(path)}">{hidden}{inner}<p>{choices}</p></form>'


def people_field(request: web.Request, chosen: str = "") -> str:
    """Choose who is signed in; somebody may be `chosen` already."""
    names = {it.login: f"{it.login} ({it.name})" for it in people(request.app[WORLD])}
    return radios("You are signed in as", "person", names, chosen or signed_in(request))


def people(world: World) -> list[Account]:
    """Who can sit at the browser."""
    return [it for it in world.accounts.values() if it.type == "User" and not it.suspended]


def radios(legend: str, name: str, values: Mapping[str, str], chosen: str = "") -> str:
    """Choose one of these (value to label)."""
    rows = "".join(
        f'<label><input type="radio" name="{escape(name)}" required value="{escape(value)}"'
        f"{' checked' if value == chosen else ''}> {escape(label)}</label>"
        for value, label in values.items()
    )
    return f"<fieldset><legend>{escape(legend)}</legend>{rows}</fieldset>"


def signed_in(request: web.Request) -> str:
    """The login that is chosen beforehand: by `login=` in the address, else by who was it last time."""
    wanted = request.query.get("login") or request.cookies.get(COOKIE, "")
    return next((it.login for it in people(request.app[WORLD]) if it.login.lower() == wanted.lower()), "")


def visitor(request: web.Request) -> Account | None:
    """Who signed in with this browser; None for nobody."""
    login = request.cookies.get(COOKIE, "")
    return next((it for it in people(request.app[WORLD]) if it.login == login), None)


def person(request: web.Request, fields: Mapping[str, str]) -> Account | None:
    """Whom the form names; None for nobody of this GHES."""
    login = fields.get("person", "")
    return next((it for it in people(request.app[WORLD]) if it.login == login), None)


async def fields(request: web.Request) -> dict[str, str]:
    """The form that was posted."""
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


async def all_fields(request: web.Request) -> dict[str, list[str]]:
    """The form that was posted, with every value of each field."""
    posted = await request.post()
    return {name: [it for it in posted.getall(name) if isinstance(it, str)] for name in posted}


def sent_to(url: str, remembered: Account | None = None) -> web.Response:
    """302, and the cookie of who it was."""
    response = web.Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})
    if remembered:
        response.set_cookie(COOKIE, remembered.login, httponly=True, samesite="Lax")
    return response
