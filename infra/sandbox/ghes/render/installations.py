"""Apps and their installations in JSON."""

from typing import Any

from infra.sandbox.ghes.apps import App, Hook, Installation
from infra.sandbox.ghes.render.nodes import node_id
from infra.sandbox.ghes.render.people import user_json, user_or_null
from infra.sandbox.ghes.times import iso, iso_or_null
from infra.sandbox.ghes.world import World


def installation_stub(installation: Installation) -> dict[str, Any]:
    """What stands in most webhooks."""
    return {"id": installation.id, "node_id": node_id("MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u", installation.id)}


def installation_json(world: World, installation: Installation) -> dict[str, Any]:
    """An installation in full, as in REST and in `installation` webhooks."""
    api, account, app = f"{world.web_url}/api/v3", installation.account, installation.app
    settings = f"organizations/{account.login}/settings" if account.type == "Organization" else "settings"
    return {
        "id": installation.id,
        "client_id": app.client_id,
        "account": user_json(world, account),
        "repository_selection": installation.selection,
        "access_tokens_url": f"{api}/app/installations/{installation.id}/access_tokens",
        "repositories_url": f"{api}/installation/repositories",
        "html_url": f"{world.web_url}/{settings}/installations/{installation.id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.type,
        "permissions": dict(installation.permissions),
        "events": list(installation.events),
        "created_at": iso(installation.created_at),
        "updated_at": iso(installation.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user_or_null(world, installation.suspended_by),
        "suspended_at": iso_or_null(installation.suspended_at),
    }


def app_json(world: World, app: App) -> dict[str, Any]:
    """The App, as it sees itself and as check runs name it."""
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": node_id("A", app.id),
        "client_id": app.client_id,
        "owner": user_json(world, app.owner),
        "name": app.name,
        "description": app.description,
        "external_url": app.external_url,
        "html_url": f"{world.web_url}/github-apps/{app.slug}",
        "created_at": iso(app.created_at),
        "updated_at": iso(app.created_at),
        "permissions": dict(app.permissions),
        "events": list(app.events),
        "installations_count": sum(it.app is app for it in world.installations.values()),
    }


def hook_config_json(hook: Hook) -> dict[str, Any]:
    """The hook's configuration; the secret never comes out."""
    return {
        "url": hook.url,
        "content_type": hook.content_type,
        "insecure_ssl": hook.insecure_ssl,
        **({"secret": "********"} if hook.secret else {}),
    }
