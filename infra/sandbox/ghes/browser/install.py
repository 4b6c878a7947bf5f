"""`/github-apps/SLUG/installations/new`: an owner installs the App on an account, or changes where it is (§2)."""

from collections.abc import Mapping, Sequence
from html import escape

from aiohttp import web

from infra.sandbox.ghes import happen, oauth
from infra.sandbox.ghes.apps import App, Installation
from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.app_parts import app_of
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.repository import Repository
from infra.sandbox.ghes.rights import owns
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

PATH = "/github-apps/{slug}/installations/new"


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `target_id` in the address chooses an account beforehand."""
    world, app = request.app[WORLD], app_of(request)
    if app is None:
        return pages.problem("There is no App of this name.", status=404)
    accounts = [it for it in world.accounts.values() if it.type != "Bot" and not it.suspended and _open_to(app, it)]
    chosen = next((it.login for it in accounts if str(it.id) == request.query.get("target_id")), "")
    people = pages.people(world)
    boxes = "".join(
        f'<label><input type="checkbox" name="repository" value="{it.id}"> {escape(it.full_name)}</label>'
        for it in world.repositories.values()
    )
    inner = (
        pages.people_field(request)
        + pages.radios("Install on", "account", {it.login: _named(it, people) for it in accounts}, chosen)
        + pages.radios("For", "selection", {"all": "All repositories", "selected": "Only select repositories"}, "all")
        + f"<fieldset><legend>Select repositories</legend>{boxes}</fieldset>"
    )
    form = pages.form(request.path, {"state": request.query.get("state", "")}, inner, {"install": "Install"})
    return pages.page(f"Install {app.name}", form)


async def install(request: web.Request) -> web.StreamResponse:
    """Install it and send the browser on to the App; 403 for whoever doesn't own the account."""
    world, app, asked = request.app[WORLD], app_of(request), await pages.fields(request)
    person = pages.person(request, asked)
    account = next((it for it in world.accounts.values() if it.login == asked.get("account")), None)
    if app is None or account is None:
        return pages.problem("There is no such App or account.", status=404)
    if person is None or not owns(account, person):
        return pages.problem("Only an owner of the account can install an App on it: ask one.", status=403)
    if not _open_to(app, account):
        return pages.problem(f"This App is private: it can be installed on {app.owner.login} only.", status=403)
    only = None if asked.get("selection") == "all" else await _chosen(request, account)
    if only == []:
        return pages.problem("Choose at least one repository of the account.", status=422)
    found = next((it for it in world.installations.values() if it.app is app and it.account is account), None)
    if found:
        _change(world, found, only, by=person)
    made = found or happen.install_app(world, app, account, by=person, only=only)
    state = {"state": asked["state"]} if asked.get("state") else {}
    query = {"installation_id": str(made.id), "setup_action": "update" if found else "install", **state}
    return _sent_on(world, app, person, query) or pages.page(f"{app.name} is installed on {account.login}", "")


def _sent_on(world: World, app: App, person: Account, query: Mapping[str, str]) -> web.Response | None:
    """To the first callback URL with a code, or to the setup URL, as the App wants it; None for nowhere (§2)."""
    if app.request_oauth_on_install and app.callback_urls:
        code = oauth.authorize(world, app, person, state=query.get("state", ""))
        return pages.sent_to(pages.linked(app.callback_urls[0], {"code": code, **query}), person)
    if not app.setup_url or app.request_oauth_on_install:
        return None
    if query["setup_action"] == "update" and not app.setup_on_update:
        return None
    return pages.sent_to(pages.linked(app.setup_url, query), person)


def _open_to(app: App, account: Account) -> bool:
    return app.public or account is app.owner


def _named(account: Account, people: Sequence[Account]) -> str:
    """The account, and of an organization who owns it."""
    owners = ", ".join(it.login for it in people if owns(account, it))
    return f"{account.login} (owned by {owners})" if account.type == "Organization" else account.login


async def _chosen(request: web.Request, account: Account) -> list[Repository]:
    ids = {str(it) for it in (await request.post()).getall("repository", [])}
    return [it for it in request.app[WORLD].repositories.values() if it.owner is account and str(it.id) in ids]


def _change(world: World, found: Installation, only: Sequence[Repository] | None, *, by: Account) -> None:
    """Let the installation hold `only` these, or all."""
    owned = [it for it in world.repositories.values() if it.owner is found.account]
    wanted = owned if only is None else only
    added = [it for it in wanted if not found.holds(it)]
    removed = [it for it in owned if found.holds(it) and it not in wanted]
    if only is None:
        found.selection = "all"
    if added:
        happen.add_to_installation(world, found, added, by=by)
    if removed:
        happen.remove_from_installation(world, found, removed, by=by)


ROWS: tuple[Row, ...] = (("GET", PATH, show), ("POST", PATH, install))
