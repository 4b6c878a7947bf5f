"""An examination against the stand-ins, and its findings by check."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.clock import SystemClock
from agent.examining import run
from agent.examining.findings import Finding, Level
from infra.sandbox.driven_clock import DrivenClock
from infra.sandbox.system import Standins, standins


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found."""

    all: Sequence[Finding]

    def of(self, check: str) -> Sequence[Finding]:
        """Those of one check, in its order."""
        return [finding for finding in self.all if finding.check == check]

    def one(self, check: str) -> Finding:
        """The only one of a check."""
        (finding,) = self.of(check)
        return finding

    def failed(self) -> set[str]:
        """Names of the checks that failed."""
        return {finding.check for finding in self.all if finding.level is Level.FAILURE}


Examine = Callable[..., Awaitable[Findings]]


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name outside is ever asked for: what isn't this machine's is unknown."""

    class Nobody:
        async def resolve(self, *_: object) -> list[Any]:
            raise OSError(-2, "Name or service not known")

        async def close(self) -> None:
            return

    monkeypatch.setattr("agent.net.resolver.ThreadedResolver", Nobody)


@pytest.fixture
def clock() -> DrivenClock:
    """It stands at the machine's time, which the web servers of the stand-ins tell."""
    return DrivenClock(SystemClock().now())


@pytest.fixture
async def world(clock: DrivenClock) -> AsyncIterator[Standins]:
    async with standins(clock) as world:
        yield world


@pytest.fixture
def examine(world: Standins, clock: DrivenClock, tmp_path: Path) -> Examine:
    """Examines the settings of the world, some of them changed; an address in place of the agent's is a dead one."""

    async def examined(**more: str) -> Findings:
        return Findings(await run.examined(world.settings(tmp_path, **more), clock))

    return examined
