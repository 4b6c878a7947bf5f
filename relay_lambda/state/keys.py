"""The agents' public keys. Agents and their first keys are the operator's to enter; the functions add later ones."""

from dataclasses import replace

from relay_lambda.clock import Clock
from relay_lambda.state.remembered import Remembered
from relay_lambda.state.table import Condition, NotMet, Table
from shared.relay_table import PK, AgentKey, agent_row, key_columns, key_of, key_row

CACHED_S = 60.0
"""How long a key is taken for what it was: so soon a revocation shows."""


class Keys:
    """Reads keys, and remembers those that it found; what isn't there is asked for each time."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._known: Remembered[tuple[str, str], AgentKey] = Remembered(clock, for_s=CACHED_S)

    def find(self, agent_id: str, key_id: str) -> AgentKey | None:
        """The key, valid or not; that of a revoked agent is revoked. None when there is none. Raises `Unavailable`."""
        return self._known.get((agent_id, key_id)) or self._read(agent_id, key_id)

    def put(self, key: AgentKey) -> bool:
        """Enter a key; False when another one has that name already. The same key twice is entered once."""
        key_is_new = Condition(text="attribute_not_exists(#pk)", names={"#pk": PK})
        refused = self._table.put(key_row(key.agent_id, key.key_id), key_columns(key), key_is_new)
        if refused is None:
            return True
        there = key_of(key.agent_id, key.key_id, refused.row)
        return there is not None and there.public == key.public and there.revoked_at is None

    def retire(self, agent_id: str, key_id: str, at: int) -> bool:
        """From `at` on it signs nothing new, unless that was so before already; False when there is no such key."""
        is_there = "attribute_exists(#pk)"
        earlier = Condition(
            text=f"{is_there} AND (attribute_not_exists(#at) OR #at > :at)",
            names={"#pk": PK, "#at": "retired_at"},
            values={":at": at},
        )
        answer = self._table.update(key_row(agent_id, key_id), "SET #at = :at", earlier)
        self._known.drop((agent_id, key_id))
        return bool(answer.row) if isinstance(answer, NotMet) else True

    def _read(self, agent_id: str, key_id: str) -> AgentKey | None:
        row = self._table.get(key_row(agent_id, key_id))
        key = key_of(agent_id, key_id, row) if row else None
        agent = self._table.get(agent_row(agent_id)) if key else None
        if key is None or agent is None:
            return None
        if agent.get("revoked_at") is not None:
            key = replace(key, revoked_at=int(agent["revoked_at"]))
        return self._known.put((agent_id, key_id), key)
