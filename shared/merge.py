"""The merging of a backlog: which of a channel's waiting notifications may go in one message.

Slack takes one message a second a channel, so what can share a message does: plain replies of one thread, and cards
that nothing will ever update. A parent is a message of its own, since later events must find it; broadcast and plain
replies are never joined. A card with buttons goes alone, too, which only its drawing knows:
`shared.blockkit.message.fitting` sees to it. The order that people see stays: a thread's replies may overtake what
stands outside of it (a thread is another place) but no broadcast in it; a plain card overtakes only replies, which
stand in threads.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from shared.blockkit.limits import MERGED
from shared.post import Role


class Waiting(Protocol):
    """What merging looks at."""

    @property
    def role(self) -> Role:
        """Where it stands in its channel."""

    @property
    def thread_key(self) -> str | None:
        """Its subject; None for a plain card."""


W = TypeVar("W", bound=Waiting)


def mates(backlog: Sequence[W]) -> Sequence[W]:
    """The first of `backlog` (in order, not empty) and those behind it that may share its message, at most ten."""
    match backlog[0].role:
        case Role.REPLY:
            return _run([each for each in backlog if each.thread_key == backlog[0].thread_key], beside=Role.PLAIN)
        case Role.PLAIN:
            return _run(backlog, beside=Role.REPLY)
        case Role.PARENT | Role.BROADCAST | Role.REWRITE:
            return backlog[:1]


def _run(backlog: Sequence[W], *, beside: Role) -> Sequence[W]:
    """Those of the head's role until something else comes; what is `beside` them stands in another place."""
    found = []
    for each in backlog:
        if each.role is backlog[0].role:
            found.append(each)
        elif each.role is not beside:
            break
    return found[:MERGED]
