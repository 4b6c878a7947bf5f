"""What Slack handed over, kept until it is answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from agent.slack.socket_mode.envelope import Envelope
from agent.store.port import Store
from agent.store.tables import envelopes
from agent.store.upsert import insert

LEASE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An envelope to be answered."""

    key: str
    type: str
    payload: dict[str, Any]
    received_at: float


class SqlEnvelopes:
    """`agent.slack.inbox.EnvelopeStore` on the store; those that arrive together share a commit."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def remember(self, envelope: Envelope) -> bool:
        """See the port."""
        return await self._store.write_many(_remember, envelope)


def claim_envelopes(connection: Connection, owner: str, now: float, limit: int) -> list[Kept]:
    """Lease up to `limit` that nobody is answering, oldest first."""
    rows = connection.execute(
        select(envelopes)
        .where(envelopes.c.answered_at.is_(None), envelopes.c.lease_until < now)
        .order_by(envelopes.c.seq)
        .limit(limit)
    ).all()
    if rows:
        connection.execute(
            update(envelopes)
            .where(envelopes.c.seq.in_([row.seq for row in rows]))
            .values(lease_owner=owner, lease_until=now + LEASE_S)
        )
    return [
        Kept(key=row.key, type=row.kind, payload=json.loads(row.payload), received_at=row.received_at) for row in rows
    ]


def answered(connection: Connection, now: float, keys: Sequence[str]) -> list[None]:
    """These are done; their payloads are dropped, their keys stay so that a repetition is recognised."""
    connection.execute(update(envelopes).where(envelopes.c.key.in_(keys)).values(answered_at=now, payload="{}"))
    return [None for _ in keys]


def release_envelopes(connection: Connection) -> None:
    """Give up all leases: for a store that only this process uses, when it starts."""
    connection.execute(update(envelopes).where(envelopes.c.answered_at.is_(None)).values(lease_until=0.0))


def _remember(connection: Connection, items: Sequence[Envelope]) -> list[bool]:
    keys = {item.key for item in items}
    known = set(connection.execute(select(envelopes.c.key).where(envelopes.c.key.in_(keys))).scalars())
    rows, new = [], []
    for item in items:
        new.append(item.key not in known)
        if item.key not in known:
            known.add(item.key)
            rows.append(
                {
                    "key": item.key,
                    "kind": item.type,
                    "payload": json.dumps(dict(item.payload)),
                    "received_at": item.received_at.timestamp(),
                }
            )
    if rows:
        connection.execute(insert(connection, envelopes), rows)
    return new
