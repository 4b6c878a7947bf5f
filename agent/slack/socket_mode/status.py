"""What the sockets say about themselves, for `/status`, metrics and the console."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["opening", "open", "waiting"]

_TOKEN = "make a new app-level token with connections:write in the Slack app and enter it as SLACK_APP_TOKEN."  # noqa: S105 - a sentence
_SWITCHED_OFF = "Socket Mode is switched off: switch it on in the Slack app's settings, under Socket Mode."
_SENTENCES = {
    "invalid_auth": f"Slack doesn't know SLACK_APP_TOKEN: {_TOKEN}",
    "not_authed": f"SLACK_APP_TOKEN didn't reach Slack: {_TOKEN}",
    "token_revoked": f"SLACK_APP_TOKEN was revoked: {_TOKEN}",
    "token_expired": f"SLACK_APP_TOKEN has expired: {_TOKEN}",
    "account_inactive": "SLACK_APP_TOKEN belongs to a Slack app that was deleted, or whose workspace was: forget the "
    "app in the console, generate it anew, and enter the new one's token.",
    "not_allowed_token_type": f"SLACK_APP_TOKEN isn't an app-level token (xapp-…): {_TOKEN}",
    "missing_scope": f"SLACK_APP_TOKEN lacks a scope: {_TOKEN}",
    "link_disabled": _SWITCHED_OFF,
    "forbidden_team": _SWITCHED_OFF,
    "too_many_websockets": "Slack holds ten sockets of this app already, the most it allows: stop the other programs "
    "that use its app-level token.",
    "proxy_credentials": "The proxy refuses our credentials (407): correct the user and password in HTTPS_PROXY.",
    "certificate_not_trusted": "The certificate that Slack's address shows isn't trusted: if a proxy opens TLS, "
    "put its authority's certificate into OUTBOUND_CA_FILE.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketStatus:
    """One slot of the pool."""

    state: State
    since: datetime
    """When it came into this state; for an open one: when the hello arrived."""
    reason: str
    """Why the latest attempt failed or the latest socket was left; empty when neither happened yet."""
    num_connections: int
    """Sockets of the app that Slack counted at the hello; 0 before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """The sockets together."""

    sockets: tuple[SocketStatus, ...]
    alarms: tuple[str, ...]
    """Sentences for an administrator, each once; empty when all is well."""
    envelopes: Mapping[str, int]
    """Received since the start, by type; `unknown` for types that we don't know."""
    happenings: Mapping[str, int]
    """How often since the start: `acknowledged`, of these `acknowledged_elsewhere` (on another socket) and
    `acknowledged_late` (after Slack's 3 s); `unacknowledged` (no socket took it), `unanswered` (ours failed),
    `left_unread` (while stopping), `garbage` (frames), and `left_<reason>`, `failed_<reason>` of sockets."""
    in_hand: int

    @property
    def open(self) -> int:
        """Sockets that Slack can deliver on."""
        return sum(socket.state == "open" for socket in self.sockets)

    @property
    def well(self) -> bool:
        """Whether nobody needs to look."""
        return not self.alarms


def sentence(reason: str) -> str:
    """What an administrator should do about a refusal."""
    return _SENTENCES.get(
        reason, f"Slack gives out no socket ({reason}): check the Slack app, SLACK_APP_TOKEN and the outbound network."
    )


def strangers(counted: int, ours: int) -> str:
    """The alarm about sockets of the app that aren't ours."""
    return (
        f"Slack counts {counted} sockets of this app, and only {ours} are ours: another program uses the same "
        "app-level token and takes part of the commands. Give each agent a Slack app of its own."
    )


def none_open(reason: str) -> str:
    """The alarm while Slack can't reach us at all."""
    if reason in _SENTENCES:
        return _SENTENCES[reason]
    why = f" ({reason})" if reason else ""
    return f"No socket to Slack is open{why}: commands don't arrive. It is tried again; check the outbound network."
