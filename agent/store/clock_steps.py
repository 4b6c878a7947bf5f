"""The wall clock is set back: what waits in the store would wait longer by the size of the step.

Waits are stored as instants of the wall clock, so that they survive a restart and replicas share them. When NTP or a
restored machine sets that clock back by an hour, they all lie an hour ahead, and nothing would be posted until then. A
step forward only ends waits.

Each replica notices for itself and mends the same rows, perhaps after another has. So a wait is taken back by the step,
but never below what it may have been just now: mended once it is as long as before, mended again no longer than that,
and what nobody may cut short (leases, limits, the time until a look) stays whole. A receipt may be awaited for hours:
its time goes back together with that of the post, and so once, where the post lies ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import Column, ColumnElement, Connection, and_, case, true, update

from agent.outbox.notification import State
from agent.store import envelopes as kept
from agent.store.outbox_claims import UPDATE_PACE
from agent.store.outbox_settlements import RECONCILE_AFTER_S
from agent.store.port import Store
from agent.store.tables import addresses, buckets, envelopes, notifications, replicas, threads
from shared.clock import Clock
from shared.pacing import Pace

log = structlog.get_logger()
NOTICED_S = 2.0
"""A smaller step holds nothing up for long."""
LIMIT_S = 60.0
"""Slack counts by the minute, so a `Retry-After` is rarely longer; of a longer one it tells us again."""

_PAST = (notifications.c.created_at, notifications.c.posted_at)
"""No waits, but where a look begins, and what is the newer; taken back they aren't ahead any more, so once is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The worker that notices: its own leases are left alone, since it settles them by their `until`."""

    owner: str
    lease_s: float
    pace: Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """`column` says until when rows `where` wait; up to `whole_s` from now they may have to."""

    column: Column[float]
    whole_s: float = 0.0
    where: ColumnElement[bool] = field(default_factory=true)


class ClockSteps:
    """Compares the wall clock with the monotonic one, beat by beat."""

    def __init__(self, store: Store, clock: Clock, holder: Holder) -> None:
        self._store, self._clock, self._holder = store, clock, holder
        self._ahead_s = self._now() - clock.monotonic()

    async def beat(self) -> None:
        """Mend the store if the clock was set back since the last beat.

        Raises `StoreUnavailableError`; the next beat tries again then.
        """
        ahead_s = self._now() - self._clock.monotonic()
        back_s = self._ahead_s - ahead_s
        if back_s > NOTICED_S:
            await self._store.write(partial(mend, now=self._now(), back_s=back_s, holder=self._holder))
            log.warning("the clock was set back, and what waits with it", back_s=round(back_s, 1))
        self._ahead_s = ahead_s

    def _now(self) -> float:
        return self._clock.now().timestamp()


def mend(connection: Connection, now: float, back_s: float, holder: Holder) -> None:
    """Take back by `back_s` what lies too far ahead of `now`, by which the clock has been set back already."""
    for wait in _waits(now, holder):
        until, latest = wait.column - back_s, now + wait.whole_s
        connection.execute(
            update(wait.column.table)
            .where(wait.column > latest, wait.where)
            .values({wait.column: case((until > latest, until), else_=latest)})
        )
    for past in _PAST:
        connection.execute(update(past.table).where(past > now).values({past: past - back_s}))


def _waits(now: float, holder: Holder) -> Sequence[_Wait]:
    state = notifications.c.state
    return (
        _Wait(column=addresses.c.next_at),
        _Wait(column=addresses.c.tat, whole_s=_full_s(holder.pace)),
        _Wait(column=addresses.c.lease_until, whole_s=holder.lease_s, where=addresses.c.lease_owner != holder.owner),
        _Wait(column=notifications.c.due_at, where=state == State.QUEUED),
        _Wait(
            column=notifications.c.due_at, whole_s=RECONCILE_AFTER_S, where=state.in_((State.POSTING, State.UNKNOWN))
        ),
        _Wait(column=notifications.c.due_at, where=and_(state == State.ACCEPTED, notifications.c.posted_at > now)),
        _Wait(column=threads.c.rewrite_at),
        _Wait(column=buckets.c.tat, whole_s=_full_s(UPDATE_PACE)),
        _Wait(column=buckets.c.blocked_until, whole_s=LIMIT_S),
        _Wait(column=envelopes.c.lease_until, whole_s=kept.LEASE_S, where=envelopes.c.answered_at.is_(None)),
        _Wait(column=replicas.c.seen_at),
    )


def _full_s(pace: Pace) -> float:
    """How far ahead a bucket is that has just given all it can."""
    return pace.burst * pace.interval_s
