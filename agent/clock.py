"""The clock of the machine."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime


class SystemClock:
    """`shared.clock.Clock` by the operating system; the only place that reads it."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock

    def monotonic(self) -> float:
        """Seconds since some start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)  # noqa: TID251 - this is the clock

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """A time-out of the event loop."""
        return asyncio.timeout(seconds)
