"""What a file says, as values; and what it means once the names in it are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.subscription_file.wrong_file import Place
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Target, Wants
from shared.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSubscription:
    """One line of a channel."""

    named: Named
    wants: Wants
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredChannel:
    """A channel that the file names. What is None isn't said, and stays as it is."""

    address: Address
    subscriptions: tuple[DeclaredSubscription, ...] | None = None
    """All that there are to be; empty: none."""
    threading: bool | None = None
    previews: bool | None = None
    allowed: frozenset[Named] | None = None
    """Of the repositories among them, those that may be here although the channel is shared with others."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedChannel:
    """The same, by the ids that GHES gives."""

    address: Address
    wants: Mapping[Target, Wants] | None
    private: frozenset[Target]
    """Repositories that the channel doesn't have yet, and that not everybody on the server may read."""
    is_shared: bool
    """Slack says that it's shared with another organisation; True too where Slack wasn't asked."""
    threading: bool | None
    previews: bool | None
    allowed: frozenset[Target] | None
