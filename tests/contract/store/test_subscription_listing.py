"""The list of all subscriptions, a page at a time, on each of the two stores."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from agent.store.people_tables import people, sponsors
from agent.store.port import Store
from agent.store.subscription_listing import Page, one, page
from agent.store.tables import addresses, subscriptions, workspaces
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants, encode

ISSUES = encode(Wants(features={"issues": PLAIN}))
DOCS, SECRET = Target(scope=Scope.REPO, id=7, name="acme/docs"), Target(scope=Scope.REPO, id=9, name="Acme/secret")
ACME = Target(scope=Scope.OWNER, id=5, name="acme")
INDEXES = {
    "workspace": "addresses",
    "channel": "ix_addresses_channel_id",
    "repository": "ix_subscriptions_name_key",
    "sponsor": "ix_sponsors_user_id",
}
"""What leads to those that a filter lets through, where it's the only one."""
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
_FILL = (
    "INSERT INTO addresses (id, team_id, channel_id) {n} SELECT i, 'T' || (i % 50), 'C' || i FROM n",
    """INSERT INTO subscriptions (address_id, scope, target_id, target, wants, created_by, created_at)
       {n} SELECT i, 'repo', i, 'owner' || (i % 500) || '/repo' || i, :wants, 'U1', 0 FROM n""",
    """INSERT INTO sponsors (address_id, scope, target_id, user_id, checked_at)
       {n} SELECT i, 'repo', i, 'U' || (i % 5000), 0 FROM n""",
)


def _subscription(address_id: int, target: Target, **more: Any) -> tuple[Any, dict[str, Any]]:
    row = {"address_id": address_id, "scope": target.scope, "target_id": target.id, "target": target.name}
    return subscriptions, {**row, "wants": ISSUES, "created_by": "U1", "created_at": 1.0, **more}


def _address(id_: int, team_id: str, channel_id: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    return addresses, {"id": id_, "team_id": team_id, "channel_id": channel_id, **more}


def _sponsor(address_id: int, target: Target, user_id: str) -> tuple[Any, dict[str, Any]]:
    row = {"address_id": address_id, "scope": target.scope, "target_id": target.id}
    return sponsors, {**row, "user_id": user_id, "checked_at": 1.0}


@pytest.fixture
async def seven(store: Store) -> Store:
    """Seven subscriptions in three channels of two workspaces."""
    acme = {"team_id": "T1", "installation_id": "T1", "name": "Acme", "domain": "acme", "bot_user_id": "B"}
    mona = {"team_id": "T1", "user_id": "U3", "ghes_id": 3, "login": "Mona", "access": b"", "linked_at": 1.0}
    rows = [
        (workspaces, {**acme, "data_class": "full", "transport": "direct", "installed_at": 1.0}),
        (people, mona),
        *(_address(1, "T1", "C2", parked_reason="is_archived"), _address(2, "T1", "C1"), _address(3, "T2", "C1")),
        *(_subscription(address_id, target) for address_id in (1, 2, 3) for target in (SECRET, DOCS)),
        _subscription(2, ACME, paused_at=5.0),
        *(_sponsor(2, SECRET, "U3"), _sponsor(2, SECRET, "U4"), _sponsor(3, SECRET, "U3")),
    ]

    def put(connection: Connection) -> None:
        for table, row in rows:
            connection.execute(insert(table).values(row))

    await store.write(put)
    return store


async def _pages(store: Store, limit: int, **filters: str) -> list[Page]:
    found = [await store.read(partial(page, filters=filters, after=None, limit=limit))]
    while found[-1].after:
        found.append(await store.read(partial(page, filters=filters, after=found[-1].after, limit=limit)))
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_pages_have_everything_once_and_in_order(seven: Store, limit: int) -> None:
    pages = await _pages(seven, limit)

    rows = [row for each in pages for row in each.rows]
    keys = [(row.address.team_id, row.address.channel_id, row.target.name.lower()) for row in rows]
    assert keys == sorted(keys)
    assert len({row.id for row in rows}) == 7
    assert len(pages) == -(-7 // limit)


async def test_a_page_goes_on_although_its_last_row_is_gone(seven: Store) -> None:
    first = await seven.read(partial(page, filters={}, after=None, limit=3))
    gone = subscriptions.delete().where(subscriptions.c.id == first.rows[-1].id)
    await seven.write(lambda connection: connection.execute(gone))

    second = await seven.read(partial(page, filters={}, after=first.after, limit=50))

    assert len(second.rows) == 4


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"workspace": "T1"}, 5),
        ({"workspace": "acme"}, 5),
        ({"workspace": "T9"}, 0),
        ({"channel": "C1"}, 5),
        ({"workspace": "T2", "channel": "C1"}, 2),
        ({"repository": "ACME/docs"}, 3),
        ({"repository": "acme/SECRET"}, 3),
        ({"repository": "acme"}, 7),
        ({"repository": "acm"}, 0),
        ({"repository": "acm_"}, 0),
        ({"repository": "acme/%"}, 0),
        ({"repository": "acme\0"}, 0),
        ({"sponsor": "mona"}, 2),
        ({"sponsor": "U3"}, 2),
        ({"sponsor": "U4", "repository": "acme"}, 1),
        ({"sponsor": "ada"}, 0),
    ],
)
async def test_filters_let_through_what_they_name(seven: Store, filters: dict[str, str], count: int) -> None:
    [found] = await _pages(seven, 50, **filters)

    assert len(found.rows) == count


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "[]",
        "[" * 9999,
        '["T", "C", "x", true]',
        '["T", "C", "x", 1e9]',
        f'["T", "C", "\\u0000", {10**20}]',
        '["T", "C", "\\ud800", 1]',
    ],
)
async def test_a_place_that_is_not_ours_is_the_first_page(seven: Store, after: str) -> None:
    found = await seven.read(partial(page, filters={}, after=after, limit=50))

    assert len(found.rows) == 7


async def test_what_is_parked_and_paused_is_told(seven: Store) -> None:
    [found] = await _pages(seven, 50)

    assert {row.parked_reason for row in found.rows if row.address.channel_id == "C2"} == {"is_archived"}
    assert [row.target for row in found.rows if row.paused_reason] == [ACME]
    assert {row.workspace for row in found.rows} == {"Acme", ""}


async def test_sponsors_are_named_by_their_login_where_they_are_linked(seven: Store) -> None:
    [found] = await _pages(seven, 50, repository="acme/secret")

    by_channel = {str(row.address): row.sponsors for row in found.rows}
    assert sorted(by_channel.values()) == [(), ("Mona", "U4"), ("U3",)]


async def test_a_single_one_is_found_by_its_number(seven: Store) -> None:
    [found] = await _pages(seven, 50)

    again = [await seven.read(partial(one, id_=row.id)) for row in found.rows]

    assert again == list(found.rows)
    assert await seven.read(partial(one, id_=0)) is None


@pytest.fixture
async def grown(store: Store) -> Store:
    """Twenty thousand subscriptions; of a SQLite store nobody gathers statistics."""

    def fill(connection: Connection) -> None:
        for statement in _FILL:
            connection.execute(text(statement.format(n=_NUMBERS)), {"wants": ISSUES} if ":wants" in statement else {})
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))

    await store.write(fill)
    return store


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 50),
        ({"workspace": "T7"}, 50),
        ({"channel": "C7"}, 1),
        ({"workspace": "T7", "channel": "C7"}, 1),
        ({"repository": "owner7/repo507"}, 1),
        ({"repository": "owner7"}, 40),
        ({"sponsor": "U9"}, 4),
        ({"workspace": "T9", "channel": "C9", "repository": "owner9", "sponsor": "U9"}, 1),
    ],
)
@pytest.mark.parametrize("after", [None, '["T0", "C1", "owner1/repo1", 1]'])
async def test_no_page_reads_all_subscriptions_or_sponsors(
    grown: Store, filters: dict[str, str], count: int, after: str | None
) -> None:
    def planned(connection: Connection) -> tuple[list[str], Page]:
        return _planned(connection, partial(page, filters=filters, after=after, limit=50))

    plans, found = await grown.read(planned)

    assert len(found.rows) == count
    assert [line for line in plans if line.startswith(("SCAN subscriptions", "SCAN sponsors"))] == []
    assert [line for line in plans if line == "SCAN addresses"] == []
    assert [name for name in filters if len(filters) == 1 and not any(INDEXES[name] in line for line in plans)] == []


def _planned(connection: Connection, work: Callable[[Connection], Page]) -> tuple[list[str], Page]:
    """How each of the statements of `work` is carried out, a line for each step, and what it finds."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:  # noqa: FBT001
        statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        found = work(connection)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return [line for each in statements for line in _plan(connection, *each)], found


def _plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN (FORMAT JSON)"
    rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    if is_sqlite:
        return [row.detail for row in rows]
    return list(_nodes(json.loads(rows[0][0]) if isinstance(rows[0][0], str) else rows[0][0]))


def _nodes(plan: Any) -> Iterator[str]:
    """The nodes of PostgreSQL's plan in SQLite's words, as far as it matters."""
    for each in plan if isinstance(plan, list) else plan.values() if isinstance(plan, dict) else ():
        yield from _nodes(each)
    if isinstance(plan, dict) and plan.get("Node Type") == "Seq Scan":
        yield f"SCAN {plan['Relation Name']}"
    elif isinstance(plan, dict) and "Index Name" in plan:
        yield f"SEARCH {plan.get('Relation Name')} USING {plan['Index Name']}"
