"""Calls that wait for a missing step."""

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from agent.slash.call import Call
from agent.slash.ports import KEPT_S, Waiting
from agent.store.envelopes import enqueue_calls
from agent.store.port import Store
from agent.store.tables import calls
from shared.address import Address
from shared.clock import Clock


class SqlLater:
    """`agent.slash.ports.Later` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def keep(self, call: Call, waiting_for: Waiting) -> None:
        """See the port."""
        now = self._clock.now().timestamp()
        await self._store.write(lambda connection: _keep(connection, call, waiting_for, now))

    async def resume(self, address: Address, waiting_for: Waiting) -> int:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _resume(connection, address, waiting_for, now))


def _keep(connection: Connection, call: Call, waiting_for: Waiting, now: float) -> None:
    for row in connection.execute(select(calls).where(_in(call.address, waiting_for))).all():
        kept = Call.from_json(row.call)
        if (kept.user_id, kept.text) == (call.user_id, call.text):
            connection.execute(delete(calls).where(calls.c.id == row.id))
    connection.execute(
        insert(calls).values(
            id=call.id,
            team_id=call.team_id,
            channel_id=call.channel_id,
            waiting_for=waiting_for,
            call=call.to_json(),
            expires_at=now + KEPT_S,
        )
    )


def _resume(connection: Connection, address: Address, waiting_for: Waiting, now: float) -> int:
    where = _in(address, waiting_for)
    rows = connection.execute(select(calls).where(where).order_by(calls.c.expires_at)).all()
    connection.execute(delete(calls).where(where))
    # A call may be kept again after it was resumed, so its id alone is no key.
    going_on = {f"{row.id}/{row.expires_at}": row.call for row in rows if row.expires_at >= now}
    enqueue_calls(connection, going_on, now)
    return len(going_on)


def _in(address: Address, waiting_for: Waiting) -> ColumnElement[bool]:
    return and_(
        calls.c.team_id == address.team_id,
        calls.c.channel_id == address.channel_id,
        calls.c.waiting_for == waiting_for,
    )
