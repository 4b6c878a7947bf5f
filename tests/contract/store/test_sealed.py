"""Encrypting everything anew, on both stores."""

from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert, select

from agent.store import (
    configuration,
    people_tables,
    setup_tables,  # noqa: F401 - they register their tables
)
from agent.store.postgres import PostgresStore
from agent.store.schema import metadata
from agent.store.sealed import SEALED, encrypted_columns, rotate
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.sqlite import SqliteStore

AnyStore = SqliteStore | PostgresStore
OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
PERSON = {"team_id": "T1", "user_id": "U1", "ghes_id": 7, "login": "ada", "linked_at": 1.0}


def _person(secrets: Secrets, *, refresh: bool) -> dict[str, Any]:
    return PERSON | {"access": secrets.seal("ghu_access"), "refresh": secrets.seal("ghr_refresh") if refresh else None}


async def _filled(store: AnyStore, *, refresh: bool = True) -> None:
    secrets = Secrets([OLD])
    saved = {"slack_app_token": secrets.seal("xapp-1")}
    await store.write(partial(configuration.save, sealed=saved, by="setup", now=1.0))
    row = _person(secrets, refresh=refresh)
    await store.write(lambda connection: connection.execute(insert(people_tables.people).values(row)).rowcount)


def _read(connection: Connection, secrets: Secrets) -> list[str]:
    row = connection.execute(select(people_tables.people.c.access, people_tables.people.c.refresh)).one()
    found = [*configuration.read(connection, secrets).values(), *(secrets.open(each) for each in row if each)]
    return sorted(found)


async def test_after_it_the_newest_key_alone_reads_everything(store: AnyStore) -> None:
    await _filled(store)

    count = await store.write(partial(rotate, secrets=Secrets([NEW, OLD])))

    assert count == 3
    assert await store.read(partial(_read, secrets=Secrets([NEW]))) == ["ghr_refresh", "ghu_access", "xapp-1"]
    with pytest.raises(UnreadableSecretError):
        await store.read(partial(_read, secrets=Secrets([OLD])))


async def test_what_is_not_there_stays_so(store: AnyStore) -> None:
    await _filled(store, refresh=False)

    count = await store.write(partial(rotate, secrets=Secrets([NEW, OLD])))

    assert count == 2
    assert await store.read(partial(_read, secrets=Secrets([NEW]))) == ["ghu_access", "xapp-1"]


async def test_without_the_old_key_nothing_is_changed(store: AnyStore) -> None:
    await _filled(store)

    with pytest.raises(UnreadableSecretError, match="AGENT_SECRET_KEYS lacks the key"):
        await store.write(partial(rotate, secrets=Secrets([NEW])))

    assert await store.read(partial(_read, secrets=Secrets([OLD]))) == ["ghr_refresh", "ghu_access", "xapp-1"]


def test_every_encrypted_column_of_the_schema_is_among_them() -> None:
    expected = {table.name: sorted(encrypted_columns(table)) for table in metadata.tables.values()}

    named = {table.name: sorted(names) for table, names in SEALED.items()}

    assert named == {name: columns for name, columns in expected.items() if columns}
