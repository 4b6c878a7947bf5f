"""What carrying stands on. Every call but those of Slack raises `relay_lambda.unavailable.Unavailable`."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from relay_lambda.carrying.limits import Limits
from relay_lambda.clock import Clock
from relay_lambda.log import Log
from shared.address import Address
from shared.ledger import Entry
from shared.outcome import Refused, Retry, Unknown
from shared.receipt import Receipt
from shared.relay_table import AgentKey

SLACK_S = 10.0
"""How long a call of Slack may take."""


class Contested(Exception):  # noqa: N818 - it says what is the case
    """Somebody else has changed the entry since it was read."""


class Unreadable(Exception):  # noqa: N818 - likewise
    """What stands in an entry's place is none to us, and won't be the next time either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who speaks in a workspace for an agent."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A subject's thread in a channel of an agent."""

    agent_id: str
    address: Address
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What is put aside for a person: the message as it came, and why; `id` and `delivery_id` as far as known."""

    body: str
    group: str
    message_id: str
    reason: str
    agent_id: str = ""
    id: str = ""
    delivery_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Slack's `ok: true`; `fields` as its reference of the method names them, `scopes` the token's."""

    fields: Mapping[str, Any] = field(repr=False)
    scopes: Sequence[str] = ()


Answered = Answer | Retry | Refused | Unknown


class Slack(Protocol):
    """Calls of Slack's Web API."""

    def call(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """Call `method` with arguments as JSON. `Unknown` is whatever may have been done."""

    def query(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """Like `call`, for the methods that take their arguments in the query (reads, joins)."""


class Keys(Protocol):
    """The agents' public keys."""

    def find(self, agent_id: str, key_id: str) -> AgentKey | None:
        """The key, valid or not; that of a revoked agent is revoked."""


class Bots(Protocol):
    """The bots of the workspaces that an agent has registered."""

    def find(self, agent_id: str, team_id: str) -> Bot | None:
        """None where the agent may not speak. Remembered for a while."""

    def find_anew(self, agent_id: str, team_id: str) -> Bot | None:
        """The same, not from memory."""


class Ledger(Protocol):
    """What is known of each notification, by its name."""

    def get(self, agent_id: str, name: str) -> Entry | None:
        """As it is now; None when nothing is known, or not any more. Raises `Unreadable`."""

    def put(self, agent_id: str, name: str, entry: Entry) -> Entry:
        """Write it in the place of the version that it was made of; the new version. Raises `Contested`."""


class Threads(Protocol):
    """Where the threads are that this relay began."""

    def find(self, thread: Thread) -> str | None:
        """The `ts` of its first message."""

    def put(self, thread: Thread, ts: str) -> None:
        """Remember it, unless a newer one is known."""

    def forget(self, thread: Thread, ts: str) -> None:
        """That message is gone; a newer one stays."""


class Paces(Protocol):
    """What the processes must agree upon about a workspace."""

    def rewrite_in_s(self, agent_id: str, team_id: str) -> float:
        """Take a place in the bucket of `chat.update`: 0 when it is taken, else the seconds until there is one."""

    def blocked_s(self, agent_id: str, team_id: str, method: str) -> float:
        """For how long Slack wants nothing of a method in a workspace."""

    def block(self, agent_id: str, team_id: str, method: str, seconds: float) -> None:
        """Remember that for all."""


class Receipts(Protocol):
    """What agents are told."""

    def put(self, agent_id: str, receipt: Receipt) -> None:
        """Report an outcome; twice is harmless."""


class Returning(Protocol):
    """Ways back for what was received."""

    def give_back(self, handles: Sequence[str], seconds: int) -> None:
        """Let all of them be received again in `seconds`, not earlier and not later."""

    def bury(self, letter: DeadLetter) -> None:
        """Put it into the dead-letter queue; the same message for the same reason once."""


class Deadline(Protocol):
    """The function's time-out."""

    def remaining_s(self) -> float:
        """How much time there is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """All of it. `side_by_side` runs jobs at the same time and gives what they return, in their order."""

    audience: str
    """`RELAY_ID`."""
    clock: Clock
    log: Log
    slack: Slack
    keys: Keys
    bots: Bots
    ledger: Ledger
    threads: Threads
    paces: Paces
    receipts: Receipts
    returning: Returning
    limits: Limits
    random: random.Random
    side_by_side: Callable[[Sequence[Callable[[], Sequence[str]]]], Sequence[Sequence[str]]]

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()
