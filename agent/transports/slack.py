"""Direct: the agent itself posts to Slack."""

from collections.abc import Mapping
from typing import Any

from agent.outbox.transport import CannotLook, Look, NotSeen, Seen, Sought
from agent.slack.web_api import Answer, Answered, WebApi
from shared.event import items, mapping, text
from shared.outcome import Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Post, Role

PAGES = 3
PAGE = 100
EARLIER_S, LATER_S = 60.0, 300.0
"""How far from the time that we remember a message may stand: clocks differ, and Slack may be slow."""
_TOKEN_TROUBLE = frozenset({"account_inactive", "token_revoked", "invalid_auth", "not_authed"})


class SlackTransport:
    """Posts with the bot token of each workspace."""

    def __init__(self, api: WebApi) -> None:
        self._api = api

    async def send(self, post: Post) -> Outcome:
        """See the port."""
        if post.role is Role.REWRITE:
            return await self._checked(post, await self._rewrite(post))
        answer = await self._post(post)
        if answer == Refused("not_in_channel") and await self._join(post):
            answer = await self._post(post)
        return await self._checked(post, answer)

    async def look(self, sought: Sought) -> Look:
        """See the port."""
        where: dict[str, Any] = {
            "channel": sought.address.channel_id,
            "oldest": f"{sought.posted_at - EARLIER_S:.6f}",
            "latest": f"{sought.posted_at + LATER_S:.6f}",
        }
        if sought.thread_ts:
            where["ts"] = sought.thread_ts
        method = "conversations.replies" if sought.thread_ts else "conversations.history"
        cursor = ""
        for _ in range(PAGES):
            page = {"limit": PAGE, "include_all_metadata": "true"} | ({"cursor": cursor} if cursor else {})
            match await self._api.query(sought.address.team_id, method, **where, **page):
                case Answer(fields):
                    if ts := _found(fields, sought.id):
                        return Seen(ts)
                    cursor = text(fields, "response_metadata", "next_cursor")
                    if not cursor:
                        return NotSeen()
                case Refused(reason):
                    return CannotLook(reason)
                case Retry() as later:
                    return later
                case Unknown(reason):
                    return Retry(None, reason)
        return NotSeen()

    async def _post(self, post: Post) -> Answered:
        thread = {"thread_ts": post.ts} if post.role in {Role.REPLY, Role.BROADCAST} else {}
        broadcast = {"reply_broadcast": True} if post.role is Role.BROADCAST else {}
        return await self._api.call(
            post.address.team_id,
            "chat.postMessage",
            channel=post.address.channel_id,
            client_msg_id=post.client_msg_id,
            metadata=post.metadata,
            unfurl_links=False,
            unfurl_media=False,
            **_message(post),
            **thread,
            **broadcast,
        )

    async def _rewrite(self, post: Post) -> Answered:
        return await self._api.call(
            post.address.team_id, "chat.update", channel=post.address.channel_id, ts=post.ts, **_message(post)
        )

    async def _join(self, post: Post) -> bool:
        """Join a public channel; a private one can't be joined, and says so."""
        joined = await self._api.query(post.address.team_id, "conversations.join", channel=post.address.channel_id)
        return isinstance(joined, Answer)

    async def _checked(self, post: Post, answer: Answered) -> Outcome:
        match answer:
            case Answer(fields):
                return Delivered(text(fields, "ts"))
            case Refused(reason) if reason in _TOKEN_TROUBLE:
                return await self._confirmed(post, reason)
            case Refused() | Retry() | Unknown():
                return answer

    async def _confirmed(self, post: Post, reason: str) -> Outcome:
        """A token is taken for dead only when `auth.test` says so too."""
        match await self._api.call(post.address.team_id, "auth.test"):
            case Refused(said) if said in _TOKEN_TROUBLE:
                return Refused(said)
            case _:
                return Retry(None, reason)


def _message(post: Post) -> Mapping[str, Any]:
    return {"text": post.message.text, "blocks": post.message.blocks, "attachments": post.message.attachments}


def _found(fields: Mapping[str, Any], post_id: str) -> str:
    for message in items(fields, "messages"):
        if text(mapping(message, "metadata", "event_payload"), "id") == post_id:
            return text(message, "ts")
    return ""
