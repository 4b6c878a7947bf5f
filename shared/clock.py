"""The one clock. The product and the stand-ins ask it for the time, sleep by it and time out by it.

Programs pass `agent.clock.SystemClock`; tests pass `infra.sandbox.driven_clock.DrivenClock` and move it by hand.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for ages and deadlines, not for calendars."""

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """A block that raises `TimeoutError` when it isn't left within `seconds`."""
