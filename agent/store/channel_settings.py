"""What channels have chosen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from agent.slash.channel_settings import Chosen
from agent.store.audit import entry_of, note
from agent.store.port import Store
from agent.store.subscriptions import address_id_of
from agent.store.tables import addresses, subscriptions
from agent.subscriptions.subscription import Scope
from shared.address import Address
from shared.clock import Clock


class SqlChannelSettings:
    """`agent.slash.channel_settings.ChannelSettings` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of(self, address: Address) -> Chosen:
        """See the port."""
        return await self._store.read(lambda connection: _chosen(connection, address))

    async def choose(self, address: Address, wanted: Mapping[str, bool], by: str) -> Chosen:
        """See the port."""
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: _choose(connection, address, wanted, by, now))

    async def last_repository(self, address: Address) -> str:
        """See the port."""
        return await self._store.read(lambda connection: _last(connection, address))

    async def used(self, address: Address, repository: str) -> None:
        """See the port."""
        await self._store.write(lambda connection: _set(connection, address, {"last_repository": repository}))


def _chosen(connection: Connection, address: Address) -> Chosen:
    row = _row(connection, address)
    return Chosen() if row is None else Chosen(threading=row.threading, previews=row.previews)


def _choose(connection: Connection, address: Address, wanted: Mapping[str, bool], by: str, now: float) -> Chosen:
    before = _chosen(connection, address)
    changed = {name: is_on for name, is_on in wanted.items() if is_on != getattr(before, name)}
    if not changed:
        return before
    _set(connection, address, changed)
    for name, is_on in changed.items():
        target = f"{name} {'on' if is_on else 'off'}"
        note(connection, now, entry_of(connection, address, by, action="settings", target=target))
    return replace(before, **changed)


def _row(connection: Connection, address: Address) -> Row[Any] | None:
    here = and_(addresses.c.team_id == address.team_id, addresses.c.channel_id == address.channel_id)
    return connection.execute(select(addresses).where(here)).first()


def _set(connection: Connection, address: Address, values: dict[str, Any]) -> None:
    connection.execute(update(addresses).where(addresses.c.id == address_id_of(connection, address)).values(values))


def _last(connection: Connection, address: Address) -> str:
    row = _row(connection, address)
    if row is None or row.last_repository:
        return row.last_repository if row else ""
    mine = and_(subscriptions.c.address_id == row.id, subscriptions.c.scope == Scope.REPO)
    names = connection.execute(select(subscriptions.c.target).where(mine).limit(2)).scalars().all()
    return names[0] if len(names) == 1 else ""
