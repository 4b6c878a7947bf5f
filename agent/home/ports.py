"""What Home needs of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.home.home import Home, Subscribed
from agent.home.looks import Looks
from agent.slash.reply import Reply
from shared.clock import Clock


class Screen(Protocol):
    """Slack's side."""

    async def publish(self, team_id: str, user_id: str, home: Home, *, over: str = "") -> str | None:
        """Show it, drawn for the workspace's data class; its hash, or None when it isn't shown.

        With `over`, a hash, only in place of exactly that one.
        """

    async def tell(self, team_id: str, user_id: str, reply: Reply) -> bool:
        """Send it as a direct message; False when it may be worth another try."""


class Memory(Protocol):
    """What was shown to whom."""

    async def shown(self, team_id: str, user_id: str) -> None:
        """From now on there is a Home to draw anew when the person is linked or unlinked."""

    async def claim_greeting(self, team_id: str, user_id: str) -> bool:
        """Whether the caller is to greet this person: the first time only, in all processes."""

    async def release_greeting(self, team_id: str, user_id: str) -> None:
        """They weren't greeted after all."""

    async def subscriptions(self, team_id: str, user_id: str) -> Sequence[Subscribed]:
        """What this person subscribed to in this workspace, by channel and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """All of them."""

    screen: Screen
    memory: Memory
    looks: Looks
    clock: Clock
