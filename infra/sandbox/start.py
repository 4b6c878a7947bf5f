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
from infra.sandbox import installing
from infra.sandbox.addresses import free_port, listener, own_address
from infra.sandbox.concessions import SANDBOX, STRICT
from infra.sandbox.ghes.population import add_repository
from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.page.parts import Parts
from infra.sandbox.page.server import serving
from infra.sandbox.slack.breakage import open_sockets
from infra.sandbox.system import standins
from infra.sandbox.welcome import welcome

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
    clock, concessions = SystemClock(), STRICT if strict else SANDBOX
    async with standins(clock, workspaces=workspaces, concessions=concessions, ghes_name=GHES_NAME) as world:
        open_rocket(world.ghes)
        host = own_address() if strict else "127.0.0.1"
        settings = world.settings(folder, AGENT_LISTEN=f"{host}:{free_port(host)}")
        first, *others = world.slack.teams.values()
        await installing.install(settings, others, clock)
        async with app.running(settings, clock) as agent:
            world.point_hooks_at(agent.url)
            await world.slack.feed.until(
                lambda: open_sockets(world.slack) and ("auth.test", first.team_id) in world.slack.calls
            )
            yield Parts(slack=world.slack, ghes=world.ghes, agent_url=agent.url, clock=clock)


def open_rocket(ghes: Ghes) -> None:
    """Add `acme/rocket`, which is open to everybody on this GHES: there the page begins."""
    add_repository(ghes, ghes.account("acme"), "rocket", visibility="internal")
