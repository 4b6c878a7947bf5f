"""How a reply reaches people: by the call's `response_url`, else as a message, else as a direct message.

Rather twice than never: where Slack's answer is lost, the next way is taken although the first may have worked.
"""

from dataclasses import replace

import aiohttp
import structlog

from agent.net.failure import reason
from agent.net.outbound import Network
from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.asked import Asked
from agent.slash.reply import Reply, Visible
from shared.clock import Clock
from shared.event import text
from shared.outcome import Refused, Retry

log = structlog.get_logger()
TIMEOUT_S = 8.0
AGAIN_S = 5.0
_OK = 200


class Replies:
    """Sends replies; one that Slack refuses in every way is logged."""

    def __init__(self, *, network: Network, api: WebApi, clock: Clock) -> None:
        self._network, self._api, self._clock = network, api, clock

    async def send(self, reply: Reply, to: Asked) -> float | None:
        """Send `reply` to where somebody asked; None when that is over, else the seconds until another try is worth it.

        Trying again begins anew with the `response_url`.
        """
        if to.response_url and await self._respond(to.response_url, reply):
            return None
        answer: Answered = await self._in_channel(reply, to) if to.channel_id else Refused("no_channel")
        if not isinstance(answer, Answer | Retry):
            answer = await self._directly(reply, to)
        match answer:
            case Answer():
                return None
            case Retry(after_s):
                return after_s or AGAIN_S
            case refused:
                log.warning("a reply reached nobody", team_id=to.team_id, reason=refused.reason)
                return None

    async def _respond(self, url: str, reply: Reply) -> bool:
        try:
            async with (
                self._clock.timeout(TIMEOUT_S),
                self._network.session.post(
                    url, json=reply.body, proxy=self._network.proxy.for_url(url), allow_redirects=False
                ) as response,
            ):
                if response.status != _OK:
                    log.info("a response_url takes nothing any more", status=response.status)
                return response.status == _OK
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a response_url did not answer", reason=reason(error))
            return False

    async def _in_channel(self, reply: Reply, to: Asked) -> Answered:
        if reply.visible is Visible.CHANNEL:
            return await self._post(to.team_id, to.channel_id, reply)
        return await self._api.call(
            to.team_id,
            "chat.postEphemeral",
            channel=to.channel_id,
            user=to.user_id,
            text=reply.text,
            blocks=reply.blocks,
        )

    async def _directly(self, reply: Reply, to: Asked) -> Answered:
        """To the person alone, who is told what it is about; buttons that act on the channel don't work from there."""
        opened = await self._api.query(to.team_id, "conversations.open", users=to.user_id)
        if not isinstance(opened, Answer):
            return opened
        about = (f"About what you asked in <#{to.channel_id}>:",) if to.channel_id else ()
        buttons = tuple(each for each in reply.buttons if each.url or each.anywhere or not to.channel_id)
        told = replace(reply, paragraphs=(*about, *reply.paragraphs), buttons=buttons)
        return await self._post(to.team_id, text(opened.fields, "channel", "id"), told)

    async def _post(self, team_id: str, channel_id: str, reply: Reply) -> Answered:
        return await self._api.call(
            team_id,
            "chat.postMessage",
            channel=channel_id,
            text=reply.text,
            blocks=reply.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
