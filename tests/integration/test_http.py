"""Probes, status, metrics and the front page, over loopback and on a real store."""

import asyncio
import os
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import ClientSession, web
from sqlalchemy import event, insert

from agent import settings, status
from agent.card_table import load as load_cards
from agent.cli_errors import Failure
from agent.ghes.hosts import Hosts
from agent.metrics import Metrics
from agent.settings_errors import SettingsError
from agent.store.intake import Intake
from agent.store.sqlite import SqliteStore
from agent.store.tables import addresses, notifications
from agent.web.app import Parts, application
from agent.web.server import serving
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.new_file import new_file

PATHS = ("/", "/healthz", "/readyz", "/status", "/metrics")


class Agent:
    """An agent's HTTP side that can be read."""

    def __init__(self, url: str, session: ClientSession, store: SqliteStore, clock: DrivenClock) -> None:
        self.url, self.session, self.store, self.clock = url, session, store, clock

    async def get(self, path: str, method: str = "GET") -> tuple[int, str, Any]:
        async with self.session.request(method, self.url + path) as answer:
            return answer.status, await answer.text(), answer.headers

    async def json(self, path: str, method: str = "GET") -> tuple[int, Any]:
        async with self.session.request(method, self.url + path) as answer:
            return answer.status, await answer.json()

    def fill_the_disk(self) -> None:
        @event.listens_for(self.store.engine, "checkout")
        def _no_room(connection: Any, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA query_only=1")


@asynccontextmanager
async def running(folder: Path, *missing: str) -> AsyncIterator[Agent]:
    clock = DrivenClock()
    new_file(folder / "store.db")
    store = SqliteStore(folder / "store.db")
    parts = Parts(
        store=store,
        clock=clock,
        intake=Intake(load_cards()[0]),
        webhook_secrets=(),
        ghes_hosts=Hosts.of("https://github.example.com"),
        metrics=Metrics(),
        status={
            **status.table(store=store, clock=clock, sockets=None, server=None, missing=missing),
            "slack": status.no_relay,
        },
        missing=missing,
        open_sockets=lambda: 2,
    )
    chosen = settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0"})
    async with serving(application(parts), chosen, clock) as (host, port), ClientSession() as session:
        yield Agent(f"http://{host}:{port}", session, store, clock)
    await store.aclose()


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    async with running(tmp_path) as agent:
        yield agent


async def test_everything_is_200_while_all_is_well(agent: Agent) -> None:
    assert [(await agent.get(path))[0] for path in PATHS] == [200] * len(PATHS)
    assert (await agent.json("/status"))[1]["ok"] is True


async def test_with_a_full_disk_it_is_alive_not_ready_and_says_which_part_is_unwell(agent: Agent) -> None:
    agent.fill_the_disk()

    alive, ready, found = await agent.get("/healthz"), await agent.get("/readyz"), await agent.json("/status")

    assert (alive[0], ready[0], found[0]) == (200, 503, 503)
    assert found[1]["unwell"] == ["store"]
    assert "full disk" in found[1]["parts"]["store"]["says"]
    assert (await agent.get("/metrics"))[0] == 200


async def test_set_up_mode_is_ready_and_says_what_is_missing(tmp_path: Path) -> None:
    async with running(tmp_path, "GHES_APP_ID", "SLACK_<APP>_TOKEN") as agent:
        ready, (code, found), page = await agent.get("/readyz"), await agent.json("/status"), await agent.get("/")

    assert (ready[0], code, found["unwell"]) == (200, 503, ["set-up"])
    assert found["parts"]["set-up"]["missing"] == ["GHES_APP_ID", "SLACK_<APP>_TOKEN"]
    assert "<code>GHES_APP_ID</code>" in page[1]
    assert "SLACK_&lt;APP&gt;_TOKEN" in page[1]
    assert not [each for each in re.findall(r'href="([^"]*)"', page[1]) if each.startswith("/")]


async def test_gauges_are_read_when_metrics_are_fetched(agent: Agent) -> None:
    at = agent.clock.now().timestamp() - 90
    waits = {"event_key": "push", "address_id": 1, "role": "plain", "state": "queued", "due_at": at, "created_at": at}
    channel = {"id": 1, "team_id": "T", "channel_id": "C"}
    await agent.store.write(lambda connection: connection.execute(insert(addresses).values(channel)))
    await agent.store.write(
        lambda connection: connection.execute(insert(notifications).values(id="n", delivery_id="d", **waits))
    )

    _, text, headers = await agent.get("/metrics")

    assert 'ghe_slack_waiting{state="queued"} 1.0' in text
    assert "ghe_slack_queue_age_seconds 90.0" in text
    assert "ghe_slack_sockets 2.0" in text
    assert headers["Content-Type"].startswith("text/plain; version=")


async def test_wrong_addresses_and_methods_are_told_in_json(agent: Agent) -> None:
    assert await agent.json("/nothing") == (404, {"error": "There is nothing at this address."})
    assert await agent.json("/status", "DELETE") == (405, {"error": "This address doesn't take that method."})
    assert (await agent.get("/webhooks/github"))[2]["Allow"] == "POST"


async def test_what_breaks_us_is_told_in_json_with_a_reference_to_the_log(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_store: SqliteStore, _work: object) -> None:
        raise ValueError("what nobody foresaw")

    monkeypatch.setattr(SqliteStore, "read", breaks)

    code, told = await agent.json("/metrics")

    assert code == 500
    assert told["error"].startswith("Something went wrong here; the log says more about ")


async def test_every_answer_tells_browsers_to_do_nothing_with_it(agent: Agent) -> None:
    for path in (*PATHS, "/nothing"):
        _, _, headers = await agent.get(path)

        assert headers["Content-Security-Policy"].startswith("default-src 'none';")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "ghe-slack"


async def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    async with running(tmp_path) as agent:
        taken = agent.url.removeprefix("http://")
        chosen = settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": taken})

        with pytest.raises(Failure, match=f"AGENT_LISTEN: {taken} can't be listened on"):
            async with serving(web.Application(), chosen, DrivenClock()):
                pass


async def test_a_renewed_certificate_is_served_without_a_restart(tmp_path: Path) -> None:
    authority, clock, folder = trustme.CA(), DrivenClock(), tmp_path
    first = _write(authority, folder, 2040)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)

    async with serving(web.Application(), first, clock) as (host, port):
        before = await _expiry(host, port, trusted)
        _write(authority, folder, 2041)
        at_once = await _expiry(host, port, trusted)
        await clock.advance(61, step_s=61)
        renewed = await _expiry(host, port, trusted)
        (folder / "key.pem").write_text("half written")
        await clock.advance(61, step_s=61)
        still = await _expiry(host, port, trusted)
        _write(authority, folder, 2042)
        await clock.advance(61, step_s=61)
        mended = await _expiry(host, port, trusted)

    assert [before, at_once, renewed, still, mended] == [2040, 2040, 2041, 2041, 2042]


async def test_an_unusable_certificate_is_a_wrong_setting(tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("no PEM")

    with pytest.raises(SettingsError, match="AGENT_TLS_CERT_FILE and AGENT_TLS_KEY_FILE must be a certificate chain"):
        async with serving(web.Application(), _tls_settings(tmp_path), DrivenClock()):
            pass


def _write(authority: trustme.CA, folder: Path, year: int) -> settings.Settings:
    issued = authority.issue_cert("localhost", "127.0.0.1", not_after=datetime(year, 6, 1, tzinfo=UTC))
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
    for name in ("cert.pem", "key.pem"):
        os.utime(folder / name, (year, year))  # two writes may fall into one tick of the file system's clock
    return _tls_settings(folder)


def _tls_settings(folder: Path) -> settings.Settings:
    files = {"AGENT_TLS_CERT_FILE": str(folder / "cert.pem"), "AGENT_TLS_KEY_FILE": str(folder / "key.pem")}
    return settings.of({"GHES_URL": "https://github.example.com", "AGENT_LISTEN": "127.0.0.1:0", **files})


async def _expiry(host: str, port: int, trusted: ssl.SSLContext) -> int:
    """The year in which the certificate that is shown there ends."""
    _, writer = await asyncio.open_connection(host, port, ssl=trusted, server_hostname="localhost")
    found: str = writer.get_extra_info("peercert")["notAfter"]
    writer.close()
    await writer.wait_closed()
    return int(found.split()[3])
