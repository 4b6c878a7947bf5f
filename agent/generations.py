"""The assembly that is at work, and the one that follows it when the settings have changed: nothing is restarted.

    saved ──▶ a version grows ──▶ the next one is assembled and begins ──▶ its sockets are open
                                                                              │
              the former one drains, as at the end of the agent ◀── the pages go over to it

For a moment both are at work on one store, as two replicas are.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from agent.assembly import Assembly, Given, assemble
from agent.replicas import Replicas
from agent.store import versions
from agent.store import workspaces as stored_workspaces
from agent.store.port import StoreUnavailableError
from agent.store.secrets import UnreadableSecretError
from agent.store.versions import What
from agent.stored_settings import effective_settings

log = structlog.get_logger()
DRAIN_S = 7.0
"""How long what is in hand is waited for when an assembly ends. Requests to our pages have `agent.web.server.FINISH_S`
after it, and supervisors kill at 10 s."""
LOOK_S = 10.0
"""How often we look whether another process has changed something; what our own pages change is seen at once."""
READY_S = 15.0
"""How long the former assembly goes on when the next one's sockets don't open."""


@dataclass(slots=True)
class _Generation:
    agent: Assembly
    ending: asyncio.Event = field(default_factory=asyncio.Event)


class Generations:
    """Makes assemblies, and has them follow one another."""

    def __init__(self, given: Given, *, replicas: Replicas | None) -> None:
        """`replicas`: None with SQLite, which one process has for itself."""
        self._given, self._replicas = given, replicas
        self._living: dict[int, _Generation] = {}
        self._number = 0
        self._known: Mapping[What, int] = {}
        self._looks = asyncio.Event()

    def look(self) -> None:
        """Something was changed: look now."""
        self._looks.set()

    async def assembled(self) -> Assembly:
        """An assembly of the settings of now; it isn't at work yet. Raises `UnreadableSecretError`."""
        given = self._given
        self._known = await given.store.read(versions.read)
        await self._load_workspaces()
        effective = await effective_settings(given.settings, given.configuration)
        if effective.ignored:
            log.warning("stored settings aren't understood any more", names=sorted(effective.ignored))
        self._number += 1
        beside = partial(self._sockets_beside, self._number)
        return assemble(given, effective, sockets_elsewhere=beside, look=self.look)

    @asynccontextmanager
    async def at_work(self, first: Assembly, switch: Callable[[Assembly], None]) -> AsyncIterator[None]:
        """Have `first` and its successors at work while the block runs; `switch` has the pages go over to one.

        All tasks are in one group: when one breaks, the agent ends, and whoever watches it starts it anew.
        """
        async with asyncio.TaskGroup() as tasks:
            self._begin(first, tasks)
            beside = [tasks.create_task(self._follow(switch, tasks))]
            if self._replicas:
                beside.append(tasks.create_task(self._replicas.run(self._sockets)))
            yield
            for task in beside:
                task.cancel()
            for generation in self._living.values():
                generation.ending.set()
        if self._replicas:
            await self._replicas.leave()

    def _begin(self, agent: Assembly, tasks: asyncio.TaskGroup) -> None:
        number, generation = self._number, _Generation(agent)
        self._living[number] = generation

        async def work() -> None:
            try:
                await _work(agent, generation.ending)
            finally:
                del self._living[number]

        tasks.create_task(work())

    async def _follow(self, switch: Callable[[Assembly], None], tasks: asyncio.TaskGroup) -> None:
        while True:
            with suppress(TimeoutError):
                async with self._given.clock.timeout(LOOK_S):
                    await self._looks.wait()
            self._looks.clear()
            try:
                await self._caught_up(switch, tasks)
            except (StoreUnavailableError, UnreadableSecretError) as failure:
                log.warning("changed settings can't be read", reason=str(failure))

    async def _caught_up(self, switch: Callable[[Assembly], None], tasks: asyncio.TaskGroup) -> None:
        known, now = self._known, await self._given.store.read(versions.read)
        newest = self._living[max(self._living)]
        if now[What.CONFIGURATION] != known[What.CONFIGURATION]:
            agent = await self.assembled()
            if agent.settings != newest.agent.settings:
                self._begin(agent, tasks)
                await _ready(agent, newest.agent)
                switch(agent)
                newest.ending.set()
                log.info("changed settings are in use")
        elif now[What.WORKSPACES] != known[What.WORKSPACES]:
            self._known = now
            await self._load_workspaces()
            newest.agent.worker.wake()

    async def _load_workspaces(self) -> None:
        """Into the one table of all assemblies."""
        given = self._given
        found = await given.store.read(partial(stored_workspaces.load, secrets=given.secrets))
        for gone in set(given.workspaces) - set(found):
            del given.workspaces[gone]
        given.workspaces.update(found)

    def _sockets(self) -> int:
        return sum(each.agent.slack.pool.ours() for each in self._living.values() if each.agent.slack.pool)

    def _sockets_beside(self, number: int) -> int | None:
        """Sockets of the same app that aren't those of this assembly; None when there can be none."""
        others = [each.agent.slack.pool for at, each in self._living.items() if at != number]
        if self._replicas is None and not others:
            return None
        ours = sum(pool.ours() for pool in others if pool)
        return ours + (self._replicas.sockets_elsewhere() if self._replicas else 0)


async def _ready(agent: Assembly, former: Assembly) -> None:
    """Wait until commands have a way in again, if they had one."""
    if former.slack.pool and agent.slack.pool:
        with suppress(TimeoutError):
            async with agent.clock.timeout(READY_S):
                await agent.slack.pool.next_hello()


async def _work(agent: Assembly, ending: asyncio.Event) -> None:
    """Work until `ending` is set, then finish what is in hand."""
    pool, worker, answering = agent.slack.pool, agent.worker, agent.slack.answering
    async with asyncio.TaskGroup() as tasks:
        background = [tasks.create_task(task) for task in agent.background()]
        in_hand = (
            [tasks.create_task(each.run()) for each in (worker, answering)] if agent.settings.slack_enabled else []
        )
        if pool:
            background.append(tasks.create_task(pool.run()))
        await ending.wait()
        with suppress(TimeoutError):
            async with agent.clock.timeout(DRAIN_S):
                worker.drain()
                if pool:
                    await pool.stop()
                answering.drain()
                if in_hand:
                    await asyncio.wait(in_hand)
        for task in (*background, *in_hand):
            task.cancel()
