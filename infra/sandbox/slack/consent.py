"""Somebody agrees to an installation: what `/oauth/v2/authorize` asks, and the code that comes of it (slack.md §16).

wanted = requested(world, request.query)                            # what the page shows
code = consent(world, wanted.app, world.team("acme"), "mona", scopes=wanted.scopes, redirect_uri=wanted.redirect_uri)
way_back(wanted.redirect_uri, code=code, state=wanted.state)        # where the browser goes
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from infra.sandbox.slack.app import App
from infra.sandbox.slack.manifest_rules import is_redirect
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation, Team, User
from infra.sandbox.slack.tokens import Code
from infra.sandbox.slack.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A request for an installation. `scopes` are all that are asked for; who agrees may leave `optional` ones out.

    `team_id`: the workspace that is proposed, empty for none. `redirect_uri`: as it was given, else the app's first.
    """

    app: App
    scopes: frozenset[str]
    optional: frozenset[str]
    redirect_uri: str
    state: str
    team_id: str


def requested(world: World, query: Mapping[str, str]) -> Requested:
    """Return what an authorize address asks for. Raises `Refused` with what Slack's page says then."""
    wanted_id = query.get("client_id", "")
    app = next((it for it in world.apps.values() if wanted_id and it.client_id == wanted_id and not it.deleted), None)
    if app is None:
        raise Refused("invalid_client_id")
    scopes = frozenset(query.get("scope", "").replace(" ", ",").split(",")) - {""}
    if not scopes:
        raise Refused("no_scopes")
    if scopes - app.bot_scopes:
        raise Refused("invalid_scope")
    given = query.get("redirect_uri", "")
    redirect_uri = given or next(iter(app.redirect_urls), "")
    if not is_registered(world, app, redirect_uri):
        raise Refused("bad_redirect_uri")
    return Requested(
        app=app,
        scopes=scopes,
        optional=scopes & app.optional_scopes,
        redirect_uri=redirect_uri,
        state=query.get("state", ""),
        team_id=query.get("team", ""),
    )


def consent(
    world: World, app: App, place: Team | Organisation, user: str, *, scopes: Iterable[str], redirect_uri: str = ""
) -> str:
    """Return the code of an installation that a person of the place agrees to; it is good once, for 10 minutes.

    `redirect_uri`: as the app gave it, empty if it didn't. Raises `Refused`.
    """
    granted, person = frozenset(scopes), _person(world, place, user)
    if app.deleted:
        raise Refused("invalid_client_id")
    if not granted:
        raise Refused("no_scopes")
    if granted - app.bot_scopes:
        raise Refused("invalid_scope")
    if redirect_uri and not is_registered(world, app, redirect_uri):
        raise Refused("bad_redirect_uri")
    if not may_install(world, app, place):
        raise Refused("invalid_team_for_non_distributed_app")
    if isinstance(place, Organisation) and not app.org_deploy:
        raise Refused("org_deploy_not_enabled")  # our name: Slack's page doesn't offer the organisation
    if person.is_restricted or person.home_team_id:
        raise Refused("restricted_action")
    code = Code(
        code=f"{world.new_id('')}.{world.new_id('')}.{secrets.token_hex(32)}",
        app_id=app.app_id,
        place_id=place.team_id if isinstance(place, Team) else place.organisation_id,
        user_id=person.user_id,
        scopes=granted,
        redirect_uri=redirect_uri,
        made_at=world.clock.now(),
    )
    world.codes[code.code] = code
    return code.code


def may_install(world: World, app: App, place: Team | Organisation) -> bool:
    """Whether it is distributed, or the place is where it belongs: its workspace, or that one's organisation."""
    if app.is_distributed:
        return True
    owner = world.teams.get(app.owner_team_id)
    if isinstance(place, Team):
        return owner is place
    return owner is not None and owner.organisation_id == place.organisation_id


def is_registered(world: World, app: App, redirect_uri: str) -> bool:
    """Whether a browser may be sent there: one of the app's addresses, or below one."""
    if not is_redirect(redirect_uri, loopback_http=world.loopback_http):
        return False
    asked = redirect_uri.partition("?")[0]
    return any(asked == url or asked.startswith(f"{url.rstrip('/')}/") for url in app.redirect_urls)


def way_back(redirect_uri: str, *, state: str, code: str = "", error: str = "") -> str:
    """Return where the browser is sent: with the code, or with an error (`access_denied`)."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query), ("code", code) if code else ("error", error), ("state", state)]
    return parts._replace(query=urlencode(query)).geturl()


def _person(world: World, place: Team | Organisation, user: str) -> User:
    if isinstance(place, Team):
        return world.user(place.team_id, user)
    mine = [it for it in world.teams.values() if it.organisation_id == place.organisation_id]
    for team in mine:
        for person in team.users.values():
            if user in {person.user_id, person.name}:
                return person
    raise LookupError(f"{place.name} has no user {user}")
