"""The way out through a corporate proxy that alone knows the names, with a private authority, on loopback."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trustme
from aiohttp import web
from structlog.testing import capture_logs

from agent.clock import SystemClock
from agent.net.outbound import network
from agent.net.proxy import Proxy
from agent.slack.socket_mode.envelope import Envelope
from agent.slack.socket_mode.pool import Pool
from agent.slack.socket_mode.tickets import Refused, Ticket, Tickets, Wait
from agent.slack.web_api import WebApi
from infra.sandbox import connect_proxy
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.slack import server
from infra.sandbox.slack.people import slash
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.world import World
from shared.outcome import Retry

NAME = "slack.outside.example"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Slack behind the proxy."""

    world: World
    api_url: str
    proxy: connect_proxy.ConnectProxy
    ca_file: Path

    def tickets(self, net: Any) -> Tickets:
        return Tickets(net, api_url=self.api_url, app_token=self.world.app.token, clock=SystemClock())


def server_tls(ca: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    ca = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    world = sample(SystemClock(), limits=False)
    names: dict[str, tuple[str, int]] = {}
    async with (
        server.running(world, tls=server_tls(ca, NAME), name=NAME) as urls,
        connect_proxy.running(connect_proxy.Rules(names=names)) as proxy,
    ):
        port = int(urls.base_url.rpartition(":")[2])
        names[NAME] = ("127.0.0.1", port)
        yield Outside(world=world, api_url=urls.api_url, proxy=proxy, ca_file=ca_file)


@asynccontextmanager
async def connected(outside: Outside, kept: list[str]) -> AsyncIterator[Pool]:
    async def receive(envelope: Envelope) -> Mapping[str, Any] | None:
        kept.append(envelope.key)
        return None

    async with (
        network(ca_file=outside.ca_file, proxy=Proxy(url=outside.proxy.url)) as net,
        asyncio.TaskGroup() as tasks,
    ):
        pool = Pool(net, outside.tickets(net), receive, clock=SystemClock(), random=Random(1))
        tasks.create_task(pool.run())
        await outside.world.feed.until(lambda: len(outside.world.line.open_sockets()) == 2)
        yield pool
        await pool.stop()


async def test_tickets_and_sockets_go_through_the_tunnel_and_commands_come_back(outside: Outside) -> None:
    kept: list[str] = []

    async with connected(outside, kept):
        command = slash(outside.world, "acme", "general", "mona", "help")
        await outside.world.feed.until(command.settled.is_set)

    assert command.acknowledged
    assert len(kept) == 1
    assert len(outside.proxy.tunnels) == 2
    assert {tunnel.partition(":")[0] for tunnel in outside.proxy.tunnels} == {NAME}
    assert not outside.proxy.refused


async def test_cut_tunnels_are_dug_again(outside: Outside) -> None:
    async with connected(outside, []):
        first = {socket.number for socket in outside.world.line.open_sockets()}

        outside.proxy.reset()
        await outside.world.feed.until(
            lambda: len({socket.number for socket in outside.world.line.open_sockets()} - first) == 2
        )
        command = slash(outside.world, "acme", "general", "mona", "help")
        await outside.world.feed.until(command.settled.is_set)

    assert command.acknowledged


async def test_wrong_credentials_are_refused_and_no_secret_is_logged(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Proxy(url=outside.proxy.url_with("corp", "wr%ong"))

    with caplog.at_level(logging.DEBUG):
        async with network(ca_file=outside.ca_file, proxy=wrong) as net:
            drawn = await outside.tickets(net).draw()

    assert drawn == Refused(reason="proxy_credentials")
    assert outside.proxy.refused == ["407 Proxy Authentication Required"]
    assert "wr%" not in caplog.text


async def test_a_refusing_proxy_hears_of_one_try_for_all_who_ask_at_once(outside: Outside) -> None:
    wrong = Proxy(url=outside.proxy.url_with("corp", "wr%ong"))

    async with network(ca_file=outside.ca_file, proxy=wrong) as net:
        drawn = await asyncio.gather(*(outside.tickets(net).draw() for _ in range(5)))

    assert drawn == [Refused(reason="proxy_credentials")] * 5
    assert outside.proxy.refused == ["407 Proxy Authentication Required"]


async def test_a_refusing_proxy_is_asked_again_after_five_minutes(outside: Outside) -> None:
    clock, wrong = DrivenClock(), Proxy(url=outside.proxy.url_with("corp", "wr%ong"))

    async with network(ca_file=outside.ca_file, proxy=wrong, clock=clock) as net:
        for _ in range(3):
            await outside.tickets(net).draw()
            await clock.advance(151, step_s=151)

    assert len(outside.proxy.refused) == 2


async def test_a_working_connection_logs_neither_token_nor_ticket_nor_password(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        async with connected(outside, []) as pool:
            outside.proxy.reset()
            await outside.world.feed.until(
                lambda: sum(m == "apps.connections.open" for m, _ in outside.world.calls) == 4
            )
            status = pool.status()

    said = f"{caplog.text} {logs} {status}"
    assert logs
    for secret in ("xapp-", "ticket=", "p%", outside.proxy.url):
        assert secret not in said


async def test_a_name_that_the_proxy_does_not_know_is_worth_another_try(outside: Outside) -> None:
    async with network(ca_file=outside.ca_file, proxy=Proxy(url=outside.proxy.url)) as net:
        tickets = Tickets(net, api_url="https://unknown.example/api/", app_token="xapp-1", clock=SystemClock())

        drawn = await tickets.draw()

    assert drawn == Wait(reason="proxy_answered_502")


async def test_an_authority_that_is_not_ours_is_named_as_the_reason(outside: Outside) -> None:
    async with network(proxy=Proxy(url=outside.proxy.url)) as net:
        drawn = await outside.tickets(net).draw()

    assert drawn == Wait(reason="certificate_not_trusted")


async def test_a_proxy_that_is_not_there_is_named_as_the_reason(outside: Outside, unused_tcp_port: int) -> None:
    async with network(ca_file=outside.ca_file, proxy=Proxy(url=f"http://127.0.0.1:{unused_tcp_port}")) as net:
        drawn = await outside.tickets(net).draw()

    assert drawn == Wait(reason="proxy_unreachable")


async def test_what_no_proxy_names_is_reached_past_the_proxy(outside: Outside) -> None:
    direct_url = outside.api_url.replace(NAME, "127.0.0.1")
    async with network(proxy=Proxy(url=outside.proxy.url, no_proxy="127.0.0.0/8")) as net:
        tickets = Tickets(net, api_url=direct_url, app_token="xapp-1", clock=SystemClock())

        drawn = await tickets.draw()

    assert drawn == Wait(reason="certificate_not_trusted")
    assert not outside.proxy.tunnels
    assert not outside.proxy.refused


async def test_the_environment_does_not_choose_a_proxy(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")

    async with network(ca_file=outside.ca_file, proxy=Proxy(url=outside.proxy.url)) as net:
        drawn = await outside.tickets(net).draw()

    assert isinstance(drawn, Ticket)
    assert outside.proxy.tunnels


async def test_the_environment_does_not_choose_a_proxy_for_the_web_api(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", outside.proxy.url)
    direct_url = outside.api_url.replace(NAME, "127.0.0.1")

    async with network(proxy=Proxy(url=outside.proxy.url, no_proxy="127.0.0.0/8")) as net:
        api = WebApi(network=net, api_url=direct_url, workspaces={}, clock=SystemClock())
        answer = await api.call_with("xoxb-1", "auth.test")

    assert answer == Retry(None, "certificate_not_trusted")
    assert not outside.proxy.tunnels
    assert not outside.proxy.refused


async def test_ghes_is_reached_directly_by_its_own_authority(outside: Outside, tmp_path: Path) -> None:
    ca = trustme.CA()
    ca_file = tmp_path / "ghes.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    async with (
        ghes(server_tls(ca, "ghes.localhost")) as url,
        network(ca_file=ca_file) as inside,
        network(ca_file=outside.ca_file, proxy=Proxy(url=outside.proxy.url)) as net,
    ):
        async with inside.session.get(url, proxy=inside.proxy.for_url(url)) as response:
            body = await response.text()
        drawn = await outside.tickets(net).draw()

    assert body == "ghes"
    assert isinstance(drawn, Ticket)
    assert all(tunnel.startswith(NAME) for tunnel in outside.proxy.tunnels)


@asynccontextmanager
async def ghes(tls: ssl.SSLContext) -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="ghes")

    app = web.Application()
    app.add_routes([web.get("/", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"https://ghes.localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
