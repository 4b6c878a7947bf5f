"""One request at a time for one thing, however many want it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted_by: int = 0
    begun: int = 0
    answered: int = 0
    answers: list[T] = field(default_factory=list)


class SingleFlight(Generic[T]):
    """Callers share a request that began after they came, so that no answer is older than its question.

        time ───────────────────────────────▶
        caller 1   ├─ request 1 ─┤
        callers 2-20    ·········├─ request 2 ─┤  all of them get its answer

    Joining request 1 would be cheaper by one, and could show an issue as open to the event that closed it.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def answer(self, key: Hashable, request: Callable[[], Awaitable[T]]) -> T:
        """What `request` gives, or what a caller with the same key got from one begun since."""
        flight = self._flights.setdefault(key, _Flight())
        flight.wanted_by += 1
        came_at = flight.begun
        try:
            async with flight.lock:
                if flight.answered <= came_at:
                    flight.begun += 1
                    flight.answers = [await request()]
                    flight.answered = flight.begun
                return flight.answers[0]
        finally:
            flight.wanted_by -= 1
            if not flight.wanted_by:
                del self._flights[key]
