"""`POST /webhooks/github` as the contract words it, over loopback and on a real store."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, ClientTimeout
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, select

from agent import settings
from agent.card_table import load as load_cards
from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.store.intake import Intake, Recorded
from agent.store.payloads import unpack
from agent.store.sqlite import SqliteStore
from agent.store.tables import events
from agent.web.app import Parts, application
from agent.web.server import serving
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file
from shared.event import Event

NEW, OLD = b"the new secret", b"the old secret"
LARGEST = 25 * 2**20
BODY = b'{"action": "opened", "zen": "\xc3\xa4"}'


class Agent:
    """An agent's HTTP side that can be written to."""

    def __init__(
        self, url: str, session: ClientSession, store: SqliteStore, told: list[tuple[Recorded, Event]]
    ) -> None:
        self.url, self.session, self.store, self.told = url, session, store, told

    async def post(
        self, body: bytes = BODY, *, secret: bytes = NEW, without: str = "", **changed: Any
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "meta",
            "X-GitHub-Delivery": "d-1",
            "X-Hub-Signature-256": signed(body, secret),
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        headers.pop(without, None)
        async with self.session.post(self.url, data=BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.json(), answer.headers

    async def stored(self) -> int:
        return await self.store.read(lambda c: c.execute(select(func.count()).select_from(events)).scalar_one())


def signed(body: bytes, secret: bytes = NEW) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


@asynccontextmanager
async def running(folder: Path, secrets: tuple[bytes, ...] = (NEW, OLD)) -> AsyncIterator[Agent]:
    path, clock, told = folder / "store.db", DrivenClock(), list[tuple[Recorded, Event]]()
    new_file(path)
    store = SqliteStore(path)
    parts = Parts(
        store=store,
        clock=clock,
        intake=Intake(load_cards()[0]),
        webhook_secrets=secrets,
        ghes_hosts=Hosts.of("https://github.example.com"),
        metrics=Metrics(),
        status={},
        on_recorded=lambda recorded, event: told.append((recorded, event)),
    )
    chosen = settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0"})
    async with (
        serving(application(parts), chosen, clock) as (host, port),
        ClientSession(timeout=ClientTimeout(total=60)) as session,
    ):
        yield Agent(f"http://{host}:{port}/webhooks/github", session, store, told)
    await store.aclose()


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    async with running(tmp_path) as agent:
        yield agent


async def test_202_once_durable_and_true_for_one_already_known(agent: Agent) -> None:
    first, again = await agent.post(), await agent.post()

    assert first[:2] == (202, {"id": "d-1", "duplicate": False})
    assert again[:2] == (202, {"id": "d-1", "duplicate": True})
    assert await agent.stored() == 1
    assert [(recorded.duplicate, event.delivery_id) for recorded, event in agent.told] == [
        (False, "d-1"),
        (True, "d-1"),
    ]


async def test_the_stored_payload_is_byte_for_byte_what_was_sent(agent: Agent) -> None:
    await agent.post(body=b'{ "action":"opened", "a": 1 }')

    stored = await agent.store.read(lambda c: c.execute(select(events.c.payload)).scalar_one())
    assert unpack(stored) == {"action": "opened", "a": 1}


async def test_a_form_is_taken_too_and_its_signature_is_over_the_raw_body(agent: Agent) -> None:
    body = urlencode({"payload": BODY.decode()}).encode()

    status, said, _ = await agent.post(body, Content_Type="application/x-www-form-urlencoded; charset=utf-8")

    assert (status, said) == (202, {"id": "d-1", "duplicate": False})
    assert agent.told[0][1].payload == json.loads(BODY)


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_both_secrets_pass_while_it_is_being_changed(agent: Agent, secret: bytes) -> None:
    assert (await agent.post(secret=secret))[0] == 202


async def test_ping_is_200_and_is_not_stored(agent: Agent) -> None:
    assert (await agent.post(X_GitHub_Event="ping"))[0] == 200
    assert await agent.stored() == 0


async def test_401_comes_before_everything_that_a_stranger_could_learn_from(agent: Agent) -> None:
    stranger: dict[str, Any] = {
        "X_Hub_Signature_256": "sha256=" + "0" * 64,
        "X_GitHub_Enterprise_Host": "other.example.com",
    }
    answers = [
        await agent.post(b"no json", without="X-GitHub-Event", **stranger),
        await agent.post(without="X-Hub-Signature-256"),
        await agent.post(without="X-Hub-Signature-256", X_Hub_Signature="sha1=" + "0" * 40),
        await agent.post(secret=b"another secret"),
    ]

    assert [(status, said) for status, said, _ in answers] == [(401, {"error": "Unauthorized"})] * 4


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"", {}),
        (b"{", {}),
        (b"[]", {}),
        (b"\xff\xfe\xfa", {}),
        (b"[" * 100_000, {}),
        (b"payload=%7B", {"Content_Type": "application/x-www-form-urlencoded"}),
        (b"pay=%7B%7D", {"Content_Type": "application/x-www-form-urlencoded"}),
        (BODY, {"without": "X-GitHub-Event"}),
        (BODY, {"without": "X-GitHub-Delivery"}),
        (BODY, {"X_GitHub_Delivery": "d" * 101}),
        (BODY, {"X_GitHub_Delivery": "d ä"}),
    ],
)
async def test_400_comes_before_403(agent: Agent, body: bytes, wrong: dict[str, Any]) -> None:
    status, said, _ = await agent.post(body, X_GitHub_Enterprise_Host="other.example.com", **wrong)

    assert status == 400
    assert said["error"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("github.example.com", 202),
        ("GitHub.Example.com:8443", 202),
        ("other.example.com", 403),
        ("github.example.com.evil.example", 403),
        ("", 403),
    ],
)
async def test_403_for_another_server_compared_without_port_and_case(agent: Agent, host: str, status: int) -> None:
    assert (await agent.post(X_GitHub_Enterprise_Host=host))[0] == status


async def test_503_with_retry_after_while_no_secret_is_set(tmp_path: Path) -> None:
    async with running(tmp_path, secrets=()) as agent:
        status, said, headers = await agent.post()

    assert status == 503
    assert "GHES_WEBHOOK_SECRET" in said["error"]
    assert int(headers["Retry-After"]) > 0


async def test_25_mib_are_taken_and_a_byte_more_is_413(agent: Agent) -> None:
    filler = b'{"filler": "' + b"x" * (LARGEST - 14) + b'"}'

    largest = await agent.post(filler)
    announced = await agent.post(filler + b" ", without="X-Hub-Signature-256")
    chunked = await agent.session.post(agent.url, data=_in_pieces(filler + b" "))

    assert largest[0] == 202
    assert announced[0] == 413
    assert chunked.status == 413


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 2**20):
        yield body[start : start + 2**20]


async def test_a_compressed_body_is_not_unpacked_before_its_signature_was_checked(agent: Agent) -> None:
    status, _, _ = await agent.post(b"\x1f\x8bnot gzip", Content_Encoding="gzip", X_Hub_Signature_256="sha256=0")

    assert status == 401


async def test_disk_full_is_503_and_never_202(agent: Agent) -> None:
    @event.listens_for(agent.store.engine, "checkout")
    def _no_room(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    large = b'{"filler": "%s"}' % b"".join(b"%x" % (i * 7919) for i in range(20_000))

    alone = await agent.post(large)
    bodies = [large if i % 2 else BODY for i in range(16)]
    together = await asyncio.gather(*(agent.post(body, X_GitHub_Delivery=f"t-{i}") for i, body in enumerate(bodies)))

    assert alone[0] == 503
    assert int(alone[2]["Retry-After"]) > 0
    assert {status for status, _, _ in together} <= {202, 503}
    assert await agent.stored() == len(agent.told) == sum(status == 202 for status, _, _ in together)


async def test_requests_that_arrive_together_share_commits(agent: Agent) -> None:
    gate, commits = threading.Event(), 0

    def count(_connection: Connection) -> None:
        nonlocal commits
        commits += 1

    blocked = asyncio.create_task(agent.store.write(lambda _: gate.wait(30)))
    event.listen(agent.store.engine, "commit", count)
    requests = [asyncio.create_task(agent.post(X_GitHub_Delivery=f"c-{i}")) for i in range(64)]
    while agent.store._writer._queue.qsize() < 64:
        await agent.session.get(agent.url)  # lets them arrive; answers 405
    gate.set()
    answers = await asyncio.gather(*requests)
    await blocked

    assert {status for status, _, _ in answers} == {202}
    assert await agent.stored() == 64
    assert commits <= 4


@given(body=st.binary(min_size=1, max_size=200), at=st.integers(min_value=0), flip=st.integers(1, 255))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_any_tampering_is_401(tampered: "Tampered", body: bytes, at: int, flip: int) -> None:
    assert tampered(body, at, flip) == [401, 401]


class Tampered:
    """Posts a body with one byte changed, and one with a changed signature; the two statuses."""

    def __init__(self, runner: asyncio.Runner, agent: Agent) -> None:
        self._runner, self._agent = runner, agent

    def __call__(self, body: bytes, at: int, flip: int) -> list[int]:
        return self._runner.run(self._both(body, at, flip))

    async def _both(self, body: bytes, at: int, flip: int) -> list[int]:
        other = bytearray(body)
        other[at % len(body)] ^= flip
        signature = bytearray(signed(body).encode())
        signature[at % len(signature)] = ord("g") if signature[at % len(signature)] != ord("g") else ord("h")
        sent = [(bytes(other), signed(body)), (body, signature.decode())]
        return [(await self._agent.post(each, X_Hub_Signature_256=said))[0] for each, said in sent]


@pytest.fixture
def tampered(tmp_path: Path) -> Any:
    with asyncio.Runner() as runner:
        opened = running(tmp_path)
        agent = runner.run(opened.__aenter__())
        yield Tampered(runner, agent)
        runner.run(opened.__aexit__(None, None, None))
