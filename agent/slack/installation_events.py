"""What Slack tells about the installation itself: it is over, its token is, or an organisation lets the app elsewhere.

The events only say that something may have changed; `agent.setup` asks Slack how things are now.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from agent.setup.leaving import gone
from agent.slack.channel_events import Surroundings
from agent.slash.gesture import organisation_of, team_of
from agent.store.installations import installation_of
from shared.event import mapping


async def uninstalled(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Forget the tokens, and keep what was subscribed for 30 days."""
    await _gone(payload, "app_uninstalled", given)


async def revoked(payload: Mapping[str, Any], given: Surroundings) -> None:
    """The same when the bot's token is among those that were revoked; the others are people's."""
    if mapping(payload, "event", "tokens").get("bot"):
        await _gone(payload, "token_revoked", given)


async def access_changed(_payload: Mapping[str, Any], given: Surroundings) -> None:
    """An organisation's administrator lets the app into workspaces, or out."""
    if given.organisations:
        given.organisations.wake()


EVENTS: Mapping[str, Callable[[Mapping[str, Any], Surroundings], Awaitable[None]]] = {
    "app_uninstalled": uninstalled,
    "tokens_revoked": revoked,
    "team_access_granted": access_changed,
    "team_access_revoked": access_changed,
}
"""By Slack's event type, as in `agent.slack.events`."""


async def _gone(payload: Mapping[str, Any], reason: str, given: Surroundings) -> None:
    if given.grounds is None:
        return
    installation_id = organisation_of(payload)
    if not installation_id:
        team_id = team_of(payload)
        known = await given.store.read(partial(installation_of, team_id=team_id))
        installation_id = known or team_id
    await gone(given.grounds, installation_id, reason)
