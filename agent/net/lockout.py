"""Not asking a proxy again that refuses our credentials: many a directory locks an account after a few wrong tries."""

import asyncio

import aiohttp

from agent.net.failure import PROXY_CREDENTIALS, reason
from shared.clock import Clock

ASKED_AGAIN_S = 300.0
"""Three tries in a quarter of an hour, which is below what such directories are set to."""


class Lockout:
    """A middleware of one session, whose requests take one proxy or none.

    Sockets, posts and answers all try again by themselves, each in its own time, and at the start all at once. Until
    the proxy has taken our credentials, one request asks it and the others wait for what becomes of that. While a
    refusal stands, they end here with the same error, and the proxy hears of one try for all of them. What goes
    without a proxy isn't touched.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused: tuple[float, aiohttp.ClientHttpProxyError] | None = None
        self._taken = False
        self._asking = asyncio.Lock()

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Let the request go, or raise `ClientHttpProxyError` as the proxy did."""
        if request.proxy is None:
            return await handler(request)
        if not self._taken:
            async with self._asking:
                if not self._taken:
                    return await self._asked(request, handler)
        return await self._asked(request, handler)

    async def _asked(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if self._refused and self._clock.monotonic() - self._refused[0] < ASKED_AGAIN_S:
            raise _again(self._refused[1])
        try:
            response = await handler(request)
        except aiohttp.ClientHttpProxyError as error:
            self._taken = reason(error) != PROXY_CREDENTIALS
            if not self._taken:
                self._refused = self._clock.monotonic(), _again(error)
            raise
        self._taken = True
        return response


def _again(error: aiohttp.ClientHttpProxyError) -> aiohttp.ClientHttpProxyError:
    """One of its own for each who is refused: an exception that is raised twice keeps both traces."""
    return aiohttp.ClientHttpProxyError(
        error.request_info, error.history, status=error.status, message=error.message, headers=error.headers
    )
