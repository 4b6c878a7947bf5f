"""Parking and freeing: what is parked is kept, with its reason, until a person or an event frees it."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from agent.outbox.notification import OPEN, State
from agent.store.tables import addresses, notifications, workspaces


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
    """Park all addresses of a workspace that aren't parked already."""
    connection.execute(update(workspaces).where(workspaces.c.team_id == team_id).values(parked_reason=reason))
    connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.parked_reason.is_(None))
        .values(parked_reason=reason, parked_at=now)
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
    connection.execute(update(workspaces).where(workspaces.c.team_id == team_id).values(parked_reason=None))
    freed = connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.parked_reason == reason)
        .values(parked_reason=None, parked_at=None, next_at=now)
    )
    return freed.rowcount


def move_address(connection: Connection, team_id: str, old_channel_id: str, new_channel_id: str, now: float) -> None:
    """Slack gave a channel a new id: what waits for the old one goes to the new one."""
    connection.execute(
        update(addresses)
        .where(addresses.c.team_id == team_id, addresses.c.channel_id == old_channel_id)
        .values(channel_id=new_channel_id, parked_reason=None, parked_at=None, next_at=now)
    )


def requeue(connection: Connection, delivery_ids: Collection[str], now: float) -> int:
    """Make the parked notifications of these deliveries due again; how many there were."""
    parked = notifications.c.delivery_id.in_(delivery_ids) & (notifications.c.state == State.PARKED)
    ids = connection.execute(select(notifications.c.address_id).where(parked).distinct()).scalars().all()
    if not ids:
        return 0
    freed = connection.execute(
        update(notifications).where(parked).values(state=State.QUEUED, due_at=now, looks=0, settled_at=None)
    )
    connection.execute(update(addresses).where(addresses.c.id.in_(ids)).values(next_at=now))
    return freed.rowcount


def waiting(connection: Connection, address_id: int) -> int:
    """How many notifications an address has waiting."""
    query = select(notifications.c.id).where(notifications.c.address_id == address_id, notifications.c.state.in_(OPEN))
    return len(connection.execute(query).all())
