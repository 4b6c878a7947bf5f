"""What happens to channels and to the installation itself: parked addresses are freed, moved, or stay parked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from agent.interactions.invited import continue_after_invite
from agent.slack.replies import Replies
from agent.slash.ports import Ports
from agent.store.outbox_parking import free_address, move_address, park_channel, park_workspace
from agent.store.port import Store
from agent.workspaces import Workspaces
from shared.address import Address
from shared.clock import Clock
from shared.event import mapping, text

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the event functions work with."""

    store: Store
    clock: Clock
    ports: Ports
    replies: Replies
    workspaces: Workspaces
    woken: Callable[[], None]

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


async def joined(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The bot was invited: its parked address goes on, and so do the calls that waited for it."""
    event = mapping(payload, "event")
    address = Address(team_id=text(payload, "team_id"), channel_id=text(event, "channel"))
    workspace = given.workspaces.get(address.team_id)
    if workspace is None or text(event, "user") != workspace.bot_user_id:
        return
    await _free(address, given)
    for call, reply in await continue_after_invite(address, given.ports):
        await given.replies.send(
            reply,
            team_id=call.team_id,
            channel_id=call.channel_id,
            user_id=call.user_id,
            response_url=call.response_url,
        )


async def unarchived(payload: Mapping[str, Any], given: Surroundings) -> None:
    """What was kept for it is posted now."""
    channel_id = text(payload, "event", "channel")
    await _free(Address(team_id=text(payload, "team_id"), channel_id=channel_id), given)


async def archived(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Nothing is tried there until it is unarchived."""
    await _park(payload, "is_archived", given)


async def deleted(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Kept, parked: an administrator decides."""
    await _park(payload, "channel_not_found", given)


async def moved(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The channel has a new id, and its subscriptions, threads and notifications with it."""
    event = mapping(payload, "event")
    await given.store.write(
        partial(
            move_address,
            team_id=text(payload, "team_id"),
            old_channel_id=text(event, "old_channel_id"),
            new_channel_id=text(event, "new_channel_id"),
            now=given.now(),
        )
    )
    given.woken()


async def uninstalled(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Park everything of the workspace; a token that is dead only says so again and again."""
    team_id = text(payload, "team_id")
    await given.store.write(partial(park_workspace, team_id=team_id, reason="app_uninstalled", now=given.now()))
    log.warning("the app was uninstalled from a workspace", team_id=team_id)


EVENTS: Mapping[str, Callable[[Mapping[str, Any], Surroundings], Awaitable[None]]] = {
    "member_joined_channel": joined,
    "channel_unarchive": unarchived,
    "group_unarchive": unarchived,
    "channel_archive": archived,
    "group_archive": archived,
    "channel_deleted": deleted,
    "group_deleted": deleted,
    "channel_id_changed": moved,
    "app_uninstalled": uninstalled,
}
"""By Slack's event type; what isn't here is acknowledged and nothing more."""


async def _free(address: Address, given: Surroundings) -> None:
    if await given.store.write(
        partial(free_address, team_id=address.team_id, channel_id=address.channel_id, now=given.now())
    ):
        given.woken()


async def _park(payload: Mapping[str, Any], reason: str, given: Surroundings) -> None:
    await given.store.write(
        partial(
            park_channel,
            team_id=text(payload, "team_id"),
            channel_id=text(payload, "event", "channel"),
            reason=reason,
            now=given.now(),
        )
    )
