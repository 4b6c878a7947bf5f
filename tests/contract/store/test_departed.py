"""Workspaces that the app left, on both stores: parked for 30 days, then forgotten with all that hangs on them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from agent.setup.departing import forget_departed
from agent.store.departed import linked_people
from agent.store.people_tables import audit, homes, links, people, preview_choices, sponsors
from agent.store.postgres import PostgresStore
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, buckets, calls, notifications, subscriptions, threads, undos, workspaces
from infra.sandbox.driven_clock import START, DrivenClock

AnyStore = SqliteStore | PostgresStore
DAY_S = 86400.0
NOW = START.timestamp()
MINE = (addresses, subscriptions, threads, notifications, undos, sponsors, calls, people, links, homes, preview_choices)


def put(connection: Connection, table: Table, **values: Any) -> Any:
    return connection.execute(insert(table).values(**values)).inserted_primary_key


def fill(connection: Connection, team_id: str, *, days_ago: float | None, installed: bool) -> None:
    """A workspace with a row of everything; it was parked that many days ago."""
    at = None if days_ago is None else NOW - days_ago * DAY_S
    said = {"name": team_id, "domain": "", "bot_user_id": "", "data_class": "full", "transport": "direct"}
    parked = {"parked_reason": None if at is None else "app_uninstalled", "parked_at": at}
    put(connection, workspaces, team_id=team_id, installation_id=team_id, installed_at=1.0, **said, **parked)
    if installed:
        more = {"is_organisation": False, "name": "", "app_id": "", "scopes": "", "installed_by": ""}
        put(connection, installations, id=team_id, token=b"x", installed_at=1.0, **more)
    address_id = put(connection, addresses, team_id=team_id, channel_id="C1")[0]
    target = {"scope": "repo", "target_id": 7}
    wanted = {"target": "acme/pay", "wants": "{}", "created_by": "U1", "created_at": 1.0}
    put(connection, subscriptions, address_id=address_id, **target, **wanted)
    for number in range(3):
        threaded = {"event_key": "", "actor": "", "made_at": 1.0}
        put(connection, threads, address_id=address_id, subject_key=f"7/issue/{number}", **threaded)
        waiting = {"event_key": "push", "role": "plain", "state": "queued", "due_at": 1.0, "created_at": 1.0}
        named = {"id": f"{team_id}-{number}", "delivery_id": f"d-{number}"}
        put(connection, notifications, address_id=address_id, **named, **waiting)
    put(connection, undos, id=f"undo-{team_id}", address_id=address_id, changes="[]", created_at=1.0)
    put(connection, sponsors, address_id=address_id, user_id="U1", checked_at=1.0, **target)
    called = {"channel_id": "C1", "waiting_for": "", "call": "{}", "expires_at": 1e12}
    put(connection, calls, id=f"call-{team_id}", team_id=team_id, **called)
    put(connection, people, team_id=team_id, user_id="U1", ghes_id=1, login="ada", access=b"x", linked_at=1.0)
    put(connection, links, token_hash=f"link-{team_id}", team_id=team_id, user_id="U2", ends_at=1e12)
    put(connection, homes, team_id=team_id, user_id="U1", greeted_at=1.0)
    chosen = {"choice": "always", "repository_id": 0, "channel_id": ""}
    put(connection, preview_choices, team_id=team_id, user_id="U1", **chosen)
    put(connection, buckets, team_id=team_id, method="chat.update")


async def counts(store: AnyStore, tables: Sequence[Table]) -> list[int]:
    def count(connection: Connection) -> list[int]:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]

    return await store.read(count)


@pytest.mark.parametrize(
    ("days_ago", "installed"),
    [(29.9, False), (31, True), (None, True)],
    ids=["parked for less than 30 days", "installed, and parked for another reason", "at work"],
)
async def test_what_may_go_on_is_kept(store: AnyStore, *, days_ago: float | None, installed: bool) -> None:
    await store.write(partial(fill, team_id="T1", days_ago=days_ago, installed=installed))
    before = await counts(store, MINE)

    gone = await forget_departed(store, DrivenClock(), None)

    assert gone == []
    assert await counts(store, MINE) == before


async def test_after_thirty_days_all_of_a_workspace_is_forgotten_and_nothing_of_the_others(store: AnyStore) -> None:
    await store.write(partial(fill, team_id="T1", days_ago=None, installed=True))
    kept = await counts(store, (*MINE, workspaces, buckets))
    await store.write(partial(fill, team_id="T2", days_ago=30.1, installed=False))

    gone = await forget_departed(store, DrivenClock(), None)

    entries = await store.read(lambda c: c.execute(select(audit.c.action, audit.c.team_id)).all())
    assert gone == ["T2"]
    assert await counts(store, (*MINE, workspaces, buckets)) == kept
    assert [tuple(row) for row in entries] == [("forget", "T2")]


async def test_their_people_are_unlinked_properly_before_anything_is_deleted(store: AnyStore) -> None:
    await store.write(partial(fill, team_id="T1", days_ago=None, installed=True))
    await store.write(partial(fill, team_id="T2", days_ago=30.1, installed=False))
    unlinking = Recorded(store)

    await forget_departed(store, DrivenClock(), unlinking)  # type: ignore[arg-type]

    assert unlinking.asked == [("T2", "U1", 3)]


class Recorded:
    """Who was to be forgotten, and how many waiting notifications of gone workspaces there were then."""

    def __init__(self, store: AnyStore) -> None:
        self.store = store
        self.asked: list[tuple[str, str, int]] = []

    async def forget(self, team_id: str, user_id: str) -> None:
        of_both = (await counts(self.store, [notifications]))[0]
        self.asked.append((team_id, user_id, of_both - 3))


async def test_nobody_is_asked_about_in_a_workspace_at_work(store: AnyStore) -> None:
    await store.write(partial(fill, team_id="T1", days_ago=31, installed=True))

    assert await store.read(partial(linked_people, now=NOW)) == []
