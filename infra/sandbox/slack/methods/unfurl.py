"""chat.unfurl: the app's previews of links, and the question to who shared them (slack.md §10, §14)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.block_rules import problems
from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.limits import TIER_3
from infra.sandbox.slack.mentions import mentioned
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Message, SharedLinks

SOURCES = {"composer", "conversations_history"}
ASKED = ("user_auth_required", "user_auth_message", "user_auth_blocks", "user_auth_url")
SIGN_IN = "Connect your account to see previews of these links."
BARE = {"blocks", "preview", "hide_color", "color"}


def _unfurl(call: Call) -> dict[str, Any]:
    shared = _shared(call)
    asks = any(call.args.get(name) for name in ASKED)
    previews = _previews(call, shared, required=not asks)
    if not shared.reached():
        raise Refused("cannot_unfurl_url")
    prompt = _prompt(call, shared) if asks else None
    if prompt is not None:
        call.world.put(prompt, Change(kind="ephemeral"))
    if previews:
        _show(call, shared, previews)
    return {}


def _shared(call: Call) -> SharedLinks:
    if call.args.get("unfurl_id") or call.args.get("source"):
        unfurl_id, source = call.text("unfurl_id", "missing_unfurl_id"), call.text("source", "missing_source")
        if source not in SOURCES:
            raise Refused("invalid_source")
        shared = call.world.links.get(unfurl_id)
        if (
            shared is None
            or shared.team_id != call.home.team_id
            or shared.source != source
            or shared.app_id != call.here.app_id
        ):
            raise Refused("invalid_unfurl_id")
        return shared
    channel_id, ts = call.text("channel", "missing_channel"), call.text("ts", "missing_ts")
    channel = call.home.channels.get(channel_id)
    if channel is None or (channel.kind != "public" and call.bot_user_id not in channel.members):
        raise Refused("cannot_find_channel")
    message = channel.messages.get(ts)
    if message is None or message.deleted or message.ephemeral_for:
        raise Refused("cannot_find_message")
    if message.bot_id:
        raise Refused("cannot_unfurl_message")
    for shared in call.world.links.values():
        if (shared.channel_id, shared.ts, shared.app_id) == (channel_id, ts, call.here.app_id):
            return shared
    raise Refused("cannot_unfurl_url")


def _previews(call: Call, shared: SharedLinks, *, required: bool) -> dict[str, Mapping[str, Any]]:
    given = _parsed(call, "unfurls", "invalid_unfurls_format")
    if given is None:
        if required:
            raise Refused("missing_unfurls")
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(one, Mapping) for one in given.values()):
        raise Refused("invalid_unfurls_format")
    if set(given) - set(shared.urls):
        raise Refused("cannot_unfurl_url")
    for url, one in given.items():
        _check_preview(one, f"/unfurls/{url.replace('~', '~0').replace('/', '~1')}")
    return dict(given)


def _check_preview(preview: Mapping[str, Any], at: str) -> None:
    blocks = preview.get("blocks", [])
    if not isinstance(blocks, list) or not (blocks or set(preview) - BARE):
        raise Refused("cannot_parse_attachment")
    wrong = problems(blocks, surface="message", at=f"{at}/blocks")
    unsupported = [block for block in blocks if isinstance(block, Mapping) and block.get("type") == "rich_text"]
    if wrong or unsupported:
        raise Refused.with_messages("cannot_parse_attachment", wrong or [f"[ERROR] unsupported type: rich_text [{at}]"])


def _prompt(call: Call, shared: SharedLinks) -> Message:
    """What only who shared the links sees."""
    place = call.home.channels.get(shared.channel_id)
    if shared.ts is None or place is None:
        raise Refused("cannot_prompt")
    if shared.user_id not in place.members:
        raise Refused("cannot_auth_user")
    blocks = _parsed(call, "user_auth_blocks", "invalid_arguments") or []
    if not isinstance(blocks, list) or problems(blocks, surface="message", at="/user_auth_blocks"):
        raise Refused("invalid_arguments")
    text, url = str(call.args.get("user_auth_message") or SIGN_IN), call.args.get("user_auth_url")
    if url and not blocks:
        text += f" <{url}|Connect>"
    message = place.messages.get(shared.ts)
    return Message(
        ts=call.world.new_ts(),
        team_id=call.home.team_id,
        channel_id=place.channel_id,
        user_id=call.bot_user_id,
        bot_id=call.here.bot_id,
        app_id=call.here.app_id,
        text=text,
        blocks=tuple(blocks),
        thread_ts=message.thread_ts if message else None,
        ephemeral_for=shared.user_id,
        mentions=mentioned(text, blocks, (), call.world.switches),
    )


def _show(call: Call, shared: SharedLinks, previews: Mapping[str, Mapping[str, Any]]) -> None:
    place = call.home.channels.get(shared.channel_id)
    message = place.messages.get(shared.ts or "") if place else None
    if shared.ts is None:
        shared.previews.update(previews)
    elif message is None or message.deleted:
        raise Refused("cannot_find_message")
    else:
        by = {**message.unfurled_by, **dict.fromkeys(previews, shared.app_id)}
        whole = {**message.unfurls, **previews}
        call.world.put(replace(message, unfurls=whole, unfurled_by=by), Change(kind="update"))


def _parsed(call: Call, name: str, code: str) -> Any:
    """Return an argument that forms write as JSON text; None when it is missing."""
    value = call.args.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refused(code) from None


METHODS = {"chat.unfurl": Method(answer=_unfurl, per_minute=TIER_3, scopes=frozenset({"links:write"}))}
