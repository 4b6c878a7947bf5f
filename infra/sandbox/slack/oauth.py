"""Codes, refresh tokens and tokens that hold for good are exchanged for an installation's tokens (slack.md §16)."""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import rotation
from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.installing import install
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Organisation, Team
from infra.sandbox.slack.tokens import Code
from infra.sandbox.slack.world import World

CODE_LIFE_S = 600


def client(world: World, args: Mapping[str, Any]) -> App:
    """Return the app whose client id and secret these are. Raises `Refused`."""
    wanted = str(args.get("client_id") or "")
    app = next((it for it in world.apps.values() if wanted and it.client_id == wanted), None)
    if app is None or app.deleted:
        raise Refused("invalid_client_id")
    if args.get("client_secret") != app.client_secret:
        raise Refused("bad_client_secret")
    return app


def redeem(world: World, app: App, code: str, redirect_uri: str) -> Installation:
    """Use a code up. Raises `Refused`; a wrong `redirect_uri` leaves the code as it is."""
    held = world.codes.get(code)
    if held is None or held.app_id != app.app_id or _age_s(world, held) > CODE_LIFE_S:
        raise Refused("invalid_code")
    if held.redirect_uri != redirect_uri:
        raise Refused("bad_redirect_uri")
    del world.codes[code]
    place = place_of(world, held.place_id)
    if isinstance(place, Team) and _is_org_installed(place, app):
        raise Refused("cannot_install_an_org_installed_app")
    return install(world, app, place, scopes=held.scopes, user_id=held.user_id)


def exchange(world: World, app: App, token: str) -> Installation:
    """Turn a token that holds for good into a pair that doesn't. Raises `Refused`."""
    if not app.token_rotation:
        raise Refused("token_rotation_not_enabled")
    held = next((it for it in world.installations() if it.app_id == app.app_id and token in _all(it)), None)
    if held is None:
        raise Refused("invalid_token")
    if held.token_error is not None:
        raise Refused("authorization_not_found")
    if held.ends_at is not None:
        raise Refused("token_already_exchanged")
    held.exchanged = token
    rotation.begin(world, held)
    return held


def answer(world: World, app: App, installation: Installation) -> dict[str, Any]:
    """What `oauth.v2.access` says of an installation."""
    place = place_of(world, installation.place_id)
    whole = place if isinstance(place, Organisation) else world.organisations.get(place.organisation_id)
    rotating = {"refresh_token": installation.refresh_token, "expires_in": rotation.LIFE_S}
    return {
        "app_id": app.app_id,
        "authed_user": {"id": installation.installed_by},
        "scope": ",".join(sorted(installation.scopes)),
        "token_type": "bot",
        "access_token": installation.bot_token,
        "bot_user_id": installation.bot_user_id,
        "team": {"id": place.team_id, "name": place.name} if isinstance(place, Team) else None,
        "enterprise": {"id": whole.organisation_id, "name": whole.name} if whole else None,
        "is_enterprise_install": isinstance(place, Organisation),
        **(rotating if installation.ends_at is not None else {}),
    }


def place_of(world: World, place_id: str) -> Team | Organisation:
    """Return the workspace or organisation with this id."""
    return world.teams.get(place_id) or world.organisations[place_id]


def _all(installation: Installation) -> set[str]:
    return {installation.bot_token, *installation.former, installation.exchanged} - {""}


def _is_org_installed(team: Team, app: App) -> bool:
    known = team.installed.get(app.app_id)
    return known is not None and known.is_organisations and known.serves(team.team_id)


def _age_s(world: World, code: Code) -> float:
    return (world.clock.now() - code.made_at).total_seconds()
