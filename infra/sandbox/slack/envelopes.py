"""The payloads that Slack sends, field by field (slack.md §2, §16)."""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack.app import App
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


def command(world: World, app: App, team: Team, channel: Channel, user: User, name: str, text: str) -> dict[str, Any]:
    """A slash command: flat, and every value a string."""
    return {
        "token": app.verification_token,
        "team_id": team.team_id,
        "team_domain": team.domain,
        "channel_id": channel.channel_id,
        "channel_name": channel_name(channel),
        "user_id": user.user_id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": str(team.installed[app.app_id].is_organisations).lower(),
        **_organisation(world, team),
    }


def message_actions(
    world: World, app: App, team: Team, user: User, message: Message, attachment: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A click in a message, or in one of its attachments; without its `response_url`."""
    return _head(world, app, team, user, "block_actions") | _in_message(team, message, attachment)


def view_actions(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """A click in a modal or in Home."""
    container = {"type": "view", "view_id": view.view_id}
    head = _head(world, world.apps[view.app_id], team, user, "block_actions", own=True)
    return {**head, "container": container, "view": view_body(world, view)}


def submission(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """A modal was submitted."""
    head = _head(world, world.apps[view.app_id], team, user, "view_submission", own=True)
    return {**head, "view": view_body(world, view), "response_urls": []}


def closed(world: World, team: Team, user: User, view: View, *, is_cleared: bool) -> dict[str, Any]:
    """A modal was closed."""
    head = _head(world, world.apps[view.app_id], team, user, "view_closed", own=True)
    return {**head, "view": view_body(world, view), "is_cleared": is_cleared}


def suggestion(world: World, team: Team, user: User, view: View) -> dict[str, Any]:
    """Somebody types into an external select of a view."""
    container = {"type": "view", "view_id": view.view_id}
    head = _head(world, world.apps[view.app_id], team, user, "block_suggestion", own=True)
    return {**head, "container": container, "view": view_body(world, view)}


def message_suggestion(
    world: World, app: App, team: Team, user: User, message: Message, attachment: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Somebody types into an external select of a message."""
    return _head(world, app, team, user, "block_suggestion") | _in_message(team, message, attachment)


def shortcut(world: World, app: App, team: Team, user: User, callback_id: str) -> dict[str, Any]:
    """A global shortcut."""
    return {**_head(world, app, team, user, "shortcut"), "callback_id": callback_id, "action_ts": world.new_ts()}


def message_shortcut(
    world: World, app: App, team: Team, user: User, message: Message, callback_id: str
) -> dict[str, Any]:
    """A shortcut on a message; the payload has no permalink."""
    return {
        **_head(world, app, team, user, "message_action"),
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
        "app_id": view.app_id,
        "app_installed_team_id": view.team_id,
        "bot_id": team.installed[view.app_id].bot_id,
        "blocks": with_block_ids(view.body["blocks"], view.view_id),
        "hash": view.hash,
        "root_view_id": view.stack,
        "previous_view_id": view.previous,
        "state": {"values": {}},
    }


def message_event(channel: Channel, message: Message, person: User) -> dict[str, Any]:
    """The event of a person's message; a stranger's names the stranger's workspace."""
    theirs = {"user_team": person.home_team_id, "source_team": person.home_team_id} if person.home_team_id else {}
    return {
        "type": "message",
        "channel": channel.channel_id,
        "channel_type": _CHANNEL_TYPES[channel.kind],
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "team": person.home_team_id or message.team_id,
        **theirs,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }


def channel_name(channel: Channel) -> str:
    """The name as payloads have it: the kind instead, for what is private."""
    return {"private": "privategroup", "im": "directmessage", "mpim": "mpdm"}.get(channel.kind, channel.name)


def _channel(team: Team, channel_id: str) -> dict[str, str]:
    return {"id": channel_id, "name": channel_name(team.channels[channel_id])}


def _in_message(team: Team, message: Message, attachment: Mapping[str, Any] | None) -> dict[str, Any]:
    """Where an element of a message is. For an ephemeral one there is no `message`: Slack keeps none.

    Inside the app's own preview of a link there is `app_unfurl` instead.
    """
    container: dict[str, Any] = {
        "type": "message" if attachment is None else "message_attachment",
        "message_ts": message.ts,
        "channel_id": message.channel_id,
        "is_ephemeral": message.ephemeral_for is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    shown: dict[str, Any] = {}
    if attachment is not None:
        preview = bool(attachment.get("is_app_unfurl"))
        container |= {"attachment_id": attachment["id"], "is_app_unfurl": preview}
        if preview:
            container["app_unfurl_url"] = attachment["app_unfurl_url"]
            shown = {"app_unfurl": attachment}
    if not shown and not message.ephemeral_for:
        shown = {"message": message_body(team, message, with_metadata=True)}
    return {"container": container, "channel": _channel(team, message.channel_id), **shown}


def _head(world: World, app: App, team: Team, user: User, kind: str, *, own: bool = False) -> dict[str, Any]:
    """What all interactions begin with; `own`: they happen where the person is, not where a channel is."""
    own_team = user.home_team_id or team.team_id
    where = own_team if own else team.team_id
    return {
        "type": kind,
        "user": {"id": user.user_id, "username": user.name, "name": user.name, "team_id": own_team},
        "api_app_id": app.app_id,
        "token": app.verification_token,
        "team": {"id": where, "domain": world.teams[where].domain if where in world.teams else "partner"},
        "enterprise": _enterprise(world, team),
        "is_enterprise_install": team.installed[app.app_id].is_organisations,
    }


def _enterprise(world: World, team: Team) -> dict[str, str] | None:
    organisation = world.organisations.get(team.organisation_id)
    return {"id": organisation.organisation_id, "name": organisation.name} if organisation else None


def _organisation(world: World, team: Team) -> dict[str, str]:
    """The same, flat."""
    whose = _enterprise(world, team)
    return {"enterprise_id": whose["id"], "enterprise_name": whose["name"]} if whose else {}
