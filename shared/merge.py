"""The merging of a backlog: which of a channel's waiting notifications may go in one message.

Slack takes one message a second a channel, so what can share a message does: plain replies of one thread, and cards
that nothing will ever update. A parent is a message of its own, since later events must find it; broadcast and plain
replies are never joined. The order that people see stays: a thread's replies may overtake what stands outside of it (a
thread is another place), a plain card overtakes only replies, which stand in threads.
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
    head = backlog[0]
    match head.role:
        case Role.REPLY:
            found = [each for each in backlog if each.role is Role.REPLY and each.thread_key == head.thread_key]
            return found[:MERGED]
        case Role.PLAIN:
            return _plain_run(backlog)[:MERGED]
        case Role.PARENT | Role.BROADCAST | Role.REWRITE:
            return [head]


def _plain_run(backlog: Sequence[W]) -> list[W]:
    found = []
    for each in backlog:
        if each.role is Role.PLAIN:
            found.append(each)
        elif each.role is not Role.REPLY:
            break
    return found
