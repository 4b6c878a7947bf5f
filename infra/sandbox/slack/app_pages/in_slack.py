"""Where browsers are sent after an installation: into Slack, or to where an organisation lets an app in."""

from http import HTTPStatus

from aiohttp import web

from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_pages import pages, sign_in
from infra.sandbox.slack.app_pages.pages import WORLD, Row
from infra.sandbox.slack.app_pages.persons import Person, in_organisation, visitor, workspaces
from infra.sandbox.slack.installing import let_in
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation

PATH = "/app_redirect"
ADD_PATH = "/manage/{organisation_id}/integrations/profile/{app_id}/workspaces/add"


async def redirected(request: web.Request) -> web.StreamResponse:
    """`app` in a workspace, `team`: Slack would open there; this says where one is."""
    world = request.app[WORLD]
    app, team = world.apps.get(request.query.get("app", "")), world.teams.get(request.query.get("team", ""))
    if app is None or app.deleted or team is None:
        return pages.problem(request, "There is no such app or workspace.")
    held = team.installed.get(app.app_id)
    here = held is not None and held.serves(team.team_id)
    return pages.page(request, "in_slack.html", {"visitor": visitor(request), "app": app, "team": team, "here": here})


async def choose(request: web.Request) -> web.StreamResponse:
    """Which workspaces is the app let into?"""
    found = _found(request)
    return found if isinstance(found, web.Response) else _page(request, *found)


async def add(request: web.Request) -> web.StreamResponse:
    """Let it into those that are ticked."""
    found = _found(request)
    if isinstance(found, web.Response):
        return found
    (person, organisation, app), ticked = found, (await pages.form(request)).get("team", [])
    world = request.app[WORLD]
    teams = [it for it in workspaces(world, person) if it.organisation_id == organisation.organisation_id]
    chosen = [it for it in teams if it.team_id in ticked]
    if not chosen:
        return _page(request, *found, wrong="Choose at least one workspace.")
    for team in chosen:
        let_in(world, organisation, team, app=app)
    return _page(request, *found, done=f"{app.name} is let into {', '.join(it.name for it in chosen)}.")


def _found(request: web.Request) -> tuple[Person, Organisation, App] | web.Response:
    person, world = visitor(request), request.app[WORLD]
    if person is None:
        return sign_in.sent_there(request)
    organisation = world.organisations.get(request.match_info["organisation_id"])
    app = world.apps.get(request.match_info["app_id"])
    held = organisation.installed.get(app.app_id) if organisation and app else None
    if organisation is None or app is None or held is None or held.token_error:
        return pages.problem(request, "There is no such organisation, or it hasn't installed the app.")
    try:
        is_guest = in_organisation(world, person, organisation).is_restricted
    except Refused as refusal:
        return pages.refused(request, refusal)
    return pages.refused(request, Refused("restricted_action")) if is_guest else (person, organisation, app)


def _page(
    request: web.Request, person: Person, organisation: Organisation, app: App, *, done: str = "", wrong: str = ""
) -> web.Response:
    inside = organisation.installed[app.app_id].teams or set()
    teams = [
        (it.team_id, it.name, it.team_id in inside)
        for it in workspaces(request.app[WORLD], person)
        if it.organisation_id == organisation.organisation_id
    ]
    around = {"visitor": person, "app": app, "organisation": organisation}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    context = around | {"teams": teams, "done": done, "wrong": wrong}
    return pages.page(request, "let_in.html", context, status=status)


ROWS: tuple[Row, ...] = (("GET", PATH, redirected), ("GET", ADD_PATH, choose), ("POST", ADD_PATH, add))
