"""Replicas of one agent on one store, each with a connection of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from agent.replicas import BEAT_S, MISSED_AFTER_S, Replicas
from agent.store.port import StoreUnavailableError
from infra.sandbox.driven_clock import DrivenClock, settle


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@asynccontextmanager
async def running(store: Any, clock: DrivenClock, *, sockets: int) -> AsyncIterator[Replicas]:
    """A replica that holds so many sockets; at the end it is killed."""
    replica = Replicas(store, clock)
    task = asyncio.create_task(replica.run(lambda: sockets))
    await settle()
    if not isinstance(store, Flaky):
        await store.write(_nothing)  # its first beat is in
    try:
        yield replica
    finally:
        task.cancel()


class Flaky:
    """A store that is away twice."""

    def __init__(self) -> None:
        self.answers: list[int | None] = [2, None, None]

    async def write(self, _work: Callable[[Connection], int]) -> int:
        answer = self.answers.pop(0) if self.answers else 5
        if answer is None:
            raise StoreUnavailableError("the database is away")
        return answer


def _nothing(_connection: Connection) -> None:
    return None


async def comes_to(replica: Replicas, clock: DrivenClock, expected: int, *, within_s: float) -> bool:
    for _ in range(int(within_s)):
        if replica.sockets_elsewhere() == expected:
            return True
        await clock.advance(1, step_s=1)
        await replica._store.write(_nothing)  # the beats write too: the time that they take is real
    return replica.sockets_elsewhere() == expected


async def test_each_learns_how_many_sockets_the_others_hold(open_store: Callable[[], Any], clock: DrivenClock) -> None:
    async with (
        running(open_store(), clock, sockets=2) as first,
        running(open_store(), clock, sockets=3) as second,
        running(open_store(), clock, sockets=4) as third,
    ):
        for replica, others in ((first, 7), (second, 6), (third, 5)):
            assert await comes_to(replica, clock, others, within_s=5 * BEAT_S)


async def test_one_that_was_killed_counts_no_longer_after_a_minute(
    open_store: Callable[[], Any], clock: DrivenClock
) -> None:
    async with running(open_store(), clock, sockets=2) as first:
        async with running(open_store(), clock, sockets=2):
            assert await comes_to(first, clock, 2, within_s=2 * BEAT_S)
        await clock.advance(MISSED_AFTER_S - 2 * BEAT_S, step_s=5)
        still = first.sockets_elsewhere()

        gone = await comes_to(first, clock, 0, within_s=3 * BEAT_S + 5)

    assert (still, gone) == (2, True)


async def test_one_that_leaves_counts_no_longer_at_the_next_beat(
    open_store: Callable[[], Any], clock: DrivenClock
) -> None:
    async with running(open_store(), clock, sockets=2) as first:
        async with running(open_store(), clock, sockets=2) as second:
            assert await comes_to(first, clock, 2, within_s=2 * BEAT_S)
        await second.leave()

        # Its store works in threads, so a beat may come some steps late; a killed one would count for a minute.
        assert await comes_to(first, clock, 0, within_s=2 * BEAT_S)


async def test_without_the_store_it_goes_on_with_what_it_knew_and_leaves_in_peace(clock: DrivenClock) -> None:
    store = Flaky()
    async with running(store, clock, sockets=2) as replica:
        await clock.advance(BEAT_S + 1, step_s=5)
        during = replica.sockets_elsewhere()
        await clock.advance(2 * BEAT_S, step_s=5)
        after = replica.sockets_elsewhere()
        store.answers = [None]
        await replica.leave()

    assert (during, after) == (2, 5)
