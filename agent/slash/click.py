"""A button that somebody clicked, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.address import Address
from shared.event import items, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One action of a `block_actions` payload."""

    id: str
    """Slack's `trigger_id`, the same when the click is delivered twice."""
    action_id: str
    value: str
    team_id: str
    channel_id: str
    user_id: str
    response_url: str

    @property
    def address(self) -> Address:
        """Where the button is."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)

    def to_json(self) -> str:
        """The text to store."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, stored: str) -> "Click":
        """The inverse of `to_json`."""
        return cls(**json.loads(stored))


def click(payload: Mapping[str, Any]) -> Click | None:
    """The click that a `block_actions` payload describes; None when it names no action."""
    action = next(iter(items(payload, "actions")), None)
    if action is None:
        return None
    return Click(
        id=text(payload, "trigger_id"),
        action_id=text(action, "action_id"),
        value=text(action, "value"),
        team_id=text(payload, "team", "id") or text(payload, "user", "team_id"),
        channel_id=text(payload, "channel", "id") or text(payload, "container", "channel_id"),
        user_id=text(payload, "user", "id"),
        response_url=text(payload, "response_url"),
    )
