"""One `/ghe` invocation, as plain data: it can be kept, and run again later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.address import Address
from shared.event import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command as it was typed; all words are Slack's, the text still has its escapes."""

    id: str
    """Slack's `trigger_id`, the same when the command is delivered twice."""
    command: str
    """`/ghe`, or what the app's manifest calls it."""
    text: str
    team_id: str
    enterprise_id: str
    """Empty outside an Enterprise organisation."""
    channel_id: str
    channel_name: str = ""
    """Of a conversation that the bot isn't in it tells the kind: `privategroup`, `directmessage`, `mpdm-…`."""
    user_id: str
    home_team_id: str = ""
    """The workspace that the person belongs to; commands don't say."""
    response_url: str
    """Takes five replies within 30 minutes."""

    @property
    def address(self) -> Address:
        """Where it was typed."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)


def call(payload: Mapping[str, Any]) -> Call:
    """The call that a `slash_commands` payload describes; what is missing is empty."""
    return Call(
        id=text(payload, "trigger_id"),
        command=text(payload, "command") or "/ghe",
        text=text(payload, "text"),
        team_id=text(payload, "team_id"),
        enterprise_id=text(payload, "enterprise_id"),
        channel_id=text(payload, "channel_id"),
        channel_name=text(payload, "channel_name"),
        user_id=text(payload, "user_id"),
        response_url=text(payload, "response_url"),
    )
