from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, update

from agent import status
from agent.ghes.server import Server
from agent.slack.socket_mode.status import PoolStatus, SocketStatus
from agent.store.port import Store, StoreUnavailableError
from agent.store.setup_tables import installations
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, events, gaps, notifications, workspaces
from agent.store.workspaces import uninstall
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    new_file(tmp_path / "store.db")
    store = SqliteStore(tmp_path / "store.db")
    yield store
    await store.aclose()


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


def pool(*alarms: str) -> PoolStatus:
    socket = SocketStatus(state="open", since=DrivenClock().now(), reason="", num_connections=2)
    return PoolStatus(sockets=(socket, socket), alarms=alarms, envelopes={"hello": 2}, happenings={}, in_hand=0)


def notification(id_: str, address_id: int, at: float, state: str = "queued") -> dict[str, Any]:
    return {
        "id": id_,
        "delivery_id": f"d-{id_}",
        "event_key": "push",
        "address_id": address_id,
        "role": "plain",
        "state": state,
        "due_at": at,
        "created_at": at,
    }


def a_channel(connection: Connection, id_: int, parked: str | None = None) -> None:
    row = {"id": id_, "team_id": "T1", "channel_id": f"C{id_}", "parked_reason": parked, "parked_at": 1.0}
    connection.execute(insert(addresses).values(row))


def a_workspace(connection: Connection, parked: str | None = None) -> None:
    row = {"team_id": "T1", "name": "Acme", "domain": "acme", "bot_user_id": "U1", "installation_id": "T1"}
    more = {"data_class": "full", "transport": "direct", "parked_reason": parked, "installed_at": 1.0}
    connection.execute(insert(workspaces).values(row | more))


def an_installation(connection: Connection) -> None:
    more = {"is_organisation": False, "app_id": "", "scopes": "", "installed_by": "", "installed_at": 1.0}
    connection.execute(insert(installations).values({"id": "T1", "name": "Acme", "token": b"sealed", **more}))


async def test_a_store_that_takes_writes_is_asked_once_a_second(store: SqliteStore, clock: DrivenClock) -> None:
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    writable = status.Writable(store, clock)

    assert [await writable() for _ in range(5)] == [True] * 5
    assert len(commits) == 1

    await clock.advance(1.1)
    assert await writable()
    assert len(commits) == 2


async def test_a_full_disk_makes_the_store_unwell(store: SqliteStore, clock: DrivenClock) -> None:
    @event.listens_for(store.engine, "checkout")
    def _read_only(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA query_only=1")

    part = await status.of_store(status.Writable(store, clock))

    assert not part.ok
    assert "full disk" in part.says


async def test_sockets_say_their_alarms() -> None:
    well, ill, unset = (
        await status.of_sockets(pool),
        await status.of_sockets(lambda: pool("No socket to Slack is open.", "Give each agent an app.")),
        await status.of_sockets(None),
    )

    assert (well.ok, well.says) == (True, "2 of 2 sockets to Slack are open.")
    assert (ill.ok, ill.says) == (False, "No socket to Slack is open. Give each agent an app.")
    assert (unset.ok, unset.says) == (True, "Not set up.")


async def test_parked_channels_are_shown_and_parked_workspaces_alarm(store: SqliteStore) -> None:
    assert not (await status.of_slack(store)).ok
    await store.write(a_workspace)
    await store.write(lambda connection: a_channel(connection, 1, "is_archived"))

    part = await status.of_slack(store)

    assert part.ok
    assert part.facts["parked_addresses"][0]["reason"] == "is_archived"
    assert "secret" not in repr(part)

    await store.write(lambda connection: connection.execute(update(workspaces).values(parked_reason="token_revoked")))
    part = await status.of_slack(store)
    assert not part.ok
    assert "T1" in part.says


async def test_a_workspace_that_the_app_has_left_is_shown_and_alarms_only_where_it_was_the_last(
    store: SqliteStore,
) -> None:
    await store.write(a_workspace)
    await store.write(an_installation)
    left = {"installation_id": "T2", "name": "Left", "domain": "", "bot_user_id": "", "data_class": "full"}
    parked = {"transport": "direct", "installed_at": 1.0, "parked_reason": "app_uninstalled", "parked_at": 1.0}
    row = {"team_id": "T2", **left, **parked}
    await store.write(lambda connection: connection.execute(insert(workspaces).values(row)).rowcount)

    beside = await status.of_slack(store)
    await store.write(lambda connection: uninstall(connection, "T1"))
    last = await status.of_slack(store)

    assert (beside.ok, beside.says) == (True, "Known workspaces: 1, parked channels: 0.")
    assert [(each["team_id"], each["installed"]) for each in beside.facts["workspaces"]] == [
        ("T1", True),
        ("T2", False),
    ]
    assert (last.ok, "T2" in last.says) == (False, True)


async def test_a_token_that_slack_does_not_renew_is_said(store: SqliteStore) -> None:
    await store.write(a_workspace)
    await store.write(an_installation)
    trouble = update(installations).values(trouble="invalid_refresh_token")
    await store.write(lambda connection: connection.execute(trouble).rowcount)

    part = await status.of_slack(store)

    assert not part.ok
    assert "(invalid_refresh_token): install the Slack app there again" in part.says


async def test_ghes_is_well_while_it_answers_and_agrees_about_the_time(clock: DrivenClock) -> None:
    server = Server(clock)
    silent = await status.of_ghes(server, clock)
    server.note({"X-GitHub-Enterprise-Version": "3.17.1", "Date": "Sun, 22 Nov 2026 09:00:00 GMT"})
    well = await status.of_ghes(server, clock)
    server.note({"Date": "Sun, 22 Nov 2026 09:06:52 GMT"})
    skewed = await status.of_ghes(server, clock)
    await clock.advance(1300, step_s=1300)
    gone = await status.of_ghes(server, clock)

    assert (well.ok, well.says) == (True, "GHES 3.17.1 answers.")
    assert [part.ok for part in (silent, skewed, gone)] == [False, False, False]
    assert skewed.says == "Our clock is 412 s behind that of GHES: set both by NTP."
    assert "22 minutes" in gone.says


async def test_a_ghes_that_refuses_the_app_is_unwell_however_well_it_answers(clock: DrivenClock) -> None:
    server = Server(clock)
    server.note({"Date": "Sun, 22 Nov 2026 09:00:00 GMT"})

    part = await status.of_ghes(server, clock, lambda: "Refused: check GHES_PRIVATE_KEY.")

    assert not part.ok
    assert part.says.startswith("Refused: check GHES_PRIVATE_KEY.")


async def test_a_ghes_that_only_answers_5xx_counts_as_silent(clock: DrivenClock) -> None:
    server = Server(clock)
    broken = {"X-GitHub-Enterprise-Version": "3.17.1", "Date": "Sun, 22 Nov 2026 09:06:52 GMT"}
    server.note(broken, 502)
    never = await status.of_ghes(server, clock)
    server.note({"Date": "Sun, 22 Nov 2026 09:00:00 GMT"}, 404)
    well = await status.of_ghes(server, clock)
    await clock.advance(1300, step_s=1300)
    server.note(broken, 500)
    gone = await status.of_ghes(server, clock)

    assert [part.ok for part in (never, well, gone)] == [False, True, False]
    assert "has not answered yet" in never.says
    assert "22 minutes" in gone.says


async def test_a_gap_is_unwell_for_a_day_and_shown_for_good(store: SqliteStore, clock: DrivenClock) -> None:
    now = clock.now().timestamp()
    row = {"name": "push", "actor": "a", "source": "webhook", "fate": "", "received_at": now, "delivery_id": "d"}
    await store.write(lambda connection: connection.execute(insert(events).values(row)))
    before = await status.of_events(store, clock)
    gap = {"from_at": now - 700_000, "to_at": now - 604_800, "found_at": now}
    await store.write(lambda connection: connection.execute(insert(gaps).values(gap)))

    fresh = await status.of_events(store, clock)
    await clock.advance(90_000, step_s=90_000)
    later = await status.of_events(store, clock)

    assert (before.ok, before.facts["last_received_at"]) == (True, clock.now() - timedelta(seconds=90_000))
    assert (fresh.ok, later.ok) == (False, True)
    assert "2026-11-14 06:33 and 2026-11-15 09:00 UTC are lost" in fresh.says
    assert len(later.facts["gaps"]) == 1


async def test_what_waits_in_a_parked_channel_makes_nothing_late(store: SqliteStore, clock: DrivenClock) -> None:
    now = clock.now().timestamp()

    def fill(connection: Connection) -> None:
        a_channel(connection, 1)
        a_channel(connection, 2, "is_archived")
        rows = [notification("a", 1, now - 10), notification("b", 2, now - 9000), notification("c", 1, 1.0, "parked")]
        connection.execute(insert(notifications), rows)

    await store.write(fill)

    part = await status.of_outbox(store, clock)
    await clock.advance(400, step_s=400)
    late = await status.of_outbox(store, clock)

    assert part.ok
    assert (part.facts["held"], part.facts["oldest_age_s"], part.facts["by_state"]["parked"]) == (1, 10, 1)
    assert (late.ok, late.facts["oldest_age_s"]) == (False, 410)


async def test_while_the_store_is_away_its_parts_say_so_and_the_others_answer(clock: DrivenClock) -> None:
    class Away(Store):
        async def read(self, work: object) -> Any:  # noqa: ARG002 - the port's
            raise StoreUnavailableError

        async def write(self, work: object) -> Any:  # noqa: ARG002 - the port's
            raise StoreUnavailableError

        async def write_many(self, work: object, item: object) -> Any:  # noqa: ARG002 - the port's
            raise StoreUnavailableError

        async def aclose(self) -> None:
            return

    table = status.table(store=Away(), clock=clock, sockets=pool, server=None, missing=["GHES_APP_ID"])

    found = await status.look(table)

    assert [name for name, part in found.items() if not part.ok] == ["store", "slack", "events", "outbox", "set-up"]
    assert found["set-up"].says == "Set-up mode: set GHES_APP_ID."
