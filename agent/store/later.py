"""What waits for a missing step."""

import hashlib
import json
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from agent.slash.asked import Asked, from_json, to_json
from agent.slash.later import KEPT_S, KeptId, Step
from agent.store.envelopes import enqueue_calls
from agent.store.port import Store
from agent.store.tables import calls
from shared.clock import Clock

_PASSING = frozenset({"id", "response_url", "message_ts", "thread_ts"})
"""What differs between two gestures with the same wish."""


class SqlLater:
    """`agent.slash.later.Later` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def keep(self, asked: Asked, step: Step) -> KeptId:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _keep(connection, asked, step, now))

    async def look(self, kept_id: KeptId) -> Asked | None:
        """See the port."""
        now = self._clock.now().timestamp()
        found = select(calls.c.call).where(calls.c.id == kept_id, calls.c.expires_at >= now)
        stored = await self._store.read(lambda connection: connection.execute(found).scalar())
        return None if stored is None else from_json(stored)

    async def resume(self, step: Step) -> int:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: resume(connection, step, now))


def resume(connection: Connection, step: Step, now: float) -> int:
    """Put what waits for `step` among what is to be answered; how many there were."""
    where = calls.c.waiting_for == step
    rows = connection.execute(select(calls).where(where).order_by(calls.c.expires_at)).all()
    connection.execute(delete(calls).where(where))
    going_on = {row.id: row.call for row in rows if row.expires_at >= now}
    enqueue_calls(connection, going_on, now)
    return len(going_on)


def _keep(connection: Connection, asked: Asked, step: Step, now: float) -> KeptId:
    kept_id, wish = KeptId(str(uuid4())), _wish(asked)
    connection.execute(delete(calls).where(calls.c.waiting_for == step, calls.c.wish == wish))
    connection.execute(
        insert(calls).values(
            id=kept_id,
            team_id=asked.team_id,
            channel_id=asked.channel_id,
            waiting_for=step,
            call=to_json(asked),
            wish=wish,
            expires_at=now + KEPT_S,
        )
    )
    return kept_id


def _wish(asked: Asked) -> str:
    fields = {name: value for name, value in json.loads(to_json(asked)).items() if name not in _PASSING}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
