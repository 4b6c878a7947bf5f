"""A company whose agent sits behind a proxy, with nothing but cables between the machines.

                    10.77.1.0/24                                      10.77.2.0/24
    agent .2 ──────────────────── .1 proxy with credentials .1 ──────────────────── .2 Slack, strangers
                       └───────── .3 GHES

The agent is the real program; the stand-ins and the proxy run in the test's own process, which is in the company's
network. Nobody forwards packets, and the agent has no way but to the company.
"""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
import trustme

from agent import settings as agent_settings
from agent.clock import SystemClock
from infra.sandbox import connect_proxy, linking
from infra.sandbox.concessions import STRICT
from infra.sandbox.ghes import happen
from infra.sandbox.ghes import server as ghes_server
from infra.sandbox.ghes.population import populated
from infra.sandbox.slack import people
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.state import Message
from infra.sandbox.slack.world import messages
from infra.sandbox.system import Standins
from tests.netns import agent_process
from tests.netns.nets import Net, NotPermittedError, new, plug

T = TypeVar("T")
SLACK, GHES, REPOSITORY = "slack.example.com", "ghes.example.com", "acme/docs"
PROXY_AT, AGENT_AT, GHES_AT, SLACK_AT = "10.77.1.1", "10.77.1.2", "10.77.1.3", "10.77.2.2"
HIDDEN_GHES_AT = "10.77.4.1"
"""In the company, but the agent has no way there."""
LISTENS = (AGENT_AT, 8080)
ANY = "0.0.0.0"  # noqa: S104 - all addresses of a network that we made


@dataclass(frozen=True, slots=True, kw_only=True)
class Nets:
    """Who has a network."""

    agent: Net
    company: Net
    outside: Net


@pytest.fixture
def nets() -> Iterator[Nets]:
    """The networks, cabled; the test is in the company's."""
    with ExitStack() as stack:
        made = _cabled(stack)
        if isinstance(made, str):
            pytest.fail(made, pytrace=False)
        stack.enter_context(made.company.entered())
        yield made


def _cabled(stack: ExitStack) -> Nets | str:
    """The networks, or why there are none."""
    try:
        made = Nets(
            agent=stack.enter_context(new()),
            company=stack.enter_context(new()),
            outside=stack.enter_context(new()),
        )
        plug("inside", made.company, f"{PROXY_AT}/24", made.agent, f"{AGENT_AT}/24")
        plug("outside", made.company, "10.77.2.1/24", made.outside, f"{SLACK_AT}/24")
        made.company.ip("address", "add", f"{GHES_AT}/24", "dev", "inside")
        made.company.ip("address", "add", f"{HIDDEN_GHES_AT}/32", "dev", "lo")
    except NotPermittedError as error:
        return str(error)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What runs; the agent listens, and perhaps it is connected."""

    nets: Nets
    world: Standins
    proxy: connect_proxy.ConnectProxy
    agent: agent_process.AgentProcess
    session: aiohttp.ClientSession

    async def connected(self) -> None:
        """Slack's sockets are open, and its workspace is known."""
        await self.agent.says("socket opened", times=2)
        await self.agent.says("connected to a workspace")

    async def part(self, name: str) -> dict[str, Any]:
        """What `/status` tells of a part."""
        async with self.session.get(f"http://{AGENT_AT}:{LISTENS[1]}/status") as answer:
            return dict((await answer.json())["parts"][name])

    async def card(self, title: str) -> Message:
        """Mona subscribes a channel, Ada opens an issue: the card that arrives."""
        slack, ghes = self.world.slack, self.world.ghes
        people.slash(slack, "acme", "general", "mona", f"subscribe {REPOSITORY}")
        await self._until(lambda: messages(slack, "acme", "general"))
        happen.open_issue(ghes, ghes.repository(REPOSITORY), by=ghes.account("ada"), title=title)
        return await self._until(
            lambda: next((each for each in messages(slack, "acme", "general") if title in each.text), None)
        )

    async def _until(self, found: Callable[[], T | None]) -> T:
        with self.world.slack.feed.subscribe() as changes:
            while not (value := found()):
                await self.agent.meanwhile(changes.get())
        return value


Companies = Callable[..., AbstractAsyncContextManager[Company]]


@pytest.fixture
def companies(nets: Nets, tmp_path: Path) -> Companies:
    """Makes one: `async with companies(**variables) as company`.

    `slack_name`: under which name Slack is reached. `hosts`: which names the agent's machine knows. `interception`: the
    proxy opens TLS, with an authority of its own in `interception.pem`. `password`: what the agent tells the proxy.
    `ghes_by_proxy`: it asks GHES through it too.
    """
    theirs, ours, opener = trustme.CA(), trustme.CA(), trustme.CA()
    for name, authority in (("theirs", theirs), ("ours", ours), ("interception", opener)):
        authority.cert_pem.write_to_path(str(tmp_path / f"{name}.pem"))

    @asynccontextmanager
    async def running(
        *,
        slack_name: str = SLACK,
        hosts: str = f"{GHES_AT} {GHES}\n",
        interception: bool = False,
        password: str = "",
        ghes_by_proxy: bool = False,
        **variables: str,
    ) -> AsyncIterator[Company]:
        clock = SystemClock()
        slack, ghes = sample(clock, workspaces=1), populated(clock, concessions=STRICT)
        opening = connect_proxy.Interception(authority=opener, trusted=_trust(theirs)) if interception else None
        ways = {SLACK: (SLACK_AT, 443), GHES: (HIDDEN_GHES_AT, 443)}
        rules = connect_proxy.Rules(names=ways, interception=opening)
        async with AsyncExitStack() as stack:
            with nets.outside.entered():
                slack_urls = await stack.enter_async_context(
                    slack_server.running(slack, host=ANY, port=443, tls=_tls(theirs, slack_name), name=slack_name)
                )
            inside = await stack.enter_async_context(
                ghes_server.running(ghes, ANY, 443, ssl=_tls(ours, GHES), name=GHES)
            )
            proxy = await stack.enter_async_context(connect_proxy.running(rules, clock, PROXY_AT))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            world = Standins(slack=slack, slack_urls=slack_urls, ghes=ghes, ghes_server=inside)
            given = {
                "HTTPS_PROXY": proxy.url_with("corp", password) if password else proxy.url,
                "OUTBOUND_CA_FILE": str(tmp_path / ("interception.pem" if interception else "theirs.pem")),
                "GHES_CA_FILE": str(tmp_path / "ours.pem"),
                "AGENT_LISTEN": f"{LISTENS[0]}:{LISTENS[1]}",
                "AGENT_LOG_FORMAT": "json",
            }
            if ghes_by_proxy:
                given["GHES_PROXY"] = proxy.url
            settings = {name: word for name, word in world.variables(tmp_path, **given | variables).items() if word}
            await linking.link(agent_settings.of(settings), slack.teams.values(), ghes, {"mona": "grace"}, clock)
            agent = await stack.enter_async_context(agent_process.running(nets.agent, tmp_path, hosts, settings))
            world.point_hooks_at(f"http://{AGENT_AT}:{LISTENS[1]}")
            yield Company(nets=nets, world=world, proxy=proxy, agent=agent, session=session)

    return running


def _tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def _trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
