"""Whose turn it is: what one person asks for in one channel is carried out in the order in which it was asked.

Without it the command that GHES is quicker about would win, not the one that was typed last. People don't wait for
each other, and nobody waits for long: everybody's commands share the worker's hands.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from agent.slash.asked import Asked
from agent.slash.ports import ASKED_S
from shared.address import Address
from shared.clock import Clock

_Locks = WeakValueDictionary[tuple[Address, str], asyncio.Lock]

WAIT_S = ASKED_S
"""So long the one before may wait for GHES; later than that, out of turn is better than not at all."""


class Turns:
    """Those of one process; a replica doesn't wait for another."""

    def __init__(self) -> None:
        self._locks = _Locks()

    @asynccontextmanager
    async def of(self, asked: Asked, clock: Clock) -> AsyncIterator[None]:
        """Enter when it is this one's turn, first come, first served, or `WAIT_S` are over."""
        lock = self._locks.setdefault((asked.address, asked.user_id), asyncio.Lock())
        try:
            async with clock.timeout(WAIT_S):
                await lock.acquire()
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()
