"""Installations and workspaces as an administrator looks at them, on both stores."""

from datetime import UTC, datetime
from functools import partial

from agent.store.installations import detach
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore
from agent.store.workspace_rows import known, places
from agent.store.workspaces import Installation, keep_installation, keep_workspace
from agent.workspaces import Workspace

AnyStore = SqliteStore | PostgresStore
NOW, ENDS = 1000.0, 44200.0


def workspace(team_id: str, installation_id: str) -> Workspace:
    return Workspace(
        team_id=team_id,
        installation_id=installation_id,
        name=f"Name of {team_id}",
        domain="acme",
        bot_user_id="U0",
        token="xoxb-first",
        scopes=frozenset({"commands"}),
    )


async def keep(store: AnyStore, made: Installation, *team_ids: str) -> None:
    await store.write(partial(keep_installation, installation=made, now=NOW))
    for team_id in team_ids:
        await store.write(partial(keep_workspace, workspace=workspace(team_id, made.id), now=NOW))


async def test_places_are_organisations_too_also_those_without_a_workspace(store: AnyStore) -> None:
    group = Installation(id="E1", name="Zeta", token=b"sealed", scopes=frozenset({"commands"}), is_organisation=True)
    await keep(store, group)
    await keep(store, Installation(id="T1", name="Acme", token=b"sealed", scopes=frozenset()), "T1")

    found = await store.read(places)

    assert [(each.name, each.id, each.is_organisation) for each in found] == [
        ("Acme", "T1", False),
        ("Zeta", "E1", True),
    ]
    assert [each.team_id for each in await store.read(known)] == ["T1"]


async def test_of_a_token_one_sees_only_whether_it_is_renewed_and_when_it_ends(store: AnyStore) -> None:
    rotating = Installation(
        id="T1", name="Acme", token=b"sealed", scopes=frozenset(), refresh=b"sealed too", token_ends_at=ENDS
    )
    await keep(store, rotating, "T1")
    await keep(store, Installation(id="T2", name="Globex", token=b"sealed", scopes=frozenset()), "T2")

    acme, globex = await store.read(places)

    assert (acme.renews, acme.ends_at) == (True, datetime.fromtimestamp(ENDS, UTC))
    assert (globex.renews, globex.ends_at) == (False, None)
    assert "sealed" not in repr([acme, globex])


async def test_a_workspace_that_was_left_says_since_when(store: AnyStore) -> None:
    group = Installation(id="E1", name="Zeta", token=b"sealed", scopes=frozenset(), is_organisation=True)
    await keep(store, group, "T1")
    await store.write(lambda connection: detach(connection, "E1", ["T1"], "team_access_revoked", NOW + 5))

    [left] = await store.read(known)

    assert (left.installed, left.parked_reason) == (None, "team_access_revoked")
    assert left.parked_at == datetime.fromtimestamp(NOW + 5, UTC)
