"""`/apps/<app id>/app-tokens`: an app-level token is generated, and looked at.

A token's page is named by the token's number in the app, so that no address holds the token.
"""

from http import HTTPStatus

from aiohttp import web

from infra.sandbox.slack.app import APP_LEVEL_SCOPES
from infra.sandbox.slack.app_pages import pages
from infra.sandbox.slack.app_pages.pages import Row
from infra.sandbox.slack.app_pages.visit import Visit, visit
from infra.sandbox.slack.app_settings import generate_app_token

NEW_PATH = "/apps/{app_id}/app-tokens/new"
PATH = r"/apps/{app_id}/app-tokens/{number:\d+}"
DOES = {
    "connections:write": "Opens the sockets of Socket Mode.",
    "authorizations:read": "Reads for whom an event was, where several workspaces are meant.",
    "app_configurations:write": "Changes how the app is configured.",
}


async def ask(request: web.Request) -> web.StreamResponse:
    """Its name and its scopes?"""
    found = await visit(request)
    return found if isinstance(found, web.Response) else _form(request, found)


async def make(request: web.Request) -> web.StreamResponse:
    """Make it and go to its page."""
    found = await visit(request)
    if isinstance(found, web.Response):
        return found
    name, scopes = pages.one(found.form, "name"), found.form.get("scope", [])
    if not name:
        return _form(request, found, wrong="Give the token a name.")
    if not scopes or not set(scopes) <= APP_LEVEL_SCOPES:
        return _form(request, found, wrong="Choose at least one of the scopes.")
    generate_app_token(found.world, found.app, name, scopes)
    return pages.sent_to(f"/apps/{found.app.app_id}/app-tokens/{len(found.app.tokens) - 1}")


async def show(request: web.Request) -> web.StreamResponse:
    """The token, as long as it is alive."""
    found = await visit(request)
    if isinstance(found, web.Response):
        return found
    number, back = int(request.match_info["number"]), f"/apps/{found.app.app_id}"
    if number >= len(found.app.tokens) or found.app.tokens[number].revoked:
        return pages.problem(request, "There is no such token, or it is revoked.", back=back)
    context = {"visitor": found.person, "app": found.app, "token": found.app.tokens[number], "number": number}
    return pages.page(request, "app_token.html", context)


def _form(request: web.Request, found: Visit, *, wrong: str = "") -> web.Response:
    context = {
        "visitor": found.person,
        "app": found.app,
        "name": pages.one(found.form, "name"),
        "chosen": found.form.get("scope", []),
        "scopes": DOES,
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.page(request, "new_app_token.html", context, status=status)


ROWS: tuple[Row, ...] = (("GET", NEW_PATH, ask), ("POST", NEW_PATH, make), ("GET", PATH, show))
