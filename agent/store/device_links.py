"""Device flows that people have begun; they outlive a restart."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from agent.store.links import Owner
from agent.store.people_tables import device_links
from agent.store.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A device flow that GHES may still grant."""

    owner: Owner
    sealed: bytes = field(repr=False)
    """What GHES began it with, encrypted."""
    interval_s: int
    ends_at: float


def begin(connection: Connection, begun: Begun, now: float) -> None:
    """Keep it in the place of the person's former one."""
    row = {
        "team_id": begun.owner.team_id,
        "user_id": begun.owner.user_id,
        "device_code": begun.sealed,
        "interval_s": begun.interval_s,
        "next_at": now + begun.interval_s,
        "ends_at": begun.ends_at,
    }
    upsert(connection, device_links, [row])


def under_way(connection: Connection, owner: Owner, until: float) -> Begun | None:
    """The person's own, if it goes on until then."""
    found = select(device_links).where(_is(owner), device_links.c.ends_at >= until)
    row = connection.execute(found).first()
    return _begun(row) if row else None


def claim(connection: Connection, now: float, within_s: float, limit: int) -> Sequence[Begun]:
    """Those that GHES may be asked about; nobody else asks about them for `within_s`, in no process."""
    due = select(device_links).where(device_links.c.next_at <= now).order_by(device_links.c.next_at).limit(limit)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        mine = _is(Owner(team_id=row.team_id, user_id=row.user_id))
        connection.execute(update(device_links).where(mine).values(next_at=now + within_s))
    return [_begun(row) for row in rows]


def next_at(connection: Connection) -> float | None:
    """When the next one is due."""
    return connection.execute(select(func.min(device_links.c.next_at))).scalar()


def wait(connection: Connection, begun: Begun, interval_s: int, now: float) -> None:
    """Ask about it again later."""
    later = update(device_links).where(_same(begun)).values(next_at=now + interval_s, interval_s=interval_s)
    connection.execute(later)


def end(connection: Connection, begun: Begun) -> bool:
    """Forget it; False when another one has taken its place, or it is gone."""
    return bool(connection.execute(delete(device_links).where(_same(begun))).rowcount)


def end_all(connection: Connection, owner: Owner) -> None:
    """Forget the person's own."""
    connection.execute(delete(device_links).where(_is(owner)))


def _begun(row: Row[Any]) -> Begun:
    return Begun(
        owner=Owner(team_id=row.team_id, user_id=row.user_id),
        sealed=row.device_code,
        interval_s=row.interval_s,
        ends_at=row.ends_at,
    )


def _is(owner: Owner) -> ColumnElement[bool]:
    return and_(device_links.c.team_id == owner.team_id, device_links.c.user_id == owner.user_id)


def _same(begun: Begun) -> ColumnElement[bool]:
    return and_(_is(begun.owner), device_links.c.device_code == begun.sealed)
