"""The relay's table: how its rows are named, and the rows that the relay and its operator both write.

    agents               <agent>                an agent: created_at, revoked_at; the operator's alone to write
    key#<agent>          key#<key id>           one of its public keys
                         public#<sha256>        the id that a public key stands under: none has two
    workspace#<agent>    team#<T…>              a workspace, with its token or the organisation that it belongs to
                         enterprise#<E…>        an organisation, with its token and its workspaces
    replay#<agent>       <webhook id>           what a request's id was used for
    counter#<agent>      …                      counters
    receipts#<agent>     <ms>#<random>          what came of a notification; in order of time

Every row of `deliver`'s own (ledger, threads, paces) has another prefix, so that a role can be kept to its prefixes by
`dynamodb:LeadingKeys`. `expires_at` (seconds since 1970) is the table's TTL, which is late by days: whoever reads asks
`is_there` as well. Instants are whole seconds.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PK, SK, EXPIRES_AT = "pk", "sk", "expires_at"
AGENTS = "agents"
"""The partition of the agents themselves."""
KEY_PREFIX = "key#"
"""What a key's `sk` begins with."""
_PUBLIC_BYTES = 32

Value = str | int | bytes | bool | Sequence[str] | None
"""What a column holds; None is a column that isn't there."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowKey:
    """A row's name."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKey:
    """An agent's public key, with all that decides what it proves."""

    agent_id: str
    key_id: str
    public: bytes
    """Ed25519, the 32 raw bytes."""
    not_before: int
    not_after: int | None = None
    retired_at: int | None = None
    """Another key has taken its place from then on: it goes on proving what it signed before."""
    revoked_at: int | None = None
    """It proves nothing any more, whenever it signed: who stole a key can backdate."""
    put_by: str | None = None
    """The key that signed it in; None when the operator entered it."""
    successor: str | None = None
    """The key that it has signed in; there is one at most."""

    @property
    def ends_at(self) -> int | None:
        """The last second in which it signs; None when no end is set."""
        return min((end for end in (self.not_after, self.retired_at) if end is not None), default=None)

    def proves(self, signed_at: int) -> bool:
        """Whether its signature proves something that was signed at that second."""
        in_time = self.not_before <= signed_at and (self.ends_at is None or signed_at <= self.ends_at)
        return in_time and self.revoked_at is None


def agent_row(agent_id: str) -> RowKey:
    """The agent's own row."""
    return RowKey(AGENTS, agent_id)


def keys_of(agent_id: str) -> str:
    """The partition of an agent's keys."""
    return f"key#{agent_id}"


def key_row(agent_id: str, key_id: str) -> RowKey:
    """One of an agent's public keys."""
    return RowKey(keys_of(agent_id), KEY_PREFIX + key_id)


def public_row(agent_id: str, public: bytes) -> RowKey:
    """The row of a public key, by whatever id it is known."""
    return RowKey(keys_of(agent_id), f"public#{hashlib.sha256(public).hexdigest()}")


def key_rows(key: AgentKey) -> Mapping[RowKey, Mapping[str, Value]]:
    """All that is written of a new key, together or not at all, each row in a place where none is."""
    return {
        key_row(key.agent_id, key.key_id): key_columns(key),
        public_row(key.agent_id, key.public): {"key_id": key.key_id},
    }


def team_row(agent_id: str, team_id: str) -> RowKey:
    """A workspace of an agent."""
    return RowKey(f"workspace#{agent_id}", f"team#{team_id}")


def enterprise_row(agent_id: str, enterprise_id: str) -> RowKey:
    """An organisation of an agent."""
    return RowKey(f"workspace#{agent_id}", f"enterprise#{enterprise_id}")


def replay_row(agent_id: str, webhook_id: str) -> RowKey:
    """What an agent has used a request's id for."""
    return RowKey(f"replay#{agent_id}", webhook_id)


def counter_row(agent_id: str, name: str) -> RowKey:
    """One of an agent's counters."""
    return RowKey(f"counter#{agent_id}", name)


def receipts_of(agent_id: str) -> str:
    """The partition of an agent's receipts."""
    return f"receipts#{agent_id}"


def receipt_sk(at_ms: int, nonce: str = "") -> str:
    """Where a receipt of that millisecond stands; `nonce` tells those of one millisecond apart."""
    return f"{at_ms:013d}#{nonce}"


def agent_columns(created_at: int, revoked_at: int | None = None) -> Mapping[str, Value]:
    """The columns of an agent's row."""
    return {"created_at": created_at, "revoked_at": revoked_at}


def key_columns(key: AgentKey) -> Mapping[str, Value]:
    """The columns of a key's row."""
    return {
        "public": base64.b64encode(key.public).decode(),
        "not_before": key.not_before,
        "not_after": key.not_after,
        "retired_at": key.retired_at,
        "revoked_at": key.revoked_at,
        "put_by": key.put_by,
        "successor": key.successor,
    }


def key_of(agent_id: str, key_id: str, row: Row) -> AgentKey | None:
    """The key of a row; None when it holds no such key."""
    try:
        public = base64.b64decode(row["public"], validate=True)
        not_before = int(row["not_before"])
    except (KeyError, TypeError, ValueError):
        return None
    if len(public) != _PUBLIC_BYTES:
        return None
    return AgentKey(
        agent_id=agent_id,
        key_id=key_id,
        public=public,
        not_before=not_before,
        not_after=row.get("not_after"),
        retired_at=row.get("retired_at"),
        revoked_at=row.get("revoked_at"),
        put_by=row.get("put_by"),
        successor=row.get("successor"),
    )


def is_there(row: Row, now: float) -> bool:
    """Whether a row counts still: TTL takes what has expired only later."""
    expires_at = row.get(EXPIRES_AT)
    return expires_at is None or int(expires_at) >= now


def item_of(columns: Mapping[str, Value]) -> dict[str, Any]:
    """Columns as DynamoDB's attribute values; None is left out."""
    return {name: value_of(value) for name, value in columns.items() if value is not None}


def value_of(value: Value) -> dict[str, Any]:
    """One attribute value."""
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case _:
            return {"L": [{"S": each} for each in value]}


def columns_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `item_of`."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return int(content)
        case "L":
            return tuple(_plain(each) for each in content)
        case "NULL":
            return None
        case _:
            return content
