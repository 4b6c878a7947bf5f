"""What exists in the stand-in: workspaces, people, channels, messages, views, triggers and response URLs.

Values are frozen and replaced; what holds them (`Team`, `Channel`) changes. Apps are in `app.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from infra.sandbox.slack.app import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a bot of a workspace.

    `is_restricted`: a guest, `is_ultra_restricted`: one of a single channel. `home_team_id`: the workspace of a
    stranger, who is here by a channel that two organisations share (Slack Connect); empty for who belongs here.
    """

    user_id: str
    name: str
    real_name: str
    email: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    home_team_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """How a message looked before an edit."""

    text: str
    blocks: tuple[Mapping[str, Any], ...]
    attachments: tuple[Mapping[str, Any], ...]
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it stands; text, blocks and attachments exactly as they were sent.

    `ephemeral_for` names the only person who sees it. `edits` are the earlier versions, oldest first. `mentions` are
    the people and groups that Slack would notify: user ids, `!channel`, `!here`, `!everyone`, `!subteam^S…`.
    `deleted`: gone, or a tombstone that holds a thread together. `app_id`: which app posted it. `unfurls`: apps'
    previews of links, by URL; `unfurled_by`: whose they are, likewise.
    """

    ts: str
    team_id: str
    channel_id: str
    user_id: str
    bot_id: str | None
    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    attachments: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] | None = None
    client_msg_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    ephemeral_for: str | None = None
    from_command: str | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    mentions: frozenset[str] = frozenset()
    edits: tuple[Version, ...] = ()
    deleted: bool = False
    unfurls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    app_id: str = ""
    unfurled_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, private channel or direct message. `messages` holds everything by `ts`, ephemeral too.

    `threads`: the `ts` of a root to those of its replies, in order. `shared_with`: ids of other organisations'
    workspaces that it is shared with.
    """

    channel_id: str
    name: str
    kind: Literal["public", "private", "im", "mpim"]
    created_s: int
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared_with: frozenset[str] = frozenset()
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)

    def replies(self, root_ts: str) -> list[Message]:
        """Return what everybody sees below a message, oldest first."""
        found = [self.messages[ts] for ts in self.threads.get(root_ts, [])]
        return [message for message in found if message.ephemeral_for is None and not message.deleted]


@dataclass(slots=True, kw_only=True)
class Team:
    """A workspace with the apps that were installed in it, also those that are gone; the first is `installation`.

    What belongs to an installation can be read and set here for that first one. `organisation_id`: whose it is
    (Enterprise Grid), empty for a workspace of its own.
    """

    team_id: str
    name: str
    domain: str
    organisation_id: str = ""
    installed: dict[str, Installation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)

    @property
    def installation(self) -> Installation:
        """The first app's. Raises `LookupError` where no app was ever installed."""
        if not self.installed:
            raise LookupError(f"no app is installed in the workspace {self.domain}")
        return next(iter(self.installed.values()))

    @property
    def app_id(self) -> str:
        """The first app's id."""
        return self.installation.app_id

    @property
    def bot_user_id(self) -> str:
        """The first app's bot."""
        return self.installation.bot_user_id

    @property
    def bot_id(self) -> str:
        """The first app's bot, as messages name it."""
        return self.installation.bot_id

    @property
    def bot_token(self) -> str:
        """The first app's token."""
        return self.installation.bot_token

    @bot_token.setter
    def bot_token(self, token: str) -> None:
        self.installation.bot_token = token

    @property
    def scopes(self) -> frozenset[str]:
        """What the first app's token may do."""
        return self.installation.scopes

    @scopes.setter
    def scopes(self, scopes: frozenset[str]) -> None:
        self.installation.scopes = scopes

    @property
    def token_error(self) -> Literal["account_inactive", "token_revoked"] | None:
        """Why the first app's token is dead."""
        return self.installation.token_error

    @token_error.setter
    def token_error(self, error: Literal["account_inactive", "token_revoked"] | None) -> None:
        self.installation.token_error = error

    @property
    def unfurl_domains(self) -> tuple[str, ...]:
        """Whose links the first app hears of here."""
        return self.installation.unfurl_domains

    @unfurl_domains.setter
    def unfurl_domains(self, domains: tuple[str, ...]) -> None:
        self.installation.unfurl_domains = domains


@dataclass(slots=True, kw_only=True)
class Organisation:
    """An Enterprise Grid organisation with what it has installed for its workspaces (`Team.organisation_id`)."""

    organisation_id: str
    name: str
    domain: str
    installed: dict[str, Installation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal or a Home tab. `body` is what the app sent, `stack` the root's view_id, `previous` the view below."""

    view_id: str
    team_id: str
    app_id: str
    user_id: str
    body: Mapping[str, Any]
    hash: str
    stack: str
    previous: str | None = None
    open: bool = True


@dataclass(slots=True, kw_only=True)
class Trigger:
    """A person's gesture that may open one view within three seconds; from inside a view it may also push."""

    trigger_id: str
    team_id: str
    app_id: str
    user_id: str
    made_at: datetime
    view_id: str | None = None
    spent: bool = False


@dataclass(slots=True, kw_only=True)
class Hook:
    """A response_url: five uses in thirty minutes, about one message, one preview (`unfurl_url`) or none."""

    path: str
    team_id: str
    app_id: str
    channel_id: str
    user_id: str
    made_at: datetime
    source_ts: str | None = None
    command: str | None = None
    unfurl_url: str | None = None
    uses: int = 0


@dataclass(slots=True, kw_only=True)
class SharedLinks:
    """The links of one message or draft that the app was told of, and what it made of a draft's.

    `reached`: whether it has acknowledged that. `channel_id` is where the person is, also when the app isn't told.
    """

    unfurl_id: str
    source: Literal["composer", "conversations_history"]
    team_id: str
    app_id: str
    channel_id: str
    user_id: str
    ts: str | None
    urls: tuple[str, ...]
    reached: Callable[[], bool] = lambda: False
    previews: dict[str, Mapping[str, Any]] = field(default_factory=dict)
