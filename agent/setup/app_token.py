"""The app-level token: whether it opens a socket, whose app it is, and what it lacks."""

import json
from dataclasses import dataclass

import aiohttp
import structlog

from agent.net.failure import reason
from agent.net.outbound import Network
from agent.setup.trouble import Trouble, unreached
from agent.slack.form_calls import FormCalls, Unanswered
from shared.clock import Clock
from shared.event import mapping, text

log = structlog.get_logger()
FIELD = "slack_app_token"
WANTED = ("connections:write", "authorizations:read")
_HELLO_S = 10.0
_MAKE = "in the Slack app's page, under Basic Information, App-Level Tokens, Generate Token and Scopes"
_ERRORS = {
    "invalid_auth": f"Slack doesn't know this token: make a new one {_MAKE}.",
    "not_authed": f"Slack doesn't know this token: make a new one {_MAKE}.",
    "token_revoked": f"This token was revoked: make a new one {_MAKE}.",
    "token_expired": f"This token has expired: make a new one {_MAKE}.",
    "not_allowed_token_type": f"That is another kind of token: one that begins with xapp- is made {_MAKE}.",
    "missing_scope": f"This token lacks connections:write: make one with that scope {_MAKE}.",
    "account_inactive": "The app that this token belongs to was deleted.",
    "forbidden_team": "Socket Mode is switched off in the Slack app: switch it on in its page, under Socket Mode.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A token that opened a socket."""

    app_id: str
    lacks: tuple[str, ...]
    """Scopes that it should have and hasn't, if Slack has told its scopes."""

    @property
    def says(self) -> str:
        """What should be done about it; empty when nothing."""
        if not self.lacks:
            return ""
        return f"The token lacks {', '.join(self.lacks)}: make one that has it too, {_MAKE}."


async def check(token: str, app_id: str, *, calls: FormCalls, outside: Network, clock: Clock) -> Checked | Trouble:
    """Open a socket with the token, and leave it at once. `app_id`: the app that it must be of; empty for any."""
    opened = await calls.call("apps.connections.open", {}, token=token)
    if isinstance(opened, Unanswered):
        return Trouble(says=unreached("Slack", opened.reason))
    if not opened.ok:
        says = _ERRORS.get(opened.error, f"Slack refuses this token ({opened.error}).")
        return Trouble(fields={FIELD: says})
    greeted = await _greeted(text(opened.fields, "url"), outside, clock)
    if isinstance(greeted, Trouble):
        return greeted
    if app_id and greeted and greeted != app_id:
        return Trouble(fields={FIELD: f"This token is of another Slack app ({greeted}), not of {app_id}."})
    told = mapping(opened.fields, "response_metadata").get("scopes")
    scopes = opened.scopes | (set(told) if isinstance(told, list) else set())
    lacks = tuple(scope for scope in WANTED if scope not in scopes) if scopes else ()
    return Checked(app_id=greeted or app_id, lacks=lacks)


async def _greeted(url: str, outside: Network, clock: Clock) -> str | Trouble:
    """The app that says hello on a new socket; empty where it doesn't say which."""
    try:
        async with (
            clock.timeout(_HELLO_S),
            outside.session.ws_connect(url, proxy=outside.proxy.for_url(url)) as socket,
        ):
            hello = mapping(json.loads(await socket.receive_str()))
    except (TimeoutError, aiohttp.ClientError, OSError, TypeError, ValueError) as error:
        log.warning("no socket could be opened with the new token", reason=reason(error))
        return Trouble(says=unreached("Slack's socket", reason(error)))
    if text(hello, "type") != "hello":
        return Trouble(says="Slack closed the socket before its hello: try it again in a minute.")
    return text(hello, "connection_info", "app_id")
