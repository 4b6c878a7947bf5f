"""The pool of sockets against the stand-in for Slack, on a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from agent.net.outbound import Network, network
from agent.slack.inbox import Lanes
from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.pool import Pool
from agent.slack.socket_mode.tickets import Tickets
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.slack.line import Delivery
from infra.sandbox.slack.people import open_home, slash
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.server import running
from infra.sandbox.slack.switches import Switches
from infra.sandbox.slack.world import World


@dataclass(kw_only=True)
class Memory:
    """An `EnvelopeStore` whose door can be shut, or broken for a number of calls."""

    kept: dict[str, Envelope] = field(default_factory=dict)
    door: asyncio.Event = field(default_factory=asyncio.Event)
    broken: int = 0
    waiting: int = 0

    async def remember(self, envelope: Envelope) -> bool:
        self.waiting += 1
        await self.door.wait()
        self.waiting -= 1
        if self.broken:
            self.broken -= 1
            raise RuntimeError(f"no room for {envelope.payload}")
        new = envelope.key not in self.kept
        self.kept.setdefault(envelope.key, envelope)
        return new


@dataclass(kw_only=True)
class Rig:
    """Slack, and an agent's pool that is connected to it."""

    world: World
    clock: DrivenClock
    net: Network
    api_url: str
    store: Memory
    lanes: Lanes
    pool: Pool
    runs: asyncio.TaskGroup

    def happened(self, what: str) -> int:
        """How often it did."""
        return self.pool.status().happenings.get(what, 0)

    def tickets(self) -> int:
        """How many tickets were asked for."""
        return sum(method == "apps.connections.open" for method, _ in self.world.calls)

    def type(self, text: str = "help") -> Delivery:
        """Mona types a command."""
        return slash(self.world, "acme", "general", "mona", text)

    def event(self) -> Delivery:
        """Mona opens the app's Home."""
        event = open_home(self.world, "acme", "mona")
        assert event is not None
        return event

    async def soon(self, found: Callable[[], object]) -> None:
        """Wait until it is so, while the clock stands still."""
        for _ in range(3000):
            if found():
                return
            await settle()
        raise AssertionError("it never came to be")

    async def within(self, limit_s: float, found: Callable[[], object]) -> float:
        """Move the clock until it is so; the seconds that this took."""
        started_at_s = self.clock.monotonic()
        await settle()
        while not found():
            assert self.clock.monotonic() - started_at_s < limit_s, "it took too long"
            await self.clock.advance(0.25)
        return self.clock.monotonic() - started_at_s

    def another(
        self,
        *,
        connections: int = 2,
        in_hand: int = 1000,
        token: str | None = None,
        expected_elsewhere: Callable[[], int | None] = lambda: None,
    ) -> Pool:
        """One more pool on the same app, with the same store."""
        tickets = Tickets(self.net, api_url=self.api_url, app_token=token or self.world.app.token, clock=self.clock)
        return Pool(
            self.net,
            tickets,
            self.lanes.receive,
            clock=self.clock,
            random=Random(7),
            connections=connections,
            in_hand=in_hand,
            expected_elsewhere=expected_elsewhere,
        )


Rigs = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture
def rigs() -> Rigs:
    """Makes a rig: `async with rigs(switches=…, connections=…, in_hand=…, token=…) as rig`."""
    return _rig


@asynccontextmanager
async def _rig(
    *,
    switches: Switches | None = None,
    connections: int = 2,
    in_hand: int = 1000,
    token: str | None = None,
    opened: bool = True,
    world: Mapping[str, Any] | None = None,
) -> AsyncIterator[Rig]:
    clock = DrivenClock()
    slack = sample(clock, switches=switches, limits=False, **(world or {}))
    store = Memory()
    store.door.set()
    lanes = Lanes(store, {})
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(running(slack))
        net = await stack.enter_async_context(network())
        runs = await stack.enter_async_context(asyncio.TaskGroup())
        rig = Rig(
            world=slack,
            clock=clock,
            net=net,
            api_url=urls.api_url,
            store=store,
            lanes=lanes,
            pool=None,  # type: ignore[arg-type] # made of the rig, two lines below
            runs=runs,
        )
        rig.pool = rig.another(connections=connections, in_hand=in_hand, token=token)
        running_pool = runs.create_task(rig.pool.run())
        if opened:
            await rig.soon(lambda: rig.pool.status().open == connections)
        yield rig
        store.door.set()
        stopping = asyncio.create_task(rig.pool.stop())
        await rig.within(15, running_pool.done)
        await stopping
