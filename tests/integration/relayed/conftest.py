"""An agent with a relay beside it, on a clock that the test moves; the relay, Slack and GHES are stand-ins."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent import app, workspace_list
from agent.net.outbound import Network
from agent.net.proxy import Proxy
from agent.relay.keys import new_pair
from agent.settings import Settings
from agent.slack.web_api import WebApi
from agent.store.open import open_store
from agent.store.tables import notifications, workspaces
from agent.transports.slack import SlackTransport
from agent.workspaces import Workspaces
from infra.sandbox import linking
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.relay_stand_in.carrying import StandInRelay
from infra.sandbox.relay_stand_in.http import Front, running
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins, standins

PAIR = new_pair()


@dataclass(kw_only=True)
class Rig:
    """One workspace, one relay; `carries`: whether the relay says what it has while time passes."""

    clock: DrivenClock
    world: Standins
    settings: Settings
    session: ClientSession
    front: Front
    server: AsyncExitStack
    port: int
    url: str = ""
    carries: bool = True

    @property
    def team_id(self) -> str:
        return self.world.slack.team("acme").team_id

    @property
    def relay(self) -> StandInRelay:
        return self.front.relay

    @property
    def cards(self) -> list[Message]:
        """What was posted of events, in order."""
        return [each for each in messages(self.world.slack, "acme", "general") if each.metadata]

    async def pass_(self, seconds: float) -> None:
        """Let time pass, in steps; the relay works meanwhile."""
        for _ in range(round(seconds)):
            await self.clock.advance(1.0, step_s=0.5)
            if self.carries:
                await self.relay.carry()

    async def until(self, found: Callable[[], object], within_s: int = 120) -> None:
        """Let time pass until it is so."""
        for _ in range(4 * within_s):
            await settle()
            if found():
                return
            await self.clock.advance(0.25)
            if self.carries:
                await self.relay.carry()
        raise AssertionError("it never came to be")

    async def until_stored(self, states: Mapping[str, int], within_s: int = 120) -> None:
        """Let time pass until the outbox has so many in each state."""
        for _ in range(within_s):
            if await self.states() == states:
                return
            await self.pass_(1)
        assert await self.states() == states

    async def relayed(self, transport: str = "relay") -> None:
        """The workspace goes over to the relay, or back."""
        await workspace_list.chosen(self.settings, self.team_id, transport=transport, clock=self.clock)
        for _ in range(60):
            if (await self.workspace())[0] == transport:
                return
            await self.pass_(1)
        raise AssertionError("it never went over")

    async def opened(self, title: str = "It leaks") -> Any:
        """An issue is opened, and the agent has its webhook."""
        ghes = self.world.ghes
        issue = happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title=title)
        await ghes.delivered()
        return issue

    async def closed(self, issue: Any, *, again: bool = False) -> None:
        """It is closed, or opened again."""
        ghes = self.world.ghes
        (happen.reopen if again else happen.close)(ghes, ghes.repository("acme/docs"), issue, by=ghes.account("ada"))
        await ghes.delivered()

    async def relay_goes(self) -> None:
        """The relay's address answers nobody."""
        await self.server.aclose()

    async def relay_comes(self) -> None:
        """It answers again."""
        await self.server.enter_async_context(running(self.front, self.port))

    async def states(self) -> dict[str, int]:
        """How many notifications are in each state."""
        rows = await self._read(lambda connection: connection.execute(notifications.select()).all())
        return {state: sum(row.state == state for row in rows) for state in sorted({row.state for row in rows})}

    async def workspace(self) -> tuple[str, str | None, str]:
        """Transport, the next one, data class."""
        (row,) = await self._read(lambda connection: connection.execute(workspaces.select()).all())
        return row.transport, row.next_transport, row.data_class

    async def part(self, name: str = "relay") -> dict[str, Any]:
        """A part of `/status`."""
        async with self.session.get(f"{self.url}/status") as answer:
            found: dict[str, Any] = (await answer.json())["parts"][name]
            return found

    async def _read(self, work: Callable[..., Any]) -> Any:
        store = open_store(self.settings)
        try:
            return await store.read(work)
        finally:
            await store.aclose()


@pytest.fixture
def relay_variables() -> Callable[[str], dict[str, str]]:
    """The five settings, of a relay at an address."""
    return lambda url: {
        "RELAY_URL": url,
        "RELAY_ID": "relay-1",
        "RELAY_AGENT_ID": "agent-1",
        "RELAY_KEY_ID": "k1",
        "RELAY_SIGNING_KEY": PAIR.private,
    }


@pytest.fixture
async def rig(tmp_path: Path, relay_variables: Callable[[str], dict[str, str]]) -> AsyncIterator[Rig]:
    """An agent that runs, subscribed to acme/docs; its workspace is posted to directly, and the relay knows its key."""
    clock = DrivenClock()
    async with (
        standins(clock, workspaces=1) as world,
        ClientSession() as session,
        AsyncExitStack() as server,
    ):
        net = Network(session=session, proxy=Proxy())

        def beyond(known: Workspaces) -> SlackTransport:
            return SlackTransport(WebApi(network=net, api_url=world.slack_urls.api_url, workspaces=known, clock=clock))

        front = Front(StandInRelay(clock, beyond))
        front.relay.enter("agent-1", "k1", load_pem_private_key(PAIR.private.encode(), None).public_key())  # type: ignore[arg-type]
        url = await server.enter_async_context(running(front))
        settings = world.settings(tmp_path, **relay_variables(url))
        await linking.link(settings, world.slack.teams.values(), world.ghes, {"mona": "grace"}, clock)
        rig = Rig(
            clock=clock,
            world=world,
            settings=settings,
            session=session,
            front=front,
            server=server,
            port=int(url.rpartition(":")[2]),
        )
        async with app.running(settings, clock) as agent:
            rig.url = agent.url
            world.point_hooks_at(agent.url)
            await rig.until(lambda: len(open_sockets(world.slack)) == 2)
            people.slash(world.slack, "acme", "general", "mona", "subscribe acme/docs")
            await rig.until(lambda: messages(world.slack, "acme", "general"))
            yield rig
        assert front.relay.complaints == []


@pytest.fixture
async def relayed(rig: Rig) -> Rig:
    """The same, once its workspace goes through the relay."""
    await rig.relayed()
    return rig
