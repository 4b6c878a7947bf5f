"""gidgethub on our session: one server, its API version, its limits, its renamed repositories.

`GhesClient` adds to gidgethub what it lacks for GHES, all of it in the one method that gidgethub leaves to its users:

    _request ── repeats what a limit or a 5xx stopped (limits.wait_s)
      └── _arrive ── follows redirects: a GET by its Location, a write by the repository's new name
            └── _send ── this server only, under a timeout, noting version and clock
"""

import random
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import aiohttp
import structlog
from gidgethub import GitHubException, sansio
from gidgethub import aiohttp as gidgethub_aiohttp

from agent.ghes.etags import EtagCache
from agent.ghes.hosts import Hosts
from agent.ghes.limits import Answer, wait_s
from agent.ghes.server import Server
from agent.net.failure import reason
from agent.net.outbound import Network
from shared.clock import Clock

API_VERSION = "2022-11-28"
"""Known to every supported GHES; 2026-03-10 only from 3.21 on."""
REQUEST_TIMEOUT_S = 30.0

_ACCEPT = "application/vnd.github+json"
_MOST_REDIRECTS = 5
_MOST_TOKENS = 64
_REDIRECTS = frozenset({301, 302, 307, 308})
_STATUSES = frozenset(status.value for status in HTTPStatus)
_BY_ID = re.compile(r"/repositories/(\d+)(?=[/?]|$)")
_BY_NAME = re.compile(r"/repos/[^/?]+/[^/?]+")

log = structlog.get_logger()


class ForeignHostError(GitHubException):
    """A link or redirect led to another host; the token was not sent there."""


class NoAnswerError(GitHubException):
    """The server could not be reached, or said nothing in time; a sentence with the word of `agent.net.failure`."""


class GhesClient(gidgethub_aiohttp.GitHubAPI):
    """gidgethub's API with one token on one server. Paths are relative to the REST base."""

    def __init__(
        self,
        network: Network,
        *,
        hosts: Hosts,
        server: Server,
        clock: Clock,
        token: str | None,
        jitter: Callable[[], float],
    ) -> None:
        # Without a token of its own a client signs as the App: hook deliveries of 25 MB, which no cache should keep.
        cache = EtagCache() if token else None
        super().__init__(network.session, "ghe-slack", oauth_token=token, base_url=hosts.rest, cache=cache)
        self._proxy = network.proxy.for_url(hosts.web)
        self._hosts = hosts
        self._server = server
        self._clock = clock
        self._jitter = jitter

    async def page(self, url: str, *, jwt: str | None = None) -> tuple[Any, str | None]:
        """One page of a listing, and the address of the next; None after the last."""
        body, more, _ = await self._make_request("GET", url, None, b"", _ACCEPT, jwt=jwt)
        return body, more

    async def write(self, method: str, url: str, url_vars: Mapping[str, str], data: Any = None) -> Any:
        """What a POST, PUT, PATCH or DELETE answers; None where there is no body."""
        body, _, _ = await self._make_request(method, url, url_vars, b"" if data is None else data, _ACCEPT)
        return body

    async def graphql(self, query: str, *, endpoint: str = "", **variables: Any) -> Any:
        """The `data` of the answer. `endpoint` is this server's own unless given; gidgethub's default is github.com."""
        return await super().graphql(query, endpoint=endpoint or self._hosts.graphql, **variables)

    async def sleep(self, seconds: float) -> None:
        """Sleep by our clock."""
        await self._clock.sleep(seconds)

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {**headers, "x-github-api-version": API_VERSION}
        if headers.get("accept") == sansio.accept_format():
            headers["accept"] = _ACCEPT
        is_graphql, attempt = url == self._hosts.graphql, 0
        while True:
            answer = await self._arrive(method, url, headers, body)
            now, jitter = self._clock.now(), self._jitter()
            wait = wait_s(answer, method=method, attempt=attempt, now=now, is_graphql=is_graphql, jitter=jitter)
            if wait is None:
                return answer.status, answer.headers, answer.body
            log.warning("ghes request repeated", method=method, status=answer.status, wait_s=wait, attempt=attempt)
            await self.sleep(wait)
            attempt += 1

    async def _arrive(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The first answer that isn't a redirect; a redirect that leads nowhere is answered as it came."""
        answer = await self._send(method, url, headers, body)
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                break
            location = urljoin(url, answer.headers["Location"])
            target = location if method == "GET" else await self._renamed(url, location, headers)
            if target is None:
                break
            url = target
            answer = await self._send(method, url, headers, body)
        return answer

    async def _renamed(self, url: str, location: str, headers: Mapping[str, str]) -> str | None:
        """`url` with its repository's present name; aiohttp would repeat a POST as a GET without its body."""
        self._refuse_foreign(location)
        moved = _BY_ID.search(location)
        if moved is None:
            return None
        plain = {name: value for name, value in headers.items() if not name.startswith("content-")}
        answer = await self._send("GET", f"{self._hosts.rest}/repositories/{moved[1]}", plain, b"")
        if answer.status != HTTPStatus.OK:
            return None
        repository, _, _ = sansio.decipher_response(answer.status, answer.headers, answer.body)
        return _BY_NAME.sub(f"/repos/{repository['full_name']}", url, count=1)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self._refuse_foreign(url)
        asked = self._session.request(method, url, headers=headers, data=body, allow_redirects=False, proxy=self._proxy)
        try:
            async with self._clock.timeout(REQUEST_TIMEOUT_S), asked as response:
                answer = Answer(status=response.status, headers=response.headers, body=await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswerError(f"{self._hosts.web} can't be reached ({reason(error)}).") from error
        self._server.note(answer.headers, answer.status)
        if answer.status not in _STATUSES:  # a proxy's own invention, which gidgethub can't name
            raise NoAnswerError(f"{self._hosts.web} can't be reached (answered_{answer.status}).")
        return answer

    def _refuse_foreign(self, url: str) -> None:
        if not self._hosts.same_host(url):
            raise ForeignHostError(f"{self._hosts.web} led to an address of another host, which was not followed.")


class Ghes:
    """One GitHub Enterprise Server: hands out the client for a token, and knows what the server said of itself."""

    def __init__(
        self,
        *,
        network: Network,
        hosts: Hosts,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.hosts = hosts
        self.server = Server(clock)
        self._network = network
        self._clock = clock
        self._jitter = jitter
        self._clients: OrderedDict[str | None, GhesClient] = OrderedDict()

    def client(self, token: str | None = None) -> GhesClient:
        """The client that speaks with this token, the same one (with its ETags) for the same token."""
        client = self._clients.pop(token, None) or GhesClient(
            self._network, hosts=self.hosts, server=self.server, clock=self._clock, token=token, jitter=self._jitter
        )
        self._clients[token] = client
        if len(self._clients) > _MOST_TOKENS:
            self._clients.popitem(last=False)
        return client
