"""What no key opens any more: finding it, and letting go of it so that everything else goes on.

settings        ──▶ deleted: to be entered again
installations   ──▶ as after an uninstallation: its workspaces are parked, and wait 30 days for the app
people          ──▶ unlinked: what they alone vouched for pauses until somebody takes it over
begun sign-ins  ──▶ deleted: to be begun again
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select

from agent.audit import Entry
from agent.store import versions
from agent.store.audit import note
from agent.store.homes import changed
from agent.store.installations import leave
from agent.store.people_tables import device_links, links, people
from agent.store.sealed import SEALED
from agent.store.secrets import Secrets, UnreadableSecretError
from agent.store.setup_tables import configuration, installations
from agent.store.sponsors import end_sponsorships

KEY_LOST = "key_lost"
"""Why workspaces are parked whose token can't be read."""
ACTION = "discard unreadable"
_BEGUN = (links, device_links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """What can't be read, in the words of an administrator."""

    settings: tuple[str, ...] = ()
    """Names in capitals."""
    installations: tuple[str, ...] = ()
    """Name and id of each workspace or organisation."""
    people: tuple[str, ...] = ()
    """Logins with the workspace, e.g. `ada in T012AB3CD`."""
    begun: int = 0
    """Sign-ins that somebody is in the middle of."""

    def __bool__(self) -> bool:
        return bool(self.settings or self.installations or self.people or self.begun)


def lost(connection: Connection, secrets: Secrets) -> Lost:
    """What none of the keys opens; nothing is changed."""
    found = {table: _unreadable(connection, secrets, table) for table in SEALED}
    return Lost(
        settings=tuple(row.name.upper() for row in found[configuration]),
        installations=tuple(f"{row.name} ({row.id})" for row in found[installations]),
        people=tuple(f"{row.login} in {row.team_id}" for row in found[people]),
        begun=sum(len(found[table]) for table in _BEGUN),
    )


def discard(connection: Connection, secrets: Secrets, seen: Lost, *, by: str, now: float) -> bool:
    """Let go of it, and write it down; False, and nothing is done, where it isn't what was seen any more."""
    if lost(connection, secrets) != seen:
        return False
    found = {table: _unreadable(connection, secrets, table) for table in SEALED}
    for row in found[installations]:
        leave(
            connection,
            row.id,
            token=row.token,
            reason=KEY_LOST,
            entry=Entry(team_id=row.id, user_id="", login=by, action=ACTION, target=row.name, outcome="its token"),
            now=now,
        )
    for row in found[people]:
        _unlinked(connection, row, by, now)
    for table in (configuration, *_BEGUN):
        for row in found[table]:
            connection.execute(delete(table).where(*_same(table, row)))
    if names := ", ".join(seen.settings):
        versions.changed(connection, versions.What.CONFIGURATION)
        note(connection, now, Entry(team_id="", user_id="", login=by, action=ACTION, target=names))
    return True


def _unlinked(connection: Connection, row: Row[Any], by: str, now: float) -> None:
    connection.execute(delete(people).where(*_same(people, row)))
    who = f"{row.team_id}/{row.user_id}"
    entry = Entry(
        team_id=row.team_id, user_id="", login=by, action=ACTION, target=who, outcome=f"the link of {row.login}"
    )
    note(connection, now, entry)
    end_sponsorships(connection, row.team_id, row.user_id, now)
    changed(connection, row.team_id, row.user_id, now)


def _unreadable(connection: Connection, secrets: Secrets, table: Table) -> Sequence[Row[Any]]:
    rows = connection.execute(select(table).order_by(*table.primary_key)).all()
    return [row for row in rows if not _is_readable(secrets, [getattr(row, name) for name in SEALED[table]])]


def _is_readable(secrets: Secrets, values: Sequence[bytes | None]) -> bool:
    try:
        for value in values:
            if value is not None:
                secrets.open(value)
    except UnreadableSecretError:
        return False
    return True


def _same(table: Table, row: Row[Any]) -> list[Any]:
    return [key == getattr(row, key.name) for key in table.primary_key]
