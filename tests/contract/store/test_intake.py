"""Taking in webhooks, on both stores: once, durable, whole or not at all."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from agent.card_table import Rule, Shown, load
from agent.store.intake import Intake
from agent.store.port import StoreUnavailableError
from agent.store.sqlite import SqliteStore
from agent.store.tables import checks, events, notifications, repositories, subjects, threads
from shared.event import Event

ALL = (events, notifications, threads, subjects, repositories, checks)


async def test_an_event_is_recorded_once_by_its_delivery_id_however_often_it_comes(agent: Any) -> None:
    incoming = agent.pushed("one", "d-1")

    first = await agent.record(incoming)
    at_once = await asyncio.gather(*(agent.record(incoming) for _ in range(5)))
    later = await agent.record(agent.pushed("other words", "d-1"))

    assert (first.duplicate, first.queued) == (False, 1)
    assert {(each.duplicate, each.queued) for each in (*at_once, later)} == {(True, 0)}
    assert len(await agent.rows(events)) == len(await agent.rows(notifications)) == 1


async def test_deliveries_that_come_at_once_to_two_replicas_are_recorded_once(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    other = make_agent(agent)

    recorded = await asyncio.gather(
        *(each.record(agent.pushed("one", f"d-{n}")) for n in range(20) for each in (agent, other, agent))
    )

    assert sum(not each.duplicate for each in recorded) == 20
    assert len(await agent.rows(events)) == len(await agent.rows(notifications)) == 20


async def test_what_was_settled_long_ago_is_known_still_and_brings_no_second_post(agent: Any) -> None:
    incoming = agent.pushed("one", "d-1")
    await agent.record(incoming)
    await agent.work()
    await agent.pass_(7 * 86400)

    again = await agent.record(incoming)
    await agent.work()

    assert again.duplicate
    assert len(agent.slack.messages) == 1


async def test_events_that_come_at_once_share_commits_and_each_is_durable_when_it_is_answered(
    agent: Any, make_agent: Callable[..., Any]
) -> None:
    other, commits = make_agent(agent), list[None]()
    event.listen(_engine(agent), "commit", lambda _connection: commits.append(None))

    async def recorded_and_seen_elsewhere(number: int) -> bool:
        await agent.record(agent.pushed("one", f"d-{number}"))
        query = select(func.count()).where(notifications.c.delivery_id == f"d-{number}")
        return bool(await other.store.read(lambda c: c.execute(query).scalar_one()))

    seen = await asyncio.gather(*(recorded_and_seen_elsewhere(n) for n in range(100)))

    assert all(seen)
    assert len(commits) <= 2


@pytest.mark.parametrize("statement", ["INSERT INTO events", "INSERT INTO threads", "INSERT INTO notifications"])
async def test_where_recording_fails_in_the_middle_nothing_is_kept_and_the_next_delivery_is_new(
    agent: Any, statement: str
) -> None:
    incoming = agent.incoming("issues.opened", {"issue": {"number": 1, "title": "One"}}, "d-1")

    with _failing(_engine(agent), statement):
        failed = await asyncio.gather(agent.record(incoming), return_exceptions=True)
    kept = [len(await agent.rows(table)) for table in ALL]
    due = (await agent.address()).next_at
    recorded = await agent.record(incoming)

    assert isinstance(failed[0], StoreUnavailableError)
    assert (kept, due) == ([0] * len(ALL), None)
    assert (recorded.duplicate, recorded.queued) == (False, 1)


async def test_nobody_sees_an_event_without_its_notifications(agent: Any, make_agent: Callable[..., Any]) -> None:
    other, seen = make_agent(agent), list[tuple[int, int]]()

    def look(connection: Connection) -> tuple[int, int]:
        count = select(func.count())
        found = [connection.execute(count.select_from(table)).scalar_one() for table in (events, notifications)]
        return found[0], found[1]

    async def looking() -> None:
        while not seen or seen[-1] != (60, 60):
            seen.append(await other.store.read(look))

    recording = [asyncio.create_task(agent.record(agent.pushed("one", f"d-{n}"))) for n in range(30)]
    watching = asyncio.create_task(looking())
    await asyncio.gather(*recording)
    await asyncio.gather(*(agent.record(agent.pushed("one", f"e-{n}")) for n in range(30)))
    await watching

    assert all(of_events == of_notifications for of_events, of_notifications in seen)


async def test_an_event_that_breaks_its_row_of_the_card_table_is_kept_and_its_mates_are_routed(agent: Any) -> None:
    def breaks(_event: Event) -> None:
        raise KeyError("no example had such a payload")

    rules = load()[0]
    agent.intake = Intake({**rules, "issues.opened": replace(_shown(rules), sighting=breaks)})

    recorded = await asyncio.gather(agent.issue("opened"), agent.record(agent.pushed("one", "d-2")))

    assert [each.duplicate for each in recorded] == [False, False]
    assert recorded[1].queued == 1
    assert len(await agent.rows(events)) == 2


async def test_every_channel_gets_one_notification_however_many_subscriptions_match(agent: Any) -> None:
    await agent.subscribe("C2")
    await agent.subscribe("C2", "T2")

    recorded = await agent.issue("opened")

    assert recorded.queued == 3
    assert len({row.address_id for row in await agent.rows(notifications)}) == 3


def _shown(rules: Mapping[str, Rule]) -> Shown:
    rule = rules["issues.opened"]
    assert isinstance(rule, Shown)
    return rule


def _engine(agent: Any) -> Engine:
    store = agent.store
    engine: Engine = store.engine if isinstance(store, SqliteStore) else store.engine.sync_engine
    return engine


@contextmanager
def _failing(engine: Engine, start: str) -> Iterator[None]:
    """Statements that start so find no room on the disk."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(start):
            raise StoreUnavailableError(start)

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)
