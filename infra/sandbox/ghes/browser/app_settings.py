"""`/settings/apps/SLUG`, and the same of an organization: an owner sees and changes an App. One function a button."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from aiohttp import web

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.browser import app_settings_forms, pages, sign_in
from infra.sandbox.ghes.browser.app_parts import app_of, app_settings_path, link, organization_of, settings_path
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.catalogue import LEVELS, covered
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.hook_url import is_web_url, refused
from infra.sandbox.ghes.manifests import MOST_CALLBACKS
from infra.sandbox.ghes.rights import owns
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

LIST_PATHS = ("/settings/apps", "/organizations/{org}/settings/apps")
Fields = Mapping[str, Sequence[str]]
"""All values of each field."""


class WrongError(Exception):
    """The form can't be taken; the text says why."""


async def show_list(request: web.Request) -> web.StreamResponse:
    """The Apps of the visitor, or of the organization."""
    visitor = pages.visitor(request)
    if visitor is None:
        return sign_in.sent_there(request)
    owner = organization_of(request) if "org" in request.match_info else visitor
    if owner is None or not owns(owner, visitor):
        return sign_in.somebody_else(request, "There is no such organization, or you don't own it.")
    apps = [it for it in request.app[WORLD].apps.values() if it.owner is owner]
    rows = "".join(f"<li>{link(app_settings_path(it), it.name)}</li>" for it in apps)
    organizations = [
        it for it in request.app[WORLD].accounts.values() if it.type == "Organization" and owns(it, visitor)
    ]
    others = "".join(f"<li>{link(f'{settings_path(it)}/apps', it.login)}</li>" for it in [visitor, *organizations])
    body = (
        f"{sign_in.signed_in_line(request, visitor)}{f'<ul>{rows}</ul>' if rows else '<p>None yet.</p>'}"
        f"<h2>Apps of</h2><ul>{others}</ul>"
    )
    return pages.page(f"GitHub Apps of {owner.login}", body)


async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    found = _owned(request)
    if isinstance(found, web.Response):
        return found
    return app_settings_forms.page(request, *found)


async def change(request: web.Request) -> web.StreamResponse:
    """Do what the button says, and show the page again; after a deletion the list."""
    found = _owned(request)
    if isinstance(found, web.Response):
        return found
    (app, visitor), fields = found, await pages.all_fields(request)
    button = BUTTONS.get(_one(fields, "decision"))
    if button is None:
        return app_settings_forms.page(request, app, visitor, wrong="There is no such button.")
    try:
        done = button(request.app[WORLD], app, fields)
    except WrongError as wrong:
        return app_settings_forms.page(request, app, visitor, wrong=str(wrong))
    if app.id not in request.app[WORLD].apps:
        body = f"{pages.note(done)}<p>{link(f'{settings_path(app.owner)}/apps', 'GitHub Apps')}</p>"
        return pages.page(f"{app.name} is gone", body)
    return app_settings_forms.page(request, app, visitor, done=done)


def _permissions(world: World, app: App, fields: Fields) -> str:
    """Fields `permission_NAME`, each a level or `none`; what isn't there stays."""
    asked = {name: _one(fields, f"permission_{name}") for name in LEVELS if f"permission_{name}" in fields}
    for name, level in asked.items():
        if level not in (*LEVELS[name], "none") or (name, level) == ("metadata", "none"):
            raise WrongError(f"The permission {name} can't be {level}.")
    changed = {name: level for name, level in asked.items() if level != app.permissions.get(name, "none")}
    for name, level in changed.items():
        happen.change_permission(world, app, name, level)
    if not changed:
        return "Nothing was changed."
    return "The permissions are changed. What became more must be accepted by each account that has the App."


def _events(world: World, app: App, fields: Fields) -> str:
    chosen = fields.get("event", ())
    allowed = covered(app.permissions, uncertain=world.switches.uncertain_events)
    if beyond := [it for it in chosen if it not in allowed]:
        raise WrongError(f"These events are not covered by the App's permissions: {', '.join(beyond)}.")
    happen.subscribe(world, app, chosen)
    return "The events are changed."


def _webhook(world: World, app: App, fields: Fields) -> str:
    """`hook_url`, `hook_active`, and `hook_secret`, which stays when it is left empty."""
    url, active = _one(fields, "hook_url"), "hook_active" in fields
    if (active or url) and (reason := refused(url, world.concessions)):
        raise WrongError(f"Hook {reason}")
    app.hook.url, app.hook.active = url, active
    app.hook.secret = _one(fields, "hook_secret") or app.hook.secret
    return "The webhook is changed."


def _options(_world: World, app: App, fields: Fields) -> str:
    callbacks = _one(fields, "callback_urls").split()
    setup_url = _one(fields, "setup_url").strip()
    if wrong := [it for it in (*callbacks, *filter(None, [setup_url])) if not is_web_url(it)]:
        raise WrongError(f"This is not a valid URL: {wrong[0]}")
    if len(callbacks) > MOST_CALLBACKS:
        raise WrongError(f"Callback urls are too many (maximum is {MOST_CALLBACKS})")
    app.callback_urls, app.setup_url = callbacks, setup_url
    app.device_flow, app.public = "device_flow" in fields, "public" in fields
    return "The settings are changed."


def _client_secret(_world: World, app: App, _fields: Fields) -> str:
    """The old one is dead at once."""
    app.client_secret = secrets.token_hex(20)
    return f"The new client secret is {app.client_secret} - it is shown only once."


def _delete(world: World, app: App, fields: Fields) -> str:
    if _one(fields, "confirm") != app.name:
        raise WrongError("To delete the App, type its name.")
    happen.delete_app(world, app)
    return f"{app.name} is deleted."


BUTTONS: dict[str, Callable[[World, App, Fields], str]] = {
    "permissions": _permissions,
    "events": _events,
    "webhook": _webhook,
    "options": _options,
    "client_secret": _client_secret,
    "delete": _delete,
}
"""By the value of the button: what it does. Each returns what to say of it, and raises `WrongError`."""


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _owned(request: web.Request) -> tuple[App, Account] | web.Response:
    """The App of the path and its owner who visits, else what to answer instead."""
    app, visitor = app_of(request), pages.visitor(request)
    if visitor is None:
        return sign_in.sent_there(request)
    if app is None or not owns(app.owner, visitor) or request.path.lower() != app_settings_path(app).lower():
        return sign_in.somebody_else(request, "There is no such App, or you don't own it.")
    return app, visitor


ROWS: tuple[Row, ...] = (
    *(("GET", path, show_list) for path in LIST_PATHS),
    *(("GET", f"{path}/{{slug}}", show) for path in LIST_PATHS),
    *(("POST", f"{path}/{{slug}}", change) for path in LIST_PATHS),
)
