"""What an owner does to an App that is registered already. GHES tells nobody of it but who must accept something."""

from collections.abc import Sequence
from dataclasses import replace

from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.catalogue import covered, within
from infra.sandbox.ghes.world import World


def change_permission(world: World, app: App, name: str, level: str) -> None:
    """Ask for a permission at another level, `none` to withdraw it and the events that it covered.

    What becomes less is less everywhere at once, in tokens that are out too; what becomes more waits in each
    installation for `accept_permissions` (§2).
    """
    app.permissions.pop(name, None)
    if level != "none":
        app.permissions[name] = level
    held = _covered(world, app.permissions)
    app.events = [it for it in app.events if it in held]
    _settle(world, app)


def subscribe(world: World, app: App, events: Sequence[str]) -> None:
    """Let the App hear of these events and no others; an installation sends those that its permissions cover."""
    app.events = list(events)
    _settle(world, app)


def delete_app(world: World, app: App) -> None:
    """Remove the App with all that hangs on it: what asks in its name gets 401 from now on, and its pages are gone.

    Its hook is gone with it, so nobody hears of that, nor of what was still to be sent.
    """
    gone = [it.id for it in world.installations.values() if it.app is app]
    for installation_id in gone:
        del world.installations[installation_id]
    for token in [it.token for it in world.tokens.values() if it.installation_id in gone]:
        del world.tokens[token]
    for pair in [it.token for it in world.user_tokens.values() if it.app is app]:
        del world.user_tokens[pair]
    for code in [it.code for it in world.codes.values() if it.app is app]:
        del world.codes[code]
    for device in [it.device_code for it in world.device_codes.values() if it.app is app]:
        del world.device_codes[device]
    for manifest in [it.code for it in world.manifest_codes.values() if it.app is app]:
        del world.manifest_codes[manifest]
    world.accounts.pop(app.bot.id, None)
    del world.apps[app.id]


def _settle(world: World, app: App) -> None:
    """Let no installation, and no token of one, have more than the App asks for."""
    for installation in world.installations.values():
        if installation.app is app:
            installation.permissions = within(installation.permissions, app.permissions)
            held = _covered(world, installation.permissions)
            installation.events = [it for it in app.events if it in held]
            for token in [it for it in world.tokens.values() if it.installation_id == installation.id]:
                smaller = within(token.permissions, app.permissions)
                world.tokens[token.token] = replace(token, permissions=smaller)


def _covered(world: World, permissions: dict[str, str]) -> frozenset[str]:
    return covered(permissions, uncertain=world.switches.uncertain_events)
