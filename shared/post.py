"""What is sent: one message with its notifications.

The set is stored before the request and never changes, so a post that is sent again is the same post. It is named
after its first notification, the *head*; from the head's id follow Slack's `client_msg_id` and the metadata by which a
look after a lost answer recognises it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from shared.address import Address
from shared.blockkit.message import Message
from shared.card import Card, DataClass

NAMESPACE = UUID("5b9a3f0e-52f3-4a0b-9c1d-6b1f7c2f9d10")
EVENT_TYPE = "ghe_notification"


class Role(StrEnum):
    """Where a notification stands in its channel."""

    PARENT = "parent"
    """A card that later events must find again: a message of its own, the head of a thread."""
    REPLY = "reply"
    """In the thread of its subject."""
    BROADCAST = "broadcast"
    """In the thread, and also sent to the channel."""
    PLAIN = "plain"
    """A card that nothing will ever update."""
    REWRITE = "rewrite"
    """The parent, drawn anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A finished message on its way to one address."""

    id: str
    """The head's notification id; of a rewrite, the thread's, with what tells this drawing from others."""
    also: tuple[str, ...]
    """The other members, in order."""
    delivery_id: str
    """The head's GHES delivery id."""
    address: Address
    role: Role
    ts: str | None
    """Of a rewrite, the message to draw anew; of a reply or broadcast, the parent's, as far as it is known; else None.

    It isn't known while the parent waits for a receipt. Who has the parent then finds it by `thread_key`.
    """
    thread_key: str | None
    """The subject, as `<repository id>/<kind>/<number>`; None for a plain card."""
    message: Message
    """All of it, as Slack is given it."""
    cards: Mapping[str, Card]
    """The same in parts, by member, for who merges them anew; a member that may not be shown any more has none."""
    data_class: DataClass
    """What the message shows of the cards, which hold everything."""

    @property
    def members(self) -> tuple[str, ...]:
        """All notification ids, the head first."""
        return (self.id, *self.also)

    @property
    def client_msg_id(self) -> str:
        """The same for every attempt at this post."""
        return str(uuid5(NAMESPACE, self.id))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the message carries so that it can be found again; readable for every app of the workspace."""
        return {
            "event_type": EVENT_TYPE,
            "event_payload": {"id": self.id, "also": list(self.also), "delivery": self.delivery_id},
        }
