"""`make sandbox`, `make sandbox-fresh`: the whole system on one machine, new at each start and gone at its end.

Slack and GHES are stand-ins; the agent is the real one, with real HTTP and WebSockets in between. The first workspace
is given to it as `SLACK_BOT_TOKEN`, the others are in its store, as the installation flow puts them there. In each of
them two people are linked with GHES already, so that commands and buttons can be tried at once: the one whom the page
begins with, and the administrator. The others connect by themselves.
Fresh, nothing is set up: neither Slack nor GHES has an app, and the agent knows the addresses of both and no more.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agent import app, logs
from agent import settings as agent_settings
from agent.clock import SystemClock
from infra.sandbox import installing, linking
from infra.sandbox.addresses import free_port, listener, own_address
from infra.sandbox.concessions import SANDBOX, STRICT
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving
from infra.sandbox.slack import people
from infra.sandbox.slack.app_settings import add_redirect_url
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.world import World as Slack
from infra.sandbox.slack.world import messages
from infra.sandbox.system import standins
from infra.sandbox.welcome import welcome
from shared.clock import Clock

if TYPE_CHECKING:  # it brings boto3, which is slow to come
    from infra.sandbox.relayed import Relayed

GHES_NAME = "ghes.localhost"
PASSWORD = "the-first-hour"
"""Of the console, which lives as long as the sandbox does."""
LINKED = {"mona": "grace", "ada": "ada"}
"""Who is linked at the start: Slack name to login on GHES."""


def main(*, port: int, workspaces: int, page: bool, strict: bool, fresh: bool, relay: bool = False) -> None:
    """Run until SIGINT or SIGTERM. Raises `Failure` when the port is taken."""
    socket_ = listener(port) if page else None
    with TemporaryDirectory(prefix="ghe-slack-sandbox-") as folder:
        log_file = Path(folder) / "agent.log"
        with log_file.open("w", encoding="utf-8") as stream:
            logs.configure("info", "json", stream)
            asyncio.run(_run(Path(folder), socket_, workspaces=workspaces, strict=strict, fresh=fresh, relay=relay))


async def _run(
    folder: Path, page: socket.socket | None, *, workspaces: int, strict: bool, fresh: bool, relay: bool
) -> None:
    stop = asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    async with AsyncExitStack() as stack:
        begin = system_fresh if fresh else partial(system, relay=relay)
        parts = await stack.enter_async_context(begin(folder, workspaces=workspaces, strict=strict))
        if page:
            await stack.enter_async_context(serving(parts, page))
        address = f"http://127.0.0.1:{page.getsockname()[1]}" if page else ""
        welcome(parts, page=address, password=PASSWORD, log_file=folder / "agent.log")
        await stop.wait()


@asynccontextmanager
async def system(
    folder: Path, *, workspaces: int = 2, strict: bool = False, relay: bool = False
) -> AsyncIterator[Parts]:
    """Both stand-ins, and an agent that is connected to them and keeps its store in this folder.

    `relay`: all workspaces but the first go through a relay on the local cloud, and each is subscribed to the same
    repository. Raises `Failure` without that cloud.
    """
    clock, concessions = SystemClock(), STRICT if strict else SANDBOX
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            standins(clock, workspaces=workspaces, concessions=concessions, ghes_name=GHES_NAME)
        )
        open_rocket(world.ghes)
        host = own_address() if strict else "127.0.0.1"
        slack_app = world.slack.app
        through = await _relay(stack, folder, clock, world.slack_urls.api_url) if relay else None
        settings = world.settings(
            folder,
            **world.pages(),
            **_administration(f"{host}:{free_port(host)}"),
            SLACK_APP_ID=slack_app.app_id,
            SLACK_CLIENT_ID=slack_app.client_id,
            SLACK_CLIENT_SECRET=slack_app.client_secret,
            **(through.settings if through else {}),
        )
        first, *others = world.slack.teams.values()
        await installing.install(settings, others, clock)
        shown = await through.carry(settings, others, clock) if through else None
        await linking.link(settings, world.slack.teams.values(), world.ghes, LINKED, clock)
        async with app.running(settings, clock) as agent:
            world.point_hooks_at(agent.url)
            if not strict:
                add_redirect_url(world.slack, slack_app, f"{agent.url}/_slack/oauth/callback")
            await world.slack.feed.until(
                lambda: open_sockets(world.slack) and ("auth.test", first.team_id) in world.slack.calls
            )
            if through:
                await subscribe_all(world.slack)
            yield Parts(
                slack=world.slack, ghes=world.ghes, agent_url=agent.url, clock=clock, linked=LINKED, relay=shown
            )


@asynccontextmanager
async def system_fresh(folder: Path, *, workspaces: int = 2, strict: bool = False) -> AsyncIterator[Parts]:
    """The same before its first hour."""
    clock, concessions = SystemClock(), STRICT if strict else SANDBOX
    async with standins(
        clock, workspaces=workspaces, concessions=concessions, ghes_name=GHES_NAME, fresh=True
    ) as world:
        open_rocket(world.ghes)
        host = own_address() if strict else "127.0.0.1"
        variables = world.fresh_variables(folder) | world.pages() | _administration(f"{host}:{free_port(host)}")
        async with app.running(agent_settings.of(variables), clock) as agent:
            yield Parts(slack=world.slack, ghes=world.ghes, agent_url=agent.url, clock=clock, is_fresh=True)


async def _relay(stack: AsyncExitStack, folder: Path, clock: Clock, slack_api_url: str) -> "Relayed":
    """Loaded when it is asked for: boto3 is slow to come."""
    from infra.sandbox import relayed

    return await stack.enter_async_context(relayed.relay(folder / "cloud", clock, slack_api_url=slack_api_url))


def _administration(listen: str) -> dict[str, str]:
    return {"AGENT_LISTEN": listen, "AGENT_ADMIN_PASSWORD": PASSWORD, "AGENT_ADMINS": "ada"}


def open_rocket(ghes: Ghes) -> None:
    """Add `acme/rocket`, which is open to everybody on this GHES: there the page begins."""
    add_repository(ghes, ghes.account("acme"), "rocket", visibility="internal")


async def subscribe_all(slack: Slack) -> None:
    """Subscribe `#general` of every workspace to `acme/rocket`, and wait until all of them were told so."""
    domains = [team.domain for team in slack.teams.values()]
    for domain in domains:
        people.slash(slack, domain, "general", "mona", "subscribe acme/rocket")
    await slack.feed.until(lambda: all(messages(slack, domain, "general") for domain in domains))
