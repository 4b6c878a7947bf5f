"""`make sandbox`: the whole system on one machine. Everything in it is new at each start and gone at its end.

Slack and GHES are stand-ins; the agent is the real one, with real HTTP and WebSockets in between. The first workspace
is given to it as `SLACK_BOT_TOKEN`, the others are in its store, as the installation flow puts them there.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from agent import app, logs
from agent.clock import SystemClock
from agent.settings import Settings, of
from infra.sandbox import installing
from infra.sandbox.addresses import free_port, listener, own_address
from infra.sandbox.concessions import SANDBOX, STRICT, Concessions
from infra.sandbox.ghes import server as ghes_server
from infra.sandbox.ghes.population import add_repository, populated
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving
from infra.sandbox.slack import server as slack_server
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.slack.population import sample
from infra.sandbox.slack.world import World as Slack
from infra.sandbox.welcome import welcome
from shared.clock import Clock

GHES_NAME = "ghes.localhost"


def main(*, port: int, workspaces: int, page: bool, strict: bool) -> None:
    """Run until SIGINT or SIGTERM. Raises `Failure` when the port is taken."""
    socket_ = listener(port) if page else None
    with TemporaryDirectory(prefix="ghe-slack-sandbox-") as folder:
        log_file = Path(folder) / "agent.log"
        with log_file.open("w", encoding="utf-8") as stream:
            logs.configure("info", "json", stream)
            asyncio.run(_run(Path(folder), socket_, workspaces=workspaces, strict=strict))


async def _run(folder: Path, page: socket.socket | None, *, workspaces: int, strict: bool) -> None:
    stop = asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(system(folder, workspaces=workspaces, strict=strict))
        if page:
            await stack.enter_async_context(serving(parts, page))
        welcome(parts, page=f"http://127.0.0.1:{page.getsockname()[1]}" if page else "", log_file=folder / "agent.log")
        await stop.wait()


@asynccontextmanager
async def system(folder: Path, *, workspaces: int = 2, strict: bool = False) -> AsyncIterator[Parts]:
    """Both stand-ins, and an agent that is connected to them and keeps its store in this folder."""
    clock = SystemClock()
    slack = sample(clock, workspaces=workspaces)
    ghes = company(clock, STRICT if strict else SANDBOX)
    async with slack_server.running(slack) as at, ghes_server.running(ghes, name=GHES_NAME):
        host = own_address() if strict else "127.0.0.1"
        settings = _settings(slack, ghes, slack_api_url=at.api_url, listen=f"{host}:{free_port(host)}", folder=folder)
        first, *others = slack.teams.values()
        await installing.install(settings, others, clock)
        async with app.running(settings, clock) as agent:
            ghes.app.hook.url = f"{agent.url}/webhooks/github"
            await slack.feed.until(lambda: open_sockets(slack) and ("auth.test", first.team_id) in slack.calls)
            yield Parts(slack=slack, ghes=ghes, agent_url=agent.url, clock=clock)


def company(clock: Clock, concessions: Concessions) -> Ghes:
    """The GHES to try things on: `acme/rocket` is open to everybody on it, and where the page begins."""
    ghes = populated(clock, concessions=concessions)
    add_repository(ghes, ghes.account("acme"), "rocket", visibility="internal")
    return ghes


def _settings(slack: Slack, ghes: Ghes, *, slack_api_url: str, listen: str, folder: Path) -> Settings:
    first = next(iter(slack.teams.values()))
    return of(
        {
            "GHES_URL": ghes.web_url,
            "GHES_APP_ID": str(ghes.app.id),
            "GHES_APP_SLUG": ghes.app.slug,
            "GHES_PRIVATE_KEY": ghes.app.private_key_pem,
            "GHES_CLIENT_ID": ghes.app.client_id,
            "GHES_CLIENT_SECRET": ghes.app.client_secret,
            "GHES_WEBHOOK_SECRET": ghes.app.hook.secret,
            "SLACK_APP_TOKEN": slack.app.token,
            "SLACK_BOT_TOKEN": first.bot_token,
            "SLACK_API_URL": slack_api_url,
            "SLACK_COMMAND": slack.app.command,
            "AGENT_LISTEN": listen,
            "AGENT_DATABASE_URL": f"sqlite:///{folder / 'sandbox.db'}",
        }
    )
