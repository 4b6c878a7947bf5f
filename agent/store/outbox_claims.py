"""Leasing due addresses, with what they have waiting."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, bindparam, func, select, update

from agent.outbox.notification import Backlog, Bucket, Lease, PostJob, RewriteJob, State
from agent.outbox.plan import Plan, plan
from agent.store.outbox_backlogs import ACCEPTED, GOING_OVER, RECEIPT_DUE_AT, backlogs
from agent.store.tables import addresses, buckets, threads
from agent.store.upsert import upsert
from shared.pacing import Pace, free_at, spend
from shared.post import Role

POST, UPDATE = "chat.postMessage", "chat.update"
UPDATE_PACE = Pace(30 / 60, 20)
"""Slack allows `chat.update` 50 times a minute for a whole workspace (tier 3): burst and rate together stay in that."""

NEXT_REWRITE = (
    select(func.min(threads.c.rewrite_at))
    .where(threads.c.address_id == addresses.c.id, threads.c.rewrite_at.is_not(None), threads.c.ts.is_not(None))
    .scalar_subquery()
)
"""When the next card of an address is to be drawn anew."""
_DUE = (
    select(
        addresses,
        NEXT_REWRITE.label("rewrite"),
        ACCEPTED.label("accepted"),
        RECEIPT_DUE_AT.label("receipt_due_at"),
        GOING_OVER.label("going_over"),
    )
    .where(
        addresses.c.next_at <= bindparam("now"),
        addresses.c.lease_until < bindparam("now"),
        addresses.c.parked_reason.is_(None),
    )
    .order_by(addresses.c.next_at)
    .limit(bindparam("room", type_=Integer))
)
_LEASE = (
    update(addresses)
    .where(addresses.c.id.in_(bindparam("ids", expanding=True)))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
)
_PUT_OFF = update(addresses).where(addresses.c.id == bindparam("a")).values(next_at=bindparam("at"))
_MARK = (
    update(threads)
    .where(threads.c.address_id == bindparam("a"), threads.c.subject_key == bindparam("k"))
    .values(rewrite_at=bindparam("at"))
)
_BUCKETS = select(buckets).where(buckets.c.team_id.in_(bindparam("teams", expanding=True)))


def claim(connection: Connection, owner: str, now: float, lease_s: float, limit: int, pace: Pace) -> list[Lease]:
    """Lease up to `limit` due addresses that have something to do; the others get the time when they will have."""
    found = connection.execute(_DUE, {"now": now, "room": limit}).all()
    times = {row.id: _paced_until(row, pace) for row in found}
    due = [row for row in found if times[row.id] <= now]
    waiting = [{"a": id_, "at": at} for id_, at in times.items() if at > now]
    pools = _buckets(connection, {row.team_id for row in due}) if due else {}
    before = dict(pools)
    leases = []
    for backlog in backlogs(connection, due, now) if due else ():
        planned = _planned(backlog, now, pace, pools)
        if planned.jobs:
            leases.append(
                Lease(
                    address_id=backlog.address_id,
                    address=backlog.address,
                    threading=backlog.threading,
                    owner=owner,
                    until=now + lease_s,
                    jobs=planned.jobs,
                )
            )
        else:
            waiting.append({"a": backlog.address_id, "at": planned.next_at})
    _hold(connection, leases, waiting)
    _store_buckets(connection, {key: bucket for key, bucket in pools.items() if bucket != before[key]})
    return leases


def next_due(connection: Connection) -> float | None:
    """When the next address is due; None when nothing waits anywhere. A leased one counts when its lease ends."""
    greatest = func.greatest if connection.dialect.name == "postgresql" else func.max
    at: ColumnElement[float] = greatest(addresses.c.next_at, addresses.c.lease_until)
    # A range, not `IS NOT NULL`, for which SQLite may read the whole table.
    query = select(at.label("at")).where(addresses.c.next_at >= 0, addresses.c.parked_reason.is_(None))
    found: float | None = connection.execute(query.order_by("at").limit(1)).scalar()
    return found


def _paced_until(row: Row[Any], pace: Pace) -> float:
    """Until when an address has nothing to do, whatever waits in it: its backlog needn't be read before."""
    at = free_at(row.tat, pace)
    return at if row.rewrite is None else min(at, row.rewrite)


def _planned(backlog: Backlog, now: float, pace: Pace, pools: dict[tuple[str, str], Bucket]) -> Plan:
    team_id = backlog.address.team_id
    updates = pools[team_id, UPDATE]
    room, full_tat = (0, updates.tat) if updates.blocked_until > now else _room(updates.tat, now)
    room_at = max(free_at(full_tat, UPDATE_PACE), updates.blocked_until)
    planned = plan(backlog, now, pace, pools[team_id, POST], room, room_at)
    tat = updates.tat
    for job in planned.jobs:
        if isinstance(job, RewriteJob):
            tat = spend(tat, now, UPDATE_PACE)
    pools[team_id, UPDATE] = Bucket(tat=tat, blocked_until=updates.blocked_until)
    return planned


def _room(tat: float, now: float) -> tuple[int, float]:
    """How many rewrites may go now, and the bucket after them."""
    count = 0
    while free_at(tat, UPDATE_PACE) <= now:
        tat = spend(tat, now, UPDATE_PACE)
        count += 1
    return count, tat


def _hold(connection: Connection, leases: Sequence[Lease], waiting: Sequence[Mapping[str, Any]]) -> None:
    if leases:
        ids = [lease.address_id for lease in leases]
        connection.execute(_LEASE, {"ids": ids, "owner": leases[0].owner, "until": leases[0].until})
    if waiting:
        connection.execute(_PUT_OFF, list(waiting))
    marks = [
        {"a": lease.address_id, "k": key, "at": at}
        for lease in leases
        for job in lease.jobs
        if (found := _mark(job)) is not None
        for key, at in [found]
    ]
    if marks:
        connection.execute(_MARK, marks)


def _mark(job: PostJob | RewriteJob) -> tuple[str, float | None] | None:
    """A parent is drawn from the present state, so what was to be rewritten is in it; a rewrite leaves its marker.

    Of a parent that is sent again for want of a receipt, the far side may have the first drawing and keep it.
    """
    if isinstance(job, RewriteJob):
        return job.thread.key, job.marker
    head = job.members[0]
    is_drawn = head.role is Role.PARENT and head.state is not State.ACCEPTED and not job.look
    if job.thread and job.thread.rewrite_at is not None and is_drawn:
        return job.thread.key, None
    return None


def _buckets(connection: Connection, teams: set[str]) -> dict[tuple[str, str], Bucket]:
    pools = {(team_id, method): Bucket() for team_id in teams for method in (POST, UPDATE)}
    for row in connection.execute(_BUCKETS, {"teams": list(teams)}):
        pools[row.team_id, row.method] = Bucket(tat=row.tat, blocked_until=row.blocked_until)
    return pools


def _store_buckets(connection: Connection, pools: Mapping[tuple[str, str], Bucket]) -> None:
    upsert(
        connection,
        buckets,
        [
            {"team_id": team_id, "method": method, "tat": bucket.tat, "blocked_until": bucket.blocked_until}
            for (team_id, method), bucket in pools.items()
        ],
    )


def release_all(connection: Connection) -> None:
    """Give up all leases: for a store that only this process uses, when it starts."""
    connection.execute(update(addresses).values(lease_owner=None, lease_until=0.0))
