"""The store as use-cases know it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")
Item = TypeVar("Item")


class StoreUnavailableError(Exception):
    """It could not be stored (disk full, database away); nothing of the transaction was kept. Try again later."""


class Store(Protocol):
    """Runs statements: plain functions of a `Connection`, which must not keep it."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a writing transaction and return its result once that is durable.

        It may share the transaction with others' work, which its failure doesn't touch. Raises what `work` raises, and
        `StoreUnavailableError`.
        """

    async def write_many(self, work: Callable[[Connection, Sequence[Item]], Sequence[T]], item: Item) -> T:
        """Like `write` for one of many: items that wait at the same time are handed to `work` together.

        `work` answers with a result for each item, in order. When it raises, its items are tried one by one, so that
        only the one at fault fails.
        """

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection for reading; it sees a consistent state and must not write."""

    async def aclose(self) -> None:
        """Finish what is queued, then let go of all connections."""
