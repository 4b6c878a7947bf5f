"""Asking once for all who want to know."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Calls `ask` for the first who wants the answer and keeps it; a caller that is cancelled leaves it to the next."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._lock = asyncio.Lock()
        self._answers: list[T] = []

    async def __call__(self) -> T:
        """The answer."""
        async with self._lock:
            if not self._answers:
                self._answers.append(await self._ask())
            return self._answers[0]
