"""`/settings/installations`, and the same of an organization: where Apps are, and what an owner does about it."""

from collections.abc import Callable
from html import escape

from aiohttp import web

from infra.sandbox.ghes import happen
from infra.sandbox.ghes.apps import Installation
from infra.sandbox.ghes.browser import pages, sign_in
from infra.sandbox.ghes.browser.app_parts import bullets, installation_path, link, permissions_list
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.catalogue import awaited
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.rights import owns
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

PATHS = (
    r"/settings/installations/{installation:\d+}",
    r"/organizations/{org}/settings/installations/{installation:\d+}",
)


async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    found = _owned(request)
    return found if isinstance(found, web.Response) else _page(request, *found)


async def change(request: web.Request) -> web.StreamResponse:
    """Do what the button says."""
    found, fields = _owned(request), await pages.fields(request)
    if isinstance(found, web.Response):
        return found
    (installation, visitor), world = found, request.app[WORLD]
    button = BUTTONS.get(fields.get("decision", ""))
    if button is None or button not in _offered(installation).values():
        return _page(request, *found, wrong="There is nothing of this kind to do.")
    done = button(world, installation, visitor)
    if installation.id not in world.installations:
        return pages.page(done, f"<p>{link(f'/github-apps/{installation.app.slug}', installation.app.name)}</p>")
    return _page(request, *found, done=done)


def _accept(world: World, installation: Installation, by: Account) -> str:
    happen.accept_permissions(world, installation, by=by)
    return "The new permissions are accepted."


def _suspend(world: World, installation: Installation, by: Account) -> str:
    happen.suspend_app(world, installation, by=by)
    return "The App is suspended."


def _unsuspend(world: World, installation: Installation, by: Account) -> str:
    happen.unsuspend_app(world, installation, by=by)
    return "The App goes on."


def _uninstall(world: World, installation: Installation, by: Account) -> str:
    happen.uninstall_app(world, installation, by=by)
    return f"{installation.app.name} is no longer on {installation.account.login}"


Button = Callable[[World, Installation, Account], str]
BUTTONS: dict[str, Button] = {
    "accept": _accept,
    "suspend": _suspend,
    "unsuspend": _unsuspend,
    "uninstall": _uninstall,
}
"""By the value of the button: what it does; each returns what to say of it."""
LABELS = {
    "accept": "Accept new permissions",
    "suspend": "Suspend",
    "unsuspend": "Unsuspend",
    "uninstall": "Uninstall",
}


def _offered(installation: Installation) -> dict[str, Button]:
    hidden = {"suspend" if installation.suspended_at else "unsuspend"}
    if not awaited(installation):
        hidden.add("accept")
    return {name: button for name, button in BUTTONS.items() if name not in hidden}


def _page(
    request: web.Request, installation: Installation, visitor: Account, *, done: str = "", wrong: str = ""
) -> web.Response:
    app, waiting = installation.app, awaited(installation)
    held = [it.full_name for it in request.app[WORLD].repositories.values() if installation.holds(it)]
    where = "All repositories:" if installation.selection == "all" else "Only select repositories:"
    change_path = f"/github-apps/{app.slug}/installations/new?target_id={installation.account.id}"
    body = (
        f"{pages.alert(wrong)}{pages.note(done) if done else ''}{sign_in.signed_in_line(request, visitor)}"
        f"<h2>Permissions</h2>{permissions_list(installation.permissions)}"
        + (f"<h2>The App asks for more</h2>{permissions_list(waiting)}" if waiting else "")
        + f"<h2>Repository access</h2><p>{escape(where)}</p>{bullets(held)}<p>{link(change_path, 'Change it')}</p>"
        + pages.form(installation_path(installation), {}, "", {it: LABELS[it] for it in _offered(installation)})
    )
    title = f"{app.name} on {installation.account.login}"
    return pages.page(title, body, status=422 if wrong else 200)


def _owned(request: web.Request) -> tuple[Installation, Account] | web.Response:
    """The installation of the path and the account's owner who visits, else what to answer instead."""
    visitor = pages.visitor(request)
    found = request.app[WORLD].installations.get(int(request.match_info["installation"]))
    if visitor is None:
        return sign_in.sent_there(request)
    if found is None or not owns(found.account, visitor) or request.path.lower() != installation_path(found).lower():
        return sign_in.somebody_else(request, "There is no such installation, or you don't own its account.")
    return found, visitor


ROWS: tuple[Row, ...] = (
    *(("GET", path, show) for path in PATHS),
    *(("POST", path, change) for path in PATHS),
)
