"""What the console lists and has no numbers: every row is on one page, on both stores."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from agent.store.listings import MOST, Part, list_parked_channels, list_people
from agent.store.people_tables import people
from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses

AnyStore = SqliteStore | PostgresStore
List = Callable[[Connection, str | None, dict[str, str]], Part]


@pytest.fixture
async def crowd(store: AnyStore) -> AnyStore:
    """120 people and as many parked channels, of two workspaces; many at the same instant."""
    link = {"ghes_id": 7, "access": b""}
    linked = [
        {"team_id": f"T{n % 2}", "user_id": f"U{n:03}", "login": f"user{n:03}", "linked_at": float(n // 7), **link}
        for n in range(120)
    ]
    channels = [
        {"team_id": f"T{n % 2}", "channel_id": f"C{n:03}", "parked_reason": "is_archived", "parked_at": float(n // 7)}
        for n in range(120)
    ]

    def fill(connection: Connection) -> None:
        connection.execute(insert(people), linked)
        connection.execute(insert(addresses), channels)
        connection.execute(insert(addresses).values(team_id="T0", channel_id="C-well"))

    await store.write(fill)
    return store


async def _pages(store: AnyStore, listing: List, filters: dict[str, str]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    after: str | None = None
    while True:
        part = await store.read(partial(listing, after=after, filters=filters))  # type: ignore[call-arg]
        found.append([dict(each) for each in part.rows])
        after = part.after
        if after is None:
            return found


@pytest.mark.parametrize(
    ("listing", "name", "at"),
    [(list_people, "user_id", "linked_at"), (list_parked_channels, "channel_id", "parked_at")],
)
async def test_every_row_is_on_one_page_the_newest_first(crowd: AnyStore, listing: List, name: str, at: str) -> None:
    pages = await _pages(crowd, listing, {})

    rows = [row for page in pages for row in page]
    assert [len(page) for page in pages] == [MOST, MOST, 120 - 2 * MOST]
    assert len({row[name] for row in rows}) == 120
    assert [row[at] for row in rows] == sorted((row[at] for row in rows), reverse=True)


@pytest.mark.parametrize(("listing", "name"), [(list_people, "user_id"), (list_parked_channels, "channel_id")])
async def test_those_of_a_workspace_are_paged_by_themselves(crowd: AnyStore, listing: List, name: str) -> None:
    pages = await _pages(crowd, listing, {"workspace": "T1"})

    assert [len(page) for page in pages] == [MOST, 60 - MOST]
    assert len({row[name] for page in pages for row in page}) == 60


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("USER11", [f"user{n}" for n in range(110, 120)]),
        ("U007", ["user007"]),
        ("%", []),
        ("user\x00", []),
    ],
)
async def test_people_are_found_by_the_beginning_of_their_login_or_their_slack_id(
    crowd: AnyStore, who: str, expected: list[str]
) -> None:
    found = await crowd.read(partial(list_people, after=None, filters={"who": who}))

    assert sorted(row["login"] for row in found.rows) == expected


@pytest.mark.parametrize(
    "after", ["", "no JSON", "[]", '["a", 1, 2]', "[1e999, 1]", '[1.5, "T\\u0000", "U"]', "[" * 9000]
)
@pytest.mark.parametrize("listing", [list_people, list_parked_channels])
async def test_an_address_that_is_not_ours_begins_with_the_newest(crowd: AnyStore, listing: List, after: str) -> None:
    found = await crowd.read(partial(listing, after=after, filters={}))  # type: ignore[call-arg]

    assert found == await crowd.read(partial(listing, after=None, filters={}))  # type: ignore[call-arg]
