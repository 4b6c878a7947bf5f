"""`/signin`: whoever sits at the browser chooses who that is. The other pages send there whoever hasn't."""

from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from infra.sandbox.slack.app_pages import pages
from infra.sandbox.slack.app_pages.pages import WORLD, Row
from infra.sandbox.slack.app_pages.persons import COOKIE, named, people, visitor, workspaces

PATH = "/signin"
HOME = "/apps"


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `return_to` is the path where the browser goes afterwards."""
    return _page(request, request.query.get("return_to", HOME))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Remember who it is, and send the browser on, within this server only."""
    fields = await pages.form(request)
    back = pages.one(fields, "return_to") or HOME
    person = named(request.app[WORLD], pages.one(fields, "person"))
    if person is None:
        return _page(request, back, wrong="Choose who you are.")
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = pages.sent_to(back if local else HOME)
    answer.set_cookie(COOKIE, person.name, httponly=True, samesite="Lax")
    return answer


def sent_there(request: web.Request) -> web.Response:
    """To the page, and from there back to where the browser wanted to go."""
    return pages.sent_to(f"{PATH}?{urlencode({'return_to': request.path_qs})}")


def _page(request: web.Request, back: str, *, wrong: str = "") -> web.Response:
    world, known = request.app[WORLD], visitor(request)
    choices = [
        (it.name, f"{it.name} ({', '.join(team.name for team in workspaces(world, it))})", it == known)
        for it in people(world)
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.page(request, "sign_in.html", {"people": choices, "back": back, "wrong": wrong}, status=status)


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, sign_in))
