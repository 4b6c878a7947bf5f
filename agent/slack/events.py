"""What each of Slack's events leads to."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agent.slack import channel_events, home, installation_events
from agent.slack.channel_events import Surroundings
from agent.slack.link_shared import link_shared

EVENTS: Mapping[str, Callable[[Mapping[str, Any], Surroundings], Awaitable[None]]] = {
    **channel_events.EVENTS,
    **home.EVENTS,
    **installation_events.EVENTS,
    "link_shared": link_shared,
}
"""By Slack's event type; what isn't here is acknowledged and nothing more. May run twice for one event."""
