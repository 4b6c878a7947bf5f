"""The store on SQLite: one writing connection and some for reading, each in threads of its own."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from agent.store.port import Item, T
from agent.store.unavailable import translated
from agent.store.writer import Writer

READERS = 3
PRAGMAS = {
    "busy_timeout": "10000",  # ms that a second process (a CLI verb) is waited for
    "journal_mode": "WAL",
    "synchronous": "FULL",  # NORMAL isn't durable at power loss, and kill -9 doesn't show it
    "wal_autocheckpoint": "4000",  # pages, 16 MB
    "temp_store": "MEMORY",
}
R = TypeVar("R")


def engine(path: Path) -> Engine:
    """An engine whose every connection has the pragmas, and the driver's own transactions off."""
    made = create_engine(
        f"sqlite:///{path}", poolclass=QueuePool, pool_size=READERS + 1, max_overflow=0, hide_parameters=True
    )

    @event.listens_for(made, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")

    return made


class SqliteStore:
    """`agent.store.port.Store` on a file."""

    def __init__(self, path: Path) -> None:
        self.engine = engine(path)
        self._write_thread = ThreadPoolExecutor(1, "store-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "store-reader")
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
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, partial(self._in, "BEGIN", work))

    async def aclose(self) -> None:
        """See the port."""
        await self._writer.aclose()
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self.engine.dispose()

    async def _transaction(self, work: Callable[[Connection], Any]) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_thread, partial(self._in, "BEGIN IMMEDIATE", work))

    def _in(self, begin: str, work: Callable[[Connection], R]) -> R:
        with translated(), self.engine.connect() as connection:
            connection.exec_driver_sql(begin)
            result = work(connection)
            connection.commit()
            return result
