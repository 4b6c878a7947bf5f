"""The audit log."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from agent.audit import Entry, Noted
from agent.store.people_tables import audit, people
from agent.store.port import Store
from shared.address import Address
from shared.clock import Clock


class SqlAudit:
    """`agent.audit.Audit` on the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def note(self, *entries: Entry) -> None:
        """See the port."""
        now = self._clock.now().timestamp()
        await self._store.write(lambda connection: note(connection, now, *entries))

    async def since(self, at: datetime | None) -> Sequence[Noted]:
        """See the port."""
        return await self._store.read(lambda connection: since(connection, at))


def note(connection: Connection, now: float, *entries: Entry) -> None:
    """Write entries down in somebody's transaction."""
    if entries:
        connection.execute(insert(audit), [{"at": now, **asdict(entry)} for entry in entries])


def entry_of(
    connection: Connection, address: Address, user_id: str, *, action: str, target: str, outcome: str = "done"
) -> Entry:
    """What a Slack user does in a channel, with their login."""
    mine = (people.c.team_id == address.team_id, people.c.user_id == user_id)
    login = connection.execute(select(people.c.login).where(*mine)).scalar()
    return Entry(
        team_id=address.team_id,
        user_id=user_id,
        channel_id=address.channel_id,
        login=login or "",
        action=action,
        target=target,
        outcome=outcome,
    )


def since(connection: Connection, at: datetime | None) -> list[Noted]:
    """The entries from an instant on, or all, oldest first."""
    found = select(audit).order_by(audit.c.seq)
    rows = connection.execute(found if at is None else found.where(audit.c.at >= at.timestamp())).mappings()
    return [
        Noted(
            at=datetime.fromtimestamp(row["at"], UTC),
            entry=Entry(**{name: row[name] for name in Entry.__dataclass_fields__}),
        )
        for row in rows
    ]
