"""What happens to channels: parked addresses are freed, moved, or stay parked.

Slack promises no order, and a repeated event may be a day old. So before anything is parked Slack is asked how things
are now; freeing needs no question, since a channel that still refuses is parked again by the first post.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from agent.people.unlinking import Unlinking
from agent.setup.grounds import Grounds
from agent.setup.organisations import Organisations
from agent.slack.openings import Openings
from agent.slack.replies import Replies
from agent.slack.turns import Turns
from agent.slack.web_api import WebApi
from agent.slash.gesture import team_of
from agent.slash.later import invited
from agent.slash.ports import Channel, Ports, SlackRefusal
from agent.store.moving import Move, move_address
from agent.store.outbox_parking import free_address, park_channel
from agent.store.port import Store
from agent.store.sponsor_checks import check_again
from agent.store.sponsors import end_sponsorships
from agent.workspaces import Workspaces
from shared.address import Address
from shared.clock import Clock
from shared.event import flag, items, mapping, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What answering works with."""

    store: Store
    clock: Clock
    api: WebApi
    ports: Ports
    replies: Replies
    openings: Openings
    workspaces: Workspaces
    woken: Callable[[], None]
    unlinking: Unlinking | None = None
    """None while nobody can link anything."""
    grounds: Grounds | None = None
    organisations: Organisations | None = None
    turns: Turns = field(default_factory=Turns)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


async def joined(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The bot was invited: its parked address goes on, and so do the calls that waited for it.

    When somebody comes into a channel that is shared with others, what is private in it is looked at again.
    """
    if text(payload, "event", "user") in _bot_user_ids(payload, given):
        await _free(payload, given)
        await given.ports.later.resume(invited(_address(payload)))
    elif flag(payload, "is_ext_shared_channel"):
        await given.store.write(partial(check_again, address=_address(payload)))


async def left(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Whoever leaves sponsors nothing there any more; an old event about somebody who is back changes nothing."""
    address, user_id = _address(payload), text(payload, "event", "user")
    members = await given.ports.channels.members(address)
    if isinstance(members, SlackRefusal) or user_id not in members:
        ended = partial(end_sponsorships, team_id=address.team_id, user_id=user_id, now=given.now())
        await given.store.write(partial(ended, channel_id=address.channel_id))


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
        team_id=team_of(payload),
        old_channel_id=text(event, "old_channel_id"),
        new_channel_id=text(event, "new_channel_id"),
    )
    await given.store.write(partial(move_address, move=move, now=given.now()))
    given.woken()


EVENTS: Mapping[str, Callable[[Mapping[str, Any], Surroundings], Awaitable[None]]] = {
    "member_joined_channel": joined,
    "member_left_channel": left,
    "channel_unarchive": unarchived,
    "group_unarchive": unarchived,
    "channel_archive": archived,
    "group_archive": archived,
    "channel_deleted": deleted,
    "group_deleted": deleted,
    "channel_id_changed": moved,
}
"""By Slack's event type; what isn't here is acknowledged and nothing more. May run twice for one event."""


def _address(payload: Mapping[str, Any]) -> Address:
    return Address(team_id=team_of(payload), channel_id=text(payload, "event", "channel"))


def _bot_user_ids(payload: Mapping[str, Any], given: Surroundings) -> set[str]:
    """The event's own word counts too: its workspace may not be connected yet."""
    named = {text(each, "user_id") for each in items(payload, "authorizations") if flag(each, "is_bot")}
    workspace = given.workspaces.get(team_of(payload))
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
