"""Receipts: what came of each notification, for the agent to fetch."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay_lambda.clock import Clock
from relay_lambda.state.table import Table
from shared.receipt import Receipt, receipt_to_json
from shared.relay_table import EXPIRES_AT, SK, RowKey, Value, is_there, receipt_sk, receipts_of

HELD_BACK_MS = 5000
"""So old a receipt has to be: parallel `deliver`s write out of order, and a cursor must not pass one by."""
WRITTEN_S = 2.0
"""So soon it has to be there: the rest of what is held back is for clocks that differ."""
_ATTEMPTS = 3
KEPT_S = 30 * 86400
_LAST = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Receipts as JSON values, oldest first; `cursor` is where the next ones begin."""

    receipts: Sequence[dict[str, Any]]
    cursor: str
    more: bool


class Receipts:
    """Those of every agent, each in a partition of its own."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def put(self, agent_id: str, receipt: Receipt) -> None:
        """Report an outcome. Twice is harmless: settling is idempotent.

        What took long to be written, with botocore's retries or without, may stand behind a cursor: it is written anew,
        a few times. What is missed all the same the agent asks for by dispatching it again.
        """
        for _ in range(_ATTEMPTS):
            began = self._clock.monotonic()
            self._put(agent_id, receipt)
            if self._clock.monotonic() - began <= WRITTEN_S:
                return

    def _put(self, agent_id: str, receipt: Receipt) -> None:
        now = self._clock.now().timestamp()
        row = RowKey(receipts_of(agent_id), receipt_sk(int(now * 1000), secrets.token_hex(8)))
        columns: dict[str, Value] = {"receipt": json.dumps(receipt_to_json(receipt)), EXPIRES_AT: int(now) + KEPT_S}
        self._table.put(row, columns)

    def since(self, agent_id: str, after: str, limit: int) -> Fetched:
        """Those behind the cursor `after` (empty: from the first on) that are old enough, `limit` at most."""
        now = self._clock.now().timestamp()
        low, high = f"{after} ", receipt_sk(int(now * 1000) - HELD_BACK_MS, _LAST)
        if low > high:
            return Fetched(receipts=(), cursor=after, more=False)
        page = self._table.page(receipts_of(agent_id), low=low, high=high, limit=limit)
        found = [json.loads(row["receipt"]) for row in page.rows if is_there(row, now)]
        return Fetched(receipts=found, cursor=page.rows[-1][SK] if page.rows else after, more=page.more)
