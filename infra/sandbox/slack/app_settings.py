"""What an app's owner does on the app's pages besides its manifest: tokens, redirect addresses, distribution.

made = generate_configuration_token(world, "acme", "mona")     # made.token, made.refresh_token
app = manifests.create(world, manifest, team="acme", user="mona")
token = generate_app_token(world, app, "agent", ["connections:write", "authorizations:read"]).token
"""

from collections.abc import Iterable
from datetime import timedelta

from infra.sandbox.slack.app import APP_LEVEL_SCOPES, App, AppToken
from infra.sandbox.slack.consent import may_install
from infra.sandbox.slack.installing import end
from infra.sandbox.slack.manifest_rules import is_redirect
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.tokens import ConfigurationToken
from infra.sandbox.slack.world import World

CONFIGURATION_LIFE = timedelta(hours=12)


def generate_configuration_token(world: World, team: str, user: str) -> ConfigurationToken:
    """Make an app configuration token of this person for the apps of this workspace; older ones go on."""
    now = world.clock.now()
    made = ConfigurationToken(
        token=f"xoxe.xoxp-1-{world.new_id('sandbox')}",
        refresh_token=f"xoxe-1-{world.new_id('sandbox')}",
        team_id=world.team(team).team_id,
        user_id=world.user(team, user).user_id,
        made_at=now,
        ends_at=now + CONFIGURATION_LIFE,
    )
    world.configuration_tokens.append(made)
    return made


def rotate_configuration_token(world: World, refresh_token: str) -> ConfigurationToken:
    """Spend a refresh token for a new pair; the former access token goes on until its end. Raises `Refused`."""
    for made in world.configuration_tokens:
        if refresh_token and made.refresh_token == refresh_token and not made.revoked:
            made.refresh_token = ""
            return generate_configuration_token(world, made.team_id, made.user_id)
    raise Refused("invalid_refresh_token")


def generate_app_token(world: World, app: App, name: str, scopes: Iterable[str]) -> AppToken:
    """Make an app-level token. Raises `ValueError` without a name or with scopes that there aren't."""
    wanted = frozenset(scopes)
    if not name or not wanted or wanted - APP_LEVEL_SCOPES:
        raise ValueError(f"an app-level token has a name, and scopes of {', '.join(sorted(APP_LEVEL_SCOPES))}")
    made = AppToken(token=f"xapp-1-{app.app_id}-{world.new_id('sandbox')}", name=name, scopes=wanted)
    app.tokens.append(made)
    return made


def revoke_app_token(app: App, token: str) -> None:
    """Revoke an app-level token; sockets that it opened go on."""
    next(it for it in app.tokens if it.token == token).revoked = True


def add_redirect_url(world: World, app: App, url: str) -> None:
    """Register where browsers may be sent back to. Raises `ValueError` for what isn't https."""
    if not is_redirect(url, loopback_http=world.loopback_http):
        raise ValueError(f"{url} doesn't begin with https")
    app.redirect_urls = tuple(dict.fromkeys((*app.redirect_urls, url)))


def distribute(app: App) -> None:
    """Let any workspace install it. Raises `ValueError` without a redirect address, which others need."""
    if not app.redirect_urls:
        raise ValueError("an app needs a redirect URL before it can be distributed")
    app.is_distributed = True


def stop_distributing(world: World, app: App) -> None:
    """Let only its own workspace, or that one's organisation, install it; it is removed from all others."""
    app.is_distributed = False
    for installation in world.installations():
        place = world.teams.get(installation.place_id) or world.organisations[installation.place_id]
        if installation.app_id == app.app_id and not may_install(world, app, place):
            end(world, installation)
