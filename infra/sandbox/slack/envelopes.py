"""The payloads that Slack sends, field by field (slack.md §2, §16)."""

from typing import Any

from infra.sandbox.slack.elements import with_block_ids
from infra.sandbox.slack.state import Channel, Message, Team, User, View
from infra.sandbox.slack.wire import message_body
from infra.sandbox.slack.world import World

MESSAGE_EVENTS = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def command(world: World, team: Team, channel: Channel, user: User, name: str, text: str) -> dict[str, Any]:
    """A slash command: flat, and every value a string."""
    return {
        "token": "legacy-verification-token",
        "team_id": team.team_id,
        "team_domain": team.domain,
        "channel_id": channel.channel_id,
        "channel_name": channel_name(channel),
        "user_id": user.user_id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.app_id,
        "is_enterprise_install": "false",
    }


def message_actions(world: World, team: Team, user: User, message: Message, response_url: str) -> dict[str, Any]:
    """A click in a message. For an ephemeral one there is no `message`: Slack keeps none."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel_id,
        "is_ephemeral": message.ephemeral_for is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    shown = {} if message.ephemeral_for else {"message": message_body(team, message, with_metadata=True)}
    return {
        **_head(world, team, user, "block_actions"),
        "container": container,
        "channel": _channel(team, message.channel_id),
        "response_url": response_url,
        **shown,
    }


def view_actions(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """A click in a modal or in Home."""
    container = {"type": "view", "view_id": view.view_id}
    return {**_head(world, team, user, "block_actions"), "container": container, "view": view_body(world, view)}


def submission(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """A modal was submitted."""
    return {**_head(world, team, user, "view_submission"), "view": view_body(world, view), "response_urls": []}


def closed(world: World, team: Team, user: User, view: View, *, is_cleared: bool) -> dict[str, Any]:
    """A modal was closed."""
    head = _head(world, team, user, "view_closed")
    return {**head, "view": view_body(world, view), "is_cleared": is_cleared}


def suggestion(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """Somebody types into an external select."""
    container = {"type": "view", "view_id": view.view_id}
    return {**_head(world, team, user, "block_suggestion"), "container": container, "view": view_body(world, view)}


def shortcut(world: World, team: Team, user: User, callback_id: str) -> dict[str, Any]:
    """A global shortcut."""
    return {**_head(world, team, user, "shortcut"), "callback_id": callback_id, "action_ts": world.new_ts()}


def message_shortcut(world: World, team: Team, user: User, message: Message, callback_id: str) -> dict[str, Any]:
    """A shortcut on a message; the payload has no permalink."""
    return {
        **_head(world, team, user, "message_action"),
        "callback_id": callback_id,
        "action_ts": world.new_ts(),
        "message_ts": message.ts,
        "channel": _channel(team, message.channel_id),
        "message": message_body(team, message, with_metadata=True),
    }


def view_body(world: World, view: View) -> dict[str, Any]:
    """A view as Slack shows it to the app, without what the person entered."""
    team = world.teams[view.team_id]
    body: dict[str, Any] = {"callback_id": "", "private_metadata": "", "external_id": "", "close": None, **view.body}
    return {
        **body,
        "id": view.view_id,
        "team_id": view.team_id,
        "app_id": world.app.app_id,
        "app_installed_team_id": view.team_id,
        "bot_id": team.bot_id,
        "blocks": with_block_ids(view.body["blocks"], view.view_id),
        "hash": view.hash,
        "root_view_id": view.stack,
        "previous_view_id": view.previous,
        "state": {"values": {}},
    }


def message_event(channel: Channel, message: Message) -> dict[str, Any]:
    """The event of a person's message."""
    return {
        "type": "message",
        "channel": channel.channel_id,
        "channel_type": _CHANNEL_TYPES[channel.kind],
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "team": message.team_id,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }


def channel_name(channel: Channel) -> str:
    """The name as payloads have it: the kind instead, for what is private."""
    return {"private": "privategroup", "im": "directmessage", "mpim": "mpdm"}.get(channel.kind, channel.name)


def _channel(team: Team, channel_id: str) -> dict[str, str]:
    return {"id": channel_id, "name": channel_name(team.channels[channel_id])}


def _head(world: World, team: Team, user: User, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": user.user_id, "username": user.name, "name": user.name, "team_id": team.team_id},
        "api_app_id": world.app.app_id,
        "token": "legacy-verification-token",
        "team": {"id": team.team_id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }
