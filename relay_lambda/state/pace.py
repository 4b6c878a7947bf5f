"""What the processes agree upon about a workspace: the bucket of its rewrites, and for how long Slack wants nothing.

pace#<agent>#<team>    chat.update   tat_ms: `shared.pacing`, in one conditional write
block#<agent>#<team>   <method>      until_ms
"""

from relay_lambda.clock import Clock
from relay_lambda.state.remembered import Remembered
from relay_lambda.state.table import Condition, NotMet, Table
from shared.pacing import Pace, free_at
from shared.relay_table import EXPIRES_AT, RowKey, is_there

REWRITES = Pace(rate=50 / 60, burst=5)
"""Slack's tier 3 is 50 a minute for a workspace; a short burst of it may go at once."""
CACHED_S = 5.0
"""How long a process believes what it has read of a block."""
KEPT_S = 3600
_MS = 1000


class PaceTable:
    """`relay_lambda.carrying.ports.Paces`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._blocks: Remembered[tuple[str, str, str], float] = Remembered(clock, for_s=CACHED_S)

    def rewrite_in_s(self, agent_id: str, team_id: str) -> float:
        """See the port."""
        now = self._now()
        key = RowKey(f"pace#{agent_id}#{team_id}", "chat.update")
        interval_ms, now_ms = round(REWRITES.interval_s * _MS), round(now * _MS)
        room_ms = now_ms + (REWRITES.burst - 1) * interval_ms
        names, lasts = {"#expires": EXPIRES_AT}, int(now) + KEPT_S
        idle = Condition(
            text="attribute_not_exists(tat_ms) OR tat_ms <= :now",
            names=names,
            values={":now": now_ms, ":tat": now_ms + interval_ms, ":expires": lasts},
        )
        busy = self._table.update(key, "SET tat_ms = :tat, #expires = :expires", idle)
        if not isinstance(busy, NotMet):
            return 0.0
        room = Condition(
            text="tat_ms <= :room", names=names, values={":room": room_ms, ":more": interval_ms, ":expires": lasts}
        )
        full = self._table.update(key, "SET tat_ms = tat_ms + :more, #expires = :expires", room)
        if not isinstance(full, NotMet):
            return 0.0
        return max(0.001, free_at(full.row.get("tat_ms", now_ms) / _MS, REWRITES) - now)

    def blocked_s(self, agent_id: str, team_id: str, method: str) -> float:
        """See the port."""
        until = self._blocks.get((agent_id, team_id, method))
        if until is None:
            row = self._table.get(_block(agent_id, team_id, method))
            found = row["until_ms"] / _MS if row and is_there(row, self._now()) else 0.0
            until = self._blocks.put((agent_id, team_id, method), found)
        return max(0.0, until - self._now())

    def block(self, agent_id: str, team_id: str, method: str, seconds: float) -> None:
        """See the port."""
        until = self._now() + seconds
        columns = {"until_ms": round(until * _MS), EXPIRES_AT: int(until) + KEPT_S}
        self._table.put(_block(agent_id, team_id, method), columns)
        self._blocks.put((agent_id, team_id, method), until)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _block(agent_id: str, team_id: str, method: str) -> RowKey:
    return RowKey(f"block#{agent_id}#{team_id}", method)
