"""Storing a post's set before it is sent, and what came of it afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import uuid4

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from agent.outbox.notification import OPEN, Lease, PostJob, RewriteJob, Settlement, State
from agent.store.outbox_claims import POST, UPDATE
from agent.store.outbox_parking import park_address, park_workspace
from agent.store.tables import addresses, buckets, notifications, threads
from agent.store.upsert import insert
from shared.outcome import Accepted, Delivered, Refused, Retry, Unknown
from shared.pacing import Pace, spend
from shared.post import Role
from shared.slack_errors import Policy, policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A set that is about to be sent: `members`, the head first."""

    lease: Lease
    members: Sequence[str]
    now: float
    pace: Pace


RECONCILE_AFTER_S = 10.0
"""How long after a post whose fate is unknown the first look is taken, and the second after the first."""


def store_posting(connection: Connection, items: Sequence[Posting]) -> list[bool]:
    """Store the sets and spend their addresses' pace; False where the lease has been lost, so that nothing is sent."""
    held = {
        row.id: row
        for row in connection.execute(
            select(addresses.c.id, addresses.c.lease_owner, addresses.c.lease_until, addresses.c.tat).where(
                addresses.c.id.in_([item.lease.address_id for item in items])
            )
        )
    }
    kept = [item for item in items if _holds(held.get(item.lease.address_id), item)]
    if kept:
        connection.execute(
            update(notifications)
            .where(notifications.c.id == bindparam("i"))
            .values(state=State.POSTING, head_id=bindparam("h"), due_at=bindparam("at"), posted_at=bindparam("p")),
            [
                {"i": each, "h": item.members[0], "at": item.now + RECONCILE_AFTER_S, "p": item.now}
                for item in kept
                for each in item.members
            ],
        )
        connection.execute(
            update(addresses).where(addresses.c.id == bindparam("a")).values(tat=bindparam("t")),
            [
                {"a": item.lease.address_id, "t": spend(held[item.lease.address_id].tat, item.now, item.pace)}
                for item in kept
            ],
        )
    return [item in kept for item in items]


def _holds(row: Any, item: Posting) -> bool:
    return row is not None and row.lease_owner == item.lease.owner and row.lease_until >= item.now


def settle(connection: Connection, now: float, items: Sequence[Settlement]) -> list[None]:
    """Store what came of jobs, and release the leases whose last job it was."""
    _settle_delivered(connection, now, [item for item in items if _is_delivered(item)])
    for item in items:
        if isinstance(item.job, RewriteJob):
            _settle_rewrite(connection, now, item, item.job)
        elif not _is_delivered(item):
            _settle_post(connection, now, item, item.job)
    release(connection, [item.lease for item in items if item.release])
    return [None for _ in items]


def release(connection: Connection, leases: Sequence[Lease]) -> None:
    """Give addresses back, due when the first thing in them is."""
    if not leases:
        return
    ids = [lease.address_id for lease in leases]
    posts = select(func.min(notifications.c.due_at)).where(
        notifications.c.address_id == addresses.c.id, notifications.c.state.in_(OPEN)
    )
    rewrites = select(func.min(threads.c.rewrite_at)).where(
        threads.c.address_id == addresses.c.id, threads.c.rewrite_at.is_not(None), threads.c.ts.is_not(None)
    )
    rows = connection.execute(
        select(addresses.c.id, posts.scalar_subquery().label("p"), rewrites.scalar_subquery().label("r")).where(
            addresses.c.id.in_(ids), addresses.c.lease_owner == leases[0].owner
        )
    ).all()
    if rows:
        connection.execute(
            update(addresses)
            .where(addresses.c.id == bindparam("a"))
            .values(next_at=bindparam("at"), lease_owner=None, lease_until=0.0),
            [{"a": row.id, "at": min((at for at in (row.p, row.r) if at is not None), default=None)} for row in rows],
        )


def _is_delivered(item: Settlement) -> bool:
    return isinstance(item.job, PostJob) and isinstance(item.outcome, Delivered)


def _settle_delivered(connection: Connection, now: float, items: Sequence[Settlement]) -> None:
    """The common case, in two statements for all."""
    sent = [(item, item.job, item.outcome.ts) for item in items if isinstance(item.outcome, Delivered)]
    if sent:
        connection.execute(
            update(notifications)
            .where(notifications.c.id == bindparam("i"))
            .values(state=State.DELIVERED, ts=bindparam("t"), settled_at=now, reason=bindparam("r")),
            [
                {"i": each, "t": ts, "r": "may appear twice" if item.maybe_twice else None}
                for item, _, ts in sent
                for each in item.members
            ],
        )
    parents = [
        {"a": item.lease.address_id, "k": job.members[0].thread_key, "t": ts}
        for item, job, ts in sent
        if isinstance(job, PostJob) and job.members[0].role is Role.PARENT
    ]
    if parents:
        connection.execute(
            update(threads)
            .where(threads.c.address_id == bindparam("a"), threads.c.subject_key == bindparam("k"))
            .values(ts=bindparam("t")),
            parents,
        )


def _settle_post(connection: Connection, now: float, item: Settlement, job: PostJob) -> None:
    match item.outcome:
        case Delivered():
            _settle_delivered(connection, now, [item])
        case Accepted():
            _all(connection, item.members, state=State.ACCEPTED, reason=None)
        case Retry(after_s, reason, rate_limited):
            wait = item.after_s if after_s is None else after_s
            count = 0 if rate_limited else 1
            _all(connection, item.members, state=State.QUEUED, reason=reason, due_at=now + wait, more_attempts=count)
            if rate_limited:
                _block(connection, item.lease.address.team_id, POST, now + wait)
        case Refused(reason):
            _refused(connection, now, item, job, reason)
        case Unknown(reason):
            state = State.PARKED if item.park else State.UNKNOWN
            looks = 1 if item.looked else 0
            _all(connection, item.members, state=state, reason=reason, due_at=now + item.after_s, more_looks=looks)
        case never:
            assert_never(never)


def _refused(connection: Connection, now: float, item: Settlement, job: PostJob, reason: str) -> None:
    match policy(reason):
        case Policy.PARK_ADDRESS:
            _all(connection, item.members, state=State.QUEUED, reason=reason, due_at=now)
            park_address(connection, item.lease.address_id, reason, now)
        case Policy.PARK_WORKSPACE:
            _all(connection, item.members, state=State.QUEUED, reason=reason, due_at=now)
            park_workspace(connection, item.lease.address.team_id, reason, now)
        case Policy.NEW_PARENT if job.thread and job.members[0].role is not Role.PARENT:
            _all(connection, item.members, state=State.QUEUED, reason=reason, due_at=now)
            _forget_ts(connection, item.lease, job.thread.key)
            _enqueue_parent(connection, now, item, job)
        case _:
            _all(connection, item.members, state=State.PARKED, reason=reason, settled_at=now)


def _enqueue_parent(connection: Connection, now: float, item: Settlement, job: PostJob) -> None:
    """A parent for replies whose thread is gone. They wait for it, as they would for a first one."""
    head = job.members[0]
    anew = {"id": str(uuid4()), "state": State.QUEUED, "head_id": None, "due_at": now, "created_at": now}
    statement = insert(connection, notifications).values(
        delivery_id=head.delivery_id,
        event_key="parent",
        address_id=item.lease.address_id,
        subject_key=head.thread_key,
        role=Role.PARENT,
        **anew,
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["delivery_id", "address_id", "role"], set_=anew))


def _settle_rewrite(connection: Connection, now: float, item: Settlement, job: RewriteJob) -> None:
    unchanged = and_(
        threads.c.address_id == item.lease.address_id,
        threads.c.subject_key == job.thread.key,
        threads.c.rewrite_at == job.marker,
    )
    match item.outcome:
        case Delivered() | Accepted():
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
            _refused_rewrite(connection, now, item, job, reason)
        case never:
            assert_never(never)


def _refused_rewrite(connection: Connection, now: float, item: Settlement, job: RewriteJob, reason: str) -> None:
    card = and_(threads.c.address_id == item.lease.address_id, threads.c.subject_key == job.thread.key)
    match policy(reason):
        case Policy.NEW_PARENT:
            connection.execute(delete(threads).where(card))
        case Policy.PARK_ADDRESS:
            connection.execute(update(threads).where(card).values(rewrite_at=now))
            park_address(connection, item.lease.address_id, reason, now)
        case Policy.PARK_WORKSPACE:
            connection.execute(update(threads).where(card).values(rewrite_at=now))
            park_workspace(connection, item.lease.address.team_id, reason, now)
        case _:
            connection.execute(update(threads).where(card).values(rewrite_at=None, rewrite_rank=0))


def _forget_ts(connection: Connection, lease: Lease, key: str) -> None:
    connection.execute(
        update(threads).where(threads.c.address_id == lease.address_id, threads.c.subject_key == key).values(ts=None)
    )


def _all(
    connection: Connection, members: Sequence[str], more_attempts: int = 0, more_looks: int = 0, **values: Any
) -> None:
    new: Mapping[str, Any] = {
        **values,
        "attempts": notifications.c.attempts + more_attempts,
        "looks": notifications.c.looks + more_looks,
    }
    connection.execute(update(notifications).where(notifications.c.id.in_(list(members))).values(new))


def _block(connection: Connection, team_id: str, method: str, until: float) -> None:
    statement = insert(connection, buckets).values(team_id=team_id, method=method, blocked_until=until)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["team_id", "method"], set_={"blocked_until": until})
    )
