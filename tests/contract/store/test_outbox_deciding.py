"""What an administrator decides about what is parked, on both stores."""

from functools import partial
from typing import Any

import pytest

from agent.store import outbox_deciding
from agent.store.tables import notifications, threads
from shared.outcome import Refused

REFUSED = Refused("invalid_blocks")


async def ids(agent: Any, state: str = "parked") -> list[str]:
    return [row.id for row in await agent.rows(notifications) if row.state == state]


async def decide(agent: Any, decision: outbox_deciding.Decide, chosen: list[str]) -> int:
    now = agent.clock.now().timestamp()
    done: int = await agent.store.write(partial(decision, ids=chosen, by="ada", now=now))
    return done


@pytest.fixture
async def parked(agent: Any) -> Any:
    """A card that Slack has refused, and a reply that waits for it."""
    agent.slack.answers(REFUSED)
    await agent.issue("opened")
    await agent.work_for(2)
    await agent.comment("A word")
    await agent.work_for(2)
    return agent


async def test_what_is_tried_again_is_posted_and_what_waited_for_it_follows(parked: Any) -> None:
    before = await parked.states()

    count = await decide(parked, outbox_deciding.retry, await ids(parked))
    await parked.work_for(10)

    assert (before, count) == (["parked", "queued"], 1)
    assert await parked.states() == ["delivered", "delivered"]


async def test_what_is_discarded_is_never_posted_nor_what_waited_for_it(parked: Any) -> None:
    sent = len(parked.slack.attempts)

    count = await decide(parked, outbox_deciding.discard, await ids(parked))
    await parked.work_for(10)

    assert count == 2
    assert await parked.states() == ["discarded", "discarded"]
    assert len(parked.slack.attempts) == sent


async def test_a_discarded_card_comes_with_the_next_event(parked: Any) -> None:
    await decide(parked, outbox_deciding.discard, await ids(parked))

    await parked.comment("Another word", at="2026-11-22T09:00:00Z")
    await parked.work_for(10)

    assert (await parked.states())[-2:] == ["delivered", "delivered"]
    assert len(await parked.rows(threads)) == 1


async def test_a_merged_post_is_decided_about_as_a_whole(agent: Any) -> None:
    for words in ("one", "two", "three"):
        await agent.push(words)
    agent.slack.answers(REFUSED)
    await agent.work()
    parked = await ids(agent)

    count = await decide(agent, outbox_deciding.retry, parked[1:2])

    assert len(parked) == 3
    assert count == 3


async def test_what_is_not_parked_is_left_alone(agent: Any) -> None:
    await agent.push("one")
    await agent.work()
    delivered = await ids(agent, "delivered")

    done = [await decide(agent, each, delivered) for each in (outbox_deciding.retry, outbox_deciding.discard)]

    assert done == [0, 0]
    assert await agent.states() == ["delivered"]


async def test_a_parked_channel_is_tried_again_once_somebody_says_so(agent: Any) -> None:
    agent.slack.answers(Refused("is_archived"))
    await agent.push("one")
    await agent.work_for(3)
    address = await agent.address()
    now = agent.clock.now().timestamp()

    freed = await agent.store.write(partial(outbox_deciding.free, address_id=address.id, by="ada", now=now))
    again = await agent.store.write(partial(outbox_deciding.free, address_id=address.id, by="ada", now=now))
    await agent.work_for(5)

    assert address.parked_reason == "is_archived"
    assert (freed, again) == (True, False)
    assert await agent.states() == ["delivered"]
