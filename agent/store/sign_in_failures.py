"""Wrong passwords at the console, counted for all replicas. Each try counts until it turns out right."""

from sqlalchemy import Connection, delete, func, insert, select

from agent.store.setup_tables import sign_in_failures as table

WINDOW_S = 900.0
TRIES = 5
"""From one address within the window."""
TRIES_OF_ALL = 50
"""From all addresses together: who has many of them shall not guess on."""


def begin(connection: Connection, address: str, now: float) -> float:
    """Count a try from an address; the seconds that it has to wait instead, 0 when it may go on."""
    recent = table.c.at > now - WINDOW_S
    mine = _of(connection, recent, table.c.address == address)
    everybody = _of(connection, recent)
    waits = [
        oldest + WINDOW_S - now for (count, oldest), most in ((mine, TRIES), (everybody, TRIES_OF_ALL)) if count >= most
    ]
    if waits:
        return max(waits)
    connection.execute(insert(table).values(address=address, at=now))
    return 0.0


def forgive(connection: Connection, address: str) -> None:
    """Forget the tries of an address whose password was right."""
    connection.execute(delete(table).where(table.c.address == address))


def _of(connection: Connection, *where: object) -> tuple[int, float]:
    found = connection.execute(select(func.count(), func.min(table.c.at)).where(*where)).one()  # type: ignore[arg-type]
    return found[0], found[1] or 0.0
