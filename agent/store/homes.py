"""Homes that were shown, greetings that were sent, and what somebody subscribed to.

Rows are kept: who was greeted once isn't greeted again.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, select, update

from agent.home.buttons import CHANGED
from agent.home.home import Subscribed
from agent.slash.asked import to_json
from agent.slash.click import Click
from agent.store.envelopes import enqueue_calls
from agent.store.people_tables import homes
from agent.store.port import Store
from agent.store.tables import addresses, subscriptions
from agent.store.upsert import insert_missing
from shared.clock import Clock

_TYPED = (
    select(addresses.c.channel_id, subscriptions.c.target, subscriptions.c.paused_at)
    .join(addresses, addresses.c.id == subscriptions.c.address_id)
    .order_by(addresses.c.channel_id, subscriptions.c.target)
)


class SqlHomes:
    """`agent.home.ports.Memory` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def shown(self, team_id: str, user_id: str) -> None:
        """See the port."""
        known = await self._store.read(lambda connection: _is_shown(connection, team_id, user_id))
        if not known:
            now = self._now()
            await self._store.write(lambda connection: _once(connection, team_id, user_id, "shown_at", now))

    async def claim_greeting(self, team_id: str, user_id: str) -> bool:
        """See the port."""
        now = self._now()
        return await self._store.write(lambda connection: _once(connection, team_id, user_id, "greeted_at", now))

    async def release_greeting(self, team_id: str, user_id: str) -> None:
        """See the port."""
        released = update(homes).where(_is(team_id, user_id)).values(greeted_at=None)
        await self._store.write(lambda connection: connection.execute(released))

    async def subscriptions(self, team_id: str, user_id: str) -> Sequence[Subscribed]:
        """See the port."""
        mine = _TYPED.where(addresses.c.team_id == team_id, subscriptions.c.created_by == user_id)
        rows = await self._store.read(lambda connection: connection.execute(mine).all())
        return [
            Subscribed(channel_id=row.channel_id, name=row.target, paused=row.paused_at is not None) for row in rows
        ]

    def _now(self) -> float:
        return self._clock.now().timestamp()


def changed(connection: Connection, team_id: str, user_id: str, now: float) -> None:
    """In the transaction that links or unlinks somebody: have their Home, if they have one, drawn anew."""
    if not _is_shown(connection, team_id, user_id):
        return
    click = Click(
        id=str(uuid4()),
        action_id=CHANGED,
        value="",
        team_id=team_id,
        channel_id="",
        user_id=user_id,
        response_url="",
    )
    enqueue_calls(connection, {click.id: to_json(click)}, now)


def _is_shown(connection: Connection, team_id: str, user_id: str) -> bool:
    where = and_(_is(team_id, user_id), homes.c.shown_at.is_not(None))
    return connection.execute(select(homes.c.team_id).where(where)).first() is not None


def _once(connection: Connection, team_id: str, user_id: str, column: str, now: float) -> bool:
    """Set `column`; False when it was set before."""
    insert_missing(connection, homes, [{"team_id": team_id, "user_id": user_id}])
    first = and_(_is(team_id, user_id), homes.c[column].is_(None))
    return bool(connection.execute(update(homes).where(first).values({column: now})).rowcount)


def _is(team_id: str, user_id: str) -> ColumnElement[bool]:
    return and_(homes.c.team_id == team_id, homes.c.user_id == user_id)
