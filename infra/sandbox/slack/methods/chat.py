"""chat.*: posting, rewriting, deleting, what only one person sees, and permalinks (slack.md §8-13)."""

from dataclasses import replace
from typing import Any

from infra.sandbox.slack.call import Call, Method
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.limits import SPECIAL, TIER_3, TIER_4, WORKSPACE_POSTS
from infra.sandbox.slack.population import direct_message
from infra.sandbox.slack.posting import check_not_empty, content
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Channel, Message
from infra.sandbox.slack.versions import edited
from infra.sandbox.slack.wire import message_body

UPDATE_TEXT = 4_000


def _post(call: Call) -> dict[str, Any]:
    channel = _writable(call)
    parts = content(call.args, call.world.switches)
    check_not_empty(parts)
    thread_ts = _thread(call, channel)
    first = _first_with_id(call, channel) if call.world.switches.client_msg_id_deduplicates else None
    if first is not None:
        return {**_posted(call, first), "is_duplicate": True}
    message = Message(
        ts=call.world.new_ts(),
        team_id=call.home.team_id,
        channel_id=channel.channel_id,
        user_id=call.bot_user_id,
        bot_id=call.here.bot_id,
        app_id=call.here.app_id,
        text=parts.text or "",
        blocks=parts.blocks or (),
        attachments=parts.attachments or (),
        metadata=parts.metadata or None,
        client_msg_id=call.args.get("client_msg_id"),
        thread_ts=thread_ts,
        broadcast=call.flag("reply_broadcast") and thread_ts is not None,
        mentions=parts.mentions,
    )
    call.world.put(message, Change(kind="message"))
    return _posted(call, message)


def _update(call: Call) -> dict[str, Any]:
    channel = call.channel()
    if len(str(call.args.get("text", ""))) > UPDATE_TEXT:
        raise Refused("msg_too_long")
    message = call.message(channel)
    if channel.archived:
        raise Refused("is_inactive")
    if message.bot_id != call.here.bot_id:
        raise Refused("cant_update_message")
    parts = content(call.args, call.world.switches)
    if parts.text is None and parts.blocks is None and parts.attachments is None:
        raise Refused("no_text")
    message = edited(message, parts, call.world.clock.now())
    call.world.put(message, Change(kind="update"))
    body = message_body(call.home, message)
    return {"channel": channel.channel_id, "ts": message.ts, "text": message.text, "message": body}


def _delete(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.here.bot_id:
        raise Refused("cant_delete_message")
    call.world.put(replace(message, deleted=True), Change(kind="deletion"))
    return {"channel": channel.channel_id, "ts": message.ts}


def _ephemeral(call: Call) -> dict[str, Any]:
    channel = _writable(call)
    user_id = call.text("user", "user_not_in_channel")
    if user_id not in channel.members:
        raise Refused("user_not_in_channel")
    parts = content(call.args, call.world.switches)
    check_not_empty(parts)
    message = Message(
        ts=call.world.new_ts(),
        team_id=call.home.team_id,
        channel_id=channel.channel_id,
        user_id=call.bot_user_id,
        bot_id=call.here.bot_id,
        app_id=call.here.app_id,
        text=parts.text or "",
        blocks=parts.blocks or (),
        attachments=parts.attachments or (),
        thread_ts=call.args.get("thread_ts"),
        ephemeral_for=user_id,
        mentions=parts.mentions,
    )
    call.world.put(message, Change(kind="ephemeral"))
    return {"message_ts": message.ts}


def _permalink(call: Call) -> dict[str, Any]:
    channel = call.channel()
    if call.bot_user_id not in channel.members:
        raise Refused("channel_not_found")
    message = call.message(channel, "message_ts")
    link = f"https://{call.home.domain}.slack.com/archives/{channel.channel_id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.channel_id}"
    return {"channel": channel.channel_id, "permalink": link}


def _writable(call: Call) -> Channel:
    """Return the channel, or the direct message with a person, if the bot may post there."""
    target = call.text("channel", "channel_not_found")
    if target in call.home.users and target != call.bot_user_id:
        _check_messages_tab(call)
        return direct_message(call.world, call.home.team_id, target, app_id=call.here.app_id)
    channel = call.channel()
    if channel.kind == "im":
        _check_messages_tab(call)
    if channel.archived:
        raise Refused("is_archived")
    if call.bot_user_id not in channel.members and "chat:write.public" not in call.here.scopes:
        raise Refused("not_in_channel")
    return channel


def _check_messages_tab(call: Call) -> None:
    if not call.app.messages_tab:
        raise Refused("messages_tab_disabled")


def _thread(call: Call, channel: Channel) -> str | None:
    if not call.args.get("thread_ts"):
        return None
    root = call.message(channel, "thread_ts")
    if root.thread_ts not in {None, root.ts}:
        raise Refused("cannot_reply_to_message")
    return root.ts


def _first_with_id(call: Call, channel: Channel) -> Message | None:
    wanted = call.args.get("client_msg_id")
    return next((m for m in channel.messages.values() if wanted and m.client_msg_id == wanted), None)


def _posted(call: Call, message: Message) -> dict[str, Any]:
    body = message_body(call.home, message, with_metadata=True)
    return {"channel": message.channel_id, "ts": message.ts, "message": body}


_WRITE = frozenset({"chat:write"})

METHODS = {
    "chat.postMessage": Method(answer=_post, per_minute=WORKSPACE_POSTS, scopes=_WRITE),
    "chat.update": Method(answer=_update, per_minute=TIER_3, scopes=_WRITE),
    "chat.delete": Method(answer=_delete, per_minute=TIER_3, scopes=_WRITE),
    "chat.postEphemeral": Method(answer=_ephemeral, per_minute=TIER_4, scopes=_WRITE),
    "chat.getPermalink": Method(answer=_permalink, per_minute=SPECIAL),
}
