"""Which replicas of this agent run, and how many sockets each holds."""

from sqlalchemy import Connection, delete, func, select

from agent.store.tables import replicas
from agent.store.upsert import upsert


def beat(connection: Connection, owner: str, sockets: int, now: float, missed_after_s: float) -> int:
    """Note that `owner` runs, forget who was not seen for `missed_after_s`, and return the sockets of all others."""
    upsert(connection, replicas, [{"owner": owner, "sockets": sockets, "seen_at": now}])
    connection.execute(delete(replicas).where(replicas.c.seen_at < now - missed_after_s))
    others = select(func.coalesce(func.sum(replicas.c.sockets), 0)).where(replicas.c.owner != owner)
    return int(connection.execute(others).scalar_one())


def leave(connection: Connection, owner: str) -> None:
    """Forget `owner`, which stops."""
    connection.execute(delete(replicas).where(replicas.c.owner == owner))


def are_there(connection: Connection, since: float) -> bool:
    """Whether any was seen since then."""
    return connection.execute(select(replicas.c.owner).where(replicas.c.seen_at >= since)).first() is not None
