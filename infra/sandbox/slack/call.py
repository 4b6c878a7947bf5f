"""One call of a Web API method, and what a method is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.sandbox.slack.refused import Refused
from infra.sandbox.slack.state import Channel, Message, Team
from infra.sandbox.slack.world import World

_READ = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Arguments merged from query, form and JSON. `team` is the token's workspace, None for the app-level token."""

    world: World
    args: Mapping[str, Any]
    team: Team | None

    @property
    def home(self) -> Team:
        """The workspace of a bot token."""
        if self.team is None:
            raise Refused("not_allowed_token_type")
        return self.team

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
        if scope not in self.home.scopes:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(self.home.scopes)))

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel that an argument names, if the bot may know of it; else `channel_not_found`."""
        channel = self.home.channels.get(self.text(name, "channel_not_found"))
        if channel is None or (channel.kind != "public" and self.home.bot_user_id not in channel.members):
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
    token: Literal["bot", "app", "any", "none"] = "bot"
    header_only: bool = False
