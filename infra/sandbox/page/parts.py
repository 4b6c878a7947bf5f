"""What the page looks at."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.slack.world import World as Slack
from shared.card import DataClass
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The relay between the agent and some of the workspaces."""

    url: str
    stack: str
    """What it is called where it was deployed."""
    aws: Mapping[str, str]
    """The environment in which its operator's verbs find that."""
    logs: Path
    """The folder with the logs of both functions."""
    ways: Mapping[str, DataClass]
    """The data class of each workspace that is posted to through it, by id."""
    away: Callable[[], AbstractAsyncContextManager[None]]
    """Nothing answers at `url` meanwhile."""
    kill: Callable[[], Awaitable[None]]
    """End `deliver` at once, whatever it is doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Both worlds and the agent between them; URLs have no slash at their end."""

    slack: Slack
    ghes: Ghes
    agent_url: str
    clock: Clock
    linked: Mapping[str, str] = field(default_factory=dict)
    """Who was connected at the start: Slack name to login on GHES."""
    relay: Relay | None = None
    is_fresh: bool = False
    """Whether nothing was set up at the start."""

    def way(self, team_id: str) -> str:
        """How a workspace was posted to at the start and how much it was shown; nothing where there is no relay."""
        if self.relay is None:
            return ""
        data_class = self.relay.ways.get(team_id)
        return f"by relay, {AMOUNTS[data_class]}" if data_class else f"directly, {AMOUNTS[DataClass.FULL]}"


AMOUNTS: Mapping[DataClass, str] = {
    DataClass.FULL: "in full",
    DataClass.TITLE: "title only",
    DataClass.LINK: "link only",
}
