"""Parking and freeing: what is parked is kept, with its reason, until a person or an event frees it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Table, delete, exists, or_, select, update

from agent.outbox.notification import OPEN, State
from agent.store.tables import addresses, notifications, subscriptions, threads, undos, workspaces


def park_address(connection: Connection, address_id: int, reason: str, now: float) -> None:
    """Nothing is posted to this address until `free_address`; its notifications stay queued."""
    connection.execute(
        update(addresses).where(addresses.c.id == address_id).values(parked_reason=reason, parked_at=now)
    )


def park_channel(connection: Connection, team_id: str, channel_id: str, reason: str, now: float) -> None:
    """Park the address of a channel, if it is one of ours."""
    connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.channel_id == channel_id)
        .values(parked_reason=reason, parked_at=now)
    )


def park_workspace(connection: Connection, team_id: str, reason: str, now: float) -> None:
    """Park all addresses of a workspace that aren't parked already.

    The first reason stays: `free_workspace` goes by it.
    """
    known = connection.execute(select(workspaces.c.parked_reason).where(workspaces.c.team_id == team_id)).scalar()
    parked = {"parked_reason": known or reason} | ({} if known else {"parked_at": now})
    connection.execute(update(workspaces).where(workspaces.c.team_id == team_id).values(parked))
    connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.parked_reason.is_(None))
        .values(parked_reason=known or reason, parked_at=now)
    )


def free_address(connection: Connection, team_id: str, channel_id: str, now: float) -> bool:
    """Let an address go on, at once; whether it had been parked."""
    freed = connection.execute(
        update(addresses)
        .where(
            addresses.c.team_id == team_id,
            addresses.c.channel_id == channel_id,
            addresses.c.parked_reason.is_not(None),
        )
        .values(parked_reason=None, parked_at=None, next_at=now)
    )
    return freed.rowcount > 0


def free_workspace(connection: Connection, team_id: str, now: float) -> int:
    """Let the addresses go on that the workspace's own trouble had parked; how many there were."""
    reason = connection.execute(select(workspaces.c.parked_reason).where(workspaces.c.team_id == team_id)).scalar()
    if reason is None:
        return 0
    free = {"parked_reason": None, "parked_at": None}
    connection.execute(update(workspaces).where(workspaces.c.team_id == team_id).values(free))
    freed = connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.parked_reason == reason)
        .values(parked_reason=None, parked_at=None, next_at=now)
    )
    return freed.rowcount


def move_address(connection: Connection, team_id: str, old_channel_id: str, new_channel_id: str, now: float) -> None:
    """Slack gave a channel a new id: the address takes it, with all that it has and all that is known of the new id."""
    ids = select(addresses.c.id).where(addresses.c.team_id == team_id)
    moved = connection.execute(ids.where(addresses.c.channel_id == old_channel_id)).scalar()
    there = connection.execute(ids.where(addresses.c.channel_id == new_channel_id)).scalar()
    if moved is None:
        return
    if there is not None:
        _merge(connection, into=moved, gone=there)
    connection.execute(
        update(addresses)
        .where(addresses.c.id == moved)
        .values(channel_id=new_channel_id, parked_reason=None, parked_at=None, next_at=now)
    )


def _merge(connection: Connection, *, into: int, gone: int) -> None:
    """Of two subscriptions to the same the newer one stays, of two cards of a subject the older one."""
    _drop_known(connection, subscriptions, ("scope", "target_id"), dropped=into, known=gone)
    _drop_known(connection, threads, ("subject_key",), dropped=gone, known=into)
    _drop_known(connection, notifications, ("delivery_id", "role"), dropped=gone, known=into)
    for table in (subscriptions, threads, notifications, undos):
        connection.execute(update(table).where(table.c.address_id == gone).values(address_id=into))
    connection.execute(delete(addresses).where(addresses.c.id == gone))


def _drop_known(connection: Connection, table: Table, names: Sequence[str], *, dropped: int, known: int) -> None:
    other = table.alias()
    same = [other.c[name] == table.c[name] for name in names]
    connection.execute(
        delete(table).where(table.c.address_id == dropped, exists().where(other.c.address_id == known, *same))
    )


def requeue(connection: Connection, delivery_ids: Collection[str], now: float) -> int:
    """Make the parked notifications of these deliveries due again, each with its whole set; how many there were."""
    is_parked = notifications.c.state == State.PARKED
    query = select(notifications.c.address_id, notifications.c.head_id)
    asked = connection.execute(query.where(is_parked, notifications.c.delivery_id.in_(delivery_ids))).all()
    if not asked:
        return 0
    ids = {row.address_id for row in asked}
    heads = {row.head_id for row in asked if row.head_id}
    parked = is_parked & or_(notifications.c.delivery_id.in_(delivery_ids), notifications.c.head_id.in_(heads))
    freed = connection.execute(
        update(notifications).where(parked).values(state=State.QUEUED, due_at=now, looks=0, settled_at=None)
    )
    connection.execute(update(addresses).where(addresses.c.id.in_(ids)).values(next_at=now))
    return freed.rowcount


def waiting(connection: Connection, address_id: int) -> int:
    """How many notifications an address has waiting."""
    query = select(notifications.c.id).where(notifications.c.address_id == address_id, notifications.c.state.in_(OPEN))
    return len(connection.execute(query).all())
