"""What was begun on GHES."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update

from agent.slash.acts import Begun, Ended, New
from agent.store.people_tables import acts
from agent.store.port import Store
from agent.store.upsert import insert
from shared.clock import Clock


class SqlActs:
    """`agent.slash.acts.Acts` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def begin(self, act_id: str) -> New | Begun | Ended:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _begin(connection, act_id, now))

    async def end(self, act_id: str, result: str) -> None:
        """See the port."""
        ended = update(acts).where(acts.c.id == act_id).values(result=result)
        await self._store.write(lambda connection: connection.execute(ended))

    async def again(self, act_id: str) -> None:
        """See the port."""
        await self._store.write(lambda connection: connection.execute(delete(acts).where(acts.c.id == act_id)))


def _begin(connection: Connection, act_id: str, now: float) -> New | Begun | Ended:
    began = insert(connection, acts).values(id=act_id, begun_at=now).on_conflict_do_nothing()
    if connection.execute(began).rowcount:
        return New()
    row = connection.execute(select(acts).where(acts.c.id == act_id)).one()
    return Begun(at=datetime.fromtimestamp(row.begun_at, UTC)) if row.result is None else Ended(result=row.result)
