"""The replay memory: what a request's id was used for.

    front 1   begin(id, sha256)  -> OPEN         the row is `open`
    front 1   …enqueues…            killed
    front 2   begin(id, sha256)  -> OPEN         it is open still: all of it is enqueued again
    front 2   done(id)                           the row is `done`, and only now it was taken
    front 3   begin(id, sha256)  -> DONE         a duplicate
    front 3   begin(id, other)   -> OTHER        somebody reuses an id

A row counts for 15 minutes after its last change, which is longer than a request's timestamp can be valid (10).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from relay_lambda.answer import Answer
from relay_lambda.clock import Clock
from relay_lambda.state.table import Condition, Table
from shared.relay_table import EXPIRES_AT, PK, Value, replay_row

REMEMBERED_S = 900
OPEN, DONE = "open", "done"
_FIRST_REFUSAL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A request that is proved: whose it is, its id, and the SHA-256 of its body."""

    agent_id: str
    webhook_id: str
    sha256: str


class Begun(Enum):
    """What is known of a request's id."""

    OPEN = "new, or not finished yet"
    DONE = "this very request was taken"
    OTHER = "it was used for another request"


class Replay:
    """The ids of every agent, each in a partition of its own."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def begin(self, use: Use) -> Begun:
        """Write down that this id is used for this body."""
        now = int(self._clock.now().timestamp())
        unknown = Condition(
            text="attribute_not_exists(#pk) OR #expires < :now",
            names={"#pk": PK, "#expires": EXPIRES_AT},
            values={":now": now},
        )
        columns: dict[str, Value] = {"sha256": use.sha256, "state": OPEN, EXPIRES_AT: now + REMEMBERED_S}
        known = self._table.put(replay_row(use.agent_id, use.webhook_id), columns, unknown)
        if known is None:
            return Begun.OPEN
        if known.row.get("sha256") != use.sha256:
            return Begun.OTHER
        return Begun.DONE if known.row.get("state") == DONE else Begun.OPEN

    def done(self, use: Use) -> None:
        """Only what was done counts as a duplicate. A row that is another's by now is left alone."""
        expires_at = int(self._clock.now().timestamp()) + REMEMBERED_S
        ours = Condition(
            text="sha256 = :sha256",
            names={"#state": "state", "#expires": EXPIRES_AT},
            values={":sha256": use.sha256, ":done": DONE, ":expires": expires_at},
        )
        self._table.update(replay_row(use.agent_id, use.webhook_id), "SET #state = :done, #expires = :expires", ours)

    def once(
        self, use: Use, work: Callable[[], Answer], *, again: Callable[[], Answer], other: Callable[[], Answer]
    ) -> Answer:
        """Do `work` under a request's id; `again` if that was done already, `other` if it was something else.

        It is done when the answer isn't a refusal: what was refused may be asked again.
        """
        match self.begin(use):
            case Begun.DONE:
                return again()
            case Begun.OTHER:
                return other()
            case Begun.OPEN:
                answer = work()
                if answer.status < _FIRST_REFUSAL:
                    self.done(use)
                return answer
