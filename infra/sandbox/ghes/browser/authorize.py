"""`/login/oauth/authorize`: the visitor chooses who he is, and lets the App act for him or not."""

from collections.abc import Mapping
from html import escape

from aiohttp import web

from infra.sandbox.ghes import oauth
from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.oauth import OAuthError
from infra.sandbox.ghes.world import World

PATH = "/login/oauth/authorize"
KEPT = ("client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")


async def show(request: web.Request) -> web.StreamResponse:
    """The page; a request that can't be granted goes back to the App, or says so when it isn't one of an App."""
    world, asked = request.app[WORLD], request.query
    checked = _checked(world, asked)
    if not isinstance(checked, App):
        return checked
    kept = {name: asked[name] for name in KEPT if name in asked}
    inner = (
        f"<p>The App <b>{escape(checked.name)}</b> wants to act for you on this server, and will go on at "
        f"<code>{escape(oauth.callback_of(checked, asked.get('redirect_uri', '')))}</code>.</p>"
        + pages.people_field(request)
    )
    form = pages.form(PATH, kept, inner, {"authorize": "Authorize", "cancel": "Cancel"})
    return pages.page(f"Authorize {checked.name}", form)


async def decide(request: web.Request) -> web.StreamResponse:
    """Send the browser on, with `code` or with `error=access_denied`, and with `state`."""
    world, asked = request.app[WORLD], await pages.fields(request)
    checked = _checked(world, asked)
    if not isinstance(checked, App):
        return checked
    person = pages.person(request, asked)
    redirect_uri, state = asked.get("redirect_uri", ""), asked.get("state", "")
    callback = oauth.callback_of(checked, redirect_uri)
    if asked.get("decision") != "authorize":
        denied = OAuthError("access_denied", "The user has denied your application access.")
        return pages.sent_to(pages.linked(callback, _error(world, denied, state)), person)
    if person is None:
        return pages.problem("Choose who you are, then authorize.", status=422)
    code = oauth.authorize(
        world, checked, person, redirect_uri=redirect_uri, state=state, challenge=asked.get("code_challenge", "")
    )
    return pages.sent_to(pages.linked(callback, {"code": code} | ({"state": state} if state else {})), person)


def _checked(world: World, asked: Mapping[str, str]) -> App | web.Response:
    """The App that asks, if it may ask so; else what to answer instead."""
    try:
        app = oauth.app_of(world, asked.get("client_id", ""))
    except OAuthError:
        return pages.problem("There is no App with this client_id.", status=404)
    try:
        callback = oauth.callback_of(app, asked.get("redirect_uri", ""))
    except OAuthError as refused:
        if not app.callback_urls:
            return pages.problem("The App has no callback URL.", status=400)
        return pages.sent_to(pages.linked(app.callback_urls[0], _error(world, refused, asked.get("state", ""))))
    if "code_challenge" in asked and (not world.switches.pkce or asked.get("code_challenge_method") != "S256"):
        unsupported = OAuthError("invalid_request", "This code_challenge is not supported.")
        return pages.sent_to(pages.linked(callback, _error(world, unsupported, asked.get("state", ""))))
    return app


def _error(world: World, error: OAuthError, state: str) -> dict[str, str]:
    return {**error.body(world), **({"state": state} if state else {})}


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, decide))
