"""What happens to the App: installed, suspended, removed, pinged. These webhooks need no subscription."""

from collections.abc import Sequence
from typing import Any

from infra.sandbox.ghes.apps import App, Installation
from infra.sandbox.ghes.hooks import queue
from infra.sandbox.ghes.population import install
from infra.sandbox.ghes.render.installations import hook_config_json, installation_json
from infra.sandbox.ghes.render.repositories import short_repository_json
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.times import iso
from infra.sandbox.ghes.world import World


def install_app(
    world: World, app: App, account: Account, *, by: Account, only: Sequence[Repository] | None = None
) -> Installation:
    """Install the App on an account, for all or for `only` these repositories."""
    installation = install(world, app, account, only)
    _tell(world, installation, "installation", "created", by=by, repositories=_held(world, installation))
    return installation


def uninstall_app(world: World, installation: Installation, *, by: Account) -> None:
    """Remove it; its tokens are unknown from now on."""
    del world.installations[installation.id]
    _tell(world, installation, "installation", "deleted", by=by, repositories=_held(world, installation))


def suspend_app(world: World, installation: Installation, *, by: Account) -> None:
    """Suspend it: no tokens, no webhooks but this one."""
    installation.suspended_at, installation.suspended_by = world.now(), by
    _tell(world, installation, "installation", "suspend", by=by)


def unsuspend_app(world: World, installation: Installation, *, by: Account) -> None:
    """End the suspension."""
    installation.suspended_at = installation.suspended_by = None
    _tell(world, installation, "installation", "unsuspend", by=by)


def accept_permissions(world: World, installation: Installation, *, by: Account) -> None:
    """Accept what the App asks by now; until then the old permissions apply (§2)."""
    installation.permissions = dict(installation.app.permissions)
    installation.events = list(installation.app.events)
    _tell(world, installation, "installation", "new_permissions_accepted", by=by)


def add_to_installation(
    world: World, installation: Installation, repositories: Sequence[Repository], *, by: Account
) -> None:
    """Let the installation reach more repositories."""
    installation.repository_ids |= {it.id for it in repositories}
    added = [short_repository_json(world, it) for it in repositories]
    _tell_change(world, installation, "added", by=by, added=added, removed=[])


def remove_from_installation(
    world: World, installation: Installation, repositories: Sequence[Repository], *, by: Account
) -> None:
    """Let it reach fewer; one that reached all now names the rest."""
    if installation.selection == "all":
        owned = (it.id for it in world.repositories.values() if it.owner is installation.account)
        installation.selection, installation.repository_ids = "selected", set(owned)
    installation.repository_ids -= {it.id for it in repositories}
    removed = [short_repository_json(world, it) for it in repositories]
    _tell_change(world, installation, "removed", by=by, added=[], removed=removed)


def ping(world: World, app: App) -> None:
    """Ping the App's hook; this ping has no repository and no sender (§8)."""
    hook = {
        "type": "App",
        "id": app.hook.id,
        "name": "web",
        "active": app.hook.active,
        "events": list(app.events),
        "config": hook_config_json(app.hook),
        "created_at": iso(app.created_at),
        "updated_at": iso(world.now()),
        "app_id": app.id,
        "deliveries_url": f"{world.web_url}/api/v3/app/hook/deliveries",
    }
    fields = {"zen": "Keep it dry.", "hook_id": app.hook.id, "hook": hook}
    queue(world, app, "ping", None, by=None, fields=fields)


def _held(world: World, installation: Installation) -> list[dict[str, Any]]:
    return [short_repository_json(world, it) for it in world.repositories.values() if installation.holds(it)]


def _tell_change(world: World, installation: Installation, action: str, *, by: Account, **lists: Any) -> None:
    beside = {
        "repository_selection": installation.selection,
        "repositories_added": lists["added"],
        "repositories_removed": lists["removed"],
        "requester": None,
    }
    _tell(world, installation, "installation_repositories", action, by=by, **beside)


def _tell(world: World, installation: Installation, event: str, action: str, *, by: Account, **beside: Any) -> None:
    installation.updated_at = world.now()
    fields = {"installation": installation_json(world, installation), **beside}
    if event == "installation" and action == "created":
        fields["requester"] = None
    queue(world, installation.app, event, action, by=by, about=installation, fields=fields)
