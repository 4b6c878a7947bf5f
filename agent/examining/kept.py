"""What the store holds for an examination, or why that isn't known. Nothing is made here, and no lock is taken."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from asyncpg import PostgresError  # type: ignore[import-untyped]
from sqlalchemy.exc import SQLAlchemyError

from agent.examining.findings import quoted
from agent.secret_keys import load_or_make
from agent.settings import Settings, SettingsError
from agent.store.configuration import SqlConfiguration
from agent.store.migrate import is_current
from agent.store.open import open_store
from agent.store.port import Store, StoreUnavailableError
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.workspaces import load
from agent.stored_settings import effective_settings
from agent.workspaces import Workspace
from shared.clock import Clock

LOOK_S = 5.0


class State(StrEnum):
    """How far one comes with the store."""

    ABSENT = "there is no file"
    UNAVAILABLE = "it doesn't answer"
    OTHER_SCHEMA = "it has another version's schema"
    KEYLESS = "there is no key"
    UNREADABLE = "the keys don't fit"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The store, and what was read in it."""

    state: State
    settings: Settings
    """In effect: those of the environment, and what is stored where that could be read."""
    store: Store | None = None
    """Where there is one with our schema."""
    ignored: frozenset[str] = frozenset()
    """Names of stored settings that aren't understood any more."""
    workspaces: tuple[Workspace, ...] = ()
    why: str = ""
    """A few words about the state, where there are some."""


@asynccontextmanager
async def kept(settings: Settings, clock: Clock) -> AsyncIterator[Kept]:
    """The store of these settings, which are those of the environment; open as long as the block is."""
    if settings.is_sqlite and not settings.sqlite_path.exists():
        yield Kept(state=State.ABSENT, settings=settings)
        return
    store = open_store(settings)
    try:
        yield await _looked(settings, store, clock)
    finally:
        await store.aclose()


def key_file(settings: Settings) -> Path:
    """Where a key of our own making lies; only with SQLite."""
    return settings.sqlite_path.with_name(f"{settings.sqlite_path.name}.key")


async def _looked(settings: Settings, store: Store, clock: Clock) -> Kept:
    unknown = Kept(state=State.UNAVAILABLE, settings=settings)
    try:
        async with clock.timeout(LOOK_S):
            if not await store.read(is_current):
                return replace(unknown, state=State.OTHER_SCHEMA)
            return await _read(settings, store, clock)
    except TimeoutError:
        return replace(unknown, why="no answer in time")
    except StoreUnavailableError as error:
        return replace(unknown, why=_words(settings, error.__cause__ or error))
    except (OSError, PostgresError, SQLAlchemyError, sqlite3.Error) as error:
        return replace(unknown, why=_words(settings, error))


async def _read(settings: Settings, store: Store, clock: Clock) -> Kept:
    found = Kept(state=State.READY, settings=settings, store=store)
    if not settings.agent_secret_keys and not key_file(settings).exists():
        return replace(found, state=State.KEYLESS)
    try:
        secrets = Secrets(load_or_make(settings))
    except SettingsError as error:
        return replace(found, state=State.KEYLESS, why=str(error))
    try:
        effective = await effective_settings(settings, SqlConfiguration(store, secrets, clock))
        workspaces = await store.read(partial(load, secrets=secrets))
    except UnreadableSecretError:
        return replace(found, state=State.UNREADABLE)
    return replace(found, settings=effective.settings, ignored=effective.ignored, workspaces=tuple(workspaces.values()))


def _words(settings: Settings, error: BaseException) -> str:
    """PostgreSQL's own words may name much, so only the kind of error is told there."""
    cause = getattr(error, "orig", None) or error
    return quoted(cause) if settings.is_sqlite else type(cause).__name__
