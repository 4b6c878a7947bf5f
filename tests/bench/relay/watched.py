"""Functions under Lambda's runtime client whose invocations are timed, and whose processor time is known.

As Lambda bills it: from the moment that an event is there for the runtime until its answer is back, without waiting for
a free environment.
"""

import os
from asyncio import Queue
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from infra.sandbox.cloud.runtime import Environment, Function, Pool
from shared.clock import Clock

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12
"""Where `/proc/<pid>/stat` has them, behind the program's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """`notifications`: how many messages of the queue it was given; of a request it is none."""

    took_s: float
    notifications: int
    is_cold: bool


class Watched(Environment):
    """One that says what it did."""

    def __init__(self, function: Function, clock: Clock, told: Queue[Invocation]) -> None:
        super().__init__(function, clock)
        self._told = told

    async def invoke(self, event: Any) -> Any:
        is_cold = self._process is None or self._process.returncode is not None
        began = self._clock.monotonic()
        answer = await super().invoke(event)
        took_s = self._clock.monotonic() - began
        number = len(event.get("Records", ()))
        self._told.put_nowait(Invocation(took_s=took_s, notifications=number, is_cold=is_cold))
        return answer

    def cpu_s(self) -> float:
        """Of its process, threads that have ended among them, so far."""
        if self._process is None:
            return 0.0
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS_PER_S


class WatchedPool(Pool):
    """`told` has what each invocation took, in the order in which they ended."""

    def __init__(self, function: Function, clock: Clock, *, concurrency: int) -> None:
        super().__init__(function, clock, concurrency=0)
        self.told = Queue[Invocation]()
        self.environments = [Watched(function, clock, self.told) for _ in range(concurrency)]

    def cpu_s(self) -> float:
        """Of all its processes."""
        return sum(cast("Watched", each).cpu_s() for each in self.environments)

    async def warm(self, events: Iterator[Any]) -> None:
        """Begin its processes, one after another, each with an event."""
        for environment, event in zip(self.environments, events, strict=False):
            await environment.invoke(event)

    def heard(self) -> list[Invocation]:
        """What was told since the last time."""
        return [self.told.get_nowait() for _ in range(self.told.qsize())]
