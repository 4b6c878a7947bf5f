"""`/login/device`: the visitor enters the code that the device shows, and lets the App act for him or not (§4)."""

from html import escape

from aiohttp import web

from infra.sandbox.ghes import device
from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.gate import WORLD

PATH = "/login/device"


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `user_code` in the address fills the field."""
    code = escape(request.query.get("user_code", ""))
    field = f'<p><label>The code on your device: <input name="user_code" required value="{code}"></label></p>'
    buttons = {"authorize": "Authorize", "cancel": "Cancel"}
    return pages.page("Connect a device", pages.form(PATH, {}, field + pages.people_field(request), buttons))


async def decide(request: web.Request) -> web.StreamResponse:
    """Grant or deny; a code that nobody waits with is 404."""
    asked = await pages.fields(request)
    person, waiting = pages.person(request, asked), device.entered(request.app[WORLD], asked.get("user_code", ""))
    granted = asked.get("decision") == "authorize"
    if waiting is None:
        return pages.problem("No device waits with this code: have it show you a new one.", status=404)
    if granted and person is None:
        return pages.problem("Choose who you are, then authorize.", status=422)
    device.decide(waiting, person if granted else None)
    text = "Your device is connected: go back to it." if granted else "Your device isn't connected."
    return pages.page(text, "")


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, decide))
