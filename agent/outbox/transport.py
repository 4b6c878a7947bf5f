"""The port through which posts leave: direct to Slack, or by way of the relay.

Every transport passes `tests/contract/transports`. One may answer `Accepted` and settle by receipts
(`agent.store.outbox_receipts`). It then knows notifications by their ids and says each of them once, however often it
is sent; keeps the order of an address; puts a reply without `ts` into the thread of the parent that it was given before
(else its receipt is a `Retry`); and has no more of what it has reported as anything but `Delivered`, so that the same
id, sent again, is said anew.
"""

from dataclasses import dataclass
from typing import Protocol

from shared.address import Address
from shared.outcome import Outcome, Retry
from shared.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A post whose fate nobody knows."""

    id: str
    """The head's notification id, which its metadata carries."""
    address: Address
    thread_ts: str | None
    """The thread that it is in, for a reply or a broadcast."""
    posted_at: float
    """When it was sent, in seconds since 1970 by our clock."""


@dataclass(frozen=True, slots=True)
class Seen:
    """It is there."""

    ts: str


@dataclass(frozen=True, slots=True)
class NotSeen:
    """It isn't there, as far as the bounded look went."""


@dataclass(frozen=True, slots=True)
class CannotLook:
    """Looking isn't allowed here: the history scope or the membership is missing."""

    reason: str


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """Nobody needs to look: what is sent again is said once, however often."""


Look = Seen | NotSeen | CannotLook | SaidOnce | Retry


class Transport(Protocol):
    """Says posts."""

    async def send(self, post: Post) -> Outcome:
        """Say `post`, once: what isn't certain is `Unknown`. Takes 15 s at most, and raises nothing of the network.

        `Accepted` promises a receipt; where none comes for 15 minutes, and later for longer, the same post is sent
        again. `Retry` says that this attempt left nothing behind: of a lost answer that isn't known.
        """

    async def look(self, sought: Sought) -> Look:
        """Look whether a post of an unknown outcome has arrived. Takes 15 s at most."""
