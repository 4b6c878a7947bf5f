"""The App's own signature: a JWT made from its private key.

Facts from GitHub's documentation of App authentication: RS256, `iat` in the past, `exp` at most 10 minutes ahead, both
by the *server's* clock. A server whose clock differs from ours refuses with 401 and tells its time; we adopt it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gidgethub import BadRequest

from agent.ghes.client import Ghes
from shared.clock import Clock

T = TypeVar("T")

_BACKDATED_S = 60
_LIFE_S = 9 * 60
_KEPT_S = 8 * 60
_SKEW_WORTH_ADOPTING_S = 30

log = structlog.get_logger()


def load_key(pem: str) -> RSAPrivateKey:
    """The private key in `pem`; ValueError with a sentence when it holds none. Slow (35 ms): load it once."""
    try:
        match load_pem_private_key(pem.encode(), password=None):
            case RSAPrivateKey() as key:
                return key
    except (ValueError, TypeError):  # not PEM; encrypted
        pass
    raise ValueError("The GitHub App's private key must be the RSA key in PEM form that GHES gave, unencrypted.")


class AppAuth:
    """Signs as the App; a signature is kept for 8 minutes."""

    def __init__(self, *, app_id: str, key: RSAPrivateKey, clock: Clock) -> None:
        self._app_id = app_id
        self._key = key
        self._clock = clock
        self._signing = asyncio.Lock()
        self._signature = ""
        self._signed_at_s = float("-inf")
        self._offset_s = 0.0

    async def signature(self) -> str:
        """The JWT to send as `Bearer`; callers at the same moment share one."""
        async with self._signing:
            if self._clock.monotonic() - self._signed_at_s >= _KEPT_S:
                signed_at_s = self._clock.monotonic()
                self._signature = await asyncio.to_thread(self._sign, self.server_now())
                self._signed_at_s = signed_at_s
            return self._signature

    def server_now(self) -> datetime:
        """The present instant by the server's clock, as far as it had to be learned."""
        return self._clock.now() + timedelta(seconds=self._offset_s)

    def adopt(self, skew_s: float) -> bool:
        """Sign by the server's clock from now on; False when that would change nothing."""
        if abs(skew_s - self._offset_s) < _SKEW_WORTH_ADOPTING_S:
            return False
        log.warning("the clock of ghes differs from ours", skew_s=skew_s)
        self._offset_s = skew_s
        self._signed_at_s = float("-inf")
        return True

    def _sign(self, at: datetime) -> str:
        now_s = int(at.timestamp())
        claims = {"iat": now_s - _BACKDATED_S, "exp": now_s + _LIFE_S, "iss": self._app_id}
        return jwt.encode(claims, self._key, algorithm="RS256")


class App:
    """The GitHub App's own calls, those that need its signature and no installation."""

    def __init__(self, *, ghes: Ghes, auth: AppAuth) -> None:
        self._ghes = ghes
        self._auth = auth

    async def get(self, url: str, url_vars: Mapping[str, str] | None = None) -> Any:
        """The object at `url`."""
        return await self._signed(lambda signature: self._ghes.client().getitem(url, url_vars, jwt=signature))

    async def post(self, url: str, *, data: Any = b"") -> Any:
        """What `url` answers to `data`."""
        return await self._signed(lambda signature: self._ghes.client().post(url, data=data, jwt=signature))

    async def patch(self, url: str, *, data: Any) -> Any:
        """What `url` answers to a change."""
        return await self._signed(lambda signature: self._ghes.client().patch(url, data=data, jwt=signature))

    async def page(self, url: str) -> tuple[Any, str | None]:
        """One page of a listing and the address of the next."""
        return await self._signed(lambda signature: self._ghes.client().page(url, jwt=signature))

    def server_now(self) -> datetime:
        """The present instant by the server's clock."""
        return self._auth.server_now()

    async def _signed(self, request: Callable[[str], Awaitable[T]]) -> T:
        try:
            return await request(await self._auth.signature())
        except BadRequest as refused:
            if refused.status_code != HTTPStatus.UNAUTHORIZED or not self._auth.adopt(self._ghes.server.skew_s):
                raise
        return await request(await self._auth.signature())
