"""What is wrong with a manifest, as `invalid_manifest` lists it: a message, and where (slack.md §17)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from infra.sandbox.slack.app import BOT_EVENTS, BOT_SCOPES
from infra.sandbox.slack.links import is_domain
from infra.sandbox.slack.manifest_shapes import MANIFEST, Flag, Many, Part, Shape, Text, Whole

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OTHER_SCOPES = frozenset(
    {
        *("app_mentions:read", "bookmarks:read", "bookmarks:write", "chat:write.customize", "emoji:read", "files:read"),
        *("channels:manage", "conversations.connect:read", "dnd:read", "files:write", "groups:write", "pins:read"),
        *("incoming-webhook", "metadata.message:read", "mpim:write", "pins:write", "reactions:read", "reminders:read"),
        *("reminders:write", "usergroups:read", "usergroups:write", "users.profile:read", "users:write"),
    }
)
"""Bot scopes that Slack knows and the stand-in does nothing with, but for `mpim:write`."""
OTHER_EVENTS = frozenset(
    {
        *("app_mention", "app_rate_limited", "channel_created", "channel_shared", "channel_unshared", "emoji_changed"),
        *("file_shared", "group_archive", "group_deleted", "group_rename", "group_unarchive", "member_joined_channel"),
        *("message.channels", "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed"),
        *("subteam_created", "subteam_updated", "team_join", "team_rename", "user_change"),
    }
)
NEEDS = {
    "link_shared": {"links:read"},
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "channel_archive": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_rename": {"channels:read"},
}
"""Of which scopes one is needed for an event."""

Problem = dict[str, str]


def read(text: Any) -> tuple[Mapping[str, Any], list[Problem]]:
    """Return the manifest that an argument holds, JSON text or an object, and what is wrong if it holds none."""
    try:
        manifest = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}, [_problem("The manifest isn't valid JSON", "/")]
    if not isinstance(manifest, Mapping):
        return {}, [_problem("Must be an object", "/")]
    return manifest, []


def problems(
    manifest: Mapping[str, Any], *, loopback_http: bool, localhost: bool = False, rotates: bool = False
) -> list[Problem]:
    """Return all that is wrong; empty when nothing is.

    `loopback_http`: browsers may be sent back to plain http on loopback; `localhost`: links of names under
    `.localhost` have previews; `rotates`: the app has token rotation already, which never ends.
    """
    found = list(_shape(MANIFEST, manifest, ""))
    if found:
        return found
    checks: tuple[Callable[[Mapping[str, Any]], Iterator[Problem]], ...] = (_scopes, _events, _features, _modes)
    found = [problem for check in checks for problem in check(manifest)]
    found += _redirects(manifest, loopback_http=loopback_http)
    found += _domains(manifest, localhost=localhost)
    if rotates and not _at(manifest, "settings").get("token_rotation_enabled"):
        found.append(_problem("Token rotation can't be switched off again", "/settings/token_rotation_enabled"))
    return found


def _shape(shape: Shape, value: Any, at: str) -> Iterator[Problem]:
    match shape:
        case Text():
            yield from _text(shape, value, at)
        case Flag() if not isinstance(value, bool):
            yield _problem("Must be a boolean", at)
        case Whole() if not isinstance(value, int) or isinstance(value, bool):
            yield _problem("Must be an integer", at)
        case Many():
            yield from _many(shape, value, at)
        case Part():
            yield from _part(shape, value, at)


def _text(shape: Text, value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _problem("Must be a string", at)
    elif len(value) < shape.least:
        yield _problem(f"Must be at least {shape.least} characters long", at)
    elif len(value) > shape.most:
        yield _problem(f"Must be at most {shape.most} characters long", at)
    elif shape.among and value not in shape.among:
        yield _problem(f"Must be one of {', '.join(shape.among)}", at)
    elif shape.pattern and not re.search(shape.pattern, value):
        yield _problem(f"Must match {shape.pattern}", at)


def _many(shape: Many, value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _problem("Must be an array", at)
        return
    if len(value) < shape.least:
        yield _problem(f"Must have at least {shape.least} items", at)
    if len(value) > shape.most:
        yield _problem(f"Must have at most {shape.most} items", at)
    if shape.unique and len({json.dumps(one, sort_keys=True) for one in value}) < len(value):
        yield _problem("Must have no item twice", at)
    for number, one in enumerate(value):
        yield from _shape(shape.of, one, f"{at}/{number}")


def _part(shape: Part, value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _problem("Must be an object", at)
        return
    for name in sorted(shape.required - set(value)):
        yield _problem(f"Missing required field: {name}", at)
    for name, one in value.items():
        if name in shape.fields:
            yield from _shape(shape.fields[name], one, f"{at}/{name}")
        else:
            yield _problem(f"Unknown field: {name}", at)


def _scopes(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    scopes = _at(manifest, "oauth_config", "scopes")
    at, bot = "/oauth_config/scopes", scopes.get("bot", [])
    for number, scope in enumerate(bot):
        if scope not in BOT_SCOPES | OTHER_SCOPES:
            yield _problem(f"Unknown scope: {scope}", f"{at}/bot/{number}")
    for number, scope in enumerate(scopes.get("bot_optional", [])):
        if scope not in bot:
            yield _problem(f"An optional scope must be among the bot's: {scope}", f"{at}/bot_optional/{number}")
    if bot and not _at(manifest, "features", "bot_user"):
        yield _problem("Bot scopes require a bot user", "/features/bot_user")


def _events(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    scopes = set(_at(manifest, "oauth_config", "scopes").get("bot", []))
    for number, event in enumerate(_at(manifest, "settings", "event_subscriptions").get("bot_events", [])):
        at = f"/settings/event_subscriptions/bot_events/{number}"
        if event not in BOT_EVENTS | OTHER_EVENTS:
            yield _problem(f"Unknown event: {event}", at)
        elif NEEDS.get(event) and not NEEDS[event] & scopes:
            yield _problem(f"The event {event} requires the scope {' or '.join(sorted(NEEDS[event]))}", at)


def _features(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    scopes, features = _at(manifest, "oauth_config", "scopes").get("bot", []), _at(manifest, "features")
    for name in ("slash_commands", "shortcuts"):
        if features.get(name) and "commands" not in scopes:
            yield _problem("Requires the scope commands", f"/features/{name}")
    if features.get("unfurl_domains") and "links:read" not in scopes:
        yield _problem("Requires the scope links:read", "/features/unfurl_domains")
    names = [one["command"] for one in features.get("slash_commands", [])]
    if len(set(names)) < len(names):
        yield _problem("A command can't be there twice", "/features/slash_commands")


def _modes(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    settings = _at(manifest, "settings")
    if settings.get("socket_mode_enabled"):
        return
    events, clicks = _at(settings, "event_subscriptions"), _at(settings, "interactivity")
    if (events.get("bot_events") or events.get("user_events")) and not events.get("request_url"):
        wrong = "Event Subscription requires either Request URL or Socket Mode Enabled"
        yield _problem(wrong, "/settings/event_subscriptions")
    if clicks.get("is_enabled") and not clicks.get("request_url"):
        yield _problem("Interactivity requires a Request URL", "/settings/interactivity")
        yield _problem("Interactivity requires Socket Mode enabled", "/settings/interactivity")
    for number, command in enumerate(_at(manifest, "features").get("slash_commands", [])):
        if not command.get("url"):
            yield _problem("A command requires a URL or Socket Mode enabled", f"/features/slash_commands/{number}")


def _redirects(manifest: Mapping[str, Any], *, loopback_http: bool) -> Iterator[Problem]:
    for number, url in enumerate(_at(manifest, "oauth_config").get("redirect_urls", [])):
        if not is_redirect(url, loopback_http=loopback_http):
            yield _problem("Must be a valid URL that begins with https", f"/oauth_config/redirect_urls/{number}")


def is_redirect(url: str, *, loopback_http: bool) -> bool:
    """Whether Slack would send a browser there: https, and no fragment."""
    parts = urlsplit(url)
    if not parts.hostname or parts.fragment:
        return False
    return parts.scheme == "https" or (loopback_http and parts.scheme == "http" and parts.hostname in LOOPBACK)


def _domains(manifest: Mapping[str, Any], *, localhost: bool) -> Iterator[Problem]:
    for number, domain in enumerate(_at(manifest, "features").get("unfurl_domains", [])):
        if not is_domain(domain, localhost=localhost):
            yield _problem("Must have a top-level domain", f"/features/unfurl_domains/{number}")


def _at(manifest: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        manifest = manifest.get(name, {})
    return manifest


def _problem(message: str, pointer: str) -> Problem:
    return {"message": message, "pointer": pointer or "/"}
