"""What channels see of an outbox, whichever transport is behind it, on both stores."""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from agent.store.outbox_parking import free_address
from infra.sandbox.slack.faults import AnswerLost, Down, Fault, RequestLost, Says
from infra.sandbox.slack.state import Message

POST = "chat.postMessage"


def members(message: Message) -> list[str]:
    """The ids of the notifications that a message carries."""
    payload = (message.metadata or {})["event_payload"]
    return [payload["id"], *payload["also"]]


async def test_a_channel_sees_everything_once_and_in_order_whatever_goes_wrong(agent: Any) -> None:
    faults: list[Fault] = [Down(), AnswerLost(), RequestLost(), Says(error="internal_error", after_the_deed=True)]
    Random(7).shuffle(faults)
    for number in range(3):
        await agent.issue(number=number)
        await agent.push(f"push {number}")
    for fault in faults:
        agent.way.world.faults.add(fault, method=POST)

    await agent.work_for(60)

    shown = [each for message in agent.way.messages for each in members(message)]
    rows = await agent.rows()
    assert set(Counter(shown).values()) == {1}
    assert shown == [row.id for row in rows]
    assert {row.state for row in rows} == {"delivered"}
    assert [row.ts for row in rows] == [message.ts for message in agent.way.messages for _ in members(message)]


async def test_a_card_shows_how_things_are_when_it_goes_and_is_kept_true_afterwards(agent: Any) -> None:
    await agent.issue()
    await agent.issue("edited", at="08:00:01", title="By then")
    await agent.work_for(6)
    (first,) = agent.way.messages

    await agent.issue("closed", at="08:00:02", state="closed", title="Afterwards")
    await agent.work_for(8)

    card, _closed = agent.way.messages
    assert "By then" in first.text
    assert first.edits == ()
    assert (card.ts, "Afterwards" in card.text, len(card.edits)) == (first.ts, True, 1)
    assert (await agent.thread()).rewrite_at is None


async def test_replies_follow_their_card_at_once_into_its_thread(agent: Any) -> None:
    await agent.issue()
    await agent.comment("me too")
    await agent.push("meanwhile")

    await agent.work_for(8)

    parent, reply, push = agent.way.messages
    assert (parent.thread_ts, reply.thread_ts, push.thread_ts) == (None, parent.ts, None)
    assert "me too" in str(reply.attachments) + str(reply.blocks)
    assert (await agent.thread()).ts == parent.ts


async def test_a_channel_that_is_closed_is_asked_once_and_gets_all_when_it_is_open_again(agent: Any) -> None:
    channel = agent.way.world.channel(agent.way.address.team_id, "general")
    channel.archived = True
    for number in range(3):
        await agent.issue(number=number)
    await agent.work_for(6)
    parked, calls = await agent.address(), agent.way.world.calls.count((POST, agent.way.address.team_id))

    channel.archived = False
    where = (agent.way.address.team_id, agent.way.address.channel_id)
    await agent.store.write(lambda connection: free_address(connection, *where, agent.now()))
    await agent.work_for(9)

    assert parked.parked_reason == "is_archived"
    assert calls == (1 if agent.way.relay is None else 3)  # the far side asks for each that it has
    assert sorted(each for message in agent.way.messages for each in members(message)) == sorted(
        row.id for row in await agent.rows()
    )


async def test_a_message_that_is_refused_is_parked_and_the_channel_goes_on(agent: Any) -> None:
    agent.way.world.faults.add(Says(error="msg_too_long"), method=POST)
    await agent.issue(number=1)
    await agent.issue(number=2)

    await agent.work_for(8)

    assert [(row.state, row.reason) for row in await agent.rows()] == [("parked", "msg_too_long"), ("delivered", None)]
    assert len(agent.way.messages) == 1


async def test_a_card_whose_message_was_deleted_comes_back_once_with_all_its_replies(agent: Any) -> None:
    await agent.issue()
    await agent.work_for(8)
    (gone,) = agent.way.messages
    agent.way.delete(gone)

    for n in range(3):
        await agent.comment(f"comment {n}")
        await agent.work_for(2)
    await agent.work_for(16)

    parent, *replies = agent.way.messages
    assert parent.ts != gone.ts
    assert {reply.thread_ts for reply in replies} == {parent.ts}
    assert sum(len(members(reply)) for reply in replies) == 3
    assert set(await agent.states()) == {"delivered"}


async def test_what_a_killed_process_had_sent_is_there_once_and_settled_by_the_next(
    agent: Any, restarted: Callable[[Any], Any]
) -> None:
    for number in range(2):
        await agent.issue(number=number)
    worker = agent.worker()
    running = asyncio.create_task(worker.run())
    while not (agent.way.messages or (agent.way.relay and agent.way.relay.dispatched)):
        await agent.way.clock.advance(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    later = restarted(agent)
    await later.pass_(61)
    await later.work_for(22)

    assert [members(message) for message in agent.way.messages] == [[row.id] for row in await later.rows()]
    assert await later.states() == ["delivered"] * 2
