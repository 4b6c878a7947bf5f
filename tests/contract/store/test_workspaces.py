"""Workspaces and their secrets, on both stores."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, inspect, select, text

from agent.store.postgres import PostgresStore
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses
from agent.store.workspaces import install, load, uninstall
from agent.workspaces import Workspace
from shared.card import DataClass

AnyStore = SqliteStore | PostgresStore
TOKEN = "xoxb-1234-made-up-and-never-in-plain-text"
OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
WORKSPACE = Workspace(
    team_id="T1",
    installation_id="T1",
    name="Acme",
    domain="acme",
    bot_user_id="U0",
    token=TOKEN,
    scopes=frozenset({"chat:write", "commands"}),
    data_class=DataClass.TITLE,
)


async def _install(store: AnyStore, secrets: Secrets, workspace: Workspace = WORKSPACE) -> None:
    await store.write(partial(install, workspace=workspace, token=secrets.seal(workspace.token), now=1.0))


async def test_a_workspace_is_kept_with_all_that_is_known_of_it_and_a_second_time_changes_it(store: AnyStore) -> None:
    secrets = Secrets([NEW])
    other = replace(WORKSPACE, team_id="T2", installation_id="T2", token="xoxb-other")
    await _install(store, secrets)
    await _install(store, secrets, other)

    first = await store.read(partial(load, secrets=secrets))
    await _install(store, secrets, replace(WORKSPACE, token="xoxb-new", name="Acme Ltd"))
    second = await store.read(partial(load, secrets=secrets))
    await store.write(partial(uninstall, installation_id="T2"))

    assert first == {"T1": WORKSPACE, "T2": other}
    assert (second["T1"].token, second["T1"].name, second["T2"]) == ("xoxb-new", "Acme Ltd", other)
    assert set(await store.read(partial(load, secrets=secrets))) == {"T1"}


async def test_the_newest_key_writes_and_the_older_ones_still_read(store: AnyStore) -> None:
    await _install(store, Secrets([OLD]))
    rotated = Secrets([NEW, OLD])

    by_old = await store.read(partial(load, secrets=rotated))
    await _install(store, rotated)
    by_new = await store.read(partial(load, secrets=Secrets([NEW])))

    assert by_old["T1"].token == by_new["T1"].token == TOKEN
    with pytest.raises(UnreadableSecretError):
        await store.read(partial(load, secrets=Secrets([OLD])))


async def test_without_the_key_the_error_names_the_setting_and_no_secret(store: AnyStore) -> None:
    await _install(store, Secrets([OLD]))

    with pytest.raises(UnreadableSecretError, match="AGENT_SECRET_KEYS lacks the key") as told:
        await store.read(partial(load, secrets=Secrets([NEW])))

    assert TOKEN not in repr(told.value)
    assert told.value.__cause__ is None


async def test_what_was_tampered_with_is_not_read(store: AnyStore) -> None:
    secrets = Secrets([NEW])
    sealed = bytearray(secrets.seal(TOKEN))
    sealed[40] ^= 1
    await store.write(partial(install, workspace=WORKSPACE, token=bytes(sealed), now=1.0))

    with pytest.raises(UnreadableSecretError):
        await store.read(partial(load, secrets=secrets))


async def test_equal_tokens_are_sealed_differently(store: AnyStore) -> None:
    secrets = Secrets([NEW])
    await _install(store, secrets)
    await _install(store, secrets, replace(WORKSPACE, team_id="T2", installation_id="T2"))

    sealed = await store.read(lambda c: c.execute(select(installations.c.token)).scalars().all())

    assert len(set(sealed)) == 2


async def test_a_token_lies_nowhere_in_plain_text(store: AnyStore, tmp_path: Path) -> None:
    await _install(store, Secrets([NEW]))

    if isinstance(store, SqliteStore):
        files = _files(tmp_path)
        assert any(b"Acme" in content for content in files)
        assert not any(TOKEN.encode() in content for content in files)
    contents = await store.read(_everything)

    assert "Acme" in contents
    assert TOKEN not in contents
    assert TOKEN.encode().hex() not in contents


async def test_a_workspaces_token_shows_in_no_repr(store: AnyStore) -> None:
    await _install(store, Secrets([NEW]))

    loaded = await store.read(partial(load, secrets=Secrets([NEW])))

    assert TOKEN not in repr(loaded)


async def test_a_workspace_that_goes_leaves_its_channels_and_another_process_sees_it(
    store: AnyStore, open_store: Callable[[], AnyStore]
) -> None:
    await _install(store, Secrets([NEW]))
    row = {"team_id": "T1", "channel_id": "C1"}
    await store.write(lambda c: c.execute(addresses.insert().values(row)).rowcount)

    await store.write(partial(uninstall, installation_id="T1"))

    assert await open_store().read(partial(load, secrets=Secrets([NEW]))) == {}
    assert await open_store().read(lambda c: c.execute(select(addresses.c.channel_id)).scalars().all()) == ["C1"]


def _files(folder: Path) -> list[bytes]:
    """The database and what SQLite keeps beside it."""
    return [path.read_bytes() for path in folder.iterdir()]


def _everything(connection: Connection) -> str:
    """All rows of all tables, bytes as text and as hexadecimal figures."""
    rows = [
        tuple(row)
        for table in inspect(connection).get_table_names()
        for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - the database's own names
    ]
    return repr(rows) + "".join(value.hex() for row in rows for value in row if isinstance(value, bytes))
