"""The store at the start of the agent: held by one process, at our schema. Whatever is wrong with it is a sentence."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agent.cli_errors import Failure
from agent.settings import Settings
from agent.store.envelopes import release_envelopes
from agent.store.migrate import is_current, migrate_postgres, migrate_sqlite
from agent.store.outbox_claims import release_all
from agent.store.port import Store, StoreUnavailableError
from agent.store.secrets import UnreadableSecretError


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Hold the file of an SQLite store against a second agent, which would take our leases away when it starts.

    A PostgreSQL is for several. Raises `Failure`. The lock ends with the process, however that ends.
    """
    if not settings.is_sqlite:
        yield
        return
    path = settings.sqlite_path.with_name(f"{settings.sqlite_path.name}.lock")
    with _explained(settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"Another agent uses the store {settings.sqlite_path}: stop that one, or name another file in "
                "AGENT_DATABASE_URL."
            ) from None
        yield


async def prepare(settings: Settings, *, migrate: bool) -> None:
    """Bring the store to our schema, a PostgreSQL only where `migrate` says so. Raises `Failure`."""
    with _explained(settings):
        if settings.is_sqlite:
            await asyncio.to_thread(migrate_sqlite, settings.sqlite_path)
        elif migrate:
            await migrate_postgres(settings.database_url)


async def take_over(settings: Settings, store: Store) -> None:
    """Make sure that the store can be worked with, and free what a process before us had leased. Raises `Failure`."""
    with _explained(settings):
        if settings.is_sqlite:  # nobody else uses this file, so whoever leased anything is gone
            await store.write(release_all)
            await store.write(release_envelopes)
        elif not await store.read(is_current):
            raise Failure(
                "The store's schema isn't this version's: run `ghe-slack migrate` first, or start with --migrate."
            )


@contextmanager
def readable() -> Iterator[None]:
    """A `Failure` where what is stored was encrypted with a key that isn't given any more."""
    try:
        yield
    except UnreadableSecretError as error:
        raise Failure(
            f"{error} Put that key back beside the new one; if it is lost, `ghe-slack secrets rotate "
            "--discard-unreadable` says what is lost with it, and lets go of it."
        ) from None


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    try:
        yield
    except CommandError:
        raise Failure(
            "The store is of a newer version of ghe-slack: install that one again, or name another store in "
            "AGENT_DATABASE_URL."
        ) from None
    except (OSError, PostgresError, SQLAlchemyError, StoreUnavailableError) as error:
        if settings.is_sqlite:
            raise Failure(
                f"The store {settings.sqlite_path} can't be used ({_cause(error)}): look for a full disk, a folder "
                "that can't be written to, or another program that holds the file."
            ) from None
        raise Failure(
            f"The database of AGENT_DATABASE_URL can't be used ({_cause(error)}): check that it runs, and its "
            "address, user and password."
        ) from None


def _cause(error: Exception) -> str:
    """In a few words. PostgreSQL's own may name much, so only the kind of error is told there."""
    cause = error.__cause__ if isinstance(error, StoreUnavailableError) and error.__cause__ else error
    cause = cause.orig if isinstance(cause, DBAPIError) and cause.orig else cause
    if isinstance(cause, OSError):
        return str(cause.strerror or type(cause).__name__)
    return str(cause) if type(cause).__module__ == "sqlite3" else type(cause).__name__
