"""The agent as a process in a network of its own."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from agent.clock import SystemClock
from tests.netns.nets import Net

T = TypeVar("T")
STOP_S = 30.0
"""It stops within 10 s on a machine that is its own."""
_WITH_HOSTS = 'mount --bind "$0" /etc/hosts && exec "$@"'
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")
_COMMAND = str(Path(sys.executable).with_name("ghe-slack"))


class AgentProcess:
    """What it has logged, and waiting for what it does."""

    def __init__(self, process: subprocess.Popen[bytes], output: asyncio.StreamReader) -> None:
        self.pid = process.pid
        self.log = ""
        self._output = output
        self._heard = asyncio.Event()
        self.reading = asyncio.create_task(self._read())
        """Done when the process has ended."""

    async def says(self, event: str, times: int = 1) -> dict[str, Any]:
        """The last of so many lines of its log that say this."""
        while True:
            self._heard.clear()
            found = [line for line in self.log.splitlines() if f'"{event}"' in line]
            if len(found) >= times:
                return dict(json.loads(found[times - 1]))
            await self.meanwhile(self._heard.wait())

    async def meanwhile(self, waited_for: Awaitable[T]) -> T:
        """Wait, but not for an agent that has ended: that raises with its log."""
        waiting = asyncio.ensure_future(waited_for)
        try:
            await asyncio.wait({waiting, self.reading}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
        finally:
            waiting.cancel()
        raise AssertionError(f"the agent has ended:\n{self.log}")

    async def _read(self) -> None:
        while line := await self._output.readline():
            self.log += line.decode()
            self._heard.set()


@asynccontextmanager
async def running(net: Net, folder: Path, hosts: str, variables: Mapping[str, str]) -> AsyncIterator[AgentProcess]:
    """Run `ghe-slack agent` in this network and folder, where only `hosts` knows names; it listens when this yields."""
    hosts_file = folder / "hosts"
    hosts_file.write_text(hosts, encoding="ascii")
    command = (*_ENDS_WITH_US, "unshare", "--mount", "sh", "-c", _WITH_HOSTS, str(hosts_file), _COMMAND, "agent")
    with net.entered():
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - at once, or other tasks would be in there too
            command, cwd=folder, env=dict(variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    output = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), process.stdout
    )
    agent = AgentProcess(process, output)
    try:
        await agent.says("the agent runs")
        yield agent
        process.terminate()
        async with SystemClock().timeout(STOP_S):
            await agent.reading
    finally:
        process.kill()
        process.wait()
        agent.reading.cancel()
        transport.close()
