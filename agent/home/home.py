"""What stands in somebody's Home, as values."""

from dataclasses import dataclass
from datetime import datetime

from agent.slash.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A subscription that the person typed."""

    channel_id: str
    name: str
    """`owner/repo`, or `owner` for all that is theirs."""
    paused: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether it is in the person's direct message with the app."""
        return self.channel_id.startswith("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An issue or pull request; nothing of it is escaped."""

    repository: str
    number: int
    title: str
    author: str
    url: str
    opened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What GHES found, newest first; `total` counts those too that aren't here."""

    things: tuple[Thing, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Silent:
    """GHES didn't say; why, as sentences in mrkdwn."""

    says: str


Looked = Things | Silent | None
"""None while GHES is being asked."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Linked as this login."""

    login: str


@dataclass(frozen=True, slots=True)
class Unconnected:
    """A full member of the workspace without a linked account; `offer` once they have asked for one."""

    offer: Reply | None = None


@dataclass(frozen=True, slots=True)
class Outsider:
    """A guest, or somebody of another organisation: they can't link an account."""


Account = Connected | Unconnected | Outsider


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """All of it."""

    made_at: datetime
    account: Account
    subscriptions: tuple[Subscribed, ...] = ()
    """By channel."""
    reviews: Looked = None
    """Pull requests that wait for this person's review."""
    assigned: Looked = None
    """Issues that are assigned to them."""
    ghes_url: str
    """Root of the server, without a slash at its end."""
    command: str
