"""What exists in the stand-in: the app, workspaces, people, channels, messages, views, triggers and response URLs.

Values are frozen and replaced; what holds them (`Team`, `Channel`) changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

APP_ID = "A0GHESLACK"
BOT_SCOPES = frozenset(
    {
        *("commands", "chat:write", "chat:write.public", "links:read", "links:write", "team:read", "channels:join"),
        *("channels:read", "groups:read", "im:read", "mpim:read", "im:write", "users:read", "users:read.email"),
        *("reactions:write", "channels:history", "groups:history", "im:history", "mpim:history"),
    }
)
BOT_EVENTS = frozenset(
    {
        *("app_home_opened", "app_uninstalled", "tokens_revoked", "link_shared", "member_joined_channel"),
        *("member_left_channel", "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename"),
        *("channel_id_changed", "team_access_granted", "team_access_revoked"),
    }
)


@dataclass(slots=True, kw_only=True)
class App:
    """The Slack app: what its manifest and its settings page say. `link_enabled`: Socket Mode is switched on."""

    app_id: str = APP_ID
    token: str = f"xapp-1-{APP_ID}-1-sandbox"
    scopes: frozenset[str] = frozenset({"connections:write", "authorizations:read"})
    events: frozenset[str] = BOT_EVENTS
    command: str = "/ghe"
    should_escape: bool = True
    home_tab: bool = True
    link_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a bot of a workspace."""

    user_id: str
    name: str
    real_name: str
    email: str
    is_bot: bool = False
    deleted: bool = False


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
    `deleted`: gone, or a tombstone that holds a thread together.
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


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, private channel or direct message. `messages` holds everything by `ts`, ephemeral too.

    `threads`: the `ts` of a root to those of its replies, in order.
    """

    channel_id: str
    name: str
    kind: Literal["public", "private", "im", "mpim"]
    created_s: int
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)

    def replies(self, root_ts: str) -> list[Message]:
        """Return what everybody sees below a message, oldest first."""
        found = [self.messages[ts] for ts in self.threads.get(root_ts, [])]
        return [message for message in found if message.ephemeral_for is None and not message.deleted]


@dataclass(slots=True, kw_only=True)
class Team:
    """A workspace with the app's installation in it; `token_error`: what its token is answered with once it is dead."""

    team_id: str
    name: str
    domain: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_id: str = APP_ID
    scopes: frozenset[str] = BOT_SCOPES
    token_error: Literal["account_inactive", "token_revoked"] | None = None
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal or a Home tab. `body` is what the app sent, `stack` the root's view_id, `previous` the view below."""

    view_id: str
    team_id: str
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
    user_id: str
    made_at: datetime
    view_id: str | None = None
    spent: bool = False


@dataclass(slots=True, kw_only=True)
class Hook:
    """A response_url: five uses in thirty minutes, about one message or none."""

    path: str
    team_id: str
    channel_id: str
    user_id: str
    made_at: datetime
    source_ts: str | None = None
    command: str | None = None
    uses: int = 0
