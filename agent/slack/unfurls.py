"""Previews on the Web API: `chat.unfurl`, and prompts that only the sharer sees.

A preview is an attachment: its blocks stand beside the colour, headline included. `chat.unfurl` may be called again
and again: the last one counts.
"""

from collections.abc import Mapping
from typing import Any

from agent.previews.ports import NotShown, Shared
from agent.slack.web_api import Answer, Answered, WebApi
from agent.slash.reply import Reply
from agent.workspaces import Workspaces, data_class_of
from shared.blockkit import limits
from shared.blockkit.message import message
from shared.card import Card, DataClass
from shared.clock import Clock
from shared.outcome import Refused, Retry, Unknown

TRIES = 3
PATIENCE_S = 30.0
"""A longer `Retry-After` isn't waited."""
AGAIN_S = 2.0


class SlackUnfurls:
    """`agent.previews.ports.Unfurls` on the Web API."""

    def __init__(self, api: WebApi, workspaces: Workspaces, clock: Clock) -> None:
        self._api, self._workspaces, self._clock = api, workspaces, clock

    async def show(self, shared: Shared, cards: Mapping[str, Card]) -> NotShown | None:
        """See the port."""
        data_class = data_class_of(self._workspaces, shared.team_id)
        unfurls = {url: attachment(card, data_class) for url, card in cards.items()}
        return _told(await self._patiently(shared.team_id, "chat.unfurl", **_place(shared), unfurls=unfurls))

    async def ask(self, shared: Shared, prompt: Reply) -> NotShown | None:
        """See the port. Where the bot can't write, Slack shows it in its place of an invitation to sign in."""
        asked = {
            "channel": shared.channel_id,
            "user": shared.user_id,
            "text": prompt.text,
            "blocks": prompt.blocks,
            **({"thread_ts": shared.thread_ts} if shared.thread_ts else {}),
        }
        answer = await self._patiently(shared.team_id, "chat.postEphemeral", **asked)
        return await self.invite(shared, prompt) if isinstance(answer, Refused) else _told(answer)

    async def invite(self, shared: Shared, invitation: Reply) -> NotShown | None:
        """See the port."""
        asked = {
            "unfurls": {},
            "user_auth_required": True,
            "user_auth_message": invitation.text,
            "user_auth_blocks": invitation.blocks,
        }
        return _told(await self._patiently(shared.team_id, "chat.unfurl", **_place(shared), **asked))

    async def _patiently(self, team_id: str, method: str, **arguments: Any) -> Answered:
        """The answer, or the last one of a few: a preview isn't worth more."""
        answer = await self._api.call(team_id, method, **arguments)
        for _ in range(TRIES - 1):
            match answer:
                case Retry(after_s=after_s) if (after_s or AGAIN_S) <= PATIENCE_S:
                    await self._clock.sleep(after_s or AGAIN_S)
                case Unknown():
                    await self._clock.sleep(AGAIN_S)
                case _:
                    return answer
            answer = await self._api.call(team_id, method, **arguments)
        return answer


def attachment(card: Card, data_class: DataClass) -> dict[str, Any]:
    """A card as a preview."""
    drawn = message(card, data_class)
    inner = [block for each in drawn.attachments for block in each["blocks"]]
    return {"color": card.color, "blocks": [*drawn.blocks, *inner][: limits.BLOCKS]}


def _place(shared: Shared) -> dict[str, str]:
    if shared.unfurl_id and shared.source:
        return {"unfurl_id": shared.unfurl_id, "source": shared.source}
    return {"channel": shared.channel_id, "ts": shared.message_ts}


def _told(answer: Answered) -> NotShown | None:
    if isinstance(answer, Answer):
        return None
    return NotShown("unreachable" if isinstance(answer, Unknown) else answer.reason)
