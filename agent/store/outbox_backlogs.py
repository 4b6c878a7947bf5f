"""What addresses have waiting, as much of it as the next step needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from agent.card_table import Headline
from agent.outbox.notification import OPEN, Backlog, Notification, State, Thread
from agent.store.tables import notifications, threads
from shared.address import Address
from shared.post import Role

WINDOW = 60
"""Notifications of one address that are looked at in one claim."""

_IS_QUEUED = notifications.c.state == State.QUEUED
_RANK = func.row_number().over(partition_by=notifications.c.address_id, order_by=(_IS_QUEUED, notifications.c.seq))
_CAN_GO = or_(~_IS_QUEUED, notifications.c.role.in_((Role.PARENT, Role.PLAIN)), threads.c.ts.is_not(None))
_RANKED = (
    select(notifications, _RANK.label("rank"))
    .outerjoin(
        threads,
        and_(threads.c.address_id == notifications.c.address_id, threads.c.subject_key == notifications.c.subject_key),
    )
    .where(notifications.c.address_id.in_(bindparam("ids", expanding=True)), notifications.c.state.in_(OPEN), _CAN_GO)
    .subquery()
)
_FIRST = select(_RANKED).where(_RANKED.c.rank <= WINDOW)
_OF_SETS = select(_RANKED).where(_RANKED.c.rank > WINDOW, _RANKED.c.head_id.in_(bindparam("heads", expanding=True)))
_TO_DRAW_ANEW = select(threads).where(
    threads.c.address_id.in_(bindparam("ids", expanding=True)), threads.c.rewrite_at.is_not(None)
)
_OF_SUBJECTS = select(threads).where(
    threads.c.address_id.in_(bindparam("ids", expanding=True)),
    threads.c.subject_key.in_(bindparam("keys", expanding=True)),
    threads.c.rewrite_at.is_(None),
)


def backlogs(connection: Connection, due: Sequence[Row[Any]]) -> list[Backlog]:
    """The backlogs of these rows of `addresses`.

    Replies whose parent isn't posted are left out, however many there are: they can't go, and others can.
    """
    ids = [row.id for row in due]
    waiting = _notifications(connection, ids)
    cards = _threads(connection, ids, {each.thread_key for found in waiting.values() for each in found})
    return [
        Backlog(
            address_id=row.id,
            address=Address(team_id=row.team_id, channel_id=row.channel_id),
            threading=row.threading,
            tat=row.tat,
            notifications=waiting[row.id],
            threads=cards[row.id],
        )
        for row in due
    ]


def _notifications(connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[Notification]]:
    """The first of each address, those whose fate is unknown before all, and always whole sets."""
    rows = list(connection.execute(_FIRST, {"ids": ids}))
    if heads := {row.head_id for row in rows if row.head_id}:
        rows += connection.execute(_OF_SETS, {"ids": ids, "heads": list(heads)})
    found: dict[int, list[Notification]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.seq):
        found[row.address_id].append(_notification(row))
    return found


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        id=row.id,
        delivery_id=row.delivery_id,
        thread_key=row.subject_key,
        role=Role(row.role),
        state=State(row.state),
        head_id=row.head_id,
        attempts=row.attempts,
        looks=row.looks,
        due_at=row.due_at,
        posted_at=row.posted_at or 0.0,
    )


def _threads(connection: Connection, ids: Sequence[int], keys: set[str | None]) -> Mapping[int, list[Thread]]:
    found: dict[int, list[Thread]] = defaultdict(list)
    rows = list(connection.execute(_TO_DRAW_ANEW, {"ids": ids}))
    if wanted := [key for key in keys if key]:
        rows += connection.execute(_OF_SUBJECTS, {"ids": ids, "keys": wanted})
    for row in rows:
        found[row.address_id].append(
            Thread(
                key=row.subject_key,
                ts=row.ts,
                headline=Headline(event_key=row.event_key, actor=row.actor),
                rewrite_at=row.rewrite_at,
                rewrite_rank=row.rewrite_rank,
            )
        )
    return found
