"""What installing, renewing and leaving stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from agent.slack.oauth import SlackOAuth
from agent.store import workspaces as stored
from agent.store.port import Store
from agent.store.secrets import Secrets
from agent.workspaces import Workspaces
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The composition root makes one for each generation of the agent."""

    oauth: SlackOAuth
    store: Store
    secrets: Secrets
    clock: Clock
    workspaces: Workspaces
    look: Callable[[], None]
    """To be called when what is installed has changed, which other generations and replicas want to know."""
    woken: Callable[[], None]
    """To be called when something may be due for posting."""

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()

    async def reload(self) -> None:
        """Know at once what the store knows. Raises `StoreUnavailableError` and `UnreadableSecretError`."""
        found = await self.store.read(partial(stored.load, secrets=self.secrets))
        for gone in set(self.workspaces) - set(found):
            del self.workspaces[gone]
        self.workspaces.update(found)
        self.look()
        self.woken()
