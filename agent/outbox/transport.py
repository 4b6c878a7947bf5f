"""The port through which posts leave: direct to Slack, or by way of the relay.

Every transport passes `tests/contract/test_transports.py`.
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


Look = Seen | NotSeen | CannotLook | Retry


class Transport(Protocol):
    """Says posts."""

    async def send(self, post: Post) -> Outcome:
        """Say `post`, once: what isn't certain is `Unknown`. Takes 15 s at most, and raises nothing of the network."""

    async def look(self, sought: Sought) -> Look:
        """Look whether a post of an unknown outcome has arrived. Takes 15 s at most."""
