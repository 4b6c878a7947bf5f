"""Making an App from a manifest (§2): what GHES takes and refuses, and the code that is exchanged for what it made.

read ──▶ registered ──▶ code, carried by the browser ──▶ converted ──▶ the App with its secrets, once, within an hour
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.sandbox.ghes import app_names, happen
from infra.sandbox.ghes.apps import App, Permissions
from infra.sandbox.ghes.catalogue import LEVELS, covered, known_events
from infra.sandbox.ghes.grants import ManifestCode
from infra.sandbox.ghes.hook_url import is_web_url, refused
from infra.sandbox.ghes.population import Keys, add_app
from infra.sandbox.ghes.things import Account
from infra.sandbox.ghes.world import World

CODE_LIFE = timedelta(hours=1)
MOST_CALLBACKS = 10
MOST_WRONG_CODES = 20
"""So many wrong codes in an hour are too many. GHES doesn't say how many it takes."""
KEYS: Mapping[str, type] = {
    "name": str,
    "url": str,
    "hook_attributes": dict,
    "redirect_url": str,
    "callback_urls": list,
    "setup_url": str,
    "setup_on_update": bool,
    "description": str,
    "public": bool,
    "default_events": list,
    "default_permissions": dict,
    "request_oauth_on_install": bool,
}
HOOK_KEYS: Mapping[str, type] = {"url": str, "active": bool}
CALLED = {str: "a string", bool: "a boolean", list: "an array", dict: "an object"}


class ManifestError(Exception):
    """GHES refuses the manifest as a whole; `errors` are its sentences."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = tuple(errors)


class TooManyWrongCodesError(Exception):
    """Somebody is guessing codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest that can be taken; `hook_url` is empty for an App without a webhook."""

    name: str
    url: str
    description: str
    hook_url: str
    hook_active: bool
    redirect_url: str
    callback_urls: tuple[str, ...]
    setup_url: str
    setup_on_update: bool
    public: bool
    request_oauth_on_install: bool
    permissions: Permissions
    events: tuple[str, ...]


def read(world: World, text: str) -> Manifest:
    """Read and check a manifest, all but its name, which can still be changed; raises `ManifestError`."""
    try:
        body = json.loads(text)
    except ValueError:
        raise ManifestError(["The manifest is not valid JSON"]) from None
    if not isinstance(body, dict):
        raise ManifestError(["The manifest is not an object"])
    if misshapen := list(_misshapen(body)):
        raise ManifestError(misshapen)
    hook: dict[str, Any] = body.get("hook_attributes", {})
    asked: Permissions = body.get("default_permissions", {})
    manifest = Manifest(
        name=body.get("name", ""),
        url=body["url"],
        description=body.get("description", ""),
        hook_url=hook.get("url", ""),
        hook_active=bool(hook) and hook.get("active", True),
        redirect_url=body.get("redirect_url", ""),
        callback_urls=tuple(body.get("callback_urls", ())),
        setup_url=body.get("setup_url", ""),
        setup_on_update=body.get("setup_on_update", False),
        public=body.get("public", True),
        request_oauth_on_install=body.get("request_oauth_on_install", False),
        permissions={"metadata": "read", **asked} if asked else {},
        events=tuple(dict.fromkeys(body.get("default_events", ()))),
    )
    if wrong := [*_wrong_urls(world, manifest), *_wrong_wishes(world, manifest)]:
        raise ManifestError(wrong)
    return manifest


def registered(world: World, text: str, *, owner: Account, name: str = "", keys: Keys | None = None) -> ManifestCode:
    """Make the App, as the button *Create GitHub App* does, and ping its hook; `name` replaces the manifest's.

    Raises `ManifestError`; then there is no App.
    """
    manifest = read(world, text)
    name = (name or manifest.name).strip()
    if trouble := app_names.trouble(world, name, owner):
        raise ManifestError([trouble])
    app = add_app(world, owner, slug=app_names.slug_of(name), keys=keys)
    app.name, app.description, app.external_url = name, manifest.description, manifest.url
    app.hook.url, app.hook.active = manifest.hook_url, manifest.hook_active
    if not manifest.hook_url:
        app.hook.secret = ""
    app.callback_urls, app.setup_url = list(manifest.callback_urls), manifest.setup_url
    app.setup_on_update, app.public = manifest.setup_on_update, manifest.public
    app.request_oauth_on_install = manifest.request_oauth_on_install
    app.permissions, app.events = dict(manifest.permissions), list(manifest.events)
    code = ManifestCode(code=secrets.token_hex(20), app=app, expires_at=world.now() + CODE_LIFE)
    world.manifest_codes[code.code] = code
    happen.ping(world, app)
    return code


def converted(world: World, code: str) -> App | None:
    """Spend a code, and return its App; None for one that is spent, too old or nobody's.

    Raises `TooManyWrongCodesError`.
    """
    now = world.now()
    world.wrong_manifest_codes[:] = [at for at in world.wrong_manifest_codes if at > now - CODE_LIFE]
    if len(world.wrong_manifest_codes) >= MOST_WRONG_CODES:
        raise TooManyWrongCodesError
    found = world.manifest_codes.pop(code, None)
    if found is None or found.expires_at <= now:
        world.wrong_manifest_codes.append(now)
        return None
    return found.app


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b, and c`."""
    *most, last = words
    if not most:
        return last
    return f"{', '.join(most)}{',' if len(most) > 1 else ''} and {last}"


def _misshapen(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong_keys(body, KEYS)
    if not body.get("url"):
        yield '"url" wasn\'t supplied.'
    hook = body.get("hook_attributes", {"url": "-"})
    if isinstance(hook, dict):
        yield from _wrong_keys(hook, HOOK_KEYS)
        if not hook.get("url"):
            yield '"url" wasn\'t supplied.'
    for name in ("callback_urls", "default_events"):
        items = body.get(name, [])
        if isinstance(items, list) and not all(isinstance(it, str) for it in items):
            yield f"For 'properties/{name}', not all items are strings."
    levels = body.get("default_permissions", {})
    if isinstance(levels, dict) and not all(isinstance(it, str) for it in levels.values()):
        yield "For 'properties/default_permissions', not all values are strings."


def _wrong_keys(part: Mapping[str, Any], keys: Mapping[str, type]) -> Iterator[str]:
    for key, value in part.items():
        if key not in keys:
            yield f'"{key}" is not a permitted key.'
        elif type(value) is not keys[key]:
            yield f"For 'properties/{key}', {json.dumps(value)} is not {CALLED[keys[key]]}."


def _wrong_urls(world: World, manifest: Manifest) -> Iterator[str]:
    once = {"Url": manifest.url, "Redirect url": manifest.redirect_url, "Setup url": manifest.setup_url}
    for title, url in once.items():
        if url and not is_web_url(url):
            yield f"{title} is not a valid URL"
    if not all(is_web_url(it) for it in manifest.callback_urls):
        yield "Callback urls must be valid URLs"
    if len(manifest.callback_urls) > MOST_CALLBACKS:
        yield f"Callback urls are too many (maximum is {MOST_CALLBACKS})"
    if manifest.hook_url and (reason := refused(manifest.hook_url, world.concessions)):
        yield f"Hook {reason}"


def _wrong_wishes(world: World, manifest: Manifest) -> Iterator[str]:
    unknown = [name for name in manifest.permissions if name not in LEVELS]
    if unknown:
        yield f"Default permissions unsupported: {listed(unknown)}"
    beyond = [f"{name} ({it})" for name, it in manifest.permissions.items() if it not in LEVELS.get(name, (it,))]
    if beyond:
        yield f"Default permissions have no such level: {listed(beyond)}"
    uncertain = world.switches.uncertain_events
    known, held = known_events(uncertain=uncertain), covered(manifest.permissions, uncertain=uncertain)
    if unsupported := [it for it in manifest.events if it not in known]:
        yield f"Default events unsupported: {listed(unsupported)}"
    if bare := [it for it in manifest.events if it not in held]:
        yield f"Default events are not supported by permissions: {listed(bare)}"
