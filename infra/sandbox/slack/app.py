"""What a Slack app is: its manifest's consequences, its credentials and its app-level tokens; and one installation.

`ready_made` is the app that a world begins with; others are made of a manifest (`manifests.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

APP_ID = "A0GHESLACK"
BOT_SCOPES = frozenset(
    {
        *("commands", "chat:write", "chat:write.public", "links:read", "links:write", "team:read", "channels:join"),
        *("channels:read", "groups:read", "im:read", "mpim:read", "im:write", "users:read", "users:read.email"),
        *("reactions:write", "channels:history", "groups:history", "im:history", "mpim:history"),
    }
)
OPTIONAL_SCOPES = frozenset(
    {
        *("channels:join", "users:read.email", "reactions:write", "chat:write.public", "mpim:read"),
        *("channels:history", "groups:history", "im:history", "mpim:history"),
    }
)
BOT_EVENTS = frozenset(
    {
        *("app_home_opened", "app_uninstalled", "tokens_revoked", "link_shared", "member_joined_channel"),
        *("member_left_channel", "channel_archive", "channel_unarchive", "channel_deleted", "channel_rename"),
        *("channel_id_changed", "team_access_granted", "team_access_revoked"),
    }
)
APP_LEVEL_SCOPES = frozenset({"connections:write", "authorizations:read", "app_configurations:write"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """An entry of the app's manifest: what people choose in the shortcuts menu, or on a message."""

    name: str
    kind: Literal["global", "message"]
    callback_id: str


SHORTCUTS = (
    Shortcut(name="Create issue", kind="global", callback_id="ghe_create_issue"),
    Shortcut(name="Create issue", kind="message", callback_id="ghe_issue_from_message"),
    Shortcut(name="Comment on issue or PR", kind="message", callback_id="ghe_comment_from_message"),
)


@dataclass(slots=True, kw_only=True)
class AppToken:
    """An app-level token, as the app's page lists it."""

    token: str = field(repr=False)
    name: str
    scopes: frozenset[str]
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class App:
    """A Slack app: what its manifest and its settings page say. `link_enabled`: Socket Mode is switched on.

    `commands`: each to its `should_escape`. `unfurl_domains`: whose links it hears of, in the workspaces that
    installed it since. `org_deploy`: organisations may install it. `is_distributed`: so may workspaces other than
    `owner_team_id`, which the app belongs to; empty: to none that is here. `collaborators`: ids of the people who may
    change it. `manifest`: as it was given, empty for the ready-made app (`manifests.exported` writes one).
    """

    app_id: str
    name: str = "GHE"
    bot_name: str = "ghe"
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    verification_token: str = field(default="legacy-verification-token", repr=False)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    tokens: list[AppToken] = field(default_factory=list)
    redirect_urls: tuple[str, ...] = ()
    is_distributed: bool = False
    deleted: bool = False
    token_rotation: bool = False
    org_deploy: bool = False
    owner_team_id: str = ""
    collaborators: set[str] = field(default_factory=set)
    bot_scopes: frozenset[str] = BOT_SCOPES
    optional_scopes: frozenset[str] = frozenset()
    events: frozenset[str] = BOT_EVENTS
    commands: dict[str, bool] = field(default_factory=dict)
    home_tab: bool = True
    messages_tab: bool = True
    interactive: bool = True
    link_enabled: bool = True
    shortcuts: tuple[Shortcut, ...] = SHORTCUTS
    unfurl_domains: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """Its first app-level token."""
        return self.tokens[0].token

    @property
    def scopes(self) -> frozenset[str]:
        """Those of its first app-level token."""
        return self.tokens[0].scopes

    @scopes.setter
    def scopes(self, scopes: frozenset[str]) -> None:
        self.tokens[0].scopes = scopes

    @property
    def command(self) -> str:
        """Its first command; empty without any."""
        return next(iter(self.commands), "")

    @property
    def should_escape(self) -> bool:
        """Whether clients escape what is typed behind its first command; setting it is for all of them."""
        return self.commands.get(self.command, True)

    @should_escape.setter
    def should_escape(self, escapes: bool) -> None:
        self.commands = dict.fromkeys(self.commands, escapes)


@dataclass(slots=True, kw_only=True)
class Installation:
    """An app in a workspace, or in an organisation with all its workspaces (Enterprise Grid).

    `place_id`: of the workspace or organisation. `teams`: of an organisation's, the workspaces that it is let into;
    None for a workspace's own. `order`: greater for what was installed later. `token_error`: what its token is
    answered with once it is dead. `unfurl_domains`: the app's when it was installed; `events`: likewise, None where
    the app's manifest hasn't changed since.

    With token rotation: `ends_at` of `bot_token`; `former` tokens that hold still, with their ends; the token that was
    `exchanged` for the first pair, if one that held for good was; `spent` refresh tokens with the end of their grace.
    Instants are seconds since 1970.
    """

    app_id: str
    place_id: str
    bot_user_id: str
    bot_id: str
    bot_token: str = field(repr=False)
    scopes: frozenset[str] = BOT_SCOPES
    teams: set[str] | None = None
    order: int = 0
    installed_by: str = ""
    token_error: Literal["account_inactive", "token_revoked"] | None = None
    unfurl_domains: tuple[str, ...] = ()
    events: frozenset[str] | None = None
    ends_at: float | None = None
    refresh_token: str = field(default="", repr=False)
    exchanged: str = field(default="", repr=False)
    former: dict[str, float] = field(default_factory=dict, repr=False)
    spent: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def is_organisations(self) -> bool:
        """Whether an organisation has it for its workspaces."""
        return self.teams is not None

    def serves(self, team_id: str) -> bool:
        """Whether it is at work in this workspace."""
        return self.token_error is None and (self.teams is None or team_id in self.teams)


def ready_made() -> App:
    """Return the app that is there from the start, in any workspace that `population.add_team` makes."""
    scopes = frozenset({"connections:write", "authorizations:read"})
    return App(
        app_id=APP_ID,
        client_id=f"1000000000.{_digits(APP_ID)}",
        client_secret="sandbox-client-secret",
        signing_secret="sandbox-signing-secret",
        tokens=[AppToken(token=f"xapp-1-{APP_ID}-1-sandbox", name="sandbox", scopes=scopes)],
        commands={"/ghe": True},
        optional_scopes=OPTIONAL_SCOPES,
        is_distributed=True,
        org_deploy=True,
    )


def _digits(seed: str) -> int:
    return int(hashlib.sha256(seed.encode()).hexdigest()[:10], 16)
