"""What goes when: in order within an address, side by side across them, at Slack's pace, by sets that never change."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from agent.store.tables import addresses, notifications
from agent.subscriptions.subscription import Scope, Target
from shared.outcome import Outcome, Refused, Retry
from shared.pacing import Pace
from shared.post import Post

FAST = Pace(1000, 1000)


async def test_an_address_gets_everything_in_the_order_in_which_it_happened_whatever_is_retried(
    make_agent: Callable[..., Any],
) -> None:
    agent, random = make_agent(pace=FAST), Random(7)
    await agent.subscribe("C1")

    def flaky(_post: Post) -> Outcome | None:
        return Retry(random.choice((0.0, 1.0, 3.0)), "503") if random.random() < 0.4 else None

    agent.slack.answer = flaky
    for number in range(12):
        await agent.issue("opened", number)

    await agent.work_for(40)

    assert [post.thread_key for post in agent.slack.messages.values()] == [f"7/issue/{n}" for n in range(12)]


async def test_an_address_has_one_post_in_flight_and_all_addresses_go_side_by_side(
    make_agent: Callable[..., Any],
) -> None:
    agent = make_agent(pace=FAST)
    for number in range(20):
        await agent.subscribe(f"C{number}")
    await agent.issue("opened", 1)
    await agent.issue("opened", 2)
    agent.slack.arriving.clear()

    working = asyncio.create_task(agent.work())
    while agent.slack.in_flight < 20:
        await agent.clock.advance(0)
    channels = [post.address.channel_id for post in agent.slack.attempts]
    agent.slack.arriving.set()
    await working

    assert len(set(channels)) == len(channels) == 20
    assert agent.slack.most_in_flight == 20
    assert len(agent.slack.messages) == 40


async def test_an_address_that_hangs_holds_up_no_other(agent: Any) -> None:
    await agent.subscribe("C2")
    worker = agent.worker()
    running = asyncio.create_task(worker.run())
    agent.slack.arriving.clear()
    await agent.issue("opened", 1)
    worker.wake()
    while agent.slack.in_flight < 2:
        await agent.clock.advance(0)
    hanging = agent.slack.arriving
    agent.slack.arriving = asyncio.Event()
    agent.slack.arriving.set()

    await agent.subscribe("C3", target=Target(scope=Scope.OWNER, id=5, name="acme"))
    await agent.issue("opened", 2)
    while not agent.slack.messages:
        await agent.clock.advance(1)
    hanging.set()
    worker.drain()
    await running

    assert next(iter(agent.slack.messages.values())).address.channel_id == "C3"


async def test_a_burst_goes_at_once_and_then_one_a_second_also_after_a_restart(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    for number in range(8):
        await agent.issue("opened", number)

    counts = []
    for _ in range(3):
        await agent.work()
        counts.append(len(agent.slack.messages))
        await agent.pass_(1.0)
    other = make_agent(agent)
    for _ in range(3):
        await other.work()
        counts.append(len(agent.slack.messages))
        await agent.pass_(1.0)

    assert counts == [3, 4, 5, 6, 7, 8]


async def test_when_the_next_is_due_is_stored_so_that_an_idle_address_is_not_looked_at(agent: Any) -> None:
    idle = (await agent.address()).next_at
    for number in range(4):
        await agent.issue("opened", number)
    queued = (await agent.address()).next_at

    await agent.work()
    paced = (await agent.address()).next_at
    await agent.work_for(1)

    start = agent.clock.now().timestamp() - 1
    assert (idle, queued, paced) == (None, start, start + 1)
    assert (await agent.address()).next_at is None


async def test_replies_of_a_parked_parent_wait_however_many_and_other_subjects_go_on(
    make_agent: Callable[..., Any],
) -> None:
    agent = make_agent(pace=FAST)
    await agent.subscribe("C1")
    agent.slack.answers(Refused("msg_too_long"))
    await agent.issue("opened", 1)
    for n in range(70):
        await agent.comment(f"comment {n}", 1)
    await agent.issue("opened", 2)

    await agent.work_for(3)
    before = [post.thread_key for post in agent.slack.messages.values()]
    await agent.record(agent.incoming("issues.opened", {}, "d-1"))
    await agent.work_for(3)

    assert before == ["7/issue/2"]
    replies = [post for post in agent.slack.messages.values() if post.role == "reply"]
    assert [len(post.members) for post in replies] == [10] * 7
    assert {post.ts for post in replies} == {"2.0"}
    assert set(await agent.states()) == {"delivered"}


async def test_a_set_that_was_tried_takes_up_nothing_that_came_later_and_is_not_overtaken(agent: Any) -> None:
    agent.slack.answers(Retry(5.0, "503"), Retry(5.0, "503"))
    await agent.push("one")
    await agent.push("two")
    await agent.work()

    await agent.push("three")
    await agent.work_for(11)

    sets = [post.members for post in agent.slack.attempts]
    ids = tuple(row.id for row in await agent.rows(notifications))
    assert sets == [ids[:2]] * 3 + [ids[2:]]
    assert [row.head_id for row in await agent.rows(notifications)] == [ids[0], ids[0], ids[2]]


async def test_with_threading_off_each_event_is_a_message_of_its_own(agent: Any) -> None:
    await agent.set(addresses, threading=False)

    await agent.issue("opened")
    await agent.issue("closed", at="2026-11-22T08:00:01Z", state="closed")
    await agent.work_for(12)

    assert [(post.role, post.ts) for post in agent.slack.attempts] == [("plain", None)] * 2
    assert [len(post.members) for post in agent.slack.attempts] == [1, 1]
