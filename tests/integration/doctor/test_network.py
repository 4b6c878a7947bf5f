"""What `ghe-slack doctor` finds out about proxies and authorities, through a real proxy and real TLS on loopback."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from agent.clock import SystemClock
from agent.examining import run
from agent.examining.findings import Level
from infra.sandbox import connect_proxy
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.ghes.server import running as ghes_running
from infra.sandbox.slack import server
from infra.sandbox.slack.population import sample
from infra.sandbox.system import Standins

NAME = "slack.outside.example"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Slack behind a proxy, under an authority that only `ca_file` holds."""

    proxy: connect_proxy.ConnectProxy
    ca_file: Path
    given: dict[str, str]
    """The settings that lead there."""


def tls(ca: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
async def outside(tmp_path: Path, clock: DrivenClock) -> AsyncIterator[Outside]:
    ca = trustme.CA(organization_name="Inspection Inc")
    ca_file = tmp_path / "outside.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    slack = sample(clock, limits=False)
    names: dict[str, tuple[str, int]] = {}
    async with (
        server.running(slack, tls=tls(ca, NAME), name=NAME) as urls,
        connect_proxy.running(connect_proxy.Rules(names=names)) as proxy,
    ):
        names[NAME] = ("127.0.0.1", int(urls.base_url.rpartition(":")[2]))
        given = {
            "SLACK_API_URL": urls.api_url,
            "SLACK_APP_TOKEN": slack.app.token,
            "SLACK_BOT_TOKEN": slack.team("acme").bot_token,
            "HTTPS_PROXY": proxy.url,
            "OUTBOUND_CA_FILE": str(ca_file),
        }
        yield Outside(proxy=proxy, ca_file=ca_file, given=given)


async def test_everything_goes_through_the_proxy(outside: Outside, examine: Any) -> None:
    found = await examine(**outside.given)

    assert found.one("proxies").says == f"The proxy {outside.proxy.address} lets us through to {NAME}."
    assert found.one("sockets").says == f"{NAME} greets us on a socket, through {outside.proxy.address}."
    assert found.one("slack").level is Level.OK
    assert found.one("workspaces").level is Level.OK
    assert found.one("authorities").says.endswith("holds one authority.")
    assert {tunnel.partition(":")[0] for tunnel in outside.proxy.tunnels} == {NAME}


async def test_wrong_credentials_are_tried_once_and_never_shown(outside: Outside, examine: Any) -> None:
    wrong = outside.proxy.url_with("corp", "wr0ng-word")

    found = await examine(**outside.given | {"HTTPS_PROXY": wrong})

    assert found.one("proxies").level is Level.FAILURE
    assert found.one("proxies").says == f"The proxy {outside.proxy.address} refuses our user and password (407)."
    assert found.one("proxies").network
    assert found.of("slack") == []
    assert found.one("workspaces").says == "Not looked at: Slack doesn't answer."
    assert outside.proxy.refused == ["407 Proxy Authentication Required"]
    assert "wr0ng-word" not in repr(found)


async def test_a_proxy_that_is_not_there_is_a_failure(outside: Outside, examine: Any, unused_tcp_port: int) -> None:
    finding = (await examine(**outside.given | {"HTTPS_PROXY": f"http://127.0.0.1:{unused_tcp_port}"})).one("proxies")

    assert finding.says == f"The proxy 127.0.0.1:{unused_tcp_port} can't be reached."
    assert finding.network.startswith("Please allow TCP from the agent's machine to the proxy 127.0.0.1")


async def test_a_proxy_that_does_not_let_us_through_names_the_host(outside: Outside, examine: Any) -> None:
    found = await examine(**outside.given | {"SLACK_API_URL": "https://other.example/api/"})

    assert found.one("proxies").says.endswith("answers 502 to a tunnel to other.example:443.")
    assert "tunnels (CONNECT) to other.example:443" in found.one("proxies").network


async def test_each_host_of_slack_is_tried(outside: Outside, examine: Any) -> None:
    found = await examine(**outside.given | {"SLACK_API_URL": "https://slack.com/api/", "HTTPS_PROXY": ""})
    through = await examine(**outside.given | {"SLACK_API_URL": "https://slack.com/api/"})

    assert found.one("slack").level is Level.FAILURE
    assert [finding.level for finding in found.of("slack-hosts")] == [Level.FAILURE] * 3
    assert [finding.says.split()[2] for finding in found.of("slack-hosts")] == [
        "wss-primary.slack.com",
        "wss-backup.slack.com",
        "hooks.slack.com",
    ]
    assert through.one("slack-hosts").says == "Not looked at: the proxy doesn't let us through."


async def test_tls_that_is_opened_on_the_way_names_who_opens_it(outside: Outside, examine: Any) -> None:
    finding = (await examine(**outside.given | {"OUTBOUND_CA_FILE": ""})).one("slack")

    assert finding.level is Level.FAILURE
    assert finding.says.startswith(f"The certificate that {NAME} shows isn't trusted (")
    assert "it was issued by" in finding.says
    assert "O=Inspection Inc" in finding.says
    assert "OUTBOUND_CA_FILE" in finding.does
    assert f"exempt {NAME} from TLS inspection" in finding.network


@pytest.mark.parametrize(
    ("name", "ends_in", "said"),
    [
        ("ghes.localhost", timedelta(days=90), "GHES_CA_FILE"),
        ("other.localhost", timedelta(days=90), "It is another host's"),
        ("ghes.localhost", timedelta(days=-1), "Have it renewed"),
    ],
    ids=["private authority", "other name", "expired"],
)
async def test_a_certificate_of_the_server_that_is_not_trusted_says_why(
    world: Standins, examine: Any, tmp_path: Path, name: str, ends_in: timedelta, said: str
) -> None:
    ca, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, not_after=SystemClock().now() + ends_in).configure_cert(context)
    ca.cert_pem.write_to_path(str(tmp_path / "ghes.pem"))
    trusted = {} if said == "GHES_CA_FILE" else {"GHES_CA_FILE": str(tmp_path / "ghes.pem")}
    async with ghes_running(world.ghes, ssl=context, name="ghes.localhost") as ghes:
        found = await examine(GHES_URL=ghes.url, **trusted)

    assert found.one("ghes").level is Level.FAILURE
    assert found.one("ghes").says.startswith("The certificate that ghes.localhost shows isn't trusted (")
    assert said in found.one("ghes").does


async def test_a_private_authority_that_is_known_is_trusted(world: Standins, examine: Any, tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ghes.pem"))
    async with ghes_running(world.ghes, ssl=tls(ca, "ghes.localhost"), name="ghes.localhost") as ghes:
        found = await examine(GHES_URL=ghes.url, GHES_CA_FILE=str(tmp_path / "ghes.pem"))

    assert found.one("ghes").level is Level.OK
    assert found.one("github-app").level is Level.OK


async def test_when_nobody_answers_all_is_said_within_half_a_minute(
    world: Standins, clock: DrivenClock, tmp_path: Path
) -> None:
    deaf = socket.create_server(("127.0.0.1", 0))  # takes connections, since the system does, and says nothing
    at = f"127.0.0.1:{deaf.getsockname()[1]}"
    settings = world.settings(
        tmp_path,
        GHES_URL=f"http://{at}",
        SLACK_API_URL=f"http://{at}/api/",
        AGENT_URL=f"http://{at}",
        AGENT_DATABASE_URL=f"postgresql://agent:word@{at}/ghe",
        AGENT_SECRET_KEYS="TOFDYBsGfEsEYpyJ4Y6DNAmvMyCDEeKT55EyC6OFnOM=",
    )
    began_s = clock.monotonic()

    with deaf:
        examined = asyncio.create_task(run.examined(settings, clock))
        while not examined.done():
            await clock.advance(0.5)
        found = {finding.check: finding for finding in examined.result() if finding.level is Level.FAILURE}

    assert clock.monotonic() - began_s <= 30
    assert "gives no answer on port" in found["ghes"].says
    assert "gives no answer on port" in found["slack"].says
    assert found["store"].says == "The database of AGENT_DATABASE_URL doesn't answer (no answer in time)."
