"""What the page looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.sandbox.ghes.world import World as Ghes
from infra.sandbox.slack.world import World as Slack
from shared.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Both worlds and the agent between them; URLs have no slash at their end."""

    slack: Slack
    ghes: Ghes
    agent_url: str
    clock: Clock
    linked: Mapping[str, str] = field(default_factory=dict)
    """Who was connected at the start: Slack name to login on GHES."""
    relayed: Mapping[str, str] = field(default_factory=dict)
    """The data class of each workspace that a relay posts to, by name."""
    is_fresh: bool = False
    """Whether nothing was set up at the start."""
