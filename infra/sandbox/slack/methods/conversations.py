"""conversations.*: looking at channels, joining them, opening direct messages (slack.md §8, §10)."""

from typing import Any

from infra.sandbox.slack.call import Call, Method, kind_scope
from infra.sandbox.slack.limits import TIER_2, TIER_3, TIER_4
from infra.sandbox.slack.population import add_channel, direct_message
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Channel
from infra.sandbox.slack.wire import channel_body
from infra.sandbox.slack.workspace import join

_TYPES = {"public": "public_channel", "private": "private_channel", "im": "im", "mpim": "mpim"}
MOST_IN_GROUP = 8


def _info(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    body = channel_body(call.home, channel, call.bot_user_id)
    if not call.flag("include_num_members"):
        body.pop("num_members", None)
    return {"channel": body}


def _list(call: Call) -> dict[str, Any]:
    wanted = str(call.args.get("types") or "public_channel").replace(" ", "").split(",")
    if set(wanted) - set(_TYPES.values()):
        raise Refused("invalid_types")
    channels = [c for c in call.home.channels.values() if _TYPES[c.kind] in wanted and _sees(call, c)]
    for kind in {channel.kind: channel for channel in channels}.values():
        call.need(kind_scope(kind, "read"))
    if call.flag("exclude_archived"):
        channels = [channel for channel in channels if not channel.archived]
    page, following = call.page([channel_body(call.home, channel, call.bot_user_id) for channel in channels])
    return {"channels": page, **following}


def _members(call: Call) -> dict[str, Any]:
    page, following = call.page(sorted(_readable(call).members))
    return {"members": page, **following}


def _join(call: Call) -> dict[str, Any]:
    channel = call.home.channels.get(call.text("channel", "channel_not_found"))
    if channel is None:
        raise Refused("channel_not_found")
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    already = call.bot_user_id in channel.members
    join(call.world, call.home, channel, call.bot_user_id)
    return {"channel": channel_body(call.home, channel, call.bot_user_id)} | (
        {"warning": "already_in_channel"} if already else {}
    )


def _open(call: Call) -> dict[str, Any]:
    if call.args.get("channel"):
        channel = call.channel()
    else:
        channel = _with_people(call, str(call.args.get("users") or "").replace(" ", ""))
    return {
        "channel": channel_body(call.home, channel, call.bot_user_id)
        if call.flag("return_im")
        else {"id": channel.channel_id}
    }


def _with_people(call: Call, listed: str) -> Channel:
    user_ids = [user_id for user_id in listed.split(",") if user_id]
    if not user_ids:
        raise Refused("users_list_not_supplied")
    if len(user_ids) > MOST_IN_GROUP:
        raise Refused("too_many_users")
    for user_id in user_ids:
        if user_id not in call.home.users:
            raise Refused("user_not_found")
        if call.home.users[user_id].deleted:
            raise Refused("user_disabled")
    if len(user_ids) == 1:
        call.need("im:write")
        return direct_message(call.world, call.home.team_id, user_ids[0], app_id=call.here.app_id)
    call.need("mpim:write")
    members = {*user_ids, call.bot_user_id}
    for channel in call.home.channels.values():
        if channel.kind == "mpim" and channel.members == members:
            return channel
    names = "--".join(call.home.users[user_id].name for user_id in user_ids)
    return add_channel(call.world, call.home.team_id, f"mpdm-{names}-1", kind="mpim", members=members)


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(kind_scope(channel, "read"))
    return channel


def _sees(call: Call, channel: Channel) -> bool:
    return channel.kind == "public" or call.bot_user_id in channel.members


_READ = frozenset({"channels:read", "groups:read", "im:read", "mpim:read"})

METHODS = {
    "conversations.info": Method(answer=_info, per_minute=TIER_3, scopes=_READ),
    "conversations.list": Method(answer=_list, per_minute=TIER_2, scopes=_READ),
    "conversations.members": Method(answer=_members, per_minute=TIER_4, scopes=_READ),
    "conversations.join": Method(answer=_join, per_minute=TIER_3, scopes=frozenset({"channels:join"})),
    "conversations.open": Method(answer=_open, per_minute=TIER_3, scopes=frozenset({"im:write", "mpim:write"})),
}
