"""Letting go of what no key opens any more, on both stores."""

from functools import partial
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, Table, insert, select

from agent.store import configuration, versions
from agent.store.discarding import KEY_LOST, Lost, discard, lost
from agent.store.people_tables import audit, device_links, links, people, sponsors
from agent.store.postgres import PostgresStore
from agent.store.replicas import are_there, beat, leave
from agent.store.secrets import Secrets
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, repositories, subscriptions, workspaces
from agent.store.versions import What
from agent.store.workspaces import Installation, keep_installation, keep_workspace
from agent.workspaces import Workspace

AnyStore = SqliteStore | PostgresStore
OLD_KEY, NEW_KEY = Fernet.generate_key(), Fernet.generate_key()
OLD, NEW, BOTH = Secrets([OLD_KEY]), Secrets([NEW_KEY]), Secrets([NEW_KEY, OLD_KEY])
NOW = 1000.0
ALL = Lost(settings=("SLACK_APP_TOKEN",), installations=("Acme (T1)",), people=("ada in T1",), begun=2)


def _installed(connection: Connection, team_id: str, name: str, secrets: Secrets) -> None:
    own = Installation(id=team_id, name=name, token=secrets.seal("xoxb-1"), scopes=frozenset({"commands"}))
    keep_installation(connection, own, NOW)
    there = Workspace(
        team_id=team_id, installation_id=team_id, name=name, domain="", bot_user_id="U0", token="", scopes=frozenset()
    )
    keep_workspace(connection, there, NOW)


def _linked(connection: Connection, user_id: str, login: str, secrets: Secrets) -> None:
    row = {"team_id": "T1", "user_id": user_id, "ghes_id": 7, "login": login, "linked_at": 1.0}
    connection.execute(insert(people).values(row | {"access": secrets.seal("ghu_1"), "refresh": None}))


def _vouched(connection: Connection) -> None:
    """`ada` alone vouches for a private repository in a channel."""
    connection.execute(insert(addresses).values(id=1, team_id="T1", channel_id="C1"))
    repository = {"id": 7, "owner_id": 5, "owner": "acme", "name": "pay", "visibility": "private"}
    connection.execute(
        insert(repositories).values(repository | {"url": "", "default_branch": "main", "updated_at": 0.0})
    )
    connection.execute(
        insert(subscriptions).values(
            address_id=1, scope="repo", target_id=7, target="acme/pay", wants="{}", created_by="U1",
            created_at=1.0,
        )
    )  # fmt: skip
    connection.execute(insert(sponsors).values(address_id=1, scope="repo", target_id=7, user_id="U1", checked_at=NOW))


def _fill(connection: Connection) -> None:
    """One of each of the old key, and one of the new."""
    configuration.save(connection, {"slack_app_token": OLD.seal("xapp-1")}, by="setup", now=NOW)
    configuration.save(connection, {"slack_client_id": NEW.seal("1.2")}, by="setup", now=NOW)
    _installed(connection, "T1", "Acme", OLD)
    _installed(connection, "T2", "Globex", NEW)
    _linked(connection, "U1", "ada", OLD)
    _linked(connection, "U2", "mona", NEW)
    _vouched(connection)
    begun = {"team_id": "T1", "user_id": "U3", "ends_at": NOW + 60}
    connection.execute(insert(links).values({**begun, "token_hash": "h1", "access": OLD.seal("ghu_2")}))
    connection.execute(insert(links).values({**begun, "token_hash": "h2"}))
    device = {**begun, "device_code": OLD.seal("d1"), "interval_s": 5, "next_at": NOW}
    connection.execute(insert(device_links).values(device))


def _column(connection: Connection, table: Table, name: str) -> list[Any]:
    return sorted(connection.execute(select(table.c[name])).scalars())


async def _there(store: AnyStore, table: Table, name: str) -> list[Any]:
    return await store.read(partial(_column, table=table, name=name))


async def test_what_no_key_opens_is_named(store: AnyStore) -> None:
    await store.write(_fill)

    found = await store.read(partial(lost, secrets=NEW))

    assert found == ALL


async def test_with_both_keys_nothing_is_lost(store: AnyStore) -> None:
    await store.write(_fill)

    assert not await store.read(partial(lost, secrets=BOTH))


async def test_what_is_readable_stays(store: AnyStore) -> None:
    await store.write(_fill)

    done = await store.write(partial(discard, secrets=NEW, seen=ALL, by="secrets rotate (root)", now=NOW))

    assert done
    assert not await store.read(partial(lost, secrets=NEW))
    assert await store.read(partial(configuration.read, secrets=NEW)) == {"slack_client_id": "1.2"}
    assert await _there(store, installations, "id") == ["T2"]
    assert await _there(store, people, "login") == ["mona"]
    assert await _there(store, links, "token_hash") == ["h2"]
    assert await _there(store, device_links, "user_id") == []


async def test_its_workspaces_wait_for_the_app_and_its_subscriptions_for_somebody(store: AnyStore) -> None:
    await store.write(_fill)

    await store.write(partial(discard, secrets=NEW, seen=ALL, by="secrets rotate (root)", now=NOW))

    rows = await store.read(
        lambda connection: connection.execute(select(workspaces.c.team_id, workspaces.c.parked_reason)).all()
    )
    assert dict(map(tuple, rows)) == {"T1": KEY_LOST, "T2": None}
    assert await _there(store, subscriptions, "paused_at") == [NOW]
    assert await _there(store, sponsors, "user_id") == []


async def test_it_is_written_down_and_a_running_agent_looks(store: AnyStore) -> None:
    await store.write(_fill)
    before = await store.read(versions.read)

    await store.write(partial(discard, secrets=NEW, seen=ALL, by="secrets rotate (root)", now=NOW))

    after = await store.read(versions.read)
    assert all(after[what] > before[what] for what in What)
    entries = await store.read(
        lambda connection: (
            connection.execute(
                select(audit.c.target).where(audit.c.login == "secrets rotate (root)").order_by(audit.c.seq)
            )
            .scalars()
            .all()
        )
    )
    assert entries == ["Acme", "T1/U1", "SLACK_APP_TOKEN"]


async def test_nothing_is_discarded_that_was_not_seen(store: AnyStore) -> None:
    await store.write(_fill)

    done = await store.write(partial(discard, secrets=NEW, seen=Lost(begun=2), by="root", now=NOW))

    assert not done
    assert await store.read(partial(lost, secrets=NEW)) == ALL


@pytest.mark.parametrize(("since", "expected"), [(NOW - 60, True), (NOW + 1, False)])
async def test_a_replica_that_was_seen_is_there(store: AnyStore, since: float, expected: bool) -> None:  # noqa: FBT001 - a row of the table
    await store.write(partial(beat, owner="one", sockets=2, now=NOW, missed_after_s=60.0))

    assert await store.read(partial(are_there, since=since)) is expected


async def test_a_replica_that_has_left_is_not_there(store: AnyStore) -> None:
    await store.write(partial(beat, owner="one", sockets=2, now=NOW, missed_after_s=60.0))
    await store.write(partial(leave, owner="one"))

    assert not await store.read(partial(are_there, since=0.0))
