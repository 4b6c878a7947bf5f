"""The store on PostgreSQL, for several replicas of one agent."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent.store.port import Item, T
from agent.store.unavailable import translated
from agent.store.writer import Writer

WRITER_LOCK = 0x6768652D  # "ghe-": held by the writing transaction of one replica at a time
CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 30


def engine(url: str) -> AsyncEngine:
    """An engine for `postgresql://…`."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"timeout": CONNECT_TIMEOUT_S, "command_timeout": STATEMENT_TIMEOUT_S},
    )


class PostgresStore:
    """`agent.store.port.Store` on a server."""

    def __init__(self, url: str) -> None:
        self.engine = engine(url)
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writer = Writer(self._transaction)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See the port."""
        result: T = await self._writer.submit(lambda connection, _items: [work(connection)], None)
        return result

    async def write_many(self, work: Callable[[Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """See the port."""
        result: T = await self._writer.submit(work, item)
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See the port."""
        with translated():
            async with self._reading.connect() as connection:
                return await connection.run_sync(work)

    async def aclose(self) -> None:
        """See the port."""
        await self._writer.aclose()
        await self.engine.dispose()

    async def _transaction(self, work: Callable[[Connection], Any]) -> Any:
        with translated():
            async with self.engine.begin() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
                return await connection.run_sync(work)
