"""Who did what from Slack: a row for each act, each link and unlink, each change of a subscription."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act."""

    team_id: str
    user_id: str
    """Slack's; empty where GHES or an administrator did it."""
    channel_id: str = ""
    login: str = ""
    """On GHES; empty for somebody who isn't linked."""
    action: str
    """`link`, `unlink`, `subscribe`, `unsubscribe`, `change`, `undo`, `pause`, `resume`, `open`, `close`, …"""
    target: str = ""
    """`owner/repo`, or `owner/repo#12` where it is about one of its things."""
    outcome: str = "done"
    """`done`, or why it wasn't, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An entry as it is kept."""

    at: datetime
    entry: Entry


class Audit(Protocol):
    """The log. Entries stay until retention drops them."""

    async def note(self, *entries: Entry) -> None:
        """Write them down, in this order."""

    async def since(self, at: datetime | None) -> Sequence[Noted]:
        """Oldest first."""
