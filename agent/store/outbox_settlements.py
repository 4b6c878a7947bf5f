"""Storing a post's set before it is sent, and what came of it afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from typing import Any, assert_never

from sqlalchemy import Connection, and_, bindparam, case, exists, func, select, update

from agent.outbox.notification import UNSETTLED, Lease, Notification, PostJob, RewriteJob, Settlement, State
from agent.store.outbox_claims import NEXT_REWRITE, POST, UPDATE
from agent.store.outbox_refusals import QUEUED, Sent, refuse, refuse_rewrite
from agent.store.tables import addresses, buckets, notifications, threads
from agent.store.upsert import insert
from shared.outcome import Accepted, Delivered, Outcome, Refused, Retry, Unknown
from shared.pacing import Pace, spend
from shared.post import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A set that is about to be sent: `members`, the head first."""

    lease: Lease
    members: Sequence[str]
    now: float
    pace: Pace


RECONCILE_AFTER_S = 10.0
"""How long after a post whose fate is unknown the first look is taken, and the second after the first."""
RECEIPT_AFTER_S, RECEIPT_MOST_S = 900.0, 14400.0
"""How long a receipt is waited for; then the same is sent again. Each time twice as long as before, up to the most.

A relay that takes everything and says nothing, for days perhaps, is not to be filled with copies.
"""
REWRITE_WAITS_S = tuple(
    min(RECEIPT_AFTER_S * 2**times, RECEIPT_MOST_S) for times in range(ceil(log2(RECEIPT_MOST_S / RECEIPT_AFTER_S)) + 1)
)
"""The same of a rewrite, whose rank counts them."""
AWAITED_RANK = 2
"""The rank of a rewrite that waits for its receipt the first time, each further time one more; below: what it is."""

_HELD = select(addresses.c.id, addresses.c.lease_owner, addresses.c.lease_until, addresses.c.tat).where(
    addresses.c.id.in_(bindparam("ids", expanding=True))
)
_POSTING = (
    update(notifications)
    .where(notifications.c.id == bindparam("i"), notifications.c.state != State.DELIVERED)  # by a receipt meanwhile
    .values(state=State.POSTING, head_id=bindparam("h"), due_at=bindparam("at"), posted_at=bindparam("p"), looks=0)
)
_SPEND = update(addresses).where(addresses.c.id == bindparam("a")).values(tat=bindparam("t"))
_DELIVERED = (
    update(notifications)
    .where(notifications.c.id == bindparam("i"))
    .values(state=State.DELIVERED, ts=bindparam("t"), settled_at=bindparam("at"), reason=bindparam("r"))
)
_PARENT_TS = (
    update(threads)
    .where(threads.c.address_id == bindparam("a"), threads.c.subject_key == bindparam("k"))
    .values(ts=bindparam("t"))
)
_UNSETTLED_HERE = and_(notifications.c.address_id == addresses.c.id, notifications.c.state.in_(UNSETTLED))
_NEXT_POST = case(
    # a long backlog is due, and is not to be read to its end for that
    (exists().where(_UNSETTLED_HERE, notifications.c.due_at <= bindparam("now")), bindparam("now")),
    else_=select(func.min(notifications.c.due_at)).where(_UNSETTLED_HERE).scalar_subquery(),
)
_NEXT = _HELD.add_columns(_NEXT_POST.label("post"), NEXT_REWRITE.label("rewrite"))
_RELEASE = (
    update(addresses)
    .where(addresses.c.id == bindparam("a"))
    .values(next_at=bindparam("at"), lease_owner=None, lease_until=0.0)
)


def store_posting(connection: Connection, items: Sequence[Posting]) -> list[bool]:
    """Store the sets and spend their addresses' pace; False where the lease has been lost, so that nothing is sent."""
    rows = _rows(connection, [item.lease for item in items])
    kept = [item for item in items if _is_held(rows, item.lease) and item.lease.until >= item.now]
    if kept:
        connection.execute(
            _POSTING,
            [
                {"i": each, "h": item.members[0], "at": item.now + RECONCILE_AFTER_S, "p": item.now}
                for item in kept
                for each in item.members
            ],
        )
        connection.execute(
            _SPEND,
            [
                {"a": item.lease.address_id, "t": spend(rows[item.lease.address_id].tat, item.now, item.pace)}
                for item in kept
            ],
        )
    return [item in kept for item in items]


def _rows(connection: Connection, leases: Sequence[Lease]) -> Mapping[int, Any]:
    ids = [lease.address_id for lease in leases]
    return {row.id: row for row in connection.execute(_HELD, {"ids": ids})} if ids else {}


def _is_held(rows: Mapping[int, Any], lease: Lease) -> bool:
    """Whether nobody has taken the address since, be it this worker once more."""
    row = rows.get(lease.address_id)
    return row is not None and (row.lease_owner, row.lease_until) == (lease.owner, lease.until)


def settle(connection: Connection, now: float, items: Sequence[Settlement]) -> list[None]:
    """Store what came of jobs, and release the leases whose last job it was.

    Of a lease that was lost meanwhile only what was delivered counts: the rest may be otherwise by now.
    """
    _settle_delivered(connection, now, [item for item in items if _is_delivered(item)])
    others = [item for item in items if not _is_delivered(item)]
    rows = _rows(connection, [item.lease for item in others])
    for item in others:
        if not _is_held(rows, item.lease):
            continue
        if isinstance(item.job, RewriteJob):
            _settle_rewrite(connection, now, item, item.job)
        else:
            _settle_post(connection, now, item, item.job)
    release(connection, now, [item.lease for item in items if item.release])
    return [None for _ in items]


def release(connection: Connection, now: float, leases: Sequence[Lease]) -> None:
    """Give addresses back, due when the first thing in them is."""
    if not leases:
        return
    rows = {row.id: row for row in connection.execute(_NEXT, {"ids": [each.address_id for each in leases], "now": now})}
    held = [rows[lease.address_id] for lease in leases if _is_held(rows, lease)]
    if held:
        times = {row.id: [at for at in (row.post, row.rewrite) if at is not None] for row in held}
        connection.execute(_RELEASE, [{"a": id_, "at": min(found, default=None)} for id_, found in times.items()])


def _is_delivered(item: Settlement) -> bool:
    return isinstance(item.job, PostJob) and isinstance(item.outcome, Delivered)


def _settle_delivered(connection: Connection, now: float, items: Sequence[Settlement]) -> None:
    """The common case, in two statements for all."""
    sent = [(item, item.job, item.outcome.ts) for item in items if isinstance(item.outcome, Delivered)]
    store_delivered(
        connection,
        [
            {"i": each, "t": ts, "at": now, "r": "may appear twice" if item.maybe_twice else None}
            for item, _, ts in sent
            for each in item.members
        ],
        [
            {"a": item.lease.address_id, "k": job.members[0].thread_key, "t": ts}
            for item, job, ts in sent
            if isinstance(job, PostJob) and job.members[0].role is Role.PARENT
        ],
    )


def store_delivered(
    connection: Connection, delivered: Sequence[Mapping[str, Any]], parents: Sequence[Mapping[str, Any]]
) -> None:
    """Store notifications (id `i`, ts `t`, instant `at`, reason `r`) and cards (address `a`, key `k`, ts `t`)."""
    if delivered:
        connection.execute(_DELIVERED, list(delivered))
    if parents:
        connection.execute(_PARENT_TS, list(parents))


def _settle_post(connection: Connection, now: float, item: Settlement, job: PostJob) -> None:
    head = job.members[0]
    sent = Sent(
        address_id=item.lease.address_id,
        team_id=item.lease.address.team_id,
        members=item.members,
        role=head.role,
        thread_key=head.thread_key,
        delivery_id=head.delivery_id,
        # sent again for want of a receipt: that it wasn't taken this time says nothing of the last that was
        again={"state": State.ACCEPTED, "posted_at": head.posted_at} if head.state is State.ACCEPTED else QUEUED,
    )
    match item.outcome:
        case Unknown(reason) if item.looked or item.park:
            _all(
                connection,
                item.members,
                state=State.PARKED if item.park else State.UNKNOWN,
                reason=reason,
                due_at=now + item.after_s,
                more_attempts=0 if item.looked else 1,
                more_looks=1 if item.looked else 0,
            )
        case Accepted():
            in_s = _receipt_in_s(head)
            _all(connection, item.members, state=State.ACCEPTED, reason=None, due_at=now + in_s)
        case outcome:
            store_outcome(connection, now, sent, outcome, item.after_s)


def _receipt_in_s(head: Notification) -> float:
    """Until its receipt is overdue; `head` as it was before it was sent: `posted_at` is when it was taken last."""
    if head.state is not State.ACCEPTED:
        return RECEIPT_AFTER_S
    waited_s = head.due_at - head.posted_at
    return min(max(RECEIPT_AFTER_S, 2 * waited_s), RECEIPT_MOST_S)


def store_outcome(connection: Connection, now: float, sent: Sent, outcome: Outcome, after_s: float) -> None:
    """Store what an answer or a receipt says of a post; `after_s` counts where it says no time itself."""
    match outcome:
        case Delivered(ts):
            parent = [{"a": sent.address_id, "k": sent.thread_key, "t": ts}] if sent.role is Role.PARENT else []
            store_delivered(connection, [{"i": each, "t": ts, "at": now, "r": None} for each in sent.members], parent)
        case Accepted():
            _all(connection, sent.members, state=State.ACCEPTED, reason=None, due_at=now + RECEIPT_AFTER_S)
        case Retry(said_s, reason, rate_limited):
            wait = after_s if said_s is None else said_s
            count = 0 if rate_limited else 1
            _all(connection, sent.members, **sent.again, reason=reason, due_at=now + wait, more_attempts=count)
            if rate_limited:
                _block(connection, sent.team_id, POST, now + wait)
        case Refused(reason):
            refuse(connection, now, sent, reason)
        case Unknown(reason):
            # what has no stored set was never sent
            state = case((notifications.c.head_id.is_(None), State.QUEUED), else_=State.UNKNOWN)
            _all(connection, sent.members, state=state, reason=reason, due_at=now + after_s, more_attempts=1)
        case never:
            assert_never(never)


def _settle_rewrite(connection: Connection, now: float, item: Settlement, job: RewriteJob) -> None:
    unchanged = and_(
        threads.c.address_id == item.lease.address_id,
        threads.c.subject_key == job.thread.key,
        threads.c.rewrite_at == job.marker,
    )
    match item.outcome:
        case Accepted():  # its receipt is awaited: the marker moves on to when that is overdue
            in_vain = max(0, job.thread.rewrite_rank - AWAITED_RANK + 1)
            wait = REWRITE_WAITS_S[min(in_vain, len(REWRITE_WAITS_S) - 1)]
            connection.execute(
                update(threads)
                .where(unchanged)
                .values(rewrite_at=job.marker + wait, rewrite_rank=in_vain + AWAITED_RANK)
            )
        case Delivered():
            connection.execute(
                update(threads)
                .where(unchanged)
                .values(rewrite_at=None, rewrite_rank=0, rewrites=threads.c.rewrites + 1)
            )
        case Retry(after_s, _, rate_limited):
            wait = item.after_s if after_s is None else after_s
            connection.execute(update(threads).where(unchanged).values(rewrite_at=now + wait))
            if rate_limited:
                _block(connection, item.lease.address.team_id, UPDATE, now + wait)
        case Unknown():
            connection.execute(update(threads).where(unchanged).values(rewrite_at=now + item.after_s))
        case Refused(reason):
            refuse_rewrite(connection, now, item.lease.address_id, item.lease.address.team_id, job.thread.key, reason)
        case never:
            assert_never(never)


def _all(
    connection: Connection, members: Sequence[str], more_attempts: int = 0, more_looks: int = 0, **values: Any
) -> None:
    new: Mapping[str, Any] = {
        **values,
        "attempts": notifications.c.attempts + more_attempts,
        "looks": notifications.c.looks + more_looks,
    }
    these = and_(notifications.c.id.in_(list(members)), notifications.c.state != State.DELIVERED)  # by a receipt
    connection.execute(update(notifications).where(these).values(new))


def _block(connection: Connection, team_id: str, method: str, until: float) -> None:
    statement = insert(connection, buckets).values(team_id=team_id, method=method, blocked_until=until)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["team_id", "method"], set_={"blocked_until": until})
    )
