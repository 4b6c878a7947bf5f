"""The networks that the agent speaks to, each with its own connections, trust and proxy.

`aiohttp` applies a proxy to a request, not to a session: callers pass `proxy=network.proxy.for_url(url)`. Sessions
don't look at the environment (`trust_env`): settings are read in one place, and what is meant for Slack must not
decide about GHES.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from agent.clock import SystemClock
from agent.net.lockout import Lockout
from agent.net.proxy import Proxy
from agent.net.resolver import LocalhostResolver
from agent.net.tls import tls_context
from shared.clock import Clock

_BACKSTOP = aiohttp.ClientTimeout(total=120, sock_connect=15)
"""Callers put their own, shorter time-outs around each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A session and the proxy that its requests take."""

    session: aiohttp.ClientSession
    proxy: Proxy


@asynccontextmanager
async def network(
    *, ca_file: Path | None = None, proxy: Proxy | None = None, clock: Clock | None = None
) -> AsyncIterator[Network]:
    """Hold connections open while the block runs.

    Outside: `OUTBOUND_CA_FILE`, `HTTPS_PROXY` and `NO_PROXY`. GHES: `GHES_CA_FILE` and `GHES_PROXY` alone. The clock
    says when a proxy that refused our credentials is asked again.
    Raises `SettingsError` for an unreadable bundle.
    """
    connector = aiohttp.TCPConnector(ssl=tls_context(ca_file), resolver=LocalhostResolver())
    async with aiohttp.ClientSession(
        connector=connector,
        trust_env=False,
        timeout=_BACKSTOP,
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(Lockout(clock or SystemClock()),),
    ) as session:
        yield Network(session=session, proxy=proxy or Proxy())
