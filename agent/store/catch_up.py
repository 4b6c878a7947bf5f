"""How far the catch-up has come, and what it found missing for good."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from agent.ghes.catch_up import CaughtUp
from agent.store.port import Store
from agent.store.tables import events, gaps, marks
from agent.store.upsert import upsert
from shared.clock import Clock

_MARK = "caught up until"


class SqlMarks:
    """`agent.ghes.catch_up.Marks` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def since(self) -> datetime | None:
        """See the port."""
        return await self._store.read(_since)

    async def note(self, caught: CaughtUp) -> None:
        """See the port."""
        now = self._clock.now().timestamp()
        await self._store.write(lambda connection: _note(connection, caught, now))


async def known(store: Store, delivery_ids: Sequence[str]) -> set[str]:
    """Those of these deliveries that are in the store."""
    return await store.read(
        lambda connection: set(
            connection.execute(select(events.c.delivery_id).where(events.c.delivery_id.in_(delivery_ids))).scalars()
        )
    )


def _since(connection: Connection) -> datetime | None:
    stored = connection.execute(select(marks.c.value).where(marks.c.name == _MARK)).scalar()
    return datetime.fromtimestamp(float(stored), UTC) if stored else None


def _note(connection: Connection, caught: CaughtUp, now: float) -> None:
    upsert(connection, marks, [{"name": _MARK, "value": str(caught.complete_until.timestamp())}])
    if caught.gap:
        row = {"from_at": caught.gap.from_at.timestamp(), "to_at": caught.gap.to_at.timestamp(), "found_at": now}
        connection.execute(insert(gaps).values(row))
