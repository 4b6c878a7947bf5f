"""The wall clock is set back under an agent that runs: nothing stands still for it, and nothing is posted twice."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update
from structlog.testing import capture_logs

from agent.outbox.worker import Worker
from agent.store.clock_steps import LIMIT_S, ClockSteps, Holder, mend
from agent.store.port import StoreUnavailableError
from agent.store.tables import addresses, buckets, envelopes, notifications, replicas, threads
from shared.outcome import Retry, Unknown
from shared.post import Role

HOUR_S = 3600.0


@pytest.fixture
def agent(agent: Any) -> Any:
    """The agent, with one worker that is there before the clock is set back and goes on afterwards."""
    worker: Worker = agent.worker()

    def again() -> Worker:
        worker._stopping = False
        return worker

    agent.worker = again
    return agent


async def until(agent: Any, is_so: Callable[[], object], within_s: float) -> int:
    """Let time pass, and what is due be done, until it is so; the seconds that this took."""
    for passed_s in range(int(within_s) + 1):
        await agent.work()
        if is_so():
            return passed_s
        await agent.pass_(1)
    raise AssertionError("it never came to be")


async def mended(agent: Any, owner: str = "me", back_s: float = HOUR_S) -> None:
    holder = Holder(owner=owner, lease_s=60.0, pace=agent.pace)
    await agent.store.write(partial(mend, now=agent.clock.now().timestamp(), back_s=back_s, holder=holder))


async def test_what_waits_and_what_comes_is_posted_as_if_the_clock_had_not_been_set_back(agent: Any) -> None:
    await agent.subscribe("C2")
    agent.slack.answers(Retry(20.0, "503"), Retry(20.0, "503"))
    await agent.push("waiting")
    with capture_logs() as logs:
        await agent.work()

        agent.clock.set_back(HOUR_S)
        await agent.issue("opened")
        took_s = await until(agent, lambda: len(agent.slack.messages) == 4, within_s=30)

    assert took_s in {20, 21}
    assert await agent.states() == ["delivered"] * 4
    assert [(line["log_level"], line["back_s"]) for line in logs] == [("warning", HOUR_S)]


async def test_a_busy_channel_goes_on_at_its_pace(agent: Any) -> None:
    for number in range(6):
        await agent.issue("opened", number)
    await agent.work()
    before = len(agent.slack.messages)

    agent.clock.set_back(HOUR_S)
    took_s = await until(agent, lambda: len(agent.slack.messages) == 6, within_s=10)

    assert (before, took_s) in {(3, 3), (3, 4)}


async def test_a_card_that_is_to_be_drawn_anew_is(agent: Any) -> None:
    await agent.issue("opened")
    await agent.work()
    await agent.comment("counted")
    await agent.work()

    agent.clock.set_back(HOUR_S)
    took_s = await until(agent, lambda: agent.slack.attempts[-1].role is Role.REWRITE, within_s=12)

    assert took_s in {10, 11}
    assert (await agent.thread()).rewrite_at is None


@pytest.mark.parametrize("wait_s", [20.0, 70.0])
async def test_what_slack_asked_to_wait_is_waited_rather_a_minute_than_less(agent: Any, wait_s: float) -> None:
    await agent.push("limited")
    agent.slack.answers(Retry(wait_s, "ratelimited", rate_limited=True))
    await agent.work()

    agent.clock.set_back(HOUR_S)
    took_s = await until(agent, lambda: agent.slack.messages, within_s=wait_s + LIMIT_S)

    assert 0 <= took_s - max(wait_s, LIMIT_S) <= 1
    assert len(agent.slack.attempts) == 2


async def test_a_post_whose_answer_was_lost_is_found_where_it_is_and_not_posted_twice(agent: Any) -> None:
    await agent.push("lost")
    agent.slack.answers(Unknown("timeout"))
    agent.slack.keeps_unknown = True
    posted_at = agent.clock.now().timestamp()
    await agent.work()
    await agent.pass_(3)

    agent.clock.set_back(HOUR_S)
    took_s = await until(agent, lambda: agent.slack.looks, within_s=30)

    assert 7 <= took_s <= 11
    assert agent.slack.looks[0].posted_at == pytest.approx(posted_at - HOUR_S, abs=0.01)
    assert len(agent.slack.attempts) == 1
    assert await agent.states() == ["delivered"]


async def test_what_is_in_hand_meanwhile_is_settled_as_it_comes(agent: Any, make_agent: Callable[..., Any]) -> None:
    await agent.push("in hand")
    agent.slack.answers(Retry(5.0, "503"))
    agent.slack.answering.clear()
    worker = make_agent(agent).worker()
    running = asyncio.create_task(worker.run())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)

    with capture_logs() as logs:
        agent.clock.set_back(HOUR_S)
        for _ in range(40):
            await (agent.clock.advance(0) if logs else agent.pass_(0.5))
    worker.drain()
    agent.slack.answering.set()
    await running
    address = await agent.address()

    assert len(logs) == 1
    assert await agent.states() == ["queued"]
    assert address.lease_until == 0
    assert address.next_at - agent.clock.now().timestamp() == pytest.approx(5, abs=0.01)


async def test_a_step_that_the_store_can_not_take_is_mended_when_it_can(agent: Any) -> None:
    class Away:
        """The store, the first time away."""

        works = False

        async def write(self, work: Callable[[Connection], Any]) -> Any:
            if self.works:
                return await agent.store.write(work)
            self.works = True
            raise StoreUnavailableError("disk is full")

    store: Any = Away()
    steps = ClockSteps(store, agent.clock, Holder(owner="me", lease_s=60.0, pace=agent.pace))
    await agent.push("waiting")

    agent.clock.set_back(HOUR_S)
    with pytest.raises(StoreUnavailableError):
        await steps.beat()
    await agent.pass_(7)
    with capture_logs() as logs:
        for _ in range(3):
            await steps.beat()

    assert [line["back_s"] for line in logs] == [HOUR_S]
    assert (await agent.address()).next_at == agent.clock.now().timestamp()


@pytest.mark.parametrize("back_s", [-HOUR_S, 1.5])
async def test_a_step_forward_or_a_small_one_changes_nothing(agent: Any, back_s: float) -> None:
    blocked_until = agent.clock.now().timestamp() + 2 * HOUR_S
    row = {"team_id": "T1", "method": "chat.postMessage", "blocked_until": blocked_until}
    await agent.store.write(lambda connection: connection.execute(insert(buckets), [row]).rowcount)
    with capture_logs() as logs:
        await agent.work()
        agent.clock.set_back(back_s)
        await agent.work()

    assert [each.blocked_until for each in await agent.rows(buckets)] == [blocked_until]
    assert logs == []


async def test_an_address_in_another_replicas_hand_stays_there_for_a_lease_however_often_it_is_mended(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    late, other = make_agent(agent), make_agent(agent)
    await agent.push("one")
    agent.slack.answering.clear()
    late_round = asyncio.create_task(late.round())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)

    agent.clock.set_back(HOUR_S)
    await mended(other, "other")
    await mended(other, "a third")
    await agent.pass_(59)
    await other.round()
    during = len(agent.slack.attempts), len(agent.slack.looks)
    agent.slack.answering.set()
    await late_round
    await agent.pass_(2)
    await other.work()

    assert during == (1, 0)
    assert len(agent.slack.attempts) == 1
    assert await agent.states() == ["delivered"]


async def test_an_address_of_a_replica_that_died_is_taken_over_after_a_lease(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    killed, other = make_agent(agent), make_agent(agent)
    await agent.push("one")
    agent.slack.answering.clear()
    await killed.killed_when(lambda: bool(agent.slack.messages))
    agent.slack.answering.set()

    agent.clock.set_back(HOUR_S)
    await mended(other)
    await agent.pass_(61)
    await other.work()

    assert (len(agent.slack.attempts), len(agent.slack.looks)) == (1, 1)
    assert await agent.states() == ["delivered"]


async def test_every_wait_is_taken_back_once_and_what_nobody_may_cut_short_stays_whole(agent: Any) -> None:
    """Each is an hour and so much ahead; the second replica finds what the first left."""
    now = agent.clock.now().timestamp()
    await agent.issue("opened")
    await agent.issue("opened", 2)
    await agent.push("three")

    def put(connection: Connection) -> None:
        long = now + HOUR_S
        second, third = notifications.c.seq == 2, notifications.c.seq == 3
        connection.execute(update(addresses).values(next_at=long + 5, tat=long + 3, lease_owner="x"))
        connection.execute(update(addresses).values(lease_until=long + 50))
        connection.execute(update(notifications).values(due_at=long + 30))
        connection.execute(update(notifications).where(second).values(state="unknown", posted_at=long - 4))
        connection.execute(
            update(notifications).where(third).values(state="accepted", created_at=long - 8, due_at=long + 5000)
        )
        connection.execute(update(notifications).where(third).values(posted_at=long - 6))
        connection.execute(update(threads).values(rewrite_at=long + 9))
        bucket = {"team_id": "T1", "method": "chat.update", "tat": long + 7, "blocked_until": long + 300}
        connection.execute(insert(buckets), [bucket])
        envelope = {"kind": "call", "payload": "{}", "received_at": now, "lease_until": long + 200}
        done = envelope | {"answered_at": now}
        connection.execute(insert(envelopes), [envelope | {"key": "a", "answered_at": None}, done | {"key": "b"}])
        connection.execute(insert(replicas), [{"owner": "x", "sockets": 2, "seen_at": long - 3}])

    async def ahead() -> list[Any]:
        found: list[tuple[float, ...]] = [
            (row.next_at, row.tat, row.lease_until) for row in await agent.rows(addresses)
        ]
        found += [(row.due_at, row.posted_at or now, row.created_at) for row in await agent.rows(notifications)]
        found += [(row.rewrite_at,) for row in await agent.rows(threads)]
        found += [(row.tat, row.blocked_until) for row in await agent.rows(buckets)]
        found += [(row.lease_until,) for row in await agent.rows(envelopes)]
        found += [(row.seen_at,) for row in await agent.rows(replicas)]
        return [tuple(round(at - now) for at in each) for each in found]

    await agent.store.write(put)
    await mended(agent)
    once = await ahead()
    await mended(agent)
    twice = await ahead()

    assert once == [(5, 3, 60), (30, 0, 0), (30, -4, 0), (5000, -6, -8), (9,), (9,), (40, 300), (200,), (3800,), (0,)]
    assert twice == [(0, 3, 60), (0, 0, 0), (10, -4, 0), (5000, -6, -8), (0,), (0,), (40, 60), (60,), (3800,), (0,)]
