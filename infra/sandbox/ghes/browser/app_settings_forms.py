"""The page of an App's settings in HTML: a form for each button of `app_settings.BUTTONS`."""

from html import escape

from aiohttp import web

from infra.sandbox.ghes.apps import App
from infra.sandbox.ghes.browser import pages, sign_in
from infra.sandbox.ghes.browser.app_parts import app_settings_path, bullets, link, permissions_list
from infra.sandbox.ghes.catalogue import LEVELS, awaited, covered
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

LEVEL_NAMES = {"none": "No access", "read": "Read-only", "write": "Read and write", "admin": "Admin"}


def page(request: web.Request, app: App, visitor: Account, *, done: str = "", wrong: str = "") -> web.Response:
    """The page, with what was just `done` or what is `wrong` on top."""
    world = request.app[WORLD]
    body = "".join(
        (
            pages.alert(wrong),
            pages.note(done) if done else "",
            sign_in.signed_in_line(request, visitor),
            _about(app),
            _installed(world, app),
            _form(app, "Permissions", _permissions(app), {"permissions": "Save permissions"}),
            _form(app, "Events", _events(world, app), {"events": "Save events"}),
            _form(app, "Webhook", _webhook(app), {"webhook": "Save webhook"}),
            _form(app, "Signing in and installing", _options(app), {"options": "Save settings"}),
            _form(app, "Client secret", "<p>The old one is dead at once.</p>", _SECRET),
            _form(app, "Delete", _delete(), {"delete": "Delete this App"}),
        )
    )
    return pages.page(f"Settings of {app.name}", body, status=422 if wrong else 200)


_SECRET = {"client_secret": "Generate a new client secret"}


def _form(app: App, title: str, inner: str, buttons: dict[str, str]) -> str:
    return f"<h2>{escape(title)}</h2>{pages.form(app_settings_path(app), {}, inner, buttons)}"


def _about(app: App) -> str:
    texts = (f"App ID: {app.id}", f"Client ID: {app.client_id}", f"Owned by {app.owner.login}")
    return f"{bullets(texts)}<p>{link(f'/github-apps/{app.slug}', 'Its public page')}</p>"


def _installed(world: World, app: App) -> str:
    rows = []
    for found in (it for it in world.installations.values() if it.app is app):
        waiting = awaited(found)
        where = "all repositories" if found.selection == "all" else f"{len(found.repository_ids)} repositories"
        held = f"<p>It has there:</p>{permissions_list(found.permissions)}"
        more = f"<p>Still to be accepted there:</p>{permissions_list(waiting)}" if waiting else ""
        state = ", suspended" if found.suspended_at else ""
        rows.append(f"<li>{escape(f'{found.account.login}, {where}{state}')}{held}{more}</li>")
    return f"<h2>Installed on</h2>{'<ul>' + ''.join(rows) + '</ul>' if rows else '<p>No account.</p>'}"


def _permissions(app: App) -> str:
    rows = "".join(_level(name, levels, app.permissions.get(name, "none")) for name, levels in LEVELS.items())
    return f"<fieldset><legend>What it asks for</legend>{rows}</fieldset>"


def _level(name: str, levels: tuple[str, ...], chosen: str) -> str:
    offered = levels if name == "metadata" and chosen != "none" else ("none", *levels)
    options = "".join(
        f'<option value="{it}"{" selected" if it == chosen else ""}>{LEVEL_NAMES[it]}</option>' for it in offered
    )
    return f'<label>{escape(name)}: <select name="permission_{escape(name)}">{options}</select></label>'


def _events(world: World, app: App) -> str:
    offered = sorted(covered(app.permissions, uncertain=world.switches.uncertain_events) | set(app.events))
    boxes = "".join(_box("event", it, it, on=it in app.events) for it in offered)
    return f"<fieldset><legend>Subscribe to events</legend>{boxes}</fieldset>"


def _webhook(app: App) -> str:
    return (
        f"<p>{_box('hook_active', 'yes', 'Active', on=app.hook.active)}</p>"
        f"{_field('hook_url', 'Webhook URL', app.hook.url)}"
        f"{_field('hook_secret', 'New secret (empty: it stays)', '')}"
    )


def _options(app: App) -> str:
    callbacks = escape("\n".join(app.callback_urls))
    return (
        '<p><label>Callback URLs, one a line: <textarea name="callback_urls" rows="3">'
        f"\n{callbacks}</textarea></label></p>"
        f"{_field('setup_url', 'Setup URL', app.setup_url)}"
        f"<p>{_box('device_flow', 'yes', 'Enable Device Flow', on=app.device_flow)}</p>"
        f"<p>{_box('public', 'yes', 'Any account of this server can install it', on=app.public)}</p>"
    )


def _delete() -> str:
    return _field("confirm", "Name of the App to delete", "")


def _field(name: str, label: str, value: str) -> str:
    return (
        f'<p><label>{escape(label)}: <input name="{name}" size="40" autocomplete="off" value="{escape(value)}">'
        "</label></p>"
    )


def _box(name: str, value: str, label: str, *, on: bool) -> str:
    checked = " checked" if on else ""
    return f'<label><input type="checkbox" name="{name}" value="{escape(value)}"{checked}> {escape(label)}</label>'
