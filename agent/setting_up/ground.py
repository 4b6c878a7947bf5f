"""What setting up stands on, in a process beside the agent's, or before the agent has ever run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from agent import opening
from agent.net.outbound import Network, network
from agent.net.proxy import Proxy
from agent.opened_store import opened
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.setup.slack_app import SlackApps
from agent.slack.form_calls import FormCalls
from agent.slack.oauth import SlackOAuth
from agent.store.configuration import SqlConfiguration
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.stored_settings import effective_settings
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`version`: of what is stored; it is what these settings rest on."""

    settings: Settings
    """In effect."""
    fixed: frozenset[str]
    """Names of those that the environment has set."""
    version: int
    store: Store
    secrets: Secrets
    configuration: SqlConfiguration
    outside: Network
    inside: Network
    clock: Clock

    @property
    def calls(self) -> FormCalls:
        """Slack, with whatever token."""
        return FormCalls(self.outside, self.settings.slack_api_url, self.clock)

    @property
    def apps(self) -> SlackApps:
        """Slack's manifest API."""
        return SlackApps(self.calls)

    @property
    def oauth(self) -> SlackOAuth:
        """Whose tokens are."""
        return SlackOAuth(self.calls, None)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


@asynccontextmanager
async def ground(given: Settings, clock: Clock) -> AsyncIterator[Ground]:
    """Where to set up; an SQLite store is made if need be. `given`: those of the environment. Raises `Failure`."""
    await opening.prepare(given, migrate=False)
    secrets = Secrets(load_or_make(given))
    async with (
        opened(given) as store,
        network(
            ca_file=given.outbound_ca_file, proxy=_proxy(given.https_proxy, given.no_proxy), clock=clock
        ) as outside,
        network(ca_file=given.ghes_ca_file, proxy=_proxy(given.ghes_proxy), clock=clock) as inside,
    ):
        configuration = SqlConfiguration(store, secrets, clock)
        version = await configuration.version()
        with opening.readable():
            effective = await effective_settings(given, configuration)
        yield Ground(
            settings=effective.settings,
            fixed=effective.fixed,
            version=version,
            store=store,
            secrets=secrets,
            configuration=configuration,
            outside=outside,
            inside=inside,
            clock=clock,
        )


def _proxy(url: SecretStr | None, no_proxy: str = "") -> Proxy:
    return Proxy(url=url.get_secret_value() if url else None, no_proxy=no_proxy)
