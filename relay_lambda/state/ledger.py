"""The ledger in the table: an entry for each notification, written on the condition that nobody else has.

    ledger#<agent>#<name>   n    a partition of its own, since a busy agent's would be too much for one

Kept for longer than a message can come (`relay_lambda.age`), be it put back from the dead letters after two weeks.
"""

from collections.abc import Mapping
from typing import Any

from relay_lambda.carrying.ports import Contested, Unreadable
from relay_lambda.clock import Clock
from relay_lambda.state.table import Condition, Table
from shared.ledger import Entry, State
from shared.relay_table import EXPIRES_AT, PK, RowKey, Value, is_there

KEPT_S = 30 * 86_400
_MS = 1000
_UNCHANGED = "attribute_not_exists(#pk) OR #expires < :now OR version = :version"


class LedgerTable:
    """`relay_lambda.carrying.ports.Ledger`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def get(self, agent_id: str, name: str) -> Entry | None:
        """See the port."""
        try:
            row = self._table.get(_key(agent_id, name))
            return _entry(row) if row and is_there(row, self._clock.now().timestamp()) else None
        except (ValueError, KeyError, TypeError) as failure:  # as of a newer version, before it was rolled back
            raise Unreadable(type(failure).__name__) from failure

    def put(self, agent_id: str, name: str, entry: Entry) -> Entry:
        """See the port."""
        now = int(self._clock.now().timestamp())
        unchanged = Condition(
            text=_UNCHANGED,
            names={"#pk": PK, "#expires": EXPIRES_AT},
            values={":now": now, ":version": entry.version},
        )
        columns = _columns(entry) | {"version": entry.version + 1, EXPIRES_AT: now + KEPT_S}
        if self._table.put(_key(agent_id, name), columns, unchanged) is not None:
            raise Contested
        return _entry(columns)


def _key(agent_id: str, name: str) -> RowKey:
    return RowKey(f"ledger#{agent_id}#{name}", "n")


def _columns(entry: Entry) -> dict[str, Value]:
    """What differs from the usual: an entry stays well below the kilobyte that one write pays for."""
    usual = {
        "head": entry.head,
        "members": entry.members or None,
        "posted_at_ms": _ms(entry.posted_at) or None,
        "thread_ts": entry.thread_ts,
        "ts": entry.ts,
        "reconciled": entry.reconciled or None,
        "reason": entry.reason,
        "unknown": entry.unknown or None,
        "looks": entry.looks or None,
        "look_at_ms": _ms(entry.look_at) or None,
        "doubtful": entry.doubtful or None,
        "alone": entry.alone or None,
        "failures": entry.failures or None,
        "waits": entry.waits or None,
    }
    return {"state": entry.state.value, "at_ms": _ms(entry.at), "signed_at": entry.signed_at, **usual}


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        state=State(row["state"]),
        at=row["at_ms"] / _MS,
        signed_at=row["signed_at"],
        version=row["version"],
        head=row.get("head"),
        members=tuple(row.get("members") or ()),
        posted_at=(row.get("posted_at_ms") or 0) / _MS,
        thread_ts=row.get("thread_ts"),
        ts=row.get("ts"),
        reconciled=bool(row.get("reconciled")),
        reason=row.get("reason"),
        unknown=bool(row.get("unknown")),
        looks=row.get("looks") or 0,
        look_at=(row.get("look_at_ms") or 0) / _MS,
        doubtful=bool(row.get("doubtful")),
        alone=bool(row.get("alone")),
        failures=row.get("failures") or 0,
        waits=row.get("waits") or 0,
    )


def _ms(seconds: float) -> int:
    return round(seconds * _MS)
