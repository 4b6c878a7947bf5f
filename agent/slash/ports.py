"""What the verbs need of the world. Everything the far side may answer is a value; only our own conflicts are raised.

Every method that crosses the network keeps its own timeout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from agent.audit import Audit
from agent.deeds.choices import Choices
from agent.ghes.answers import Unreachable
from agent.ghes.hosts import Hosts
from agent.ghes.repositories import Found, NotFound, NotInstalled, Owner, Suspended
from agent.home.ports import Homes
from agent.people.ports import Actors, Members, NotSetUp, People, SigningIn
from agent.previews.ports import Previews
from agent.slash.acts import Acts
from agent.slash.cards import Cards
from agent.slash.channel_settings import ChannelSettings
from agent.slash.later import Later
from agent.sponsors.ports import Sponsoring
from agent.subscriptions.changes import Change
from agent.subscriptions.subscription import Subscription, Target
from shared.address import Address
from shared.card import DataClass

UndoId = NewType("UndoId", str)

ASKED_S = 20.0
"""How long a person waits for what GHES says, at most."""


class ConflictError(Exception):
    """A subscription isn't what the change says it was: somebody changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Undone:
    """The changes of one command were taken back, all of them."""

    changes: tuple[Change, ...]
    """As they were made, not as they were undone."""


class NotUndone(StrEnum):
    """Why an undo did nothing."""

    ALREADY = "already"
    """It was undone before."""
    CHANGED = "changed"
    """One of its subscriptions was changed since."""
    UNKNOWN = "unknown"
    """There is no such undo in this channel, or it isn't kept any more."""


class Subscriptions(Protocol):
    """The channels' subscriptions."""

    async def of(self, address: Address) -> Sequence[Subscription]:
        """All of one channel, by name of their targets."""

    async def change(self, address: Address, changes: Sequence[Change], by: str) -> UndoId:
        """Make all `changes` or none, in one transaction, and remember them for an undo; `by` is a Slack user id.

        The audit log has them from the same moment on, as it has what is undone.

        A change whose `before` is None creates the subscription, one whose `after` is None deletes it. What is stored
        must still equal `before`; the stored name of the target becomes the change's.

        Raises:
            ConflictError: one of the subscriptions isn't as `before` says.
        """

    async def undo(self, address: Address, undo_id: UndoId, by: str) -> Undone | NotUndone:
        """Take back what a command changed in this channel: once, all or none, and only where `after` still stands."""

    async def brought_back(self, address: Address, undo_id: UndoId) -> Sequence[Target]:
        """What this channel would be subscribed to anew by an undo, if it is carried out."""


class Repositories(Protocol):
    """The repositories that the GitHub App may see; `agent.ghes.repositories` answers, within `ASKED_S`."""

    async def find(self, owner: str, name: str) -> Found | NotInstalled | Suspended | NotFound | Unreachable | NotSetUp:
        """The repository `owner/name`; a former name finds it too."""

    async def find_owner(self, login: str) -> Owner | NotInstalled | Suspended | Unreachable | NotSetUp:
        """The organisation or person of that name."""


class ChannelKind(StrEnum):
    """What sort of conversation a channel is."""

    PUBLIC = "public"
    PRIVATE = "private"
    IM = "im"
    MPIM = "mpim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A conversation as Slack shows it to the bot (`conversations.info`)."""

    kind: ChannelKind
    name: str
    """Without `#`; empty for direct messages."""
    bot_is_member: bool
    """True for a direct message with the bot."""
    is_archived: bool
    is_ext_shared: bool
    """Shared with another organisation (Slack Connect)."""


@dataclass(frozen=True, slots=True)
class SlackRefusal:
    """Slack refused; `reason` is its error code, or `unreachable` when it gave no answer."""

    reason: str


class Channels(Protocol):
    """Slack's channels."""

    async def describe(self, address: Address) -> Channel | SlackRefusal:
        """The channel; `channel_not_found` is also what a private one without the bot answers."""

    async def join(self, address: Address) -> SlackRefusal | None:
        """Make the bot a member of a public channel; None when it is one now."""

    async def members(self, address: Address) -> frozenset[str] | SlackRefusal:
        """Everybody who is in it, the bot too."""

    async def permalink(self, address: Address, ts: str) -> str:
        """The address of a message; made up as Slack would where it doesn't say, as of channels without the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a verb is given."""

    subscriptions: Subscriptions
    sponsoring: Sponsoring
    repositories: Repositories
    channels: Channels
    channel_settings: ChannelSettings
    members: Members
    people: People
    signing_in: SigningIn
    actors: Actors
    acts: Acts
    cards: Cards
    later: Later
    audit: Audit
    choices: Choices
    data_class: Callable[[str], DataClass]
    """How much of what GHES says is shown in a workspace, by team id; `agent.slash.shown` asks."""
    ghes_url: str
    """Root of the server, without a slash at its end."""
    app_slug: str
    """The GitHub App's name in addresses."""
    command: str = "/ghe"
    """What the app's command is called, for replies to what wasn't typed."""
    previews: Previews | None = None
    """None where links aren't previewed."""
    homes: Homes | None = None
    """None where there is no App Home."""

    @property
    def install_url(self) -> str:
        """Where the GitHub App is installed on an organisation or a person."""
        return Hosts.of(self.ghes_url).install_page(self.app_slug)
