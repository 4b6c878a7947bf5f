"""The two lanes of what Slack brings.

    deferred   persist ─▶ acknowledge ─▶ (a worker) work, answer by response_url or message
    answered   work ─▶ acknowledge with the answer; nothing is stored

Commands, events, buttons and shortcuts are deferred: the acknowledgement proves that they can't be lost any more. Two
things can't wait, because the acknowledgement itself is the answer: the options of a `block_suggestion`, and the
errors of a `view_submission` that its local checks refuse.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from agent.slack.socket_mode.envelope import Envelope
from shared.event import text

log = structlog.get_logger()

Acknowledgement = Mapping[str, Any]
Answerer = Callable[[Envelope], Awaitable[Acknowledgement | None]]
"""Answers within Slack's 3 s. None: there is nothing to object, the envelope goes to the deferred lane."""

_NO_OPTIONS: Acknowledgement = {"options": []}


class EnvelopeStore(Protocol):
    """Where deferred envelopes are kept until they are answered."""

    async def remember(self, envelope: Envelope) -> bool:
        """Make it durable, then return whether it is new; False for one whose `key` is known already.

        Raises when it can't be stored: then it isn't acknowledged. A key is known for 26 h or longer, since Slack's
        "Delayed Events" come that late.
        """


class Lanes:
    """Decides the lane of each envelope; `receive` is what the pool calls."""

    def __init__(
        self,
        store: EnvelopeStore,
        answerers: Mapping[str, Answerer],
        kept: Callable[[Envelope], None] = lambda _envelope: None,
    ) -> None:
        """`answerers` by `block_suggestion:<action_id>` and `view_submission:<callback_id>`.

        `kept` is called with each new envelope of the deferred lane, once it is durable.
        """
        self._store = store
        self._answerers = answerers
        self._kept = kept
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """Since the start: `answered`, `deferred`, and `duplicate` for repetitions that were recognised."""
        return dict(self._counts)

    async def receive(self, envelope: Envelope) -> Acknowledgement | None:
        """Return the acknowledgement's payload once the envelope is answered or durable."""
        if answerer := self._answerers.get(_answer_key(envelope)):
            answer = await answerer(envelope)
            if answer is not None:
                self._counts["answered"] += 1
                return answer
        if envelope.kind == "block_suggestion":
            return _NO_OPTIONS
        if await self._store.remember(envelope):
            self._counts["deferred"] += 1
            self._kept(envelope)
        else:
            self._counts["duplicate"] += 1
            log.info("envelope known already", type=envelope.type, retry_attempt=envelope.retry_attempt)
        return None


def _answer_key(envelope: Envelope) -> str:
    """The table's key; empty for what is never answered in the acknowledgement."""
    if envelope.type != "interactive":
        return ""
    match envelope.kind:
        case "block_suggestion":
            return f"block_suggestion:{text(envelope.payload, 'action_id')}"
        case "view_submission":
            return f"view_submission:{text(envelope.payload, 'view', 'callback_id')}"
        case _:
            return ""
