"""Settling what was accepted, by its receipts.

    queued ──▶ posting ──▶ accepted ──receipt──▶ what the same answer would have come to
                  ▲           │
                  └───────────┘ no receipt for 15 min, then 30, up to 4 h: sent again, under the same ids

Receipts come late, twice, out of order, for what isn't ours, or not at all. What is there is there, so `Delivered` is
believed once, whatever else was said before. Anything else is believed only of what waits for a receipt: what is sent
again gets another one. Of a reply whose thread the far side doesn't know, the card is lost there: it is sent again at
once, however long its own receipt was still to be waited for.
"""

from collections.abc import Mapping, Sequence
from itertools import compress, groupby
from typing import Any, assert_never

from sqlalchemy import Connection, Row, and_, bindparam, case, select, update

from agent.outbox.notification import RewriteName, State
from agent.outbox.plan import MARKER_S
from agent.store.outbox_refusals import IN_THREAD, Sent, refuse_rewrite
from agent.store.outbox_settlements import (
    AWAITED_RANK,
    RECEIPT_AFTER_S,
    RECONCILE_AFTER_S,
    REWRITE_WAITS_S,
    store_delivered,
    store_outcome,
)
from agent.store.tables import addresses, notifications, threads
from shared.ledger import THREAD_UNKNOWN
from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown
from shared.post import Role
from shared.receipt import Receipt
from shared.slack_errors import Policy, policy

_AFTER: Mapping[type[Outcome], State] = {
    Delivered: State.DELIVERED,
    Accepted: State.ACCEPTED,
    Retry: State.QUEUED,
    Refused: State.PARKED,
    Unknown: State.UNKNOWN,
}
_NAMED = (
    select(notifications, addresses.c.team_id)
    .join_from(notifications, addresses, addresses.c.id == notifications.c.address_id)
    .where(notifications.c.id.in_(bindparam("ids", expanding=True)))
)
_NEWER_PARENT = select(notifications.c.id).where(
    notifications.c.address_id == bindparam("a"),
    notifications.c.subject_key == bindparam("k"),
    notifications.c.role == Role.PARENT,
    notifications.c.created_at > bindparam("p"),
)
LOST_AFTER_S = 60.0
"""A card that was sent so shortly before isn't sent again for a reply's sake: it may be lost each time."""
_LOST_PARENT = (
    update(notifications)
    .where(
        notifications.c.address_id == bindparam("a"),
        notifications.c.subject_key == bindparam("k"),
        notifications.c.role == Role.PARENT,
        notifications.c.state == State.ACCEPTED,
        notifications.c.posted_at <= bindparam("p"),  # else it was sent again since, and the reply tells of before
        notifications.c.posted_at <= bindparam("now") - LOST_AFTER_S,
        notifications.c.due_at > bindparam("now"),
    )
    .values(due_at=bindparam("now"))
)
_HERE = select(addresses.c.id).where(addresses.c.team_id == bindparam("t"))
_RECEIPT_AT = notifications.c.posted_at + RECEIPT_AFTER_S
_RECEIPTS_SOONER = (
    update(notifications)
    .where(
        notifications.c.address_id.in_(_HERE),
        notifications.c.state == State.ACCEPTED,
        notifications.c.due_at > bindparam("now"),
        notifications.c.due_at > _RECEIPT_AT,
    )
    .values(due_at=case((bindparam("now") > _RECEIPT_AT, bindparam("now")), else_=_RECEIPT_AT))
)
_REWRITE_WAIT = case(
    {AWAITED_RANK + times: wait_s for times, wait_s in enumerate(REWRITE_WAITS_S)},
    value=threads.c.rewrite_rank,
    else_=REWRITE_WAITS_S[-1],
)
_REWRITES_SOONER = (
    update(threads)
    .where(
        threads.c.address_id.in_(_HERE),
        threads.c.rewrite_rank > AWAITED_RANK,
        threads.c.rewrite_at > bindparam("later"),  # nearer ones may be on their way to it at this moment
    )
    .values(rewrite_at=threads.c.rewrite_at - _REWRITE_WAIT + REWRITE_WAITS_S[0], rewrite_rank=AWAITED_RANK)
)
_WAKE_ALL = update(addresses).where(addresses.c.team_id == bindparam("t")).values(next_at=bindparam("now"))
_TEAM_OF_REWRITE = (
    select(addresses.c.team_id)
    .join_from(threads, addresses, addresses.c.id == threads.c.address_id)
    .where(
        threads.c.address_id == bindparam("a"),
        threads.c.subject_key == bindparam("k"),
        threads.c.rewrite_at.in_(bindparam("markers", expanding=True)),
    )
)
_CARD = and_(threads.c.address_id == bindparam("a"), threads.c.subject_key == bindparam("k"))
_DRAWN = update(threads).where(_CARD).values(rewrite_at=None, rewrite_rank=0, rewrites=threads.c.rewrites + 1)
_DRAW_AT = update(threads).where(_CARD).values(rewrite_at=bindparam("at"), rewrite_rank=0)
_WAKE = (
    update(addresses)
    .where(addresses.c.id == bindparam("a"))
    .values(next_at=case((addresses.c.next_at < bindparam("now"), addresses.c.next_at), else_=bindparam("now")))
)


def settle_receipts(connection: Connection, now: float, receipts: Sequence[Receipt]) -> list[bool]:
    """Settle by these, the oldest first; of each, whether it was news. Wake the worker afterwards."""
    rows = {row.id: row for row in connection.execute(_NAMED, {"ids": [each.id for each in receipts]})}
    states = {id_: State(row.state) for id_, row in rows.items()}
    news = [_is_news(each, states) for each in receipts]
    for is_delivery, group in groupby(compress(receipts, news), key=_is_delivery):
        if is_delivery:
            _settle_deliveries(connection, now, [(each, rows[each.id]) for each in group])
        else:
            for each in group:
                _settle(connection, now, rows[each.id], each.outcome)
    touched = {rows[each.id].address_id for each in compress(receipts, news)}
    for number, each in enumerate(receipts):
        name = None if each.id in rows else RewriteName.parse(each.id)
        if name and _settle_rewrite(connection, now, name, each.outcome):
            news[number] = True
            touched.add(name.address_id)
    if touched:
        connection.execute(_WAKE, [{"a": address_id, "now": now} for address_id in touched])
    return news


def wait_no_longer(connection: Connection, now: float, team_id: str) -> None:
    """Have a workspace wait for each receipt as long as for a first one, however often it was waited for in vain."""
    connection.execute(_REWRITES_SOONER, {"t": team_id, "later": now + MARKER_S})
    if connection.execute(_RECEIPTS_SOONER, {"t": team_id, "now": now}).rowcount:
        connection.execute(_WAKE_ALL, {"t": team_id, "now": now})


def _is_delivery(receipt: Receipt) -> bool:
    return isinstance(receipt.outcome, Delivered)


def _is_news(receipt: Receipt, states: dict[str, State]) -> bool:
    """Whether to believe it; `states` become what they are after it, as far as the next receipt cares."""
    state = states.get(receipt.id)
    if _is_delivery(receipt):
        is_news = state is not None and state not in {State.DELIVERED, State.DISCARDED}
    else:
        is_news = state is State.ACCEPTED
    if is_news:
        states[receipt.id] = _AFTER[type(receipt.outcome)]
    return is_news


def _settle_deliveries(connection: Connection, now: float, group: Sequence[tuple[Receipt, Row[Any]]]) -> None:
    sent = [(row, each.outcome.ts) for each, row in group if isinstance(each.outcome, Delivered)]
    store_delivered(
        connection,
        [{"i": row.id, "t": ts, "at": now, "r": None} for row, ts in sent],
        [{"a": row.address_id, "k": row.subject_key, "t": ts} for row, ts in sent if row.role == Role.PARENT],
    )


def _settle(connection: Connection, now: float, row: Row[Any], outcome: Outcome) -> None:
    sent = Sent(
        address_id=row.address_id,
        team_id=row.team_id,
        members=(row.id,),
        role=Role(row.role),
        thread_key=row.subject_key,
        delivery_id=row.delivery_id,
    )
    if isinstance(outcome, Refused) and _has_newer_parent(connection, row, outcome.reason):
        outcome = Retry(0.0, outcome.reason)
    store_outcome(connection, now, sent, outcome, RECONCILE_AFTER_S)
    if isinstance(outcome, Retry) and outcome.reason == THREAD_UNKNOWN:
        connection.execute(_LOST_PARENT, {"a": row.address_id, "k": row.subject_key, "p": row.posted_at, "now": now})


def _has_newer_parent(connection: Connection, row: Row[Any], reason: str) -> bool:
    """Whether the reply went to a card that has been replaced since, for which another reply was refused already."""
    if policy(reason) is not Policy.NEW_PARENT or row.role not in IN_THREAD:
        return False
    newer = connection.execute(_NEWER_PARENT, {"a": row.address_id, "k": row.subject_key, "p": row.posted_at})
    return newer.first() is not None


def _settle_rewrite(connection: Connection, now: float, name: RewriteName, outcome: Outcome) -> bool:
    """Whether it was news: of a card that is to be drawn anew by now, or stands in another message, nothing is."""
    card = {"a": name.address_id, "k": name.key}
    markers = [name.marker, *(name.marker + wait for wait in REWRITE_WAITS_S)]
    team_id = connection.execute(_TEAM_OF_REWRITE, card | {"markers": markers}).scalar()
    if team_id is None:
        return False
    match outcome:
        case Delivered():
            connection.execute(_DRAWN, card)
        case Accepted():
            return False
        case Retry(after_s, _):
            connection.execute(_DRAW_AT, card | {"at": now + (RECONCILE_AFTER_S if after_s is None else after_s)})
        case Unknown():
            connection.execute(_DRAW_AT, card | {"at": now + RECONCILE_AFTER_S})
        case Refused(reason):
            refuse_rewrite(connection, now, name.address_id, team_id, name.key, reason)
        case never:
            assert_never(never)
    return True
