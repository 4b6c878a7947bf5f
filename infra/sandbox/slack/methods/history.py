"""conversations.history and .replies: reading back what was posted, with metadata on request (slack.md §8, §11)."""

from typing import Any

from infra.sandbox.slack.call import Call, Method, kind_scope
from infra.sandbox.slack.limits import TIER_3
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Channel, Message
from infra.sandbox.slack.wire import message_body

MOST = 999


def _history(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    shown = [
        message
        for message in channel.messages.values()
        if message.ephemeral_for is None
        and (not message.deleted or channel.replies(message.ts))
        and (message.thread_ts in {None, message.ts} or message.broadcast)
    ]
    return _page(call, [message for message in reversed(shown) if _within(call, message)])


def _replies(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    root = channel.messages.get(call.text("ts", "thread_not_found"))
    if root is None or root.ephemeral_for or (root.deleted and not channel.replies(root.ts)):
        raise Refused("thread_not_found")
    return _page(call, [root, *(message for message in channel.replies(root.ts) if _within(call, message))])


def _page(call: Call, found: list[Message]) -> dict[str, Any]:
    with_metadata = call.flag("include_all_metadata")
    page, following = call.page(found, most=MOST)
    bodies = [message_body(call.home, message, with_metadata=with_metadata) for message in page]
    has_more = bool(following["response_metadata"]["next_cursor"])
    return {"messages": bodies, "has_more": has_more, **(following if has_more else {})}


def _within(call: Call, message: Message) -> bool:
    try:
        ts, oldest = float(message.ts), float(call.args.get("oldest") or 0)
        latest = float(call.args.get("latest") or "inf")
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    return oldest <= ts <= latest if call.flag("inclusive") else oldest < ts < latest


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(kind_scope(channel, "history"))
    if call.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


_HISTORY = frozenset({"channels:history", "groups:history", "im:history", "mpim:history"})

METHODS = {
    "conversations.history": Method(answer=_history, per_minute=TIER_3, scopes=_HISTORY),
    "conversations.replies": Method(answer=_replies, per_minute=TIER_3, scopes=_HISTORY),
}
