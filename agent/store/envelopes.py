"""What Slack handed over, and calls that go on; kept until they are answered."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from agent.slack.socket_mode.envelope import Envelope
from agent.store.port import Store
from agent.store.tables import envelopes
from agent.store.upsert import insert

LEASE_S = 60.0
CALL = "call"
"""The kind of what is no envelope of Slack's: a call that goes on; its payload is the call's fields."""

REVOCATION = "revocation"
"""The kind of what GHES tells of a person who has revoked the App's authorization; its payload is the `ghes_id`."""

_KNOWN = select(envelopes.c.key).where(envelopes.c.key.in_(bindparam("keys", expanding=True)))
_ANSWERED = (
    update(envelopes)
    .where(envelopes.c.key.in_(bindparam("keys", expanding=True)))
    .values(answered_at=bindparam("at"), payload="{}")
)


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


def claim_envelopes(
    connection: Connection, owner: str, now: float, limit: int, in_hand: Collection[str] = ()
) -> list[Kept]:
    """Lease up to `limit` that nobody is answering, oldest first; the leases of what the owner has in hand go on."""
    if in_hand:
        ending = (envelopes.c.key.in_(in_hand), envelopes.c.lease_until < now + LEASE_S / 2)
        connection.execute(update(envelopes).where(*ending).values(lease_owner=owner, lease_until=now + LEASE_S))
    rows = connection.execute(
        select(envelopes)
        .where(envelopes.c.answered_at.is_(None), envelopes.c.lease_until < now, envelopes.c.key.not_in(in_hand))
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


def put_off(connection: Connection, key: str, until: float) -> None:
    """Let nobody take this one before `until`."""
    connection.execute(update(envelopes).where(envelopes.c.key == key).values(lease_until=until))


def answered(connection: Connection, now: float, keys: Sequence[str]) -> list[None]:
    """These are done; their payloads are dropped, their keys stay so that a repetition is recognised."""
    connection.execute(_ANSWERED, {"keys": list(keys), "at": now})
    return [None for _ in keys]


def release_envelopes(connection: Connection) -> None:
    """Give up all leases: for a store that only this process uses, when it starts."""
    connection.execute(update(envelopes).where(envelopes.c.answered_at.is_(None)).values(lease_until=0.0))


def enqueue_calls(connection: Connection, calls: Mapping[str, str], now: float) -> None:
    """Have these calls (JSON, by a key of their own) answered like commands that came just now."""
    _enqueue(connection, CALL, calls, now)


def enqueue_revocation(connection: Connection, delivery_id: str, payload: str, now: float) -> None:
    """Have the worker look after a person who has revoked the App's authorization; once for a delivery."""
    _enqueue(connection, REVOCATION, {delivery_id: payload}, now)


def _enqueue(connection: Connection, kind: str, payloads: Mapping[str, str], now: float) -> None:
    rows = [
        {"key": f"{kind}:{key}", "kind": kind, "payload": each, "received_at": now} for key, each in payloads.items()
    ]
    if rows:
        connection.execute(insert(connection, envelopes).on_conflict_do_nothing(), rows)


def _remember(connection: Connection, items: Sequence[Envelope]) -> list[bool]:
    keys = {item.key for item in items}
    known = set(connection.execute(_KNOWN, {"keys": list(keys)}).scalars())
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
