"""Somebody shared links to our domains (`link_shared`), or is about to.

It runs after the acknowledgement, before which Slack refuses every preview. Messages of apps, our own cards among
them, bring no such event.
"""

from collections.abc import Mapping
from typing import Any

from agent.previews.ports import Shared
from agent.previews.sharing import preview
from agent.slack.channel_events import Surroundings
from agent.slash.gesture import team_of
from shared.event import flag, items, mapping, text

_COMPOSER = "COMPOSER"
"""In place of the channel of a draft."""


async def link_shared(payload: Mapping[str, Any], given: Surroundings) -> None:
    """Preview what may be previewed."""
    shared = shared_in(payload)
    if given.ports.previews and shared.user_id and shared.urls:
        await preview(shared, given.ports, given.ports.previews)


def shared_in(payload: Mapping[str, Any]) -> Shared:
    """The message that the event tells of."""
    event = mapping(payload, "event")
    channel_id = text(event, "channel")
    return Shared(
        team_id=team_of(payload),
        channel_id="" if channel_id == _COMPOSER else channel_id,
        user_id=text(event, "user"),
        message_ts=text(event, "message_ts"),
        thread_ts=text(event, "thread_ts"),
        unfurl_id=text(event, "unfurl_id"),
        source=text(event, "source"),
        is_ext_shared=flag(payload, "is_ext_shared_channel"),
        urls=tuple(dict.fromkeys(text(link, "url") for link in items(event, "links") if text(link, "url"))),
    )
