"""Subscriptions: by channel for people, by repository and owner for routing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, or_, select, update

from agent.routing import Subscribed
from agent.slash.ports import ConflictError, NotUndone, UndoId, Undone
from agent.store.audit import entry_of, note
from agent.store.port import Store
from agent.store.tables import addresses, subscriptions, undos
from agent.store.upsert import insert_missing
from agent.store.withdrawing import withdraw
from agent.subscriptions.changes import Change, pack, unpack
from agent.subscriptions.subscription import (
    Scope,
    Subscription,
    Target,
    UnreadableWantsError,
    Wants,
    decode,
    encode,
)
from shared.address import Address
from shared.clock import Clock

log = structlog.get_logger()
_ROW = select(subscriptions, addresses.c.team_id, addresses.c.channel_id, addresses.c.threading).join(
    addresses, addresses.c.id == subscriptions.c.address_id
)
_OF_REPOSITORIES = _ROW.where(
    or_(
        and_(
            subscriptions.c.scope == Scope.REPO,
            subscriptions.c.target_id.in_(bindparam("repositories", expanding=True)),
        ),
        and_(subscriptions.c.scope == Scope.OWNER, subscriptions.c.target_id.in_(bindparam("owners", expanding=True))),
    )
)


class SqlSubscriptions:
    """`agent.slash.ports.Subscriptions` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of(self, address: Address) -> Sequence[Subscription]:
        """See the port."""
        return await self._store.read(lambda connection: _of(connection, address))

    async def change(self, address: Address, changes: Sequence[Change], by: str) -> UndoId:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _change(connection, address, changes, by, now))

    async def undo(self, address: Address, undo_id: UndoId, by: str) -> Undone | NotUndone:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _undo(connection, address, undo_id, by, now))

    async def brought_back(self, address: Address, undo_id: UndoId) -> Sequence[Target]:
        """See the port."""
        found = select(undos.c.changes).join(addresses, addresses.c.id == undos.c.address_id)
        mine = (addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
        query = found.where(undos.c.id == undo_id, *mine)
        packed = await self._store.read(lambda connection: connection.execute(query).scalar())
        return [change.target for change in unpack(packed or "[]") if change.after is None]


def by_repository(
    connection: Connection, repositories: Collection[tuple[int, int]]
) -> Mapping[int, Sequence[Subscribed]]:
    """What is subscribed to each of these (repository id, owner id), by repository id; found by index, not by scan."""
    if not repositories:
        return {}
    wanted = {"repositories": [each for each, _ in repositories], "owners": list({owner for _, owner in repositories})}
    found: dict[tuple[str, int], list[Subscribed]] = defaultdict(list)
    for row in connection.execute(_OF_REPOSITORIES, wanted):
        try:
            found[row.scope, row.target_id].append(
                Subscribed(address_id=row.address_id, threading=row.threading, subscription=_subscription(row))
            )
        except UnreadableWantsError:
            log.exception("a subscription can't be read and gets nothing", subscription=row.id)
    return {
        repository_id: [*found[Scope.OWNER, owner_id], *found[Scope.REPO, repository_id]]
        for repository_id, owner_id in repositories
    }


def address_id_of(connection: Connection, address: Address) -> int:
    """The row of an address, which is made when it isn't there."""
    where = and_(addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
    found = connection.execute(select(addresses.c.id).where(where)).scalar()
    if found is None:
        row = {"team_id": address.team_id, "channel_id": address.channel_id}
        insert_missing(connection, addresses, [row])
        found = connection.execute(select(addresses.c.id).where(where)).scalar_one()
    return int(found)


def _of(connection: Connection, address: Address) -> list[Subscription]:
    rows = connection.execute(
        _ROW.where(addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id).order_by(
            subscriptions.c.target
        )
    )
    return [_subscription(row) for row in rows]


def _change(connection: Connection, address: Address, changes: Sequence[Change], by: str, now: float) -> UndoId:
    address_id = address_id_of(connection, address)
    for change in changes:
        if not put(connection, address_id, change.target, change.before, change.after, by, now):
            raise ConflictError
    undo_id = UndoId(str(uuid4()))
    connection.execute(insert(undos).values(id=undo_id, address_id=address_id, changes=pack(changes), created_at=now))
    _note(connection, address, [(action_of(change), change) for change in changes], by, now)
    _withdraw(connection, address, [change.target for change in changes if change.after is None], by, now)
    return undo_id


def _undo(connection: Connection, address: Address, undo_id: UndoId, by: str, now: float) -> Undone | NotUndone:
    address_id = address_id_of(connection, address)
    row = connection.execute(select(undos).where(undos.c.id == undo_id, undos.c.address_id == address_id)).first()
    if row is None:
        return NotUndone.UNKNOWN
    if row.undone_at is not None:
        return NotUndone.ALREADY
    changes = tuple(unpack(row.changes))
    if not all(_stands(connection, address_id, change.target, change.after) for change in changes):
        return NotUndone.CHANGED
    for change in reversed(changes):
        put(connection, address_id, change.target, change.after, change.before, by, now)
    connection.execute(update(undos).where(undos.c.id == undo_id).values(undone_at=now))
    _note(connection, address, [("undo", change) for change in changes], by, now)
    _withdraw(connection, address, [change.target for change in changes if change.before is None], by, now)
    return Undone(changes)


def action_of(change: Change) -> str:
    """The audit log's word for a change."""
    if change.after is None:
        return "unsubscribe"
    return "subscribe" if change.before is None else "change"


def _note(connection: Connection, address: Address, changes: Sequence[tuple[str, Change]], by: str, now: float) -> None:
    """Write down who changed what; each with its word for the audit log."""
    entries = [
        entry_of(connection, address, by, action=action, target=change.target.name) for action, change in changes
    ]
    note(connection, now, *entries)


def _withdraw(connection: Connection, address: Address, ended: Sequence[Target], by: str, now: float) -> None:
    for target in ended:
        who = entry_of(connection, address, by, action="unsubscribe", target=target.name)
        withdraw(connection, address_id_of(connection, address), target, who, now)


def put(
    connection: Connection,
    address_id: int,
    target: Target,
    before: Wants | None,
    after: Wants | None,
    by: str,
    now: float,
) -> bool:
    """Store one subscription's change; False, and nothing is stored, where what is there isn't `before`."""
    if not _stands(connection, address_id, target, before):
        return False
    if after is None:
        connection.execute(delete(subscriptions).where(_is(address_id, target)))
    elif before is None:
        row = {"address_id": address_id, "scope": target.scope, "target_id": target.id, "target": target.name}
        connection.execute(insert(subscriptions).values(**row, wants=encode(after), created_by=by, created_at=now))
    else:
        new = {"wants": encode(after), "target": target.name}
        connection.execute(update(subscriptions).where(_is(address_id, target)).values(new))
    return True


def _stands(connection: Connection, address_id: int, target: Target, wants: Wants | None) -> bool:
    stored = connection.execute(select(subscriptions.c.wants).where(_is(address_id, target))).scalar()
    return stored == (None if wants is None else encode(wants))


def _is(address_id: int, target: Target) -> Any:
    return and_(
        subscriptions.c.address_id == address_id,
        subscriptions.c.scope == target.scope,
        subscriptions.c.target_id == target.id,
    )


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        address=Address(team_id=row.team_id, channel_id=row.channel_id),
        target=Target(scope=Scope(row.scope), id=row.target_id, name=row.target),
        wants=decode(row.wants),
        created_by=row.created_by,
        created_at=datetime.fromtimestamp(row.created_at, UTC),
        paused=row.paused_at is not None,
    )
