"""The whole system on a clock that the test moves: both stand-ins, and agents that may be killed at any moment."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select
from structlog.testing import capture_logs

from agent import app
from agent.settings import Settings
from agent.store.port import Store
from agent.store.tables import addresses, notifications
from infra.sandbox import installing, linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.faults import ServerError
from infra.sandbox.ghes.things import Account, Issue
from infra.sandbox.mortal import MortalPostgres, MortalSqlite
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.state import Message, Team
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins

REPOSITORY = "acme/docs"


@dataclass(kw_only=True)
class Agent:
    """One process; `kill` ends it as `kill -9` does, `stop` as SIGTERM does."""

    url: str
    store: MortalSqlite | MortalPostgres
    stopping: asyncio.Event
    task: asyncio.Task[None]

    def kill(self) -> None:
        self.store.life.dead.set()
        self.task.cancel()

    def stop(self) -> None:
        self.stopping.set()


@dataclass(kw_only=True)
class Rig:
    """Slack, GHES, and the agents of this test with their common store in `folder`."""

    clock: DrivenClock
    world: Standins
    folder: Path
    variables: dict[str, str]
    stores: list[MortalSqlite | MortalPostgres]
    session: ClientSession
    agents: list[Agent] = field(default_factory=list)

    async def start(self, folder: Path | None = None, **variables: str) -> Agent:
        """A new process, once it is connected."""
        settings = self.world.settings(folder or self.folder, **self.variables, **variables)
        before = len(open_sockets(self.world.slack))
        started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        stopping = asyncio.Event()
        task = asyncio.create_task(_process(settings, self.clock, started, stopping))
        await self.soon(lambda: started.done() or task.done())
        if task.done():
            task.result()
        agent = Agent(url=started.result(), store=self.stores[-1], stopping=stopping, task=task)
        self.agents.append(agent)
        self.world.point_hooks_at(agent.url)
        await self.within(60, lambda: len(open_sockets(self.world.slack)) >= before + 2)
        await self.calm()
        return agent

    async def killed(self, agent: Agent) -> None:
        """Kill it, and return when nothing is left of it."""
        agent.kill()
        await self.ended(agent)

    async def ended(self, agent: Agent) -> None:
        await self.within(60, agent.task.done)
        self.agents.remove(agent)
        with suppress(asyncio.CancelledError):
            agent.task.result()

    async def calm(self) -> None:
        """Return when nothing moves any more while the clock stands still."""
        pulse: Sequence[int] = ()
        quiet = 0
        while quiet < 2:
            await settle()
            before, pulse = pulse, self._pulse()
            quiet = quiet + 1 if before == pulse and not pulse[0] else 0

    def _pulse(self) -> Sequence[int]:
        lives = [store.life for store in self.stores if not store.life.dead.is_set()]
        ghes, slack = self.world.ghes, self.world.slack
        return (
            sum(life.under_way for life in lives),
            sum(life.begun for life in lives),
            len(slack.calls),
            len(ghes.app.deliveries),
            sum(delivery.settled.is_set() for delivery in slack.line.deliveries),
        )

    async def soon(self, found: Callable[[], object]) -> None:
        """Wait until it is so, while the clock stands still."""
        for _ in range(5000):
            if found():
                return
            await settle()
        raise AssertionError("it never came to be")

    async def within(self, limit_s: float, found: Callable[[], object], *, step_s: float = 0.25) -> float:
        """Move the clock until it is so; the seconds that this took."""
        began_s = self.clock.monotonic()
        await self.calm()
        while not found():
            assert self.clock.monotonic() - began_s < limit_s, "it took too long"
            await self._leap(step_s)
        return self.clock.monotonic() - began_s

    async def passes(self, seconds: float, *, step_s: float = 0.25) -> None:
        """Let time pass, in steps; who sleeps for less than a step oversleeps."""
        ends_s = self.clock.monotonic() + seconds
        await self.calm()
        while self.clock.monotonic() < ends_s:
            await self._leap(min(step_s, ends_s - self.clock.monotonic()))

    async def _leap(self, seconds: float) -> None:
        self.clock._elapsed_s += seconds
        self.clock._release()
        await self.calm()

    async def subscribe(self, channel: str = "general", features: str = "", team: str = "acme") -> None:
        """Mona types the command, and the channel shows what she did."""
        await self.link(team=team)
        before = len(messages(self.world.slack, team, channel))
        people.slash(self.world.slack, team, channel, "mona", f"subscribe {REPOSITORY} {features}".strip())
        await self.within(10, lambda: len(messages(self.world.slack, team, channel)) > before)
        await self.calm()

    async def link(self, user: str = "mona", login: str = "grace", team: str = "acme") -> None:
        """Link a Slack user's account, in the newest process, as signing in does."""
        settings, teams = self.world.settings(self.folder, **self.variables), [self.world.slack.team(team)]
        await linking.put(self.agents[-1].store, settings, teams, self.world.ghes, {user: login}, self.clock)

    @property
    def ada(self) -> Account:
        return self.world.ghes.account("ada")

    @property
    def repository(self) -> Any:
        return self.world.ghes.repository(REPOSITORY)

    async def issue(self, title: str, **more: Any) -> Issue:
        """Ada opens an issue; GHES has sent its webhook when this returns, whatever came of it."""
        opened = happen.open_issue(self.world.ghes, self.repository, by=self.ada, title=title, **more)
        await self.soon(lambda: not self.world.ghes.outgoing._unfinished_tasks)  # type: ignore[attr-defined]
        return opened

    async def redelivered(self, number: int = -1) -> int:
        """GHES sends a webhook of its log once more, by somebody's click; what is answered."""
        sent = self.world.ghes.app.deliveries[number]
        url = self.world.ghes.app.hook.url
        async with self.session.post(url, data=BytesIO(sent.body), headers=sent.request_headers) as answer:
            return answer.status

    def forget_log(self) -> None:
        """GHES's delivery log can't be read any more, so nothing comes by the catch-up."""
        self.world.ghes.faults.append(ServerError(path="/app/hook/deliveries", times=10**6))

    async def close(self, issue: Issue) -> None:
        happen.close(self.world.ghes, self.repository, issue, by=self.ada)
        await self.soon(lambda: not self.world.ghes.outgoing._unfinished_tasks)  # type: ignore[attr-defined]

    def statuses(self) -> list[int]:
        """What the agent answered to each webhook, as GHES's log has it."""
        return [delivery.status_code for delivery in self.world.ghes.app.deliveries]

    def posts(self, text: str = "", channel: str = "general", team: str = "acme") -> list[Message]:
        """All that the agent posted there, in threads too, of which the text has `text`; no replies to commands."""
        found = self.world.slack.channel(team, channel).messages.values()
        return [each for each in found if each.metadata and not each.deleted and text in each.text]

    def calls(self, method: str) -> int:
        """How often a method of Slack was called."""
        return sum(called == method for called, _ in self.world.slack.calls)

    async def page(self, agent: Agent, path: str) -> str:
        """What the agent answers on one of its pages."""
        async with self.session.get(agent.url + path) as answer:
            return await answer.text()

    async def install(self, team: Team) -> None:
        """Make the store know one more workspace; no agent runs yet."""
        await installing.install(self.world.settings(self.folder, **self.variables), [team], self.clock)

    async def addresses(self, agent: Agent) -> Sequence[Any]:
        """The addresses that the agent knows."""
        found: Sequence[Any] = await agent.store.read(lambda connection: connection.execute(select(addresses)).all())
        return found

    async def rows(self, agent: Agent) -> Sequence[Any]:
        """The outbox."""
        found: Sequence[Any] = await agent.store.read(
            lambda connection: connection.execute(select(notifications).order_by(notifications.c.seq)).all()
        )
        return found


Rigs = Callable[..., AbstractAsyncContextManager[Rig]]


async def _process(settings: Settings, clock: DrivenClock, started: "asyncio.Future[str]", stop: asyncio.Event) -> None:
    async with app.running(settings, clock, migrate=True) as agent:
        started.set_result(agent.url)
        await stop.wait()


@pytest.fixture
def rigs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rigs]:
    """Makes a rig: `async with rigs(limits=…, **variables) as rig`."""
    stores: list[MortalSqlite | MortalPostgres] = []

    def open_store(settings: Settings) -> Store:
        made = MortalSqlite(settings.sqlite_path) if settings.is_sqlite else MortalPostgres(settings.database_url)
        stores.append(made)
        return made

    monkeypatch.setattr("agent.app.open_store", open_store)
    monkeypatch.setattr("agent.assembly.Random", lambda: Random(7))
    monkeypatch.setattr("agent.slack_side.Random", lambda: Random(7))
    monkeypatch.setattr("agent.web.server.FINISH_S", 0.05)  # the dead finish nothing

    @asynccontextmanager
    async def rig(*, limits: bool = True, **variables: str) -> AsyncIterator[Rig]:
        clock = DrivenClock()
        async with standins(clock, limits=limits) as world, ClientSession() as session:
            made = Rig(clock=clock, world=world, folder=tmp_path, variables=variables, stores=stores, session=session)
            try:
                yield made
                for agent in [*made.agents]:
                    agent.stop()
                    await made.ended(agent)
            finally:
                for agent in [*made.agents]:
                    await made.killed(agent)

    with capture_logs():
        yield rig


@pytest.fixture
async def rig(rigs: Rigs) -> AsyncIterator[Rig]:
    """A rig with an agent that runs, and a subscription in `#general`: `rig.agents[0]`."""
    async with rigs() as made:
        await made.start()
        await made.subscribe()
        yield made
