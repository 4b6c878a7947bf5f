"""One call of a Web API method, and what a method is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.sandbox.slack.app import App, AppToken, Installation
from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Channel, Message, Team
from infra.sandbox.slack.tokens import ConfigurationToken
from infra.sandbox.slack.world import World

_READ = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Arguments merged from query, form and JSON, and whose token it is.

    A bot's has an `installation`, and a `team` unless it is an organisation's and nothing names the workspace; an
    app-level one `app_token`, a person's for the manifests `configuration`. `app`: whose token it is, of the first two.
    """

    world: World
    args: Mapping[str, Any]
    token: str = ""
    team: Team | None = None
    installation: Installation | None = None
    app_token: AppToken | None = None
    configuration: ConfigurationToken | None = None
    of_app: App | None = None

    @property
    def app(self) -> App:
        """The app of a bot token or an app-level token."""
        if self.of_app is None:
            raise Refused("not_allowed_token_type")
        return self.of_app

    @property
    def here(self) -> Installation:
        """The installation of a bot token."""
        if self.installation is None:
            raise Refused("not_allowed_token_type")
        return self.installation

    @property
    def home(self) -> Team:
        """The workspace that a bot token is for; with an organisation's, the one that the arguments name."""
        if self.team is None:
            raise Refused(self._nowhere() if self.installation else "not_allowed_token_type")
        return self.team

    def _nowhere(self) -> str:
        """Why an organisation's token is for no workspace."""
        named = {"team_id": "team_access_not_granted", "channel": "channel_not_found", "user": "user_not_found"}
        return next((code for name, code in named.items() if self.args.get(name)), "missing_argument")

    @property
    def bot_user_id(self) -> str:
        """The token's bot."""
        return self.here.bot_user_id

    def text(self, name: str, missing: str = "invalid_arguments") -> str:
        """Return a required argument, or refuse with `missing`."""
        value = self.args.get(name)
        if value is None or value == "":
            raise Refused(missing)
        return str(value)

    def flag(self, name: str) -> bool:
        """Return a boolean, which forms write as 1, 0, true or false."""
        return str(self.args.get(name, "")).lower() in {"1", "true"}

    def need(self, scope: str) -> None:
        """Refuse with `missing_scope` unless the token has it."""
        if scope not in self.here.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.here.scopes)))

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel that an argument names, if the bot may know of it; else `channel_not_found`."""
        channel = self.home.channels.get(self.text(name, "channel_not_found"))
        if channel is None or (channel.kind != "public" and self.bot_user_id not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """Return the message that an argument names; `message_not_found` when it is gone or ephemeral."""
        message = channel.messages.get(self.text(name, "message_not_found"))
        if message is None or message.deleted or message.ephemeral_for:
            raise Refused("message_not_found")
        return message

    def page(self, items: list[Any], *, most: int = 1000) -> tuple[list[Any], dict[str, Any]]:
        """Return the page that `limit` and `cursor` ask for, and the fields that lead to the next."""
        try:
            limit = min(int(self.args.get("limit") or PAGE), most)
            start = int(str(self.args.get("cursor") or "c0").removeprefix("c"))
        except ValueError:
            raise Refused("invalid_cursor") from None
        end = start + limit
        return items[start:end], {"response_metadata": {"next_cursor": f"c{end}" if end < len(items) else ""}}


def kind_scope(channel: Channel, what: Literal["read", "history"]) -> str:
    """Return the scope for a channel of this kind: `channels:read`, `groups:history` and so on."""
    return f"{_READ[channel.kind]}:{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A row of the method table.

    `scopes`: one of them is enough to call it at all. `token`: which kind it takes. `header_only`: the token must not
    be an argument. The answer is without `ok`.
    """

    answer: Callable[[Call], dict[str, Any]]
    per_minute: int
    scopes: frozenset[str] = frozenset()
    token: Literal["bot", "app", "any", "configuration", "none"] = "bot"
    header_only: bool = False
