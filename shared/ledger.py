"""The ledger of the relay as a state machine: what is known of a notification, and what may be done about it. Pure.

    (nothing) ──claim──▶ POSTING ──answer──▶ POSTED                    says the same for ever
        ▲                  │ │ └──refused──▶ DEAD ──signed anew──▶ (claim)
        │   not this time  │ │
        └──── OPEN ◀───────┘ └──no answer, or found so──▶ AMBIGUOUS ──seen──▶ POSTED
                ▲                                           │   └──nobody may look──▶ DEAD (unknown) or claim
                └────────────── (never again) ──────────────┘ looked twice: claim, with the same set

A merged post is written before the request: the head's entry names its members, and theirs point to it. Until the post
is settled the head speaks for them. Once nobody can tell whether a post arrived (`doubtful`), its set never grows, so
that a duplicate which Slack recognises can't hide a notification that was added meanwhile.

`DEAD` is answered from the ledger as long as the same statement comes; one that was signed later is tried anew, since
whoever is told of a refusal may send the same notification again. Of a revoked key a good signature is enough.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.outcome import Delivered, Outcome, Refused, Retry, Unknown

LOOK_AFTER_S = 10.0
"""How long after a request without an answer the first look is taken, and the second after the first."""
LOOKS = 2
FAILURES = 5
"""How often it may break on our side before it is dead."""
BUSY_S = 30.0
"""Longer than this nobody works at a post: the time-out of the function."""
KEY_REVOKED, THREAD_UNKNOWN, NOT_REGISTERED = "key_revoked", "thread_unknown", "workspace_not_registered"
WITHDRAWN, MALFORMED = "withdrawn", "malformed"


class State(StrEnum):
    """Where a notification is; see above."""

    OPEN = "open"
    POSTING = "posting"
    POSTED = "posted"
    AMBIGUOUS = "ambiguous"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger knows of one notification. Instants are seconds since 1970."""

    state: State
    at: float
    """When it came into this state."""
    signed_at: int
    """When the statement was signed that this is about."""
    version: int = 0
    """Counts the changes; who writes says which one it has read."""
    head: str | None = None
    """Of a member: the name of its head."""
    members: tuple[str, ...] = ()
    """Of a head: the names of the whole set, itself first."""
    posted_at: float = 0.0
    """When the last request began."""
    thread_ts: str | None = None
    """The thread that it was posted to."""
    ts: str | None = None
    reconciled: bool = False
    reason: str | None = None
    unknown: bool = False
    """Of a dead one: nobody can tell whether it is there."""
    looks: int = 0
    look_at: float = 0.0
    doubtful: bool = False
    """Whether a request of this set may have arrived."""
    alone: bool = False
    """Whether it is to have a post of its own, since one that it was merged into was refused."""
    failures: int = 0
    waits: int = 0
    """How often in a row it was put off for no reason of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What of a message in hand decides: when it was signed, and when an operator put it back, if ever."""

    signed_at: int
    redriven_at: int | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """Nothing stands against saying it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: somebody is at it, or it is too early for a look."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Look:
    """Look whether it is there before anything else."""


@dataclass(frozen=True, slots=True)
class Answer:
    """It is settled, and this is what came of it."""

    outcome: Outcome


Step = Say | Wait | Look | Answer


def step(entry: Entry | None, statement: Statement, now: float) -> Step:
    """What to do about a notification of which `entry` is known."""
    if entry is None:
        return Say()
    match entry.state:
        case State.POSTING | State.AMBIGUOUS:
            return _unclear(entry, now)
        case State.DEAD if not _is_revived(entry, statement):
            return Answer(outcome(entry))
        case State.POSTED:
            return Answer(outcome(entry))
        case State.OPEN | State.DEAD:
            return Say()


def _unclear(entry: Entry, now: float) -> Step:
    if entry.state is State.AMBIGUOUS and entry.looks >= LOOKS:
        return Say()
    due_at = entry.posted_at + BUSY_S if entry.state is State.POSTING else entry.look_at
    return Look() if now >= due_at else Wait(due_at - now)


def outcome(entry: Entry) -> Outcome:
    """What came of a settled notification. Raises `ValueError` for one that isn't."""
    match entry.state:
        case State.POSTED:
            return Delivered(entry.ts or "", entry.reconciled)
        case State.DEAD:
            return _fate(entry.reason or "", unknown=entry.unknown)
        case _:
            raise ValueError(f"nothing has come of it yet: {entry.state}")


def resolved(own: Entry, head: Entry | None, name: str) -> Entry:
    """A member's entry, as its head knows it; what the head knows nothing of is open again."""
    if own.head is None:
        return own
    if head is None or name not in head.members or head.state is State.OPEN:
        return replace(own, state=State.OPEN, head=None)
    return replace(head, version=own.version, head=own.head, signed_at=own.signed_at, members=(), failures=own.failures)


def claimed(entry: Entry | None, signed_at: int, members: tuple[str, ...], thread_ts: str | None, now: float) -> Entry:
    """The head's entry for a request that is about to begin; `members` are names, its own first."""
    old = entry or Entry(state=State.OPEN, at=now, signed_at=signed_at)
    doubtful = old.doubtful or old.unknown or old.state is State.AMBIGUOUS
    return Entry(
        state=State.POSTING,
        at=now,
        signed_at=signed_at,
        version=old.version,
        members=members,
        posted_at=now,
        thread_ts=thread_ts,
        doubtful=doubtful,
        alone=old.alone or old.unknown,
        failures=old.failures,
        waits=old.waits,
    )


def joined(entry: Entry | None, signed_at: int, head: str, now: float) -> Entry:
    """A member's entry, before the request of its head."""
    version = entry.version if entry else 0
    return Entry(state=State.POSTING, at=now, signed_at=signed_at, version=version, head=head, posted_at=now)


def posted(entry: Entry, ts: str, now: float, *, reconciled: bool = False) -> Entry:
    """It is there."""
    return replace(entry, state=State.POSTED, at=now, ts=ts, reconciled=reconciled, waits=0, reason=None)


def died(entry: Entry | None, signed_at: int, reason: str, now: float, *, unknown: bool = False) -> Entry:
    """It won't be said, and nor will its set; `unknown`: nobody can tell whether it was.

    An earlier request that may have arrived isn't forgotten by that: if it is said anew, then by itself.
    """
    old = entry or Entry(state=State.OPEN, at=now, signed_at=signed_at)
    doubtful = old.doubtful or old.unknown or old.state is State.AMBIGUOUS
    return Entry(
        state=State.DEAD,
        at=now,
        signed_at=signed_at,
        version=old.version,
        members=old.members,
        reason=reason,
        unknown=unknown,
        doubtful=doubtful,
        alone=old.alone or doubtful,
    )


def doubted(entry: Entry, now: float, wait_s: float = LOOK_AFTER_S) -> Entry:
    """Nobody knows whether the request arrived; the next look is in `wait_s`."""
    return replace(entry, state=State.AMBIGUOUS, at=now, look_at=now + wait_s, looks=0, doubtful=True)


def missed(entry: Entry, now: float) -> Entry:
    """A look found nothing."""
    return replace(
        entry, state=State.AMBIGUOUS, at=now, looks=entry.looks + 1, look_at=now + LOOK_AFTER_S, doubtful=True
    )


def put_off(entry: Entry, now: float, wait_s: float, *, counted: bool) -> Entry:
    """This request left nothing behind; of an earlier one that may have, it says nothing. `counted`: a wait grows."""
    waits = entry.waits + 1 if counted else entry.waits
    if entry.doubtful:
        return replace(entry, state=State.AMBIGUOUS, at=now, looks=LOOKS, look_at=now + wait_s, waits=waits)
    return replace(entry, state=State.OPEN, at=now, members=(), waits=waits)


def split(entry: Entry, now: float) -> Entry:
    """Slack refuses what the set says together, so none of it is there; the head is tried by itself."""
    return replace(entry, state=State.OPEN, at=now, members=(), doubtful=False, alone=True)


def failed(entry: Entry | None, signed_at: int, now: float) -> Entry:
    """It broke on our side, perhaps after a request had begun. It has a post of its own from then on."""
    old = entry or Entry(state=State.OPEN, at=now, signed_at=signed_at)
    known = doubted(old, now) if old.state is State.POSTING else replace(old, at=now)
    return replace(known, failures=old.failures + 1, alone=True)


def wait_s(waits: int, *, each_s: float = 2.0, most_s: float = 600.0) -> float:
    """How long to wait after so many waits in a row: the queue gives a message out 1,000 times, in four days."""
    return min(most_s, each_s * (waits + 1))


def _is_revived(entry: Entry, statement: Statement) -> bool:
    put_back = statement.redriven_at is not None and statement.redriven_at >= int(entry.at)
    redriven = put_back and entry.reason != WITHDRAWN  # a later statement did that: no old one brings it back
    return entry.reason == KEY_REVOKED or statement.signed_at > entry.signed_at or redriven


def _fate(reason: str, *, unknown: bool) -> Outcome:
    if unknown:
        return Unknown(reason)
    if reason == KEY_REVOKED:
        return Retry(0.0, reason)
    if reason in {THREAD_UNKNOWN, NOT_REGISTERED}:
        return Retry(None, reason)
    return Refused(reason)
