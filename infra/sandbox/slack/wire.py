"""How messages, channels and people look in Slack's answers."""

from typing import Any

from infra.sandbox.slack.elements import with_block_ids
from infra.sandbox.slack.state import Channel, Message, Team, User


def message_body(team: Team, message: Message, *, with_metadata: bool = False) -> dict[str, Any]:
    """A message; blocks have the ids that Slack gives them."""
    body: dict[str, Any] = {
        "type": "message",
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "team": message.team_id,
    }
    if message.bot_id:
        body |= {"bot_id": message.bot_id, "app_id": team.app_id}
    if message.blocks:
        body["blocks"] = with_block_ids(message.blocks, message.ts)
    if message.attachments:
        body["attachments"] = [{"id": n, **one} for n, one in enumerate(message.attachments, start=1)]
    if message.client_msg_id:
        body["client_msg_id"] = message.client_msg_id
    if message.edits:
        body["edited"] = {"user": message.user_id, "ts": f"{message.edits[-1].edited_at.timestamp():.6f}"}
    if message.reactions:
        body["reactions"] = _reactions(message)
    if message.deleted:
        body |= {"subtype": "tombstone", "hidden": True}
    if with_metadata and message.metadata:
        body["metadata"] = message.metadata
    return body | _thread(team.channels[message.channel_id], message)


def channel_body(team: Team, channel: Channel) -> dict[str, Any]:
    """A channel, as conversations.info and .list show it."""
    body: dict[str, Any] = {
        "id": channel.channel_id,
        "created": channel.created_s,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_member": team.bot_user_id in channel.members,
        "context_team_id": team.team_id,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
    }
    if channel.kind == "im":
        others = sorted(channel.members - {team.bot_user_id})
        return body | {"user": others[0] if others else team.bot_user_id}
    return body | {"name": channel.name, "name_normalized": channel.name, "num_members": len(channel.members)}


def user_body(team: Team, user: User, *, with_email: bool) -> dict[str, Any]:
    """A person; the address only with its scope."""
    profile = {"real_name": user.real_name, "display_name": user.name, "team": team.team_id}
    if with_email and user.email:
        profile["email"] = user.email
    return {
        "id": user.user_id,
        "team_id": team.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": profile,
    }


def _thread(channel: Channel, message: Message) -> dict[str, Any]:
    if message.thread_ts and message.thread_ts != message.ts:
        return {"thread_ts": message.thread_ts} | ({"subtype": "thread_broadcast"} if message.broadcast else {})
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user_id for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def _reactions(message: Message) -> list[dict[str, Any]]:
    names = dict.fromkeys(name for name, _ in message.reactions)
    users = {name: [user for n, user in message.reactions if n == name] for name in names}
    return [{"name": name, "users": who, "count": len(who)} for name, who in users.items()]
