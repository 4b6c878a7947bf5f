"""The change feed: what the sandbox's page renders live and what tests wait for."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

Kind = Literal[
    "message", "update", "deletion", "ephemeral", "reaction", "view", "channel", "delivery", "socket", "call"
]

T = TypeVar("T")

PATIENCE_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something happened. `ts` is the message's; `what` names a view, an envelope's outcome or a method."""

    kind: Kind
    team_id: str | None = None
    channel_id: str | None = None
    ts: str | None = None
    what: str = ""


class Feed:
    """Hands every change to every subscriber, in order."""

    def __init__(self) -> None:
        self._queues: list[asyncio.Queue[Change]] = []

    def publish(self, change: Change) -> None:
        """Tell everybody; never waits."""
        for queue in self._queues:
            queue.put_nowait(change)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[Change]]:
        """A queue of the changes from now on."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._queues.append(queue)
        try:
            yield queue
        finally:
            self._queues.remove(queue)

    async def until(self, found: Callable[[], T | None]) -> T:
        """Return what `found` returns once that is truthy, asking again after each change.

        Raises `TimeoutError` after ten seconds of the machine's own time: a driven clock may stand still meanwhile.
        """
        with self.subscribe() as queue:
            async with asyncio.timeout(PATIENCE_S):
                while not (value := found()):
                    await queue.get()
        return value
