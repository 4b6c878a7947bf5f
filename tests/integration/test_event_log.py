"""`ghe-slack events` on a store that an agent uses at the same time."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select, update

from agent import event_log, settings
from agent.card_table import load as load_cards
from agent.cli_errors import Failure
from agent.store.intake import Incoming, Intake
from agent.store.payloads import pack
from agent.store.sqlite import SqliteStore
from agent.store.subscriptions import SqlSubscriptions
from agent.store.tables import addresses, events, notifications, threads
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import PLAIN, Scope, Target, Wants
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file
from shared.address import Address
from shared.event import label

REPOSITORY = {
    "id": 7,
    "name": "pay",
    "full_name": "acme/pay",
    "owner": {"id": 5, "login": "acme"},
    "visibility": "internal",
    "html_url": "https://github.example.com/acme/pay",
}
ISSUE = {
    "number": 1,
    "title": "Broken",
    "state": "open",
    "html_url": "https://github.example.com/acme/pay/issues/1",
    "user": {"login": "mona"},
    "created_at": "2026-11-22T08:00:00Z",
    "updated_at": "2026-11-22T08:00:00Z",
}


class Agent:
    """A store as an agent holds it open, and the settings that name it."""

    def __init__(self, folder: Path) -> None:
        new_file(folder / "store.db")
        self.clock = DrivenClock()
        self.store = SqliteStore(folder / "store.db")
        self.intake = Intake(load_cards()[0])
        self.settings = _settings(folder / "store.db")

    async def subscribe(self, channel_id: str) -> None:
        target = Target(scope=Scope.REPO, id=7, name="acme/pay")
        address = Address(team_id="T1", channel_id=channel_id)
        change = Change(target=target, before=None, after=Wants(features={"issues": PLAIN}))
        await SqlSubscriptions(self.store, self.clock).change(address, [change], "U1")

    async def hear(self, delivery_id: str, action: str, **changed: Any) -> None:
        payload = {"action": action, "issue": ISSUE | changed, "repository": REPOSITORY, "sender": {"login": "mona"}}
        event = label(delivery_id, "issues", payload, self.clock.now())
        incoming = Incoming(event=event, body=pack(json.dumps(payload).encode()), source="webhook")
        await self.store.write_many(self.intake.record, incoming)

    async def rows(self, table: Table) -> list[Any]:
        return await self.store.read(lambda connection: list(connection.execute(select(table)).all()))

    async def set(self, table: Table, **values: Any) -> None:
        await self.store.write(lambda connection: connection.execute(update(table).values(**values)))

    async def deliver(self) -> None:
        await self.set(notifications, state="delivered", ts="1.1", settled_at=1.0)
        await self.set(threads, ts="1.1")


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    agent = Agent(tmp_path)
    yield agent
    await agent.store.aclose()


async def test_the_newest_events_are_listed_first_with_their_fate(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-1", "opened")
    await agent.hear("d-2", "labeled")

    found = await event_log.list_events(agent.settings, 1)
    both = await event_log.list_events(agent.settings, 10)

    assert [each["delivery_id"] for each in found] == ["d-2"]
    assert [(each["event"], each["action"], each["fate"]) for each in both] == [
        ("issues", "labeled", "brought cards up to date"),
        ("issues", "opened", "for 1 channel"),
    ]
    assert both[0]["received_at"] == "2026-11-22T09:00:00+00:00"


async def test_one_event_is_shown_with_its_notifications_and_payload(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-1", "opened")
    await agent.set(notifications, state="parked", reason="msg_too_long")

    found = await event_log.show(agent.settings, "d-1")

    assert found is not None
    (shown,) = found["notifications"]
    assert (shown["channel_id"], shown["state"], shown["reason"]) == ("C1", "parked", "msg_too_long")
    assert found["payload"]["issue"]["title"] == "Broken"
    assert await event_log.show(agent.settings, "d-2") is None


async def test_a_replay_posts_nothing_twice_that_was_delivered(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-1", "opened")
    await agent.hear("d-2", "closed", state="closed", state_reason="completed")
    await agent.deliver()
    before = await agent.rows(notifications), await agent.rows(events)

    done = await event_log.replay(agent.settings, agent.clock.now(), agent.clock)

    assert done == {"replayed": 2, "without_payload": 0, "queued": 0}
    assert (await agent.rows(notifications), await agent.rows(events)) == before


async def test_a_replay_doesnt_turn_a_delivered_parent_into_a_reply(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-2", "closed", state="closed", state_reason="completed")
    await agent.deliver()

    done = await event_log.replay(agent.settings, "d-2", agent.clock)

    assert done is not None
    assert done["queued"] == 0
    assert [row.role for row in await agent.rows(notifications)] == ["parent"]


async def test_a_replay_leaves_no_card_that_nobody_posts(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-1", "opened")
    await agent.deliver()
    await agent.store.write(lambda connection: connection.execute(threads.delete()))

    await event_log.replay(agent.settings, "d-1", agent.clock)

    assert await agent.rows(threads) == []


async def test_a_replay_reaches_channels_that_subscribed_later_and_frees_what_is_parked(agent: Agent) -> None:
    await agent.subscribe("C1")
    await agent.hear("d-1", "opened")
    await agent.set(notifications, state="parked", reason="msg_too_long")
    await agent.set(addresses, next_at=None)
    await agent.subscribe("C2")
    await agent.clock.advance(3600, step_s=3600)

    done = await event_log.replay(agent.settings, "d-1", agent.clock)

    assert done == {"replayed": 1, "without_payload": 0, "queued": 2}
    now = agent.clock.now().timestamp()
    assert [(row.state, row.due_at) for row in await agent.rows(notifications)] == [("queued", now)] * 2
    assert [row.next_at for row in await agent.rows(addresses)] == [now] * 2


async def test_all_events_since_an_instant_are_replayed_but_those_without_payload(agent: Agent) -> None:
    since = agent.clock.now() + timedelta(seconds=1)
    for n in range(3):
        await agent.hear(f"d-{n}", "opened", number=n)
        await agent.clock.advance(1, step_s=1)
    await agent.subscribe("C1")
    drop = update(events).where(events.c.delivery_id == "d-2").values(payload=None)
    await agent.store.write(lambda connection: connection.execute(drop))

    done = await event_log.replay(agent.settings, since, agent.clock)

    assert done == {"replayed": 1, "without_payload": 1, "queued": 1}
    assert await event_log.replay(agent.settings, "unknown", agent.clock) is None


async def test_many_events_are_replayed_in_slices(agent: Agent) -> None:
    await agent.hear("d-0", "opened")
    (row,) = await agent.rows(events)
    fixed = {key: value for key, value in row._mapping.items() if key not in {"seq", "delivery_id"}}

    def fill(connection: Connection) -> None:
        connection.execute(insert(events), [fixed | {"delivery_id": f"d-{n}"} for n in range(1, 251)])

    await agent.store.write(fill)

    done = await event_log.replay(agent.settings, agent.clock.now(), agent.clock)

    assert done is not None
    assert done["replayed"] == 251


async def test_without_a_store_of_this_version_the_person_hears_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    with pytest.raises(Failure, match=r"There is no store at .*absent\.db"):
        await event_log.list_events(_settings(tmp_path / "absent.db"), 1)
    with pytest.raises(Failure, match="run `ghe-slack migrate` first"):
        await event_log.list_events(_settings(tmp_path / "empty.db"), 1)
    assert not (tmp_path / "absent.db").exists()


def _settings(path: Path) -> settings.Settings:
    return settings.of({"GHES_URL": "https://github.example.com", "AGENT_DATABASE_URL": f"sqlite:///{path}"})
