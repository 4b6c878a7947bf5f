"""A channel got a new id: all that belongs to its address goes with it.

Where the new id has an address already (somebody typed a command there before Slack told of the change), the two
become one: the older row stays, with its threads and its pace, and what people last said under the new id wins.
"""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, tuple_, update

from agent.outbox.notification import State
from agent.slash.asked import from_json, to_json
from agent.store.people_tables import allowances, sponsors
from agent.store.previews import move_previews
from agent.store.tables import addresses, calls, notifications, subscriptions, threads, undos


class LeasedError(Exception):
    """A post is on its way to one of the two ids: try again when it has been settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Slack's `channel_id_changed`."""

    team_id: str
    old_channel_id: str
    new_channel_id: str


def move_address(connection: Connection, move: Move, now: float) -> None:
    """Move everything, free what was parked, and have it looked at now; done again, it does nothing.

    Raises:
        LeasedError: nothing was moved.
    """
    _move_calls(connection, move)
    move_previews(connection, move.team_id, move.old_channel_id, move.new_channel_id)
    ids = (move.old_channel_id, move.new_channel_id)
    found = connection.execute(
        select(addresses).where(addresses.c.team_id == move.team_id, addresses.c.channel_id.in_(ids))
    ).all()
    rows = {row.channel_id: row for row in found}
    old, new = rows.get(move.old_channel_id), rows.get(move.new_channel_id)
    if old is None:
        return
    if any(row.lease_until > now for row in found):
        raise LeasedError
    if new is not None:
        _merge(connection, survivor=old.id, other=new.id)
    connection.execute(
        update(addresses)
        .where(addresses.c.id == old.id)
        .values(channel_id=move.new_channel_id, parked_reason=None, parked_at=None, next_at=now)
    )


def _merge(connection: Connection, *, survivor: int, other: int) -> None:
    _settle_doubles(connection, survivor, other)
    for table in (subscriptions, undos, threads, notifications, sponsors, allowances):
        connection.execute(update(table).where(table.c.address_id == other).values(address_id=survivor))
    connection.execute(delete(addresses).where(addresses.c.id == other))


def _settle_doubles(connection: Connection, survivor: int, other: int) -> None:
    """Of what both have, one stays: the other's subscription, the card that was posted, the notification further on."""
    _drop(connection, subscriptions, survivor, ("scope", "target_id"), subscriptions, other)
    _drop(connection, threads, survivor, ("subject_key",), threads, other, threads.c.ts.is_(None))
    _drop(connection, threads, other, ("subject_key",), threads, survivor)
    _drop(connection, sponsors, survivor, ("scope", "target_id", "user_id"), sponsors, other)
    _drop(connection, allowances, survivor, ("target_id",), allowances, other)
    waits = and_(notifications.c.state == State.QUEUED, notifications.c.head_id.is_(None))
    _drop(connection, notifications, survivor, ("delivery_id", "role"), notifications, other, waits)
    _drop(connection, notifications, other, ("delivery_id", "role"), notifications, survivor)


def _drop(
    connection: Connection,
    table: Table,
    address_id: int,
    key: tuple[str, ...],
    same: Table,
    elsewhere: int,
    which: ColumnElement[bool] | None = None,
) -> None:
    """Delete those rows of an address that another address has too, by their key."""
    theirs = select(*(same.c[name] for name in key)).where(same.c.address_id == elsewhere)
    mine = and_(table.c.address_id == address_id, tuple_(*(table.c[name] for name in key)).in_(theirs))
    connection.execute(delete(table).where(mine if which is None else and_(mine, which)))


def _move_calls(connection: Connection, move: Move) -> None:
    where = and_(calls.c.team_id == move.team_id, calls.c.channel_id == move.old_channel_id)
    for row in connection.execute(select(calls).where(where)).all():
        moved = replace(from_json(row.call), channel_id=move.new_channel_id)
        step = " ".join(
            move.new_channel_id if word == move.old_channel_id else word for word in row.waiting_for.split()
        )
        connection.execute(
            update(calls)
            .where(calls.c.id == row.id)
            .values(channel_id=move.new_channel_id, waiting_for=step, call=to_json(moved))
        )
