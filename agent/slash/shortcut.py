"""A shortcut that somebody used, globally or on a message, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.slash.gesture import home_of, team_of
from shared.address import Address
from shared.event import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A `shortcut` or `message_action` payload; the fields of the message are empty for a global one."""

    id: str
    """Slack's `trigger_id`."""
    callback_id: str
    team_id: str
    channel_id: str
    user_id: str
    home_team_id: str
    response_url: str
    message_ts: str = ""
    thread_ts: str = ""
    message_text: str = ""
    """mrkdwn, with Slack's escapes."""
    author_id: str = ""
    """The Slack user who wrote the message; empty for an app's."""

    @property
    def address(self) -> Address:
        """Where the message is."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)


def shortcut(payload: Mapping[str, Any]) -> Shortcut:
    """The shortcut that a payload describes."""
    return Shortcut(
        id=text(payload, "trigger_id"),
        callback_id=text(payload, "callback_id"),
        team_id=team_of(payload),
        channel_id=text(payload, "channel", "id"),
        user_id=text(payload, "user", "id"),
        home_team_id=home_of(payload),
        response_url=text(payload, "response_url"),
        message_ts=text(payload, "message_ts") or text(payload, "message", "ts"),
        thread_ts=text(payload, "message", "thread_ts"),
        message_text=text(payload, "message", "text"),
        author_id=text(payload, "message", "user"),
    )
