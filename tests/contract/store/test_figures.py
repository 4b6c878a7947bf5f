"""The figures of the console's charts and its lists, on both stores."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert

from agent.store.figures import last_day
from agent.store.listings import MOST, list_events, list_outbox
from agent.store.tables import addresses, events, notifications


@pytest.fixture
def now(agent: Any) -> float:
    return float(agent.clock.now().timestamp())


async def notify(agent: Any, number: int, *, made_at: float, settled_at: float | None, state: str) -> None:
    row = {
        "id": f"n-{number}",
        "delivery_id": f"d-{number}",
        "event_key": "push",
        "address_id": 1,
        "role": "plain",
        "state": state,
        "due_at": made_at,
        "created_at": made_at,
        "settled_at": settled_at,
    }
    await agent.store.write(lambda connection: connection.execute(insert(notifications).values(row)).rowcount)


async def hear(agent: Any, number: int, at: float, repository: str = "acme/pay", name: str = "push") -> None:
    row = {
        "delivery_id": f"d-{number}",
        "name": name,
        "repository": repository,
        "actor": "mona",
        "source": "webhook",
        "fate": "",
        "received_at": at,
    }
    await agent.store.write(lambda connection: connection.execute(insert(events).values(row)).rowcount)


async def test_each_event_counts_in_its_hour(agent: Any, now: float) -> None:
    for number, age_s in enumerate((10, 1700, 3500, 3700, 86300, 86500)):
        await hear(agent, number, now - age_s)

    hours = await agent.store.read(partial(last_day, now=now))

    assert [hour.events for hour in hours] == [1, *[0] * 21, 1, 3]


async def test_latencies_are_those_of_what_was_delivered(agent: Any, now: float) -> None:
    for number in range(19):
        await notify(agent, number, made_at=now - 60, settled_at=now - 59.8, state="delivered")
    await notify(agent, 19, made_at=now - 60, settled_at=now - 2, state="delivered")
    await notify(agent, 20, made_at=now - 4000, settled_at=now - 5, state="parked")

    last = (await agent.store.read(partial(last_day, now=now)))[-1]

    assert (last.delivered, last.parked) == (20, 1)
    assert (last.p50_s, last.p95_s) == (0.25, 0.25)


async def test_one_late_of_ten_shows_in_the_95th_percentile(agent: Any, now: float) -> None:
    for number in range(9):
        await notify(agent, number, made_at=now - 60, settled_at=now - 59.8, state="delivered")
    await notify(agent, 9, made_at=now - 60, settled_at=now - 2, state="delivered")

    last = (await agent.store.read(partial(last_day, now=now)))[-1]

    assert (last.p50_s, last.p95_s) == (0.25, 60)


async def test_the_age_of_the_queue_is_that_of_the_oldest_that_waited_then(agent: Any, now: float) -> None:
    await notify(agent, 1, made_at=now - 3 * 3600 - 600, settled_at=now - 2 * 3600 + 60, state="delivered")
    await notify(agent, 2, made_at=now - 120, settled_at=None, state="queued")

    hours = await agent.store.read(partial(last_day, now=now))

    assert [round(hour.oldest_s) for hour in hours][-4:] == [600, 4200, 0, 120]


async def test_a_day_without_anything_is_zeros(agent: Any, now: float) -> None:
    hours = await agent.store.read(partial(last_day, now=now))

    assert len(hours) == 24
    assert {(hour.events, hour.delivered, hour.p50_s, hour.oldest_s) for hour in hours} == {(0, 0, None, 0.0)}


async def test_events_are_listed_page_by_page_each_once(agent: Any, now: float) -> None:
    for number in range(MOST * 2 + 1):
        await hear(agent, number, now - number)

    seen, before = [], None
    while True:
        page = await agent.store.read(partial(list_events, before=before, filters={}))
        seen += [row["delivery_id"] for row in page.rows]
        before = page.older
        if before is None:
            break

    assert seen == [f"d-{number}" for number in reversed(range(MOST * 2 + 1))]


async def test_events_are_found_by_repository_owner_and_delivery(agent: Any, now: float) -> None:
    for number, repository in enumerate(("acme/pay", "Acme/Web", "acmecorp/pay")):
        await hear(agent, number, now, repository)

    async def found(**filters: str) -> list[str]:
        page = await agent.store.read(partial(list_events, before=None, filters=filters))
        return [row["repository"] for row in page.rows]

    assert await found(repository="acme") == ["Acme/Web", "acme/pay"]
    assert await found(repository="ACME/pay") == ["acme/pay"]
    assert await found(delivery="d-2") == ["acmecorp/pay"]
    assert await found(repository="a%") == []


async def test_the_outbox_is_found_by_state_and_workspace(agent: Any, now: float) -> None:
    other = {"team_id": "T2", "channel_id": "C9"}
    await agent.store.write(lambda connection: connection.execute(insert(addresses).values(other)).rowcount)
    await notify(agent, 1, made_at=now, settled_at=now, state="parked")
    await notify(agent, 2, made_at=now, settled_at=None, state="queued")
    await notify(agent, 3, made_at=now, settled_at=now, state="delivered")

    async def found(**filters: str) -> list[str]:
        page = await agent.store.read(partial(list_outbox, before=None, filters=filters))
        return [row["id"] for row in page.rows]

    assert await found(state="parked") == ["n-1"]
    assert await found(state="waiting") == ["n-2"]
    assert await found(workspace="T2") == []
    assert await found(workspace="T1") == ["n-3", "n-2", "n-1"]
