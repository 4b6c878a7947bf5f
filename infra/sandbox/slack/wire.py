"""How messages, channels and people look in Slack's answers."""

from collections.abc import Mapping
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
        body |= {"bot_id": message.bot_id, "app_id": message.app_id}
    if message.blocks:
        body["blocks"] = with_block_ids(message.blocks, message.ts)
    if attachments := attachments_body(team, message):
        body["attachments"] = attachments
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


def attachments_body(team: Team, message: Message) -> list[dict[str, Any]]:
    """The attachments with their numbers, the app's previews of links last."""
    shown = [
        {"id": number, **one, **_with_ids(one, f"{message.ts}/{number}")}
        for number, one in enumerate(message.attachments, start=1)
    ]
    for number, (url, one) in enumerate(message.unfurls.items(), start=len(shown) + 1):
        blocks = _with_ids(one, f"{message.ts}/{number}")
        origin = {"from_url": url, "original_url": url, "app_unfurl_url": url, "is_app_unfurl": True}
        whose = message.unfurled_by.get(url) or team.app_id
        owner = {"app_id": whose, "bot_id": team.installed[whose].bot_id}
        shown.append({"id": number, **one, **blocks, **origin, **owner})
    return shown


def channel_body(team: Team, channel: Channel, bot_user_id: str) -> dict[str, Any]:
    """A channel, as conversations.info and .list show it to this bot."""
    body: dict[str, Any] = {
        "id": channel.channel_id,
        "created": channel.created_s,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_archived": channel.archived,
        "is_member": bot_user_id in channel.members,
        "context_team_id": team.team_id,
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_org_shared": False,
        "shared_team_ids": [team.team_id, *sorted(channel.shared_with)],
    }
    if channel.kind == "im":
        others = sorted(channel.members - {bot_user_id})
        return body | {"user": others[0] if others else bot_user_id}
    return body | {"name": channel.name, "name_normalized": channel.name, "num_members": len(channel.members)}


def user_body(team: Team, user: User, bot_user_id: str, *, with_email: bool) -> dict[str, Any]:
    """A person, as this bot's app sees them; the address only with its scope, and never a stranger's.

    `is_stranger`: of another organisation, and in no channel that the app's bot may know of.
    """
    profile = {"real_name": user.real_name, "display_name": user.name, "team": user.home_team_id or team.team_id}
    if with_email and user.email and not user.home_team_id:
        profile["email"] = user.email
    return {
        "id": user.user_id,
        "team_id": user.home_team_id or team.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        **({"is_stranger": not _met(team, user, bot_user_id)} if user.home_team_id else {}),
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": profile,
    }


def _with_ids(attachment: Mapping[str, Any], seed: str) -> dict[str, Any]:
    return {"blocks": with_block_ids(attachment["blocks"], seed)} if attachment.get("blocks") else {}


def _met(team: Team, user: User, bot_user_id: str) -> bool:
    return any(
        user.user_id in channel.members and (channel.kind == "public" or bot_user_id in channel.members)
        for channel in team.channels.values()
    )


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
