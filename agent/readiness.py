"""Noticing the end of a time in which webhooks couldn't be stored: GHES never repeats by itself what was refused."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from shared.clock import Clock

log = structlog.get_logger()
PAUSE_S = 5.0
"""Between a refusal and the first look. GHES logs a delivery when its attempt has ended, so a catch-up that followed at
once could miss the very delivery that was refused."""


class Readiness:
    """Told when a webhook couldn't be stored, tries until one could, then calls `recovered`."""

    def __init__(self, writable: Callable[[], Awaitable[bool]], clock: Clock, recovered: Callable[[], None]) -> None:
        self._writable, self._clock, self._recovered = writable, clock, recovered
        self._lost = asyncio.Event()

    def lost(self) -> None:
        """A webhook was refused for want of room, or would have been."""
        self._lost.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            await self._lost.wait()
            self._lost.clear()
            await self._clock.sleep(PAUSE_S)
            if await self._writable():
                log.info("webhooks can be stored again")
                self._recovered()
            else:
                self._lost.set()
