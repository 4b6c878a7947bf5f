"""Installation tokens: what the App may read, one hour at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from gidgethub import BadRequest

from agent.ghes.answers import Refused, Unreachable, ask
from agent.ghes.app_auth import App
from agent.ghes.client import Ghes, GhesClient
from shared.event import instant, text

T = TypeVar("T")

_REFRESHED_BEFORE = timedelta(minutes=5)


@dataclass(slots=True)
class _Held:
    """One installation's token, and the lock that lets one caller fetch it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    expires_at: datetime | None = None


class Installations:
    """Reads with the token of an installation. 20 callers at once cost one token.

    gidgethub's exceptions pass through: `HTTPException` 404 when the installation is gone, 403 when it is suspended.
    """

    def __init__(self, *, app: App, ghes: Ghes) -> None:
        self._app = app
        self._ghes = ghes
        self._held: dict[int, _Held] = {}

    async def token(self, installation_id: int) -> str:
        """A token good for 5 minutes or more. No assumption about its length: some are over 500 characters."""
        held = self._held.setdefault(installation_id, _Held())
        async with held.lock:
            if held.expires_at is None or self._app.server_now() >= held.expires_at - _REFRESHED_BEFORE:
                minted = await self._app.post(f"/app/installations/{installation_id}/access_tokens")
                held.token, held.expires_at = text(minted, "token"), instant(minted, "expires_at")
            return held.token

    def forget(self, installation_id: int) -> None:
        """Drop the token: the installation was deleted or suspended. One that is being fetched is not kept either."""
        self._held.pop(installation_id, None)

    async def owner(self, installation_id: int) -> str | Refused | Unreachable:
        """The login of the account that it is on; for somebody who waits for the answer."""
        match await ask(self._app.get("/app/installations/{id}", {"id": str(installation_id)})):
            case Refused() | Unreachable() as no:
                return no
            case installation:
                return text(installation, "account", "login")

    async def get(self, installation_id: int, url: str, url_vars: Mapping[str, str] | None = None) -> Any:
        """The object at `url`, with the token of the installation."""
        return await self._reading(installation_id, lambda client: client.getitem(url, url_vars))

    async def listing(self, installation_id: int, url: str, key: str, most_pages: int = 10) -> list[Any]:
        """The items of all pages, in GHES's order. `key` is the field that holds them where a page is an object."""

        async def pages(client: GhesClient) -> list[Any]:
            found: list[Any] = []
            more: str | None = url
            for _ in range(most_pages):
                if more is None:
                    break
                page, more = await client.page(more)
                found.extend(page.get(key, []) if isinstance(page, Mapping) else page)
            return found

        return await self._reading(installation_id, pages)

    async def _reading(self, installation_id: int, request: Callable[[GhesClient], Awaitable[T]]) -> T:
        """Ask once more with a new token when GHES no longer knows this one."""
        try:
            return await request(self._ghes.client(await self.token(installation_id)))
        except BadRequest as refused:
            if refused.status_code != HTTPStatus.UNAUTHORIZED:
                raise
        self.forget(installation_id)
        return await request(self._ghes.client(await self.token(installation_id)))
