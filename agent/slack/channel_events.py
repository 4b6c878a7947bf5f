"""What happens to channels and to the installation itself: parked addresses are freed, moved, or stay parked.

Slack promises no order, and a repeated event may be a day old. So before anything is parked Slack is asked how things
are now; freeing needs no question, since a channel that still refuses is parked again by the first post.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from agent.slack.replies import Replies
from agent.slack.turns import Turns
from agent.slack.web_api import WebApi
from agent.slash.ports import Channel, Ports, Waiting
from agent.store.moving import Move, move_address
from agent.store.outbox_parking import free_address, park_channel, park_workspace
from agent.store.port import Store
from agent.workspaces import Workspaces
from shared.address import Address
from shared.clock import Clock
from shared.event import flag, items, mapping, text
from shared.outcome import Refused

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What answering works with."""

    store: Store
    clock: Clock
    api: WebApi
    ports: Ports
    replies: Replies
    workspaces: Workspaces
    woken: Callable[[], None]
    turns: Turns = field(default_factory=Turns)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


async def joined(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The bot was invited: its parked address goes on, and so do the calls that waited for it."""
    if text(payload, "event", "user") in _bot_user_ids(payload, given):
        await _free(payload, given)
        await given.ports.later.resume(_address(payload), Waiting.INVITE)


async def unarchived(payload: Mapping[str, Any], given: Surroundings) -> None:
    """What was kept for it is posted now."""
    await _free(payload, given)


async def archived(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Nothing is tried there until it is unarchived."""
    match await given.ports.channels.describe(_address(payload)):
        case Channel(is_archived=False):
            return
        case _:
            await _park(payload, "is_archived", given)


async def deleted(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Kept, parked: an administrator decides."""
    await _park(payload, "channel_not_found", given)


async def moved(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The channel has a new id, and its subscriptions, threads and notifications with it."""
    event = mapping(payload, "event")
    move = Move(
        team_id=text(payload, "team_id"),
        old_channel_id=text(event, "old_channel_id"),
        new_channel_id=text(event, "new_channel_id"),
    )
    await given.store.write(partial(move_address, move=move, now=given.now()))
    given.woken()


async def uninstalled(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Park everything of the workspace; a token that is dead only says so again and again."""
    await _park_dead(payload, "app_uninstalled", given)


async def revoked(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The same when the bot's token is among those that were revoked; the others are people's."""
    if mapping(payload, "event", "tokens").get("bot"):
        await _park_dead(payload, "token_revoked", given)


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
    "tokens_revoked": revoked,
}
"""By Slack's event type; what isn't here is acknowledged and nothing more. May run twice for one event."""


def _address(payload: Mapping[str, Any]) -> Address:
    return Address(team_id=text(payload, "team_id"), channel_id=text(payload, "event", "channel"))


def _bot_user_ids(payload: Mapping[str, Any], given: Surroundings) -> set[str]:
    """The event's own word counts too: its workspace may not be connected yet."""
    named = {text(each, "user_id") for each in items(payload, "authorizations") if flag(each, "is_bot")}
    workspace = given.workspaces.get(text(payload, "team_id"))
    return named | ({workspace.bot_user_id} if workspace else set())


async def _free(payload: Mapping[str, Any], given: Surroundings) -> None:
    address = _address(payload)
    free = partial(free_address, team_id=address.team_id, channel_id=address.channel_id, now=given.now())
    if await given.store.write(free):
        given.woken()


async def _park(payload: Mapping[str, Any], reason: str, given: Surroundings) -> None:
    address = _address(payload)
    await given.store.write(
        partial(park_channel, team_id=address.team_id, channel_id=address.channel_id, reason=reason, now=given.now())
    )


async def _park_dead(payload: Mapping[str, Any], reason: str, given: Surroundings) -> None:
    team_id = text(payload, "team_id")
    if team_id in given.workspaces and not isinstance(await given.api.call(team_id, "auth.test"), Refused):
        log.info("an event says that a token is dead, and Slack doesn't: nothing is parked", team_id=team_id)
        return
    await given.store.write(partial(park_workspace, team_id=team_id, reason=reason, now=given.now()))
    log.warning("a workspace is parked, since its token is dead", team_id=team_id, reason=reason)
