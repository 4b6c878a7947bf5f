"""The whole system as it stands in a company: nothing is forgiven, everything speaks TLS, and every way has one name.

    GHES ◀── the company's authority, no proxy ──▶ agent ── proxy with credentials, its authority ──▶ Slack

Only the proxy knows where Slack is; only the company's names (here: `Names`) know where GHES and the agent are.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from agent import app
from infra.sandbox import connect_proxy, linking
from infra.sandbox.addresses import free_port
from infra.sandbox.concessions import STRICT
from infra.sandbox.driven_clock import DrivenClock, settle
from infra.sandbox.ghes import happen
from infra.sandbox.ghes import server as ghes_server
from infra.sandbox.ghes.hook_url import refused
from infra.sandbox.ghes.population import populated
from infra.sandbox.slack import people
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins

SLACK, GHES, AGENT = "slack.example.com", "ghes.example.com", "agent.example.com"
REPOSITORY = "acme/docs"


@dataclass(kw_only=True)
class Names:
    """The resolver of the company: names on this machine, and which were asked for."""

    known: set[str]
    asked: set[str] = field(default_factory=set)

    def answering(self, resolve: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo(host: Any, *more: Any, **others: Any) -> Any:
            if not str(host).endswith(".example.com"):
                return resolve(host, *more, **others)
            self.asked.add(host)
            if host not in self.known:
                raise socket.gaierror(socket.EAI_NONAME, "nobody here knows this name")
            return resolve("127.0.0.1", *more, **others)

        return getaddrinfo


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names(known={GHES, AGENT})
    monkeypatch.setattr(socket, "getaddrinfo", names.answering(socket.getaddrinfo))
    return names


@dataclass(kw_only=True)
class Company:
    """What runs; the agent is connected, and the clock stands still unless it is moved."""

    world: Standins
    proxy: connect_proxy.ConnectProxy
    clock: DrivenClock

    def general(self) -> list[Message]:
        return messages(self.world.slack, "acme", "general")

    def card(self) -> Message | None:
        return next((each for each in self.general() if "It leaks" in each.text), None)

    async def subscribe(self) -> None:
        people.slash(self.world.slack, "acme", "general", "mona", f"subscribe {REPOSITORY}")
        await self.world.slack.feed.until(self.general)

    async def deliveries(self, count: int) -> list[int]:
        """What the agent answered to GHES's webhooks, once there are so many."""
        for _ in range(5000):
            if len(found := self.world.ghes.app.deliveries) >= count:
                return [each.status_code for each in found]
            await settle()
        raise AssertionError("GHES never sent them")


Companies = Callable[..., AbstractAsyncContextManager[Company]]


@pytest.fixture
def companies(tmp_path: Path, names: Names) -> Companies:
    """Makes one: `async with companies(**variables) as company`."""
    del names  # it answers from here on
    theirs, ours = trustme.CA(), trustme.CA()
    files = {
        "OUTBOUND_CA_FILE": _written(tmp_path / "theirs.pem", theirs.cert_pem.bytes()),
        "GHES_CA_FILE": _written(tmp_path / "ours.pem", ours.cert_pem.bytes()),
        **_certificate(tmp_path, ours),
    }

    @asynccontextmanager
    async def running(**variables: str) -> AsyncIterator[Company]:
        clock, ways = DrivenClock(), dict[str, tuple[str, int]]()
        slack, ghes = sample(clock, workspaces=1), populated(clock, concessions=STRICT)
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(slack_server.running(slack, tls=_tls(theirs, SLACK), name=SLACK))
            inside = await stack.enter_async_context(
                ghes_server.running(ghes, ssl=_tls(ours, GHES), name=GHES, hook_ssl=_trust(ours))
            )
            proxy = await stack.enter_async_context(connect_proxy.running(connect_proxy.Rules(names=ways), clock))
            ways[SLACK] = ("127.0.0.1", int(outside.base_url.rpartition(":")[2]))
            world = Standins(slack=slack, slack_urls=outside, ghes=ghes, ghes_server=inside)
            port = free_port("127.0.0.1")
            at = {"AGENT_LISTEN": f"127.0.0.1:{port}", "AGENT_URL": f"https://{AGENT}:{port}"}
            settings = world.settings(tmp_path, HTTPS_PROXY=proxy.url, **files, **at, **variables)
            await linking.link(settings, slack.teams.values(), ghes, {"mona": "grace"}, clock)
            await stack.enter_async_context(app.running(settings, clock))
            world.point_hooks_at(settings.agent_url)
            await slack.feed.until(lambda: len(open_sockets(slack)) == settings.slack_connections)
            yield Company(world=world, proxy=proxy, clock=clock)

    return running


def _tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def _trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def _certificate(folder: Path, authority: trustme.CA) -> dict[str, str]:
    """The agent's own, as its settings name it."""
    issued = authority.issue_cert(AGENT)
    return {
        "AGENT_TLS_CERT_FILE": _written(
            folder / "agent.pem", b"".join(each.bytes() for each in issued.cert_chain_pems)
        ),
        "AGENT_TLS_KEY_FILE": _written(folder / "agent.key", issued.private_key_pem.bytes()),
    }


def _written(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    return str(file)


async def _a_card_lives(company: Company) -> Message:
    """Subscribe, open an issue and close it; the card, as it is at the end."""
    slack, ghes = company.world.slack, company.world.ghes
    repository, ada = ghes.repository(REPOSITORY), ghes.account("ada")
    await company.subscribe()
    issue = happen.open_issue(ghes, repository, by=ada, title="It leaks")
    await slack.feed.until(company.card)

    happen.close(ghes, repository, issue, by=ada)
    assert await company.deliveries(2) == [202, 202]
    for _ in range(60):
        await company.clock.advance(1)
        if (card := company.card()) and card.edits:
            return card
    raise AssertionError("the card was never rewritten")


async def test_behind_the_proxy_a_card_arrives_and_is_kept_true(companies: Companies, names: Names) -> None:
    async with companies() as company:
        card = await _a_card_lives(company)

    slack_port = company.world.slack_urls.base_url.rpartition(":")[2]
    assert "closed" in str((card.blocks, card.attachments)).lower()
    assert set(company.proxy.tunnels) == {f"{SLACK}:{slack_port}"}
    assert not company.proxy.refused
    assert names.asked == {GHES, AGENT}


async def test_what_no_proxy_names_is_reached_without_it(companies: Companies, names: Names) -> None:
    names.known.add(SLACK)

    async with companies(NO_PROXY=f"intranet.example.com, {SLACK}") as company:
        card = await _a_card_lives(company)

    assert "closed" in str((card.blocks, card.attachments)).lower()
    assert not company.proxy.tunnels
    assert not company.proxy.refused
    assert names.asked == {GHES, AGENT, SLACK}


async def test_no_way_of_it_is_forgiven_anything(companies: Companies) -> None:
    async with companies() as company:
        world = company.world
        urls = (world.slack.public_url, world.ghes.web_url, world.ghes.app.hook.url)

    assert [url.startswith("https://") and ".example.com:" in url for url in urls] == [True] * 3
    assert world.ghes.concessions == STRICT
    assert refused("https://127.0.0.1/webhooks/github", STRICT)
