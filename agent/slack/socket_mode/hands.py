"""Envelopes between their arrival and their acknowledgement."""

import asyncio
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from shared.clock import Clock

log = structlog.get_logger()

Count = Callable[[str], None]


class Hands:
    """At most `limit` envelopes at work at once; whoever brings one more waits, and so stops reading its socket.

    Not a `TaskGroup`: one envelope that can't be answered must not end the sockets of all others. It stays without
    acknowledgement, is logged and counted, and Slack brings an event again.
    """

    def __init__(self, limit: int, *, count: Count) -> None:
        self._room = asyncio.Semaphore(limit)
        self._count = count
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def take(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start `work` once there is room for it; after `close` it is put aside unstarted."""
        await self._room.acquire()
        if self._closed:
            self._room.release()
            self._count("left_unread")
            return
        self._empty.clear()
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._put_down)

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    async def drained(self, within_s: float, clock: Clock) -> bool:
        """Whether everything in hand was answered in time; what wasn't is cancelled."""
        try:
            async with clock.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            self.drop()
            return False
        return True

    def drop(self) -> None:
        """Cancel what is in hand; Slack gets no acknowledgement for it."""
        for task in self._tasks:
            task.cancel()

    def _put_down(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._room.release()
        if not self._tasks:
            self._empty.set()
        if task.cancelled():
            self._count("unanswered")
        elif error := task.exception():
            self._count("unanswered")
            # The message and the locals of an exception may hold the payload; its type and place don't.
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("envelope not answered", error=type(error).__name__, place=f"{place.name}:{place.lineno}")
