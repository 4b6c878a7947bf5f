"""What happens to channels and to installations, and the events that tell apps about it (slack.md §16-17).

An event goes out only when the app subscribes to it and, for channels, when its bot is in the channel.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.events import emit_to_all
from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.installing import end, install, kill_token
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Channel, Team
from infra.sandbox.slack.world import World


def invite(world: World, team: str, channel: str, user: str = "ghe", *, by: str = "mona") -> Delivery | None:
    """Put somebody, normally the bot, into a channel. Returns the event's delivery, None when there is none."""
    place = world.channel(team, channel)
    return join(world, world.team(team), place, world.user(team, user).user_id, by=world.user(team, by).user_id)


def join(world: World, team: Team, channel: Channel, user_id: str, *, by: str | None = None) -> Delivery | None:
    """Let a person or the bot in; nothing happens when they are in already."""
    if user_id in channel.members:
        return None
    channel.members.add(user_id)
    return _tell(
        world,
        team,
        channel,
        {
            "type": "member_joined_channel",
            "user": user_id,
            "channel": channel.channel_id,
            "channel_type": "C" if channel.kind == "public" else "G",
            "team": team.team_id,
            **({"inviter": by} if by else {}),
        },
    )


def kick(world: World, team: str, channel: str, user: str = "ghe") -> Delivery | None:
    """Remove somebody from a channel. The bot isn't told of its own removal by this event."""
    place = world.channel(team, channel)
    user_id = world.user(team, user).user_id
    place.members.discard(user_id)
    event = {
        "type": "member_left_channel",
        "user": user_id,
        "channel": place.channel_id,
        "channel_type": "C" if place.kind == "public" else "G",
        "team": world.team(team).team_id,
    }
    return _tell(world, world.team(team), place, event)


def archive(world: World, team: str, channel: str, *, by: str = "mona") -> Delivery | None:
    """Archive a channel; posting there is refused from now on."""
    place = world.channel(team, channel)
    place.archived = True
    return _tell(world, world.team(team), place, _by(world, team, place, "archive", by))


def unarchive(world: World, team: str, channel: str, *, by: str = "mona") -> Delivery | None:
    """Bring an archived channel back."""
    place = world.channel(team, channel)
    place.archived = False
    return _tell(world, world.team(team), place, _by(world, team, place, "unarchive", by))


def delete(world: World, team: str, channel: str, *, by: str = "mona") -> Delivery | None:
    """Delete a channel with all that is in it."""
    place = world.channel(team, channel)
    event = _by(world, team, place, "deleted", by)
    del world.team(team).channels[place.channel_id]
    return _tell(world, world.team(team), place, event)


def rename(world: World, team: str, channel: str, name: str) -> Delivery | None:
    """Give a channel another name."""
    place = world.channel(team, channel)
    place.name = name
    new = {"id": place.channel_id, "name": name, "created": place.created_s}
    return _tell(world, world.team(team), place, {"type": f"{_family(place)}_rename", "channel": new})


def change_id(world: World, team: str, channel: str) -> Delivery | None:
    """Give a channel another id, as connecting it with another workspace may do; returns the event's delivery."""
    place, home = world.channel(team, channel), world.team(team)
    old = place.channel_id
    del home.channels[old]
    place.channel_id = world.new_id("C")
    place.messages = {ts: replace(m, channel_id=place.channel_id) for ts, m in place.messages.items()}
    home.channels[place.channel_id] = place
    event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": place.channel_id}
    return _tell(world, home, place, event)


def uninstall(world: World, team: str, *, app: App | None = None) -> list[Delivery]:
    """Remove an app (the first) from a workspace: its token dies, and two events go out in either order."""
    return end(world, _installation(world, team, app))


def revoke(world: World, team: str, *, app: App | None = None) -> Delivery | None:
    """Revoke the bot's token and nothing else."""
    return kill_token(world, _installation(world, team, app))


def reinstall(world: World, team: str, *, app: App | None = None) -> str:
    """Install the app again, with the scopes that it had; returns the new bot token."""
    installation = _installation(world, team, app)
    installation.token_error = installation.token_error or "token_revoked"
    home, app = world.team(team), world.apps[installation.app_id]
    return install(world, app, home, scopes=installation.scopes, user_id=installation.installed_by).bot_token


def _installation(world: World, team: str, app: App | None) -> Installation:
    home = world.team(team)
    return home.installed[app.app_id] if app else home.installation


def _family(channel: Channel) -> str:
    return "channel" if channel.kind == "public" else "group"


def _by(world: World, team: str, channel: Channel, what: str, by: str) -> dict[str, Any]:
    event = {"type": f"{_family(channel)}_{what}", "channel": channel.channel_id}
    return event if what == "deleted" else event | {"user": world.user(team, by).user_id}


def _tell(world: World, team: Team, channel: Channel, event: Mapping[str, Any]) -> Delivery | None:
    """Tell the page, and all apps that are in the channel; returns the first delivery."""
    world.feed.publish(
        Change(kind="channel", team_id=team.team_id, channel_id=channel.channel_id, what=str(event["type"]))
    )
    return next(iter(emit_to_all(world, team, event, channel_members=channel.members)), None)
