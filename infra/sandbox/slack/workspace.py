"""What happens to channels and to the installation, and the events that tell the app about it (slack.md §16-17).

An event goes out only when the app subscribes to it and, for channels, when its bot is in the channel.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.sandbox.slack.feed import Change
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Channel, Team
from infra.sandbox.slack.world import World


def emit(world: World, team: Team, event: Mapping[str, Any], *, subscription: str | None = None) -> Delivery | None:
    """Send one event to the app, or return None when it doesn't subscribe to it.

    `subscription`: what the manifest calls it, where that isn't the event's type (`message.channels`).
    """
    if (subscription or event["type"]) not in world.app.events or team.token_error is not None:
        return None
    return world.line.start(Delivery(kind="events_api", payload=_callback(world, team, event)))


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


def uninstall(world: World, team: str) -> list[Delivery]:
    """Remove the app from a workspace: its token dies, and two events go out in either order."""
    home = world.team(team)
    events: list[dict[str, Any]] = [{"type": "app_uninstalled"}, _revoked(home)]
    world.dice.shuffle(events)
    sent = [delivery for event in events if (delivery := emit(world, home, event))]
    home.token_error = "account_inactive"
    return sent


def revoke(world: World, team: str) -> Delivery | None:
    """Revoke the bot's token and nothing else."""
    home = world.team(team)
    delivery = emit(world, home, _revoked(home))
    home.token_error = "token_revoked"
    return delivery


def reinstall(world: World, team: str) -> str:
    """Install the app again; returns the new bot token."""
    home = world.team(team)
    home.bot_token = f"xoxb-{home.team_id}-{world.new_id('sandbox')}"
    home.token_error = None
    return home.bot_token


def _revoked(team: Team) -> dict[str, Any]:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user_id]}}


def _family(channel: Channel) -> str:
    return "channel" if channel.kind == "public" else "group"


def _by(world: World, team: str, channel: Channel, what: str, by: str) -> dict[str, Any]:
    event = {"type": f"{_family(channel)}_{what}", "channel": channel.channel_id}
    return event if what == "deleted" else event | {"user": world.user(team, by).user_id}


def _tell(world: World, team: Team, channel: Channel, event: Mapping[str, Any]) -> Delivery | None:
    world.feed.publish(
        Change(kind="channel", team_id=team.team_id, channel_id=channel.channel_id, what=str(event["type"]))
    )
    return emit(world, team, event) if team.bot_user_id in channel.members else None


def _callback(world: World, team: Team, event: Mapping[str, Any]) -> dict[str, Any]:
    context = f"4-{world.new_id('ctx')}"
    world.event_contexts[context] = team.team_id
    return {
        "token": "legacy-verification-token",
        "team_id": team.team_id,
        "context_team_id": team.team_id,
        "context_enterprise_id": None,
        "api_app_id": world.app.app_id,
        "event": {**event, "event_ts": world.new_ts()},
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.team_id,
                "user_id": team.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": context,
    }
