"""What the store has of a channel, as far as a file can say it."""

from dataclasses import dataclass, field

from agent.slash.channel_settings import Chosen
from agent.subscriptions.request import Named
from agent.subscriptions.subscription import Scope, Target, Wants
from shared.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSubscription:
    """One subscription."""

    target: Target
    """By its newest name."""
    wants: Wants
    allowed: bool = False
    """An administrator has said yes to it in this channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChannel:
    """A channel that the store knows."""

    address: Address
    subscriptions: tuple[HeldSubscription, ...] = ()
    chosen: Chosen = field(default_factory=Chosen)

    def named(self, named: Named) -> Target | None:
        """The target that is called so, if exactly one is; names are compared without case."""
        scope, name = Scope.REPO if named.repo else Scope.OWNER, str(named).lower()
        found = [
            each.target
            for each in self.subscriptions
            if each.target.scope is scope and each.target.name.lower() == name
        ]
        return found[0] if len(found) == 1 else None

    @property
    def says_something(self) -> bool:
        """Whether an export has anything to say of it."""
        return bool(self.subscriptions) or self.chosen != Chosen()
