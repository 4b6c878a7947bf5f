"""Slack's channels, as the verbs ask about them."""

from collections.abc import Mapping
from typing import Any

from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from agent.workspaces import Workspaces
from shared.address import Address
from shared.clock import Clock
from shared.event import flag, mapping, text
from shared.outcome import Retry

PATIENCE_S = 60.0
"""A longer `Retry-After` isn't waited; both methods may be called 50 times a minute in a workspace."""


class SlackChannels:
    """`agent.slash.ports.Channels` on the Web API."""

    def __init__(self, api: WebApi, clock: Clock, workspaces: Workspaces) -> None:
        self._api, self._clock, self._workspaces = api, clock, workspaces

    async def describe(self, address: Address) -> Channel | SlackRefusal:
        """See the port."""
        match await self._asked("conversations.info", address):
            case Answer(fields):
                return _channel(mapping(fields, "channel"))
            case other:
                return SlackRefusal(other.reason)

    async def join(self, address: Address) -> SlackRefusal | None:
        """See the port."""
        match await self._asked("conversations.join", address):
            case Answer():
                return None
            case other:
                return SlackRefusal(other.reason)

    async def members(self, address: Address) -> frozenset[str] | SlackRefusal:
        """See the port."""
        found: list[str] = []
        cursor = ""
        while True:
            match await self._asked("conversations.members", address, limit="1000", cursor=cursor):
                case Answer(fields):
                    found += [each for each in fields.get("members") or () if isinstance(each, str)]
                    cursor = text(fields, "response_metadata", "next_cursor")
                case other:
                    return SlackRefusal(other.reason)
            if not cursor:
                return frozenset(found)

    async def permalink(self, address: Address, ts: str) -> str:
        """See the port. Slack knows it only of channels that the bot is in."""
        asked = {"channel": address.channel_id, "message_ts": ts}
        answer = await self._api.query(address.team_id, "chat.getPermalink", **asked)
        if isinstance(answer, Answer) and (found := text(answer.fields, "permalink")):
            return found
        workspace = self._workspaces.get(address.team_id)
        if workspace is None or not ts:
            return ""
        return f"https://{workspace.domain}.slack.com/archives/{address.channel_id}/p{ts.replace('.', '')}"

    async def _asked(self, method: str, address: Address, **more: str) -> Answered:
        """The answer, the second one when Slack said to come back."""
        asked = {"channel": address.channel_id, **{name: value for name, value in more.items() if value}}
        answer = await self._api.query(address.team_id, method, **asked)
        if isinstance(answer, Retry) and answer.rate_limited and (answer.after_s or 1.0) <= PATIENCE_S:
            await self._clock.sleep(answer.after_s or 1.0)
            answer = await self._api.query(address.team_id, method, **asked)
        return answer


def _channel(fields: Mapping[str, Any]) -> Channel:
    kind = _kind(fields)
    return Channel(
        kind=kind,
        name=text(fields, "name"),
        bot_is_member=kind is ChannelKind.IM or flag(fields, "is_member"),
        is_archived=flag(fields, "is_archived"),
        is_ext_shared=flag(fields, "is_ext_shared"),
    )


def _kind(fields: Mapping[str, Any]) -> ChannelKind:
    if flag(fields, "is_im"):
        return ChannelKind.IM
    if flag(fields, "is_mpim"):
        return ChannelKind.MPIM
    return ChannelKind.PRIVATE if flag(fields, "is_private") else ChannelKind.PUBLIC
