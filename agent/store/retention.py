"""What may be forgotten, as statements that take a slice at a time.

    event          payload ──▶ AGENT_RETENTION_DAYS      row, hence delivery id ──▶ the same, 8 days at least
    notification   as long as its event, so that a replay can't post again what was delivered
    envelope       payload ──▶ its answer, 26 h at most   key ──▶ 26 h, since Slack repeats itself
    call           its own end
    undo           as an event's row

What still waits is kept with its event, and so is a thread, for good: its card is kept true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, select, update

from agent.outbox.notification import OPEN, State
from agent.store.tables import calls, envelopes, events, notifications, undos

SLICE = 500
"""Rows in one transaction at most, so that webhooks needn't wait."""
DAY_S = 86400.0
SHORTEST_DAYS = 8
"""GHES can deliver again what is in its log, for 7 days."""
ENVELOPE_S = 26 * 3600.0
GIVEN_UP_S = 25 * 3600.0
"""An unanswered envelope loses its payload now, so that none is older than 26 h although this runs once an hour."""
WAITING = (*OPEN, State.ACCEPTED, State.PARKED)
"""States of notifications that something may still come of."""

Key = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Rows of a table that are over: deleted, or with `values` changed."""

    what: str
    table: Table
    key: ColumnElement[Any]
    over: ColumnElement[bool]
    values: Mapping[str, Any] | None = None

    def find(self, connection: Connection, after: Key | None) -> Sequence[Key]:
        """The next keys in order, `SLICE` at most; for a reading connection."""
        over = self.over if after is None else and_(self.over, self.key > after)
        return connection.execute(select(self.key).where(over).order_by(self.key).limit(SLICE)).scalars().all()

    def end(self, connection: Connection, keys: Sequence[Key]) -> int:
        """End those of these rows that are over still; how many."""
        where = and_(self.key.in_(keys), self.over)
        if self.values is None:
            return connection.execute(delete(self.table).where(where)).rowcount
        return connection.execute(update(self.table).where(where).values(**self.values)).rowcount


def sweeps(now: float, days: int) -> Sequence[Sweep]:
    """All of them, in the order in which they must run: an event goes before its notifications."""
    payloads_before = now - days * DAY_S
    rows_before = now - max(days, SHORTEST_DAYS) * DAY_S
    is_waited_for = exists().where(
        notifications.c.delivery_id == events.c.delivery_id, notifications.c.state.in_(WAITING)
    )
    has_event = exists().where(events.c.delivery_id == notifications.c.delivery_id)
    settled_at = func.coalesce(notifications.c.settled_at, notifications.c.created_at)
    return (
        Sweep(
            what="payloads",
            table=events,
            key=events.c.seq,
            over=and_(events.c.received_at < payloads_before, events.c.payload.is_not(None), ~is_waited_for),
            values={"payload": None},
        ),
        Sweep(
            what="events",
            table=events,
            key=events.c.seq,
            over=and_(events.c.received_at < rows_before, ~is_waited_for),
        ),
        Sweep(
            what="notifications",
            table=notifications,
            key=notifications.c.seq,
            over=and_(notifications.c.state.not_in(WAITING), settled_at < rows_before, ~has_event),
        ),
        Sweep(
            what="unanswered envelopes",
            table=envelopes,
            key=envelopes.c.seq,
            over=and_(envelopes.c.answered_at.is_(None), envelopes.c.received_at < now - GIVEN_UP_S),
            values={"payload": "{}", "answered_at": now},
        ),
        Sweep(
            what="envelopes",
            table=envelopes,
            key=envelopes.c.seq,
            over=and_(envelopes.c.answered_at.is_not(None), envelopes.c.received_at < now - ENVELOPE_S),
        ),
        Sweep(what="calls", table=calls, key=calls.c.id, over=calls.c.expires_at < now),
        Sweep(
            what="undos",
            table=undos,
            key=undos.c.id,
            over=undos.c.created_at < rows_before,
        ),
    )
