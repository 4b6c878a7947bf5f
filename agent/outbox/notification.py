"""The values of the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.card_table import Headline
from shared.address import Address
from shared.outcome import Outcome
from shared.post import Role


class State(StrEnum):
    """Where a notification is in its life; see the package."""

    QUEUED = "queued"
    POSTING = "posting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    PARKED = "parked"
    DISCARDED = "discarded"


OPEN = (State.QUEUED, State.POSTING, State.UNKNOWN)
"""States that the worker has something to do about."""
UNSETTLED = (*OPEN, State.ACCEPTED)
"""States of which something comes without anybody's doing; of `ACCEPTED`, by its receipt or when that fails to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One card for one address."""

    id: str
    delivery_id: str
    thread_key: str | None
    role: Role
    state: State
    head_id: str | None
    """The head of the stored set that it belongs to; None before the first attempt."""
    attempts: int
    looks: int
    due_at: float
    posted_at: float
    """When the last attempt was made; 0 before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The card of a subject in an address; `ts` is None until it is posted."""

    key: str
    ts: str | None
    headline: Headline
    rewrite_at: float | None
    rewrite_rank: int
    accepted: bool = False
    """Whether the card is on its way by a receipt-settling transport, which then knows where replies belong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Pacing of one method in one workspace: `tat` as in `shared.pacing`, and until when Slack said to wait."""

    tat: float = 0.0
    blocked_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What a leased address has waiting, in order; of what is accepted only that whose receipt is overdue."""

    address_id: int
    address: Address
    threading: bool
    tat: float
    notifications: Sequence[Notification]
    threads: Sequence[Thread]
    accepted: int = 0
    """How many notifications wait for a receipt."""
    receipt_due_at: float | None = None
    """When the first of them is sent again if its receipt doesn't come."""
    going_over: bool = False
    """Whether its workspace goes over to another transport: until then only what was sent already goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostJob:
    """Post these members, or, with a stored set, post it again; `look` first when nobody knows whether Slack has it."""

    members: Sequence[Notification]
    thread: Thread | None
    look: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteJob:
    """Draw the parent of `thread` anew. `marker` stands in its `rewrite_at` while this is under way."""

    thread: Thread
    marker: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteName:
    """What a rewrite is called on its way, `<address id>/<subject key>/<marker>`: each drawing has a name of its own.

    A transport that knows what it has carried would take a second rewrite of the same name for the first.
    """

    address_id: int
    key: str
    marker: float

    def __str__(self) -> str:
        return f"{self.address_id}/{self.key}/{self.marker!r}"

    @classmethod
    def parse(cls, name: str) -> "RewriteName | None":
        """The inverse; None for the name of anything else."""
        address_id, _, rest = name.partition("/")
        key, _, marker = rest.rpartition("/")
        try:
            return cls(address_id=int(address_id), key=key, marker=float(marker))
        except ValueError:
            return None


Job = PostJob | RewriteJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An address in this worker's hand until `until`, with its jobs."""

    address_id: int
    address: Address
    threading: bool
    owner: str
    until: float
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What came of a job."""

    lease: Lease
    job: Job
    members: Sequence[str]
    """Ids of the set, the head first; empty for a rewrite."""
    outcome: Outcome
    after_s: float = 0.0
    """Of a retry without `Retry-After` and of an unknown outcome: how long to wait."""
    looked: bool = False
    """Whether a look found nothing, so that the next step is another look, or the post again."""
    park: bool = False
    """Whether an unknown outcome that can't be looked at is to be parked (`AGENT_UNKNOWN=park`)."""
    maybe_twice: bool = False
    """Whether it was sent again although nobody could look, so that it may appear twice."""
    release: bool = False
    """Whether this is the last of the lease's jobs."""
