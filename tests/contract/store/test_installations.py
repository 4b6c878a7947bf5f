"""Installations over their life, on both stores: made, renewed by one at a time, left, and come back to."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Table, insert, select

from agent.audit import Entry
from agent.store import installations as stored
from agent.store.installations import Renewal
from agent.store.people_tables import audit
from agent.store.postgres import PostgresStore
from agent.store.secrets import Secrets
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, workspaces
from agent.store.workspaces import Installation, choose, install, load
from agent.workspaces import Workspace
from shared.card import DataClass

AnyStore = SqliteStore | PostgresStore
SECRETS = Secrets([Fernet.generate_key()])
DONE = Entry(team_id="T1", user_id="U1", action="install", target="Acme")
NOW, ENDS = 1000.0, 44200.0


def workspace(team_id: str, installation_id: str = "", token: str = "xoxb-first") -> Workspace:
    return Workspace(
        team_id=team_id,
        installation_id=installation_id or team_id,
        name=f"Name of {team_id}",
        domain="acme",
        bot_user_id="U0",
        token=token,
        scopes=frozenset({"commands"}),
    )


def installation(of: str = "T1", token: str = "xoxb-first", **more: Any) -> Installation:
    sealed = SECRETS.seal(token)
    return Installation(
        id=of,
        name=f"Name of {of}",
        token=sealed,
        scopes=frozenset({"commands"}),
        app_id="A1",
        installed_by="U1",
        **more,
    )


def rotating(of: str = "T1", token: str = "xoxe.xoxb-first") -> Installation:
    return installation(of, token, refresh=SECRETS.seal("xoxe-1-first"), token_ends_at=ENDS)


async def complete(store: AnyStore, made: Installation, *found: Workspace, now: float = NOW) -> None:
    await store.write(partial(stored.complete, installation=made, found=found, entry=DONE, now=now))


async def known(store: AnyStore) -> dict[str, Workspace]:
    return await store.read(partial(load, secrets=SECRETS))


async def held(store: AnyStore, of: str = "T1") -> Installation:
    found = await store.read(partial(stored.held, installation_id=of))
    assert found is not None
    return found


async def leave(store: AnyStore, token: bytes, *, of: str = "T1", now: float = NOW) -> Sequence[str] | None:
    leaving = partial(stored.leave, installation_id=of, token=token, reason="app_uninstalled")
    return await store.write(partial(leaving, entry=DONE, now=now))


async def subscribe(store: AnyStore, team_id: str, channel_id: str = "C1", **more: Any) -> None:
    row = {"team_id": team_id, "channel_id": channel_id, **more}
    await store.write(lambda connection: connection.execute(insert(addresses).values(row)).rowcount)


async def rows(store: AnyStore, table: Table) -> list[Any]:
    query = select(table).order_by(*table.primary_key)
    return await store.read(lambda connection: list(connection.execute(query).all()))


async def test_what_is_installed_is_kept_with_its_workspace_and_written_down(store: AnyStore) -> None:
    await complete(store, rotating(), workspace("T1", token="xoxe.xoxb-first"))

    assert await known(store) == {"T1": workspace("T1", token="xoxe.xoxb-first")}
    assert (await held(store)).installed_by == "U1"
    assert [(row.action, row.user_id, row.target) for row in await rows(store, audit)] == [("install", "U1", "Acme")]


async def test_installing_again_renews_scopes_and_token_and_keeps_what_was_chosen(store: AnyStore) -> None:
    await complete(store, installation(), workspace("T1"))
    await store.write(partial(choose, team_id="T1", data_class=DataClass.LINK))
    again = Installation(id="T1", name="Acme", token=SECRETS.seal("xoxb-new"), scopes=frozenset({"commands", "a:b"}))

    await complete(store, again, workspace("T1"))

    found = (await known(store))["T1"]
    assert found.scopes == {"commands", "a:b"}
    assert (found.token, found.data_class) == ("xoxb-new", DataClass.LINK)


async def test_what_is_left_loses_its_tokens_at_once_and_goes_on_when_installed_again(store: AnyStore) -> None:
    await complete(store, installation(), workspace("T1"))
    await subscribe(store, "T1", "C1")
    await subscribe(store, "T1", "C2", parked_reason="is_archived", parked_at=1.0)

    gone = await leave(store, (await held(store)).token, now=2000.0)
    between = [(row.channel_id, row.parked_reason) for row in await rows(store, addresses)]
    tokens = await rows(store, installations)
    await complete(store, installation(token="xoxb-new"), workspace("T1"), now=3000.0)

    assert gone == ["T1"]
    assert tokens == []
    assert between == [("C1", "app_uninstalled"), ("C2", "is_archived")]
    assert [row.parked_reason for row in await rows(store, addresses)] == [None, "is_archived"]
    assert [(row.parked_reason, row.parked_at) for row in await rows(store, workspaces)] == [(None, None)]


async def test_an_old_word_of_leaving_takes_no_new_token_away(store: AnyStore) -> None:
    await complete(store, installation(), workspace("T1"))
    old = (await held(store)).token
    await complete(store, installation(token="xoxb-new"), workspace("T1"))

    gone = await leave(store, old)

    assert gone is None
    assert (await known(store))["T1"].token == "xoxb-new"


async def test_the_thirty_days_begin_with_leaving_whatever_had_parked_it_before(store: AnyStore) -> None:
    await complete(store, installation(), workspace("T1"))
    parked = workspaces.update().values(parked_reason="missing_scope", parked_at=NOW)
    await store.write(lambda connection: connection.execute(parked).rowcount)

    await leave(store, (await held(store)).token, now=9000.0)

    assert [(row.parked_reason, row.parked_at) for row in await rows(store, workspaces)] == [("missing_scope", 9000.0)]


async def test_an_organisation_has_one_token_for_all_and_replaces_the_workspaces_own(store: AnyStore) -> None:
    await complete(store, installation("T1", "xoxb-own"), workspace("T1"))

    await complete(
        store, installation("E1", "xoxb-org", is_organisation=True), workspace("T1", "E1"), workspace("T2", "E1")
    )

    found = await known(store)
    assert {team_id: (each.token, each.installation_id) for team_id, each in found.items()} == {
        "T1": ("xoxb-org", "E1"),
        "T2": ("xoxb-org", "E1"),
    }
    assert [row.id for row in await rows(store, installations)] == ["E1"]


async def test_a_workspace_that_its_organisation_takes_out_is_parked_and_comes_back(store: AnyStore) -> None:
    await complete(store, installation("E1", is_organisation=True), workspace("T1", "E1"), workspace("T2", "E1"))
    await subscribe(store, "T1")
    detaching = partial(stored.detach, installation_id="E1", team_ids=["T1"], reason="team_access_revoked")

    await store.write(partial(detaching, now=2000.0))
    without = await known(store)
    parked = (await rows(store, addresses))[0].parked_reason
    await store.write(partial(stored.attach, installation_id="E1", found=[workspace("T1", "E1")], now=3000.0))

    assert set(without) == {"T2"}
    assert parked == "team_access_revoked"
    assert set(await known(store)) == {"T1", "T2"}
    assert (await rows(store, addresses))[0].parked_reason is None


async def test_only_one_may_renew_a_token_until_its_time_is_over(
    store: AnyStore, open_store: Callable[[], AnyStore]
) -> None:
    await complete(store, rotating(), workspace("T1"))
    token = (await held(store)).token
    claim = partial(stored.claim, installation_id="T1", token=token)

    first = await store.write(partial(claim, until=NOW + 60, now=NOW))
    second = await open_store().write(partial(claim, until=NOW + 60, now=NOW + 59))
    due = await store.read(partial(stored.ending, before=ENDS + 1, now=NOW + 59))
    third = await open_store().write(partial(claim, until=NOW + 120, now=NOW + 60))

    assert (first, second, third) == (True, False, True)
    assert due == []


async def test_both_new_tokens_are_kept_and_free_what_waited_for_them(store: AnyStore) -> None:
    await complete(store, rotating(), workspace("T1"))
    await subscribe(store, "T1")
    was = (await held(store)).token
    failing = partial(stored.not_renewed, installation_id="T1", token=was, trouble="invalid_refresh_token")
    await store.write(partial(failing, again_at=NOW + 300, ended=True, now=NOW))
    parked = (await rows(store, addresses))[0].parked_reason
    told = await store.read(stored.troubles)
    new = Renewal(
        installation_id="T1",
        was=was,
        token=SECRETS.seal("xoxe.xoxb-new"),
        refresh=SECRETS.seal("xoxe-1-new"),
        token_ends_at=ENDS * 2,
    )

    kept = await store.write(partial(stored.renewed, renewal=new, now=NOW + 301))

    found = await held(store)
    assert (parked, told) == ("token_expired", [("Name of T1", "invalid_refresh_token")])
    assert kept
    assert found.refresh is not None
    assert (SECRETS.open(found.token), SECRETS.open(found.refresh)) == ("xoxe.xoxb-new", "xoxe-1-new")
    assert (await rows(store, addresses))[0].parked_reason is None
    assert await store.read(stored.troubles) == []


async def test_what_was_installed_again_meanwhile_keeps_its_own_tokens(store: AnyStore) -> None:
    await complete(store, rotating(), workspace("T1"))
    was = (await held(store)).token
    await complete(store, rotating(token="xoxe.xoxb-again"), workspace("T1"))
    late = Renewal(installation_id="T1", was=was, token=b"late", refresh=b"late", token_ends_at=None)

    kept = await store.write(partial(stored.renewed, renewal=late, now=NOW))
    failing = partial(stored.not_renewed, installation_id="T1", token=was, trouble="invalid_refresh_token")
    await store.write(partial(failing, again_at=NOW + 300, ended=True, now=NOW))

    assert not kept
    assert SECRETS.open((await held(store)).token) == "xoxe.xoxb-again"
    assert await store.read(stored.troubles) == []
    assert (await rows(store, workspaces))[0].parked_reason is None


async def test_a_token_that_does_not_rotate_is_never_due(store: AnyStore) -> None:
    await complete(store, installation(), workspace("T1"))
    token = (await held(store)).token

    due = await store.read(partial(stored.ending, before=1e12, now=NOW))

    assert due == []
    assert not await store.write(partial(stored.claim, installation_id="T1", token=token, until=NOW, now=NOW))


async def test_the_environments_token_takes_no_rotating_ones_place(store: AnyStore) -> None:
    await complete(store, rotating(), workspace("T1"))

    await store.write(partial(install, workspace=workspace("T1"), token=SECRETS.seal("xoxb-env"), now=NOW))

    found = await held(store)
    assert SECRETS.open(found.token) == "xoxe.xoxb-first"
    assert found.refresh is not None
