"""A webhook that finds no room is fetched from GHES's log as soon as there is room again."""

import hashlib
import hmac
import sqlite3
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import event

from agent import settings
from agent.card_table import load as load_cards
from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.store.intake import Intake
from agent.store.sqlite import SqliteStore
from agent.web.app import Parts, application
from agent.web.server import serving
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file

SECRET, BODY = b"secret", b"{}"
SIGNED = {
    "X-GitHub-Event": "meta",
    "X-GitHub-Delivery": "d-1",
    "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest(),
}


class Agent:
    """An agent's HTTP side; `told` counts how often it said that a webhook could not be stored."""

    def __init__(self, store: SqliteStore, session: ClientSession) -> None:
        self.store, self.session = store, session
        self.url, self.told = "", 0

    def tell(self) -> None:
        self.told += 1

    def fill_the_disk(self) -> None:
        @event.listens_for(self.store.engine, "checkout")
        def _no_room(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA query_only=1")

    async def delivered(self) -> int:
        async with self.session.post(f"{self.url}/webhooks/github", data=BytesIO(BODY), headers=SIGNED) as answer:
            return answer.status

    async def ready(self) -> int:
        async with self.session.get(f"{self.url}/readyz") as answer:
            return answer.status


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    new_file(tmp_path / "store.db")
    store, clock = SqliteStore(tmp_path / "store.db"), DrivenClock()
    chosen = settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0"})
    async with ClientSession() as session:
        agent = Agent(store, session)
        parts = Parts(
            store=store,
            clock=clock,
            intake=Intake(load_cards()[0]),
            webhook_secrets=(SECRET,),
            ghes_hosts=Hosts.of("https://github.example.com"),
            metrics=Metrics(),
            status={},
            on_unavailable=agent.tell,
        )
        async with serving(application(parts), chosen, clock) as (host, port):
            agent.url = f"http://{host}:{port}"
            yield agent
    await store.aclose()


async def test_while_there_is_room_nothing_is_told(agent: Agent) -> None:
    answers = [await agent.delivered(), await agent.ready()]

    assert (answers, agent.told) == ([202, 200], 0)


async def test_a_webhook_that_is_refused_for_want_of_room_is_told(agent: Agent) -> None:
    agent.fill_the_disk()

    answer = await agent.delivered()

    assert (answer, agent.told) == (503, 1)


async def test_a_probe_that_finds_no_room_is_told_since_nothing_may_be_sent_here_then(agent: Agent) -> None:
    agent.fill_the_disk()

    answer = await agent.ready()

    assert (answer, agent.told) == (503, 1)
