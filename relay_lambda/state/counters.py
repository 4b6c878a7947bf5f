"""Counters of an agent."""

from relay_lambda.state.table import Condition, NotMet, Table
from shared.relay_table import counter_row


class Counters:
    """What is counted for each agent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def skipped(self, agent_id: str, sequence: int) -> int:
        """Note a dispatch's number; how many numbers are missing before it.

        Dispatches under way at the same time arrive in any order, so a gap is worth a look and nothing more.
        """
        noted = Condition(text="", names={"#last": "last"}, values={":number": sequence})
        answer = self._table.update(counter_row(agent_id, "sequence"), "SET #last = :number", noted, returns="ALL_OLD")
        if isinstance(answer, NotMet) or "last" not in answer:
            return 0
        return max(0, sequence - int(answer["last"]) - 1)
