"""An outbox, intake to worker, in front of each of the two ways, on both stores."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from agent.card_table import load
from agent.metrics import Metrics
from agent.outbox.drawing import Drawing
from agent.outbox.sending import Collaborators
from agent.outbox.worker import Worker
from agent.store.intake import Incoming, Intake
from agent.store.outbox_claims import next_due
from agent.store.outbox_receipts import settle_receipts
from agent.store.payloads import pack
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import addresses, notifications, threads
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.accepting_transport import AcceptingTransport
from shared.event import label
from shared.pacing import Pace
from shared.post import Role
from shared.receipt import Receipt

RULES, PARENTS = load()
HELD_BACK_S = 5.0
"""How old a receipt is before the far side gives it away."""
REPOSITORY = {
    "id": 7,
    "name": "pay",
    "full_name": "acme/pay",
    "owner": {"id": 5, "login": "acme"},
    "visibility": "internal",
    "html_url": "https://github.example.com/acme/pay",
    "default_branch": "main",
    "updated_at": "2026-11-22T08:00:00Z",
}


async def _nothing(_subject: object) -> None:
    return None


@dataclass(kw_only=True)
class Agent:
    """A process on a store: `hear` takes in a webhook, `work` posts what is due at this moment of the clock."""

    way: Any
    store: Any
    pace: Pace = field(default_factory=lambda: Pace(1, 3))
    metrics: Metrics = field(default_factory=Metrics)
    intake: Intake = field(default_factory=lambda: Intake(RULES))
    arriving: list[tuple[float, Receipt]] = field(default_factory=list)
    """Receipts that nobody has fetched yet, with when they are given away."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def relay(self) -> AcceptingTransport:
        relay: AcceptingTransport = self.way.relay
        return relay

    @property
    def sent(self) -> list[str]:
        """The heads of what was sent, in order; rewrites are left out."""
        return [post.id for post in self.relay.dispatched if post.role is not Role.REWRITE]

    def now(self) -> float:
        return float(self.way.clock.now().timestamp())

    def worker(self) -> Worker:
        """A worker that holds no lease yet."""
        return Worker(
            Collaborators(
                store=self.store,
                clock=self.way.clock,
                transport=self.way.transport,
                drawing=Drawing(RULES, PARENTS),
                present=_nothing,
                workspaces=self.way.workspaces,
                metrics=self.metrics,
                pace=self.pace,
                unknown="resend",
                random=Random(1),
            )
        )

    async def subscribe(self) -> None:
        wants = Wants(features=dict.fromkeys(("issues", "pulls", "commits", "comments"), PLAIN))
        target = Target(scope=Scope.REPO, id=7, name="acme/pay")
        subscriptions = SqlSubscriptions(self.store, self.way.clock)
        await subscriptions.change(self.way.address, [Change(target=target, before=None, after=wants)], "U1")

    async def hear(self, key: str, payload: Mapping[str, Any], delivery_id: str | None = None) -> None:
        """Take in a webhook of acme/pay."""
        name, _, action = key.partition(".")
        whole = {"repository": REPOSITORY, "sender": {"login": "mona"}, "action": action or None, **payload}
        event = label(delivery_id or f"d-{next(self._numbers)}", name, whole, self.way.clock.now())
        incoming = Incoming(event=event, body=pack(json.dumps(whole).encode()), source="webhook")
        await self.store.write_many(self.intake.record, incoming)

    async def issue(self, action: str = "opened", number: int = 1, at: str = "08:00:00", **fields: Any) -> None:
        """Take in an `issues` webhook; its issue changed `at`."""
        await self.hear(f"issues.{action}", {"issue": self._issue(number, at) | fields})

    async def comment(self, body: str, number: int = 1) -> None:
        comment = {"body": body, "html_url": "https://github.example.com/c", "user": {"login": "mona"}}
        await self.hear("issue_comment.created", {"issue": self._issue(number, "08:00:00"), "comment": comment})

    async def push(self, words: str, delivery_id: str | None = None) -> None:
        """Take in a push of one commit to the default branch."""
        commit = {"id": "a" * 40, "message": words, "url": "https://github.example.com/acme/pay/commit/a"}
        shas = {"before": "b" * 40, "after": "a" * 40}
        payload = {"ref": "refs/heads/main", "commits": [commit], "head_commit": commit, "compare": commit["url"]}
        await self.hear("push", payload | shas, delivery_id)

    async def round(self) -> None:
        """Claim once, do all of that, settle it."""
        worker = self.worker()
        running_ = asyncio.create_task(worker.run())
        await self.way.clock.sleep(0)  # it has begun to claim
        worker.drain()
        await running_

    async def work(self) -> None:
        """Do all that is due at this moment."""
        done = -1
        while done < (done := len(self.way.world.calls) + len(self.way.relay.dispatched if self.way.relay else ())):
            await self.round()

    async def work_for(self, seconds: int) -> None:
        """Do what is due, when it is; what was accepted is said at once, and its receipts come in time."""
        ends_at = self.now() + seconds
        while self.now() < ends_at:
            await self.work()
            await self.fetch()
            due_at = await self.store.read(next_due)
            times = [ends_at, *([] if due_at is None else [due_at]), *(at for at, _ in self.arriving)]
            if self.way.relay and self.way.relay.on_their_way(self.way.address):
                times.append(self.now() + 1)
            await self.pass_(max(0.05, min(times) - self.now()))
        await self.work()

    async def fetch(self) -> None:
        """Have all said that was accepted, and settle the receipts that are old enough."""
        if self.way.relay is None:
            return
        self.arriving += [(self.now() + HELD_BACK_S, each) for each in await self.way.relay.carry()]
        due = [each for at, each in self.arriving if at <= self.now()]
        self.arriving = [(at, each) for at, each in self.arriving if at > self.now()]
        await self.settle(due)

    async def settle(self, receipts: Sequence[Receipt]) -> list[bool]:
        """Settle by these receipts; which of them were news."""
        news: list[bool] = await self.store.write(lambda connection: settle_receipts(connection, self.now(), receipts))
        return news

    async def pass_(self, seconds: float) -> None:
        """Let time pass."""
        await self.way.clock.advance(seconds, step_s=seconds)

    async def rows(self, table: Table = notifications) -> list[Any]:
        """All rows, in order."""
        query = select(table).order_by(*table.primary_key)

        def all_rows(connection: Connection) -> list[Any]:
            return list(connection.execute(query).all())

        found: list[Any] = await self.store.read(all_rows)
        return found

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def thread(self) -> Any:
        (row,) = await self.rows(threads)
        return row

    async def address(self) -> Any:
        (row,) = await self.rows(addresses)
        return row

    def _issue(self, number: int, at: str) -> dict[str, Any]:
        link = f"https://github.example.com/acme/pay/issues/{number}"
        issue = {"number": number, "title": f"Issue {number}", "state": "open", "html_url": link}
        return issue | {"updated_at": f"2026-11-22T{at}Z", "user": {"login": "mona"}}


@pytest.fixture
def restarted(open_store: Callable[[], Any]) -> Callable[[Agent], Agent]:
    """Gives the next process of an agent: on the same store, with nothing in its memory."""
    return lambda agent: replace(agent, store=open_store(), metrics=Metrics(), intake=Intake(RULES))


@pytest.fixture
async def agent(at_once: Any, store: Any) -> Agent:
    """A process whose channel wants everything of acme/pay, on each of the two ways that need no time themselves."""
    made = Agent(way=at_once, store=store)
    await made.subscribe()
    return made


@pytest.fixture
async def relayed(accepting: Any, store: Any) -> Agent:
    """The same on the way of receipts, with no pace to wait for."""
    made = Agent(way=accepting, store=store, pace=Pace(1000, 1000))
    await made.subscribe()
    return made
