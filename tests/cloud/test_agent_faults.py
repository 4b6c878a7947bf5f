"""A real agent whose relay can't be reached for a while: webhooks are taken, and all of it is said afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from agent import app, workspace_list
from agent.relay.keys import new_pair
from infra.sandbox import installing, linking
from infra.sandbox.cloud import function_url
from infra.sandbox.ghes import happen
from infra.sandbox.slack import people
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.world import messages
from shared.relay_table import AgentKey
from shared.signing import TOLERANCE_S
from tests.cloud.conftest import WITHIN_S, Rig, until

pytestmark = pytest.mark.cloud


@dataclass(kw_only=True)
class Agent:
    """An agent whose workspace is relayed, and the relay's address, which may go away."""

    rig: Rig
    front: AsyncExitStack
    port: int
    url: str

    async def opened(self, title: str) -> int:
        """An issue is opened; how the agent answered its webhook."""
        ghes = self.rig.world.ghes
        happen.open_issue(ghes, ghes.repository("acme/docs"), by=ghes.account("ada"), title=title)
        await ghes.delivered()
        return ghes.app.deliveries[-1].status_code

    async def front_goes(self) -> None:
        await self.front.aclose()

    async def front_comes(self) -> None:
        await self.front.enter_async_context(function_url.serving(self.rig.cloud.front, self.port))

    async def until_status(self, *, ok: bool, words: str) -> str:
        """What `/status` says of the relay, once it says that."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                async with self.rig.session.get(f"{self.url}/status") as answer:
                    part: dict[str, Any] = (await answer.json())["parts"]["relay"]
                if part["ok"] is ok and words in part["says"]:
                    return str(part["says"])
                await self.rig.cloud.clock.sleep(0.1)


@pytest.fixture
async def agent(rig: Rig) -> AsyncIterator[Agent]:
    slack, clock, pair, team = rig.world.slack, rig.cloud.clock, new_pair(), rig.world.slack.team("acme")
    not_before = rig.caller.now - TOLERANCE_S
    rig.cloud.enter(AgentKey(agent_id="real", key_id="k1", public=pair.raw, not_before=not_before))
    async with AsyncExitStack() as front:
        url = await front.enter_async_context(function_url.serving(rig.cloud.front))
        settings = rig.world.settings(
            rig.folder,
            RELAY_URL=url,
            RELAY_ID=rig.caller.audience,
            RELAY_AGENT_ID="real",
            RELAY_KEY_ID="k1",
            RELAY_SIGNING_KEY=pair.private,
        )
        await installing.install(settings, [team], clock)
        await workspace_list.chosen(settings, team.team_id, transport="relay", clock=clock)
        await linking.link(settings, [team], rig.world.ghes, {"mona": "grace"}, clock)
        async with app.running(settings, clock) as running, rig.cloud.polling():
            rig.world.point_hooks_at(running.url)
            await until(lambda: open_sockets(slack))
            people.slash(slack, "acme", "general", "mona", "subscribe acme/docs issues")
            await until(lambda: messages(slack, "acme", "general"))
            yield Agent(rig=rig, front=front, port=int(url.rpartition(":")[2]), url=running.url)


async def test_what_webhooks_bring_while_front_is_out_of_reach_waits_and_is_said_once_and_in_order(
    rig: Rig, agent: Agent
) -> None:
    await agent.opened("before")
    await until(rig.posts)
    await agent.front_goes()
    answers = [await agent.opened(f"leak {number}") for number in range(3)]
    says = await agent.until_status(ok=False, words="3 notifications wait")
    said_meanwhile = len(rig.posts())

    await agent.front_comes()
    await until(lambda: "leak 2" in str(rig.posts()))
    await agent.until_status(ok=True, words="")

    titles = ["before", "leak 0", "leak 1", "leak 2"]
    assert (answers, said_meanwhile) == ([202] * 3, 1)
    assert says.startswith("The relay has not answered since")
    assert [title for line in rig.texts() for title in titles if title in line] == titles
    assert rig.dead_letters() == 0
