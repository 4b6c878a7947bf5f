"""Web API calls whose arguments are secret: always in the body of a POST, never in an address.

slack_sdk puts the manifest and the refresh token of a configuration token into the query (measured), hence our own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from agent.net.failure import reason
from agent.net.outbound import Network
from agent.slack.socket_mode.tickets import retry_after_s
from shared.clock import Clock
from shared.event import mapping

TIMEOUT_S = 15.0
_TOO_MANY, _SERVER_ERROR = 429, 500


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Slack gave no answer that can be read; what was asked may have been done. A few words."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAnswer:
    """What Slack answered, also where it says no: `ok`, `error` and the rest as its reference has it."""

    fields: Mapping[str, Any]
    scopes: frozenset[str] = frozenset()
    """Those of the token (header `x-oauth-scopes`)."""

    @property
    def ok(self) -> bool:
        """Whether Slack says so."""
        return self.fields.get("ok") is True

    @property
    def error(self) -> str:
        """Slack's code; empty where it is ok."""
        return "" if self.ok else str(self.fields.get("error") or "no_error_given")


class FormCalls:
    """`call` posts a form; `token` goes into the header, a client's id and secret into Basic authorization."""

    def __init__(self, network: Network, api_url: str, clock: Clock) -> None:
        self._network, self._api_url, self._clock = network, api_url, clock

    async def call(
        self, method: str, fields: Mapping[str, str], *, token: str = "", client: tuple[str, str] | None = None
    ) -> FormAnswer | Unanswered:
        """Call a method once; nothing is repeated."""
        url = f"{self._api_url}{method}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if client:
            headers["Authorization"] = aiohttp.encode_basic_auth(*client)
        asked = self._network.session.post(
            url,
            data=dict(fields),
            headers=headers,
            proxy=self._network.proxy.for_url(url),
            allow_redirects=False,
        )
        try:
            async with self._clock.timeout(TIMEOUT_S), asked as response:
                return _answer(response.status, response.headers, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Unanswered(reason(error))


def _answer(status: int, headers: Mapping[str, str], body: bytes) -> FormAnswer | Unanswered:
    if status == _TOO_MANY:
        return Unanswered(f"Slack asks to wait {retry_after_s(headers):.0f} s")
    if status >= _SERVER_ERROR:
        return Unanswered(f"answered_{status}")
    try:
        fields = mapping(json.loads(body))
    except (ValueError, RecursionError):
        fields = {}
    if "ok" not in fields:
        return Unanswered("answer_not_from_slack")
    scopes = frozenset(headers.get("x-oauth-scopes", "").replace(" ", "").split(",")) - {""}
    return FormAnswer(fields=fields, scopes=scopes)
