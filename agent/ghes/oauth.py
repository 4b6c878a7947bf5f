"""People's tokens: the web flow, the device flow, refreshing, revoking. gidgethub has none of it.

    authorize_url ─▶ (browser) ─▶ exchange ─┐
    begin_device ─▶ (browser) ─▶ poll_device┴─▶ Granted ─▶ refresh ─▶ Granted, both tokens new
                                                          └─ revoke

GHES says no with status 200 and an `error`; only `device_flow_disabled` comes as 400. What is sent and answered holds
secrets: nothing of it is logged, or part of what is raised.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import structlog

from agent.ghes.answers import Unreachable
from agent.ghes.client import API_VERSION
from agent.ghes.hosts import Hosts
from agent.net.failure import reason
from agent.net.outbound import Network
from agent.people.person import Tokens
from agent.people.ports import Account, Denied, DeviceGrant, Granted, Pending
from shared.clock import Clock
from shared.event import mapping, number, text

log = structlog.get_logger()
TIMEOUT_S = 15.0
INTERVAL_S = 5
"""GHES's own, where an answer doesn't name one."""
SLOWER_S = 5
"""What `slow_down` adds, where it doesn't say how much."""
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SAME = {"token_expired": "expired_token"}
"""GitHub's documentation has two names for one error."""

_Answer = tuple[int, Mapping[str, Any]]


class GhesOAuth:
    """`agent.people.ports.OAuth` on the web host of one server; nothing is sent anywhere else, and nothing repeated."""

    def __init__(self, network: Network, hosts: Hosts, client_id: str, client_secret: str, clock: Clock) -> None:
        self._network, self._hosts, self._clock = network, hosts, clock
        self._client_id, self._client_secret = client_id, client_secret

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """See the port."""
        asked = {"client_id": self._client_id, "redirect_uri": redirect_uri, "state": state, "allow_signup": "false"}
        return f"{self._hosts.web}/login/oauth/authorize?{urlencode(asked)}"

    async def exchange(self, code: str, redirect_uri: str) -> Granted | Denied | Unreachable:
        """See the port."""
        return self._granted(await self._token(code=code, redirect_uri=redirect_uri))

    async def begin_device(self) -> DeviceGrant | Denied | Unreachable:
        """See the port."""
        answer = await self._form("/login/device/code", {"client_id": self._client_id})
        if isinstance(answer, Unreachable):
            return answer
        _, fields = answer
        device_code, user_code = text(fields, "device_code"), text(fields, "user_code")
        if not device_code or not user_code:
            return _denied(answer)
        return DeviceGrant(
            device_code=device_code,
            user_code=user_code,
            verification_url=f"{self._hosts.web}/login/device",
            ends_at=self._in(number(fields, "expires_in") or 0),
            interval_s=number(fields, "interval") or INTERVAL_S,
        )

    async def poll_device(self, device_code: str) -> Granted | Pending | Denied | Unreachable:
        """See the port. GHES names the interval only with `slow_down`."""
        answer = await self._token(grant_type=_DEVICE_GRANT, device_code=device_code)
        if isinstance(answer, Unreachable):
            return answer
        _, fields = answer
        match text(fields, "error"):
            case "authorization_pending":
                return Pending(interval_s=number(fields, "interval") or INTERVAL_S)
            case "slow_down":
                return Pending(interval_s=number(fields, "interval") or INTERVAL_S + SLOWER_S)
            case _:
                return self._granted(answer)

    async def refresh(self, refresh_token: str) -> Granted | Denied | Unreachable:
        """See the port."""
        return self._granted(await self._token(grant_type="refresh_token", refresh_token=refresh_token))

    async def revoke(self, access_token: str, *, everything: bool = True) -> bool:
        """See the port. A token that GHES doesn't know (422) is worth nothing already."""
        path = f"/applications/{quote(self._client_id, safe='')}/{'grant' if everything else 'token'}"
        basic = aiohttp.encode_basic_auth(self._client_id, self._client_secret)
        answer = await self._asked(
            "DELETE", f"{self._hosts.rest}{path}", authorization=basic, json={"access_token": access_token}
        )
        if isinstance(answer, Unreachable):
            log.warning("ghes can't be told that a person signed out", reason=answer.reason)
            return False
        status, _ = answer
        if status in {HTTPStatus.NO_CONTENT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            return True
        log.warning("ghes didn't forget a person's authorization", status=status)
        return False

    async def account(self, access_token: str) -> Account | Denied | Unreachable:
        """See the port."""
        answer = await self._asked("GET", f"{self._hosts.rest}/user", authorization=f"Bearer {access_token}")
        if isinstance(answer, Unreachable):
            return answer
        status, fields = answer
        if status == HTTPStatus.UNAUTHORIZED or (status == HTTPStatus.FORBIDDEN and not _is_limit(fields)):
            return Denied(text(fields, "message") or str(status))
        id_, login = number(fields, "id"), text(fields, "login")
        if status != HTTPStatus.OK or id_ is None or not login:
            return self._unreadable(status)
        return Account(id=id_, login=login)

    async def _token(self, **fields: str) -> _Answer | Unreachable:
        ours = {"client_id": self._client_id, "client_secret": self._client_secret}
        return await self._form("/login/oauth/access_token", ours | fields)

    async def _form(self, path: str, fields: Mapping[str, str]) -> _Answer | Unreachable:
        answer = await self._asked("POST", f"{self._hosts.web}{path}", data=fields)
        if isinstance(answer, Unreachable) or answer[1]:
            return answer
        return self._unreadable(answer[0])

    async def _asked(self, method: str, url: str, *, authorization: str = "", **request: Any) -> _Answer | Unreachable:
        """The status and the object that was answered; an empty one where it isn't an object."""
        headers = {"Accept": "application/json", "X-GitHub-Api-Version": API_VERSION, "User-Agent": "ghe-slack"}
        if authorization:
            headers["Authorization"] = authorization
        proxy = self._network.proxy.for_url(self._hosts.web)
        asked = self._network.session.request(
            method, url, headers=headers, proxy=proxy, allow_redirects=False, **request
        )
        try:
            async with self._clock.timeout(TIMEOUT_S), asked as response:
                status, body = response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return Unreachable(reason=f"{self._hosts.web} can't be reached ({reason(error)}).")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._unreadable(status)
        try:
            return status, mapping(json.loads(body or b"{}"))
        except (ValueError, RecursionError):
            return status, {}

    def _granted(self, answer: _Answer | Unreachable) -> Granted | Denied | Unreachable:
        if isinstance(answer, Unreachable):
            return answer
        _, fields = answer
        access = text(fields, "access_token")
        if not access:
            return _denied(answer)
        ends_s, refresh_ends_s = number(fields, "expires_in"), number(fields, "refresh_token_expires_in")
        tokens = Tokens(
            access=access,
            access_ends_at=self._in(ends_s) if ends_s else None,
            refresh=text(fields, "refresh_token"),
            refresh_ends_at=self._in(refresh_ends_s) if refresh_ends_s else None,
        )
        return Granted(tokens)

    def _in(self, seconds: int) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _unreadable(self, status: int) -> Unreachable:
        return Unreachable(reason=f"{self._hosts.web} can't be reached (answered_{status}).")


def _denied(answer: _Answer) -> Denied:
    status, fields = answer
    error = text(fields, "error") or str(status)
    log.info("ghes gave no token", error=error, status=status)
    return Denied(_SAME.get(error, error))


def _is_limit(fields: Mapping[str, Any]) -> bool:
    return "rate limit" in text(fields, "message").lower()
