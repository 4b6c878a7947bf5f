"""What previews need of the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType, Protocol

from agent.ghes.answers import Refused, Unreachable
from agent.previews.deciding import Size, Wishes
from agent.slash.reply import Reply
from shared.address import Address
from shared.card import Card
from shared.clock import Clock

PromptId = NewType("PromptId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A message, or the draft of one, with links to GHES (Slack's `link_shared`)."""

    team_id: str
    channel_id: str
    """Empty for a draft: Slack doesn't say where it is being written."""
    user_id: str
    message_ts: str
    thread_ts: str
    unfurl_id: str
    source: str
    """`conversations_history` or `composer`."""
    is_ext_shared: bool = False
    """Whether people of another organisation see it (Slack Connect)."""
    urls: tuple[str, ...]
    """Those of our domains, as Slack wants them back."""

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return not self.channel_id

    @property
    def address(self) -> Address:
        """Where it was written."""
        return Address(team_id=self.team_id, channel_id=self.channel_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a person was asked: about the links of a message into one private repository, or to sign in."""

    shared: Shared
    """With those links only."""
    size: Size
    repository_id: int = 0
    """0 for a prompt to sign in."""
    repository: str = ""
    """`owner/repo`."""


@dataclass(frozen=True, slots=True)
class NotShown:
    """Slack took it not; `reason` is its error code, or `unreachable`."""

    reason: str


class Reads(Protocol):
    """Reads GHES as somebody: an `agent.people.ports.Actor` does, and so does the App itself."""

    async def get(self, path: str, names: Mapping[str, str] | None = None) -> Any | Refused | Unreachable:
        """The object at `path`, a URI template below the REST base."""


class Installed(Protocol):
    """Reading as the App, where nobody is signed in; only for what everybody on the server may read."""

    def reads(self, installation_id: int) -> Reads:
        """With the token of that installation."""


class Unfurls(Protocol):
    """Slack's side of previews (`chat.unfurl`). A message of a private channel can be reached without the bot in it."""

    async def show(self, shared: Shared, cards: Mapping[str, Card]) -> NotShown | None:
        """Show `cards` by URL below the message, drawn for the workspace's data class; done again, it's the same."""

    async def ask(self, shared: Shared, prompt: Reply) -> NotShown | None:
        """Show `prompt` to who shared the links, to nobody else."""

    async def invite(self, shared: Shared, invitation: Reply) -> NotShown | None:
        """The same, as Slack's invitation to sign in."""


class Memory(Protocol):
    """What was shown and asked, and what people want."""

    async def claim(self, shared: Shared, keys: Mapping[str, str]) -> set[str]:
        """The URLs of `keys` (link keys by URL) that may be shown now; from now on they count as shown here.

        Not those that another message has shown here within `AGAIN_S`. The same message gets its own again.
        """

    async def release(self, shared: Shared, keys: Mapping[str, str]) -> None:
        """They weren't shown after all."""

    async def keep(self, prompt: Prompt) -> PromptId | None:
        """Remember the prompt; None when the person was asked about the same here within `AGAIN_S`."""

    async def look(self, prompt_id: PromptId) -> Prompt | None:
        """The prompt; None when it isn't kept any more."""

    async def wishes(self, team_id: str, user_id: str) -> Wishes:
        """What the person has chosen."""

    async def always(self, team_id: str, user_id: str, repository_id: int, channel_id: str) -> None:
        """Show links to this repository without asking, in the channel or `EVERYWHERE`."""

    async def mute(self, team_id: str, user_id: str, for_s: float | None) -> None:
        """No prompts for so long; None: for good."""

    async def ask_again(self, team_id: str, user_id: str, repository_id: int | None = None) -> None:
        """Forget what the person has chosen, of one repository, or of all; prompts aren't muted any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previews:
    """All of them."""

    unfurls: Unfurls
    memory: Memory
    installed: Installed
    clock: Clock
