"""`/ghe` over the wire: an agent between Slack and GHES, on a clock that the test moves, and the people who type."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from agent import app
from agent.settings import Settings
from agent.store.tables import envelopes
from infra.sandbox import linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.mortal import MortalSqlite
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import World as Slack
from infra.sandbox.system import Standins, standins

STEP_S = 0.25
_UNANSWERED = select(func.count()).select_from(envelopes).where(envelopes.c.answered_at.is_(None))


@dataclass(kw_only=True)
class Rig:
    """One workspace, one GHES, and the agent's process of this moment."""

    clock: DrivenClock
    world: Standins
    folder: Path
    stores: list[MortalSqlite]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    process: "asyncio.Task[None] | None" = None

    @property
    def slack(self) -> Slack:
        return self.world.slack

    @property
    def ghes(self) -> Ghes:
        return self.world.ghes

    @property
    def store(self) -> MortalSqlite:
        return self.stores[-1]

    async def start(self, **variables: str) -> None:
        """A new process, once it is connected."""
        started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        settings = self.world.settings(self.folder, **variables)
        self.process = asyncio.create_task(_process(settings, self.clock, started, self.stopping))
        waited: set[asyncio.Future[Any]] = {self.process, started}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self.process.done():
            self.process.result()
        self.world.point_hooks_at(started.result())
        await self.within(60, lambda: len(open_sockets(self.slack)) >= 2 and ("auth.test" in self.called()))
        await self.calm()

    async def link(self, user: str = "mona", login: str = "outsider") -> None:
        """Link a Slack user's account, or another one than before, as signing in does."""
        teams, settings = self.slack.teams.values(), self.world.settings(self.folder)
        await linking.put(self.store, settings, teams, self.ghes, {user: login}, self.clock)

    async def kill(self) -> None:
        """End the process as `kill -9` does."""
        self.store.life.dead.set()
        await self._ended(kill=True)

    async def stop(self) -> None:
        """End the process as SIGTERM does."""
        self.stopping.set()
        await self._ended(kill=False)

    async def _ended(self, *, kill: bool) -> None:
        if process := self.process:
            if kill:
                process.cancel()
            await self.within(60, process.done)
            self.process = None
            with suppress(asyncio.CancelledError):
                process.result()

    def type(self, text: str, channel: str = "general", user: str = "mona", **more: Any) -> Delivery:
        """Somebody types `/ghe text`."""
        return people.slash(self.slack, "acme", channel, user, text, **more)

    def click(self, message: Message, button: str = "Undo", user: str = "mona") -> Delivery:
        """Somebody presses a button."""
        channel = self.slack.channel("acme", message.channel_id)
        return people.click(self.slack, "acme", channel.name, message.ts, user, button)

    async def said(self, text: str, channel: str = "general", user: str = "mona") -> Message:
        """Type it; the one answer that comes."""
        before = len(self.seen(channel, user))
        self.type(text, channel, user)
        await self.answered()
        [answer] = self.seen(channel, user)[before:]
        return answer

    async def clicked(self, message: Message, channel: str = "general", user: str = "mona") -> Message:
        """Press *Undo*; the one answer that comes."""
        before = len(self.seen(channel, user))
        self.click(message, user=user)
        await self.answered()
        [answer] = self.seen(channel, user)[before:]
        return answer

    def seen(self, channel: str = "general", user: str = "mona") -> list[Message]:
        """What the agent said there and this person sees, oldest first; no cards."""
        place, person = self.slack.channel("acme", channel), self.slack.user("acme", user)
        mine = [each for each in place.messages.values() if each.bot_id and not each.deleted and not each.metadata]
        return [each for each in mine if each.ephemeral_for in {None, person.user_id}]

    def cards(self, channel: str = "general") -> list[str]:
        """The texts of what the agent posted there of events."""
        found = self.slack.channel("acme", channel).messages.values()
        return [each.text for each in found if each.metadata and not each.deleted]

    async def subscribed(self, channel: str = "general", user: str = "mona") -> list[str]:
        """The lines of `subscribe list features`, without their links' addresses."""
        answer = await self.said("subscribe list features", channel, user)
        return [line.partition("|")[2].replace(">", "") for line in answer.text.splitlines()[1:]]

    async def issue(self, title: str, repository: str = "acme/docs", **more: Any) -> None:
        """Ada opens an issue; its card has come if one comes."""
        ghes = self.ghes
        happen.open_issue(ghes, ghes.repository(repository), by=ghes.account("ada"), title=title, **more)
        await ghes.delivered()
        await self.passes(3)

    def called(self) -> list[str]:
        """The methods of Slack that were called, in order."""
        return [method for method, _ in self.slack.calls]

    async def answered(self, limit_s: float = 60, *, step_s: float = STEP_S) -> float:
        """Move the clock until nothing that Slack brought is unanswered; the seconds that this took."""
        began_s = self.clock.monotonic()
        while True:
            await self.calm()
            line = all(each.settled.is_set() for each in self.slack.line.deliveries)
            if line and not await self.store.read(lambda connection: connection.execute(_UNANSWERED).scalar()):
                return self.clock.monotonic() - began_s
            assert self.clock.monotonic() - began_s < limit_s, "it isn't answered"
            self._leap(step_s)

    async def within(self, limit_s: float, found: Callable[[], object]) -> float:
        """Move the clock until it is so; the seconds that this took."""
        began_s = self.clock.monotonic()
        await self.calm()
        while not found():
            assert self.clock.monotonic() - began_s < limit_s, "it took too long"
            self._leap(STEP_S)
            await self.calm()
        return self.clock.monotonic() - began_s

    async def passes(self, seconds: float, *, step_s: float = STEP_S) -> None:
        """Let time pass, in steps."""
        ends_s = self.clock.monotonic() + seconds
        await self.calm()
        while self.clock.monotonic() < ends_s:
            self._leap(min(step_s, ends_s - self.clock.monotonic()))
            await self.calm()

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
        return (
            sum(life.under_way for life in lives),
            sum(life.begun for life in lives),
            len(self.slack.calls),
            sum(len(each.deliveries) for each in self.ghes.apps.values()),
            sum(len(each.attempts) + each.settled.is_set() for each in self.slack.line.deliveries),
            sum(hook.uses for hook in self.slack.hooks.values()),
        )

    def _leap(self, seconds: float) -> None:
        self.clock._elapsed_s += seconds
        self.clock._release()


async def _process(settings: Settings, clock: DrivenClock, started: "asyncio.Future[str]", stop: asyncio.Event) -> None:
    async with app.running(settings, clock) as agent:
        started.set_result(agent.url)
        await stop.wait()


Rigs = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture
def rigs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rigs]:
    """Makes a rig without a process: `async with rigs(switches=…) as rig: await rig.start(**variables)`."""
    stores: list[MortalSqlite] = []

    def open_store(settings: Settings) -> MortalSqlite:
        stores.append(MortalSqlite(settings.sqlite_path))
        return stores[-1]

    monkeypatch.setattr("agent.app.open_store", open_store)
    monkeypatch.setattr("agent.web.server.FINISH_S", 0.05)

    @asynccontextmanager
    async def rig(switches: Switches | None = None, ghes_name: str = "") -> AsyncIterator[Rig]:
        clock = DrivenClock()
        async with standins(clock, workspaces=1, switches=switches, ghes_name=ghes_name) as world:
            made = Rig(clock=clock, world=world, folder=tmp_path, stores=stores)
            try:
                yield made
                await made.stop()
            finally:
                await made.kill()

    with capture_logs():
        yield rig


@pytest.fixture
def connected() -> Sequence[str]:
    """Who is connected at the start, as one who may read only what all may; overridden where that is the matter."""
    return ("mona",)


@pytest.fixture
async def rig(rigs: Rigs, connected: Sequence[str]) -> AsyncIterator[Rig]:
    """A rig whose agent runs; nothing is subscribed to."""
    async with rigs() as made:
        await made.start()
        for name in connected:
            await made.link(name)
        yield made
