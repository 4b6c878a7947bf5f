"""`/login`: the visitor chooses who he is. Pages of settings send there whoever isn't signed in as the right one."""

from html import escape
from urllib.parse import urlencode

from aiohttp import web

from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.things import Account

PATH = "/login"
HOME = "/settings/apps"


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `return_to` is the path where the browser goes afterwards."""
    return _page(request, request.query.get("return_to", HOME))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Remember who it is, and send the browser on, within this server only."""
    asked = await pages.fields(request)
    person, back = pages.person(request, asked), asked.get("return_to", HOME)
    if person is None:
        return _page(request, back, "Choose who you are.")
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    return pages.sent_to(back if local else HOME, person)


def sent_there(request: web.Request) -> web.Response:
    """To the page, and from there back to where the browser wanted to go."""
    return pages.sent_to(address(request))


def address(request: web.Request) -> str:
    """The page's address, from which one comes back here."""
    return f"{PATH}?{urlencode({'return_to': request.path_qs})}"


def signed_in_line(request: web.Request, person: Account) -> str:
    """HTML: who is signed in, and the way to be somebody else."""
    return (
        f'<p>You are signed in as {escape(person.login)}. <a href="{escape(address(request))}">Sign in as somebody '
        "else</a></p>"
    )


def somebody_else(request: web.Request, text: str) -> web.Response:
    """404, with the way to sign in as somebody who may see the page."""
    link = f'<p><a href="{escape(address(request))}">Sign in as somebody else</a></p>'
    return pages.page("This doesn't work", f"<p>{escape(text)}</p>{link}", status=404)


def _page(request: web.Request, back: str, wrong: str = "") -> web.Response:
    inner = pages.alert(wrong) + pages.people_field(request)
    form = pages.form(PATH, {"return_to": back}, inner, {"sign_in": "Sign in"})
    return pages.page("Sign in", form, status=422 if wrong else 200)


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, sign_in))
