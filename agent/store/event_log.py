"""What the store remembers of events, and routing them again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, delete, exists, func, select

from agent.outbox.notification import State
from agent.store.intake import FROM_SLACK, REPLAY, Incoming, Recorded
from agent.store.material import event_of
from agent.store.outbox_parking import requeue
from agent.store.payloads import unpack
from agent.store.retention import WAITING
from agent.store.tables import addresses, events, notifications, threads
from shared.post import Role

SLICE = 100
"""Events that are routed again in one transaction at most."""
_LINE: Sequence[Column[Any]] = (
    events.c.seq,
    events.c.delivery_id,
    events.c.name,
    events.c.action,
    events.c.repository,
    events.c.actor,
    events.c.source,
    events.c.fate,
    events.c.received_at,
)

Record = Callable[[Connection, Sequence[Incoming]], Sequence[Recorded]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of routing events again."""

    replayed: int = 0
    without_payload: int = 0
    """Events that can't be routed any more, since their payloads were dropped."""
    queued: int = 0
    """Notifications that wait now and didn't before: new ones, and those that were parked."""

    def plus(self, other: "Replayed") -> "Replayed":
        """Both together."""
        return Replayed(
            replayed=self.replayed + other.replayed,
            without_payload=self.without_payload + other.without_payload,
            queued=self.queued + other.queued,
        )


def newest(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Events without payloads, newest first."""
    rows = connection.execute(select(*_LINE).order_by(events.c.seq.desc()).limit(limit)).all()
    return [_line(row) for row in rows]


def one(connection: Connection, delivery_id: str) -> dict[str, Any] | None:
    """An event with its payload (None when that was dropped) and its notifications; None for an unknown one."""
    row = connection.execute(select(events).where(events.c.delivery_id == delivery_id)).first()
    if row is None:
        return None
    payload = None if row.payload is None else unpack(row.payload)
    return {**_line(row), "notifications": _notifications(connection, delivery_id), "payload": payload}


def of_id(delivery_id: str) -> ColumnElement[bool]:
    """Choose one event."""
    return events.c.delivery_id == delivery_id


def since(instant: datetime) -> ColumnElement[bool]:
    """Choose the events that were received from then on."""
    return events.c.received_at >= instant.timestamp()


def chosen(connection: Connection, which: ColumnElement[bool]) -> list[int]:
    """The numbers of these events, as they arrived."""
    return list(connection.execute(select(events.c.seq).where(which).order_by(events.c.seq)).scalars())


def replay(connection: Connection, record: Record, seqs: Sequence[int], now: datetime) -> Replayed:
    """Route these events as if they had arrived now.

    An address that an event has a notification for gets no second one, whatever role routing would give it today; a
    parked one is due again. What was done from Slack was for one channel alone, and isn't routed.
    """
    rows = connection.execute(select(events).where(events.c.seq.in_(seqs)).order_by(events.c.seq)).all()
    whole = [row for row in rows if row.payload is not None]
    ids = [row.delivery_id for row in whole]
    before, waited = _known(connection, ids), _waiting(connection, ids)
    requeue(connection, [row.delivery_id for row in whole if row.source == FROM_SLACK], now.timestamp())
    if routed := [_again(row, now) for row in whole if row.source != FROM_SLACK]:
        record(connection, routed)
        _drop_repeated(connection, [each.event.delivery_id for each in routed], before)
    queued = _waiting(connection, ids) - waited
    return Replayed(replayed=len(whole), without_payload=len(rows) - len(whole), queued=queued)


def _again(row: Row[Any], now: datetime) -> Incoming:
    return Incoming(event=replace(event_of(row), received_at=now), body=row.payload, source=REPLAY)


def _known(connection: Connection, delivery_ids: Sequence[str]) -> Sequence[Row[Any]]:
    mine = notifications.c.delivery_id.in_(delivery_ids)
    return connection.execute(select(notifications).where(mine)).all()


def _drop_repeated(connection: Connection, delivery_ids: Sequence[str], before: Sequence[Row[Any]]) -> None:
    ids, served = {row.id for row in before}, {(row.delivery_id, row.address_id) for row in before}
    repeated = [
        row
        for row in _known(connection, delivery_ids)
        if row.id not in ids and (row.delivery_id, row.address_id) in served
    ]
    connection.execute(delete(notifications).where(notifications.c.id.in_([row.id for row in repeated])))
    cards = {(row.address_id, row.subject_key) for row in (*before, *repeated) if row.subject_key}
    _drop_unposted(connection, cards)


def _drop_unposted(connection: Connection, cards: Collection[tuple[int, str]]) -> None:
    """A card that isn't posted and that no parent is on its way for would keep its replies waiting for ever."""
    parent_comes = exists().where(
        notifications.c.address_id == threads.c.address_id,
        notifications.c.subject_key == threads.c.subject_key,
        notifications.c.role == Role.PARENT,
        notifications.c.state.in_(WAITING),
    )
    for address_id, key in cards:
        card = and_(threads.c.address_id == address_id, threads.c.subject_key == key)
        connection.execute(delete(threads).where(card, threads.c.ts.is_(None), ~parent_comes))


def _line(row: Row[Any]) -> dict[str, Any]:
    return {
        "delivery_id": row.delivery_id,
        "event": row.name,
        "action": row.action,
        "repository": row.repository,
        "actor": row.actor,
        "source": row.source,
        "received_at": _at(row.received_at),
        "fate": row.fate,
    }


def _notifications(connection: Connection, delivery_id: str) -> list[dict[str, Any]]:
    found = connection.execute(
        select(notifications, addresses.c.team_id, addresses.c.channel_id, addresses.c.parked_reason)
        .join(addresses, addresses.c.id == notifications.c.address_id)
        .where(notifications.c.delivery_id == delivery_id)
        .order_by(notifications.c.seq)
    )
    return [
        {
            "id": row.id,
            "team_id": row.team_id,
            "channel_id": row.channel_id,
            "role": row.role,
            "state": row.state,
            "reason": row.reason,
            "address_parked": row.parked_reason,
            "ts": row.ts,
            "attempts": row.attempts,
            "created_at": _at(row.created_at),
            "posted_at": _at(row.posted_at),
            "settled_at": _at(row.settled_at),
        }
        for row in found
    ]


def _waiting(connection: Connection, delivery_ids: Sequence[str]) -> int:
    waits = and_(notifications.c.state.in_(WAITING), notifications.c.state != State.PARKED)
    query = select(func.count()).where(notifications.c.delivery_id.in_(delivery_ids), waits)
    return connection.execute(query).scalar_one()


def _at(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
