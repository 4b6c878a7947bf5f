"""A clock that stands still until it is told to move."""

import asyncio
import heapq
from collections.abc import Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from itertools import count
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PATIENCE_S = 1.0
"""How long, in real seconds, a thread is waited for: one may wait for what the test does next."""
CHAIN = 100
"""How many threads' jobs may follow from each other in one settling."""
TURNS = 200
"""How many turns of the loop may follow from each other."""
IDLE_TURNS = 4
_JOBS: MutableMapping[asyncio.AbstractEventLoop, dict[asyncio.Future[Any], float]] = WeakKeyDictionary()


class DrivenClock:
    """`shared.clock.Clock` for tests: `advance` releases the sleepers and time-outs that have come due, in order."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._order = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None] | asyncio.Timeout]] = []

    def now(self) -> datetime:
        """The start plus all that was advanced, less what it was set back."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Seconds advanced so far."""
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by `seconds`; zero only yields."""
        if seconds <= 0:
            await asyncio.sleep(0)  # noqa: TID251 - this is a clock
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._push(seconds, future)
        await future

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Time out once the clock has been advanced by `seconds` while the block is open."""
        timeout = asyncio.timeout(None)
        self._push(seconds, timeout)
        return timeout

    def set_back(self, seconds: float) -> None:
        """Set the wall clock back, as NTP may; what sleeps doesn't notice."""
        self._start -= timedelta(seconds=seconds)

    def next_in(self) -> float | None:
        """Seconds until the nearest sleeper or time-out is due; None when nobody waits."""
        return self._waiting[0][0] - self._elapsed_s if self._waiting else None

    async def advance(self, seconds: float, *, step_s: float = 0.25) -> None:
        """Move on by `seconds`, in steps, letting what wakes up run (and do its loopback I/O) between the steps."""
        target = self._elapsed_s + seconds
        while True:
            due = min(self._waiting[0][0] if self._waiting else target, self._elapsed_s + step_s, target)
            self._elapsed_s = max(self._elapsed_s, due)
            self._release()
            await settle()
            if self._elapsed_s >= target:
                return

    def _push(self, seconds: float, waiter: asyncio.Future[None] | asyncio.Timeout) -> None:
        heapq.heappush(self._waiting, (self._elapsed_s + seconds, next(self._order), waiter))

    def _release(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._elapsed_s:
            waiter = heapq.heappop(self._waiting)[2]
            if isinstance(waiter, asyncio.Timeout):
                _expire(waiter)
            elif not waiter.done():
                waiter.set_result(None)


def _expire(timeout: asyncio.Timeout) -> None:
    try:
        timeout.reschedule(asyncio.get_running_loop().time())
    except RuntimeError:  # the block was left long ago, or never entered
        return


async def settle() -> None:
    """Let everything that is ready run, loopback sockets and threads included."""
    loop = asyncio.get_running_loop()
    jobs = _jobs_of(loop)
    for _ in range(CHAIN):
        await _quiet(loop)
        await asyncio.sleep(0.001)  # noqa: TID251 - gives the kernel's loopback its turn
        await _quiet(loop)
        now = monotonic()
        fresh = [job for job, began in jobs.items() if now - began < PATIENCE_S]
        if not fresh:
            return
        await asyncio.wait(fresh, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)


async def _quiet(loop: Any) -> None:
    """Yield until nothing has been ready for some turns of the loop, each of which looks at its sockets too."""
    idle = 0
    for _ in range(TURNS):
        await asyncio.sleep(0)  # noqa: TID251 - yields, doesn't wait
        idle = 0 if loop._ready else idle + 1  # noqa: SLF001 - nothing public tells
        if idle == IDLE_TURNS:
            return


def _jobs_of(loop: asyncio.AbstractEventLoop) -> dict[asyncio.Future[Any], float]:
    """What this loop has in threads, each with when it began; watched from the first call on."""
    if loop not in _JOBS:
        _JOBS[loop] = jobs = {}
        begin = loop.run_in_executor

        def watched(executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
            job = begin(executor, func, *args)
            jobs[job] = monotonic()
            job.add_done_callback(lambda done: jobs.pop(done, None))
            return job

        loop.run_in_executor = watched  # type: ignore[assignment,method-assign]
    return _JOBS[loop]
