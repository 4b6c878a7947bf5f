"""The first words to whoever has installed the app.

A greeting that is lost with the process isn't made up for: who opens the bot's messages is greeted anyway.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from agent.store.port import StoreUnavailableError
from shared.clock import Clock

log = structlog.get_logger()
TRIES, AGAIN_S = 3, 10.0

Greet = Callable[[Sequence[str], str], Awaitable[bool]]
"""Greets a person in the first of these workspaces that they belong to; False when it wasn't done, for any reason."""


class Greetings:
    """`run` goes on until it is cancelled."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[Sequence[str], str]] = asyncio.Queue()

    def add(self, team_ids: Sequence[str], user_id: str) -> None:
        """Greet somebody, who isn't greeted twice and not when they are linked."""
        if team_ids and user_id:
            self._waiting.put_nowait((team_ids, user_id))

    async def run(self, greet: Greet) -> None:
        """Greet them all, side by side: one that Slack keeps waiting holds up nobody."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._one(greet, *await self._waiting.get()))

    async def _one(self, greet: Greet, team_ids: Sequence[str], user_id: str) -> None:
        for attempt in range(TRIES):
            if attempt:
                await self._clock.sleep(AGAIN_S)
            try:
                if await greet(team_ids, user_id):
                    return
            except StoreUnavailableError as failure:
                log.warning("an installer can't be greeted yet", reason=str(failure))
