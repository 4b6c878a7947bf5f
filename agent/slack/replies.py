"""How a reply reaches people: by the call's `response_url`, else as a message, else as a direct message."""

import aiohttp
import structlog

from agent.net.failure import reason
from agent.net.outbound import Network
from agent.slack.web_api import Answer, WebApi
from agent.slash.reply import Reply, Visible
from shared.clock import Clock
from shared.event import text

log = structlog.get_logger()
TIMEOUT_S = 8.0
_OK = 200


class Replies:
    """Sends replies; what can't be sent in any way is logged, since then the person sees Slack's own complaint."""

    def __init__(self, *, network: Network, api: WebApi, clock: Clock) -> None:
        self._network, self._api, self._clock = network, api, clock

    async def send(self, reply: Reply, *, team_id: str, channel_id: str, user_id: str, response_url: str) -> None:
        """Send `reply` to where somebody asked."""
        if response_url and await self._respond(response_url, reply):
            return
        message = {"text": reply.text, "blocks": reply.blocks, "unfurl_links": False, "unfurl_media": False}
        if reply.visible is Visible.CHANNEL:
            answer = await self._api.call(team_id, "chat.postMessage", channel=channel_id, **message)
        else:
            answer = await self._api.call(
                team_id, "chat.postEphemeral", channel=channel_id, user=user_id, text=reply.text, blocks=reply.blocks
            )
        if not isinstance(answer, Answer):
            await self._directly(team_id, user_id, reply)

    async def _respond(self, url: str, reply: Reply) -> bool:
        try:
            async with (
                self._clock.timeout(TIMEOUT_S),
                self._network.session.post(
                    url, json=reply.body, proxy=self._network.proxy.for_url(url), allow_redirects=False
                ) as response,
            ):
                return response.status == _OK
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a response_url did not answer", reason=reason(error))
            return False

    async def _directly(self, team_id: str, user_id: str, reply: Reply) -> None:
        opened = await self._api.query(team_id, "conversations.open", users=user_id)
        if isinstance(opened, Answer):
            channel = text(opened.fields, "channel", "id")
            answer = await self._api.call(
                team_id, "chat.postMessage", channel=channel, text=reply.text, blocks=reply.blocks
            )
            if isinstance(answer, Answer):
                return
        log.warning("a reply reached nobody", team_id=team_id)
