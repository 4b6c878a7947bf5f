"""What the relay's `deliver` stands on, in memory (`relay_lambda.carrying.ports`): its table, and its ways back.

It keeps to what the table promises: an entry is written only in the place of the version that it was made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from infra.sandbox.fifo_queue import FifoQueue
from relay_lambda.carrying.ports import Bot, Contested, DeadLetter, Thread
from relay_lambda.clock import Clock
from shared.ledger import Entry
from shared.pacing import Pace, free_at, spend
from shared.receipt import Receipt
from shared.relay_table import AgentKey

REWRITES = Pace(rate=50 / 60, burst=5)


@dataclass(slots=True, kw_only=True)
class MemoryKeys:
    """Keys by agent and key id."""

    known: dict[tuple[str, str], AgentKey] = field(default_factory=dict)

    def find(self, agent_id: str, key_id: str) -> AgentKey | None:
        """See the port."""
        return self.known.get((agent_id, key_id))


@dataclass(slots=True, kw_only=True)
class MemoryBots:
    """Tokens by agent and workspace; `stale` are those that memory still has."""

    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    stale: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, agent_id: str, team_id: str) -> Bot | None:
        """See the port."""
        token = self.stale.get((agent_id, team_id))
        return Bot(token=token) if token else self.find_anew(agent_id, team_id)

    def find_anew(self, agent_id: str, team_id: str) -> Bot | None:
        """See the port."""
        self.stale.pop((agent_id, team_id), None)
        token = self.tokens.get((agent_id, team_id))
        return Bot(token=token) if token else None


@dataclass(slots=True, kw_only=True)
class MemoryLedger:
    """Entries by agent and name."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def get(self, agent_id: str, name: str) -> Entry | None:
        """See the port."""
        return self.entries.get((agent_id, name))

    def put(self, agent_id: str, name: str, entry: Entry) -> Entry:
        """See the port."""
        known = self.entries.get((agent_id, name))
        if known is not None and known.version != entry.version:
            raise Contested
        stored = self.entries[agent_id, name] = replace(entry, version=entry.version + 1)
        return stored


@dataclass(slots=True, kw_only=True)
class MemoryThreads:
    """The `ts` of threads."""

    known: dict[Thread, str] = field(default_factory=dict)

    def find(self, thread: Thread) -> str | None:
        """See the port."""
        return self.known.get(thread)

    def put(self, thread: Thread, ts: str) -> None:
        """See the port."""
        self.known[thread] = max(ts, self.known.get(thread, ""), key=lambda each: float(each or 0))

    def forget(self, thread: Thread, ts: str) -> None:
        """See the port."""
        if self.known.get(thread) == ts:
            del self.known[thread]


@dataclass(slots=True, kw_only=True)
class MemoryPaces:
    """Buckets and blocks of workspaces."""

    clock: Clock
    tats: dict[tuple[str, str], float] = field(default_factory=dict)
    blocks: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def rewrite_in_s(self, agent_id: str, team_id: str) -> float:
        """See the port."""
        now, tat = self.clock.monotonic(), self.tats.get((agent_id, team_id), 0.0)
        if (at := free_at(tat, REWRITES)) > now:
            return at - now
        self.tats[agent_id, team_id] = spend(tat, now, REWRITES)
        return 0.0

    def blocked_s(self, agent_id: str, team_id: str, method: str) -> float:
        """See the port."""
        return max(0.0, self.blocks.get((agent_id, team_id, method), 0.0) - self.clock.monotonic())

    def block(self, agent_id: str, team_id: str, method: str, seconds: float) -> None:
        """See the port."""
        self.blocks[agent_id, team_id, method] = self.clock.monotonic() + seconds


@dataclass(slots=True, kw_only=True)
class MemoryReceipts:
    """Receipts with their agents, in the order of writing."""

    written: list[tuple[str, Receipt]] = field(default_factory=list)

    def put(self, agent_id: str, receipt: Receipt) -> None:
        """See the port."""
        self.written.append((agent_id, receipt))


@dataclass(slots=True, kw_only=True)
class QueueReturning:
    """Gives back to a `FifoQueue`; `given_back` and `buried` are all that it was asked for."""

    queue: FifoQueue
    given_back: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    buried: list[DeadLetter] = field(default_factory=list)

    def give_back(self, handles: Sequence[str], seconds: int) -> None:
        """See the port."""
        self.given_back.append((tuple(handles), seconds))
        self.queue.change_visibility(handles, seconds)

    def bury(self, letter: DeadLetter) -> None:
        """See the port."""
        if (letter.message_id, letter.reason) not in {(each.message_id, each.reason) for each in self.buried}:
            self.buried.append(letter)


@dataclass(slots=True, kw_only=True)
class MemoryLog:
    """What was counted, by metric, and the warnings."""

    counts: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def info(self, message: str, **_fields: object) -> None:
        """See the port: nobody reads it."""

    def warning(self, message: str, **fields: object) -> None:
        """See the port."""
        self.warnings.append(f"{message} {fields}")

    def count(self, metric: str, number: int = 1, **_fields: object) -> None:
        """See the port."""
        self.counts[metric] = self.counts.get(metric, 0) + number
