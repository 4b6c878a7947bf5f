"""Numbers that grow when something is changed that a running agent keeps in its memory, by whatever process."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Connection, select, update

from agent.store.setup_tables import versions
from agent.store.upsert import insert_missing


class What(StrEnum):
    """What an agent keeps in its memory."""

    CONFIGURATION = "configuration"
    WORKSPACES = "workspaces"


def changed(connection: Connection, what: What) -> None:
    """Tell all agents on this store, once the transaction is durable."""
    insert_missing(connection, versions, [{"name": what, "number": 0}])
    grown = update(versions).where(versions.c.name == what).values(number=versions.c.number + 1)
    connection.execute(grown)


def read(connection: Connection) -> Mapping[What, int]:
    """The numbers of now; 0 for what was never changed."""
    found = {row.name: row.number for row in connection.execute(select(versions))}
    return {what: found.get(what, 0) for what in What}
