"""Brings a store to the newest schema, under a lock, so that two replicas may start at once."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from agent.store import postgres, sqlite

MIGRATION_LOCK = 0x6768652E


def migrate(url: str) -> str:
    """Migrate the store at `sqlite:///…` or `postgresql://…`; one line that says what was done."""
    if url.startswith("sqlite:///"):
        return migrate_sqlite(Path(url.removeprefix("sqlite:///")))
    return asyncio.run(migrate_postgres(url))


def migrate_sqlite(path: Path) -> str:
    """Migrate a file, which is made when it isn't there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite.engine(path)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            line = _upgrade(connection)
            connection.commit()
            return line
    finally:
        engine.dispose()


async def migrate_postgres(url: str) -> str:
    """Migrate a server's database."""
    engine = postgres.engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether the schema is the newest."""
    return MigrationContext.configure(connection).get_current_revision() == _scripts().get_current_head()


def _upgrade(connection: Connection) -> str:
    before = MigrationContext.configure(connection).get_current_revision()
    newest = _scripts().get_current_head()
    if before == newest:
        return f"The store is up to date ({newest})."
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return f"The store went from {before or 'nothing'} to {newest}."


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
