"""A button that somebody clicked, or another element that somebody used, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.slash.gesture import Values, home_of, metadata_of, team_of, value_of, values_of
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
    """Of the message; of a view, where the view belongs to (`View.metadata`). Empty in Home."""
    user_id: str
    response_url: str
    home_team_id: str = ""
    """The workspace that the person belongs to; empty where Slack doesn't say."""
    message_ts: str = ""
    """Of the message with the button; empty in a view."""
    thread_ts: str = ""
    view_id: str = ""
    """Of the modal or Home with the button; empty in a message."""
    view_kind: str = ""
    """`modal` or `home`; empty in a message."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The view's."""
    values: Values = field(default_factory=dict)
    """What was entered in the inputs around it."""

    @property
    def address(self) -> Address:
        """Where the button is."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)


def click(payload: Mapping[str, Any]) -> Click | None:
    """The click that a `block_actions` payload describes; None when it names no action."""
    action = next(iter(items(payload, "actions")), None)
    if action is None:
        return None
    metadata = metadata_of(payload)
    channel_id = text(payload, "channel", "id") or text(payload, "container", "channel_id")
    return Click(
        id=text(payload, "trigger_id"),
        action_id=text(action, "action_id"),
        value="".join(value_of(action)[:1]),
        team_id=team_of(payload),
        channel_id=channel_id or metadata.get("channel", ""),
        user_id=text(payload, "user", "id"),
        response_url=text(payload, "response_url"),
        home_team_id=home_of(payload),
        message_ts=text(payload, "container", "message_ts"),
        thread_ts=text(payload, "container", "thread_ts") or text(payload, "message", "thread_ts"),
        view_id=text(payload, "view", "id"),
        view_kind=text(payload, "view", "type"),
        metadata=metadata,
        values=values_of(payload, "view", "state") or values_of(payload, "state"),
    )
