"""Slack's Web API by urllib3's pool: one call, and its answer as a value.

Nothing is sent twice: `retries=False` (by default the pool repeats a GET four times, and other clients a lost POST).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError

from relay_lambda.carrying.ports import SLACK_S, Answer, Answered
from shared.outcome import Retry, Unknown
from shared.slack_errors import outcome

CONNECTIONS = 10
"""As many as a batch has groups."""
NOT_SLACK = "answer_not_from_slack"
_TOO_MANY, _GATEWAY_TIMEOUT, _SERVER_ERROR, _CLIENT_ERROR, _REDIRECT = 429, 504, 500, 400, 300
_NEVER_SENT = (NewConnectionError, urllib3.exceptions.ConnectTimeoutError, LocationParseError)
_JSON = "application/json; charset=utf-8"


class SlackApi:
    """`relay_lambda.carrying.ports.Slack` over HTTP."""

    def __init__(self, api_url: str, *, timeout_s: float = SLACK_S) -> None:
        self._api_url = api_url.rstrip("/") + "/"
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS, retries=False, timeout=urllib3.Timeout(total=timeout_s), num_pools=2
        )

    def call(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """See the port."""
        return self._sent(token, method, json.dumps(arguments).encode(), {"Content-Type": _JSON})

    def query(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answered:
        """See the port."""
        return self._sent(token, f"{method}?{urlencode(arguments)}", b"", {})

    def _sent(self, token: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        authorized = {"Authorization": f"Bearer {token}", **headers}
        try:
            response = self._pool.request(
                "POST", self._api_url + path, body=body, headers=authorized, retries=False, redirect=False
            )
        except _NEVER_SENT as failure:
            return Retry(None, type(failure).__name__)
        except (HTTPError, OSError) as failure:
            return Unknown(type(failure).__name__)
        return _answered(response.status, response.headers, response.data)


def _answered(status: int, headers: Mapping[str, str], body: bytes) -> Answered:
    if status == _TOO_MANY:
        return Retry(_retry_after_s(headers), "ratelimited", rate_limited=True)
    fields = _fields(body)
    if status < _REDIRECT and fields.get("ok") is True:
        return Answer(fields, _scopes(headers))
    code = fields.get("error")
    if isinstance(code, str) and code:
        return outcome(code)
    if status == _GATEWAY_TIMEOUT:
        return Unknown("http_504")
    if status >= _SERVER_ERROR:
        return Retry(None, f"http_{status}")
    return Unknown(f"http_{status}" if status >= _CLIENT_ERROR else NOT_SLACK)


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _scopes(headers: Mapping[str, str]) -> Sequence[str]:
    return tuple(sorted(filter(None, map(str.strip, headers.get("X-OAuth-Scopes", "").split(",")))))


def _retry_after_s(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After", "")
    return float(max(1, int(text))) if text.isascii() and text.isdigit() and len(text) <= len("86400") else 1.0
