"""The calls of Slack that a post takes, and what they came to.

It means the same as the agent's direct transport: the bot joins a public channel once, a token is taken for dead only
when `auth.test` says so too, and a look goes through a bounded part of the channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay_lambda.carrying.limits import Refusal
from relay_lambda.carrying.ports import SLACK_S, Answer, Answered, Bot, Collaborators, Deadline
from relay_lambda.carrying.verifying import Arrived
from shared.dispatch import group_of, name_of
from shared.ledger import NOT_REGISTERED
from shared.outcome import Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Post, Role
from shared.slack_errors import Policy, policy

MARGIN_S = 2.0
"""What the ledger and the queue need after a call of Slack."""
PAGES, PAGE = 3, 100
EARLIER_S, LATER_S = 60.0, 300.0
"""How far from the time that we remember a message may stand: clocks differ, and Slack may be slow."""
NO_TIME = "no_time"
_TOKEN_TROUBLE = frozenset({"account_inactive", "token_revoked", "invalid_auth", "not_authed"})
_EXPIRED = "token_expired"
POST, UPDATE = "chat.postMessage", "chat.update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A post whose fate nobody knows; `name` is the head's, `posted_at` when its request began."""

    agent_id: str
    team_id: str
    channel_id: str
    name: str
    thread_ts: str | None
    posted_at: float


@dataclass(frozen=True, slots=True)
class NotSeen:
    """It isn't there, as far as the bounded look went."""


@dataclass(frozen=True, slots=True)
class CannotLook:
    """Looking isn't allowed here: the history scope or the membership is missing."""

    reason: str


class Asking:
    """Calls for one batch, in the time that is left."""

    def __init__(self, given: Collaborators, deadline: Deadline) -> None:
        self._given, self._deadline = given, deadline

    def has_time(self) -> bool:
        """Whether a call of Slack may begin."""
        return self._deadline.remaining_s() > SLACK_S + MARGIN_S

    def is_stopped(self, agent_id: str, team_id: str) -> bool:
        """Whether Slack has said before that the token of this workspace is dead."""
        bot = self._given.bots.find(agent_id, team_id)
        return bot is not None and self._given.limits.stopped(agent_id, team_id, bot.token) is not None

    def parked(self, arrived: Arrived) -> Refusal | None:
        """Slack's refusal of the channel; None for what was put into the queue after it, which has its own probe.

        The queue's clock and ours may differ by some milliseconds: what was put in so shortly after the refusal may go
        with it. That is no more than Slack's word of an instant ago, by which the agent parks the channel.
        """
        found = self._given.limits.parked(arrived.group, self._given.now())
        return found if found and arrived.sent_at <= found.at else None

    def send(self, agent_id: str, post: Post) -> Outcome:
        """Say a post. `Retry` says that this left nothing behind."""
        found, channel = self._sent(agent_id, post), group_of(agent_id, post.address)
        match found:
            case Delivered():
                self._given.limits.unpark(channel)
            case Refused(reason) if policy(reason) is Policy.PARK_ADDRESS:
                self._given.limits.park(channel, self._given.now(), reason)
        return found

    def _sent(self, agent_id: str, post: Post) -> Outcome:
        team_id = post.address.team_id
        bot = self._given.bots.find(agent_id, team_id)
        if bot is None:
            return Retry(None, NOT_REGISTERED)
        if reason := self._given.limits.stopped(agent_id, team_id, bot.token):
            return self._stopped(agent_id, post, bot, reason)
        answer = self._said(bot, post)
        if answer == Retry(None, _EXPIRED) or (isinstance(answer, Refused) and answer.reason in _TOKEN_TROUBLE):
            return self._with_another(agent_id, post, bot, answer)
        return _outcome(answer)

    def look(self, sought: Sought) -> Delivered | NotSeen | CannotLook | Retry:
        """Look whether a post has arrived."""
        bot = self._given.bots.find(sought.agent_id, sought.team_id)
        if bot is None:  # the agent puts its token again
            return Retry(None, NOT_REGISTERED)
        where: dict[str, Any] = {
            "channel": sought.channel_id,
            "oldest": f"{sought.posted_at - EARLIER_S:.6f}",
            "latest": f"{sought.posted_at + LATER_S:.6f}",
            "limit": PAGE,
            "include_all_metadata": "true",
        }
        method = "conversations.replies" if sought.thread_ts else "conversations.history"
        where |= {"ts": sought.thread_ts} if sought.thread_ts else {}
        for _ in range(PAGES):
            answer = self._in_time(bot, method, where)
            if not isinstance(answer, Answer):
                return _cannot(answer)
            if ts := _found(answer.fields, sought.name):
                return Delivered(ts, reconciled=True)
            cursor = (answer.fields.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            where |= {"cursor": cursor}
        return NotSeen()

    def _said(self, bot: Bot, post: Post) -> Answered:
        if not self.has_time():
            return Retry(0.0, NO_TIME)
        if post.role is Role.REWRITE:
            place = {"channel": post.address.channel_id, "ts": post.ts}
            return self._given.slack.call(bot.token, UPDATE, {**place, **_message(post)})
        answer = self._given.slack.call(bot.token, POST, _arguments(post))
        if answer == Refused("not_in_channel"):
            joined = self._in_time(bot, "conversations.join", {"channel": post.address.channel_id})
            if isinstance(joined, Answer):
                return self._given.slack.call(bot.token, POST, _arguments(post)) if self.has_time() else _NO_TIME
            return joined if isinstance(joined, Retry) else answer
        return answer

    def _with_another(self, agent_id: str, post: Post, bot: Bot, answer: Retry | Refused) -> Outcome:
        """The agent may have put a new token meanwhile; if it has, that one decides."""
        latest = self._given.bots.find_anew(agent_id, post.address.team_id)
        if latest is not None and latest != bot:
            return _outcome(self._said(latest, post))
        return self._confirmed(agent_id, post, bot, answer) if isinstance(answer, Refused) else answer

    def _confirmed(self, agent_id: str, post: Post, bot: Bot, answer: Refused) -> Outcome:
        if not self.has_time():
            return _NO_TIME
        said = self._given.slack.call(bot.token, "auth.test", {})
        if isinstance(said, Refused) and said.reason in _TOKEN_TROUBLE:
            self._given.limits.stop(agent_id, post.address.team_id, bot.token, said.reason)
            return said
        return Retry(None, answer.reason)

    def _stopped(self, agent_id: str, post: Post, bot: Bot, reason: str) -> Outcome:
        latest = self._given.bots.find_anew(agent_id, post.address.team_id)
        return Refused(reason) if latest is None or latest == bot else _outcome(self._said(latest, post))

    def _in_time(self, bot: Bot, method: str, arguments: Mapping[str, Any]) -> Answered:
        return self._given.slack.query(bot.token, method, arguments) if self.has_time() else _NO_TIME


_NO_TIME = Retry(0.0, NO_TIME)


def _cannot(answer: Retry | Refused | Unknown) -> CannotLook | Retry:
    match answer:
        case Refused(reason):
            return CannotLook(reason)
        case Retry():
            return answer
        case Unknown(reason):
            return Retry(None, reason)


def _outcome(answer: Answered) -> Outcome:
    match answer:
        case Answer(fields):
            ts = fields.get("ts")
            return Delivered(ts) if isinstance(ts, str) and ts else Unknown("an answer without ts")
        case Refused() | Retry() | Unknown():
            return answer


def _arguments(post: Post) -> Mapping[str, Any]:
    in_thread = {"thread_ts": post.ts} if post.role in {Role.REPLY, Role.BROADCAST} else {}
    broadcast = {"reply_broadcast": True} if post.role is Role.BROADCAST else {}
    return {
        "channel": post.address.channel_id,
        "client_msg_id": post.client_msg_id,
        "metadata": post.metadata,
        "unfurl_links": False,
        "unfurl_media": False,
        **_message(post),
        **in_thread,
        **broadcast,
    }


def _message(post: Post) -> Mapping[str, Any]:
    return {"text": post.message.text, "blocks": post.message.blocks, "attachments": post.message.attachments}


def _found(fields: Mapping[str, Any], name: str) -> str:
    for message in fields.get("messages") or ():
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        id_, ts = payload.get("id"), message.get("ts")
        if isinstance(id_, str) and name_of(id_) == name and isinstance(ts, str):
            return ts
    return ""
