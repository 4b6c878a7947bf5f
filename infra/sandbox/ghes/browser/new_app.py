"""`/settings/apps/new`: an App is made from a manifest that another page posts here (§2).

another page ──▶ POST manifest ──▶ *Create GitHub App* ──▶ POST the same with its name ──▶ `redirect_url`, with the code
"""

import asyncio
from collections.abc import Mapping
from html import escape

from aiohttp import web

from infra.sandbox.ghes import app_names, manifests
from infra.sandbox.ghes.browser import pages
from infra.sandbox.ghes.browser.app_parts import app_settings_path, bullets, organization_of, permissions_list
from infra.sandbox.ghes.browser.pages import Row
from infra.sandbox.ghes.gate import WORLD
from infra.sandbox.ghes.manifests import Manifest, ManifestError
from infra.sandbox.ghes.population import new_keys
from infra.sandbox.ghes.rights import owns
from infra.sandbox.ghes.things import Account

PATH = "/settings/apps/new"
ORGANIZATION_PATH = "/organizations/{org}/settings/apps/new"


async def show(request: web.Request) -> web.StreamResponse:
    """Without a manifest there is nothing to create."""
    if _no_organization(request):
        return pages.problem("There is no such organization.", status=404)
    text = "<p>An App is made from a manifest here: begin at the program that wants one, which sends its manifest.</p>"
    return pages.page("New GitHub App", text)


async def make(request: web.Request) -> web.StreamResponse:
    """Show what will be created; with `decision=create` create it, and send the browser on with `code` and `state`."""
    world, asked = request.app[WORLD], await pages.fields(request)
    if "manifest" not in asked or _no_organization(request):
        return await show(request)
    text = asked["manifest"]
    try:
        manifest = manifests.read(world, text)
    except ManifestError as refused:
        return _refused(refused)
    if asked.get("decision") != "create":
        return _page(request, manifest, text, manifest.name)
    return await _created(request, manifest, asked)


async def _created(request: web.Request, manifest: Manifest, asked: Mapping[str, str]) -> web.Response:
    world, text, name = request.app[WORLD], asked["manifest"], asked.get("name", manifest.name).strip()
    person = pages.person(request, asked)
    if person is None:
        return _page(request, manifest, text, name, wrong="Choose who you are.")
    owner = _organization(request) or person
    if not owns(owner, person):
        return pages.problem(f"Only an owner of {owner.login} can create an App for it: ask one.", status=403)
    if wrong := app_names.trouble(world, name, owner):
        return _page(request, manifest, text, name, wrong=wrong, chosen=person.login)
    keys = await asyncio.to_thread(new_keys)
    try:
        made = manifests.registered(world, text, owner=owner, name=name, keys=keys)
    except ManifestError as refused:  # somebody was faster with this name
        return _refused(refused)
    if not manifest.redirect_url:
        return pages.sent_to(app_settings_path(made.app), person)
    return pages.sent_to(pages.linked(manifest.redirect_url, {"code": made.code} | _state(request)), person)


def _page(
    request: web.Request, manifest: Manifest, text: str, name: str, *, wrong: str = "", chosen: str = ""
) -> web.Response:
    about = _organization(request)
    where = f"It will belong to {about.login}." if about else "It will belong to you."
    hook = manifest.hook_url if manifest.hook_active else "none"
    inner = (
        f"{pages.alert(wrong)}<p>{escape(where)}</p>"
        '<p><label>GitHub App name: <input name="name" size="34" required autocomplete="off" '
        f'value="{escape(name)}"></label></p>'
        f"{pages.people_field(request, chosen)}"
        f"<p>You will be sent on to <code>{escape(manifest.redirect_url or 'its settings')}</code>.</p>"
    )
    wishes = (
        f"<h2>What it asks for</h2>{permissions_list(manifest.permissions)}"
        f"<h2>What it hears of</h2>{bullets(manifest.events)}"
        f"<p>Webhook URL: <code>{escape(hook)}</code></p>"
    )
    action = pages.linked(request.path, _state(request)) if _state(request) else request.path
    form = pages.form(action, {"manifest": text}, inner, {"create": "Create GitHub App"})
    return pages.page(f"Create GitHub App {name}".strip(), form + wishes, status=422 if wrong else 200)


def _refused(refused: ManifestError) -> web.Response:
    text = "<p>The configuration does not appear to be a valid GitHub App manifest.</p>"
    errors = pages.alert(*(f"Error: {it}" for it in refused.errors))
    return pages.page("Invalid GitHub App configuration", text + errors, status=422)


def _state(request: web.Request) -> dict[str, str]:
    return {"state": request.query["state"]} if request.query.get("state") else {}


def _organization(request: web.Request) -> Account | None:
    return organization_of(request) if "org" in request.match_info else None


def _no_organization(request: web.Request) -> bool:
    return "org" in request.match_info and organization_of(request) is None


ROWS: tuple[Row, ...] = tuple(
    (method, path, handler) for path in (PATH, ORGANIZATION_PATH) for method, handler in (("GET", show), ("POST", make))
)
