"""Where in a message an element stands: among its own blocks, or in one of its attachments or previews of links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.sandbox.slack.elements import Element, elements, find, with_block_ids
from infra.sandbox.slack.state import Message, Team
from infra.sandbox.slack.wire import attachments_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Blocks of a message, with their ids; `attachment`: which one they are in, as payloads show it."""

    blocks: list[dict[str, Any]]
    attachment: Mapping[str, Any] | None = None

    @property
    def unfurl_url(self) -> str | None:
        """The link of which this is the app's preview."""
        return (self.attachment or {}).get("app_unfurl_url")


def places(team: Team, message: Message) -> list[Place]:
    """Return the message's own blocks, then those of each attachment."""
    inside = [
        Place(blocks=attachment["blocks"], attachment=attachment)
        for attachment in attachments_body(team, message)
        if attachment.get("blocks")
    ]
    return [Place(blocks=with_block_ids(message.blocks, message.ts)), *inside]


def place_of(team: Team, message: Message, key: str) -> tuple[Place, Element]:
    """Return the element of this name and where it is. Raises `LookupError` that lists the names there are."""
    there = places(team, message)
    for place in there:
        for element in elements(place.blocks):
            if key == element.key or key in element.names:
                return place, element
    return there[0], find([block for place in there for block in place.blocks], key)
