"""A queue, its event source and many processes of `deliver` on a stage, before a Slack that takes its time.

As Lambda has it: an invocation has a process to itself, which it finds warm when one is free; what a process knows of
Slack's pace it alone knows. Slack takes 0.18 s in the median, and one message a second of a channel, four at once.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from infra.sandbox.fifo_queue import FifoQueue
from infra.sandbox.relay.caller import Caller
from infra.sandbox.relay.memory import (
    MemoryBots,
    MemoryKeys,
    MemoryLedger,
    MemoryLog,
    MemoryPaces,
    MemoryThreads,
    QueueReturning,
)
from infra.sandbox.relay.plain_slack import PlainSlack
from relay_lambda.carrying.batch import carry
from relay_lambda.carrying.limits import Limits
from relay_lambda.carrying.ports import Answered, Collaborators
from relay_lambda.clock import Clock
from shared.dispatch import card_text, deduplication_id, group_of, name_of, queue_text
from shared.outcome import Delivered
from shared.post import Role
from shared.receipt import Receipt
from tests.bench.relay.house import AGENT, BATCH, CARD, KEY, RELAY, deadline
from tests.bench.relay.stage import Stage

CONCURRENCY = 100
"""`MaximumConcurrency` of the template's event source."""
MEDIAN_S, SPREAD = 0.18, 0.35
LATE_S = 0.001
"""A look at the queue comes this much behind the moment that it is for: instants are rounded, and what comes at the
same time is found together.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A notification that the agent is to say."""

    at: float
    id: str
    team_id: str
    channel_id: str
    role: Role = Role.PLAIN


@dataclass(slots=True, kw_only=True)
class Slow:
    """The port `Slack`: half of what a call takes is behind it."""

    slack: PlainSlack
    clock: Clock
    random: random.Random

    def call(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """See the port."""
        half_s = MEDIAN_S * self.random.lognormvariate(0, SPREAD) / 2
        self.clock.wait(half_s)
        answer = self.slack.call(token, method, arguments)
        self.clock.wait(half_s)
        return answer

    query = call


@dataclass(slots=True, kw_only=True)
class Ran:
    """What came of it; instants by notification."""

    sent_at: dict[str, float] = field(default_factory=dict)
    said_at: dict[str, float] = field(default_factory=dict)
    in_order: list[str] = field(default_factory=list)
    receives: int = 0
    limited: int = 0
    posts: int = 0
    invocations: int = 0
    most_at_a_time: int = 0
    lambda_s: float = 0.0
    others: int = 0
    """Receipts that say something else than that it was delivered."""

    def delays_s(self, prefix: str) -> list[float]:
        """Of those whose ids begin so; endless for what was never said."""
        return [self.said_at.get(id_, float("inf")) - at for id_, at in self.sent_at.items() if id_.startswith(prefix)]


class Cloud:
    """All of it; `run` is called once."""

    def __init__(self, teams: Sequence[str]) -> None:
        self.ran, self._stage, self._random = Ran(), Stage(), random.Random(7)
        self._queue = FifoQueue(clock=self._stage)
        self._slack = PlainSlack(clock=self._stage)
        self._agent = Caller(AGENT, KEY, RELAY, self._stage)
        self._log = MemoryLog()
        self._warm: list[Collaborators] = []
        self._running, self._looks_at = 0, float("inf")
        self._digested = card_text(CARD)
        self._given = Collaborators(
            audience=RELAY,
            clock=self._stage,
            log=self._log,
            slack=Slow(slack=self._slack, clock=self._stage, random=random.Random(8)),
            keys=MemoryKeys(known={(AGENT, KEY): self._agent.key}),
            bots=MemoryBots(tokens={(AGENT, team): "xoxb-1" for team in teams}),
            ledger=MemoryLedger(),
            threads=MemoryThreads(),
            paces=MemoryPaces(clock=self._stage),
            receipts=self,
            returning=QueueReturning(queue=self._queue),
            limits=Limits(),
            random=random.Random(9),
            side_by_side=self._stage.side_by_side,
        )

    def run(self, sayings: Sequence[Saying]) -> Ran:
        """Until all is said."""
        for each in sayings:
            self._stage.at(each.at, partial(self._say, each))
        self._stage.run()
        self.ran.limited = self._log.counts.get("slack_429", 0)
        self.ran.posts = len(self._slack.messages)
        return self.ran

    def put(self, _agent_id: str, receipt: Receipt) -> None:
        """The port `Receipts`."""
        if isinstance(receipt.outcome, Delivered):
            self.ran.said_at.setdefault(receipt.id, self._stage.monotonic())
            self.ran.in_order.append(receipt.id)
        else:
            self.ran.others += 1

    def _say(self, said: Saying) -> None:
        notification = replace(
            self._agent.notification(said.id, said.team_id, said.channel_id, card=CARD), role=said.role
        )
        statement = self._agent.statement(notification)
        self._queue.send(
            queue_text(statement, self._digested),
            group=group_of(AGENT, notification.address),
            deduplication_id=deduplication_id(name_of(said.id), statement.timestamp),
        )
        self.ran.sent_at[said.id] = self._stage.monotonic()
        self._look_in(0.0)

    def _offer(self) -> None:
        """Start as many invocations as there is work for, and look again when more is due."""
        while self._running < CONCURRENCY and (records := self._queue.receive(BATCH)):
            self._running += 1
            self.ran.invocations += 1
            self.ran.most_at_a_time = max(self.ran.most_at_a_time, self._running)
            self.ran.receives += len(records)
            self._stage.start(partial(self._invoked, records))
        if wait := self._queue.next_in():
            self._look_in(wait)

    def _look_in(self, seconds: float) -> None:
        moment = self._stage.monotonic() + seconds + LATE_S
        if moment < self._looks_at:
            self._looks_at = moment
            self._stage.at(moment, partial(self._look, moment))

    def _look(self, moment: float) -> None:
        """Unless a look that was nearer has taken this one's place."""
        if moment == self._looks_at:
            self._looks_at = float("inf")
            self._offer()

    def _invoked(self, records: Sequence[dict[str, Any]]) -> None:
        given = self._warm.pop() if self._warm else _process(self._given)
        began = self._stage.monotonic()
        failed = set(carry(given, records, deadline(self._stage)))
        self._queue.delete([each["receiptHandle"] for each in records if each["messageId"] not in failed])
        self.ran.lambda_s += self._stage.monotonic() - began
        self._warm.append(given)
        self._running -= 1
        self._offer()


def _process(given: Collaborators) -> Collaborators:
    """A new one, which knows nothing of Slack's pace."""
    return replace(given, limits=Limits())
