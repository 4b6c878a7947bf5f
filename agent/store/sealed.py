"""Every column that holds something encrypted, and encrypting it all anew with the newest key."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, LargeBinary, Table, select, update

from agent.store.people_tables import device_links, links, people
from agent.store.secrets import Secrets
from agent.store.setup_tables import configuration, installations

SEALED: Mapping[Table, Sequence[str]] = {
    configuration: ("value",),
    installations: ("token", "refresh"),
    people: ("access", "refresh"),
    links: ("access", "refresh"),
    device_links: ("device_code",),
}
"""By table; a test compares it with what the tables themselves say."""


def rotate(connection: Connection, secrets: Secrets) -> int:
    """Encrypt everything anew, all or nothing; how many values there were.

    Raises `UnreadableSecretError` when one of them can't be read with the keys that are given.
    """
    return sum(_rotate(connection, secrets, table, names) for table, names in SEALED.items())


def encrypted_columns(table: Table) -> list[str]:
    """Those whose comment says so."""
    return [each.name for each in table.columns if _is_sealed(each)]


def _is_sealed(column: Column[object]) -> bool:
    return isinstance(column.type, LargeBinary) and (column.comment or "").startswith("encrypted")


def _rotate(connection: Connection, secrets: Secrets, table: Table, names: Sequence[str]) -> int:
    keys, count = list(table.primary_key), 0
    for row in connection.execute(select(*keys, *(table.c[name] for name in names))).mappings().all():
        anew = {name: secrets.rotated(row[name]) for name in names if row[name] is not None}
        if anew:
            mine = [key == row[key.name] for key in keys]
            connection.execute(update(table).where(*mine).values(anew))
        count += len(anew)
    return count
