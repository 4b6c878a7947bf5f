"""The agents' public keys. Agents and their first keys are the operator's to enter; the functions add later ones."""

from dataclasses import replace

from relay_lambda.clock import Clock
from relay_lambda.state.remembered import Remembered
from relay_lambda.state.table import Change, Condition, NotMet, Table
from shared.relay_table import PK, AgentKey, agent_row, key_of, key_row, key_rows

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

    def find_anew(self, agent_id: str, key_id: str) -> AgentKey | None:
        """The same, as it is at this moment."""
        self._known.drop((agent_id, key_id))
        return self._read(agent_id, key_id)

    def follow(self, key: AgentKey, present: AgentKey, retired_at: int) -> bool:
        """Enter the successor of a key, which is retired by that: both or neither.

        False when the present key has been retired or revoked meanwhile, when another key has that id, or when that
        public key has another id. The latter is seen by its row beside the key's, which `key_rows` writes; of a key
        whose row was written without it, only the operator's verbs see it.
        """
        unfollowed = "attribute_exists(#pk) AND attribute_not_exists(#at) AND attribute_not_exists(#revoked)"
        change = Change(
            key=key_row(present.agent_id, present.key_id),
            text="SET #at = :at, #successor = :successor",
            condition=Condition(
                text=unfollowed,
                names={"#pk": PK, "#at": "retired_at", "#revoked": "revoked_at", "#successor": "successor"},
                values={":at": retired_at, ":successor": key.key_id},
            ),
        )
        is_entered = key.public != present.public and self._table.together(key_rows(key), change)
        self._known.drop((present.agent_id, present.key_id))
        return is_entered

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
