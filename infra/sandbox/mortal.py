"""Stores whose process may die at any moment, as `kill -9` has it: for tests that see what is left."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from agent.store.postgres import PostgresStore
from agent.store.sqlite import SqliteStore


class Mortal:
    """What is added to a store: it counts its transactions, and its process may die before or after one of them."""

    def __init__(self) -> None:
        self.begun, self.under_way = 0, 0
        self.last: int | None = None
        """The number of the last transaction that is carried out; the next one finds the process dead."""
        self.dead = asyncio.Event()

    async def around(self, work: Callable[[], Awaitable[Any]], *, writes: bool) -> Any:
        """Carry out `work`, unless the process is dead: then never return."""
        if writes and self.last is not None and self.begun >= self.last:
            self.dead.set()
        if self.dead.is_set():
            await asyncio.Event().wait()
        self.begun += writes
        self.under_way += 1
        try:
            return await work()
        finally:
            self.under_way -= 1


class MortalSqlite(SqliteStore):
    """A file whose process may die: `life.dead`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.life = Mortal()

    async def read(self, work: Callable[[Connection], Any]) -> Any:
        """See the port."""
        return await self.life.around(partial(super().read, work), writes=False)

    async def _transaction(self, work: Callable[[Connection], Any]) -> Any:
        return await self.life.around(partial(super()._transaction, work), writes=True)

    async def aclose(self) -> None:
        """See the port; the dead finish nothing."""
        if self.life.dead.is_set() and self._writer._task:
            self._writer._task.cancel()
            self._writer._task = None
        await super().aclose()


class MortalPostgres(PostgresStore):
    """A replica on PostgreSQL that may die: `life.dead`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.life = Mortal()

    async def read(self, work: Callable[[Connection], Any]) -> Any:
        """See the port."""
        return await self.life.around(partial(super().read, work), writes=False)

    async def _transaction(self, work: Callable[[Connection], Any]) -> Any:
        return await self.life.around(partial(super()._transaction, work), writes=True)

    async def aclose(self) -> None:
        """See the port; the dead finish nothing."""
        if self.life.dead.is_set() and self._writer._task:
            self._writer._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer._task
            self._writer._task = None
        await super().aclose()
