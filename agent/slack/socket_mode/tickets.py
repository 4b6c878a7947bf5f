"""Tickets: the address of one WebSocket, good for one attempt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from agent.net.failure import PROXY_CREDENTIALS, reason
from agent.net.outbound import Network
from shared.clock import Clock
from shared.event import flag, text

OPEN_S = 10.0
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_PASSING = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "request_timeout", "rollback", "service_unavailable"}
)
"""Slack's own troubles. Any other refusal needs a person, who changes a token or a switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Where to connect, once."""

    url: str = field(repr=False)
    """Whoever has it can take the app's traffic: never logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """It will pass; try again."""

    reason: str
    after_s: float = 0.0
    """What `Retry-After` asked for; 0 when it didn't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It won't pass until somebody changes something; try again rarely."""

    reason: str
    """Slack's error, e.g. `invalid_auth`, or `proxy_credentials`."""


class Tickets:
    """The desk where tickets are drawn: `apps.connections.open`."""

    def __init__(self, network: Network, *, api_url: str, app_token: str, clock: Clock) -> None:
        self._network = network
        self._url = f"{api_url.rstrip('/')}/apps.connections.open"
        self._headers = {"Authorization": f"Bearer {app_token}"}
        self._clock = clock

    async def draw(self) -> Ticket | Wait | Refused:
        """Ask for one ticket. Tier 3: 50 a minute for the app."""
        try:
            async with (
                self._clock.timeout(OPEN_S),
                self._network.session.post(
                    self._url, headers=self._headers, proxy=self._network.proxy.for_url(self._url)
                ) as response,
            ):
                return _ticket(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, OSError) as error:
            return unreached(error)


def unreached(error: aiohttp.ClientError | OSError) -> Wait | Refused:
    """What to make of a request that got no answer, or not the one that was hoped for.

    Wrong credentials count as a refusal: repeating them soon would lock the account at many a proxy.
    """
    if (why := reason(error)) == PROXY_CREDENTIALS:
        return Refused(reason=why)
    headers = error.headers if isinstance(error, aiohttp.ClientResponseError) else None
    return Wait(reason=why, after_s=retry_after_s(headers or {}))


def retry_after_s(headers: Mapping[str, str]) -> float:
    """The seconds in `Retry-After`; 0 when there are none."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdecimal() else 0.0


def _ticket(status: int, headers: Mapping[str, str], body: bytes) -> Ticket | Wait | Refused:
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
        return Wait(reason=f"answered_{status}", after_s=retry_after_s(headers))
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return Wait(reason="answer_not_from_slack")
    url, error = text(fields, "url"), text(fields, "error")
    if flag(fields, "ok") and url.startswith(("wss://", "ws://")):
        return Ticket(url=url)
    if not error:
        return Wait(reason="answer_not_from_slack")
    return Wait(reason=error) if error in _PASSING else Refused(reason=error)
