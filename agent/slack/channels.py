"""Slack's channels, as the verbs ask about them."""

from collections.abc import Mapping
from typing import Any

from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from shared.address import Address
from shared.clock import Clock
from shared.event import flag, mapping, text
from shared.outcome import Retry

PATIENCE_S = 60.0
"""A longer `Retry-After` isn't waited; both methods may be called 50 times a minute in a workspace."""


class SlackChannels:
    """`agent.slash.ports.Channels` on the Web API."""

    def __init__(self, api: WebApi, clock: Clock) -> None:
        self._api, self._clock = api, clock

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

    async def _asked(self, method: str, address: Address) -> Answered:
        """The answer, the second one when Slack said to come back."""
        answer = await self._api.query(address.team_id, method, channel=address.channel_id)
        if isinstance(answer, Retry) and answer.rate_limited and (answer.after_s or 1.0) <= PATIENCE_S:
            await self._clock.sleep(answer.after_s or 1.0)
            answer = await self._api.query(address.team_id, method, channel=address.channel_id)
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
