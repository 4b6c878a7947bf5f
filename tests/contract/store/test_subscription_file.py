"""Subscriptions as code and as a list, on each of the two stores."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from agent.slash.ports import ConflictError
from agent.store.audit import since
from agent.store.people_tables import allowances, sponsors
from agent.store.port import Store
from agent.store.subscription_file import apply, held
from agent.store.subscription_listing import page
from agent.store.tables import addresses, envelopes, repositories, subscriptions
from agent.subscription_file.declared import WishedChannel
from agent.subscription_file.planning import steps
from agent.subscriptions.subscription import PLAIN, Scope, Target, UnreadableWantsError, Wants, encode
from shared.address import Address

HERE = Address(team_id="T1", channel_id="C1")
ISSUES, PULLS = Wants(features={"issues": PLAIN}), Wants(features={"pulls": PLAIN})
DOCS, SECRET = Target(scope=Scope.REPO, id=7, name="acme/docs"), Target(scope=Scope.REPO, id=9, name="acme/secret")
ACME = Target(scope=Scope.OWNER, id=5, name="acme")


def _wish(wants: Mapping[Target, Wants] | None, **more: Any) -> WishedChannel:
    said: dict[str, Any] = {
        "private": frozenset(),
        "is_shared": False,
        "threading": None,
        "previews": None,
        "allowed": None,
    } | more
    return WishedChannel(address=HERE, wants=wants, **said)


@pytest.fixture
def put(store: Store) -> Callable[..., Any]:
    """Puts rows into tables."""

    async def made(*rows: tuple[Any, dict[str, Any]]) -> None:
        for table, row in rows:
            await store.write(partial(_insert, table=table, row=row))

    return made


def _insert(connection: Connection, table: Any, row: dict[str, Any]) -> None:
    connection.execute(insert(table).values(row))


def _subscription(address_id: int, target: Target, wants: Wants = ISSUES, **more: Any) -> tuple[Any, dict[str, Any]]:
    row = {"address_id": address_id, "scope": target.scope, "target_id": target.id, "target": target.name}
    return subscriptions, {**row, "wants": encode(wants), "created_by": "U1", "created_at": 1.0, **more}


def _address(id_: int, team_id: str, channel_id: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    return addresses, {"id": id_, "team_id": team_id, "channel_id": channel_id, **more}


async def _apply(store: Store, *wished: WishedChannel, prune: bool = False) -> None:
    planned = steps(wished, (await store.read(held)).channels, prune=prune)
    await store.write(partial(apply, wished=wished, planned=planned, now=2.0, prune=prune))


async def _audit(store: Store) -> list[tuple[str, str, str, str]]:
    found = [noted.entry for noted in await store.read(partial(since, at=None))]
    return [(each.login, each.action, each.target, each.outcome) for each in found]


async def test_a_plan_is_carried_out_and_written_down(store: Store, put: Callable[..., Any]) -> None:
    await put(_address(1, "T1", "C1"), _subscription(1, DOCS), _subscription(1, ACME))

    await _apply(store, _wish({DOCS: PULLS, SECRET: ISSUES}, private=frozenset({SECRET}), threading=False))

    [channel] = (await store.read(held)).channels.values()
    [listed, waits] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert {each.target: each.wants for each in channel.subscriptions} == {DOCS: PULLS, SECRET: ISSUES}
    assert (channel.chosen.threading, channel.chosen.previews) == (False, True)
    assert (listed.created_by, listed.paused_at) == ("U1", None)
    assert (waits.created_by, waits.paused_reason) == ("", "nobody there sponsors it")
    assert await _audit(store) == [
        ("subscriptions apply", "unsubscribe", "acme", "done"),
        ("subscriptions apply", "change", "acme/docs", "done"),
        ("subscriptions apply", "subscribe", "acme/secret", "done"),
        ("subscriptions apply", "pause", "acme/secret", "private: waits for somebody there to take it over"),
        ("subscriptions apply", "settings", "threading off", "done"),
    ]


async def test_what_is_private_is_not_paused_where_somebody_vouches_for_it(
    store: Store, put: Callable[..., Any]
) -> None:
    vouches = {"address_id": 1, "scope": "repo", "target_id": 9, "user_id": "U1", "checked_at": 1.0}
    await put(_address(1, "T1", "C1"), (sponsors, vouches))

    await _apply(store, _wish({SECRET: ISSUES}, private=frozenset({SECRET})))

    [one] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert (one.paused_reason, one.sponsors) == ("", ("U1",))
    assert await store.read(lambda connection: connection.execute(select(envelopes)).all()) == []


@pytest.mark.parametrize(("answer", "arrives"), [(None, False), ("no", False), ("asked", False), ("yes", True)])
async def test_in_a_shared_channel_somebody_who_vouches_is_not_enough(
    store: Store,
    put: Callable[..., Any],
    answer: str | None,
    arrives: bool,  # noqa: FBT001 - a row of the table
) -> None:
    vouches = {"address_id": 1, "scope": "repo", "target_id": 9, "user_id": "U1", "checked_at": 1.0}
    said = [(allowances, {"address_id": 1, "target_id": 9, "answer": answer, "by": "U2", "at": 1.0})] if answer else []
    await put(_address(1, "T1", "C1"), (sponsors, vouches), *said)

    await _apply(store, _wish({SECRET: ISSUES}, private=frozenset({SECRET}), is_shared=True))

    [one] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert (one.paused_at is None) is arrives


async def test_what_a_file_allows_at_once_is_not_paused_where_somebody_vouches(
    store: Store, put: Callable[..., Any]
) -> None:
    vouches = {"address_id": 1, "scope": "repo", "target_id": 9, "user_id": "U1", "checked_at": 1.0}
    await put(_address(1, "T1", "C1"), (sponsors, vouches))
    more = {"private": frozenset({SECRET}), "allowed": frozenset({SECRET}), "is_shared": True}

    await _apply(store, _wish({SECRET: ISSUES}, **more))

    [one] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert one.paused_reason == ""
    assert await store.read(lambda connection: connection.execute(select(envelopes)).all()) == []


@pytest.mark.parametrize(("is_shared", "paused"), [(True, True), (False, False)])
async def test_a_yes_that_is_taken_back_pauses_at_once_where_the_channel_is_shared(
    store: Store,
    put: Callable[..., Any],
    is_shared: bool,  # noqa: FBT001 - a row of the table
    paused: bool,  # noqa: FBT001
) -> None:
    vouches = {"address_id": 1, "scope": "repo", "target_id": 9, "user_id": "U1", "checked_at": 1.0}
    yes = {"address_id": 1, "target_id": 9, "answer": "yes", "by": "U2", "at": 1.0}
    await put(_address(1, "T1", "C1"), _subscription(1, SECRET), (sponsors, vouches), (allowances, yes))

    await _apply(store, _wish({SECRET: ISSUES}, allowed=frozenset(), is_shared=is_shared))

    [one] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert (one.paused_at is not None) is paused


async def test_a_plan_that_somebody_was_quicker_than_changes_nothing(store: Store, put: Callable[..., Any]) -> None:
    await put(_address(1, "T1", "C1"), _subscription(1, DOCS))
    wished = (_wish({DOCS: PULLS}, threading=False),)
    planned = steps(wished, (await store.read(held)).channels, prune=False)
    await put(_subscription(1, SECRET))

    with pytest.raises(ConflictError):
        await store.write(partial(apply, wished=wished, planned=planned, now=2.0, prune=False))

    [channel] = (await store.read(held)).channels.values()
    assert [each.wants for each in channel.subscriptions] == [ISSUES, ISSUES]
    assert channel.chosen.threading
    assert await _audit(store) == []


async def test_a_failure_half_way_undoes_what_was_done_before_it(store: Store, put: Callable[..., Any]) -> None:
    await put(_address(1, "T1", "C1"), _subscription(1, DOCS))
    broken = Wants(features={"issues": PLAIN}, labels=((object(),),))  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        await _apply(store, _wish({DOCS: PULLS, SECRET: broken}))

    [channel] = (await store.read(held)).channels.values()
    assert [(each.target, each.wants) for each in channel.subscriptions] == [(DOCS, ISSUES)]


async def test_the_files_yes_is_kept_over_a_no_and_taken_back(store: Store, put: Callable[..., Any]) -> None:
    no = {"address_id": 1, "target_id": 9, "answer": "no", "by": "U2", "at": 1.0}
    await put(_address(1, "T1", "C1"), _subscription(1, SECRET), (allowances, no))

    await _apply(store, _wish({SECRET: ISSUES}, allowed=frozenset({SECRET})))
    [allowed] = (await store.read(held)).channels[HERE].subscriptions
    await _apply(store, _wish({SECRET: ISSUES}, allowed=frozenset()))
    [taken_back] = (await store.read(held)).channels[HERE].subscriptions

    assert (allowed.allowed, taken_back.allowed) == (True, False)
    assert [entry[:3] for entry in await _audit(store)] == [
        ("subscriptions apply", "allow", "acme/secret"),
        ("subscriptions apply", "take back", "acme/secret"),
    ]


async def test_pruning_takes_the_rest(store: Store, put: Callable[..., Any]) -> None:
    await put(_address(1, "T1", "C1"), _address(2, "T2", "C2"), _subscription(1, DOCS), _subscription(2, DOCS))

    await _apply(store, _wish({DOCS: ISSUES}), prune=True)

    found = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    assert [each.address for each in found] == [HERE]


async def test_a_repository_has_its_newest_name(store: Store, put: Callable[..., Any]) -> None:
    now = {"id": 7, "owner_id": 5, "owner": "acme", "name": "manual", "visibility": "public", "url": ""}
    await put(_address(1, "T1", "C1"), _subscription(1, DOCS), _subscription(1, Target(**{**_as_dict(ACME), "id": 7})))
    await put((repositories, {**now, "default_branch": "main", "updated_at": 0.0}))

    found = (await store.read(held)).channels[HERE].subscriptions

    assert sorted(each.target.name for each in found) == ["acme", "acme/manual"]


def _as_dict(target: Target) -> dict[str, Any]:
    return {"scope": target.scope, "id": target.id, "name": target.name}


async def test_what_a_newer_version_stored_is_listed_and_not_exported(store: Store, put: Callable[..., Any]) -> None:
    await put(_address(1, "T1", "C1"), _subscription(1, DOCS))
    newer = update(subscriptions).values(wants='{"v": 99}')
    await store.write(lambda connection: connection.execute(newer))

    [one] = (await store.read(partial(page, filters={}, after=None, limit=9))).rows
    with pytest.raises(UnreadableWantsError):
        await store.read(held)

    assert one.wants is None
