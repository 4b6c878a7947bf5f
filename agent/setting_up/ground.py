"""What setting up stands on, in a process beside the agent's, or before the agent has ever run."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr

from agent import opening
from agent.audit import Entry
from agent.net.outbound import Network, network
from agent.net.proxy import Proxy
from agent.opened_store import opened
from agent.secret_keys import load_or_make
from agent.settings import Settings
from agent.setup.grounds import Grounds
from agent.setup.slack_app import SlackApps
from agent.slack.form_calls import FormCalls
from agent.slack.oauth import SlackOAuth
from agent.store.audit import note
from agent.store.configuration import SqlConfiguration
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.store.workspaces import load
from agent.stored_settings import as_stored, effective
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`version`: of what is stored; it is what these settings rest on. `by`: for the audit log."""

    settings: Settings
    """In effect."""
    fixed: frozenset[str]
    """Names of those that the environment has set."""
    stored: Mapping[str, str] = field(repr=False)
    """Texts by name, in plain."""
    version: int
    by: str
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
        """Whose tokens are, and giving them back."""
        client_id, secret = self.settings.slack_client_id, self.settings.slack_client_secret
        client = (client_id, secret.get_secret_value()) if client_id and secret else None
        return SlackOAuth(self.calls, client)

    async def note(self, action: str, target: str) -> None:
        """Write down what was done at a far side."""
        entry, now = Entry(team_id="", user_id="", login=self.by, action=action, target=target), self.now()
        await self.store.write(lambda connection: note(connection, now, entry))

    async def grounds(self) -> Grounds:
        """What leaving a workspace stands on; a running agent looks by itself. Raises `UnreadableSecretError`."""
        return Grounds(
            oauth=self.oauth,
            store=self.store,
            secrets=self.secrets,
            clock=self.clock,
            workspaces=dict(await self.store.read(partial(load, secrets=self.secrets))),
            look=_nothing,
            woken=_nothing,
        )

    def after(self, values: Mapping[str, str | None]) -> Settings:
        """The settings as they are once the values are kept, or forgotten where they are None."""
        there = {name: text for name, text in ({**self.stored, **values}).items() if text is not None}
        return as_stored(self.settings, self.fixed, there)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()


@asynccontextmanager
async def ground(given: Settings, clock: Clock, by: str) -> AsyncIterator[Ground]:
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
            stored = await configuration.read()
        in_effect = effective(given, stored)
        yield Ground(
            settings=in_effect.settings,
            fixed=in_effect.fixed,
            stored=stored,
            version=version,
            by=by,
            store=store,
            secrets=secrets,
            configuration=configuration,
            outside=outside,
            inside=inside,
            clock=clock,
        )


def _proxy(url: SecretStr | None, no_proxy: str = "") -> Proxy:
    return Proxy(url=url.get_secret_value() if url else None, no_proxy=no_proxy)


def _nothing() -> None:
    """Nobody keeps anything in memory here."""
