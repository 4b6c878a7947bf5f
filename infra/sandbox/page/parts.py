"""What the page looks at."""

from dataclasses import dataclass

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
