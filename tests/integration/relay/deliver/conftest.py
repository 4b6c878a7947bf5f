"""`deliver` over a strict queue in memory: an agent that signs, a clock that is driven, and one of two Slacks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.sandbox.fifo_queue import FifoQueue
from infra.sandbox.relay.memory import (
    MemoryBots,
    MemoryKeys,
    MemoryLedger,
    MemoryLog,
    MemoryPaces,
    MemoryReceipts,
    MemoryThreads,
    QueueReturning,
)
from infra.sandbox.relay.plain_slack import Killed, PlainSlack
from infra.sandbox.relay.stepped_clock import SteppedClock
from relay_lambda.carrying.batch import carry
from relay_lambda.carrying.limits import Limits
from relay_lambda.carrying.ports import Collaborators
from shared.address import Address
from shared.card import Card, DataClass, Label, Span
from shared.dispatch import (
    Notification,
    Speaker,
    Statement,
    card_text,
    deduplication_id,
    digest,
    group_of,
    name_of,
    queue_text,
    statement_text,
)
from shared.outcome import Outcome
from shared.post import Role
from shared.relay_table import AgentKey
from shared.signing import signature

RELAY, AGENT, TEAM, CHANNEL = "relay.example", "acme", "T1", "C1"
TIMEOUT_S = 30.0


class Clock(SteppedClock):
    """One that keeps what was waited for, which isn't what merely passed."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        super().wait(seconds)


@dataclass(slots=True)
class Deadline:
    """The time-out of one invocation."""

    clock: Any
    end_s: float

    def remaining_s(self) -> float:
        return float(self.end_s - self.clock.monotonic())


def in_turn(jobs: Sequence[Callable[[], Sequence[str]]]) -> Sequence[Sequence[str]]:
    return [job() for job in jobs]


@dataclass(kw_only=True)
class House:
    """An agent's side (`say`), the queue, and `deliver` (`carry_once`, `run`)."""

    clock: Any
    slack: Any
    queue: FifoQueue
    returning: QueueReturning
    given: Collaborators
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def add_key(self, key_id: str = "k1", agent: str = AGENT, **fields: Any) -> None:
        """Enter a key of an agent."""
        self.keys[key_id] = private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key = AgentKey(agent_id=agent, key_id=key_id, public=public, **({"not_before": 0} | fields))
        self.given.keys.known[agent, key_id] = key  # type: ignore[attr-defined]

    def revoke(self, key_id: str = "k1", agent: str = AGENT) -> None:
        """It proves nothing any more."""
        known = self.given.keys.known  # type: ignore[attr-defined]
        known[agent, key_id] = replace(known[agent, key_id], revoked_at=int(self.given.now()))

    def notification(self, id_: str, role: Role = Role.PLAIN, **fields: Any) -> Notification:
        """A notification into the usual channel; its card is filled in by `say`."""
        address = Address(team_id=fields.pop("team", TEAM), channel_id=fields.pop("channel", CHANNEL))
        usual: dict[str, Any] = {
            "id": id_,
            "delivery_id": f"d-{id_}",
            "address": address,
            "role": role,
            "thread_key": None if role is Role.PLAIN else "7/issue/1",
            "thread_ts": None,
            "card": None,
            "data_class": DataClass.FULL,
            "unknown": "resend",
        }
        return Notification(**(usual | fields))

    def say(self, id_: str, role: Role = Role.PLAIN, **fields: Any) -> bool:
        """Sign a notification and put it into the queue; False when that dropped it. See `forge` for the fields."""
        forged = ("text", "words", "key", "agent", "withdrawn", "attributes", "signed_at")
        own = {name: fields.pop(name) for name in forged if name in fields}
        return self.forge(self.notification(id_, role, **fields), **own)

    def forge(
        self,
        notification: Notification,
        *,
        text: str | None = None,
        words: str | None = None,
        key: str = "k1",
        agent: str = AGENT,
        withdrawn: bool = False,
        attributes: dict[str, str] | None = None,
        signed_at: int | None = None,
        audience: str = RELAY,
        group: str | None = None,
        queued_as: str | None = None,
        card: str | None = None,
        signed_by: Ed25519PrivateKey | None = None,
    ) -> bool:
        """The same with what somebody could get wrong on purpose."""
        if words is None:
            words = card_text(a_card(text or notification.id)) if not withdrawn else ""
        notification = replace(notification, card=digest(words) if words else None)
        content = statement_text(Speaker(agent_id=agent, key_id=key, audience=audience), notification)
        at, name = int(self.given.now()) if signed_at is None else signed_at, name_of(notification.id)
        entry = signature(signed_by or self.keys[key], name, at, content.encode())
        statement = Statement(text=content, timestamp=at, signature=entry)
        return self.queue.send(
            queue_text(statement, words if card is None else card),
            group=group or group_of(agent, notification.address),
            deduplication_id=queued_as or deduplication_id(name, at),
            attributes=attributes,
        )

    def carry_once(self, most: int = 10) -> bool:
        """One invocation with what may be received now, `most` of it; False when there was nothing."""
        records = self.queue.receive(most)
        if not records:
            return False
        try:
            failed = carry(self.given, records, Deadline(self.clock, self.clock.monotonic() + TIMEOUT_S))
        except Killed:
            self.given = replace(self.given, limits=Limits())  # a new process knows nothing
            return True
        self.queue.delete([each["receiptHandle"] for each in records if each["messageId"] not in failed])
        return True

    def carry_again(self, records: Sequence[Any]) -> Sequence[str]:
        """An invocation with these; the ids that it reports as failed."""
        return self.carry_in(records, TIMEOUT_S)

    def carry_in(self, records: Sequence[Any], seconds: float) -> Sequence[str]:
        """The same with so much time left."""
        return carry(self.given, records, Deadline(self.clock, self.clock.monotonic() + seconds))

    def run(self, *, for_s: float = 3600.0, most: int = 10) -> None:
        """Until the queue is empty, for so long at most; the clock goes from one message's time to the next."""
        end = self.clock.monotonic() + for_s
        while (wait := self.queue.next_in()) is not None and self.clock.monotonic() + wait <= end:
            self.pass_(wait)
            self.carry_once(most)

    def pass_(self, seconds: float) -> None:
        """Time passes."""
        SteppedClock.wait(self.clock, seconds)

    @property
    def outcomes(self) -> dict[str, list[Outcome]]:
        """What was reported of each notification, in order."""
        found: dict[str, list[Outcome]] = {}
        for _, receipt in self.given.receipts.written:  # type: ignore[attr-defined]
            found.setdefault(receipt.id, []).append(receipt.outcome)
        return found

    @property
    def counts(self) -> dict[str, int]:
        return self.given.log.counts  # type: ignore[attr-defined,no-any-return]

    @property
    def letters(self) -> list[tuple[str, str]]:
        """The dead letters: id and reason."""
        return [(each.id, each.reason) for each in self.returning.buried]


def a_card(text: str) -> Card:
    line = (Span(Label.TITLE, text),)
    return Card(color="#1f883d", headline=line, parts=(), fallback=line)


def new_house(clock: Any, slack: Any, **others: Any) -> House:
    """In memory; `others` take the place of what is given."""
    queue = FifoQueue(clock=clock)
    returning = QueueReturning(queue=queue)
    parts: dict[str, Any] = {
        "keys": MemoryKeys(),
        "bots": MemoryBots(tokens={(AGENT, TEAM): "xoxb-1", (AGENT, "T2"): "xoxb-2"}),
        "ledger": MemoryLedger(),
        "threads": MemoryThreads(),
        "paces": MemoryPaces(clock=clock),
        "receipts": MemoryReceipts(),
        "returning": returning,
        "side_by_side": in_turn,
    }
    given = Collaborators(
        audience=RELAY,
        clock=clock,
        log=MemoryLog(),
        slack=slack,
        limits=Limits(),
        random=random.Random(7),
        **(parts | others),
    )
    house = House(clock=clock, slack=slack, queue=queue, returning=returning, given=given)
    house.add_key()
    return house


@pytest.fixture
def build() -> Callable[..., House]:
    """Makes houses, for those that need several or their own parts."""
    return new_house


@pytest.fixture
def house() -> House:
    """All in memory."""
    clock = Clock()
    return new_house(clock, PlainSlack(clock=clock))


@pytest.fixture
def clocks() -> type[Clock]:
    """Makes clocks."""
    return Clock


@pytest.fixture
def card() -> Callable[[str], Card]:
    """Makes cards."""
    return a_card
