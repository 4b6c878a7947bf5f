"""The settings that were entered in the console or by `ghe-slack setup`, by name in small letters; sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from agent.audit import Entry
from agent.store import versions
from agent.store.audit import note
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.store.setup_tables import configuration
from agent.store.upsert import upsert
from agent.store.versions import What
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Who saved a setting, and when."""

    by: str
    at: datetime


class SqlConfiguration:
    """What is kept, and changing it."""

    def __init__(self, store: Store, secrets: Secrets, clock: Clock) -> None:
        self._store, self._secrets, self._clock = store, secrets, clock

    async def read(self) -> Mapping[str, str]:
        """All values, in plain: never log them. Raises `UnreadableSecretError`."""
        return await self._store.read(lambda connection: read(connection, self._secrets))

    async def saved(self) -> Mapping[str, Saved]:
        """Who saved which."""
        return await self._store.read(saved)

    async def version(self) -> int:
        """A number that grows with each change."""
        return await self._store.read(lambda connection: versions.read(connection)[What.CONFIGURATION])

    async def save(self, values: Mapping[str, str | None], *, by: str, seen: int | None = None) -> bool:
        """Keep these, or forget those that are None; the names go into the audit log, the values don't.

        `by`: a GHES login, `password` or `setup`. `seen`: the version that this rests on; when somebody has changed
        something since, nothing is kept, and the answer is False.
        """
        sealed = {name: None if value is None else self._secrets.seal(value) for name, value in values.items()}
        now = self._clock.now().timestamp()
        return await self._store.write(lambda connection: save(connection, sealed, by=by, now=now, seen=seen))


def read(connection: Connection, secrets: Secrets) -> Mapping[str, str]:
    """All values. Raises `UnreadableSecretError`."""
    return {row.name: secrets.open(row.value) for row in connection.execute(select(configuration))}


def saved(connection: Connection) -> Mapping[str, Saved]:
    """Who saved which, by name."""
    rows = connection.execute(select(configuration.c.name, configuration.c.by, configuration.c.at))
    return {row.name: Saved(by=row.by, at=datetime.fromtimestamp(row.at, UTC)) for row in rows}


def save(
    connection: Connection, sealed: Mapping[str, bytes | None], *, by: str, now: float, seen: int | None = None
) -> bool:
    """Keep them all in one transaction, and have running agents look; see `SqlConfiguration.save`."""
    if seen is not None and versions.read(connection)[What.CONFIGURATION] != seen:
        return False
    kept = [{"name": name, "value": value, "by": by, "at": now} for name, value in sealed.items() if value is not None]
    gone = [name for name, value in sealed.items() if value is None]
    upsert(connection, configuration, kept)
    connection.execute(delete(configuration).where(configuration.c.name.in_(gone)))
    versions.changed(connection, What.CONFIGURATION)
    names = ", ".join(sorted(sealed)).upper()
    note(connection, now, Entry(team_id="", user_id="", login=by, action="configure", target=names))
    return True
