"""The schema that migrations make, on both stores."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from agent.store.migrate import _config, is_current, migrate_postgres, migrate_sqlite
from agent.store.postgres import PostgresStore
from agent.store.schema import metadata
from agent.store.sqlite import SqliteStore

AnyStore = SqliteStore | PostgresStore
MIGRATE = "import sys; from agent.store.migrate import migrate; print(migrate(sys.argv[1]))"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'new' / 'store.db'}"


async def migrated(url: str) -> str:
    if url.startswith("sqlite"):
        return migrate_sqlite(Path(url.removeprefix("sqlite:///")))
    return await migrate_postgres(url)


async def test_migrations_make_the_schema_that_the_statements_expect(store: AnyStore) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    assert await store.read(differences) == []
    assert await store.read(is_current)


async def test_migrating_says_what_it_did_and_does_nothing_the_second_time(empty_url: str) -> None:
    first, second = await migrated(empty_url), await migrated(empty_url)

    assert first == "The store went from nothing to 0007."
    assert second == "The store is up to date (0007)."


async def test_two_replicas_may_migrate_at_once(empty_url: str) -> None:
    replicas = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, empty_url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        for _ in range(3)
    ]

    said = sorted([(await replica.communicate())[0].decode().strip() for replica in replicas])

    assert said == ["The store is up to date (0007)."] * 2 + ["The store went from nothing to 0007."]


async def test_a_migration_can_be_taken_back(store: AnyStore) -> None:
    def back(connection: Connection) -> list[str]:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return inspect(connection).get_table_names()

    assert await store.write(back) == ["alembic_version"]
    assert not await store.read(is_current)
