"""`/oauth/v2/authorize`: a person chooses where an app is installed, and agrees to it or doesn't (slack.md §16).

What the app asks for stays in the address; the form holds only what the person says. An address that isn't right is
said here, and the browser isn't sent on: where to, nobody knows then.
"""

from http import HTTPStatus

from aiohttp import web

from infra.sandbox.slack.app import App
from infra.sandbox.slack.app_pages import pages, sign_in
from infra.sandbox.slack.app_pages.pages import WORLD, Row
from infra.sandbox.slack.app_pages.persons import Person, in_organisation, organisations, visitor, workspaces
from infra.sandbox.slack.app_pages.scope_texts import described
from infra.sandbox.slack.consent import Requested, consent, may_install, requested, way_back
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation, Team, User
from infra.sandbox.slack.world import World

PATH = "/oauth/v2/authorize"
Place = Team | Organisation


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `team` in the address proposes a workspace."""
    person = visitor(request)
    if person is None:
        return sign_in.sent_there(request)
    try:
        wanted = _wanted(request)
        _somewhere(request.app[WORLD], person, wanted.app)
    except Refused as refusal:
        return pages.refused(request, refusal)
    return _page(request, person, wanted)


async def decide(request: web.Request) -> web.StreamResponse:
    """Send the browser on, with `code` or with `error=access_denied`, and with `state`."""
    person, fields = visitor(request), await pages.form(request)
    if person is None:
        return sign_in.sent_there(request)
    try:
        wanted = _wanted(request)
    except Refused as refusal:
        return pages.refused(request, refusal)
    if pages.one(fields, "act") != "allow":
        return pages.sent_to(way_back(wanted.redirect_uri, error="access_denied", state=wanted.state))
    world, place_id = request.app[WORLD], pages.one(fields, "place")
    place = next((it for it in _places(world, person, wanted.app) if _id(it) == place_id), None)
    if place is None:
        return _page(request, person, wanted, wrong="Choose where to install the app.")
    scopes = (wanted.scopes - wanted.optional) | (wanted.optional & set(fields.get("scope", ())))
    user, given = _user(world, person, place), request.query.get("redirect_uri", "")
    try:
        code = consent(world, wanted.app, place, user.user_id, scopes=scopes, redirect_uri=given)
    except Refused as refusal:
        return pages.refused(request, refusal, back=request.path_qs)
    return pages.sent_to(way_back(wanted.redirect_uri, code=code, state=wanted.state))


def _wanted(request: web.Request) -> Requested:
    """What the address asks for; people's own scopes aren't here."""
    wanted = requested(request.app[WORLD], request.query)
    if request.query.get("user_scope"):
        raise Refused("invalid_scope")
    return wanted


def _places(world: World, person: Person, app: App) -> list[Place]:
    """Where a person could install an app; an organisation only takes apps that are for one."""
    return [*workspaces(world, person), *(organisations(world, person) if app.org_deploy else ())]


def _somewhere(world: World, person: Person, app: App) -> None:
    """Raise the first refusal when there is no place where this person may install this app."""
    refusals = [_refusal(world, person, app, it) for it in _places(world, person, app)]
    if all(refusals):
        raise Refused(next(iter(refusals)))


def _refusal(world: World, person: Person, app: App, place: Place) -> str:
    if not may_install(world, app, place):
        return "invalid_team_for_non_distributed_app"
    return "restricted_action" if _user(world, person, place).is_restricted else ""


def _user(world: World, person: Person, place: Place) -> User:
    return person.users[place.team_id] if isinstance(place, Team) else in_organisation(world, person, place)


def _id(place: Place) -> str:
    return place.team_id if isinstance(place, Team) else place.organisation_id


def _page(request: web.Request, person: Person, wanted: Requested, *, wrong: str = "") -> web.Response:
    world, app = request.app[WORLD], wanted.app
    places = _places(world, person, app)
    usable = [_id(it) for it in places if not _refusal(world, person, app, it)]
    chosen = wanted.team_id if wanted.team_id in usable else next(iter(usable), "")
    context = {
        "visitor": person,
        "app": app,
        "places": [(_id(it), it.name, isinstance(it, Organisation), _id(it) == chosen) for it in places],
        "required": described(wanted.scopes - wanted.optional),
        "optional": described(wanted.optional),
        "redirect_uri": wanted.redirect_uri,
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.page(request, "authorize.html", context, status=status, leads_away=True)


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, decide))
