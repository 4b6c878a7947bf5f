"""`make sandbox RELAY=1`: a relay on the local cloud, and which workspaces go through it.

The first workspace is posted to directly. Of the others every second one is relayed in full, the rest by title only, so
that one event is seen in each data class.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from agent import workspace_list
from agent.relay.keys import new_pair
from agent.settings import Settings
from infra.sandbox.addresses import LOOPBACK, free_port
from infra.sandbox.cloud import cloud, deploying, function_url
from infra.sandbox.cloud.cloud import Cloud
from infra.sandbox.page.parts import Relay
from infra.sandbox.slack.state import Team
from shared.card import DataClass
from shared.clock import Clock
from shared.relay_table import AgentKey

AGENT_ID, KEY_ID = "sandbox", "k1"
CLASSES = (DataClass.FULL, DataClass.TITLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """A relay that runs. `settings`: those of the agent that uses it."""

    cloud: Cloud
    front: "Front"
    folder: Path
    settings: Mapping[str, str] = field(repr=False)

    async def carry(self, settings: Settings, teams: Iterable[Team], clock: Clock) -> Relay:
        """Have these workspaces go over to the relay; what people are shown of it. No agent may run on the store."""
        ways = {team.team_id: data_class for team, data_class in zip(teams, cycle(CLASSES), strict=False)}
        for team_id, data_class in ways.items():
            await workspace_list.chosen(settings, team_id, data_class=data_class, transport="relay", clock=clock)
        return Relay(
            url=self.front.url,
            stack=deploying.STACK,
            aws=self.cloud.stack.aws.variables(),
            logs=self.folder,
            ways=ways,
            away=self.front.away,
            kill=self.cloud.deliver.kill,
        )


class Front:
    """The relay's address, which may go away for a while."""

    def __init__(self, running: Cloud) -> None:
        self._pool, self._port, self._served = running.front, free_port(LOOPBACK), AsyncExitStack()
        self._turns = asyncio.Lock()
        self.url = f"http://{LOOPBACK}:{self._port}"

    async def come(self) -> None:
        """Answer there."""
        await self._served.enter_async_context(function_url.serving(self._pool, self._port))

    async def go(self) -> None:
        """Answer nobody; what is being answered is cut off."""
        await self._served.aclose()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Be away meanwhile; once at a time."""
        async with self._turns:
            await self.go()
            try:
                yield
            finally:
                await self.come()


@asynccontextmanager
async def relay(folder: Path, clock: Clock, *, slack_api_url: str) -> AsyncIterator[Relayed]:
    """Run it, with the agent's key entered. Raises `Failure`."""
    await asyncio.to_thread(folder.mkdir)
    pair, now = new_pair(), int(clock.now().timestamp())
    async with cloud.running(folder, clock, slack_api_url=slack_api_url) as found, found.polling():
        found.enter(AgentKey(agent_id=AGENT_ID, key_id=KEY_ID, public=pair.raw, not_before=now))
        front = Front(found)
        await front.come()
        settings = {
            "RELAY_URL": front.url,
            "RELAY_ID": found.stack.outputs["RelayId"],
            "RELAY_AGENT_ID": AGENT_ID,
            "RELAY_SIGNING_KEY": pair.private,
            "RELAY_KEY_ID": KEY_ID,
        }
        try:
            yield Relayed(cloud=found, front=front, folder=folder, settings=settings)
        finally:
            await front.go()
