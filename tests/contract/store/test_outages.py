"""A store that can't at the moment says so, keeps nothing by halves, and goes on when it can again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.pool import PoolProxiedConnection

from agent.store.migrate import migrate_postgres, migrate_sqlite
from agent.store.port import StoreUnavailableError
from agent.store.postgres import PostgresStore
from agent.store.sqlite import READERS, SqliteStore
from agent.store.tables import marks


def put(connection: Connection, items: Sequence[str]) -> list[None]:
    connection.execute(insert(marks), [{"name": item[:9], "value": item} for item in items])
    return [None for _ in items]


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(marks.c.name).order_by(marks.c.name)).scalars())


async def test_every_connection_of_sqlite_is_durable_waits_for_others_and_leaves_transactions_to_us(
    tmp_path: Path,
) -> None:
    migrate_sqlite(tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    connections = [store.engine.connect() for _ in range(READERS + 1)]

    settings = {
        tuple(
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint")
        )
        for connection in connections
    }
    levels = {_driver(connection.connection).isolation_level for connection in connections}
    for connection in connections:
        connection.close()
    await store.aclose()

    assert settings == {("wal", 2, 10_000, 4000)}
    assert levels == {None}


async def test_a_full_disk_is_an_outage_for_all_that_share_the_commit(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    room = [1]

    @event.listens_for(store.engine, "checkout")
    def _room(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={room[0]}")

    large = "large" + "x" * 200_000
    alone = await asyncio.gather(store.write_many(put, large), return_exceptions=True)
    together = await asyncio.gather(
        *(store.write_many(put, name) for name in ("a", large, "b")),
        store.write(lambda c: put(c, ["c"])),
        return_exceptions=True,
    )
    during = await store.read(names)
    room[0] = 2**30
    await store.write_many(put, large)
    after = await store.read(names)
    await store.aclose()

    assert [type(each) for each in (*alone, *together)] == [StoreUnavailableError] * 5
    assert {str(each) for each in (*alone, *together)} == {"database or disk is full"}
    assert during == []
    assert after == ["largexxxx"]


async def test_a_server_that_stops_is_an_outage_and_its_return_is_noticed(
    postgres_server: Any, postgres_url: str
) -> None:
    await migrate_postgres(postgres_url)
    store = PostgresStore(postgres_url)
    await store.write_many(put, "before")
    await store.read(names)

    postgres_server.stop()
    during = await asyncio.gather(
        store.write_many(put, "a"), store.write(lambda c: put(c, ["b"])), store.read(names), return_exceptions=True
    )
    postgres_server.ensure_postgres_running()
    await store.write_many(put, "after")
    kept = await store.read(names)
    await store.aclose()

    assert [type(each) for each in during] == [StoreUnavailableError] * 3
    assert kept == ["after", "before"]


async def test_a_connection_that_is_cut_in_the_middle_of_a_transaction_is_an_outage(postgres_url: str) -> None:
    await migrate_postgres(postgres_url)
    store, other = PostgresStore(postgres_url), PostgresStore(postgres_url)

    def cut(connection: Connection) -> None:
        put(connection, ["half"])
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def read(connection: Connection) -> None:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    cut_off = await asyncio.gather(
        store.write(cut), store.write(lambda c: put(c, ["mate"])), other.read(read), return_exceptions=True
    )
    kept = await other.read(names)
    await store.write_many(put, "after")
    after = await other.read(names)
    await store.aclose()
    await other.aclose()

    assert [type(each) for each in cut_off] == [StoreUnavailableError] * 3
    assert kept == []
    assert after == ["after"]


@pytest.mark.parametrize("state", ["53100", "57P03", "40P01", "08006"])
async def test_a_server_without_room_is_an_outage_also_for_mates(postgres_url: str, state: str) -> None:
    await migrate_postgres(postgres_url)
    store = PostgresStore(postgres_url)

    def full(connection: Connection) -> None:
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '{state}'; END $$"))

    results = await asyncio.gather(store.write(full), store.write(lambda c: put(c, ["mate"])), return_exceptions=True)
    await store.aclose()

    assert [type(each) for each in results] == [StoreUnavailableError] * 2
    assert {str(each) for each in results} == {"no room"}


async def test_a_database_that_does_not_take_us_is_an_outage(postgres_url: str) -> None:
    store = PostgresStore(postgres_url.replace("/test_", "/no_such_"))

    results = await asyncio.gather(store.write(lambda c: put(c, ["a"])), store.read(names), return_exceptions=True)
    await store.aclose()

    assert [type(each) for each in results] == [StoreUnavailableError] * 2


def _driver(connection: PoolProxiedConnection) -> Any:
    return connection.driver_connection
