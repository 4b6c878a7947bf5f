"""Replicas of one agent share its Slack app: their sockets are no strangers, and those of others still are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from agent.slack.socket_mode.slot import RECOUNT_S
from infra.sandbox.slack import breakage

Rigs = Callable[..., AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def running(rig: Any, **options: Any) -> AsyncIterator[Any]:
    """One more pool on the app, all of whose sockets are open."""
    pool = rig.another(**options)
    task = rig.runs.create_task(pool.run())
    await rig.soon(lambda: pool.status().open == len(pool.status().sockets))
    yield pool
    stopping = asyncio.create_task(pool.stop())
    await rig.within(15, task.done)
    await stopping


async def test_sockets_of_replicas_are_no_strangers(rigs: Rigs) -> None:
    async with rigs() as rig, running(rig, expected_elsewhere=lambda: 2) as replica:
        await rig.clock.advance(2 * RECOUNT_S, step_s=5)

        assert replica.status().well
        assert rig.tickets() == 4


async def test_strangers_beside_replicas_are_an_alarm_when_they_were_counted_twice(rigs: Rigs) -> None:
    async with (
        rigs() as rig,
        running(rig),
        running(rig, expected_elsewhere=lambda: 2) as replica,
    ):
        at_first = replica.status().alarms

        await rig.within(RECOUNT_S + 10, lambda: replica.status().alarms)

        assert not at_first
        assert len(replica.status().alarms) == 1
        assert "another program uses the same app-level token" in replica.status().alarms[0]


async def test_a_replica_that_is_not_known_yet_is_no_alarm(rigs: Rigs) -> None:
    known = [0]
    async with rigs() as rig, running(rig, expected_elsewhere=lambda: known[0]) as replica:
        at_first = replica.status().alarms
        known[0] = 2
        await rig.clock.advance(RECOUNT_S + 10, step_s=5)

        assert not at_first
        assert not replica.status().alarms


async def test_with_ten_sockets_of_all_replicas_none_opens_an_eleventh(rigs: Rigs) -> None:
    async with rigs(connections=8) as rig, running(rig, expected_elsewhere=lambda: 8) as replica:
        warned = max(each.number for each in breakage.open_sockets(rig.world))

        await warn(rig, warned)
        await rig.within(5, lambda: max(each.number for each in breakage.open_sockets(rig.world)) > warned)
        await rig.within(5, lambda: replica.status().open == 2)

        assert replica.status().happenings.get("failed_too_many_websockets") is None
        assert len(breakage.open_sockets(rig.world)) == 10


async def warn(rig: Any, number: int) -> None:
    """Slack warns one socket."""
    warning = asyncio.create_task(breakage.warn(rig.world, number))
    await rig.within(15, warning.done)
