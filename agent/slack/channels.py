"""Slack's channels, as the verbs ask about them."""

from collections.abc import Mapping
from typing import Any

from agent.slack.web_api import Answer, WebApi
from agent.slash.ports import Channel, ChannelKind, SlackRefusal
from shared.address import Address
from shared.event import flag, mapping, text


class SlackChannels:
    """`agent.slash.ports.Channels` on the Web API."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    async def describe(self, address: Address) -> Channel | SlackRefusal:
        """See the port."""
        match await self._api.query(address.team_id, "conversations.info", channel=address.channel_id):
            case Answer(fields):
                return _channel(mapping(fields, "channel"))
            case other:
                return SlackRefusal(other.reason)

    async def join(self, address: Address) -> SlackRefusal | None:
        """See the port."""
        match await self._api.query(address.team_id, "conversations.join", channel=address.channel_id):
            case Answer():
                return None
            case other:
                return SlackRefusal(other.reason)


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
