"""What a refusal does: it parks what is at fault, or has a card made anew whose message is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from agent.outbox.notification import UNSETTLED, State
from agent.store.outbox_parking import park_address, park_workspace
from agent.store.tables import notifications, threads
from agent.store.upsert import insert
from shared.post import Role
from shared.slack_errors import Policy, policy

IN_THREAD = (Role.REPLY, Role.BROADCAST)
QUEUED: Mapping[str, Any] = {"state": State.QUEUED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A post that was sent: the ids of its set, and what its head is."""

    address_id: int
    team_id: str
    members: Sequence[str]
    role: Role
    thread_key: str | None
    delivery_id: str
    again: Mapping[str, Any] = field(default_factory=lambda: QUEUED)
    """What is stored of it while it waits for another try."""


def refuse(connection: Connection, now: float, sent: Sent, reason: str) -> None:
    """Store what a refused post comes to."""
    address_id, key = sent.address_id, sent.thread_key
    match policy(reason):
        case Policy.PARK_ADDRESS:
            _wait(connection, now, sent, reason)
            park_address(connection, address_id, reason, now)
        case Policy.PARK_WORKSPACE:
            _wait(connection, now, sent, reason)
            park_workspace(connection, sent.team_id, reason, now)
        case Policy.NEW_PARENT if key and sent.role in IN_THREAD:
            _wait(connection, now, sent, reason)
            _forget_message(connection, address_id, key)
            _enqueue_parent(connection, now, address_id, key, sent.delivery_id)
        case _:
            _set(connection, sent, reason, state=State.PARKED, settled_at=now)


def refuse_rewrite(connection: Connection, now: float, address_id: int, team_id: str, key: str, reason: str) -> None:
    """Store what a refused rewrite comes to."""
    card = _card(address_id, key)
    match policy(reason):
        case Policy.NEW_PARENT:
            _replace(connection, now, address_id, key)
        case Policy.PARK_ADDRESS:
            connection.execute(update(threads).where(card).values(rewrite_at=now, rewrite_rank=0))
            park_address(connection, address_id, reason, now)
        case Policy.PARK_WORKSPACE:
            connection.execute(update(threads).where(card).values(rewrite_at=now, rewrite_rank=0))
            park_workspace(connection, team_id, reason, now)
        case _:
            connection.execute(update(threads).where(card).values(rewrite_at=None, rewrite_rank=0))


def _replace(connection: Connection, now: float, address_id: int, key: str) -> None:
    """A card whose message was deleted comes back with the next event, or now when replies wait for it."""
    reply = connection.execute(
        select(notifications.c.delivery_id)
        .where(
            notifications.c.address_id == address_id,
            notifications.c.subject_key == key,
            notifications.c.role.in_(IN_THREAD),
            notifications.c.state.in_(UNSETTLED),
        )
        .order_by(notifications.c.seq)
        .limit(1)
    ).scalar()
    if reply is None:
        connection.execute(delete(threads).where(_card(address_id, key)))
    else:
        _forget_message(connection, address_id, key)
        _enqueue_parent(connection, now, address_id, key, reply)


def _forget_message(connection: Connection, address_id: int, key: str) -> None:
    gone = {"ts": None, "rewrite_at": None, "rewrite_rank": 0}
    connection.execute(update(threads).where(_card(address_id, key)).values(gone))


def _enqueue_parent(connection: Connection, now: float, address_id: int, key: str, delivery_id: str) -> None:
    """A parent for replies whose thread is gone. They wait for it, as they would for a first one."""
    waits = and_(
        notifications.c.address_id == address_id,
        notifications.c.subject_key == key,
        notifications.c.role == Role.PARENT,
        notifications.c.state.in_(UNSETTLED),
    )
    if connection.execute(select(notifications.c.id).where(waits)).first():
        return
    anew = {
        "id": str(uuid4()),
        "state": State.QUEUED,
        "head_id": None,
        "attempts": 0,
        "looks": 0,
        "due_at": now,
        "created_at": now,
        "ts": None,
        "settled_at": None,
    }
    statement = insert(connection, notifications).values(
        delivery_id=delivery_id,
        event_key="parent",
        address_id=address_id,
        subject_key=key,
        role=Role.PARENT,
        **anew,
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["delivery_id", "address_id", "role"], set_=anew))


def _wait(connection: Connection, now: float, sent: Sent, reason: str) -> None:
    _set(connection, sent, reason, state=State.QUEUED, due_at=now)


def _set(connection: Connection, sent: Sent, reason: str, **values: object) -> None:
    mine = and_(notifications.c.id.in_(sent.members), notifications.c.state != State.DELIVERED)  # by a receipt
    connection.execute(
        update(notifications).where(mine).values(reason=reason, attempts=notifications.c.attempts + 1, **values)
    )


def _card(address_id: int, key: str) -> ColumnElement[bool]:
    return and_(threads.c.address_id == address_id, threads.c.subject_key == key)
