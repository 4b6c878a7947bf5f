"""What several pages about Apps share: finding things by the path, and lists in HTML."""

from collections.abc import Iterable, Mapping
from html import escape

from aiohttp import web

from infra.sandbox.ghes.apps import App, Installation
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.things import Account


def app_of(request: web.Request) -> App | None:
    """The App whose slug is in the path."""
    return next((it for it in request.app[WORLD].apps.values() if it.slug == request.match_info["slug"]), None)


def organization_of(request: web.Request) -> Account | None:
    """The organization that is in the path."""
    login = request.match_info["org"].lower()
    accounts = request.app[WORLD].accounts.values()
    return next((it for it in accounts if it.type == "Organization" and it.login.lower() == login), None)


def settings_path(account: Account) -> str:
    """Where the settings of the account begin."""
    return f"/organizations/{account.login}/settings" if account.type == "Organization" else "/settings"


def app_settings_path(app: App) -> str:
    """The App's page among the settings of its owner."""
    return f"{settings_path(app.owner)}/apps/{app.slug}"


def installation_path(installation: Installation) -> str:
    """The installation's page among the settings of its account."""
    return f"{settings_path(installation.account)}/installations/{installation.id}"


def permissions_list(permissions: Mapping[str, str]) -> str:
    """HTML: each permission with its level."""
    return bullets(f"{name}: {level}" for name, level in sorted(permissions.items()))


def bullets(texts: Iterable[str]) -> str:
    """HTML: a list; "None" when it is empty."""
    rows = "".join(f"<li>{escape(it)}</li>" for it in texts)
    return f'<ul class="wide">{rows}</ul>' if rows else "<p>None</p>"


def link(path: str, text: str) -> str:
    """HTML."""
    return f'<a href="{escape(path)}">{escape(text)}</a>'
