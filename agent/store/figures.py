"""Figures of the last day for the console's charts: an interval for each hour, the oldest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Integer, case, cast, func, or_, select

from agent.outbox.notification import State
from agent.store.tables import events, notifications

HOURS = 24
HOUR_S = 3600.0
_EDGES_S = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
"""Upper ends of the classes that latencies are counted in; percentiles are those ends."""
_SETTLED = (State.DELIVERED, State.PARKED, State.DISCARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What happened in an hour. The percentiles are of notifications delivered in it; None when there were none."""

    begins_at: datetime
    events: int
    delivered: int
    parked: int
    discarded: int
    p50_s: float | None
    p95_s: float | None
    oldest_s: float
    """At its end: the age of the oldest notification that waited then."""


def last_day(connection: Connection, now: float) -> Sequence[Hour]:
    """The last 24 hours."""
    start = now - HOURS * HOUR_S
    came = _by_hour(connection, events.c.received_at, start)
    settled = {
        state: _by_hour(connection, notifications.c.settled_at, start, notifications.c.state == state)
        for state in _SETTLED
    }
    latencies = _latencies(connection, start)
    return [
        Hour(
            begins_at=datetime.fromtimestamp(start + hour * HOUR_S, UTC),
            events=came.get(hour, 0),
            delivered=settled[State.DELIVERED].get(hour, 0),
            parked=settled[State.PARKED].get(hour, 0),
            discarded=settled[State.DISCARDED].get(hour, 0),
            p50_s=_percentile(latencies.get(hour, {}), 0.5),
            p95_s=_percentile(latencies.get(hour, {}), 0.95),
            oldest_s=_oldest_s(connection, start + (hour + 1) * HOUR_S),
        )
        for hour in range(HOURS)
    ]


def _by_hour(
    connection: Connection, at: ColumnElement[float], start: float, *where: ColumnElement[bool]
) -> Mapping[int, int]:
    hour = _hour(at, start)
    found: Counter[int] = Counter()
    for number, count in connection.execute(select(hour, func.count()).where(at >= start, *where).group_by(hour)):
        found[_shown(number)] += count
    return found


def _hour(at: ColumnElement[float], start: float) -> ColumnElement[int]:
    """The number of the hour; both databases cut off behind the point, at most up to the half, hence the floor."""
    return cast(func.floor((at - start) / HOUR_S), Integer)


def _shown(hour: int) -> int:
    """The hour that it is counted in: what happens at this very instant, in the last one."""
    return min(hour, HOURS - 1)


def _latencies(connection: Connection, start: float) -> Mapping[int, Mapping[float, int]]:
    took = notifications.c.settled_at - notifications.c.created_at
    edge = case(*((took <= edge_s, edge_s) for edge_s in _EDGES_S), else_=_EDGES_S[-1])
    hour = _hour(notifications.c.settled_at, start)
    mine = (notifications.c.state == State.DELIVERED, notifications.c.settled_at >= start)
    found: dict[int, Counter[float]] = {}
    for number, edge_s, count in connection.execute(select(hour, edge, func.count()).where(*mine).group_by(hour, edge)):
        found.setdefault(_shown(number), Counter())[float(edge_s)] += count
    return found


def _percentile(counts: Mapping[float, int], share: float) -> float | None:
    left = share * sum(counts.values())
    for edge_s in sorted(counts):
        left -= counts[edge_s]
        if left <= 0:
            return edge_s
    return None


def _oldest_s(connection: Connection, at: float) -> float:
    waited = or_(
        notifications.c.settled_at > at,
        notifications.c.state.in_((State.QUEUED, State.POSTING, State.UNKNOWN, State.ACCEPTED)),
    )
    oldest = connection.execute(
        select(func.min(notifications.c.created_at)).where(notifications.c.created_at <= at, waited)
    )
    found = oldest.scalar()
    return 0.0 if found is None else max(0.0, at - found)
