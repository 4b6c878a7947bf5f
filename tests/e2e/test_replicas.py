"""Two replicas of one agent on PostgreSQL, which share its Slack app."""

import json
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select

from agent.store.tables import replicas
from infra.sandbox.slack.faults import Slow


async def test_replicas_are_no_strangers_to_each_other(rigs: Any, postgres_url: str) -> None:
    key = Fernet.generate_key().decode()
    async with rigs(AGENT_DATABASE_URL=postgres_url, AGENT_SECRET_KEYS=key) as rig:
        first, second = await rig.start(), await rig.start()
        at_once = [await _sockets(rig, agent) for agent in (first, second)]

        await rig.passes(700, step_s=5)
        later = [await _sockets(rig, agent) for agent in (first, second)]
        first.stop()
        await rig.ended(first)
        left = await second.store.read(lambda connection: connection.execute(select(replicas.c.sockets)).all())

    assert [part["ok"] for part in at_once + later] == [True] * 4
    assert [part["happenings"].get("left_recount", 0) for part in later] == [0, 2]
    assert [row.sockets for row in left] == [2]


async def test_one_of_two_replicas_killed_postgresql(rigs: Any, postgres_url: str) -> None:
    key = Fernet.generate_key().decode()
    async with rigs(AGENT_DATABASE_URL=postgres_url, AGENT_SECRET_KEYS=key) as rig:
        first = await rig.start()
        await rig.subscribe()
        rig.world.slack.faults.add(Slow(seconds=30), method="chat.postMessage")
        await rig.issue("It leaks")
        await rig.soon(lambda: rig.world.slack.calls[-1][0] == "chat.postMessage")

        await rig.start()
        await rig.killed(first)
        late_s = await rig.within(200, lambda: rig.posts("It leaks"))
        await rig.passes(120, step_s=1)

    assert late_s < 150
    assert len(rig.posts("It leaks")) == 1


async def _sockets(rig: Any, agent: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await rig.page(agent, "/status"))["parts"]["sockets"]
    return found
