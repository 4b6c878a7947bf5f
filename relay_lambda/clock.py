"""The relay's clock: the functions ask it for the time and wait by it, since they aren't asynchronous."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for ages and deadlines, not for calendars."""

    def wait(self, seconds: float) -> None:
        """Return when `seconds` have passed."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)  # noqa: TID251 - this is a clock

    def monotonic(self) -> float:
        """See the port."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """See the port."""
        time.sleep(seconds)
