"""What the console's pages stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.ghes.oauth import GhesOAuth
from agent.net.outbound import Network
from agent.people.unlinking import Unlinking
from agent.settings import Settings
from agent.setup.grounds import Grounds
from agent.slack.web_api import WebApi
from agent.status import Look
from agent.store.configuration import SqlConfiguration
from agent.store.port import Store
from agent.store.round_trips import RoundTrips
from agent.store.secrets import Secrets
from agent.stored_settings import as_stored
from agent.workspaces import Workspaces
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The composition root makes one for each generation of the agent."""

    settings: Settings
    """In effect."""
    fixed: frozenset[str]
    """Names of the settings that the environment has set, in small letters."""
    missing: tuple[str, ...]
    """Names of those without which the agent is in set-up mode, in capitals."""
    store: Store
    secrets: Secrets
    clock: Clock
    configuration: SqlConfiguration
    round_trips: RoundTrips
    workspaces: Workspaces
    outside: Network
    inside: Network
    api: WebApi
    status: Mapping[str, Look]
    look: Callable[[], None]
    """To be called when something was changed that a running agent keeps in its memory."""
    woken: Callable[[], None]
    """To be called when something may be due for posting."""
    grounds: Grounds
    """What `agent.setup.leaving.remove` stands on."""
    unlinking: Unlinking | None
    """None without a client id and secret."""
    password: str | None = field(repr=False)
    oauth: GhesOAuth | None
    """For administrators who sign in through GHES; None without a client id and secret."""

    async def as_stored(self) -> Settings:
        """The settings with what is stored now; they are in effect a moment later."""
        return as_stored(self.settings, self.fixed, await self.configuration.read())

    @property
    def admins(self) -> frozenset[str]:
        """Logins of the administrators, in small letters."""
        return frozenset(login.lower() for login in self.settings.agent_admins)

    @property
    def signs_in_by_ghes(self) -> bool:
        """Whether anybody can sign in through GHES."""
        return self.oauth is not None and bool(self.admins)
