"""What addresses have waiting, as much of it as the next step needs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, exists, func, or_, select

from agent.card_table import Headline
from agent.outbox.notification import Backlog, Notification, State, Thread
from agent.store.tables import addresses, notifications, threads, workspaces
from shared.address import Address
from shared.post import Role

WINDOW = 60
"""Notifications of one address that are looked at in one claim, where they may be merged."""

_IS_ACCEPTED = and_(notifications.c.address_id == addresses.c.id, notifications.c.state == State.ACCEPTED)
ACCEPTED = select(func.count()).where(_IS_ACCEPTED).scalar_subquery()
"""Of a row of `addresses`: how many of its notifications wait for a receipt."""
RECEIPT_DUE_AT = select(func.min(notifications.c.due_at)).where(_IS_ACCEPTED).scalar_subquery()
"""Of a row of `addresses`: when the first receipt of them is overdue."""
GOING_OVER = exists().where(workspaces.c.team_id == addresses.c.team_id, workspaces.c.next_transport.is_not(None))
"""Of a row of `addresses`: whether its workspace goes over to another transport."""

_PARENTS = notifications.alias("parents")
_IS_ON_ITS_WAY = and_(_PARENTS.c.state == State.ACCEPTED, _PARENTS.c.role == Role.PARENT)
_PARENT_ACCEPTED = and_(
    threads.c.ts.is_(None),
    exists().where(
        _PARENTS.c.address_id == threads.c.address_id, _PARENTS.c.subject_key == threads.c.subject_key, _IS_ON_ITS_WAY
    ),
).label("accepted")

_CAN_GO = or_(
    notifications.c.role.in_((Role.PARENT, Role.PLAIN)),
    threads.c.ts.is_not(None),
    exists().where(
        _PARENTS.c.address_id == notifications.c.address_id,
        _PARENTS.c.subject_key == notifications.c.subject_key,
        _IS_ON_ITS_WAY,
    ),
)
_IN_ORDER = (
    select(notifications)
    .outerjoin(
        threads,
        and_(threads.c.address_id == notifications.c.address_id, threads.c.subject_key == notifications.c.subject_key),
    )
    .where(notifications.c.state == State.QUEUED, _CAN_GO)
    .order_by(notifications.c.seq)
)
_HEAD = (
    _IN_ORDER.with_only_columns(notifications.c.seq)
    .where(notifications.c.address_id == addresses.c.id)
    .limit(1)
    .correlate(addresses)
    .scalar_subquery()
)
_HEADS = select(notifications).where(
    notifications.c.seq.in_(select(_HEAD).where(addresses.c.id.in_(bindparam("ids", expanding=True))))
)
_WINDOW = _IN_ORDER.where(notifications.c.address_id == bindparam("id")).limit(WINDOW)
_SENT = select(notifications).where(
    notifications.c.address_id.in_(bindparam("ids", expanding=True)),
    notifications.c.state.in_((State.POSTING, State.UNKNOWN, State.ACCEPTED)),
    or_(notifications.c.state != State.ACCEPTED, notifications.c.due_at <= bindparam("now")),
)
_OF_SETS = select(notifications).where(
    notifications.c.address_id.in_(bindparam("ids", expanding=True)),
    notifications.c.state == State.QUEUED,
    notifications.c.head_id.in_(bindparam("heads", expanding=True)),
)
_TO_DRAW_ANEW = select(threads, _PARENT_ACCEPTED).where(
    threads.c.address_id.in_(bindparam("ids", expanding=True)),
    threads.c.rewrite_at.is_not(None),
    threads.c.ts.is_not(None),
)
_OF_SUBJECTS = select(threads, _PARENT_ACCEPTED).where(
    threads.c.address_id.in_(bindparam("ids", expanding=True)),
    threads.c.subject_key.in_(bindparam("keys", expanding=True)),
)


def backlogs(connection: Connection, due: Sequence[Row[Any]], now: float) -> list[Backlog]:
    """The backlogs of these rows of `addresses`, which come with `accepted`, `receipt_due_at`, `going_over`.

    Replies whose parent isn't posted are left out, however many there are: they can't go, and others can.
    """
    ids = [row.id for row in due]
    waiting = _notifications(connection, ids, now)
    cards = _threads(connection, ids, {each.thread_key for found in waiting.values() for each in found})
    return [
        Backlog(
            address_id=row.id,
            address=Address(team_id=row.team_id, channel_id=row.channel_id),
            threading=row.threading,
            tat=row.tat,
            notifications=waiting[row.id],
            threads=cards[row.id],
            accepted=row.accepted,
            receipt_due_at=row.receipt_due_at,
            going_over=bool(row.going_over),
        )
        for row in due
    ]


def _notifications(connection: Connection, ids: Sequence[int], now: float) -> Mapping[int, Sequence[Notification]]:
    """What each address may do next: what was sent and isn't settled, the first that waits, and its set or its mates.

    Only what can be merged has mates, so of a long backlog of parents no more than one is read.
    """
    heads = connection.execute(_HEADS, {"ids": ids}).all()
    rows = [*connection.execute(_SENT, {"ids": ids, "now": now}), *heads]
    if sets := [row.head_id for row in heads if row.head_id]:
        rows += connection.execute(_OF_SETS, {"ids": ids, "heads": sets})
    for head in heads:
        if head.head_id is None and head.role in {Role.REPLY, Role.PLAIN}:
            rows += connection.execute(_WINDOW, {"id": head.address_id})
    found: dict[int, list[Notification]] = defaultdict(list)
    for row in sorted({row.seq: row for row in rows}.values(), key=lambda row: row.seq):
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
    for row in {(row.address_id, row.subject_key): row for row in rows}.values():
        found[row.address_id].append(
            Thread(
                key=row.subject_key,
                ts=row.ts,
                headline=Headline(event_key=row.event_key, actor=row.actor),
                rewrite_at=row.rewrite_at,
                rewrite_rank=row.rewrite_rank,
                accepted=bool(row.accepted),
            )
        )
    return found
