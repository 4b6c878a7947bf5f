"""What an event leads to: notifications to be posted, cards to be drawn anew."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, bindparam, case, select, update

from agent.outbox.notification import State
from agent.routing import Draft
from agent.store.tables import addresses, notifications, threads
from agent.store.upsert import insert_missing
from agent.subject import SubjectKey
from shared.event import Event
from shared.post import Role

STATE, COUNTERS = 0, 1
DEBOUNCE_S = {STATE: 1.0, COUNTERS: 10.0}

_SOONER = case((addresses.c.next_at < bindparam("at"), addresses.c.next_at), else_=bindparam("at"))
_DUE = update(addresses).where(addresses.c.id == bindparam("a")).values(next_at=_SOONER)
_CARDS = select(threads.c.address_id).where(threads.c.subject_key == bindparam("k")).scalar_subquery()
_DUE_WITH_CARDS = update(addresses).where(addresses.c.id.in_(_CARDS)).values(next_at=_SOONER)
_REDRAW = (
    update(threads)
    .where(threads.c.subject_key == bindparam("k"))
    .values(
        rewrite_at=case((threads.c.rewrite_at < bindparam("at"), threads.c.rewrite_at), else_=bindparam("at")),
        rewrite_rank=case(
            (
                and_(threads.c.rewrite_at.is_not(None), threads.c.rewrite_rank < bindparam("rank")),
                threads.c.rewrite_rank,
            ),
            else_=bindparam("rank"),
        ),
    )
)


def redraw(connection: Connection, touched: Mapping[SubjectKey, int], now: float) -> None:
    """Have the cards of these subjects drawn anew, debounced: the earliest time counts, and state before counters."""
    if not touched:
        return
    rows = [{"k": str(key), "at": now + DEBOUNCE_S[rank], "rank": rank} for key, rank in touched.items()]
    connection.execute(_REDRAW, rows)
    connection.execute(_DUE_WITH_CARDS, [{"k": row["k"], "at": row["at"]} for row in rows])


def enqueue(connection: Connection, drafts: Sequence[tuple[Event, Draft]], now: float) -> None:
    """Queue the notifications of these events, and note the cards that are on their way with them."""
    if not drafts:
        return
    cards = [_thread_row(event, draft, now) for event, draft in drafts if draft.role is Role.PARENT]
    if cards:
        insert_missing(connection, threads, cards)
    insert_missing(connection, notifications, [_notification_row(event, draft, now) for event, draft in drafts])
    connection.execute(_DUE, [{"a": a, "at": now} for a in {draft.address_id for _, draft in drafts}])


def _thread_row(event: Event, draft: Draft, now: float) -> dict[str, Any]:
    return {
        "address_id": draft.address_id,
        "subject_key": draft.thread_key,
        "event_key": event.key,
        "actor": event.actor,
        "made_at": now,
    }


def _notification_row(event: Event, draft: Draft, now: float) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "delivery_id": event.delivery_id,
        "event_key": event.key,
        "address_id": draft.address_id,
        "subject_key": draft.thread_key,
        "role": draft.role,
        "state": State.QUEUED,
        "due_at": now,
        "created_at": now,
    }
