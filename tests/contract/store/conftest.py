"""An agent's outbox on each of the two stores: the real intake, statements and worker, and a Slack that is a list."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any, Literal

import pytest
from sqlalchemy import Table, select, update

from agent.card_table import load
from agent.metrics import Metrics
from agent.outbox.drawing import Drawing
from agent.outbox.sending import Collaborators
from agent.outbox.transport import Look, NotSeen, Seen, Sought
from agent.outbox.worker import Worker
from agent.store.intake import Incoming, Intake, Recorded
from agent.store.payloads import pack
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import addresses, notifications, threads
from agent.subject import Sighting, Subject
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from agent.workspaces import Workspace
from infra.sandbox.driven_clock import DrivenClock
from shared.address import Address
from shared.event import label
from shared.outcome import Delivered, Outcome, Unknown
from shared.pacing import Pace
from shared.post import Post, Role

AnyStore = SqliteStore | PostgresStore
RULES, PARENTS = load()
PACE = Pace(1, 3)
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


def _opened() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def _nothing(_subject: Subject) -> Sighting | None:
    return None


def _succeeds(_post: Post) -> Outcome | None:
    return None


@dataclass
class FakeSlack:
    """`agent.outbox.transport.Transport`: says posts to itself. Its doors can be shut; `answer` None is a yes."""

    answer: Callable[[Post], Outcome | None] = _succeeds
    keeps_unknown: bool = False
    """Whether a post whose answer is `Unknown` is there all the same."""
    look_answer: Look | None = None
    arriving: asyncio.Event = field(default_factory=_opened)
    answering: asyncio.Event = field(default_factory=_opened)
    attempts: list[Post] = field(default_factory=list)
    messages: dict[str, Post] = field(default_factory=dict)
    """By ts, as they are drawn now."""
    looks: list[Sought] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def answers(self, *outcomes: Outcome | None) -> None:
        """The next answers, in order; yes to everything after them."""
        left = list(outcomes)
        self.answer = lambda _post: left.pop(0) if left else None

    async def send(self, post: Post) -> Outcome:
        """See the port."""
        self.attempts.append(post)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.arriving.wait()
            outcome = self._outcome(post)
            await self.answering.wait()
        finally:
            self.in_flight -= 1
        return outcome

    async def look(self, sought: Sought) -> Look:
        """See the port."""
        self.looks.append(sought)
        found = (ts for ts, post in self.messages.items() if post.id == sought.id)
        return self.look_answer or next((Seen(ts) for ts in found), NotSeen())

    def texts(self) -> list[str]:
        """All messages as they stand now, as text."""
        return [str(post.message) for post in self.messages.values()]

    def _outcome(self, post: Post) -> Outcome:
        outcome = self.answer(post)
        if outcome is None or (isinstance(outcome, Unknown) and self.keeps_unknown):
            ts = post.ts if post.role is Role.REWRITE and post.ts else f"{next(self._numbers)}.0"
            self.messages[ts] = post
            return outcome or Delivered(ts)
        return outcome


@dataclass(kw_only=True)
class Agent:
    """A process on a store: `hear` takes in a webhook, `work` posts what is due at this moment of the clock."""

    store: AnyStore
    slack: FakeSlack
    clock: DrivenClock
    unknown: Literal["resend", "park"] = "resend"
    pace: Pace = PACE
    present: Callable[[Subject], Awaitable[Sighting | None]] = _nothing
    metrics: Metrics = field(default_factory=Metrics)
    intake: Intake = field(default_factory=lambda: Intake(RULES))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def worker(self) -> Worker:
        """A worker that holds no lease yet."""
        workspaces = {
            team_id: Workspace(
                team_id=team_id, name="", domain="", bot_user_id="U0", token="xoxb-made-up", scopes=frozenset()
            )
            for team_id in ("T1", "T2")
        }
        return Worker(
            Collaborators(
                store=self.store,
                clock=self.clock,
                transport=self.slack,
                drawing=Drawing(RULES, PARENTS),
                present=self.present,
                workspaces=workspaces,
                metrics=self.metrics,
                pace=self.pace,
                unknown=self.unknown,
                random=Random(1),
            )
        )

    async def subscribe(self, channel_id: str, team_id: str = "T1", *, target: Target | None = None) -> None:
        """Have a channel want everything of acme/pay."""
        wants = Wants(features=dict.fromkeys(("issues", "pulls", "commits", "comments"), PLAIN))
        change = Change(target=target or Target(scope=Scope.REPO, id=7, name="acme/pay"), before=None, after=wants)
        address = Address(team_id=team_id, channel_id=channel_id)
        await SqlSubscriptions(self.store, self.clock).change(address, [change], "U1")

    def incoming(self, key: str, payload: Mapping[str, Any], delivery_id: str | None = None) -> Incoming:
        """A webhook of acme/pay."""
        name, _, action = key.partition(".")
        whole = {"repository": REPOSITORY, "sender": {"login": "mona"}, "action": action or None, **payload}
        event = label(delivery_id or f"d-{next(self._numbers)}", name, whole, self.clock.now())
        return Incoming(event=event, body=pack(json.dumps(whole).encode()), source="webhook")

    async def record(self, incoming: Incoming) -> Recorded:
        """Take it in."""
        return await self.store.write_many(self.intake.record, incoming)

    async def hear(self, key: str, payload: Mapping[str, Any], delivery_id: str | None = None) -> Recorded:
        """Take in a webhook of acme/pay."""
        return await self.record(self.incoming(key, payload, delivery_id))

    async def issue(self, action: str, number: int = 1, at: str = "2026-11-22T08:00:00Z", **fields: Any) -> Recorded:
        """Take in an `issues` webhook; its issue changed `at`."""
        link = f"https://github.example.com/acme/pay/issues/{number}"
        issue = {"number": number, "title": f"Issue {number}", "state": "open", "html_url": link, "updated_at": at}
        return await self.hear(f"issues.{action}", {"issue": issue | {"user": {"login": "mona"}} | fields})

    async def comment(self, body: str, number: int = 1, at: str = "2026-11-22T08:00:00Z") -> Recorded:
        """Take in a comment on an issue."""
        link = f"https://github.example.com/acme/pay/issues/{number}"
        issue = {"number": number, "title": f"Issue {number}", "state": "open", "html_url": link, "updated_at": at}
        comment = {"body": body, "html_url": f"{link}#c", "user": {"login": "mona"}}
        return await self.hear("issue_comment.created", {"issue": issue, "comment": comment})

    def pushed(self, words: str, delivery_id: str | None = None) -> Incoming:
        """A push of one commit to the default branch."""
        commit = {"id": "a" * 40, "message": words, "url": "https://github.example.com/acme/pay/commit/a"}
        shas = {"before": "b" * 40, "after": "a" * 40}
        payload = {"ref": "refs/heads/main", "commits": [commit], "head_commit": commit, "compare": commit["url"]}
        return self.incoming("push", payload | shas, delivery_id)

    async def push(self, words: str) -> Recorded:
        """Take in a push of one commit to the default branch."""
        return await self.record(self.pushed(words))

    async def round(self) -> None:
        """Claim once, do all of that, settle it."""
        worker = self.worker()
        running = asyncio.create_task(worker.run())
        await self.clock.sleep(0)  # it has begun to claim
        worker.drain()
        await running

    async def work(self) -> None:
        """Do all that is due at this moment."""
        done = -1
        while done < (done := len(self.slack.attempts) + len(self.slack.looks)):
            await self.round()

    async def work_for(self, seconds: int) -> None:
        """Do what is due, second by second."""
        for _ in range(seconds):
            await self.work()
            await self.pass_(1)
        await self.work()

    async def pass_(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds, step_s=seconds)

    async def killed_when(self, is_so: Callable[[], bool]) -> None:
        """Claim and do, and end in the middle of it as a kill does."""
        worker = self.worker()
        running = asyncio.create_task(worker.run())
        while not is_so():
            await self.clock.advance(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def rows(self, table: Table) -> list[Any]:
        """All rows, in order."""
        query = select(table).order_by(*table.primary_key)
        return await self.store.read(lambda connection: list(connection.execute(query).all()))

    async def states(self) -> list[str]:
        """The states of all notifications, in order."""
        return [row.state for row in await self.rows(notifications)]

    async def address(self, channel_id: str = "C1") -> Any:
        """The row of a channel."""
        return next(row for row in await self.rows(addresses) if row.channel_id == channel_id)

    async def thread(self, number: int = 1) -> Any:
        """The row of the card of an issue."""
        return next(row for row in await self.rows(threads) if row.subject_key == f"7/issue/{number}")

    async def set(self, table: Table, **values: Any) -> None:
        """Change all rows."""
        await self.store.write(lambda connection: connection.execute(update(table).values(**values)).rowcount)


@pytest.fixture
def make_agent(open_store: Callable[[], AnyStore]) -> Callable[..., Agent]:
    """Starts further processes: of an agent that is given, with its store, clock and Slack."""

    def make(beside: Agent | None = None, **changed: Any) -> Agent:
        if beside is None:
            return Agent(store=open_store(), slack=FakeSlack(), clock=DrivenClock(), **changed)
        return replace(beside, store=open_store(), **changed)

    return make


@pytest.fixture
async def agent(make_agent: Callable[..., Agent]) -> Agent:
    """A process whose channel C1 wants everything of acme/pay."""
    agent = make_agent()
    await agent.subscribe("C1")
    return agent
