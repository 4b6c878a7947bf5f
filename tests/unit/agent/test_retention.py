import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, event, insert, select

from agent import retention
from agent.store.people_tables import device_links, links
from agent.store.retention import SLICE
from agent.store.sqlite import SqliteStore
from agent.store.tables import calls, envelopes, events, notifications, threads, undos
from infra.sandbox.driven_clock import START, DrivenClock
from infra.sandbox.new_file import new_file

DAY_S, HOUR_S = 86400.0, 3600.0
NOW = START.timestamp()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    new_file(tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    yield store
    await store.aclose()


async def put(store: SqliteStore, table: Table, *rows: Mapping[str, Any]) -> None:
    await store.write(lambda connection: connection.execute(insert(table), list(rows)))


async def left(store: SqliteStore, table: Table, column: str) -> list[Any]:
    query = select(table.c[column]).order_by(*table.primary_key)
    return await store.read(lambda connection: list(connection.execute(query).scalars()))


def received(delivery_id: str, days_ago: float) -> dict[str, Any]:
    fixed = {"name": "push", "actor": "mona", "source": "webhook", "fate": "", "payload": b"x"}
    return {"delivery_id": delivery_id, "received_at": NOW - days_ago * DAY_S, **fixed}


def notification(delivery_id: str, state: str, days_ago: float) -> dict[str, Any]:
    at = NOW - days_ago * DAY_S
    fixed = {"event_key": "push", "address_id": 1, "role": "plain"}
    when = {"due_at": at, "created_at": at, "settled_at": at}
    return {"id": f"n-{delivery_id}", "delivery_id": delivery_id, "state": state, **fixed, **when}


def envelope(key: str, hours_ago: float, *, answered: bool) -> dict[str, Any]:
    at = NOW - hours_ago * HOUR_S
    return {"key": key, "kind": "x", "payload": "secret", "received_at": at, "answered_at": at if answered else None}


async def test_payloads_go_after_their_days_and_delivery_ids_after_eight_at_least(store: SqliteStore) -> None:
    await put(store, events, received("new", 2.9), received("older", 3.1), received("oldest", 8.1))

    ended = await retention.forget(store, DrivenClock(), days=3)

    assert await left(store, events, "delivery_id") == ["new", "older"]
    assert await left(store, events, "payload") == [b"x", None]
    assert ended == {"payloads": 2, "events": 1}


async def test_delivery_ids_stay_as_long_as_payloads_do(store: SqliteStore) -> None:
    await put(store, events, received("a", 29), received("b", 31))

    await retention.forget(store, DrivenClock(), days=30)

    assert await left(store, events, "delivery_id") == ["a"]


@pytest.mark.parametrize("state", ["queued", "posting", "unknown", "accepted", "parked"])
async def test_what_still_waits_is_kept_with_its_event_and_payload(store: SqliteStore, state: str) -> None:
    await put(store, events, received("a", 99))
    await put(store, notifications, notification("a", state, 99))

    await retention.forget(store, DrivenClock(), days=3)

    assert await left(store, events, "payload") == [b"x"]
    assert await left(store, notifications, "delivery_id") == ["a"]


async def test_settled_notifications_go_with_their_events_and_never_before(store: SqliteStore) -> None:
    await put(store, events, received("kept", 7), received("gone", 9))
    await put(store, notifications, notification("kept", "delivered", 7), notification("gone", "delivered", 9))

    await retention.forget(store, DrivenClock(), days=3)

    assert await left(store, notifications, "delivery_id") == ["kept"]


async def test_keys_of_envelopes_are_known_for_26_hours_and_no_payload_is_kept_longer(store: SqliteStore) -> None:
    await put(
        store,
        envelopes,
        envelope("answered", 25.9, answered=True),
        envelope("over", 26.1, answered=True),
        envelope("unanswered", 24.9, answered=False),
        envelope("given up", 25.1, answered=False),
        envelope("forgotten", 27, answered=False),
    )

    await retention.forget(store, DrivenClock(), days=30)

    kept = dict(zip(await left(store, envelopes, "key"), await left(store, envelopes, "payload"), strict=True))
    assert kept == {"answered": "secret", "unanswered": "secret", "given up": "{}"}


async def test_expired_calls_and_undos_go_and_threads_stay(store: SqliteStore) -> None:
    call = {"team_id": "T", "channel_id": "C", "waiting_for": "app", "call": "{}"}
    await put(store, calls, {"id": "a", "expires_at": NOW - 1, **call}, {"id": "b", "expires_at": NOW + 1, **call})
    undo = {"address_id": 1, "changes": "[]"}
    await put(store, undos, *({"id": str(age), "created_at": NOW - age * DAY_S, **undo} for age in (7, 9)))
    await put(
        store, threads, {"address_id": 1, "subject_key": "k", "event_key": "push", "actor": "mona", "made_at": 0.0}
    )

    await retention.forget(store, DrivenClock(), days=3)

    assert await left(store, calls, "id") == ["b"]
    assert await left(store, undos, "id") == ["7"]
    assert await left(store, threads, "subject_key") == ["k"]


async def test_it_goes_in_slices_so_that_webhooks_need_not_wait(store: SqliteStore) -> None:
    await put(store, events, *(received(f"d-{i}", 40) for i in range(2 * SLICE + 1)))
    deleted: list[int] = []

    @event.listens_for(store.engine, "after_cursor_execute")
    def _count(_connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("DELETE"):
            deleted.append(cursor.rowcount)

    ended = await retention.forget(store, DrivenClock(), days=30)

    assert ended["events"] == 2 * SLICE + 1
    assert deleted == [SLICE, SLICE, 1]


async def test_it_runs_every_hour_until_it_is_cancelled(store: SqliteStore) -> None:
    clock = DrivenClock()
    running = asyncio.create_task(retention.run(store, clock, 30))
    while clock.next_in() is None:
        await clock.advance(0)
    await put(store, events, received("a", 29.99))

    await clock.advance(3601, step_s=3601)
    while await left(store, events, "delivery_id"):
        await clock.advance(0)

    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_device_flow_that_nobody_asks_about_goes_an_hour_after_its_end(store: SqliteStore) -> None:
    fixed = {"team_id": "T1", "interval_s": 5, "next_at": 0.0}
    ends = {"U1": NOW - 1.1 * HOUR_S, "U2": NOW - 0.9 * HOUR_S}
    rows = ({"user_id": each, "device_code": each.encode(), "ends_at": at, **fixed} for each, at in ends.items())
    await put(store, device_links, *rows)

    ended = await retention.forget(store, DrivenClock(), days=3)

    assert (await left(store, device_links, "user_id"), ended) == (["U2"], {"device flows": 1})


async def test_a_link_with_tokens_stays_a_day_longer_for_ghes_to_revoke_them(store: SqliteStore) -> None:
    rows = {"without": (0.1, None), "fresh": (23.9, b"sealed"), "old": (24.1, b"sealed")}
    fixed = {"team_id": "T1", "user_id": "U1"}
    await put(
        store,
        links,
        *(
            {"token_hash": name, "ends_at": NOW - hours * HOUR_S, "access": access, **fixed}
            for name, (hours, access) in rows.items()
        ),
    )

    ended = await retention.forget(store, DrivenClock(), days=3)

    assert (await left(store, links, "token_hash"), ended) == (["fresh"], {"links": 2})
