"""What the checks look at."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from agent.examining.ghes import GhesAsked
from agent.examining.kept import Kept, kept
from agent.examining.once import Once
from agent.examining.reach import Reached, Unreached, reach
from agent.examining.slack import SlackAsked
from agent.net.outbound import Network, network
from agent.net.proxy import Proxy
from agent.settings import Settings, SettingsError
from agent.stored_settings import fixed
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that a check is given; what it asks is asked once for all of them."""

    settings: Settings
    """In effect."""
    fixed: frozenset[str]
    """Names of those that the environment has set."""
    kept: Kept
    clock: Clock
    outside: Network
    inside: Network
    ghes: GhesAsked
    slack: SlackAsked
    agent: Once[Reached | Unreached]
    """`/readyz` at `AGENT_URL`, asked from here, without a proxy."""

    @classmethod
    def of(
        cls, found: Kept, *, fixed: frozenset[str], outside: Network, inside: Network, clock: Clock
    ) -> "Surroundings":
        """Those of settings in effect; nothing has been asked yet. A running agent passes its own networks."""
        settings = found.settings
        direct = Network(session=inside.session, proxy=Proxy())
        return cls(
            settings=settings,
            fixed=fixed,
            kept=found,
            clock=clock,
            outside=outside,
            inside=inside,
            ghes=GhesAsked(settings, inside, clock),
            slack=SlackAsked(settings, found.workspaces, outside, clock),
            agent=Once(lambda: reach(direct, f"{settings.agent_url}/readyz", clock)),
        )


@asynccontextmanager
async def surroundings(given: Settings, clock: Clock) -> AsyncIterator[Surroundings]:
    """Those of the environment's settings, for a process of its own."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(kept(given, clock))
        outside = await _network(stack, clock, given.outbound_ca_file, given.https_proxy, given.no_proxy)
        inside = await _network(stack, clock, given.ghes_ca_file, given.ghes_proxy)
        yield Surroundings.of(found, fixed=fixed(given), outside=outside, inside=inside, clock=clock)


async def _network(
    stack: AsyncExitStack, clock: Clock, ca_file: Path | None, proxy_url: SecretStr | None, no_proxy: str = ""
) -> Network:
    """A bundle that can't be read is left out here: a check of its own says so."""
    proxy = Proxy(url=proxy_url.get_secret_value() if proxy_url else None, no_proxy=no_proxy)
    try:
        return await stack.enter_async_context(network(ca_file=ca_file, proxy=proxy, clock=clock))
    except SettingsError:
        return await stack.enter_async_context(network(proxy=proxy, clock=clock))
