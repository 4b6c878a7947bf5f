"""The processes of a run: the agent, the stand-ins and the peers, each on its own, as in life."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.clock import SystemClock
from infra.sandbox.addresses import LOOPBACK, free_port
from shared.address import Address
from tests.bench.webhooks import SECRET

ROOT = Path(__file__).parents[2]
START_S, STOP_S = 30.0, 15.0
_LINE_BYTES = 2**27
clock = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that listens."""

    port: int
    process: asyncio.subprocess.Process

    @property
    def host(self) -> str:
        return LOOPBACK

    def cpu_s(self) -> float:
        """Seconds of processor time, of all its threads, so far; the kernel's ticks are too coarse for that."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text(encoding="ascii").split()[0]) for each in threads) / 1e9


class Slack:
    """Slack's stand-in (`tests.bench.standin`), told over its standard input what to do."""

    def __init__(self, process: asyncio.subprocess.Process, ready: Mapping[str, Any]) -> None:
        self._process = process
        self.variables: dict[str, str] = ready["variables"]
        """The environment of an agent that speaks to it."""
        self.app_token: str = ready["app_token"]
        self.bot_tokens: dict[str, str] = ready["bot_tokens"]
        """By workspace."""
        self.addresses = [Address(team_id=team, channel_id=channel) for team, channel in ready["channels"]]

    async def ask(self, what: str, **more: Any) -> Any:
        """Its answer to a request, see `tests.bench.standin`."""
        return await _ask(self._process, {"what": what, **more})


@asynccontextmanager
async def slack(folder: Path, *, workspaces: int = 1, channels: int = 1, limits: bool = False) -> AsyncIterator[Slack]:
    """Run the stand-ins; the agent's store in `folder` is made, with all workspaces connected."""
    given = {"folder": str(folder), "workspaces": workspaces, "channels": channels, "limits": limits}
    async with _python("tests.bench.standin") as process:
        yield Slack(process, await _ask(process, given))


@asynccontextmanager
async def agent(folder: Path, of: Slack, **settings: str) -> AsyncIterator[Server]:
    """Run the agent, its store in `folder`."""
    port = free_port(LOOPBACK)
    environment = of.variables | {
        "GHES_WEBHOOK_SECRET": SECRET,
        "AGENT_LISTEN": f"{LOOPBACK}:{port}",
        "AGENT_LOG_LEVEL": "error",
        **settings,
    }
    command = [str(Path(sys.executable).parent / "ghe-slack"), "agent"]
    async with _run(command, environment, folder) as process:
        await _until_it_listens(port)
        yield Server(port=port, process=process)


@asynccontextmanager
async def peer(module: str, **settings: str) -> AsyncIterator[Server]:
    """Run a peer of `tests.bench.peers`; it is told by environment, and listens on `PORT` once it is ready."""
    port = free_port(LOOPBACK)
    command = [sys.executable, "-m", f"tests.bench.peers.{module}"]
    async with _run(command, {"PORT": str(port), "SECRET": SECRET, **settings}, ROOT) as process:
        await _until_it_listens(port)
        yield Server(port=port, process=process)


@asynccontextmanager
async def _python(module: str) -> AsyncIterator[asyncio.subprocess.Process]:
    async with _run([sys.executable, "-m", module], {}, ROOT, piped=True) as process:
        yield process


@asynccontextmanager
async def _run(
    command: list[str], environment: Mapping[str, str], folder: Path, *, piped: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, env=dict(environment), cwd=folder, stdin=pipe, stdout=pipe, limit=_LINE_BYTES
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with clock.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ask(process: asyncio.subprocess.Process, what: Mapping[str, Any]) -> Any:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("this process takes no requests")
    process.stdin.write(json.dumps(what).encode() + b"\n")
    return json.loads(await process.stdout.readline())


async def _until_it_listens(port: int) -> None:
    async with clock.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await clock.sleep(0.05)
            else:
                writer.close()
                return
