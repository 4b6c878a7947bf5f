"""Threads that this relay began, for thirty days; the agent's own map is the truth for good.

thread#<agent>#<team>#<channel>   <subject's key>   ts, and the same as a number, so that the newer one stays
"""

from decimal import Decimal, InvalidOperation

from relay_lambda.carrying.ports import Thread
from relay_lambda.clock import Clock
from relay_lambda.state.table import Condition, Table
from shared.relay_table import EXPIRES_AT, PK, RowKey, Value, is_there

KEPT_S = 30 * 86_400
_MICROSECONDS = 1_000_000


class ThreadTable:
    """`relay_lambda.carrying.ports.Threads`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def find(self, thread: Thread) -> str | None:
        """See the port."""
        row = self._table.get(_key(thread))
        found = row.get("ts") if row and is_there(row, self._clock.now().timestamp()) else None
        return found if isinstance(found, str) else None

    def put(self, thread: Thread, ts: str) -> None:
        """See the port."""
        older = Condition(
            text="attribute_not_exists(#pk) OR ts_us < :us", names={"#pk": PK}, values={":us": _microseconds(ts)}
        )
        columns: dict[str, Value] = {"ts": ts, "ts_us": _microseconds(ts), EXPIRES_AT: self._now() + KEPT_S}
        self._table.put(_key(thread), columns, older)

    def forget(self, thread: Thread, ts: str) -> None:
        """See the port. The row stays as a mark, since it is nobody's to delete here."""
        same = Condition(
            text="ts = :ts", names={"#expires": EXPIRES_AT}, values={":ts": ts, ":us": 0, ":gone": self._now() - 1}
        )
        self._table.update(_key(thread), "SET #expires = :gone, ts_us = :us", same)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _key(thread: Thread) -> RowKey:
    address = thread.address
    return RowKey(f"thread#{thread.agent_id}#{address.team_id}#{address.channel_id}", thread.key)


def _microseconds(ts: str) -> int:
    try:
        return int(Decimal(ts) * _MICROSECONDS)
    except (InvalidOperation, OverflowError, ValueError):
        return 0
