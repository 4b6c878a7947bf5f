"""Slack's Web API: one call, and its answer as a value.

slack_sdk speaks the wire format; its retries are off, since its default ones post again after a lost answer (measured).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agent.net.failure import reason
from agent.net.outbound import Network
from agent.slack.socket_mode.tickets import retry_after_s
from agent.workspaces import Workspaces
from shared.clock import Clock
from shared.event import text
from shared.outcome import Refused, Retry, Unknown
from shared.slack_errors import outcome

TIMEOUT_S = 12.0
_TOO_MANY, _GATEWAY_TIMEOUT, _SERVER_ERROR, _CLIENT_ERROR = 429, 504, 500, 400
NO_WORKSPACE_RETRY_S = 5.0
_EXPIRED = "token_expired"
_MOST_CLIENTS = 1000
NOT_SLACK = "answer_not_from_slack"
"""A proxy's page, say: slack_sdk stumbles over what isn't a JSON object."""
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """`ok: true`; `fields` as Slack's reference of the method names them."""

    fields: Mapping[str, Any] = field(repr=False)
    scopes: frozenset[str] = frozenset()
    """Those of the token (header `x-oauth-scopes`)."""


Answered = Answer | Retry | Refused | Unknown


class WebApi:
    """Calls methods with the bot token of a workspace."""

    def __init__(
        self,
        *,
        network: Network,
        api_url: str,
        workspaces: Workspaces,
        clock: Clock,
        expired: Callable[[str], None] = lambda _team_id: None,
    ) -> None:
        """`expired` is called with the workspace whose token has run out; the call itself ends as `Retry`."""
        self._network, self._api_url, self._workspaces, self._clock = network, api_url, workspaces, clock
        self._expired = expired
        self._clients: dict[str, AsyncWebClient] = {}

    async def call(self, team_id: str, method: str, **arguments: Any) -> Answered:
        """Call `method` for a workspace, with arguments as JSON. `Unknown` is whatever may have been done."""
        return await self._of_workspace(team_id, method, json=arguments)

    async def query(self, team_id: str, method: str, **arguments: Any) -> Answered:
        """Like `call`, for the methods that take their arguments in the query (reads, joins)."""
        return await self._of_workspace(team_id, method, params=arguments)

    async def call_with(self, token: str, method: str, **request: Any) -> Answered:
        """Call `method` with a token; `request` is what slack_sdk's `api_call` takes."""
        try:
            async with self._clock.timeout(TIMEOUT_S):
                response = await self._client(token).api_call(method, **request)
        except SlackApiError as error:
            return _refused(error)
        except _NEVER_SENT as error:
            return Retry(None, reason(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unknown(reason(error))
        except (AttributeError, ValueError, RecursionError):
            return Unknown(NOT_SLACK)
        return Answer(response.data if isinstance(response.data, Mapping) else {}, _scopes(response.headers))

    async def _of_workspace(self, team_id: str, method: str, **request: Any) -> Answered:
        if team_id not in self._workspaces:
            return Retry(NO_WORKSPACE_RETRY_S, "workspace_not_connected")
        answer = await self.call_with(self._workspaces[team_id].token, method, **request)
        if isinstance(answer, Retry) and answer.reason == _EXPIRED:
            self._expired(team_id)
        return answer

    def _client(self, token: str) -> AsyncWebClient:
        if token not in self._clients:
            if len(self._clients) >= _MOST_CLIENTS:  # tokens that are renewed leave theirs behind
                self._clients.clear()
            self._clients[token] = client = AsyncWebClient(
                token=token,
                base_url=self._api_url,
                session=self._network.session,
                trust_env_in_session=False,
                retry_handlers=[],
            )
            client.proxy = self._network.proxy.for_url(self._api_url)  # without one, it took the environment's
        return self._clients[token]


def _refused(error: SlackApiError) -> Retry | Refused | Unknown:
    # Where a body says that it is JSON and isn't, slack_sdk hands over aiohttp's own response.
    response = error.response
    status = response.status if isinstance(response, aiohttp.ClientResponse) else response.status_code
    fields = getattr(response, "data", None)
    if status == _TOO_MANY:
        return Retry(max(1.0, retry_after_s(response.headers)), "ratelimited", rate_limited=True)
    if code := text(fields, "error"):
        return outcome(code)
    if status == _GATEWAY_TIMEOUT:
        return Unknown("http_504")
    if status >= _SERVER_ERROR:
        return Retry(None, f"http_{status}")
    return Unknown(f"http_{status}" if status >= _CLIENT_ERROR else NOT_SLACK)


def _scopes(headers: Mapping[str, str]) -> frozenset[str]:
    return frozenset(headers.get("x-oauth-scopes", "").replace(" ", "").split(",")) - {""}
