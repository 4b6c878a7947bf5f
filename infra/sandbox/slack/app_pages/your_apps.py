"""`/apps`: a person's apps and app configuration tokens, and how to have more of either."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from infra.sandbox.slack import manifests
from infra.sandbox.slack.app_pages import pages, sign_in
from infra.sandbox.slack.app_pages.pages import WORLD, Row
from infra.sandbox.slack.app_pages.persons import Person, visitor, workspaces
from infra.sandbox.slack.app_settings import generate_configuration_token
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Team
from infra.sandbox.slack.tokens import ConfigurationToken

PATH = "/apps"
TOKEN_PATH = "/apps/configuration-tokens/new"
NEW_PATH = "/apps/new"


async def show(request: web.Request) -> web.StreamResponse:
    """Both lists."""
    person = visitor(request)
    return _lists(request, person) if person else sign_in.sent_there(request)


async def ask_token(request: web.Request) -> web.StreamResponse:
    """For which workspace is the token?"""
    return _form(request, "configuration_token.html")


async def make_token(request: web.Request) -> web.StreamResponse:
    """Make it and show it, this once."""
    person, fields = visitor(request), await pages.form(request)
    if person is None:
        return sign_in.sent_there(request)
    team = _team(request, person, pages.one(fields, "team"))
    if team is None:
        return _form(request, "configuration_token.html", wrong="Choose a workspace.")
    try:
        user = person.member_of(team)
    except Refused as refusal:
        return pages.refused(request, refusal, back=TOKEN_PATH)
    made = generate_configuration_token(request.app[WORLD], team.team_id, user.user_id)
    return _lists(request, person, made)


async def ask_app(request: web.Request) -> web.StreamResponse:
    """Of which manifest is the app, and whose?"""
    return _form(request, "new_app.html", manifest="", errors=())


async def make_app(request: web.Request) -> web.StreamResponse:
    """Make it and go to its page; with a wrong manifest, say where it is wrong."""
    person, fields = visitor(request), await pages.form(request)
    if person is None:
        return sign_in.sent_there(request)
    text, team = pages.one(fields, "manifest"), _team(request, person, pages.one(fields, "team"))
    if team is None:
        return _form(request, "new_app.html", wrong="Choose a workspace.", manifest=text, errors=())
    try:
        user = person.member_of(team)
        app = manifests.create(request.app[WORLD], text, team=team.team_id, user=user.user_id)
    except Refused as refusal:
        if refusal.code != "invalid_manifest":
            return pages.refused(request, refusal, back=NEW_PATH)
        errors, wrong = refusal.extra["errors"], pages.said(refusal)[1]
        return _form(request, "new_app.html", wrong=wrong, manifest=text, errors=errors, chosen=team)
    return pages.sent_to(f"{PATH}/{app.app_id}")


def _lists(request: web.Request, person: Person, made: ConfigurationToken | None = None) -> web.Response:
    world, mine = request.app[WORLD], {it.user_id for it in person.users.values()}
    now = world.clock.now()
    tokens = [
        {"workspace": world.teams[it.team_id].name, "token": it, "is_new": it is made}
        for it in world.configuration_tokens
        if it.user_id in mine and not it.revoked and it.ends_at > now
    ]
    apps = [
        {"app": it, "workspace": world.teams[it.owner_team_id].name} for it in world.apps.values() if person.owns(it)
    ]
    return pages.page(request, "your_apps.html", {"visitor": person, "apps": apps, "tokens": tokens})


def _form(
    request: web.Request, template: str, *, wrong: str = "", chosen: Team | None = None, **context: Any
) -> web.Response:
    person = visitor(request)
    if person is None:
        return sign_in.sent_there(request)
    teams = workspaces(request.app[WORLD], person)
    around = {"visitor": person, "teams": teams, "wrong": wrong, "chosen": chosen.team_id if chosen else ""}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.page(request, template, around | context, status=status)


def _team(request: web.Request, person: Person, team_id: str) -> Team | None:
    return next((it for it in workspaces(request.app[WORLD], person) if it.team_id == team_id), None)


ROWS: tuple[Row, ...] = (
    ("GET", PATH, show),
    ("GET", TOKEN_PATH, ask_token),
    ("POST", TOKEN_PATH, make_token),
    ("GET", NEW_PATH, ask_app),
    ("POST", NEW_PATH, make_app),
)
