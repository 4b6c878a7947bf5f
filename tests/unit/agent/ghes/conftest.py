from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from agent.ghes.app_auth import App, AppAuth
from agent.ghes.client import Ghes
from agent.ghes.hosts import Hosts
from agent.ghes.installations import Installations
from agent.net.outbound import Network, network
from infra.sandbox.driven_clock import DrivenClock


class HurryingClock(DrivenClock):
    """Moves on by itself when somebody sleeps, so that `monotonic` tells how long was waited."""

    async def sleep(self, seconds: float) -> None:
        await self.advance(seconds, step_s=seconds)


@pytest.fixture
def clock() -> DrivenClock:
    return HurryingClock()


@pytest.fixture
async def connections() -> AsyncIterator[Network]:
    async with network() as opened:
        yield opened


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[web.Application], Awaitable[str]]]:
    """Starts an application on loopback and gives its root."""
    async with AsyncExitStack() as stack:

        async def start(application: web.Application) -> str:
            server = await stack.enter_async_context(TestServer(application))
            return str(server.make_url("/"))

        yield start


@pytest.fixture
def ghes_at(connections: Network, clock: DrivenClock) -> Callable[[str], Ghes]:
    def at(url: str) -> Ghes:
        return Ghes(network=connections, hosts=Hosts.of(url), clock=clock, jitter=lambda: 0.0)

    return at


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def app_at(ghes_at: Callable[[str], Ghes], key: RSAPrivateKey, clock: DrivenClock) -> Callable[[str], App]:
    def at(url: str) -> App:
        return App(ghes=ghes_at(url), auth=AppAuth(app_id="7", key=key, clock=clock))

    return at


@pytest.fixture
def installations_at(
    ghes_at: Callable[[str], Ghes], key: RSAPrivateKey, clock: DrivenClock
) -> Callable[[str], Installations]:
    def at(url: str) -> Installations:
        ghes = ghes_at(url)
        return Installations(app=App(ghes=ghes, auth=AppAuth(app_id="7", key=key, clock=clock)), ghes=ghes)

    return at
