"""Apps are made of manifests, follow them, and are deleted (slack.md §17). `manifest_rules.py` says what is wrong."""

import hashlib
from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack import manifest_rules
from infra.sandbox.slack.app import App, Shortcut
from infra.sandbox.slack.breakage import disable_link
from infra.sandbox.slack.population import add_app
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.world import World

PERMISSIONS = ("bot_scopes", "events", "commands", "unfurl_domains")
"""A change of these has to be agreed to by a new installation."""


def check(world: World, manifest: Any, app: App | None = None) -> Mapping[str, Any]:
    """Return the manifest, given as JSON text or as an object. Raises `invalid_manifest` with what is wrong.

    `app`: the one that it would be for.
    """
    read, found = manifest_rules.read(manifest)
    rotates = app is not None and app.token_rotation
    rules = {"loopback_http": world.loopback_http, "localhost": world.localhost_domains, "rotates": rotates}
    found = found or manifest_rules.problems(read, **rules)
    if found:
        raise Refused("invalid_manifest", errors=found)
    return read


def create(world: World, manifest: Any, *, team: str, user: str) -> App:
    """Make an app that belongs to this workspace; the person may change it. Raises `Refused`."""
    read, number = check(world, manifest), world.new_id("")
    app = App(
        app_id=f"A{number}",
        name="",
        client_id=f"{1_000_000_000 + int(number)}.{int(_secret(number, 'id')[:10], 16)}",
        client_secret=_secret(number, "client"),
        signing_secret=_secret(number, "signing"),
        verification_token=_secret(number, "verification")[:24],
        owner_team_id=world.team(team).team_id,
        collaborators={world.user(team, user).user_id},
    )
    follow(app, read)
    return add_app(world, app)


def update(world: World, app: App, manifest: Any) -> bool:
    """Have an app follow another manifest; whether it must be installed again for that. Raises `Refused`.

    Until then an installation hears of no new events or domains.
    """
    read = check(world, manifest, app)
    before, former = {name: getattr(app, name) for name in PERMISSIONS}, app.events
    follow(app, read)
    for installation in world.installations():
        if installation.app_id == app.app_id:
            known = former if installation.events is None else installation.events
            installation.events = known & app.events
    if not app.link_enabled:
        world.line.aside(disable_link(world, app))
    return any(getattr(app, name) != was for name, was in before.items())


def delete(world: World, app: App) -> None:
    """Delete an app: its tokens are dead everywhere, its sockets close, and nobody tells it."""
    app.deleted = True
    for installation in world.installations():
        if installation.app_id == app.app_id:
            installation.token_error = "account_inactive"
    world.line.aside(disable_link(world, app))


def follow(app: App, manifest: Mapping[str, Any]) -> None:
    """Give an app what its manifest says; whatever that leaves out it hasn't."""
    features, settings = _at(manifest, "features"), _at(manifest, "settings")
    oauth, home, bot = _at(manifest, "oauth_config"), _at(features, "app_home"), _at(features, "bot_user")
    app.manifest = manifest
    app.name = manifest["display_information"]["name"]
    app.bot_name = bot.get("display_name", "")
    app.redirect_urls = tuple(oauth.get("redirect_urls", ()))
    app.bot_scopes = frozenset(_at(oauth, "scopes").get("bot", ()))
    app.optional_scopes = frozenset(_at(oauth, "scopes").get("bot_optional", ()))
    app.events = frozenset(_at(settings, "event_subscriptions").get("bot_events", ()))
    app.commands = {one["command"]: one.get("should_escape", False) for one in features.get("slash_commands", ())}
    app.shortcuts = tuple(
        Shortcut(name=one["name"], kind=one["type"], callback_id=one["callback_id"])
        for one in features.get("shortcuts", ())
    )
    app.unfurl_domains = tuple(features.get("unfurl_domains", ()))
    app.home_tab = home.get("home_tab_enabled", False)
    app.messages_tab = home.get("messages_tab_enabled", False)
    app.interactive = _at(settings, "interactivity").get("is_enabled", False)
    app.link_enabled = settings.get("socket_mode_enabled", False)
    app.org_deploy = settings.get("org_deploy_enabled", False)
    app.token_rotation = settings.get("token_rotation_enabled", False)


def exported(app: App) -> Mapping[str, Any]:
    """Return the app's manifest; the ready-made app's is written from what it is."""
    return app.manifest or {
        "display_information": {"name": app.name},
        "features": {
            "app_home": {"home_tab_enabled": app.home_tab, "messages_tab_enabled": app.messages_tab},
            "bot_user": {"display_name": app.bot_name, "always_online": True},
            "shortcuts": [
                {"name": it.name, "type": it.kind, "callback_id": it.callback_id, "description": it.name}
                for it in app.shortcuts
            ],
            "slash_commands": [
                {"command": command, "description": app.name, "should_escape": escapes}
                for command, escapes in app.commands.items()
            ],
            **({"unfurl_domains": list(app.unfurl_domains)} if app.unfurl_domains else {}),
        },
        "oauth_config": {
            "redirect_urls": list(app.redirect_urls),
            "scopes": {"bot": sorted(app.bot_scopes), "bot_optional": sorted(app.optional_scopes)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": sorted(app.events)},
            "interactivity": {"is_enabled": app.interactive},
            "org_deploy_enabled": app.org_deploy,
            "socket_mode_enabled": app.link_enabled,
            "token_rotation_enabled": app.token_rotation,
        },
    }


def _at(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = whole.get(name, {})
    return part


def _secret(number: str, what: str) -> str:
    return hashlib.sha256(f"sandbox {what} {number}".encode()).hexdigest()[:32]
