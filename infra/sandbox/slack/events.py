"""Events on their way to apps: who hears of what, and what an event travels in (slack.md §2, §16-17).

An event goes out only when the app subscribes to it, and has done so since it was installed there.
"""

from collections.abc import Mapping
from typing import Any

from infra.sandbox.slack.app import App, Installation
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Organisation, Team
from infra.sandbox.slack.world import World


def emit(
    world: World,
    team: Team,
    event: Mapping[str, Any],
    *,
    subscription: str | None = None,
    installation: Installation | None = None,
) -> Delivery | None:
    """Send one event to an app in a workspace, or return None when it doesn't hear of it.

    `installation`: of which app, the workspace's first unless given. `subscription`: what the manifest calls it, where
    that isn't the event's type (`message.channels`).
    """
    installation = installation or team.installation
    app = world.apps[installation.app_id]
    if not installation.serves(team.team_id) or not hears(app, installation, subscription or event["type"]):
        return None
    return world.line.start(Delivery(kind="events_api", payload=_callback(world, app, installation, team, event)))


def emit_to_all(
    world: World, team: Team, event: Mapping[str, Any], *, subscription: str | None = None, channel_members: set[str]
) -> list[Delivery]:
    """Send one event to every app whose bot is among the members of the channel in which it happened."""
    sent = [
        emit(world, team, event, subscription=subscription, installation=it)
        for it in team.installed.values()
        if it.bot_user_id in channel_members
    ]
    return [delivery for delivery in sent if delivery is not None]


def emit_to_organisation(
    world: World, organisation: Organisation, installation: Installation, event: Mapping[str, Any]
) -> Delivery | None:
    """Send an app what concerns its installation in an organisation, not one of the workspaces."""
    app = world.apps[installation.app_id]
    if installation.token_error is not None or not hears(app, installation, event["type"]):
        return None
    payload = _envelope(world, app, installation, organisation.organisation_id, event)
    return world.line.start(Delivery(kind="events_api", payload=payload))


def hears(app: App, installation: Installation, subscription: str) -> bool:
    """Whether the app subscribes to it, as it is installed."""
    known = installation.events is None or subscription in installation.events
    return known and subscription in app.events and not app.deleted


def _callback(
    world: World, app: App, installation: Installation, team: Team, event: Mapping[str, Any]
) -> dict[str, Any]:
    """What a workspace's event travels in. Of a stranger's, `team_id` is the stranger's: `authorizations` names ours.

    Of an organisation's installation `authorizations` names no workspace; `context_team_id` does.
    """
    actor = team.users.get(str(event.get("user")))
    place = team.channels.get(str(event.get("channel")))
    return {
        **_envelope(world, app, installation, team.organisation_id, event),
        "team_id": (actor.home_team_id if actor else "") or team.team_id,
        "context_team_id": team.team_id,
        "context_enterprise_id": team.organisation_id or None,
        "is_ext_shared_channel": bool(place and place.shared_with),
    }


def _envelope(
    world: World, app: App, installation: Installation, organisation_id: str, event: Mapping[str, Any]
) -> dict[str, Any]:
    context = f"4-{world.new_id('ctx')}"
    world.event_contexts[context] = (organisation_id, installation)
    return {
        "token": app.verification_token,
        **({"enterprise_id": organisation_id} if organisation_id else {}),
        "api_app_id": app.app_id,
        "event": {**event, "event_ts": world.new_ts()},
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.clock.now().timestamp()),
        "authorizations": [authorization(organisation_id, installation)],
        "is_ext_shared_channel": False,
        "event_context": context,
    }


def authorization(organisation_id: str, installation: Installation) -> dict[str, Any]:
    """For which installation an event is."""
    return {
        "enterprise_id": organisation_id or None,
        "team_id": None if installation.is_organisations else installation.place_id,
        "user_id": installation.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": installation.is_organisations,
    }
