"""Workers that share a store, or die: an address is in one hand at a time, and nothing is lost or posted twice."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.store.outbox_claims import claim, release_all
from agent.store.tables import notifications
from agent.subject import Subject
from shared.outcome import Outcome, Refused, Retry, Unknown
from shared.pacing import Pace


def _told(number: int, at: str = "2026-11-22T08:00:00Z") -> dict[str, Any]:
    """A comment on a pull request that no other event has told of, so that GHES is to be asked for the rest."""
    link = f"https://github.example.com/acme/pay/pull/{number}"
    issue = {"number": number, "title": "Faster", "state": "open", "html_url": link, "updated_at": at}
    return {"issue": issue | {"pull_request": {"url": link}}, "comment": {"body": "me too", "html_url": link}}


async def test_workers_side_by_side_share_the_addresses_and_none_is_in_two_hands(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    for number in range(2, 21):
        await agent.subscribe(f"C{number}")
    await agent.push("one")
    replicas = [agent, make_agent(agent), make_agent(agent)]
    agent.slack.arriving.clear()

    rounds = [asyncio.create_task(each.round()) for each in replicas]
    while agent.slack.in_flight < 20:
        await agent.clock.advance(0)
    await make_agent(agent).round()
    agent.slack.arriving.set()
    await asyncio.gather(*rounds)

    channels = [post.address.channel_id for post in agent.slack.attempts]
    assert sorted(channels) == sorted(f"C{number}" for number in range(1, 21))


async def test_claims_made_at_the_same_moment_never_give_an_address_twice(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    for number in range(2, 41):
        await agent.subscribe(f"C{number}")
    await agent.push("one")
    other, now = make_agent(agent), agent.clock.now().timestamp()

    found = await asyncio.gather(
        *(
            each.store.write(lambda c, owner=f"{n}": claim(c, owner, now, 60.0, 3, Pace(1, 3)))
            for n in range(10)
            for each in (agent, other)
        )
    )

    ids = [lease.address_id for leases in found for lease in leases]
    assert len(ids) == len(set(ids)) == 40


async def test_what_comes_for_an_address_in_hand_waits_for_its_worker(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    await agent.issue("opened", 1)
    agent.slack.arriving.clear()
    first = asyncio.create_task(agent.round())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)

    await agent.issue("opened", 2)
    await make_agent(agent).round()
    during = len(agent.slack.attempts)
    agent.slack.arriving.set()
    await first
    await make_agent(agent).round()

    assert during == 1
    assert [post.thread_key for post in agent.slack.attempts] == ["7/issue/1", "7/issue/2"]


async def test_a_worker_killed_before_its_post_is_taken_over_when_its_lease_ends(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    asked: list[Subject] = []

    async def hangs(subject: Subject) -> None:
        asked.append(subject)
        await asyncio.Event().wait()

    killed, other = make_agent(agent, present=hangs), make_agent(agent)
    await agent.hear("issue_comment.created", _told(3))
    await killed.killed_when(lambda: bool(asked))

    await agent.pass_(59)
    await other.work()
    before = len(agent.slack.attempts)
    await agent.pass_(2)
    await other.work()

    assert (before, len(agent.slack.attempts), len(agent.slack.looks)) == (0, 2, 0)
    assert await agent.states() == ["delivered"] * 2


async def test_a_worker_that_lost_its_lease_before_its_post_sends_nothing_and_takes_nothing_away(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    going_on, asked = asyncio.Event(), asyncio.Event()

    async def slow(_subject: Subject) -> None:
        asked.set()
        await going_on.wait()

    late, other, third = make_agent(agent, present=slow), make_agent(agent), make_agent(agent)
    await agent.hear("issue_comment.created", _told(3))
    late_round = asyncio.create_task(late.round())
    await asked.wait()
    await agent.pass_(61)
    agent.slack.arriving.clear()
    others_round = asyncio.create_task(other.round())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)

    going_on.set()
    await late_round
    held = await agent.address()
    await third.round()
    agent.slack.arriving.set()
    await others_round

    assert held.lease_until > agent.clock.now().timestamp()
    assert len(agent.slack.attempts) == 1


@pytest.mark.parametrize("answer", [Retry(0.0, "503"), Refused("msg_too_long"), Unknown("timeout")], ids=repr)
async def test_what_a_worker_hears_after_its_lease_undoes_nothing_of_what_came_of_it_since(
    agent: Any, make_agent: Callable[..., Any], answer: Outcome
) -> None:
    frozen, other = make_agent(agent), make_agent(agent)
    await agent.issue("opened")
    agent.slack.answers(answer)
    agent.slack.answering.clear()
    frozen_round = asyncio.create_task(frozen.round())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)
    thawing, agent.slack.answering = agent.slack.answering, asyncio.Event()
    agent.slack.answering.set()

    for _ in range(2):
        await agent.pass_(61)
        await other.work()
    thawing.set()
    await frozen_round
    await agent.pass_(61)
    await other.work()

    assert len(agent.slack.messages) == 1
    assert await agent.states() == ["delivered"]


async def test_nor_does_what_a_process_hears_that_slept_and_took_its_own_lease_over(agent: Any) -> None:
    await agent.issue("opened")
    agent.slack.answers(Retry(0.0, "503"))
    agent.slack.answering.clear()
    worker = agent.worker()
    running = asyncio.create_task(worker.run())
    while not agent.slack.in_flight:
        await agent.clock.advance(0)
    waking, agent.slack.answering = agent.slack.answering, asyncio.Event()
    await agent.pass_(61)
    while not agent.slack.messages:
        await agent.clock.advance(1)

    waking.set()
    while agent.slack.in_flight > 1:
        await agent.clock.advance(0)
    await agent.store.write(lambda _connection: None)
    during, lease = await agent.states(), (await agent.address()).lease_until
    agent.slack.answering.set()
    worker.drain()
    await running

    assert during == ["posting"]
    assert lease > agent.clock.now().timestamp()
    assert await agent.states() == ["delivered"]


async def test_a_worker_killed_between_post_and_settlement_posted_once(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    for words in ("one", "two", "three"):
        await agent.push(words)
    killed, other = make_agent(agent), make_agent(agent)
    agent.slack.answering.clear()
    await killed.killed_when(lambda: bool(agent.slack.messages))
    agent.slack.answering.set()
    stored = await agent.rows(notifications)

    await agent.pass_(59)
    await other.work()
    before = len(agent.slack.looks)
    await agent.pass_(2)
    await agent.push("four")
    await other.work()

    assert {(row.state, row.head_id) for row in stored} == {("posting", stored[0].id)}
    assert (before, len(agent.slack.looks)) == (0, 1)
    assert [len(post.members) for post in agent.slack.attempts] == [3, 1]
    assert [row.ts for row in await agent.rows(notifications)] == ["1.0", "1.0", "1.0", "2.0"]


async def test_a_store_of_one_process_gives_up_the_leases_of_the_last_one_when_it_starts(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    await agent.issue("opened", 1)
    agent.slack.answering.clear()
    await make_agent(agent).killed_when(lambda: bool(agent.slack.messages))
    agent.slack.answering.set()

    await agent.store.write(release_all)
    await agent.pass_(10.5)
    await agent.work()

    assert len(agent.slack.attempts) == len(agent.slack.looks) == 1
    assert await agent.states() == ["delivered"]


async def test_a_killed_reply_is_looked_for_in_its_thread(agent: Any, make_agent: Callable[..., Any]) -> None:
    await agent.issue("opened")
    await agent.work()
    await agent.comment("me too")
    agent.slack.answering.clear()
    await make_agent(agent).killed_when(lambda: len(agent.slack.messages) == 2)
    agent.slack.answering.set()
    posted_at = agent.clock.now().timestamp()

    await agent.pass_(61)
    await agent.work()

    (sought,) = agent.slack.looks
    assert (sought.thread_ts, sought.posted_at) == ("1.0", posted_at)
    assert [post.role for post in agent.slack.messages.values()] == ["rewrite", "reply"]
