"""What an administrator decides about what is parked: another try, or that it isn't posted."""

from collections.abc import Collection
from typing import Any, Protocol

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from agent.audit import Entry
from agent.outbox.notification import UNSETTLED, State
from agent.store.audit import note
from agent.store.tables import addresses, notifications, threads
from shared.post import Role


class Decide(Protocol):
    """`retry` and `discard`."""

    def __call__(self, connection: Connection, ids: Collection[str], *, by: str, now: float) -> int:
        """How many notifications it was about."""


def retry(connection: Connection, ids: Collection[str], *, by: str, now: float) -> int:
    """Make parked notifications due again, each with its whole set; how many there were."""
    found = _parked(connection, ids)
    values = {"state": State.QUEUED, "due_at": now, "looks": 0, "settled_at": None}
    connection.execute(update(notifications).where(notifications.c.id.in_([row.id for row in found])).values(values))
    homes = {row.address_id for row in found}
    connection.execute(update(addresses).where(addresses.c.id.in_(homes)).values(next_at=now))
    _note(connection, "retry", found, by, now)
    return len(found)


def discard(connection: Connection, ids: Collection[str], *, by: str, now: float) -> int:
    """Have parked notifications never posted, nor the replies that wait for a card among them; how many there were.

    A card that is discarded comes with the next event of its subject.
    """
    found = _parked(connection, ids)
    cards = [(row.address_id, row.subject_key) for row in found if row.role == Role.PARENT and row.subject_key]
    replies = [each for card in cards for each in _waiting_for(connection, *card)]
    gone = {row.id for row in (*found, *replies)}
    values = {"state": State.DISCARDED, "settled_at": now}
    connection.execute(update(notifications).where(notifications.c.id.in_(gone)).values(values))
    for address_id, key in cards:
        card = and_(threads.c.address_id == address_id, threads.c.subject_key == key)
        connection.execute(delete(threads).where(card, threads.c.ts.is_(None)))
    _note(connection, "discard", found, by, now)
    return len(gone)


def free(connection: Connection, address_id: int, *, by: str, now: float) -> bool:
    """Try a parked channel again; False when it isn't parked any more."""
    parked = and_(addresses.c.id == address_id, addresses.c.parked_reason.is_not(None))
    row = connection.execute(select(addresses).where(parked)).first()
    if row is None:
        return False
    connection.execute(update(addresses).where(parked).values(parked_reason=None, parked_at=None, next_at=now))
    entry = Entry(
        team_id=row.team_id, user_id="", channel_id=row.channel_id, login=by, action="free", target=row.parked_reason
    )
    note(connection, now, entry)
    return True


def _parked(connection: Connection, ids: Collection[str]) -> list[Row[Any]]:
    """Those of `ids` that are parked, with the rest of their sets."""
    is_parked = notifications.c.state == State.PARKED
    asked = connection.execute(select(notifications).where(is_parked, notifications.c.id.in_(ids))).all()
    heads = {row.head_id for row in asked if row.head_id}
    mine = or_(notifications.c.id.in_(ids), notifications.c.head_id.in_(heads))
    return list(connection.execute(select(notifications).where(is_parked, mine).order_by(notifications.c.seq)))


def _waiting_for(connection: Connection, address_id: int, key: str) -> list[Row[Any]]:
    """Replies that wait for a card; none where it stands in the channel already."""
    waits = (
        notifications.c.address_id == address_id,
        notifications.c.subject_key == key,
        notifications.c.role.in_((Role.REPLY, Role.BROADCAST)),
        notifications.c.state.in_((*UNSETTLED, State.PARKED)),
    )
    posted = select(threads.c.ts).where(threads.c.address_id == address_id, threads.c.subject_key == key)
    if connection.execute(posted).scalar():
        return []
    return list(connection.execute(select(notifications).where(*waits)))


def _note(connection: Connection, action: str, found: list[Row[Any]], by: str, now: float) -> None:
    for delivery_id in dict.fromkeys(row.delivery_id for row in found):
        note(connection, now, Entry(team_id="", user_id="", login=by, action=action, target=delivery_id))
